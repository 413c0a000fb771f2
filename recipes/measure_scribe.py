"""Choose how pocket-scribe writes, on dev photos; measure it on test photos; write its card.

`python -m recipes.measure_scribe --choose` sweeps the beam's settings on dev and keeps the best in
`pocket-scribe.choice.json`. Without it, the test photos are described once with those settings,
beside the nearest training caption, and `export/pocket-scribe.card.json` is written.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial

import numpy as np

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, Figure, ModelCard
from crossmodal.decoders.scribe import Draft, Scribe, WritingOptions
from crossmodal.metrics import captions as metric
from crossmodal.metrics import intervals
from crossmodal.metrics.cider import cider
from crossmodal.metrics.meteor import meteor
from crossmodal.modality import TEXT
from crossmodal.sources.onnx import Network
from crossmodal.space import Vectors
from recipes import (
    calibration,
    caption_texts,
    data,
    exported,
    picture_cache,
    pocket_scribe,
    right_captions,
    ship,
)

CHOICE = "pocket-scribe.choice.json"
PENALTIES = (0.0, 0.3, 0.5, 0.7, 0.9, 1.1)
MARGIN = 1.0  # of CIDEr-D in percent, a fifth of its interval
GROUNDINGS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
BEAMS = 5
CHOSEN_ON = 500  # dev photos that the settings are chosen on; the curve is fitted on the rest
TIMED = 50
PUBLISHED = "21.3 (Xu et al. 2015, Show, Attend and Tell)"
RIGHT = right_captions.RULE
DATA = ("flickr8k", "captions", "teachers")
LIMITS = (
    "English; says what is common in photos of people, dogs and sports, and takes much else for it",
    "colours of clothes, counts and genders are often wrong; writing in pictures is not read",
    "of sounds and films it says what their vectors share with captions, which is less",
)


def scribe(where: data.Places, options: WritingOptions | None = None) -> Scribe:
    """The exported scribe over the exported text tower."""
    known = json.loads((where.export / "pocket-scribe.words.json").read_text("utf-8"))
    network = Network((where.export / "pocket-scribe.onnx").read_bytes(), name="pocket-scribe")
    writing = asdict(options) if options else {}
    card = ModelCard(
        name="pocket-scribe", version="1", edge=Edge.DECODER, summary="", loader="",
        target=TEXT, space=ship.SPACE, options={"writing": writing},
    )  # fmt: skip
    return Scribe(card, network=network, words=known, encoder=exported.text(where))


def vectors(where: data.Places, split: str) -> Vectors:
    """The vectors of the whole photos of a split."""
    return Vectors(ship.SPACE, picture_cache.seen(where, split).vectors[:, 0])


def references(where: data.Places, split: str) -> list[list[list[str]]]:
    """The words of the five captions of each photo."""
    photos = data.flickr8k(where.data, split)
    return [[metric.words(text) for text in texts] for texts in photos.captions]


def choose(where: data.Places) -> None:
    """Sweep what a sentence is judged by, on dev.

    Of what comes within MARGIN of the best, the least length penalty is kept: longer sentences
    score as well, and say more that is wrong.
    """
    wide = WritingOptions(beams=BEAMS, length_penalty=0.0, grounding=0.0)
    found = scribe(where, wide).drafts(vectors(where, "dev")[:CHOSEN_ON])
    people, tried = references(where, "dev")[:CHOSEN_ON], []
    for penalty, grounding in itertools.product(PENALTIES, GROUNDINGS):
        texts = [_pick(drafts, penalty, grounding) for drafts in found]
        score = 100 * float(cider([metric.words(text) for text in texts], people).mean())
        print(f"length penalty {penalty}, grounding {grounding}: CIDEr {score:.1f}")
        options = WritingOptions(beams=BEAMS, length_penalty=penalty, grounding=grounding)
        tried.append((score, options))
    enough = max(score for score, _ in tried) - MARGIN
    good = [pair for pair in tried if pair[0] >= enough]
    kept = min(good, key=lambda pair: (pair[1].length_penalty, -pair[0]))
    print("kept:", kept)
    (where.work / CHOICE).write_text(json.dumps(asdict(kept[1])))


def _pick(drafts: Sequence[Draft], penalty: float, grounding: float) -> str:
    """The best sentence if its length were judged by `penalty`; drafts were found with 0."""

    def score(draft: Draft) -> float:
        length = len(draft.words.split()) + 1
        return draft.likeliness / length**penalty + grounding * draft.cosine

    return max(drafts, key=score).words


def nearest_captions(where: data.Places, pictures: Vectors) -> list[str]:
    """The training caption nearest to each picture: what retrieval alone says."""
    photos = data.flickr8k(where.data, "train")
    own = {text for five in caption_texts.photo_captions(photos) for text in five}
    texts = caption_texts.texts(where.data)
    known = pocket_scribe.text_vectors(where, texts, "captions")
    rows = np.array([row for row, text in enumerate(texts) if text in own])
    return [texts[rows[best]] for best in (pictures.values @ known[rows].T).argmax(axis=1)]


def figures(texts: Sequence[str], people: Sequence[Sequence[list[str]]]) -> dict[str, dict]:
    """BLEU-4, METEOR-like, ROUGE-L and CIDEr-D in percent, each with its 95 % interval."""
    said = [metric.words(text) for text in texts]
    pairs = list(zip(said, people, strict=True))
    counts = np.array([metric.bleu_counts(one, own) for one, own in pairs])
    found = {
        "CIDEr-D": intervals.of_mean(cider(said, people)),
        "BLEU-4": intervals.of_totals(counts, metric.bleu),
        "METEOR (exact and stems)": intervals.of_mean([meteor(one, own) for one, own in pairs]),
        "ROUGE-L": intervals.of_mean([metric.rouge_l(one, own) for one, own in pairs]),
    }
    return {name: exported.percent(interval) for name, interval in found.items()}


def milliseconds(writer: Scribe, pictures: Vectors) -> float:
    """Processor time of one sentence, alone, all cores together: the median of TIMED."""
    return exported.milliseconds(partial(writer.decode, pictures[[row]]) for row in range(TIMED))


def judged(
    where: data.Places, split: str, drafts: Sequence[Draft], *, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of sentences of the photos from `start` on, and whether each is right."""
    people = data.flickr8k(where.data, split).captions[start:]
    right = right_captions.right(where.data, [draft.words for draft in drafts], people)
    return np.array([draft.cosine for draft in drafts]), right


