"""Models: what there is, pulling and removing them, and choosing one for every modality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ..card import Edge, ModelCard
from ..errors import CrossmodalError, FetchError
from ..modality import Modality
from ..settings import Settings
from .base import Bench

if TYPE_CHECKING:
    from ..sources.checkpoints import Manifest
    from ..sources.fetch import Hub
    from ..sources.pulling import Plan


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
    chosen: dict[str, str] = {f"{modality}_model": "" for modality in Modality}
    for card in [*kin, *mine]:  # those that were named win
        chosen[f"{card.source}_model"] = card.name
    if chosen["image_model"] and not chosen["video_model"]:
        chosen["video_model"] = "film"
    known = {field.name for field in fields(Settings)}
    changes: dict[str, Any] = {key: value for key, value in chosen.items() if key in known}
    return replace(bench.settings, **changes)
