"""Every family of the hub: its catalogue rows are well-formed, and its tiny checkpoint works."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from contract import alike, check_encoder, check_translator, samples
from tiny_hub import MAKERS, quick, small

from crossmodal.card import Edge, ModelCard, Tier
from crossmodal.contracts import Encoder, Translator
from crossmodal.errors import MissingModel
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints
from crossmodal.sources.families import Family, families, family_of, known

ROWS = list(known())


def test_every_family_has_a_tiny_checkpoint() -> None:
    assert {f"tiny/{family.name}" for family in families()} <= set(MAKERS)


def test_no_architecture_is_of_two_families() -> None:
    names = [name for family in families() for name in family.architectures]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_loaders_are_there(family: Family) -> None:
    for edge in family.edges:
        module, _, function = edge["loader"].partition(":")
        assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("card", ROWS, ids=lambda card: card.name)
def test_row_is_well_formed(card: ModelCard) -> None:
    assert card.tier is Tier.HUB
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", card.checkpoint)
    assert card.licence
    assert card.summary
    assert card.size > 1_000_000
    assert card.extra
    assert card.edge in (Edge.ENCODER, Edge.TRANSLATOR)
    if card.edge is Edge.ENCODER:
        assert card.space is not None
        assert card.space.dim > 0
    for figure in card.quality:
        assert figure.reference, f"{figure.task} does not say where it was published"
    assert ModelCard.from_json(card.to_json()) == card


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_tiny_checkpoint_keeps_its_contracts(
    name: str, shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> None:
    registry = Registry(map(quick, tiny_checkpoint(name)), shelf=shelf)
    for card in registry:
        assert registry.usable(card)
        model = registry.load(card.name)
        assert model.card == card
        if isinstance(model, Encoder):
            assert card.source is not None
            check_encoder(model, samples(card.source))
        else:
            assert isinstance(model, Translator)
            assert card.source is not None
            check_translator(model, small(card.source), alike=alike)


def test_an_unknown_architecture_says_what_runs() -> None:
    with pytest.raises(MissingModel, match="x/y is of the architecture Strange.*CLIP"):
        family_of(["Strange"], name="x/y")
