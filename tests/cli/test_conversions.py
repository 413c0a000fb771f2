"""The commands that turn one modality into another, as users call them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont
from typer.testing import CliRunner, Result

import crossmodal as cm
from crossmodal.cli.app import app
from crossmodal.codecs import video

WORDS = "hello world this is a test"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a talk, a film of it, a sign, a photo, a silence and a page."""
    folder = tmp_path_factory.mktemp("media")
    talk = cm.speak(WORDS, rate=150)
    talk.save(folder / "talk.wav")
    random = np.random.default_rng(0)
    frames = [cm.Image(random.integers(0, 256, (32, 48, 3), np.uint8)) for _ in range(12)]
    video.write(folder / "film.mp4", frames, fps=5, audio=talk)
    video.write(folder / "silent.mp4", frames, fps=5)
    cm.Audio(np.zeros(32_000, np.float32), 16_000).save(folder / "silence.wav")
    sign = PILImage.new("RGB", (320, 80), "white")
    ImageDraw.Draw(sign).text((20, 15), "WELCOME", "black", ImageFont.load_default(44))
    sign.save(folder / "sign.png")
    frames[0].save(folder / "photo.jpg")
    (folder / "page.html").write_text(
        '<img src="photo.jpg"><img src="gone.jpg"><img src="line.png" alt="">', "utf-8"
    )
    return folder


def document(*arguments: str | Path) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    parsed: dict[str, object] = json.loads(result.stdout)
    return parsed


def test_describe(media: Path) -> None:
    found = document("describe", media / "photo.jpg")
    assert {"path", "text", "confidence", "route", "seconds"} <= found.keys()
    assert [step["model"].partition("@")[0] for step in found["route"]] == [
        "pocket-image",
        "pocket-scribe",
    ]  # type: ignore[index,attr-defined]
    both = run("describe", media / "photo.jpg", media / "film.mp4")
    assert both.stdout.count("\n") == 2


def test_transcribe_words_with_times(media: Path) -> None:
    found = document("transcribe", media / "talk.wav")
    assert len(str(found["text"]).split()) >= 4
    first = found["segments"][0]  # type: ignore[index]
    assert 0 <= first["start"] < first["end"] <= 10
    assert run("transcribe", media / "film.mp4").stdout.strip()


def test_silence_gives_no_text(media: Path) -> None:
    assert document("transcribe", media / "silence.wav")["text"] == ""
    assert run("transcribe", media / "silence.wav").stdout == "\n"


@pytest.mark.parametrize(("kind", "start"), [("srt", "1\n00:00:0"), ("vtt", "WEBVTT")])
def test_transcribe_as_subtitles(media: Path, kind: str, start: str) -> None:
    assert run("transcribe", media / "talk.wav", "--format", kind).stdout.startswith(start)


def test_subtitle_lies_beside_the_film(media: Path) -> None:
    found = document("subtitle", media / "film.mp4")
    assert Path(str(found["path"])) == media / "film.srt"
    assert found["cues"] == (media / "film.srt").read_text("utf-8").count("-->") >= 1


