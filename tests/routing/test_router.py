from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import IMAGE_CARD, SPACE, TEXT_CARD, cards

from crossmodal.card import Edge, ModelCard
from crossmodal.contracts import Translator
from crossmodal.errors import InputError, NoRoute
from crossmodal.lane import Lane
from crossmodal.media import Image, Text
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality
from crossmodal.registry import Registry
from crossmodal.routing import Hop, Route, Router
from crossmodal.routing.graph import SECOND, cheapest, hops, reachable

NAMER = replace(
    TEXT_CARD, name="tiny-namer", edge=Edge.DECODER, source=None, target=TEXT,
    loader="routing_models:load_namer", fidelity=0.5,
)  # fmt: skip
SHOUTER = replace(
    TEXT_CARD, name="tiny-shouter", edge=Edge.TRANSLATOR, source=TEXT, target=TEXT, space=None,
    lanes=(Lane.WORDS, Lane.MEANING), loader="routing_models:load_shouter",
)  # fmt: skip
RED = Image(np.full((9, 9, 3), (250, 10, 10), np.uint8))


def translator(
    name: str, source: Modality, target: Modality, fidelity: float = 1.0, *lanes: Lane, **more: str
) -> ModelCard:
    return ModelCard(
        name=name, version="1", edge=Edge.TRANSLATOR, summary="", loader="", source=source,
        target=target, lanes=lanes or (Lane.MEANING,), fidelity=fidelity,
        requires=tuple(more.values()), extra="".join(more),
    )  # fmt: skip


def names(path: tuple[Hop, ...] | None) -> list[str]:
    return [hop.card.name for hop in path or ()]


def test_two_good_hops_beat_one_bad_one() -> None:
    edges = hops(
        [
            translator("bad", IMAGE, AUDIO, 0.4),
            translator("good", IMAGE, TEXT, 0.8),
            translator("better", TEXT, AUDIO, 0.9),
        ]
    )
    assert names(cheapest(edges, IMAGE, AUDIO, keep=Lane.MEANING)) == ["good", "better"]


def test_cost_worked_by_hand() -> None:
    (hop,) = hops([replace(translator("a", TEXT, AUDIO, 0.5), seconds=2.0)])
    assert hop.cost == pytest.approx(math.log(2) + 2 * SECOND)


def test_lanes_are_kept_along_the_whole_way() -> None:
    edges = hops(
        [
            translator("transcript", VIDEO, TEXT, 1.0, Lane.WORDS),
            translator("caption", VIDEO, TEXT, 0.3, Lane.MEANING),
            translator("voice", TEXT, AUDIO, 0.9, Lane.WORDS, Lane.MEANING),
        ]
    )
    assert names(cheapest(edges, VIDEO, AUDIO, keep=Lane.MEANING)) == ["caption", "voice"]
    assert names(cheapest(edges, VIDEO, AUDIO, keep=Lane.WORDS)) == ["transcript", "voice"]
    assert reachable(edges, VIDEO, keep=Lane.WORDS) == {TEXT, AUDIO}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Modality)), st.sampled_from(list(Modality)), st.floats(0.1, 1)
        ),
        max_size=9,
    )
)
def test_the_cheapest_is_never_beaten(rows: list[tuple[Modality, Modality, float]]) -> None:
    """Against a search through all simple paths."""
    edges = hops(translator(str(n), *row) for n, row in enumerate(rows))

    def best(node: Modality, seen: frozenset[Modality]) -> float:
        ways = [math.inf]
        for hop in edges:
            if hop.source == node and hop.target not in seen:
                assert isinstance(hop.target, Modality)
                rest = 0.0 if hop.target == AUDIO else best(hop.target, seen | {hop.target})
                ways.append(hop.cost + rest)
        return min(ways)

    path = cheapest(edges, TEXT, AUDIO, keep=Lane.MEANING)
    expected = best(TEXT, frozenset({TEXT}))
    assert (path is None) == (expected == math.inf)
    if path:
        assert sum(hop.cost for hop in path) == pytest.approx(expected)


def test_a_route_is_a_translator_that_works() -> None:
    router = Router(Registry([*cards(), NAMER, SHOUTER]))
    route = router.route(IMAGE, TEXT)
    assert isinstance(route, Translator)
    assert str(route) == "image ─tiny-image→ [tiny@1] ─tiny-namer→ text"
    assert route.translate([RED, RED]) == [Text("red"), Text("red")]
    assert route.translate([]) == []
    assert (route.card.source, route.card.target) == (IMAGE, TEXT)
    assert route.card.fidelity == 0.5


def test_explain_names_each_hop_and_times_the_last_walk() -> None:
    route = Router(Registry([*cards(), NAMER])).route(IMAGE, TEXT)
    before = route.explain()
    assert [step.model for step in before] == ["tiny-image@1", "tiny-namer@1"]
    assert [step.seconds for step in before] == [0, 0]
    route.translate([RED])
    assert all(step.seconds > 0 for step in route.explain())
    assert all(step.lost for step in before)


def test_a_route_to_its_own_modality_has_hops() -> None:
    route = Router(Registry([SHOUTER])).route(TEXT, TEXT)
    assert route.translate([Text("hey")]) == [Text("HEY")]


def test_no_route_says_what_is_reached_and_what_to_install() -> None:
    registry = Registry([*cards(), NAMER, translator("v", TEXT, AUDIO, speech="no_such_module")])
    with pytest.raises(NoRoute, match=r"image.*text.*pip install 'crossmodal\[speech\]'"):
        Router(registry).route(IMAGE, AUDIO)
    with pytest.raises(NoRoute, match="From video these are reached: none"):
        Router(registry).route(VIDEO, IMAGE)


def test_wrong_media_and_wrong_chains_are_refused() -> None:
    registry = Registry([*cards(), NAMER])
    with pytest.raises(InputError, match="starts at image"):
        Router(registry).route(IMAGE, TEXT).translate([Text("a")])
    (image,), (text,) = hops([IMAGE_CARD]), hops([TEXT_CARD])
    for chain, words in (([], "no hops"), ([image], "ends at"), ([image, text], "leads to")):
        with pytest.raises(InputError, match=words):
            Route(chain, load=registry.load)
    assert image.target == SPACE
