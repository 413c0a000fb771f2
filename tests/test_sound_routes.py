"""A sound through the whole house: embedded, classified, looked up, put into words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import AUDIO_CARD, TEXT_CARD, cards
from translators.engines import card, spoken

from crossmodal.card import Edge
from crossmodal.codecs import video
from crossmodal.codecs.audio import resample
from crossmodal.errors import InputError, TooLarge
from crossmodal.media import Audio, Image
from crossmodal.modality import AUDIO, TEXT, VIDEO
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.translators import heard
from crossmodal.workbench import Workbench

SETTINGS = Settings(
    image_model="tiny-image", text_model="tiny-text", audio_model="tiny-audio",
    video_model="", index_speech=False,
)  # fmt: skip
NAMER = replace(
    TEXT_CARD, name="tiny-namer", edge=Edge.DECODER, source=None, target=TEXT,
    loader="routing_models:load_namer", fidelity=0.5,
)  # fmt: skip


def hum(hertz: float = 90.0, *, rate: int = 22_050) -> Audio:
    time = np.arange(3 * rate) / rate
    return Audio((0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(SETTINGS, registry=Registry([*cards(), NAMER, card("pocketsphinx")]))


def test_a_sound_is_embedded_beside_words(bench: Workbench, tmp_path: Path) -> None:
    vectors = bench.embed([hum().save(tmp_path / "hum.wav"), "red", "blue"])
    scores = vectors.cosine(vectors)
    assert scores[0, 1] > scores[0, 2]


@pytest.mark.parametrize(("hertz", "colour"), [(90, "red"), (7000, "blue")])
def test_a_sound_is_classified(bench: Workbench, tmp_path: Path, hertz: float, colour: str) -> None:
    path = hum(hertz).save(tmp_path / "sound.flac")
    assert bench.classify(path, ["red", "green", "blue"]).labels[0].label == colour


def test_a_sound_is_looked_up_as_a_picture(bench: Workbench, photos: Path, tmp_path: Path) -> None:
    with bench.index(tmp_path / "i.cm") as index:
        index.add(photos)
        (hit,) = index.search(hum(7000), k=1).hits
    assert Path(hit.path).name == "2.png"  # the blue one


def test_words_where_somebody_speaks_and_meaning_elsewhere() -> None:
    models = Registry([*cards(), NAMER, card("pocketsphinx")])
    bench = Workbench(replace(SETTINGS, audio_model=""), registry=models)  # the gate alone
    speech, sound = spoken("one two three four five six"), hum()
    assert [hop.card.name for hop in bench.route_of(speech, "text").hops] == ["pocketsphinx"]
    assert [hop.card.name for hop in bench.route_of(sound, "text").hops] == [
        AUDIO_CARD.name,
        NAMER.name,
    ]
    assert str(bench.translate(sound, to="text")) == "red"
    assert "five" in str(bench.translate(speech, to="text")).split()
    assert str(bench.translate(sound, to="text", keep="words")) == ""
    assert str(bench.translate(speech, to="text", keep="meaning")) in ("red", "green", "blue")


def test_without_the_one_lane_the_other_is_taken() -> None:
    deaf = Workbench(replace(SETTINGS, audio_model=""), registry=Registry([*cards(), NAMER]))
    assert deaf.route_of(spoken("one two three"), "text").hops[0].card.name == AUDIO_CARD.name
    mute = Workbench(replace(SETTINGS, audio_model=""), registry=Registry([card("pocketsphinx")]))
    assert mute.translate(hum(), to="text").content == ""  # type: ignore[union-attr]
    assert mute.route_of(hum(), TEXT).source is AUDIO


def test_describe_a_sound(bench: Workbench, tmp_path: Path) -> None:
    text = bench.describe(hum().save(tmp_path / "hum.wav"))
    assert text.content == "red"
    assert text.confidence is not None


@pytest.mark.parametrize(("agrees", "model"), [(False, AUDIO_CARD.name), (True, "pocketsphinx")])
def test_the_encoder_has_a_say_in_what_is_speech(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, agrees: bool, model: str
) -> None:
    """The tiny encoder hears this voice as one colour: it is speech where that is its label."""
    voice = spoken("one two three four five six")
    colour = bench.classify(voice, ["red", "green", "blue"]).labels[0].label
    other = next(name for name in ("red", "green", "blue") if name != colour)
    monkeypatch.setattr(heard, "LABELS", (colour, other))
    monkeypatch.setattr(heard, "SPEECH_LABEL", colour if agrees else other)
    assert bench.route_of(voice, "text").hops[0].card.name == model


@pytest.fixture
def strict() -> Workbench:
    """A workbench that decodes no sound whole."""
    models = Registry([*cards(), NAMER, card("soundtrack"), card("pocketsphinx")])
    return Workbench(replace(SETTINGS, max_samples=1), registry=models)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Audio], Path]:
    """Write a sound, then silence: five minutes in all."""

    def make(sound: Audio) -> Path:
        whole = np.zeros(300 * 8000, np.float32)
        begin = resample(sound, rate=8000).samples
        whole[: len(begin)] = begin
        return Audio(whole, 8000).save(tmp_path_factory.mktemp("long") / "long.wav")

    return make


def test_the_words_of_a_long_sound_are_translated_in_blocks(
    strict: Workbench, lasting: Callable[[Audio], Path]
) -> None:
    path = lasting(spoken("one two three four five six"))
    medium, route = strict.translation(path, to=TEXT, keep="words")
    assert "five" in str(medium).split()
    assert [step.seconds > 0 for step in route.explain()] == [True]


def test_the_meaning_of_a_long_sound_is_translated_by_parts(
    strict: Workbench, lasting: Callable[[Audio], Path]
) -> None:
    path = lasting(hum(7000))
    medium, route = strict.translation(path, to=TEXT)  # nobody speaks
    assert route.hops[0].card.name == AUDIO_CARD.name
    assert medium == replace(strict.describe(path), confidence=None)
    sound = strict.load(path, excerpt=True)
    assert isinstance(sound, Audio)
    assert sound.duration == 120
    with pytest.raises(TooLarge, match="max_samples"):
        strict.load(path)


def test_the_words_of_a_film_are_translated_in_blocks(strict: Workbench, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    speech = spoken("one two three four five six")
    video.write(film, [Image(np.zeros((32, 32, 3), np.uint8))] * 20, fps=5, audio=speech)
    medium, route = strict.translation(film, to=TEXT, keep="words")
    assert "five" in str(medium).split()
    assert [step.model.partition("@")[0] for step in route.explain()] == [
        "soundtrack",
        "pocketsphinx",
    ]
    with pytest.raises(TooLarge, match="max_samples"):
        strict.translate(film, to=AUDIO)
    with pytest.raises(InputError, match="takes no blocks"):
        strict.route(VIDEO, AUDIO).translate_blocks([speech])


def test_models_that_take_whole_sounds_are_given_them(tmp_path: Path) -> None:
    louder = replace(card("pocketsphinx"), name="whole", loader="routing_models:load_counter")
    bench = Workbench(SETTINGS, registry=Registry([louder]))
    path = Audio(np.zeros(250 * 1000, np.float32), 1000).save(tmp_path / "long.wav")
    assert str(bench.translate(path, to=TEXT)) == "250000"
