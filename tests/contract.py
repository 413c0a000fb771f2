"""What every model must do, as checks that any model can be put through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from crossmodal.contracts import Aligner, Decoder, Encoder, Translator
from crossmodal.errors import InputError, SpaceMismatch
from crossmodal.media import Audio, Frame, Image, Media, Text, Video
from crossmodal.modality import Modality
from crossmodal.space import Space, Vectors


def samples(modality: Modality) -> list[Media]:
    """Return five different media of `modality`, of several sizes."""
    random = np.random.default_rng(7)
    if modality is Modality.TEXT:
        words = ("red", "a photo of a dog", "blue " * 60, "Ein Hund läuft", "green\nblue, RED!")
        return [Text(line) for line in words]
    if modality is Modality.IMAGE:
        sizes = ((40, 60), (300, 200), (1, 1), (64, 64), (31, 500))
        return [Image(random.integers(0, 256, (*size, 3), np.uint8)) for size in sizes]
    if modality is Modality.AUDIO:
        lengths = (1600, 16_000, 40_000, 8000, 100)
        return [Audio(random.uniform(-1, 1, n).astype(np.float32), 16_000) for n in lengths]
    return [film(random.integers(0, 256, (n, 16, 24, 3), np.uint8)) for n in (1, 4, 9)]


def film(pictures: np.ndarray) -> Video:
    """Return a film of `pictures` (N, H, W, 3), two a second, with a hum."""
    frames = [Frame(n / 2, Image(picture)) for n, picture in enumerate(pictures)]
    hum = np.sin(np.arange(16_000 * len(frames) // 2, dtype=np.float32) / 9) / 4
    height, width = pictures.shape[1:3]
    return Video(
        width, height, 2.0, len(frames) / 2, str(len(frames)),
        lambda: iter(frames), lambda: Audio(hum, 16_000),
    )  # fmt: skip


def check_encoder(encoder: Encoder, media: Sequence[Media]) -> None:
    """Check the Encoder contract on `media` (at least two different ones)."""
    assert isinstance(encoder, Encoder)
    assert encoder.card.space == encoder.space
    vectors = encoder.encode(media)
    assert isinstance(vectors, Vectors)
    assert vectors.space == encoder.space
    assert vectors.values.shape == (len(media), encoder.space.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors.values, axis=1), 1, atol=1e-5)

    assert len(encoder.encode([])) == 0
    assert len(encoder.encode_prepared([])) == 0
    again = encoder.encode_prepared([encoder.prepare(medium) for medium in media])
    np.testing.assert_array_equal(again.values, vectors.values)

    alone = np.concatenate([encoder.encode([medium]).values for medium in media])
    np.testing.assert_allclose(alone, vectors.values, atol=1e-4)
    many = encoder.encode([*media] * 15)  # more than one batch, in order
    np.testing.assert_allclose(many.values, np.tile(vectors.values, (15, 1)), atol=1e-4)
    assert np.unique(vectors.values.round(4), axis=0).shape[0] > 1

    assert encoder.card.source is not None
    with pytest.raises(InputError, match="was given"):
        encoder.encode([stranger(encoder.card.source)])


def check_decoder(decoder: Decoder) -> None:
    """Check the Decoder contract on random vectors."""
    assert isinstance(decoder, Decoder)
    space = decoder.space
    assert decoder.card.space == space
    values = np.random.default_rng(3).normal(size=(3, space.dim)).astype(np.float32)
    media = decoder.decode(Vectors(space, values))
    assert [medium.modality for medium in media] == [decoder.card.target] * 3
    assert decoder.decode(Vectors(space, values[:0])) == []
    (alone,) = decoder.decode(Vectors(space, values[1:2] * 7))  # length says nothing
    assert alone.content_id() == media[1].content_id()
    with pytest.raises(SpaceMismatch):
        decoder.decode(Vectors(Space("other", "1", space.dim), values))


def check_aligner(aligner: Aligner) -> None:
    """Check the Aligner contract on random vectors."""
    assert isinstance(aligner, Aligner)
    start, end = aligner.source_space, aligner.space
    assert (aligner.card.source_space, aligner.card.space) == (start, end)
    values = np.random.default_rng(3).normal(size=(5, start.dim)).astype(np.float32)
    vectors = Vectors(start, values).unit()
    mapped = aligner.transform(vectors)
    assert mapped.space == end
    assert mapped.values.shape == (5, end.dim)
    np.testing.assert_allclose(np.linalg.norm(mapped.values, axis=1), 1, atol=1e-5)
    assert len(aligner.transform(vectors[:0])) == 0
    (alone,) = aligner.transform(vectors[1:2]).values
    np.testing.assert_allclose(alone, mapped.values[1], atol=1e-5)
    with pytest.raises(SpaceMismatch):
        aligner.transform(Vectors(Space("other", "1", start.dim), values))


def check_translator(
    translator: Translator,
    media: Sequence[Media],
    *,
    alike: Callable[[Media, Media], bool] | None = None,
) -> None:
    """Check the Translator contract on `media`, all of the modality that it takes.

    `alike` says whether two results are the same, for engines that tremble; None for `same`.
    """
    assert isinstance(translator, Translator)
    card = translator.card
    assert card.source is not None
    assert card.target is not None
    assert card.lanes
    results = translator.translate(media)
    assert [result.modality for result in results] == [card.target] * len(media)
    assert translator.translate([]) == []
    alone = [translator.translate([medium])[0] for medium in reversed(media)][::-1]
    assert all(map(alike or same, alone, results))
    with pytest.raises(InputError, match="was given"):
        translator.translate([*media[:1], stranger(card.source)])


def alike(one: Media, other: Media) -> bool:
    """Return whether two results of a network are the same, but for the last digits."""
    if isinstance(one, Audio) and isinstance(other, Audio):
        return bool(np.allclose(one.samples, other.samples, atol=1e-4))
    return one.content_id() == other.content_id()


def same(one: Media, other: Media) -> bool:
    """Return whether two results are the same; synthesised voices tremble, and last as long."""
    if isinstance(one, Audio) and isinstance(other, Audio):
        return abs(one.duration - other.duration) < 0.05
    return one.content_id() == other.content_id()


def stranger(modality: Modality) -> Media:
    """Return a medium that is not of `modality`."""
    other = Modality.IMAGE if modality is Modality.TEXT else Modality.TEXT
    return samples(other)[0]
