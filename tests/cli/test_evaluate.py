"""`crossmodal evaluate` as users call it, with the shipped models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crossmodal.cli.app import app


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def data(photos: Path) -> Path:
    path = photos / "rows.csv"
    path.write_text("image,label,said\n0.png,red,red\n1.png,green,green\n2.png,blue,black\n")
    return path


def test_table(data: Path) -> None:
    result = run("evaluate", "zero-shot", "--data", data, "--resamples", "20")
    assert result.exit_code == 0, result.output
    assert "top-1" in result.stdout
    assert "33.3" in result.stdout  # chance
    assert "pocket-image@" in result.stdout
    assert "seed 0, 20 resamples" in result.stdout


def test_json_and_file_are_the_same(data: Path, tmp_path: Path) -> None:
    call = ["evaluate", "zero-shot", "--data", data, "--resamples", "20", "--json"]
    first = run(*call, "--out", tmp_path / "report.json")
    document = json.loads(first.stdout)
    assert document == json.loads((tmp_path / "report.json").read_text())
    assert document == json.loads(run(*call).stdout)
    assert {"task", "protocol", "models", "data", "sha256", "seed", "figures"} <= document.keys()


def test_predictions_need_no_model(data: Path) -> None:
    result = run(
        "evaluate", "recognition", "--data", data, "--json",
        "--column", "predicted=said", "--column", "text=label",
    )  # fmt: skip
    figures = {figure["task"]: figure for figure in json.loads(result.stdout)["figures"]}
    assert figures["WER"]["value"] == pytest.approx(100 / 3)
    assert figures["CER"]["value"] == pytest.approx(100 * 3 / 12)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["zero-shoot"], 2, "There is no task 'zero-shoot'"),
        (["zero-shot", "--where", "label"], 2, "Write NAME=VALUE"),
        (["zero-shot", "--where", "label=pink"], 1, "no rows with label=pink"),
        (["zero-shot", "--model", "pocket-imag"], 2, "Did you mean 'pocket-image"),
        (["zero-shot", "--resamples", "1"], 2, "Invalid value"),
        (["captioning"], 1, "no column 'captions'"),
    ],
)
def test_wrong_calls(data: Path, arguments: list[str], code: int, words: str) -> None:
    result = run("evaluate", *arguments, "--data", data)
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
