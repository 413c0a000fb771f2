"""Every model that is registered keeps its contract: to be listed is to be tested."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import aligner_models
import pytest
from contract import check_aligner, check_decoder, check_encoder, check_translator, samples
from tiny import cards

from crossmodal.card import Edge, ModelCard, Tier
from crossmodal.contracts import Aligner, Decoder, Encoder, Translator
from crossmodal.modality import Modality
from crossmodal.registry import Registry
from crossmodal.sources import catalog

KNOWN = [card for card in catalog.cards() if card.tier is not Tier.HUB]  # see test_families
SHIPPED = [card for card in KNOWN if card.tier is Tier.POCKET]
REGISTRY = Registry([*KNOWN, *cards(), *aligner_models.cards()])


@pytest.mark.parametrize("card", list(REGISTRY), ids=lambda card: card.name)
def test_model_keeps_its_contract(card: ModelCard) -> None:
    model = REGISTRY.load(card.name)
    assert model.card == card
    if isinstance(model, Aligner):
        check_aligner(model)
        return
    if isinstance(model, Decoder):
        check_decoder(model)
        return
    assert card.source is not None
    if isinstance(model, Translator):
        check_translator(model, samples(card.source)[:3])
    else:
        assert isinstance(model, Encoder)
        check_encoder(model, samples(card.source))


def test_every_edge_has_a_contract_here() -> None:
    tested = {Edge.ENCODER, Edge.DECODER, Edge.TRANSLATOR, Edge.ALIGNER}
    assert {card.edge for card in REGISTRY} == tested


@pytest.mark.parametrize("card", list(REGISTRY), ids=lambda card: card.name)
def test_card_survives_json(card: ModelCard) -> None:
    assert ModelCard.from_json(card.to_json()) == card


@pytest.mark.parametrize("card", SHIPPED, ids=lambda card: card.name)
def test_shipped_card_is_whole_and_true(card: ModelCard) -> None:
    measured = ("quality", "cost", "parameters") if card.edge is Edge.ENCODER else ()
    for name in ("licence", "summary", "data", "limits", *measured):
        assert getattr(card, name), f"the card lacks its {name}"
    folder = files("crossmodal.sources") / "shipped"
    contents = {name: (folder / name).read_bytes() for name in card.files.values()}
    assert card.size == sum(map(len, contents.values()))
    assert card.sha256 == {
        name: hashlib.sha256(data).hexdigest() for name, data in contents.items()
    }
    for figure in card.quality:
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.value <= figure.high


def test_text_and_image_share_one_space() -> None:
    towers = [REGISTRY.encoder(name) for name in ("pocket-text", "pocket-image")]
    assert towers[0].space == towers[1].space
    assert towers[1].card.calibration_with(Modality.TEXT).scale > 0
