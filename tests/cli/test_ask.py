"""`crossmodal ask`, as users call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asking_models import CARD
from typer.testing import CliRunner, Result

from crossmodal.cli.app import app
from crossmodal.sources import catalog


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def answerer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny answerer in the catalogue, chosen by the environment."""
    known = list(catalog.cards())
    monkeypatch.setattr(catalog, "cards", lambda: iter([*known, CARD]))
    monkeypatch.setenv("CROSSMODAL_ANSWERING_MODEL", CARD.name)


@pytest.mark.usefixtures("answerer")
def test_ask(photos: Path) -> None:
    assert run("ask", photos / "2.png", "What colour is it?").stdout == "blue\n"
    assert run("ask", photos / "2.png", "Who is it?").stdout == "I don't know\n"
    asked = run("ask", photos / "2.png", "Who?", "--min-confidence", "0", "--json")
    found = json.loads(asked.stdout)
    assert found["text"] == "blue"
    assert found["confidence"] == 0
    assert found["model"] == CARD.id
    assert found["question"] == "Who?"


@pytest.mark.usefixtures("answerer")
@pytest.mark.parametrize(
    ("question", "words"),
    [(" ", "question is empty"), ("what? " * 10_000, "59,999 characters")],
)
def test_bad_questions_are_one_clear_line(photos: Path, question: str, words: str) -> None:
    found = run("ask", photos / "2.png", question)
    assert found.exit_code == 1
    assert words in found.stderr
    assert "Traceback" not in found.output


def test_an_unknown_answerer_is_a_wrong_call(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSMODAL_ANSWERING_MODEL", "no-such-model")
    assert run("ask", photos / "2.png", "What?").exit_code == 2
