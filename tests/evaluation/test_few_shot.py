from __future__ import annotations

from pathlib import Path

import numpy as np

from crossmodal.evaluation.few_shot import Labelled, halves
from crossmodal.space import Space, Vectors
from crossmodal.workbench import Workbench

SPACE = Space("toy", "1", 2)


def test_examples_are_drawn_from_each_class() -> None:
    labels = np.array([0, 1, 0, 1, 1, 0, 2, 2])
    data = Labelled(Vectors(SPACE, np.stack([np.arange(8), labels], axis=1)), labels)
    some = data.shots(2, seed=3)
    assert some is not None
    assert np.bincount(some.labels).tolist() == [2, 2, 2]
    np.testing.assert_array_equal(some.vectors.values[:, 1], some.labels)
    assert data.shots(3, seed=3) is None
    other = data.shots(2, seed=4)
    assert other is not None
    assert not np.array_equal(other.vectors.values, some.vectors.values)


def test_halves_share_nothing_and_have_every_class() -> None:
    labels = np.repeat(np.arange(3), 7)
    one, two = halves(Labelled(Vectors(SPACE, np.ones((21, 2))), labels), seed=0)
    assert np.bincount(one.labels).tolist() == [4, 4, 4]
    assert np.bincount(two.labels).tolist() == [3, 3, 3]


def test_accuracy_by_shots_beside_zero_shot(bench: Workbench, colours: Path) -> None:
    report = bench.evaluate(
        "few-shot", colours, where={"split": "test"}, learn={"split": "train"}, resamples=50
    )
    tasks = [figure.task for figure in report.figures]
    assert tasks[:2] == ["zero-shot: top-1", "zero-shot: calibration error"]
    for method in ("prototypes", "probe", "tip-adapter", "tip-adapter-f"):
        assert report.value(f"{method}, 4 shots: top-1") > 60
        assert f"{method}, 8 shots: top-1" not in tasks  # five of each are there
    alone = bench.evaluate("few-shot", colours, resamples=50)
    assert alone.value("prototypes, 2 shots: top-1") > 60
