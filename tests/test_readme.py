"""README and docs say what is true: their commands run, their Python runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from learn.coloured import write_pairs, write_table
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont
from typer.testing import CliRunner

import crossmodal as cm
from crossmodal.cli.app import app
from crossmodal.codecs import video

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    """Return (page name, code) of every fenced block in `language`."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [
        (page.name, code) for page in PAGES for code in pattern.findall(page.read_text("utf-8"))
    ]


def commands() -> list[tuple[str, str]]:
    """Return (page name, line) of every `crossmodal …` line in a console block."""
    return [
        (page, line.removeprefix("$ ").partition("  #")[0])
        for page, code in blocks("console")
        for line in code.replace("\\\n", " ").splitlines()
        if line.startswith("$ crossmodal")
    ]


@pytest.fixture
def media(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that the pages speak of, in the working directory and in ~/Pictures."""
    pictures = own_home / "Pictures"
    pictures.mkdir()
    random = np.random.default_rng(0)
    for folder, name in ((tmp_path, "cat.jpg"), (tmp_path, "street.jpg"), (pictures, "beach.jpg")):
        pixels = random.integers(0, 256, (40, 60, 3), np.uint8)
        PILImage.fromarray(pixels).save(folder / name)
    speech = cm.speak("Good morning to all of you.")
    speech.save(tmp_path / "talk.mp3")
    speech.save(tmp_path / "bark.wav")
    frames = [cm.Image(random.integers(0, 256, (32, 48, 3), np.uint8)) for _ in range(10)]
    video.write(tmp_path / "film.mp4", frames, fps=5, audio=speech)
    sign = PILImage.new("RGB", (300, 80), "white")
    ImageDraw.Draw(sign).text((20, 20), "EXIT", "black", ImageFont.load_default(40))
    sign.save(tmp_path / "sign.png")
    (tmp_path / "classes.json").write_text('{"A-17": ["a washer"], "B-2": ["a screw", "a bolt"]}')
    for number, name in enumerate(("washer", "screw") * 3):
        (tmp_path / "parts" / name).mkdir(parents=True, exist_ok=True)
        part = PILImage.fromarray(random.integers(0, 256, (40, 60, 3), np.uint8))
        part.save(tmp_path / "parts" / name / f"{number}.png")
    part.save(tmp_path / "part.jpg")
    rows = ("image,label,split", "cat.jpg,cat,test", "street.jpg,street,test", "part.jpg,cat,train")
    (tmp_path / "pictures.csv").write_text("\n".join(rows))
    write_table(tmp_path / "pairs.csv", write_pairs(tmp_path / "photos", count=30))
    (tmp_path / "page.html").write_text('<img src="cat.jpg">', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pages_have_commands_and_code() -> None:
    assert len(commands()) >= 5
    assert blocks("python")


def test_commands_run(media: Path) -> None:
    for page, line in commands():
        arguments = [
            str(Path(word).expanduser()) if word.startswith("~") else word
            for word in shlex.split(line)[1:]
        ]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, f"{page}: {line}\n{result.output}"


def test_python_runs(media: Path) -> None:
    for page, code in blocks("python"):
        exec(compile(code, page, "exec"), {})


def test_every_command_is_documented() -> None:
    words = "".join(page.read_text("utf-8") for page in PAGES)
    for command in app.registered_commands:
        assert f"crossmodal {command.name}" in words
    for group in app.registered_groups:
        assert f"crossmodal {group.name}" in words