def test_damage_in_the_middle_keeps_the_rest_and_is_told(media: Path, tmp_path: Path) -> None:
    talk = cm.load(media / "talk.wav")
    assert isinstance(talk, cm.Audio)
    data = bytearray(talk.save(tmp_path / "talk.mp3").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1500] = bytes(1500)
    (tmp_path / "talk.mp3").write_bytes(data)
    result = run("transcribe", tmp_path / "talk.mp3", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["text"]
    assert "damaged" in result.stderr
    assert "Warning" not in result.stderr


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_sound_of_no_length_is_one_clear_error(tmp_path: Path, kind: str) -> None:
    empty = cm.Audio(np.zeros(0, np.float32), 16_000).save(tmp_path / f"empty.{kind}")
    result = run("transcribe", empty)
    assert result.exit_code == 1
    assert f"empty.{kind}" in result.stderr


def test_subtitles_burned_in(media: Path, tmp_path: Path) -> None:
    told = document("subtitle", media / "film.mp4", "--burn", "-o", tmp_path / "out.mp4")
    assert told["path"] == str(tmp_path / "out.mp4")
    assert isinstance(cm.load(tmp_path / "out.mp4"), cm.Video)
    (tmp_path / "own.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHi\n", "utf-8")
    known = ("--burn", "--from", tmp_path / "own.srt", "-o", tmp_path / "own.webm")
    done = run("subtitle", media / "silent.mp4", *known)
    assert (done.exit_code, done.stdout) == (0, "")
    frames = list(video.open(tmp_path / "own.webm").frames())
    plain = list(video.open(media / "silent.mp4").frames())
    far = [
        np.abs(a.image.pixels.astype(int) - b.image.pixels).mean()
        for a, b in zip(frames, plain, strict=True)
    ]
    assert min(far[3:7]) > max(*far[:2], *far[8:])


def test_speak_and_narrate(media: Path, tmp_path: Path) -> None:
    spoken = document("speak", "Good morning", "-o", tmp_path / "a.wav", "--language", "de")
    sound = cm.load(tmp_path / "a.wav")
    assert isinstance(sound, cm.Audio)
    assert sound.duration == pytest.approx(spoken["duration"], abs=0.01)
    told = document("narrate", media / "photo.jpg", "-o", tmp_path / "b.mp3")
    assert told["text"]
    assert (tmp_path / "b.mp3").stat().st_size > 1000


def test_read(media: Path) -> None:
    found = document("read", media / "sign.png")
    assert found["text"] == "WELCOME"
    assert len(found["regions"]) == 1  # type: ignore[arg-type]
    assert run("read", media / "sign.png").stdout == "WELCOME\n"


def test_translate_along_routes(media: Path, tmp_path: Path) -> None:
    told = document("translate", media / "photo.jpg", "--to", "audio", "-o", tmp_path / "a.wav")
    assert len(told["route"]) == 3  # type: ignore[arg-type]
    assert isinstance(cm.load(tmp_path / "a.wav"), cm.Audio)
    run("translate", media / "film.mp4", "--to", "image", "-o", tmp_path / "still.png")
    assert isinstance(cm.load(tmp_path / "still.png"), cm.Image)
    explained = run("translate", media / "photo.jpg", "--to", "text", "--explain")
    assert "lost:" in explained.stderr
    words = run("translate", media / "film.mp4", "--to", "text", "--keep", "words")
    assert words.stdout.strip()


def test_route(media: Path) -> None:
    assert "pocket-scribe" in run("route", "image", "audio").stdout
    assert len(document("route", "video", "text")["route"]) == 2  # type: ignore[arg-type]


def test_alt_text_in_place_keeps_the_old_page(media: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    before = (media / "page.html").read_text("utf-8")
    page.write_text(before, "utf-8")
    found = document("alt", page, "--in-place")
    notes = [picture["note"] for picture in found["pictures"]]  # type: ignore[attr-defined]
    assert len(notes) == 2  # the decorative one is left alone
    if page.read_text("utf-8") != before:
        assert (tmp_path / "page.html.bak").read_text("utf-8") == before
    assert len(document("alt", media)["pictures"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["transcribe", "{}/silent.mp4"], 1, "no sound"),
        (["transcribe", "{}/photo.jpg"], 1, "photo.jpg"),
        (["transcribe", "{}/talk.wav", "--language", "xx"], 1, "language 'xx'"),
        (["speak", "hi", "-o", "{}/a.xyz"], 1, "End the name in"),
        (["speak", " ", "-o", "{}/a.wav"], 1, "nothing to say"),
        (["speak", "hi", "-o", "{}/a.wav", "--rate", "9"], 1, "80 to 450"),
        (["speak", "hi", "-o", "{}/a.wav", "--language", "qq"], 2, "qq"),
        (["read", "{}/talk.wav"], 1, "was given audio"),
        (["translate", "{}/talk.wav", "--to", "video", "-o", "{}/a.mp4"], 2, "No route"),
        (["translate", "{}/photo.jpg", "--to", "audio"], 2, "--output"),
        (["subtitle", "{}/film.mp4", "--lines", "9"], 1, "lines is 9"),
        (["subtitle", "{}/film.mp4", "--burn", "-o", "{}/a.srt"], 1, ".mp4 or .webm"),
        (["subtitle", "{}/talk.wav", "--burn", "-o", "{}/a.mp4"], 1, "no moving picture"),
        (["subtitle", "{}/film.mp4", "--from", "{}/a.srt"], 2, "goes with --burn"),
        (["subtitle", "{}/film.mp4", "--burn", "--from", "{}/none.srt"], 1, "none.srt"),
        (["alt", "{}/photo.jpg", "--in-place"], 2, "only a page"),
        (["alt", "{}/none.jpg"], 1, "There is no"),
        (["describe", "{}/none.jpg"], 1, "none.jpg"),
        (["describe", "{}/page.html"], 1, "A text was to be described. Give a picture"),
        (["translate", "{}/film.mp4", "--to", "audio", "-o", "{}/no/a.wav"], 2, "there is no"),
        (["speak", "hi", "-o", "{}/no/a.wav"], 2, "there is no folder"),
        (["narrate", "{}/photo.jpg", "-o", "{}/no/a.wav"], 2, "there is no folder"),
    ],
)
def test_wrong_calls(media: Path, arguments: list[str], code: int, words: str) -> None:
    result = run(*(argument.format(media) for argument in arguments))
    assert result.exit_code == code, result.output
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
