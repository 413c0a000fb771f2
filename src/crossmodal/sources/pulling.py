"""Pulling a checkpoint: which of its files are needed, what they cost, and bringing them here."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from ..calibration import Calibration
from ..errors import FetchError, InputError
from . import facts
from .checkpoints import MANIFEST, PART, Checkpoints, Manifest
from .families import Family, family_of, known, known_row
from .fetch import Hub, Listing, RemoteFile

PRECISIONS = {
    "fp32": ("",),
    "fp16": ("_fp16", "_O4"),
    "int8": ("_int8", "_quantized", "_quint8_avx2", "_qint8_avx512_vnni", "_qint8_arm64"),
}
"""Endings of ONNX files' names, before ".onnx", by what their numbers are; the first found wins.

Those of sentence-transformers name a processor, and run on all; that for AVX2 adds up without
overflow on each.
"""

OPEN_LICENCES = frozenset(
    {"apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc"}
    | {"unlicense", "wtfpl", "zlib", "cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-sa-4.0"}
    | {"gpl-3.0", "lgpl-3.0", "mpl-2.0", "openrail", "openrail++", "creativeml-openrail-m"}
    | {"bigscience-openrail-m"}
)
"""The hub's names of licences that allow commercial use."""

_SHARD = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
_OTHER_NUMBERS = re.compile(r"_(fp16|int8|uint8|quantized|q4|q4f16|bnb4|O[1-4]|qu?int8_\w+)$")
_TEXTS = (".json", ".txt", ".model", ".jinja", ".bpe", ".spm")
_PICKS = ("README.md", "LICENSE", "LICENSE.txt", "LICENSE.md")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pull would bring: `files` of `listing`, for `family`."""

    listing: Listing
    family: Family
    files: tuple[RemoteFile, ...]
    licence: str
    commercial: bool

    @property
    def name(self) -> str:
        return self.listing.name

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def plan(hub: Hub, name: str, *, revision: str = "", onnx: str = "") -> Plan:
    """Return what a pull of `name` would bring. Reads its configuration files, and no weights.

    Args:
        revision: a branch, tag or commit; "" for the catalogue's.
        onnx: "fp32", "fp16" or "int8" for the ONNX export of that kind; "" for safetensors.

    Raises:
        FetchError: it is not on the hub, or the hub is not to be reached.
        UnsafeModel, MissingModel: it cannot be loaded here, or not safely.
    """
    if onnx and onnx not in PRECISIONS:
        raise InputError(f"onnx is {onnx!r}", cure=f"Use one of: {', '.join(PRECISIONS)}.")
    row = known_row(name)
    try:
        listing = hub.list(name, revision or row.get("revision", "main"))
    except FetchError as error:
        raise _with_hint(error, name) from error
    read = _reader(hub, listing)
    paths = [file.path for file in listing.files]
    facts.check_code(read, name=name)
    facts.check_weights(paths, name=name)
    family = family_of(facts.architectures(read), name=name)
    wanted = set(_exports(paths, onnx, name) if onnx else _weights(paths, name)) | set(
        _small(paths)
    )
    files = tuple(file for file in listing.files if file.path in wanted)
    licence = listing.licence or str(row.get("licence", "")) or "unknown"
    commercial = bool(row.get("commercial", listing.licence.lower() in OPEN_LICENCES))
    return Plan(listing, family, files, licence, commercial)


def pull(
    plan: Plan, hub: Hub, shelf: Checkpoints, *, report: Callable[[str, int], None]
) -> Manifest:
    """Bring the files of `plan` to `shelf`; what is there already stays.

    Args:
        report: told the name of a file and how many of its bytes arrived.

    Raises:
        FetchError: there is no room for them, or they do not come as announced.
    """
    folder, before = shelf.folder(plan.name), shelf.manifest(plan.name)
    folder.mkdir(parents=True, exist_ok=True)
    _require_room(plan, folder)
    (folder / MANIFEST).unlink(missing_ok=True)
    for file in plan.files:
        hub.download(plan.listing, file, folder, lambda more, path=file.path: report(path, more))  # type: ignore[misc]
    _drop_strangers(folder, {file.path for file in plan.files})
    manifest = shelf.finish(
        plan.name,
        revision=plan.listing.commit,
        licence=plan.licence,
        commercial=plan.commercial,
    )
    if before is None or before.revision != manifest.revision:
        return manifest
    for pair, curve in before.facts.get("calibration", {}).items():  # may be the user's own
        manifest = shelf.calibrate(plan.name, pair, Calibration(**curve))
    return manifest


def _reader(hub: Hub, listing: Listing) -> facts.Read:
    cache: dict[str, Any] = {}

    def read(path: str) -> Any:
        if path not in cache:
            cache[path] = None
            if listing.file(path):
                try:
                    cache[path] = json.loads(hub.read(listing, path))
                except ValueError as error:
                    raise FetchError(
                        f"{path} of {listing.name} is not JSON", cure="Choose another revision."
                    ) from error
        return cache[path]

    return read


def _weights(paths: Sequence[str], name: str) -> list[str]:
    """Return the safetensors that transformers, diffusers or sentence-transformers would load."""
    folders = {str(PurePosixPath(path).parent) for path in paths if path.endswith("config.json")}
    found: dict[str, list[str]] = {}
    for path in paths:
        pure = PurePosixPath(path)
        if pure.suffix == ".safetensors" and str(pure.parent) in folders:
            found.setdefault(str(pure.parent), []).append(path)
    found.pop("onnx", None)
    chosen = [path for files in found.values() for path in _plain(files)]
    if not chosen:
        raise FetchError(
            f"{name} has ONNX files only", cure="Say which: --onnx int8, --onnx fp16 or fp32."
        )
    return chosen


def _plain(files: list[str]) -> list[str]:
    """Return of one folder's safetensors those that are not variants of others."""
    names = {path: PurePosixPath(path).name for path in files}
    model = [path for path, name in names.items() if _SHARD.fullmatch(name)]
    if model:
        single = [path for path in model if names[path] == "model.safetensors"]
        return single or model
    plain = [path for path, name in names.items() if name.count(".") == 1]
    return plain or files


