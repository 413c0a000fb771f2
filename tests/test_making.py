"""`draw`, `animate` and `sound`: by the model that is chosen, by the best one here, or by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from contract import film
from tiny_hub import quick, small
from translators.engines import spoken
from typer.testing import CliRunner

from crossmodal.card import ModelCard
from crossmodal.cli.app import app
from crossmodal.errors import InputError, MissingModel, NoRoute, UnknownName
from crossmodal.lane import Lane
from crossmodal.media import Audio, Image, Video
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.sources import catalog
from crossmodal.sources.checkpoints import Checkpoints
from crossmodal.workbench import Workbench

NAMES = ("stable-diffusion", "ltx", "stable-audio", "blip", "ctc")


@pytest.fixture(scope="module")
def pulled(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> list[ModelCard]:
    return [quick(row) for name in NAMES for row in tiny_checkpoint(f"tiny/{name}")]


@pytest.fixture
def bench(shelf: Checkpoints, pulled: list[ModelCard]) -> Workbench:
    return Workbench(Settings(), registry=Registry([*catalog.cards(), *pulled], shelf=shelf))


@pytest.fixture
def bare(tmp_path: Path) -> Workbench:
    return Workbench(
        Settings(), registry=Registry(catalog.cards(), shelf=Checkpoints(tmp_path / "models"))
    )


def test_the_best_model_here_makes(bench: Workbench) -> None:
    picture = bench.draw("a red dog", seed=1)
    assert isinstance(picture, Image)
    assert picture.size == (32, 32)
    moving = bench.animate("a dog runs", seed=1)
    assert isinstance(moving, Video)
    assert moving.duration == pytest.approx(5 / 24)
    noise = bench.sound("rain", seed=1, seconds=0.5)
    assert isinstance(noise, Audio)
    assert noise.duration == pytest.approx(0.5, abs=0.05)


def test_a_picture_is_animated_by_a_model_that_takes_pictures(bench: Workbench) -> None:
    first, second = (bench.animate(picture, seed=1) for picture in small(IMAGE))
    assert isinstance(first, Video)
    assert first.content_id() != second.content_id()


def test_without_a_seed_every_picture_is_another(bench: Workbench) -> None:
    assert bench.draw("a dog").content_id() != bench.draw("a dog").content_id()
    assert bench.draw("a dog", seed=3).content_id() == bench.draw("a dog", seed=3).content_id()


def test_without_a_model_it_says_what_to_pull(bare: Workbench) -> None:
    with pytest.raises(MissingModel, match=r"crossmodal models pull .*GB"):
        bare.draw("a dog")
    with pytest.raises(MissingModel, match=r"crossmodal models pull .*GB"):
        bare.animate("a dog")
    with pytest.raises(MissingModel, match=r"crossmodal models pull .*GB"):
        bare.sound("rain")


def test_no_words_are_told_before_no_model(bare: Workbench) -> None:
    for make in (bare.draw, bare.animate, bare.sound):
        with pytest.raises(InputError, match="was given no words"):
            make(" ")


def test_no_route_names_what_to_pull(bare: Workbench) -> None:
    with pytest.raises(NoRoute, match=r"For video run: crossmodal models pull .*GB"):
        bare.route(TEXT, VIDEO)


def test_a_chosen_model_that_was_not_pulled_says_so(shelf: Checkpoints) -> None:
    chosen = Settings(drawing_model="black-forest-labs/FLUX.1-schnell")
    bench = Workbench(chosen, registry=Registry(catalog.cards(), shelf=shelf))
    with pytest.raises(MissingModel, match="models pull black-forest-labs/FLUX.1-schnell"):
        bench.draw("a dog")


def test_a_model_that_makes_something_else_is_refused(
    shelf: Checkpoints, pulled: list[ModelCard]
) -> None:
    chosen = Settings(drawing_model="tiny/blip", animating_model="nothing")
    bench = Workbench(chosen, registry=Registry([*catalog.cards(), *pulled], shelf=shelf))
    with pytest.raises(UnknownName, match="is no translator from text to image"):
        bench.draw("a dog")
    with pytest.raises(UnknownName, match="no model 'nothing'"):
        bench.animate("a dog")
    with pytest.raises(InputError, match="begin from text"):
        bench.draw("a dog", start=__file__)


def test_routes_show_the_models_that_were_pulled(bench: Workbench) -> None:
    (step,) = bench.route(TEXT, IMAGE).explain()
    assert step.model == "tiny/stable-diffusion@local"
    assert step.lanes == (Lane.MEANING,)
    (step,) = bench.route(IMAGE, VIDEO).explain()
    assert step.model == "tiny/ltx:image@local"
    assert "tiny/" not in str(bench.route(TEXT, AUDIO))  # to say words is not to sound them


def test_a_sound_is_animated_by_what_is_said_or_heard_in_it(bench: Workbench) -> None:
    one, other = bench.animate(spoken("good morning"), seed=1), bench.animate("good", seed=1)
    assert isinstance(one, Video)
    assert one.content_id() != other.content_id()


def test_describe_by_the_model_that_is_chosen(shelf: Checkpoints, pulled: list[ModelCard]) -> None:
    chosen = Settings(captioning_model="tiny/blip")
    bench = Workbench(chosen, registry=Registry([*catalog.cards(), *pulled], shelf=shelf))
    picture = small(IMAGE)[0]
    (expected,) = bench.registry.translator("tiny/blip").translate([picture])
    assert bench.describe(picture) == expected
    moving = film(np.random.default_rng(5).integers(0, 256, (3, 32, 32, 3), np.uint8))
    assert bench.describe(moving).content  # by its best frame


@pytest.fixture
def command(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, shelf: Checkpoints, own_home: Path
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command line with the tiny checkpoints as the user's own."""
    data = own_home / "data" / "crossmodal"
    data.mkdir(parents=True)
    (data / "models").symlink_to(shelf.root)
    monkeypatch.setenv("XDG_DATA_HOME", str(own_home / "data"))
    monkeypatch.setenv("CROSSMODAL_DEVICE", "cpu")
    monkeypatch.setenv("CROSSMODAL_DTYPE", "float32")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.stdout if result.exit_code == 0 else result.output

    return run


