from __future__ import annotations

from dataclasses import replace

import aligner_models
import numpy as np
import pytest
import tiny
from contract import check_aligner, check_encoder, samples

from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.learn.edges import AlignedEncoder, load_encoder
from crossmodal.modality import IMAGE, TEXT
from crossmodal.registry import Registry
from crossmodal.routing.graph import hops
from crossmodal.space import Vectors

ALIGNER = aligner_models.load_aligner(aligner_models.ALIGNER_CARD)


def test_contracts(image_encoder: ImageEncoder) -> None:
    check_aligner(ALIGNER)
    encoder = load_encoder(aligner_models.ALIGNED_CARD, image_encoder, ALIGNER)
    check_encoder(encoder, samples(IMAGE))


def test_an_encoder_with_an_aligner_is_both_in_turn(image_encoder: ImageEncoder) -> None:
    encoder = AlignedEncoder(aligner_models.ALIGNED_CARD, image_encoder, ALIGNER)
    media = samples(IMAGE)
    expected = ALIGNER.transform(image_encoder.encode(media))
    np.testing.assert_array_equal(encoder.encode(media).values, expected.values)


def test_length_counts_only_for_raw_features() -> None:
    vectors = Vectors(tiny.SPACE, np.array([[1, 2, 3]], np.float32))
    longer = Vectors(tiny.SPACE, 5 * vectors.values)
    np.testing.assert_allclose(
        ALIGNER.transform(longer).values, ALIGNER.transform(vectors).values, atol=1e-6
    )
    raw = aligner_models.load_aligner(
        replace(aligner_models.ALIGNER_CARD, options={"view": 0, "raw": True})
    )
    assert not np.allclose(raw.transform(longer).values, raw.transform(vectors).values, atol=1e-3)


def test_parts_must_fit(text_encoder: TextEncoder) -> None:
    with pytest.raises(InputError, match="not that of tiny-text@1 and tiny-aligner@1"):
        AlignedEncoder(aligner_models.ALIGNED_CARD, text_encoder, ALIGNER)
    away = replace(aligner_models.ALIGNER_CARD, source_space=aligner_models.LED)
    with pytest.raises(SpaceMismatch):
        AlignedEncoder(aligner_models.ALIGNED_CARD, text_encoder, aligner_models.load_aligner(away))
    with pytest.raises(InputError, match="lacks a space"):
        aligner_models.load_aligner(replace(aligner_models.ALIGNER_CARD, source_space=None))


def test_routes_lead_through_an_aligner() -> None:
    found = {hop.card.name: (hop.source, hop.target) for hop in hops(aligner_models.cards())}
    assert found["tiny-aligner"] == (tiny.SPACE, aligner_models.LED)
    half = replace(aligner_models.ALIGNER_CARD, source=TEXT)
    assert hops([half]) == [], "what knows texts alone is no way out of a space of several"


def test_a_route_over_an_aligner_can_be_walked() -> None:
    from crossmodal.routing import Route
    from crossmodal.routing.graph import cheapest

    registry = Registry([*tiny.cards(), *aligner_models.cards(), aligner_models.NAMER_CARD])
    edges = [hop for hop in hops(registry) if hop.card.name != "tiny-aligned"]
    path = cheapest(edges, IMAGE, TEXT, keep=tiny.IMAGE_CARD.lanes[0])
    assert path is not None
    route = Route(path, load=registry.load)
    assert [hop.card.name for hop in route.hops] == ["tiny-image", "tiny-aligner", "led-namer"]
    assert str(route.translate(samples(IMAGE)[:1])[0]) in {"red", "green", "blue"}
    assert route.explain()[1].lost == "what the two spaces do not share"
