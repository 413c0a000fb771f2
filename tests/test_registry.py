from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from tiny import TEXT_CARD, cards

from crossmodal.card import Edge
from crossmodal.errors import CrossmodalError, NameClash, UnknownName
from crossmodal.modality import TEXT
from crossmodal.registry import Registry


def with_plugins(monkeypatch: pytest.MonkeyPatch, value: str) -> Registry:
    point = EntryPoint(name="tiny", value=value, group="crossmodal.models")
    monkeypatch.setattr("crossmodal.registry.entry_points", lambda *, group: [point])
    registry = Registry()
    registry.add_plugins()
    return registry


def test_cards_come_in_order_of_name() -> None:
    names = [card.name for card in Registry(reversed(cards()))]
    assert names == sorted(card.name for card in cards())


def test_names_with_and_without_version() -> None:
    registry = Registry(cards())
    assert registry.card("tiny-text") is registry.card("tiny-text@1") is TEXT_CARD


@pytest.mark.parametrize("name", ["tiny-txt", "tiny-text@2"])
def test_unknown_names_get_the_nearest(name: str) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'tiny-text@1'"):
        Registry(cards()).card(name)


def test_a_clash_is_an_error_and_the_same_row_twice_is_not() -> None:
    registry = Registry(cards())
    registry.add(replace(TEXT_CARD))
    with pytest.raises(NameClash, match=r"tiny:load_text and other:load"):
        registry.add(replace(TEXT_CARD, loader="other:load"))


def test_a_model_is_loaded_once() -> None:
    registry = Registry(cards())
    assert registry.load("tiny-image") is registry.load("tiny-image@1")


def test_encoder_refuses_other_edges() -> None:
    registry = Registry([replace(TEXT_CARD, edge=Edge.DECODER)])
    with pytest.raises(UnknownName, match="is no encoder. It offers: .*decoder"):
        registry.encoder("tiny-text")


def test_commercial_only_refuses_at_loading_and_still_lists() -> None:
    registry = Registry(
        [replace(TEXT_CARD, commercial=False, licence="CC-BY-NC-4.0")], commercial_only=True
    )
    assert len(list(registry)) == 1
    with pytest.raises(CrossmodalError, match="may not be used commercially"):
        registry.load("tiny-text")


def test_plugins_bring_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = with_plugins(monkeypatch, "tiny:cards")
    assert registry.encoder("tiny-image").space.name == "tiny"


def test_a_broken_plugin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CrossmodalError, match="plug-in 'tiny'.*failed"):
        with_plugins(monkeypatch, "tiny:no_such_function")


def test_parts_are_loaded_first_and_shared() -> None:
    whole = replace(
        TEXT_CARD, name="tiny-namer", edge=Edge.DECODER, source=None, target=TEXT,
        loader="parts_models:load_pair", parts=("tiny-text", "tiny-image"),
    )  # fmt: skip
    registry = Registry([*cards(), whole])
    pair = registry.load("tiny-namer")
    assert pair.parts == (registry.load("tiny-text"), registry.load("tiny-image"))  # type: ignore[attr-defined]


def test_what_lacks_a_package_or_a_part_is_not_usable() -> None:
    lacking = replace(TEXT_CARD, requires=("no_such_module",))
    whole = replace(TEXT_CARD, name="whole", parts=("tiny-text",))
    registry = Registry([lacking, whole])
    assert not registry.usable(lacking)
    assert not registry.usable(whole)
    assert Registry([TEXT_CARD, whole]).usable(whole)
