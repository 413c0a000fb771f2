"""A pipeline of diffusers: opened from a checkpoint, told only what it takes, heard at each step.

Pipelines differ in what they can be told; what one cannot be told is an error here and never
dropped without a word. Seeds are drawn on the CPU, so that they give the same picture everywhere.
"""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from .._optional import need
from ..card import ModelCard
from ..errors import Cancelled, CrossmodalError, InputError
from ..sources.batching import is_out_of_memory
from ..sources.checkpoints import Checkpoint
from ..sources.torch import Resident, device, dtype, free, generator, local_only
from .hub import quiet, resident, unopened
from .making import MakingOptions, Step
from .previews import preview

_LEAST = 8  # pixels: most pipelines check that sides are multiples of it
_TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3")


class Pipeline:
    """One pipeline of diffusers that lives in memory while it is used.

    Args:
        kind: the class of diffusers that opens it: an automatic one, or "DiffusionPipeline".
    """

    def __init__(self, card: ModelCard, checkpoint: Checkpoint, kind: str) -> None:
        self.card, self.checkpoint = card, checkpoint
        self._model = resident(checkpoint, partial(open_pipeline, checkpoint, kind))

    @property
    def model(self) -> Resident[Any]:
        return self._model

    def unload(self) -> None:
        """Give the network's memory back; the next use opens it again."""
        self._model.unload()

    def run(self, pipe: Any, given: Mapping[str, Any], options: MakingOptions) -> Any:
        """Return what `pipe` makes of `given`, with the seed, steps and listener of `options`.

        Raises:
            InputError: it does not take one of these, or refuses its value.
            Cancelled: the listener stopped it.
            CrossmodalError: memory ran out.
        """
        arguments = {
            **given,
            "num_inference_steps": options.steps or self.card.options.get("steps"),
            "guidance_scale": self._guidance(options),
            "negative_prompt": options.negative or None,
            "generator": generator(options.seed, self.checkpoint.runtime),
        }
        taken = parameters(pipe)
        wanted = {name: value for name, value in arguments.items() if value is not None}
        strange = sorted(set(wanted) - set(taken) - {"generator"})
        if strange:
            raise InputError(
                f"{self.card.id} does not take {WORDS.get(strange[0], strange[0])}",
                cure="Leave it out, or choose another model.",
            )
        calls = {**wanted, **heard(pipe, options, wanted)}
        try:
            return self._try(pipe, calls)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not spare(pipe):
                raise self._too_large(error) from error
        options.on_note(f"{self.card.id} ran out of memory: it goes on in smaller pieces")
        calls["generator"] = generator(options.seed, self.checkpoint.runtime)
        try:
            return self._try(pipe, calls)
        except (RuntimeError, MemoryError) as error:
            raise self._too_large(error) from error

    def _guidance(self, options: MakingOptions) -> float | None:
        usual = self.card.options.get("guidance")
        return usual if options.guidance is None else options.guidance

    def size(self, options: MakingOptions) -> tuple[int, int] | None:
        """Return the (width, height) that is asked for, or that the card recommends."""
        usual = self.card.options.get("size")
        return options.size or ((int(usual[0]), int(usual[1])) if usual else None)

    def _try(self, pipe: Any, calls: Mapping[str, Any]) -> Any:
        with quiet(), quiet_diffusers():
            try:
                return pipe(**calls)
            except ValueError as error:
                if not is_refusal(error):
                    raise
                raise InputError(
                    f"{self.card.id} refuses what was asked: {' '.join(str(error).split())}",
                    cure="Ask for something else, or choose another model.",
                ) from error

    def _too_large(self, error: Exception) -> Exception:
        if not is_out_of_memory(error):
            return error
        free()
        return CrossmodalError(
            f"{self.card.id} runs out of memory",
            cure="Ask for a smaller size or fewer seconds, or choose a smaller model.",
        )

    def whole_prompt(self, pipe: Any, prompt: str, options: MakingOptions) -> str:
        """Return `prompt`, noting what of it the network will not read."""
        lost = cut_off(pipe, prompt)
        if lost is not None:
            limit, words = lost
            options.on_note(f"{self.card.id} reads {limit} tokens; it does not read: “{words}”")
        return prompt


WORDS = {
    "negative_prompt": "words for what should not be there (negative)",
    "guidance_scale": "guidance",
    "num_inference_steps": "steps",
    "height": "a size",
    "num_frames": "seconds",
    "image": "a picture to begin from",
}
"""What pipelines call things → what users call them."""


