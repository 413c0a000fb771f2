"""What every aligner of the family promises, as scikit-learn's own checks see it too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from learn.two_views import views
from sklearn.base import clone

from crossmodal import learn as family
from crossmodal.errors import InputError, StoreDamaged
from crossmodal.learn.estimator import Estimator, load
from crossmodal.learn.held_out import Pairs, ranks

NAMES = sorted(family.FAMILY)


def make(name: str) -> Estimator:
    """Return an aligner that learns quickly enough for a test."""
    return family.fetch(name)()


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_constructor(name: str) -> None:
    aligner = make(name)
    copy = clone(aligner)
    assert copy is not aligner
    assert copy.get_params() == aligner.get_params()
    for key, value in aligner.get_params().items():
        assert copy.set_params(**{key: value}) is copy
    with pytest.raises(InputError, match="Invalid parameter 'colour'"):
        copy.set_params(colour=1)
    assert repr(copy) == f"{name}()"
    assert vars(copy) == aligner.get_params(), "a constructor sets its arguments and nothing else"


@pytest.mark.parametrize("name", NAMES)
def test_fit_changes_no_parameter_and_no_view(name: str) -> None:
    aligner, pair = make(name), views(6, 6)
    before, copies = aligner.get_params(), [view.copy() for view in pair]
    assert aligner.fit(pair) is aligner
    assert aligner.get_params() == before
    for view, copy in zip(pair, copies, strict=True):
        np.testing.assert_array_equal(view, copy)
    learned = set(vars(aligner)) - set(before)
    assert all(key.endswith("_") or key.startswith("_") for key in learned)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Procrustes"])
def test_unseen_pairs_lie_near_each_other(name: str) -> None:
    aligner = make(name).fit(views(6, 6))
    fresh = views(6, 6, rows=100, seed=5)
    one, other = (aligner.transform(view, which) for which, view in enumerate(fresh))
    assert one.shape == other.shape == (100, aligner.dim_)
    assert np.isfinite(one).all()
    found = ranks(one, other, Pairs.one_to_one(100))
    assert (found < 10).mean() > 0.3  # chance is 0.1


@pytest.mark.parametrize("name", NAMES)
def test_same_rows_give_the_same_answer(name: str) -> None:
    pair = views(6, 6)
    one, other = make(name).fit(pair), make(name).fit(pair)
    np.testing.assert_allclose(one.transform(pair[0], 0), other.transform(pair[0], 0))
    again = one.fit(views(6, 6, seed=3)).fit(pair)  # an earlier fit leaves no trace
    np.testing.assert_allclose(again.transform(pair[1], 1), other.transform(pair[1], 1))


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_depend_on_each_other(name: str) -> None:
    pair = views(6, 6)
    aligner = make(name).fit(pair)
    whole = aligner.transform(pair[0], 0)
    np.testing.assert_allclose(aligner.transform(pair[0][7:8], 0), whole[7:8], atol=1e-9)
    assert aligner.transform(pair[0][:0], 0).shape == (0, aligner.dim_)


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_loaded_it_is_the_same(name: str, tmp_path: Path) -> None:
    pair = views(6, 6)
    aligner = make(name).fit(pair)
    found = load(aligner.save(tmp_path / "below" / "a.safetensors"))
    assert type(found) is type(aligner)
    assert found.get_params() == aligner.get_params()
    for which in (0, 1):
        mapped = found.transform(pair[which], which)
        np.testing.assert_array_equal(mapped, aligner.transform(pair[which], which))


@pytest.mark.parametrize("name", NAMES)
def test_float32_and_whole_numbers_are_taken(name: str) -> None:
    pair = views(6, 6)
    small = make(name).fit([view.astype(np.float32) for view in pair])
    wide = make(name).fit([view.astype(np.float32).astype(np.float64) for view in pair])
    np.testing.assert_allclose(
        small.transform(pair[0], 0), wide.transform(pair[0], 0), rtol=1e-4, atol=1e-4
    )
    counts = [np.round(10 * view).astype(np.int16) for view in pair]
    assert np.isfinite(make(name).fit(counts).transform(counts[0], 0)).all()


BAD = {
    "one view": ([np.eye(9)], "1 views came"),
    "one matrix": (np.eye(9), "Pass a list of views"),
    "rows differ": ([np.eye(9), np.eye(8)], "different numbers of rows: 9, 8"),
    "NaN": ([np.eye(9), np.where(np.eye(9) > 0, np.nan, 1)], "NaN or infinity .*row 0"),
    "infinity": ([np.full((9, 2), np.inf), np.eye(9)], "NaN or infinity"),
    "one pair": ([np.ones((1, 3)), np.ones((1, 3))], "1 sample"),
    "no pair": ([np.ones((0, 3)), np.ones((0, 3))], "0 sample"),
    "no columns": ([np.ones((9, 0)), np.ones((9, 3))], "0 feature"),
    "a vector": ([np.ones(9), np.ones((9, 3))], "Expected 2D array"),
    "words": ([[["a"], ["b"]], np.ones((2, 3))], "does not hold numbers"),
    "complex": ([np.ones((9, 2)) * 1j, np.ones((9, 3))], "Complex data not supported"),
    "constant": ([np.full((9, 3), 0.1), np.eye(9)], "is constant"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", BAD)
def test_bad_views_are_refused(name: str, case: str) -> None:
    bad, message = BAD[case]
    with pytest.raises(InputError, match=message):
        make(name).fit(bad)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_calls_of_transform(name: str) -> None:
    aligner, pair = make(name), views(6, 6)
    with pytest.raises(InputError, match="not fitted yet"):
        aligner.transform(pair[0], 0)
    with pytest.raises(InputError, match="not fitted yet"):
        aligner.save("nowhere")
    aligner.fit(pair)
    with pytest.raises(InputError, match="View 2 was asked for"):
        aligner.transform(pair[0], 2)
    with pytest.raises(InputError, match="has 5 features, but .* is expecting 6"):
        aligner.transform(pair[0][:, :5], 0)
    with pytest.raises(InputError, match="NaN"):
        aligner.transform(np.full((3, 6), np.nan), 0)


def test_what_is_no_saved_aligner(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    broken = tmp_path / "a.safetensors"
    with pytest.raises(StoreDamaged, match="not a saved aligner"):
        load(broken)
    broken.write_bytes(b"not much")
    with pytest.raises(StoreDamaged, match="not a saved aligner"):
        load(broken)
    save_file({"a": np.ones(3)}, broken)
    with pytest.raises(StoreDamaged, match="not a saved aligner"):
        load(broken)
    newer = {"format": 99, "estimator": "CCA", "params": {}, "values": {}}
    save_file({"a": np.ones(3)}, broken, metadata={"crossmodal": json.dumps(newer)})
    with pytest.raises(StoreDamaged, match="newer version"):
        load(broken)