def rates(curve: Calibration, cosines: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """How often sentences are right, sure, and right when sure or not, in percent."""
    sure = curve.probability(cosines) >= 0.5
    found = {
        "right": right.mean(),
        "sure": sure.mean(),
        "right when sure": right[sure].mean() if sure.any() else 0.0,
        "right when unsure": right[~sure].mean() if not sure.all() else 0.0,
    }
    return {name: round(100 * float(share), 1) for name, share in found.items()}


def measured(where: data.Places) -> dict:
    """Everything that the card says, on the test photos."""
    options = WritingOptions(**json.loads((where.work / CHOICE).read_text()))
    writer, pictures = scribe(where, options), vectors(where, "test")
    people = references(where, "test")
    drafts = [found[0] for found in writer.drafts(pictures)]
    texts = [draft.words for draft in drafts]
    unseen = [found[0] for found in writer.drafts(vectors(where, "dev")[CHOSEN_ON:])]
    fitted = calibration.fit_rate(*judged(where, "dev", unseen, start=CHOSEN_ON))
    curve = Calibration(**fitted)
    shares = rates(curve, *judged(where, "test", drafts, start=0))
    found = {
        "flickr8k test": figures(texts, people),
        "nearest training caption": figures(nearest_captions(where, pictures), people),
        "rule": RIGHT,
        "test sentences": shares,
        "milliseconds": milliseconds(writer, pictures),
        "calibration": asdict(curve),
        "options": asdict(options),
        "words a sentence": round(float(np.mean([len(text.split()) for text in texts])), 1),
        "different sentences": len(set(texts)),
    }
    (where.work / "pocket-scribe.test.txt").write_text("\n".join(texts) + "\n", "utf-8")
    return found


def card(where: data.Places, found: dict) -> ModelCard:
    """The card of pocket-scribe."""
    files = {"network": "pocket-scribe.onnx", "words": "pocket-scribe.words.json"}
    nearest = found["nearest training caption"]
    quality = []
    for name, figure in found["flickr8k test"].items():
        reference = PUBLISHED if name == "BLEU-4" else ""
        beside = f"; the nearest training caption {nearest[name]['value']}"
        task = f"{name}, image → text, Flickr8k test{beside}"
        quality.append(Figure(task, **figure, reference=reference))
    for name, share in found["test sentences"].items():
        quality.append(Figure(f"{name}, Flickr8k test ({RIGHT})", share))
    return replace(
        exported.shipped("pocket-scribe", files, DATA, where),
        edge=Edge.DECODER,
        summary="From a vector of the pocket space to an English sentence, written word by word "
        "by a small transformer.",
        loader="crossmodal.decoders.scribe:load",
        parts=("pocket-text",),
        target=TEXT,
        space=ship.SPACE,
        quality=tuple(quality),
        cost=(Figure("one sentence, processor time", found["milliseconds"], "ms"),),
        limits=LIMITS,
        calibration={"image-text": Calibration(**found["calibration"])},
        options={"writing": found["options"]},
        fidelity=0.6,
        seconds=found["milliseconds"] / 1000,
        loses="what no caption would say of it",
    )


def main(where: data.Places) -> None:
    """Measure on test and write figures and card."""
    found = measured(where)
    exported.write(card(where, found), found, where.export)


if __name__ == "__main__":
    parser = data.parser(__doc__)
    parser.add_argument("--choose", action="store_true", help="sweep on dev instead")
    chosen = parser.parse_args()
    places = data.places(chosen)
    if chosen.choose:
        choose(places)
    else:
        main(places)
