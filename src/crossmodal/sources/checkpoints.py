"""Pulled checkpoints: one folder each, `models/ORG/NAME`, with a manifest that makes it whole.

The manifest is written last, after every file was checked. A folder without one, or with a file
that is not as the manifest says, is half a checkpoint: loading it is an error that names the cure.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ..calibration import Calibration
from ..card import ModelCard
from ..errors import CrossmodalError, InputError, MissingModel, UnknownName
from ..settings import Settings
from . import facts
from .families import Family, families, family_of, known_row

log = logging.getLogger(__name__)

MANIFEST = "crossmodal.json"
PART = ".part"
TORCH = ("torch", "transformers")
"""What an ONNX export does without, of what its family requires."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Runtime:
    """How hub models run: see the settings of these names."""

    device: str = "auto"
    dtype: str = "auto"
    unload_after: float = 600.0

    @classmethod
    def of(cls, settings: Settings) -> Runtime:
        return cls(settings.device, settings.dtype, settings.unload_after)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint, as loaders take it."""

    name: str
    folder: Path
    runtime: Runtime = Runtime()

    @property
    def is_onnx(self) -> bool:
        """Whether its weights are an ONNX export and nothing else."""
        return not any(self.folder.rglob("*.safetensors"))

    def onnx(self, stem: str) -> Path:
        """Return the ONNX graph whose file name begins with `stem`.

        Raises:
            MissingModel: there is none.
        """
        found = sorted((self.folder / "onnx").glob(f"{stem}*.onnx"))
        if not found:
            raise MissingModel(
                f"{self.name} has no ONNX graph {stem}",
                cure=f"Pull all of it: crossmodal models pull {self.name} --onnx int8",
            )
        return found[0]

    def json(self, file: str) -> Any:
        """Return the parsed JSON of `file`; {} where the checkpoint has no such file."""
        value = facts.reader(self.folder)(file)
        return {} if value is None else value

    def preprocessing(self, part: str = "image_processor") -> Mapping[str, Any]:
        """Return how media are prepared, as its configuration says; {} where it does not."""
        return facts.preprocessing(facts.reader(self.folder), part)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was pulled: `files` are sizes in bytes by name; `facts` are fields of a card."""

    name: str
    revision: str
    family: str
    licence: str
    commercial: bool
    files: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)


