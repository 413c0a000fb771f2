from __future__ import annotations

import pytest

from crossmodal.card import Figure
from crossmodal.errors import InputError, UnknownName
from crossmodal.evaluation import protocols
from crossmodal.evaluation.protocols import PROTOCOLS, Task


def test_names_are_unique() -> None:
    assert len({protocol.name for protocol in PROTOCOLS}) == len(PROTOCOLS)


def test_test_rows_are_never_learned_from() -> None:
    for protocol in PROTOCOLS:
        for column, values in protocol.learn.items():
            assert not set(values.split(",")) & set(protocol.where[column].split(","))


def test_what_is_chosen() -> None:
    by_file = protocols.chosen("", Task.RETRIEVAL, file="flickr8k")
    assert by_file.name == "flickr8k-retrieval"
    assert protocols.chosen("own", Task.RETRIEVAL, file="flickr8k").where == {}
    assert protocols.chosen("", Task.RETRIEVAL, file="mine").name == "own data"
    named = protocols.chosen("flickr8k-retrieval", Task.RETRIEVAL, file="mine")
    assert named == by_file


def test_nothing_published_beside_other_rows() -> None:
    part = protocols.chosen("", Task.RETRIEVAL, file="flickr8k", limit=50)
    assert (part.rows, part.published, part.where) == (0, {}, {"split": "test"})
    assert "50 rows" in part.name
    own = protocols.chosen("", Task.RETRIEVAL, file="flickr8k", own_rows=True)
    assert own.published == {}


def test_published_stands_beside_its_figure() -> None:
    protocol = protocols.chosen("", Task.RETRIEVAL, file="flickr8k")
    one, two = protocol.beside([Figure("text → image R@10", 43), Figure("text → image mAP", 2)])
    assert one.reference.startswith("44.7 (Karpathy")
    assert two.reference == ""


def test_wrong_rows() -> None:
    protocol = protocols.chosen("", Task.RETRIEVAL, file="flickr8k")
    with pytest.raises(InputError, match="over 1,000 rows, not 7.*--protocol own"):
        protocols.check(protocol, 7)
    with pytest.raises(UnknownName, match="Did you mean 'flickr8k-retrieval'"):
        protocols.named("flickr8-retrieval", Task.RETRIEVAL)
