"""Models: what there is, pulling and removing them, and choosing one for every modality."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..calibration import Calibration, pair_name
from ..card import Edge, ModelCard
from ..errors import CrossmodalError, FetchError, InputError, UnknownName
from ..media import Media, Text
from ..modality import Modality
from ..settings import Settings
from .base import Bench, Input

if TYPE_CHECKING:
    from ..sources.checkpoints import Manifest
    from ..sources.fetch import Hub
    from ..sources.pulling import Plan
    from .exporting import Export


LEAST_PAIRS = 10
"""Pairs from which a curve can be fitted at all; hundreds are better."""


class Modelling(Bench):
    """The verbs that list, pull and choose models. Of all verbs, only these download."""

    def models(self) -> list[ModelCard]:
        """Return the cards of all known models, by name."""
        return list(self.registry)

    def plan_pull(self, name: str, *, revision: str = "", onnx: str = "") -> Plan:
        """Return what pulling the checkpoint `name` would bring: files, bytes, licence.

        Args:
            name: as the hub has it, "org/name".
            revision: a branch, tag or commit; "" for the catalogue's.
            onnx: "fp32", "fp16" or "int8" for its ONNX export, which needs no PyTorch.

        Raises:
            FetchError: it is not on the hub, there is no network, or `offline` is set.
            UnsafeModel, MissingModel: it cannot be loaded here, or not safely.
            CrossmodalError: its licence is refused by the settings.
        """
        from ..sources import pulling

        self.checkpoints.folder(name)  # to refuse what is no name before anything is asked
        plan = pulling.plan(self._hub(), name, revision=revision, onnx=onnx)
        if self.settings.commercial_only and not plan.commercial:
            raise CrossmodalError(
                f"{name} may not be used commercially ({plan.licence})",
                cure="Choose another model, or set commercial_only to false.",
            )
        return plan

    def pull(self, plan: Plan, *, progress: Callable[[str, int], None] | None = None) -> Manifest:
        """Bring the files of `plan` here; what an earlier call brought is not brought again.

        Args:
            progress: told the name of a file and how many of its bytes arrived.

        Raises:
            FetchError: there is no room for them, or they do not come as announced.
        """
        from ..sources import pulling

        return pulling.pull(
            plan, self._hub(), self.checkpoints, report=progress or (lambda _file, _bytes: None)
        )

    def add_model(
        self, folder: str | Path, name: str, *, licence: str = "unknown", commercial: bool = False
    ) -> Manifest:
        """Copy the checkpoint in `folder` to the others, as `name`: one trained here, say.

        Raises:
            InputError: there is one of that name already.
            UnsafeModel, MissingModel: it cannot be loaded here, or not safely.
        """
        place = Path(folder).expanduser()
        return self.checkpoints.add(place, name, licence=licence, commercial=commercial)

    def remove_model(self, name: str) -> int:
        """Delete the checkpoint `name`; return the bytes that came free.

        Raises:
            UnknownName: it is not here.
        """
        return self.checkpoints.remove(name)

    def choosing(self, name: str) -> Self:
        """Return a workbench whose encoders are those of the model or checkpoint `name`.

        Modalities that it does not encode are left to other models of its space, or to none.

        Raises:
            UnknownName: there is no such model, or it is no encoder.
        """
        return type(self)(encoders_of(self, name), registry=self.registry)

    def export_model(
        self, name: str, media: Iterable[str | Path], *, precision: str = "int8", to: str = ""
    ) -> Export:
        """Write the networks of checkpoint `name` as ONNX, a new checkpoint without PyTorch.

        Args:
            media: to compare both by: pictures and text files of which each line is a text, more
                than ten of a kind, for encoders; sounds for Whisper.
            precision: "int8", "fp16" or "fp32".
            to: the new checkpoint's name; "" for `name` and the precision.

        Raises:
            UnknownName, MissingModel: the checkpoint is not here.
            InputError: too few media, or networks that cannot be exported.
        """
        from .exporting import export_checkpoint

        cards = [card for card in self.registry if card.checkpoint == name]
        if not cards:
            raise UnknownName(f"{name} is not known", cure="See: crossmodal models list")
        target = to or f"{name}-{precision}"
        return export_checkpoint(
            self.checkpoints.root, cards, target, self._samples(media), precision=precision
        )

    def calibrate_model(self, name: str, pairs: Sequence[tuple[Input, Input]]) -> Calibration:
        """Fit checkpoint `name`'s curve from score to probability on `pairs` that match.

        Every medium of a pair is also compared with the others' to see what no match looks like.

        Args:
            pairs: as ("a dog", Path("dog.jpg")): always the same two modalities, at least ten.

        Raises:
            InputError: there are fewer, or of several kinds.
        """
        from ..learn.curves import fit_curve

        sides = [[self._medium(pair[side]) for pair in pairs] for side in (0, 1)]
        kinds = [{medium.modality for medium in side} for side in sides]
        if len(pairs) < LEAST_PAIRS or any(len(kind) != 1 for kind in kinds):
            raise InputError(
                f"{len(pairs)} pairs of {kinds} were given",
                cure=f"Pass {LEAST_PAIRS} or more, all of the same two modalities.",
            )
        modalities = [next(iter(kind)) for kind in kinds]
        encoders = [self.registry.encoder(name, modality) for modality in modalities]
        one, other = (encoder.encode(side) for encoder, side in zip(encoders, sides, strict=True))
        scores, same = one.cosine(other), np.eye(len(pairs), dtype=bool)
        curve = fit_curve(scores[same], scores[~same])
        self.checkpoints.calibrate(name, pair_name(*modalities), curve)
        return curve

    def _samples(self, media: Iterable[str | Path]) -> list[Media]:
        """Return pictures as they are, and each line of a text by itself."""
        found: list[Media] = []
        for path in media:
            medium = self.load(path, excerpt=True)
            if isinstance(medium, Text):
                found += [Text(line) for line in medium.content.splitlines() if line.strip()]
            else:
                found.append(medium)
        return found

    def _hub(self) -> Hub:
        from ..sources import fetch

        if self.settings.offline:
            raise FetchError(
                "Nothing is downloaded: the setting offline is true",
                cure="Set it to false (CROSSMODAL_OFFLINE=0) to pull models.",
            )
        return fetch.Hub(self.settings.hub, token=fetch.token())


def encoders_of(bench: Bench, name: str) -> Settings:
    """Return the settings of `bench` with the encoders of the model or checkpoint `name`."""
    plain = name.partition("@")[0]
    named = [card for card in bench.registry if plain in (card.name, card.checkpoint)]
    mine = [card for card in named if card.edge is Edge.ENCODER]
    if not mine:
        bench.registry.card(name, edge=Edge.ENCODER)  # says what is wrong, and what is near
    space = mine[0].space
    kin = [
        card
        for card in bench.registry
        if card.edge is Edge.ENCODER and card.space == space and not card.parts
    ]
    chosen = {"space": "", **{f"{modality}_model": "" for modality in Modality}}
    for card in [*kin, *mine]:  # those that were named win
        chosen[f"{card.source}_model"] = card.name
    if chosen["image_model"] and not chosen["video_model"]:
        chosen["video_model"] = "film"
    known = {field.name for field in fields(Settings)}
    changes: dict[str, Any] = {key: value for key, value in chosen.items() if key in known}
    return replace(bench.settings, **changes)