def open_pipeline(checkpoint: Checkpoint, kind: str) -> Any:
    """Return the pipeline in `checkpoint`, opened by the class `kind` of diffusers.

    Raises:
        MissingExtra: diffusers is not installed.
        MissingModel: its files are missing or broken.
    """
    bars = need("diffusers.utils.logging", extra="hub")
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    with local_only(), quiet_diffusers():
        cls = getattr(need("diffusers", extra="hub"), kind)
        try:
            pipe = cls.from_pretrained(
                checkpoint.folder,
                dtype=dtype(checkpoint.runtime),
                local_files_only=True,
                use_safetensors=True,
            )
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise unopened(checkpoint, error) from error
        finally:
            if shown:
                bars.enable_progress_bar()
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device(checkpoint.runtime))


def is_refusal(error: BaseException) -> bool:
    """Return whether a pipeline's check of what it was told raised `error`, and no network."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_name == "check_inputs" for frame, _ in frames)


def quiet_diffusers() -> Any:
    """Keep diffusers from writing hints for programmers, for as long as this lasts."""
    return quiet("diffusers.utils.logging")


def parameters(pipe: Any) -> dict[str, Any]:
    """Return what `pipe` can be told: name → default."""
    found = inspect.signature(pipe.__call__).parameters
    return {name: one.default for name, one in found.items()}


def multiple(pipe: Any, card: ModelCard) -> int:
    """Return of what number of pixels the sides must be multiples."""
    names = ("vae_spatial_compression_ratio", "vae_scale_factor_spatial", "vae_scale_factor")
    factor = next((int(value) for name in names if (value := getattr(pipe, name, None))), 8)
    network = getattr(pipe, "transformer", None)
    patch = getattr(getattr(network, "config", None), "patch_size", 1) or 1
    patch = patch[-1] if isinstance(patch, list | tuple) else patch
    if hasattr(pipe, "_pack_latents") and patch == 1 and not hasattr(pipe, names[0]):
        patch = 2  # Flux and its kin take latents in squares of two
    return math.lcm(factor * int(patch), int(card.options.get("multiple", _LEAST)))


def fitting(card: ModelCard, size: tuple[int, int], unit: int) -> tuple[int, int]:
    """Return `size`, whose sides are multiples of `unit`.

    Raises:
        InputError: they are not; the message names the nearest that are.
    """
    near = tuple(max(unit, round(side / unit) * unit) for side in size)
    if near != size:
        raise InputError(
            f"{card.id} makes no {size[0]}x{size[1]} pixels",
            cure=f"Its sides are multiples of {unit}: {near[0]}x{near[1]} is nearest.",
        )
    return size


def heard(pipe: Any, options: MakingOptions, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that let `options.on_step` hear of every step of `pipe`."""
    taken = parameters(pipe)
    if options.on_step is None:
        return {}
    if "callback_on_step_end" in taken:

        def on_step_end(one: Any, number: int, _time: Any, values: dict[str, Any]) -> Any:
            tell(one, number, values.get("latents"), options, given)
            return values

        return {"callback_on_step_end": on_step_end}
    if "callback" in taken:

        def callback(number: int, _time: Any, latents: Any) -> None:
            tell(pipe, number, latents, options, given)

        return {"callback": callback, "callback_steps": 1}
    return {}


def tell(
    pipe: Any, number: int, latents: Any, options: MakingOptions, given: Mapping[str, Any]
) -> None:
    """Tell the listener of `options` that step `number` (from 0) is done.

    Raises:
        Cancelled: it said stop.
    """
    total = len(pipe.scheduler.timesteps)
    look: Callable[[], Any] = partial(preview, pipe, latents, given)
    if options.on_step is not None and options.on_step(Step(number + 1, total, look)) is False:
        raise Cancelled(f"It was stopped at step {number + 1} of {total}")


def spare(pipe: Any) -> bool:
    """Make `pipe` need less memory, at some speed; return whether there is such a way."""
    free()
    done = False
    for name in ("enable_slicing", "enable_tiling"):
        switch = getattr(getattr(pipe, "vae", None), name, None)
        if switch is not None:
            switch()
            done = True
    return done


def cut_off(pipe: Any, prompt: str) -> tuple[int, str] | None:
    """Return the limit in tokens and the words beyond it; None where all of `prompt` is read.

    Of several tokenizers the one that reads most counts.
    """
    longest = parameters(pipe).get("max_sequence_length")
    lost: list[tuple[int, str]] = []
    for name in _TOKENIZERS:
        tokenizer = getattr(pipe, name, None)
        if tokenizer is None:
            continue
        limit = int(tokenizer.model_max_length)
        limit = min(limit, longest) if isinstance(longest, int) else limit
        ids = tokenizer(prompt, truncation=False).input_ids
        if len(ids) <= limit:
            return None
        ends = len(ids) - len(tokenizer(prompt, add_special_tokens=False).input_ids)
        rest = ids[limit - min(ends, 1) :]  # the last place is for the token that ends the text
        lost.append((limit, tokenizer.decode(rest, skip_special_tokens=True).strip()))
    return min(lost, key=lambda one: len(one[1])) if lost else None