class Checkpoints:
    """The checkpoints on this machine: a Shelf.

    Args:
        root: the folder that holds them.
        runtime: how they run.
    """

    def __init__(self, root: Path, runtime: Runtime | None = None) -> None:
        self.root = root
        self.runtime = runtime or Runtime()

    def folder(self, name: str) -> Path:
        """Return where the checkpoint `name` stands, or would.

        Raises:
            InputError: `name` is not like "org/name".
        """
        if not _NAME.fullmatch(name) or ".." in name:
            raise InputError(f"{name!r} is no name of the hub", cure="Write it as ORG/NAME.")
        return self.root.joinpath(*name.split("/"))

    def names(self) -> list[str]:
        """Return the names of all whole checkpoints."""
        found = self.root.glob(f"*/*/{MANIFEST}") if self.root.is_dir() else ()
        return sorted("/".join(path.parts[-3:-1]) for path in found)

    def manifest(self, name: str) -> Manifest | None:
        """Return the manifest of the checkpoint `name`; None where there is none."""
        path = self.folder(name) / MANIFEST
        try:
            return Manifest(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            log.warning("%s cannot be read: %s", path, error)
            return None

    def cards(self) -> Iterator[ModelCard]:
        """Yield the cards of all checkpoints here, by what their own files say."""
        for name in self.names():
            manifest = self.manifest(name)
            if manifest is not None:
                yield from cards_of(manifest)

    def has(self, card: ModelCard) -> bool:
        return bool(card.checkpoint) and (self.folder(card.checkpoint) / MANIFEST).is_file()

    def open(self, card: ModelCard) -> Checkpoint:
        name, folder = card.checkpoint, self.folder(card.checkpoint)
        pull = f"Run: crossmodal models pull {name}"
        if not folder.is_dir():
            size = f" ({card.size / 1e6:,.0f} MB, {card.licence})" if card.size else ""
            raise MissingModel(f"{name} is not on this machine", cure=pull + size)
        manifest = self.manifest(name)
        if manifest is None:
            raise MissingModel(f"{name} was pulled only in part", cure=pull)
        for file, expected in manifest.files.items():
            path = folder / file
            if not path.is_file() or path.stat().st_size != expected:
                raise MissingModel(f"{name} lacks a whole {file}", cure=pull)
        return Checkpoint(name, folder, self.runtime)

    def finish(self, name: str, *, revision: str, licence: str, commercial: bool) -> Manifest:
        """Check the files of `name`, which are all here, and write its manifest.

        Raises:
            CrossmodalError: it cannot be loaded, or not safely.
        """
        folder = self.folder(name)
        family = check(folder, name=name)
        paths = [path for path in sorted(folder.rglob("*")) if _counts(path)]
        files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
        found = facts.look(folder, family)
        manifest = Manifest(name, revision, family.name, licence, commercial, files, found)
        self._write(manifest)
        return manifest

    def calibrate(self, name: str, pair: str, curve: Calibration) -> Manifest:
        """Note the curve from score to probability that was fitted for `pair` of modalities.

        Raises:
            MissingModel: the checkpoint is not here.
        """
        manifest = self.manifest(name)
        if manifest is None:
            raise MissingModel(
                f"{name} is not on this machine", cure=f"Run: crossmodal models pull {name}"
            )
        curves = {**manifest.facts.get("calibration", {}), pair: asdict(curve)}
        manifest = replace(manifest, facts={**manifest.facts, "calibration": curves})
        self._write(manifest)
        return manifest

    def _write(self, manifest: Manifest) -> None:
        folder = self.folder(manifest.name)
        draft = folder / (MANIFEST + PART)
        draft.write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")
        draft.replace(folder / MANIFEST)

    def add(
        self, source: Path, name: str, *, licence: str = "unknown", commercial: bool = False
    ) -> Manifest:
        """Copy the checkpoint in the folder `source` here, as `name`.

        Raises:
            InputError: there is one of that name. Others as `finish`.
        """
        folder = self.folder(name)
        check(source, name=name)
        if folder.exists():
            raise InputError(
                f"There is already a {name}", cure=f"Run: crossmodal models remove {name}"
            )
        try:
            shutil.copytree(source, folder)
            return self.finish(name, revision="local", licence=licence, commercial=commercial)
        except (CrossmodalError, OSError):
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def remove(self, name: str) -> int:
        """Delete the checkpoint `name`, also half of one; return the bytes that came free.

        Raises:
            UnknownName: there is none.
        """
        folder = self.folder(name)
        if not folder.is_dir():
            here = ", ".join(self.names()) or "none"
            raise UnknownName(f"{name} is not on this machine", cure=f"Here: {here}.")
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        (folder / MANIFEST).unlink(missing_ok=True)  # first, so that a stop leaves half of one
        shutil.rmtree(folder)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()
        return size


def check(folder: Path, *, name: str) -> Family:
    """Return the family of the checkpoint in `folder`, which may be loaded.

    Raises:
        UnsafeModel: to load it would run code of its own.
        MissingModel: no family runs it, or it holds no weights.
    """
    if not folder.is_dir():
        raise MissingModel(f"There is no folder {folder}", cure="Check the path.")
    read = facts.reader(folder)
    facts.check_code(read, name=name)
    facts.check_weights((path.name for path in folder.rglob("*")), name=name)
    return family_of(facts.architectures(read), name=name)


def cards_of(manifest: Manifest) -> Iterator[ModelCard]:
    """Yield the cards of a pulled checkpoint: its own facts over what the catalogue knows."""
    family = next((one for one in families() if one.name == manifest.family), None)
    if family is None:
        log.warning("%s is of the family %s, which is gone", manifest.name, manifest.family)
        return
    known, found = known_row(manifest.name), manifest.facts
    yield from family.cards(
        {
            **known,
            **found,
            "options": {**known.get("options", {}), **found.get("options", {})},
            "name": manifest.name,
            "revision": manifest.revision,
            "licence": manifest.licence,
            "commercial": manifest.commercial,
            "size": sum(manifest.files.values()),
            **(_without_torch(family) if _is_export(manifest.files) else {}),
        }
    )


def _is_export(files: Iterable[str]) -> bool:
    endings = {PurePosixPath(file).suffix for file in files}
    return ".onnx" in endings and ".safetensors" not in endings


def _without_torch(family: Family) -> dict[str, Any]:
    """Return what the card of an ONNX export says that it needs."""
    rest = tuple(module for module in family.requires if module not in TORCH)
    return {"requires": rest, "extra": "speech" if "pocketsphinx" in rest else ""}


def _counts(path: Path) -> bool:
    return path.is_file() and path.name != MANIFEST and not path.name.endswith(PART)
