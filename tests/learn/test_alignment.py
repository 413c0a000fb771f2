from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from learn.coloured import write_pairs
from learn.two_views import views
from tiny import SPACE

from crossmodal.codecs import read
from crossmodal.contracts import Encoder
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.errors import InputError, NameClash, StoreDamaged, UnknownName
from crossmodal.learn import spaces
from crossmodal.learn.alignment import Alignment, Plan, align_features, align_media
from crossmodal.learn.encoding import encode_side, join
from crossmodal.learn.methods import LOCKING, METHODS
from crossmodal.learn.pairs_table import from_items
from crossmodal.learn.space_cards import digest
from crossmodal.modality import IMAGE, TEXT, Modality


@pytest.fixture
def tiny_encoders(image_encoder: ImageEncoder, text_encoder: TextEncoder) -> object:
    return {IMAGE: image_encoder, TEXT: text_encoder}.__getitem__


@pytest.fixture
def aligned(tmp_path: Path, tiny_encoders: object) -> Alignment:
    things = from_items(write_pairs(tmp_path / "p"), load=read)
    return align_media(things, tiny_encoders, Plan(held_out=0.3))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_features_of_every_method(method: str) -> None:
    pair = views(8, 8, rows=150)
    learned = align_features(pair[0], pair[1], Plan(method=method)).learned
    assert (learned.learned_from, learned.held_out) == (135, 15)
    for recall in (*learned.forth, *learned.back):
        assert recall.low <= recall.value <= recall.high
        assert recall.candidates == 15
    assert learned.forth[-1].chance == pytest.approx(100 * 10 / 15)
    if method != "procrustes":  # these views are no rotation of each other
        assert learned.forth[1].value > learned.forth[1].chance


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("side", [0, 1])
def test_locked_sides_stay(method: str, side: int) -> None:
    pair = views(6, 8, rows=150)
    if method not in LOCKING:
        with pytest.raises(InputError, match="To lock one use"):
            Plan(method=method, lock=side)
        return
    plan = Plan(method=method, lock=side)
    estimator = align_features(*pair, plan).learned.estimator
    np.testing.assert_array_equal(estimator.transform(pair[side], side), pair[side])
    assert estimator.dim_ == pair[side].shape[1]


def test_figures_are_of_pairs_never_learned_from() -> None:
    random = np.random.default_rng(0)
    noise = [random.normal(size=(400, 30)) for _ in range(2)]
    learned = align_features(*noise, Plan()).learned
    for recall in (learned.forth[-1], learned.back[-1]):
        assert recall.value - recall.chance == pytest.approx(0, abs=25)  # 40 held out, R@10


def test_media(aligned: Alignment) -> None:
    assert aligned.sides == ("image", "text")
    assert aligned.learned.forth[0].value > 3 * aligned.learned.forth[0].chance
    document = aligned.to_json()
    assert document["recall"]["text → image"][0]["k"] == 1
    assert document["space"] == ""


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(
    tmp_path: Path, tiny_encoders: object
) -> None:
    pairs = write_pairs(tmp_path, count=8)
    pairs[0][0].write_bytes(b"\x89PNG no picture")
    pairs[3][0].unlink()
    pairs[4] = (pairs[4][0], "   ")
    things = from_items(pairs, load=read)
    told: list[tuple[str, int, int]] = []
    left = encode_side(
        things.left, tiny_encoders, workers=2, report=lambda *step: told.append(step)
    )  # type: ignore[arg-type]
    right = encode_side(things.right, tiny_encoders, workers=2)  # type: ignore[arg-type]
    assert [Path(one.name).name for one in left.unused] == ["000.png", "003.png"]
    assert told == [("left", 8, 8)]
    sides = join(left, right, things.pairs)
    assert len(sides.pairs) == 5
    rows = sides.rows()
    np.testing.assert_allclose(rows[0][0], left.values[0])
    np.testing.assert_allclose(rows[1][-1], right.values[-1])


def test_nothing_usable(tmp_path: Path, tiny_encoders: object) -> None:
    things = from_items([(tmp_path / "a.png", "red"), (tmp_path / "b.png", "blue")], load=read)
    with pytest.raises(InputError, match=r"Nothing of 'left' can be used .*a\.png"):
        encode_side(things.left, tiny_encoders, workers=1)  # type: ignore[arg-type]


