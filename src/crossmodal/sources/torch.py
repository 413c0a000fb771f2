"""PyTorch: on which device and with which numbers, and for how long a model stays in memory.

Models are loaded from a checkpoint's folder and from nowhere else: while one is loaded, the hub's
own client is told that there is no network.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any, TypeVar, cast

from .._optional import need
from ..errors import MissingModel, SettingsError
from . import resident, safetensors
from .checkpoints import Checkpoint, Runtime

T = TypeVar("T")
_LOADING = threading.RLock()


def torch() -> ModuleType:
    """Return PyTorch.

    Raises:
        MissingExtra: it is not installed.
    """
    return need("torch", extra="hub")


def transformers() -> ModuleType:
    """Return Hugging Face transformers.

    Raises:
        MissingExtra: it is not installed.
    """
    return need("transformers", extra="hub")


def device(runtime: Runtime) -> Any:
    """Return the torch.device that `runtime` asks for; for "auto" the fastest that is there.

    Raises:
        SettingsError: it is not one, or not on this machine.
    """
    t = torch()
    if runtime.device == "auto":
        if t.cuda.is_available():
            return t.device("cuda")
        return t.device("mps" if t.backends.mps.is_available() else "cpu")
    try:
        found = t.device(runtime.device)
    except RuntimeError as error:
        raise SettingsError(
            f"device is {runtime.device!r}", cure="Use auto, cpu, cuda, cuda:1 or mps."
        ) from error
    there = {
        "cpu": True,
        "cuda": t.cuda.is_available() and (found.index or 0) < t.cuda.device_count(),
        "mps": t.backends.mps.is_available(),
    }
    if not there.get(found.type, False):
        raise SettingsError(
            f"device is {runtime.device!r}, and PyTorch finds none here", cure="Set it to auto."
        )
    return found


def dtype(runtime: Runtime) -> Any:
    """Return the torch.dtype that `runtime` asks for.

    "auto" is bfloat16 where the device calculates with it directly, float16 on other GPUs, and
    float32 on other processors.
    """
    t = torch()
    if runtime.dtype != "auto":
        return getattr(t, runtime.dtype)
    where = device(runtime).type
    if where == "cpu":
        can = t.cpu.get_capabilities()
        return t.bfloat16 if can.get("amx_bf16") or can.get("avx512_bf16") else t.float32
    if where == "cuda" and t.cuda.is_bf16_supported(including_emulation=False):
        return t.bfloat16
    return t.float16


@contextmanager
def local_only() -> Iterator[None]:
    """Keep the hub's client off the network, and silent, for as long as this lasts.

    It has global switches for both, which are put back. One thread at a time.
    """
    constants: Any = need("huggingface_hub.constants", extra="hub")
    progress = need("transformers.utils.logging", extra="hub")
    with _LOADING:
        offline, bars = constants.HF_HUB_OFFLINE, progress.is_progress_bar_enabled()
        verbosity = progress.get_verbosity()
        constants.HF_HUB_OFFLINE = True
        progress.disable_progress_bar()
        progress.set_verbosity_error()
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = offline
            progress.set_verbosity(verbosity)
            if bars:
                progress.enable_progress_bar()


def pretrained(
    checkpoint: Checkpoint,
    kind: str,
    *,
    unused: tuple[str, ...] = (),
    may_lack: tuple[str, ...] = (),
) -> Any:
    """Return the transformers model of class `kind` with the weights of `checkpoint`, to infer.

    Args:
        unused: names of its parts that are not needed and give their memory back.
        may_lack: beginnings of the names of weights that it need not have.

    Raises:
        MissingModel: the checkpoint is not of that class.
    """
    cls = getattr(transformers(), kind)
    where, numbers = device(checkpoint.runtime), dtype(checkpoint.runtime)
    with local_only():
        try:
            model, report = cls.from_pretrained(
                checkpoint.folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=numbers,
                output_loading_info=True,
            )
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise MissingModel(
                f"{checkpoint.name} does not load as {kind}: {error}",
                cure=f"Run: crossmodal models pull {checkpoint.name}",
            ) from error
    lacking = sorted(key for key in report["missing_keys"] if not key.startswith(may_lack))
    if lacking:
        raise MissingModel(
            f"{checkpoint.name} does not load as {kind}: it has no {lacking[0]}"
            f" and {len(lacking) - 1} others",
            cure="It is of another architecture: choose another checkpoint.",
        )
    for part in unused:
        setattr(model, part, None)
    return model.eval().requires_grad_(False).to(where)


def tensors(checkpoint: Checkpoint, file: str) -> Mapping[str, Any]:
    """Return the tensors in the safetensors `file` of `checkpoint`, by name.

    Raises:
        MissingModel: there is no such file, or it is cut short.
    """
    path = checkpoint.folder / file
    if not path.is_file():
        raise MissingModel(
            f"{checkpoint.name} has no {file}", cure="Choose a checkpoint with safetensors."
        )
    safetensors.header(path)
    found: Mapping[str, Any] = need("safetensors.torch", extra="hub").load_file(path)
    return found


def generator(seed: int, runtime: Runtime) -> Any:
    """Return a torch.Generator that gives the same numbers for the same `seed` everywhere.

    It lives on the CPU: GPUs of different makes draw different numbers.
    """
    device(runtime)  # to refuse a device that is not there before anything is drawn
    return torch().Generator("cpu").manual_seed(seed)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make PyTorch's global generators start at `seed`, and put them back afterwards."""
    t = torch()
    with t.random.fork_rng():
        t.manual_seed(seed)
        yield


def free() -> None:
    """Give back memory that nothing holds any more."""
    t = torch()
    gc.collect()
    if t.cuda.is_available():
        t.cuda.empty_cache()
    elif t.backends.mps.is_available():
        t.mps.empty_cache()


class Resident(resident.Resident[T]):
    """The same for a PyTorch model, which works without gradients."""

    def _running(self) -> AbstractContextManager[object]:
        return cast(AbstractContextManager[object], torch().inference_mode())

    def _free(self) -> None:
        free()
