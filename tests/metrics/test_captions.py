from __future__ import annotations

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.rouge.rouge import Rouge

from crossmodal.metrics import captions as metrics

WORD = st.sampled_from(metrics.words("a dog runs on the beach with red ball"))
SENTENCE = st.lists(WORD, min_size=1, max_size=12)
CORPUS = st.lists(
    st.tuples(SENTENCE, st.lists(SENTENCE, min_size=3, max_size=3)), min_size=1, max_size=5
)


def totals(corpus: list[tuple[list[str], list[list[str]]]]) -> np.ndarray:
    return np.sum([metrics.bleu_counts(*item) for item in corpus], axis=0)


def test_words() -> None:
    found = metrics.words("A man's T-shirt, well-worn -- and 2 dogs!")
    assert found == ["a", "man's", "t-shirt", "well-worn", "and", "2", "dogs"]


def test_bleu_by_hand() -> None:
    """The famous case of Papineni et al.: "the" seven times has precision 2/7."""
    counts = metrics.bleu_counts(
        ["the"] * 7,
        [metrics.words("the cat is on the mat"), metrics.words("there is a cat on the mat")],
    )
    assert counts.tolist() == [2, 0, 0, 0, 7, 6, 5, 4, 7, 7]
    assert metrics.bleu(counts, 1) == pytest.approx(2 / 7)
    assert metrics.bleu(counts) == 0
    short = metrics.bleu_counts(["the", "cat"], [["the", "cat", "is", "here"]])
    assert metrics.bleu(short, 2) == pytest.approx(np.exp(1 - 4 / 2))


@settings(max_examples=60)
@given(CORPUS)
def test_bleu_against_sacrebleu(corpus: list[tuple[list[str], list[list[str]]]]) -> None:
    said = [" ".join(caption) for caption, _ in corpus]
    people = [[" ".join(refs[k]) for _, refs in corpus] for k in range(3)]
    expected = sacrebleu.corpus_bleu(
        said, people, smooth_method="none", tokenize="none", force=True
    )
    assert 100 * float(metrics.bleu(totals(corpus))) == pytest.approx(expected.score)


def test_bleu_and_rouge_against_cocos_evaluation() -> None:
    random = np.random.default_rng(0)
    vocabulary = metrics.words("a the dog cat man runs sits on in beach grass red and")
    draw = lambda: random.choice(vocabulary, random.integers(4, 14)).tolist()  # noqa: E731
    people5 = [[draw() for _ in range(5)] for _ in range(40)]
    corpus = [(refs[0][:-2] + draw()[:3], refs) for refs in people5]
    said = {k: [" ".join(caption)] for k, (caption, _) in enumerate(corpus)}
    people = {k: [" ".join(words) for words in refs] for k, (_, refs) in enumerate(corpus)}
    expected, _ = Bleu(4).compute_score(people, said, verbose=0)
    found = [float(metrics.bleu(totals(corpus), order)) for order in (1, 2, 3, 4)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    _, each = Rouge().compute_score(people, said)
    np.testing.assert_allclose([metrics.rouge_l(*item) for item in corpus], each)


def test_rouge_by_hand() -> None:
    # "police the gunman" has two words in order with the reference: P = 2/3, R = 2/4
    value = metrics.rouge_l(["police", "the", "gunman"], [["police", "kill", "the", "killer"]])
    assert value == pytest.approx(2.44 * (2 / 3) * 0.5 / (0.5 + 1.44 * 2 / 3))
    assert metrics.rouge_l([], [["a"]]) == metrics.rouge_l(["b"], [["a"]]) == 0


@given(SENTENCE)
def test_a_persons_caption_is_perfect(sentence: list[str]) -> None:
    assert metrics.rouge_l(sentence, [sentence]) == pytest.approx(1)
    assert float(metrics.bleu(metrics.bleu_counts(sentence, [sentence]), 1)) == pytest.approx(1)
