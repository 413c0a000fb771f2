"""`crossmodal classify` from words and from examples, with the shipped models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from typer.testing import CliRunner, Result

from crossmodal.cli.app import app


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Three stripes of each of two directions; words for them would not help."""
    random = np.random.default_rng(0)
    for name in ("sku-1", "sku-2"):
        (tmp_path / "examples" / name).mkdir(parents=True)
        for number in range(4):
            lines = (np.arange(96) // (4 + number) % 2 * 200).astype(np.uint8)
            grid = np.tile(lines, (96, 1)) + random.integers(0, 40, (96, 96)).astype(np.uint8)
            pixels = np.stack([grid if name == "sku-1" else grid.T] * 3, axis=2)
            PILImage.fromarray(pixels).save(tmp_path / "examples" / name / f"{number}.png")
    (tmp_path / "new").mkdir()
    for name in ("sku-1", "sku-2"):
        source = tmp_path / "examples" / name / "3.png"
        source.rename(tmp_path / "new" / f"{name}.png")
    return tmp_path / "examples"


@pytest.mark.parametrize("method", ["", "prototypes", "probe", "tip-adapter-f"])
def test_examples(examples: Path, method: str) -> None:
    new = sorted((examples.parent / "new").iterdir())
    result = run("classify", *new, "--examples", examples, "--method", method, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["results"]
    assert [row["labels"][0]["label"] for row in found] == ["sku-1", "sku-2"]
    for row in found:
        total = sum(label["probability"] for label in row["labels"]) + row["none"]
        assert total == pytest.approx(1)


def test_kept_and_used_again(examples: Path) -> None:
    new = examples.parent / "new" / "sku-2.png"
    kept = examples.parent / "kept.safetensors"
    first = run("classify", new, "--examples", examples, "--save", kept, "--json")
    again = run("classify", new, "--classifier", kept, "--json")
    one, two = (json.loads(result.stdout) for result in (first, again))
    assert one["labels"][0]["label"] == two["labels"][0]["label"] == "sku-2"
    assert one["none"] == pytest.approx(two["none"])


def test_descriptions(examples: Path, tmp_path: Path) -> None:
    file = tmp_path / "classes.json"
    file.write_text(json.dumps({"A": ["black and white stripes", "lines"], "B": "a red dog"}))
    new = examples.parent / "new" / "sku-1.png"
    result = run("classify", new, "--descriptions", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("A")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "There are no classes"),
        (["--labels", "a,b", "--save", "x"], 2, "nothing to save"),
        (["--labels", "a,b", "--descriptions", "none.json"], 2, "Give one of them"),
        (["--descriptions", "none.json"], 2, "none.json cannot be used"),
        (["--examples", "{tmp}/none"], 1, "There is no folder"),
        (["--examples", "{tmp}/examples", "--method", "knn"], 2, "no few-shot method 'knn'"),
        (["--examples", "{tmp}/examples", "--labels", "sku-1,x"], 1, "no examples of x"),
        (["--classifier", "{tmp}/new/sku-1.png"], 1, "cannot be read"),
        (["--classifier", "x", "--labels", "a"], 2, "nothing beside it"),
    ],
)
def test_wrong_calls(examples: Path, arguments: list[str], code: int, words: str) -> None:
    tmp = examples.parent
    given = [argument.format(tmp=tmp) for argument in arguments]
    result = run("classify", tmp / "new" / "sku-1.png", *given)
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
