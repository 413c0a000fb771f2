"""Exporting a checkpoint as ONNX, and how well the export then agrees with it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ..calibration import Calibration
from ..card import Edge, ModelCard
from ..encoders.exporting import copy_rest, export, overlap
from ..encoders.hub import HubEncoder
from ..errors import InputError
from ..media import Media, Text
from ..metrics.recognition import normalise, rate, word_errors
from ..modality import AUDIO
from ..registry import Registry
from ..sources.checkpoints import Checkpoints, Runtime, cards_of
from ..sources.shrinking import PRECISIONS

EXACT = Runtime("cpu", "float32", unload_after=0)
"""What exports are made from and compared with."""
WORDS = "words"
"""What the agreement of recognisers is of."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an export came to.

    Attributes:
        name: of the new checkpoint.
        before, after: bytes of the two.
        agreement: for each modality, the share of a medium's ten nearest that both find; of a
            recogniser, as "words", the share of the words that both hear.
    """

    name: str
    before: int
    after: int
    agreement: Mapping[str, float]


def export_checkpoint(
    root: Path, cards: Sequence[ModelCard], target: str, samples: Sequence[Media], *, precision: str
) -> Export:
    """Write the networks of the checkpoint of `cards` as the checkpoint `target` below `root`.

    Raises:
        MissingModel: the checkpoint is not here.
        InputError: there is a `target`, no such precision, or networks that cannot be exported.
    """
    shelf = Checkpoints(root, EXACT)
    folder = shelf.folder(target)
    if precision not in PRECISIONS or folder.exists():
        raise InputError(
            f"{target} cannot be made", cure=f"Name another; as {', '.join(PRECISIONS)}."
        )
    # With one beam, as exports recognise.
    alike = [replace(card, options={**card.options, "beams": 1}) for card in cards]
    exact = Registry(alike, shelf=shelf)
    original = cards[0].checkpoint
    try:
        copy_rest(shelf.folder(original), folder)
        for card in cards:
            _write(card, exact, shelf, folder, precision=precision)
        manifest = shelf.finish(
            target, revision="local", licence=cards[0].licence, commercial=cards[0].commercial
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    before = shelf.manifest(original)
    for pair, curve in (before.facts.get("calibration", {}) if before else {}).items():
        manifest = shelf.calibrate(target, pair, Calibration(**curve))
    made = list(cards_of(manifest))
    small, agreement = Registry(made, shelf=shelf), {}
    for old, new in zip(alike, made, strict=True):
        kind = [one for one in samples if one.modality is old.source]
        if kind and old.edge is Edge.ENCODER:
            both = (exact.encoder(old.name), small.encoder(new.name))
            agreement[str(old.source)] = overlap(*(one.encode(kind) for one in both))
        elif kind and old.source is AUDIO:
            agreement |= _same_words(exact, small, (old.name, new.name), kind)
    return Export(target, cards[0].size, made[0].size, agreement)


def _write(
    card: ModelCard, exact: Registry, shelf: Checkpoints, folder: Path, *, precision: str
) -> None:
    if card.edge is Edge.ENCODER:
        encoder = cast(HubEncoder, exact.encoder(card.name))
        export(encoder, shelf.open(card), folder, precision=precision)
    else:
        from ..translators import whisper_export

        whisper_export.export(shelf.open(card), folder, precision=precision)


def _same_words(
    exact: Registry, small: Registry, names: tuple[str, str], sounds: Sequence[Media]
) -> dict[str, float]:
    heard = [
        [
            normalise(cast(Text, text).content)
            for text in registry.translator(name).translate(sounds)
        ]
        for registry, name in zip((exact, small), names, strict=True)
    ]
    errors = [word_errors(*pair) for pair in zip(*heard, strict=True)]
    if not any(error.length for error in errors):
        return {}  # nothing was said
    return {WORDS: max(0.0, 1 - rate(errors))}
