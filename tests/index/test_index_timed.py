"""Sounds and films: found by what is seen, heard and said in them, with the seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from toys import COLOURS, all_toys, film, picture, tone

from crossmodal.codecs import video
from crossmodal.encoders.film import FilmEncoder
from crossmodal.errors import InputError, StoreError
from crossmodal.index import Hit, Index, Query
from crossmodal.media import Audio, Segment
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO
from crossmodal.settings import Settings


class Ear:
    """A Listener that hears "a frog says hello" in every second block, at its beginning."""

    name = "ear@1"

    def __call__(self, blocks: Iterable[Audio]) -> Iterator[Segment]:
        at = 0.0
        for number, block in enumerate(blocks):
            if number % 2 == 0:
                yield Segment(at + 1, at + 2, "a frog")
                yield Segment(at + 2.5, at + 3.5, "says green")
            at += block.duration


SETTINGS = Settings(threads=2, match_prior=0.01)


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "index", encoders=all_toys(), settings=SETTINGS, listener=Ear()) as made:
        yield made


def span(hit: Hit) -> tuple[float, float]:
    assert hit.start is not None
    assert hit.end is not None
    return hit.start, hit.end


def test_a_film_is_found_by_its_shots(timed: Index, media: Path) -> None:
    film(media / "a.mp4", ("red", 3), ("blue", 4), ("yellow", 2))
    film(media / "b.mp4", ("magenta", 2))
    assert timed.add(media).added == 2
    for colour, start, end in (("red", 0, 3), ("blue", 3, 7), ("yellow", 7, 9)):
        results = timed.search(colour)
        assert results.matches == 1
        assert results[0].path.name == "a.mp4"
        assert results[0].modality is VIDEO
        assert span(results[0]) == pytest.approx((start, end), abs=0.11)
        assert results[0].because == f"looks like “{colour}”"
    assert timed.search("magenta")[0].path.name == "b.mp4"


def test_sounds_are_found_by_their_moments(timed: Index, media: Path) -> None:
    tone(("red", 20), ("", 20), ("blue", 20)).save(media / "a.wav")
    timed.add(media)
    hit = timed.search("blue")[0]
    assert (hit.modality, hit.because) == (AUDIO, "sounds like “blue”")
    assert span(hit) == pytest.approx((40, 60), abs=5)
    assert timed.search("yellow").nothing


def test_a_film_is_found_by_what_sounds_and_is_said_in_it(timed: Index, media: Path) -> None:
    sound = tone(("blue", 40), ("yellow", 30))
    film(media / "a.mp4", ("red", 70), fps=2, sound=sound)
    timed.add(media)
    heard = timed.search("yellow")[0]
    assert span(heard) == pytest.approx((40, 70), abs=5)
    assert heard.because == "sounds like “yellow”"
    said = timed.search("frog")[0]
    assert (said.words, said.text) == (True, "a frog says green")
    assert span(said) == (1, 3.5)
    assert timed.search("green frog", moments=True).matches == 2  # again after a minute


def test_every_modality_finds_every_other(timed: Index, media: Path) -> None:
    picture(media / "photo.png", "blue")
    (media / "text.txt").write_text("blue")
    tone(("blue", 6)).save(media / "sound.wav")
    film(media / "film.mp4", ("blue", 3), ("red", 3))
    timed.add(media)
    blue_film = video.open(film(media.parent / "q.mp4", ("blue", 2)))
    photo = next(iter(blue_film.frames())).image
    names = {"photo.png", "text.txt", "sound.wav", "film.mp4"}
    for query in ("blue", photo, tone(("blue", 7)), tone(("blue", 1), rate=44_100), blue_film):
        results = timed.search(query)
        assert {hit.path.name for hit in results if hit.is_match} == names
    assert timed.search(Query.of(images=[photo], sounds=[tone(("red", 1))])).nothing


def test_a_film_of_many_scenes_finds_each_of_them(tmp_path: Path, media: Path) -> None:
    encoders = all_toys()
    averaging = replace(encoders[VIDEO].card, parts=(encoders[IMAGE].card.name,))
    encoders[VIDEO] = FilmEncoder(averaging, encoders[IMAGE])
    scenes = ("red", "blue", "yellow")
    mixed = video.open(film(media / "mixed.mp4", *[(colour, 2) for colour in scenes]))
    for colour in (*scenes, "magenta"):
        picture(media / f"{colour}.png", colour)
    with Index(tmp_path / "i", encoders=encoders, settings=SETTINGS) as index:
        index.add(media)
        photo = index.search(next(iter(mixed.frames())).image)
        assert {hit.path.stem for hit in photo if hit.is_match} == {"mixed", "red"}
        found = index.search(mixed)
        assert {hit.path.stem for hit in found if hit.is_match} == {"mixed", *scenes}
        assert found.hits[0].score == pytest.approx(1, abs=0.01)
        both = index.search(Query.of(films=[mixed], texts="blue"), modalities="image")
        assert [hit.path.stem for hit in both if hit.is_match] == ["blue"]


def test_moments_are_several_hits_of_one_file(timed: Index, media: Path) -> None:
    film(media / "a.mp4", *[("red", 2), ("blue", 2)] * 4, sound=tone(("red", 2), ("blue", 14)))
    picture(media / "b.png", "red")
    timed.add(media)
    assert len(timed.search("red")) == 2
    hits = [hit for hit in timed.search("red", moments=True, k=20) if hit.is_match]
    starts = sorted(hit.start for hit in hits if hit.start is not None)
    assert starts == pytest.approx([0, 4, 8, 12], abs=0.11)
    assert {hit.path.name for hit in hits} == {"a.mp4", "b.png"}
    assert len(timed.search("red", moments=True, k=3)) == 3


def test_names_of_films_are_words_and_show_the_best_moment(timed: Index, media: Path) -> None:
    film(media / "holiday.mp4", ("red", 2), ("blue", 2))
    timed.add(media)
    hit = timed.search("holiday")[0]
    assert hit.words
    assert hit.because.startswith("words: holiday")
    both = Query.of(texts=["holiday blue"])
    assert timed.search(both)[0].start == pytest.approx(2, abs=0.11)


def test_filters_hold_within_films(timed: Index, media: Path) -> None:
    for number in range(30):
        picture(media / "photos" / f"{number}.png", "red", seed=number)
    film(media / "films" / "a.mp4", ("red", 2))
    timed.add(media)
    (hit,) = timed.search("red", modalities=[VIDEO], k=5)
    assert hit.path.name == "a.mp4"
    assert len(timed.search("red", modalities=[IMAGE], k=50)) == 30
    assert len(timed.search("red", under=media / "films")) == 1
    assert not timed.search("red", modalities=[AUDIO]).hits


def test_moved_copied_changed_and_gone_films_keep_or_lose_their_entries(
    timed: Index, media: Path
) -> None:
    path = film(media / "frogs.mp4", ("red", 2), sound=tone(("blue", 2)))
    timed.add(media)
    entries = timed.info().entries
    path.rename(media / "toads.mp4")
    (media / "copy.mp4").write_bytes((media / "toads.mp4").read_bytes())
    summary = timed.add(media)
    assert (summary.moved, summary.copied) == (1, 1)
    assert timed.info().entries == 2 * entries
    assert timed.search("frogs").nothing
    assert [span(hit) for hit in timed.search("frog green")] == [(1, 3.5)] * 2
    film(media / "copy.mp4", ("green", 1))
    assert timed.add(media).updated == 1
    (media / "toads.mp4").unlink()
    timed.add(media)
    assert timed.search("red").nothing
    assert timed.info().entries == 2  # the whole, and its one shot


def test_films_are_read_again_when_a_sense_is_gained_and_not_when_one_is_lost(
    tmp_path: Path, media: Path
) -> None:
    film(media / "a.mp4", ("red", 2), sound=tone(("blue", 2)))
    toys, place = all_toys(), tmp_path / "grown"

    def added(*modalities: object, ear: Ear | None = None) -> tuple[int, int]:
        mine = {one: toys[one] for one in toys if one in modalities}
        with Index(place, encoders=mine, settings=SETTINGS, listener=ear) as index:
            summary = index.add(media)
            return summary.added + summary.updated, index.info().entries

    assert added(TEXT, IMAGE) == (1, 1)  # by its name
    assert added(TEXT, IMAGE, VIDEO) == (1, 2)  # and its shot
    assert added(TEXT, IMAGE, VIDEO, AUDIO) == (1, 3)  # and its sound
    assert added(TEXT, IMAGE, VIDEO, AUDIO, ear=Ear()) == (1, 4)  # and its words
    assert added(TEXT, IMAGE, VIDEO, AUDIO) == (0, 4)
    assert added(TEXT, IMAGE) == (0, 4)


def test_pairs_without_a_curve_are_left_out_with_a_note(timed: Index, media: Path) -> None:
    picture(media / "photo.png", "blue")
    tone(("blue", 6)).save(media / "sound.wav")
    timed.add(media)
    encoders = all_toys()
    for encoder in encoders.values():
        curves = {pair: c for pair, c in encoder.card.calibration.items() if pair != "audio-image"}
        object.__setattr__(encoder.card, "calibration", curves)
    with Index(timed.folder, encoders=encoders, settings=SETTINGS) as other:
        results = other.search(tone(("blue", 3)))
        assert [hit.path.name for hit in results] == ["sound.wav"]
        assert "audio-image" in results.notes[0]
        with pytest.raises(StoreError, match="audio-image"):
            other.search(tone(("blue", 3)), modalities=[IMAGE])


class Deaf:
    """A Listener that fails after it has heard a word."""

    name = "deaf@1"

    def __call__(self, blocks: Iterable[Audio]) -> Iterator[Segment]:
        next(iter(blocks))
        yield Segment(0, 1, "frog")
        raise RuntimeError("it has gone deaf")


def test_listener_that_fails_costs_words_and_no_more(tmp_path: Path, media: Path) -> None:
    tone(("red", 40), ("blue", 40)).save(media / "a.wav")
    encoders = all_toys()
    with Index(tmp_path / "i", encoders=encoders, settings=SETTINGS, listener=Deaf()) as index:
        summary = index.add(media)
        assert summary.added == 1
        assert "gone deaf" in summary.partials[0].error
        assert index.search("frog")[0].words
        assert span(index.search("blue")[0]) == pytest.approx((40, 80), abs=5)


def test_how_far_a_film_has_been_read_is_told(timed: Index, media: Path) -> None:
    film(media / "a.mp4", ("red", 2), ("blue", 2))
    tone(("red", 70)).save(media / "b.wav")
    told: list[tuple[str, float]] = []
    timed.add(media, reading=lambda path, seconds: told.append((path.name, round(seconds))))
    assert {("a.mp4", 0), ("a.mp4", 2), ("b.wav", 0), ("b.wav", 30), ("b.wav", 60)} <= set(told)


def test_film_without_a_film_model_is_no_query(media: Path, index: Index) -> None:
    with pytest.raises(InputError, match="by video"):
        index.search(video.open(film(media / "a.mp4", ("red", 1))))


def test_colours_are_all_different_shots(timed: Index, media: Path) -> None:
    film(media / "a.mp4", *((colour, 0.5) for colour in COLOURS))
    timed.add(media)
    for place, colour in enumerate(COLOURS):
        assert timed.search(colour)[0].start == pytest.approx(place / 2, abs=0.11)
