from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossmodal.errors import InputError
from crossmodal.media import Audio, Frame, Image, Text, Video
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO, Modality

PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def test_media_know_their_modality() -> None:
    sound = Audio(np.zeros(4, np.float32), 8000)
    film = Video(3, 2, 25.0, 1.0, "abc", lambda: iter(()))
    media = [Text("a"), Image(PIXELS), sound, film]
    assert [medium.modality for medium in media] == [TEXT, IMAGE, AUDIO, VIDEO]


@pytest.mark.parametrize("word", ["image", "IMAGE", " Image "])
def test_modality_is_parsed_from_words(word: str) -> None:
    assert Modality.parse(word) is IMAGE


def test_unknown_modality_lists_the_known() -> None:
    with pytest.raises(InputError, match=r"'smell' is not a modality\. .*text, image, audio"):
        Modality.parse("smell")


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 3), np.uint8),
        np.zeros((2, 3, 4), np.uint8),
        np.zeros((0, 3, 3), np.uint8),
        np.zeros((2, 3, 3), np.float32),
    ],
)
def test_image_refuses_other_shapes(pixels: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"\(H, W, 3\) uint8"):
        Image(pixels)


@pytest.mark.parametrize("samples", [np.zeros((2, 2), np.float32), np.zeros(2, np.float64)])
def test_audio_refuses_other_shapes(samples: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"\(T,\) float32"):
        Audio(samples, 8000)


def test_audio_refuses_a_rate_of_nothing() -> None:
    with pytest.raises(InputError, match="0 Hz"):
        Audio(np.zeros(1, np.float32), 0)


def test_arrays_cannot_be_written_through_media_and_callers_keep_theirs() -> None:
    pixels = PIXELS.copy()
    image = Image(pixels)
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0, 0] = 1
    pixels[0, 0, 0] = 9  # still the caller's to write


def test_media_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Text("a").content = "b"  # type: ignore[misc]


def test_sizes_and_durations() -> None:
    assert Image(PIXELS).size == (3, 2)
    assert Audio(np.zeros(4000, np.float32), 8000).duration == 0.5


def test_video_starts_anew_each_time() -> None:
    frames = [Frame(0.0, Image(PIXELS)), Frame(0.04, Image(PIXELS))]
    sound = Audio(np.zeros(4, np.float32), 8000)
    film = Video(3, 2, 25.0, 0.08, "abc", lambda: iter(frames), lambda: sound)
    assert list(film.frames()) == list(film.frames()) == frames
    assert film.audio() is sound
    assert Video(3, 2, 25.0, 1.0, "abc", lambda: iter(())).audio() is None


def test_video_at_given_times() -> None:
    frames = [Frame(time, Image(PIXELS + n)) for n, time in enumerate((0.0, 0.5, 1.0))]
    film = Video(3, 2, 2.0, 1.5, "abc", lambda: iter(frames))
    assert list(film.at([0.0, 0.4, 0.5, 9.0])) == [frames[0], frames[0], frames[1], frames[2]]
    jumping = Video(3, 2, 2.0, 1.5, "abc", lambda: iter(()), open_at=lambda times: iter(frames[:1]))
    assert list(jumping.at([0.2])) == frames[:1]


@given(arrays(np.uint8, (3, 2, 3)), arrays(np.uint8, (3, 2, 3)))
def test_equal_content_equal_id(first: np.ndarray, second: np.ndarray) -> None:
    same = np.array_equal(first, second)
    assert (Image(first).content_id() == Image(second).content_id()) is same


def test_shape_and_rate_are_content_too() -> None:
    assert Image(PIXELS).content_id() != Image(PIXELS.reshape(3, 2, 3)).content_id()
    samples = np.zeros(4, np.float32)
    assert Audio(samples, 8000).content_id() != Audio(samples, 16_000).content_id()


@given(st.text(), st.text())
def test_text_ids(first: str, second: str) -> None:
    assert (Text(first).content_id() == Text(second).content_id()) is (first == second)
