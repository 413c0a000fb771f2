"""Every engine keeps its contract, and its card is whole and true."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pytest
from contract import check_translator
from translators.engines import alike, card, reader, recogniser, spoken, synthesiser
from translators.pictures import page

from crossmodal.card import Edge, Lane, ModelCard, Tier
from crossmodal.contracts import Translator
from crossmodal.errors import MissingExtra
from crossmodal.media import Audio, Media, Text
from crossmodal.translators import espeak, reading, speech_recognition, speech_synthesis

NAMES = ("espeak-ng", "pocketsphinx", "rapidocr")


def _case(name: str) -> tuple[Translator, Sequence[Media]]:
    if name == "pocketsphinx":
        return recogniser(), [spoken("one two"), Audio(np.zeros(8000, np.float32), 16_000)]
    if name == "espeak-ng":
        return synthesiser(), [Text("Good morning."), Text("Guten Tag.", language="de")]
    return reader(), [page("Good morning"), page("")]


@pytest.mark.parametrize("name", NAMES)
def test_engine_keeps_its_contract(name: str) -> None:
    check_translator(*_case(name), alike=alike if name == "espeak-ng" else None)


@pytest.mark.parametrize("name", NAMES)
def test_card_is_whole(name: str) -> None:
    row = card(name)
    assert row.name == name
    assert (row.edge, row.tier) == (Edge.TRANSLATOR, Tier.ENGINE)
    assert Lane.WORDS in row.lanes
    for field in ("licence", "extra", "summary", "size", "quality", "cost", "data", "limits"):
        assert getattr(row, field), f"the card lacks its {field}"
    for figure in row.quality:
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.value <= figure.high
    assert ModelCard.from_json(row.to_json()) == row


def test_the_copyleft_licence_is_said() -> None:
    assert "GPL-3.0" in card("espeak-ng").licence
    assert any("GPL" in limit for limit in card("espeak-ng").limits)


@pytest.mark.parametrize(
    ("name", "module", "package", "extra"),
    [
        ("pocketsphinx", speech_recognition, "pocketsphinx", "speech"),
        ("espeak-ng", speech_synthesis, "espeakng_loader", "speech"),
        ("rapidocr", reading, "rapidocr", "ocr"),
    ],
)
def test_missing_package_says_what_to_install(
    name: str, module: ModuleType, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak, "_open", espeak._open.__wrapped__)  # as in a new process
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"crossmodal\[{extra}\]"):
        module.load(card(name))


def test_engines_are_quiet_and_leave_logging_alone() -> None:
    """In a process of its own, since engines write from C: not one byte on stdout or stderr."""
    script = """
import logging
before = logging.root.level, list(logging.root.handlers)
import sys; sys.path.insert(0, 'tests')
import warnings; warnings.simplefilter('error')
from translators.engines import reader, recogniser, spoken, synthesiser
from translators.pictures import page
recogniser().translate([spoken('one two three')])
reader().translate([page('Good morning'), page('')])
assert before == (logging.root.level, list(logging.root.handlers))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
