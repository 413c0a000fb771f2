from __future__ import annotations

from itertools import combinations

import pytest

from crossmodal.metrics.questions import most_common, normalise, vqa_accuracy


@pytest.mark.parametrize(
    ("answer", "form"),
    [
        ("A red car.", "red car"), ("Two", "2"), ("don't", "dont"), ("dont", "dont"),
        ("2.5", "2.5"), ("1,000", "1000"), ("yes, it is", "yes it is"), ("None", "0"),
        ("10:30", "10:30"), ("black & white", "black white"), ("  ", ""),
    ],
)  # fmt: skip
def test_normalise(answer: str, form: str) -> None:
    assert normalise(answer) == form


@pytest.mark.parametrize("equal", range(11))
def test_accuracy_is_the_mean_over_all_but_one(equal: int) -> None:
    people = ["yes"] * equal + ["no"] * (10 - equal)
    nine = [min(1, chosen.count("yes") / 3) for chosen in combinations(people, 9)]
    assert vqa_accuracy("Yes!", people) == pytest.approx(sum(nine) / 10)


def test_few_people() -> None:
    assert vqa_accuracy("two", ["2"]) == 1
    assert vqa_accuracy("two", ["3", "4"]) == 0


def test_most_common() -> None:
    assert most_common(["no", "Yes", "yes."]) == "yes"
    with pytest.raises(ValueError, match="empty"):
        most_common([])