def test_saved_it_is_models(aligned: Alignment) -> None:
    kept = aligned.save("colours", source="pairs.csv")
    assert kept.folder == spaces.folder() / "colours"
    saved = spaces.read("colours")
    names = [card.name for card in saved.cards]
    assert names == [
        "colours-image-aligner", "colours-image", "colours-text-aligner", "colours-text",
    ]  # fmt: skip
    assert saved.encoders == {IMAGE: "colours-image", TEXT: "colours-text"}
    image = saved.cards[1]
    assert image.space is not None
    assert (image.space.name, image.space.version) == ("colours", digest(aligned.learned.estimator))
    assert set(image.calibration) == {"image-text", "image-image"}
    assert image.quality[0].task == "image → text R@10, held-out pairs"
    assert image.data[0] == "pairs.csv"
    assert all(card.source is not None for card in saved.cards), "both sides came from one space"
    assert list(spaces.cards()) == list(saved.cards)


def test_probabilities_fit_held_out_pairs(aligned: Alignment) -> None:
    learned = aligned.learned
    one, other = learned.mapped(0), learned.mapped(1)
    pairs = learned.test.pairs
    matches = learned.curve.probability((one[pairs.left] * other[pairs.right]).sum(axis=1))
    others = learned.curve.probability((one @ other.T).ravel())
    assert matches.mean() > 0.5 > others.mean()


def test_a_curve_for_one_modality_follows_its_own_encoder(
    aligned: Alignment, image_encoder: Encoder
) -> None:
    known = image_encoder.card.calibration["image-image"]
    curve = aligned.learned.curve_alike(0, known)
    assert curve.probability(1.0) > 0.9
    assert curve.probability(-1.0) < 0.1


def test_locked_it_leads_into_the_space_that_is_there(
    tmp_path: Path, tiny_encoders: object, text_encoder: Encoder
) -> None:
    things = from_items(write_pairs(tmp_path), load=read)
    plan = Plan(method="procrustes", lock="text")
    made = align_media(things, tiny_encoders, plan)  # type: ignore[arg-type]
    made.save("led", others={TEXT: text_encoder.card})
    saved = spaces.read("led")
    assert [card.name for card in saved.cards] == ["led-image-aligner", "led-image"]
    assert {card.space for card in saved.cards} == {SPACE}
    assert saved.encoders == {IMAGE: "led-image", TEXT: "tiny-text"}
    with pytest.raises(InputError, match="no side 'audio' to lock"):
        align_media(things, tiny_encoders, Plan(method="procrustes", lock="audio"))  # type: ignore[arg-type]


def test_two_sides_of_one_modality_are_no_space(tmp_path: Path, tiny_encoders: object) -> None:
    pairs = [(words, f"photo {words}") for _, words in write_pairs(tmp_path, count=40)]
    made = align_media(from_items(pairs, load=read), tiny_encoders, Plan())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Both sides are text"):
        made.save("twice")


def test_features_are_saved_as_aligners_alone() -> None:
    pair = views(6, 5, rows=100)
    made = align_features(*pair, Plan()).save("numbers")
    saved = spaces.read("numbers")
    assert saved.encoders == {}
    assert [card.source_space.dim for card in saved.cards if card.source_space] == [6, 5]
    aligner = spaces.load_aligner(saved.cards[1])
    from crossmodal.space import Vectors

    vectors = Vectors(aligner.source_space, pair[1][:3].astype(np.float32))
    expected = made.learned.estimator.transform(vectors.values, 1)
    mapped = aligner.transform(vectors).values
    np.testing.assert_allclose(
        mapped, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5
    )


def test_names_and_replacing(aligned: Alignment) -> None:
    aligned.save("colours")
    with pytest.raises(NameClash, match="spaces remove colours"):
        aligned.save("colours")
    aligned.save("colours", replace_old=True)
    for wrong in ("", "../up", "Upper", "a/b", ".hidden", "x" * 80):
        with pytest.raises(InputError, match="cannot name a space"):
            aligned.save(wrong)
    assert spaces.names() == ["colours"]
    spaces.remove("colours")
    assert spaces.names() == []
    with pytest.raises(UnknownName, match="There are: none yet"):
        spaces.remove("colours")


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1, "cards": 3}', '{"format": 99}'])
def test_a_damaged_space_is_an_error_where_it_is_used_alone(
    aligned: Alignment, content: str
) -> None:
    aligned.save("good")
    made = aligned.save("bad")
    assert made.folder is not None
    (made.folder / spaces.CARD).write_text(content, "utf-8")
    with pytest.raises(StoreDamaged):
        spaces.read("bad")
    with pytest.warns(UserWarning, match="'bad'"):
        assert {card.name.split("-")[0] for card in spaces.cards()} == {"good"}
    spaces.remove("bad")


def test_modalities_are_read_back(aligned: Alignment) -> None:
    aligned.save("colours")
    assert all(isinstance(kind, Modality) for kind in spaces.read("colours").encoders)
