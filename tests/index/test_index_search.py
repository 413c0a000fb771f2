"""Searching: composition, words, filters, one ranking over mixed media."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from toys import COLOURS, PAIRS, ToyImages, ToyTexts, card, picture, toys

from crossmodal.errors import InputError, StoreError
from crossmodal.index import Index, Part, Query, rows
from crossmodal.index.filters import Filters
from crossmodal.index.word_search import WordSearch
from crossmodal.index.words import NEAR_WORDS, expression
from crossmodal.media import Audio, Image, Text
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.settings import Settings


def plain(colour: str) -> Image:
    return Image(np.full((8, 8, 3), COLOURS[colour], np.uint8))


@pytest.fixture
def mixed(index: Index, media: Path) -> Index:
    for number, colour in enumerate(COLOURS):
        picture(media / "pictures" / f"{number}.png", colour, seed=number)
        (media / "texts").mkdir(exist_ok=True)
        (media / "texts" / f"{number}.txt").write_text(f"{colour} {colour} {colour}")
    index.add(media)
    return index


def found(index: Index, query: str | Image | Query, **options: object) -> list[str]:
    return [hit.path.name for hit in index.search(query, **options) if hit.is_match]  # type: ignore[arg-type]


def test_all_media_stand_in_one_ranking(mixed: Index) -> None:
    results = mixed.search("red", k=12)
    assert {hit.path.name for hit in results.hits[:2]} == {"0.png", "0.txt"}
    assert (results.matches, results.nothing, len(results)) == (2, False, 12)
    assert results[0].words
    assert results[1].because == "looks like “red”"
    assert results.seconds > 0
    assert set(found(mixed, plain("blue"))) == {"2.png", "2.txt"}
    assert mixed.search(plain("blue"))[0].because.endswith("like the picture")


def test_that_a_picture_is_asked_for_goes_without_saying(mixed: Index) -> None:
    plainly, politely = mixed.search("red", k=12), mixed.search("Show me a photo of red", k=12)
    assert [hit.path for hit in politely] == [hit.path for hit in plainly]
    assert [hit.probability for hit in politely] == [hit.probability for hit in plainly]
    assert politely.query == "“Show me a photo of red”"


def test_nothing_matches_is_an_answer(mixed: Index) -> None:
    results = mixed.search("quantum")
    assert results.nothing
    assert len(results) == 10
    assert results[0].because == "nearest, but not likely a match"
    assert len(mixed.search("red", k=1)) == 1
    with pytest.raises(InputError, match="0 hits"):
        mixed.search("red", k=0)


def test_several_parts_and_weights(mixed: Index, media: Path) -> None:
    picture(media / "mix.png", (120, 110, 120), seed=9)  # neither red nor green
    picture(media / "brown.png", (130, 120, 20), seed=9)  # both
    mixed.add(media)
    both = Query.of(texts=["red"], images=[plain("green")])
    assert mixed.search(both, modalities="image")[0].path.name in ("3.png", "brown.png")
    mostly = Query((Part(Text("red"), 5), Part(plain("green"), 0.1)))
    assert mixed.search(mostly, modalities="image")[0].path.name == "0.png"
    assert str(Query.of(texts="red", without="green")) == "“red” without “green”"


def test_unwanted_parts_push_down_what_matches_them_and_nothing_else(mixed: Index) -> None:
    whole = {hit.path.name: hit.probability for hit in mixed.search("red yellow", k=20)}
    query = Query.of(texts="red yellow", without=["yellow"])
    results = mixed.search(query, k=20)
    left = {hit.path.name: hit.probability for hit in results}
    assert left["3.png"] < whole["3.png"] * 0.1  # type: ignore[operator]
    for name in ("2.png", "4.png"):
        assert left[name] == pytest.approx(whole[name])
    assert results[0].path.name not in ("3.png", "3.txt")


def test_words_that_are_unwanted_keep_word_matches_out(index: Index, media: Path) -> None:
    (media / "a.txt").write_text("dog beach")
    (media / "b.txt").write_text("dog office")
    index.add(media)
    hits = index.search(Query.of(texts="the dog", without=["at the beach"]))
    assert {hit.path.name: hit.words for hit in hits} == {"a.txt": False, "b.txt": True}


@pytest.mark.parametrize("query", ["", "  \n"])
def test_empty_queries_are_refused(mixed: Index, query: str) -> None:
    with pytest.raises(InputError, match="empty"):
        mixed.search(query)


def test_queries_that_say_nothing_cannot_be_made() -> None:
    for make in (
        lambda: Query(()),
        lambda: Query.of(without="red"),
        lambda: Part(Text("red"), 0),
        lambda: Part(Text("red"), float("nan")),
    ):
        with pytest.raises(InputError):
            make()


def test_query_of_a_modality_without_encoder(mixed: Index) -> None:
    with pytest.raises(InputError, match="by audio"):
        mixed.search(Audio(np.zeros(10, np.float32), 8000))


def test_missing_calibration_leaves_those_files_out_and_says_so(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    (media / "b.txt").write_text("green")
    index.add(media)
    bare: dict[Modality, ToyImages | ToyTexts] = {
        IMAGE: ToyImages(card(IMAGE)),
        TEXT: ToyTexts(card(TEXT)),
    }
    for encoder in bare.values():
        object.__setattr__(encoder.card, "calibration", {"text-text": PAIRS["text-text"]})
    with Index(index.folder, encoders=bare, settings=Settings()) as other:
        with pytest.raises(StoreError, match="image-text"):
            other.search("green", modalities=["image"])
        results = other.search("green")
        assert results.matches == 1
        assert "image-text" in results.notes[0]
        assert other.search("green", modalities=["text"]).notes == ()


def test_filters(mixed: Index, media: Path) -> None:
    for number, path in enumerate(sorted((media / "pictures").iterdir())):
        os.utime(path, (1000 * number, 1000 * number))
    mixed.add(media)
    every = mixed.search("red", k=20)
    sizes = {hit.path: hit.size for hit in every}

    def names(**options: object) -> set[str]:
        return {hit.path.name for hit in mixed.search("red", k=20, **options)}  # type: ignore[arg-type]

    assert names(modalities=["image"]) == {f"{n}.png" for n in range(6)}
    assert names(modalities="TEXT") == {f"{n}.txt" for n in range(6)}
    assert names(under=media / "texts") == {f"{n}.txt" for n in range(6)}
    assert names(under=media / "text") == set()
    assert names(under=media / "texts" / "3.txt") == {"3.txt"}
    assert names(newer=2500.0, older=4500.0) == {"3.png", "4.png"}
    assert names(older=datetime.fromtimestamp(1500)) == {"0.png", "1.png"}
    assert names(larger=100) == {path.name for path, size in sizes.items() if size > 100}
    assert names(smaller=17) == {path.name for path, size in sizes.items() if size < 17}
    assert names(smaller=17, modalities="image") == set()
    with pytest.raises(InputError, match="smell"):
        mixed.search("red", modalities=["smell"])
    with pytest.raises(InputError, match="No modality"):
        mixed.search("red", modalities=[])


def test_filters_hold_for_word_matches_too(index: Index, media: Path) -> None:
    for folder in ("one", "two"):
        (media / folder).mkdir()
        (media / folder / "dog.txt").write_text("cat")
    index.add(media)
    (hit,) = index.search("dog", under=media / "two")
    assert hit.words
    assert hit.path.parent.name == "two"


def test_one_hit_for_a_document_however_many_passages_match(index: Index, media: Path) -> None:
    (media / "book.txt").write_text("\n\n".join(["red frog " * 60] * 100))
    for number in range(5):
        picture(media / f"{number}.png", "blue", seed=number)
    index.add(media)
    hits = index.search("red frog", k=6)
    assert [hit.path.name for hit in hits].count("book.txt") == 1
    assert len(hits) == 6


def test_document_with_shared_function_words_stays_below_the_photo(
    index: Index, media: Path
) -> None:
    """Words help only with evidence: the photo that shows it beats the text that merely rambles."""
    (media / "ramble.txt").write_text("of the and in a on the with at of the a " * 50)
    picture(media / "photo.png", "red")
    index.add(media)
    results = index.search("the red")
    assert results[0].path.name == "photo.png"
    assert results.matches == 1


def test_words_find_what_vectors_do_not_and_agreement_comes_first(
    index: Index, media: Path
) -> None:
    picture(media / "DSC_0042.png", "red")
    for number in range(30):
        picture(media / f"other{number}.png", "blue", seed=number)
    picture(media / "blue_boat.png", "blue", seed=99)
    index.add(media)
    assert index.search("0042", k=3)[0].path.name == "DSC_0042.png"
    assert index.search("dsc 0042", k=3).matches == 1
    assert index.search("blue", k=40)[0].path.name == "blue_boat.png"


def test_near_word_matches_of_longer_queries(index: Index, media: Path) -> None:
    (media / "a.txt").write_text("old wooden boat harbour")
    (media / "b.txt").write_text("boat ticket")
    index.add(media)
    results = index.search("old wooden boat in the harbour at dusk")
    assert results[0].path.name == "a.txt"
    assert not results[0].words


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "NEAR(",
        "a AND",
        "*",
        "name:dog",
        "^x",
        "-dog",
        "dog*",
        "{a b}:",
        "'",
        "\0",
        "\ud800",
        "²",
    ],
)
def test_syntax_of_the_word_index_is_plain_text(mixed: Index, query: str) -> None:
    assert len(mixed.search(f"{query} zebra")) <= 10


def test_accents_case_and_scripts(index: Index, media: Path) -> None:
    (media / "a.txt").write_text("Das CAFÉ Ödön")
    (media / "b.txt").write_text("今天天气很好")
    (media / "myHolidayPhoto2019.txt").write_text("x")
    index.add(media)

    def words(query: str) -> list[str]:
        return [hit.path.name for hit in index.search(query) if hit.words]

    assert words("cafe odon") == ["a.txt"]
    assert words("天气") == ["b.txt"]
    assert words("气天") == []
    assert words("holiday photo 2019") == ["myHolidayPhoto2019.txt"]
    assert words("myholidayphoto2019") == ["myHolidayPhoto2019.txt"]


def test_results_as_json(mixed: Index) -> None:
    import json

    data = json.loads(json.dumps(mixed.search("red", k=2).to_json()))
    assert set(data) == {"query", "hits", "matches", "notes", "seconds"}
    assert set(data["hits"][0]) == {
        *("path", "modality", "score", "probability", "start", "end", "because", "text")
    }


def test_search_of_an_empty_index(index: Index) -> None:
    results = index.search("red")
    assert (results.hits, results.nothing) == ((), True)


def test_vectors_of_a_model_that_is_not_in_use_are_told_of(index: Index, media: Path) -> None:
    picture(media / "a.png", "red")
    (media / "b.txt").write_text("red")
    index.add(media)
    texts = {TEXT: toys()[TEXT]}
    with Index(index.folder, encoders=texts, settings=Settings()) as other:
        results = other.search("red")
        assert [hit.path.name for hit in results] == ["b.txt"]
        (note,) = results.notes
        assert note.startswith("1 vectors of image files are by ")
        assert "index the files again" in note
        assert other.search("red", modalities="text").notes == ()
    assert index.search("red").notes == ()


def test_second_index_object_sees_the_firsts_commits(index: Index, media: Path) -> None:
    with Index(index.folder, encoders=toys(), settings=Settings()) as other:
        assert len(other.search("red")) == 0
        picture(media / "a.png", "red")
        index.add(media)
        assert len(other.search("red")) == 1
        index.remove(media)
        assert len(other.search("red")) == 0


@pytest.mark.parametrize(
    "words",
    [
        "zither quail opal fjord",
        "zither quail opal xylem",
        "xylem zither quail opal",
        "xylem yucca zither quail",
        "zither quail xylem",
        "zither",
        "xylem",
        "",
    ],
)
def test_words_that_nothing_holds_only_save_questions(
    index: Index, media: Path, words: str
) -> None:
    for name, text in (("a", "zither quail opal fjord"), ("b", "opal quail zither"), ("c", "opal")):
        (media / f"{name}.txt").write_text(text)
    index.add(media)
    connection, asked = index._open(), words.split()
    full = near = list[int]()
    if asked:
        full = rows.with_words(connection, expression(asked), Filters(), limit=50)
    if len(asked) >= NEAR_WORDS:
        near = rows.with_words(connection, expression(asked, spare=1), Filters(), limit=50)
    assert WordSearch().find(connection, asked, [], Filters(), 10) == (full, near)


def test_a_word_that_comes_or_goes_is_noticed(index: Index, media: Path) -> None:
    index.add(media)
    note = media / "note.txt"
    for held in (False, True, False):
        if held:
            note.write_text("zither")
        else:
            note.unlink(missing_ok=True)
        index.add(media)
        assert [hit.path for hit in index.search("zither") if hit.words] == [note] * held
