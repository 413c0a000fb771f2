from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crossmodal.errors import InputError, SpaceMismatch, StoreDamaged, UnknownName
from crossmodal.learn.few_shot import FewShot, Knowledge, Method, calibrate, few_shot
from crossmodal.metrics.classification import calibration_error
from crossmodal.space import Space, Vectors

SPACE = Space("toy", "1", 16)
NAMES = ("ant", "bee", "cow", "dog")


def made(shots: int, *, seed: int = 0, noise: float = 0.9) -> tuple[Vectors, list[str], Vectors]:
    """Examples and their labels, and the classes' words."""
    means = np.random.default_rng(7).normal(size=(4, 16))
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), shots)
    values = means[labels] + noise * random.normal(size=(len(labels), 16))
    words = means + 2 * np.random.default_rng(8).normal(size=means.shape)
    return Vectors(SPACE, values), [NAMES[k] for k in labels], Vectors(SPACE, words).unit()


@pytest.mark.parametrize("method", Method)
def test_every_method_learns(method: Method) -> None:
    examples, labels, words = made(5)
    tests, wanted, _ = made(40, seed=1)
    model = few_shot(examples, labels, known=Knowledge(words), method=method)
    found = model.posterior(tests)
    right = np.array([NAMES[k] for k in found.labels.argmax(axis=1)]) == np.array(wanted)
    assert right.mean() > 0.75
    np.testing.assert_allclose(found.labels.sum(axis=1) + found.none, 1)
    assert model.calibrated
    assert calibration_error(found.labels.max(axis=1), right.astype(float)) < 0.15


@pytest.mark.parametrize("method", Method)
def test_saved_and_loaded_it_is_the_same(method: Method, tmp_path: Path) -> None:
    examples, labels, words = made(3)
    model = few_shot(examples, labels, known=Knowledge(words), method=method)
    again = FewShot.load(model.save(tmp_path / "model.safetensors"))
    assert (again.labels, again.method, again.space) == (NAMES, method, SPACE)
    np.testing.assert_allclose(again.scores(examples), model.scores(examples))


def test_what_is_far_from_all_is_none_of_these() -> None:
    examples, labels, _ = made(8, noise=0.4)
    model = few_shot(examples, labels)
    strangers = Vectors(SPACE, np.random.default_rng(5).normal(size=(50, 16)))
    tests, _, _ = made(20, seed=3, noise=0.4)
    assert model.posterior(strangers).none.mean() > 0.5
    assert model.posterior(tests).none.mean() < 0.1
    assert model.classify(strangers[:1])[0].labels[0].probability < 0.5


def test_the_default_method() -> None:
    examples, labels, words = made(1)
    plain = few_shot(examples, labels)
    assert (plain.method, plain.calibrated) == (Method.PROTOTYPES, False)
    assert few_shot(examples, labels, known=Knowledge(words)).method is Method.TIP_ADAPTER


def test_calibration_balances_and_sharpens() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 3000)
    truth = np.log(random.dirichlet(np.ones(3), 3000))
    labels = np.array([random.choice(3, p=np.exp(row)) for row in truth])
    curve = calibrate(5 * truth, labels)  # five times too sure
    assert curve.scale == pytest.approx(0.2, rel=0.15)


def test_order_of_classes_is_the_callers() -> None:
    examples, labels, _ = made(2)
    model = few_shot(examples, labels, classes=NAMES[::-1])
    assert model.labels == NAMES[::-1]
    assert model.classify(examples[:1])[0].best == "ant"


@pytest.mark.parametrize(
    ("labels", "classes", "words"),
    [
        (["ant"] * 8, (), "one class"),
        (["ant", "bee"], (), "8 examples came with 2 labels"),
        (["ant"] * 4 + ["bee"] * 4, ("ant", "bee", "cow"), "no examples of cow"),
        (["ant"] * 4 + ["bee"] * 4, ("ant", "cow"), "no examples of cow"),
        (["ant", "bee", "cow", "dog"] * 2, ("ant", "bee", "cow"), "dog, which is no label"),
        (["ant"] * 4 + [" "] * 4, (), "blank"),
    ],
)
def test_wrong_labels(labels: list[str], classes: tuple[str, ...], words: str) -> None:
    examples, _, _ = made(2)
    with pytest.raises(InputError, match=words):
        few_shot(examples, labels, classes=classes)


def test_wrong_spaces_and_methods() -> None:
    examples, labels, words = made(2)
    other = Vectors(Space("other", "1", 16), words.values)
    with pytest.raises(SpaceMismatch):
        few_shot(examples, labels, known=Knowledge(other))
    with pytest.raises(SpaceMismatch):
        few_shot(examples, labels).scores(other)
    with pytest.raises(InputError, match="needs the classes' words"):
        few_shot(examples, labels, method=Method.TIP_ADAPTER)
    with pytest.raises(UnknownName, match="prototypes, probe"):
        Method.parse("knn")


def test_no_classifier_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"nothing of the kind")
    for name in ("a", "none"):
        with pytest.raises(StoreDamaged, match="cannot be read"):
            FewShot.load(tmp_path / name)
