"""Measure pocket-answer on questions about test photos, and write its card.

`python -m recipes.measure_answer` fits the curves of confidence on dev, then answers every test
question once, beside what the questions alone give away: the commonest answer of each wording, and
the same network trained blind (`recipes.pocket_answer --blind`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from crossmodal.card import Edge, Figure, ModelCard
from crossmodal.media import Image
from crossmodal.metrics import intervals
from crossmodal.modality import IMAGE, TEXT
from crossmodal.sources.onnx import Network
from crossmodal.translators.pocket_answer import CLOSED, PocketAnswer
from recipes import calibration, data, exported, picture_cache, pocket_scribe
from recipes.question_builder import ABSENT, KINDS, NONE, Pair
from recipes.question_pairs import pairs, testing_pairs

THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
THRESHOLD = 0.3  # below it the shipped model says that it does not know
TIMED = 50
DATA = ("flickr8k", "wordnet_nouns", "teachers")
LIMITS = (
    "English; questions of who, what, how many, what colour, where, doing what, and yes or no, "
    "about photos of people, dogs, sports and streets; answers with one of the words it knows",
    "weak on counts above two, on colours of small things and on what few photos show",
    "a question about something that is not in the picture is noticed most of the time only",
)
Curves = Mapping[str, Mapping[str, float]]
PLAIN = {"scale": 1.0, "bias": 0.0}


def answerer(where: data.Places, name: str, *, curves: Curves | None = None) -> PocketAnswer:
    """An exported answerer over the exported towers."""
    folder = where.work if name.startswith("blind") else where.export
    known = json.loads((folder / f"{name}.vocabulary.json").read_text("utf-8"))
    options = {
        "confidence": curves or {"closed": PLAIN, "open": PLAIN},
        "min_confidence": THRESHOLD,
    }
    card = ModelCard(
        name=name, version="1", edge=Edge.TRANSLATOR, summary="", loader="",
        source=IMAGE, target=TEXT, options=options,
    )  # fmt: skip
    network = Network((folder / f"{name}.onnx").read_bytes(), name=name)
    return PocketAnswer(
        card, network=network, words=known["words"], answers=known["answers"],
        image=exported.image(where), text=exported.text(where),
    )  # fmt: skip


class Asked:
    """The pairs of a split, and what an answerer said of each."""

    def __init__(
        self, where: data.Places, split: str, model: PocketAnswer, *, blind: bool = False
    ) -> None:
        self.pairs = testing_pairs(where.data, split)
        seen = picture_cache.seen(where, split)
        questions = [pair.question for pair in self.pairs]
        photos = np.array([pair.photo for pair in self.pairs])
        texts = pocket_scribe.text_vectors(where, questions, f"asked-{split}")
        self.answers: list[str] = []
        self.confidences = np.zeros(len(photos))
        for start in range(0, len(photos), 64):
            span = slice(start, start + 64)
            vectors, grids = seen.vectors[photos[span], 0], seen.grids[photos[span], 0]
            shares = model.shares(
                questions[span],
                texts=texts[span],
                vectors=vectors * (not blind),
                grids=np.asarray(grids, np.float32) * np.float32(not blind),
            )
            for row, share in enumerate(shares, start):
                answer, self.confidences[row] = model.best(questions[row], share)
                self.answers.append(answer)
        told = zip(self.answers, self.pairs, strict=True)
        self.right = np.array([answer in pair.answers for answer, pair in told])
        self.kinds = np.array([pair.kind for pair in self.pairs])
        self.answerable = self.kinds != ABSENT
        self.photos = photos


def curves(asked: Asked) -> dict[str, dict[str, float]]:
    """P(right | log odds of the network's share), for yes and no and for all else."""
    odds = asked.confidences  # of an answerer with PLAIN curves: its share itself
    logits = np.log(np.clip(odds, 1e-6, 1)) - np.log(np.clip(1 - odds, 1e-6, 1))
    closed = np.array([answer in CLOSED for answer in asked.answers])
    groups = {"closed": closed, "open": ~closed}
    return {
        name: calibration.fit_rate(logits[rows], asked.right[rows]) for name, rows in groups.items()
    }


def prior(known: Sequence[Pair], asked: Sequence[Pair]) -> np.ndarray:
    """Whether the commonest training answer is right: of the question, else of how it begins."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in known:
        for key in _keys(pair.question):
            counts[key][pair.answers[0]] += 1
    for found in counts.values():
        del found[NONE]
    said = [
        next(counts[key].most_common(1)[0][0] for key in _keys(pair.question) if counts[key])
        for pair in asked
    ]
    return np.array([answer in pair.answers for answer, pair in zip(said, asked, strict=True)])


def _keys(question: str) -> list[str]:
    words = question.split()
    return [question, " ".join(words[:3]), " ".join(words[:2]), words[0], ""]


def by_photo(right: np.ndarray, photos: np.ndarray) -> dict[str, float]:
    """Accuracy in percent with its interval over resampled photos."""
    counts = np.bincount(photos, minlength=photos.max() + 1).astype(float)
    hits = np.bincount(photos, right.astype(float), minlength=photos.max() + 1)
    found = intervals.of_ratio(hits[counts > 0], counts[counts > 0])
    return exported.percent(found)


def measured(where: data.Places) -> dict:
    """Everything that the card says."""
    fitted = curves(Asked(where, "dev", answerer(where, "pocket-answer")))
    model = answerer(where, "pocket-answer", curves=fitted)
    asked = Asked(where, "test", model)
    blind = Asked(where, "test", answerer(where, "blind-answer"), blind=True)
    guessed = prior(pairs(where.data, "train"), asked.pairs)
    known = json.loads((where.export / "pocket-answer.vocabulary.json").read_text("utf-8"))
    rows = {"overall": asked.answerable} | {kind: asked.kinds == kind for kind in KINDS}
    found = {
        name: {
            "questions": int(mask.sum()),
            "pocket-answer": by_photo(asked.right[mask], asked.photos[mask]),
            "commonest answer": by_photo(guessed[mask], asked.photos[mask]),
            "trained blind": by_photo(blind.right[mask], asked.photos[mask]),
        }
        for name, mask in rows.items()
    }
    gain = (asked.right.astype(float) - guessed)[asked.answerable]
    return {
        "accuracy": found,
        "gain over the commonest answer": by_photo(gain, asked.photos[asked.answerable]),
        "chance": round(100 / (len(known["answers"]) - 1), 2),
        "risk and coverage": coverage(asked),
        "calibration error": calibration_error(asked),
        "curves": fitted,
        "milliseconds": milliseconds(model),
        "answers": len(known["answers"]) - 1,
    }


def coverage(asked: Asked) -> dict[str, dict[str, float]]:
    """By threshold: questions answered, how many of those rightly, absent things noticed."""
    found = {}
    for least in THRESHOLDS:
        told = asked.confidences >= least
        answered = told & asked.answerable
        found[str(least)] = {
            "answered": round(100 * float(told[asked.answerable].mean()), 1),
            "right of these": round(100 * float(asked.right[answered].mean()), 1),
            "absent things noticed": round(100 * float((~told)[~asked.answerable].mean()), 1),
        }
    return found


def calibration_error(asked: Asked, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over bins of confidence, in percent."""
    place = np.minimum((asked.confidences * bins).astype(int), bins - 1)
    gap = np.bincount(place, asked.confidences - asked.right, bins)
    return round(100 * float(np.abs(gap).sum()) / len(place), 2)


def milliseconds(model: PocketAnswer) -> float:
    """Processor time of one question about a new picture, alone: the median of TIMED."""
    pixels = np.random.default_rng(0).integers(0, 256, (TIMED, 240, 320, 3), np.uint8)
    question = ["What colour is the dog?"]
    return exported.milliseconds(
        partial(model.answer, [Image(picture)], question) for picture in pixels
    )


def card(where: data.Places, found: dict) -> ModelCard:
    """The card of pocket-answer."""
    files = {"network": "pocket-answer.onnx", "vocabulary": "pocket-answer.vocabulary.json"}
    quality = []
    for name, rates in found["accuracy"].items():
        beside = (
            f"the commonest answer {rates['commonest answer']['value']}, "
            f"trained blind {rates['trained blind']['value']}"
        )
        task = f"{name}, {rates['questions']} questions, Flickr8k test; {beside}"
        quality.append(Figure(task, **rates["pocket-answer"], chance=found["chance"]))
    told = found["risk and coverage"][str(THRESHOLD)]
    quality.append(
        Figure(f"right when its confidence is {THRESHOLD} or more", told["right of these"])
    )
    quality.append(Figure(f"questions answered at {THRESHOLD} or more", told["answered"]))
    quality.append(Figure(f"absent things noticed at {THRESHOLD}", told["absent things noticed"]))
    quality.append(Figure("calibration error, Flickr8k test", found["calibration error"]))
    return replace(
        exported.shipped("pocket-answer", files, DATA, where),
        edge=Edge.TRANSLATOR,
        summary="Answers questions about photos with one of the words that it knows, or says that "
        "it does not know.",
        loader="crossmodal.translators.pocket_answer:load",
        parts=("pocket-image", "pocket-text"),
        source=IMAGE,
        target=TEXT,
        quality=tuple(quality),
        cost=(Figure("one question and picture, processor time", found["milliseconds"], "ms"),),
        limits=LIMITS,
        options={"confidence": found["curves"], "min_confidence": THRESHOLD},
        fidelity=0.1,  # a word says less of a picture than a sentence: no route goes this way
        seconds=found["milliseconds"] / 1000,
        loses="all that was not asked",
    )


def main(where: data.Places) -> None:
    """Measure, print, and write figures and card."""
    found = measured(where)
    exported.write(card(where, found), found, where.export)


if __name__ == "__main__":
    main(data.places(data.parser(__doc__).parse_args()))