def _exports(paths: Sequence[str], onnx: str, name: str) -> list[str]:
    """Return the ONNX files whose numbers are `onnx`, with the data files beside them."""
    graphs = [path for path in paths if path.endswith(".onnx")]
    for ending in PRECISIONS[onnx]:
        found = _once([path for path in graphs if _is_kind(path, ending)])
        if found:
            beside = {f"{path}_data" for path in found} | {f"{path}.data" for path in found}
            return [*found, *(path for path in paths if path in beside)]
    kinds = ", ".join(sorted(PurePosixPath(path).name for path in graphs)) or "none"
    raise FetchError(f"{name} has no ONNX export as {onnx}", cure=f"It has: {kinds}.")


def _once(graphs: Sequence[str]) -> list[str]:
    """Return `graphs` without the two halves of a decoder that is there as a whole too."""
    if not any("/decoder_model_merged" in path for path in graphs):
        return list(graphs)
    halves = re.compile(r".*/decoder_(with_past_)?model(?!_merged)[^/]*")
    return [path for path in graphs if not halves.fullmatch(path)]


def _is_kind(path: str, ending: str) -> bool:
    stem = PurePosixPath(path).stem
    if ending:
        return stem.endswith(ending)
    return _OTHER_NUMBERS.search(stem) is None


def _small(paths: Sequence[str]) -> list[str]:
    """Return configurations, vocabularies and licences."""
    return [
        path
        for path in paths
        if path in _PICKS
        or (
            path.endswith(_TEXTS)
            and not path.startswith(("onnx/", "openvino/", "."))
            and ".onnx" not in path
        )
    ]


def _with_hint(error: FetchError, name: str) -> FetchError:
    """Name the row of the catalogue that was meant, where `name` is none of them."""
    names = {card.checkpoint for card in known()}
    close = [] if name in names else get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {close[0]}? " if close else ""
    return FetchError(error.problem, cure=hint + error.cure)


def _require_room(plan: Plan, folder: Path) -> None:
    here = sum(_arrived(folder, file) for file in plan.files)
    free = shutil.disk_usage(folder).free
    if plan.size - here > free:
        raise FetchError(
            f"{plan.name} needs {(plan.size - here) / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are"
            f" free at {folder}",
            cure="Make room there.",
        )


def _arrived(folder: Path, file: RemoteFile) -> int:
    for path in (folder / file.path, folder / (file.path + PART)):
        if path.is_file():
            return min(path.stat().st_size, file.size)
    return 0


def _drop_strangers(folder: Path, wanted: set[str]) -> None:
    """Delete what another revision left behind."""
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
