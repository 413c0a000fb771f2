from __future__ import annotations

import numpy as np
import pytest

from crossmodal.errors import InputError
from crossmodal.learn.distil import Schedule, distil

SCHEDULE = Schedule(epochs=40, batch=64, hidden=64, rate=1e-2)


def made(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Features of one modality, and the vectors that a teacher gives its twin of another."""
    random = np.random.default_rng(0)
    meaning = random.normal(size=(count, 6))
    teacher = np.tanh(meaning @ random.normal(size=(6, 12)))
    teacher /= np.linalg.norm(teacher, axis=1, keepdims=True)
    return meaning @ random.normal(size=(6, 20)), teacher


def test_the_student_says_what_the_teacher_says() -> None:
    features, teacher = made()
    student = distil(features[:200], teacher[:200], schedule=SCHEDULE)
    said = student.encode(features[200:])
    np.testing.assert_allclose(np.linalg.norm(said, axis=1), 1, rtol=1e-5)
    assert (said * teacher[200:]).sum(axis=1).mean() > 0.85
    relations = np.corrcoef((said @ said.T).ravel(), (teacher @ teacher.T)[200:, 200:].ravel())
    assert relations[0, 1] > 0.8


def test_groups_come_together_without_a_teacher() -> None:
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(40), 4)
    features = random.normal(size=(40, 15))[groups] + 0.5 * random.normal(size=(160, 15))
    student = distil(features, None, groups=groups, dim=8, schedule=SCHEDULE)
    scores = student.encode(features) @ student.encode(features).T
    same = groups[:, None] == groups
    assert scores[same].mean() > 0.8 > scores[~same].mean() + 0.4


def test_equal_seeds_learn_the_same() -> None:
    features, teacher = made(80)
    one, two = (distil(features, teacher, schedule=Schedule(epochs=2)) for _ in range(2))
    np.testing.assert_array_equal(one.encode(features), two.encode(features))


def test_wrong_calls() -> None:
    features, teacher = made(10)
    with pytest.raises(InputError, match="no teacher"):
        distil(features, None)
    with pytest.raises(InputError, match="10 rows came with 9"):
        distil(features, teacher[:9])