def test_draw_on_the_command_line(
    command: Callable[..., tuple[int, str]], tmp_path: Path, bench: Workbench
) -> None:
    target, look = tmp_path / "dog.png", tmp_path / "look.png"
    code, out = command(
        "draw", "a red dog", "-o", str(target), "--seed", "7", "--steps", "2", "--size", "32x32",
        "--preview", str(look), "--model", "tiny/stable-diffusion", "--json",
    )  # fmt: skip
    assert code == 0, out
    document = json.loads(out)
    assert (document["seed"], document["size"]) == (7, [32, 32])
    expected = bench.draw("a red dog", seed=7, steps=2, size=(32, 32))
    assert bench.load(target).content_id() == expected.content_id()
    assert isinstance(bench.load(look), Image)


def test_animate_and_sound_on_the_command_line(
    command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    picture = tmp_path / "dog.png"
    small(IMAGE)[0].save(picture)
    for what in ("a dog runs", str(picture)):
        code, out = command(
            "animate", what, "-o", str(tmp_path / "dog.mp4"), "--steps", "1", "--seconds", "0.2",
            "--size", "32x32", "--model", "tiny/ltx", "--json",
        )  # fmt: skip
        assert code == 0, out
        assert json.loads(out)["size"] == [32, 32]
    code, out = command(
        "sound", "rain", "-o", str(tmp_path / "rain.wav"), "--steps", "1", "--seconds", "0.5",
        "--model", "tiny/stable-audio", "--json",
    )  # fmt: skip
    assert code == 0, out
    assert json.loads(out)["duration"] == pytest.approx(0.5, abs=0.05)


def test_calls_that_cannot_work_leave_nothing(
    command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, out = command("draw", "a dog", "-o", str(tmp_path / "no" / "dog.png"))
    assert code == 2
    assert "no folder" in out
    code, out = command("draw", "a dog", "-o", str(tmp_path / "dog.png"), "--size", "big")
    assert code == 2
    assert "640x480" in out
    code, out = command(
        "draw", " ", "-o", str(tmp_path / "dog.png"), "--model", "tiny/stable-diffusion"
    )
    assert code == 1
    assert "no words" in out
    assert list(tmp_path.iterdir()) == []
