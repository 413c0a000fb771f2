"""One ranking over photos, passages and sounds: by calibrated odds, and by plain cosine.

`python -m recipes.mixed --data DIR` asks a collection of Flickr8k's 1,000 test photos, four
captions of each, and ESC-10's fold 5 for what belongs to a sentence, whatever its modality: the
fifth caption should find its photo and its other captions, "the sound of rain" the sounds of rain
and what is said to be about that sound: passages, and photos by any of their captions.
Cosines of different pairs of modalities do not compare (the modality gap, Liang et al. 2022); the
curves on the models' cards, fitted on other pairs, bring them to one scale.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from crossmodal import codecs
from crossmodal.media import Text
from crossmodal.metrics.intervals import of_mean
from crossmodal.metrics.retrieval import average_precision, chance_average_precision
from crossmodal.modality import AUDIO, IMAGE, TEXT, Modality
from crossmodal.workbench import Workbench
from recipes import data, sound_data, text_corpus

FOLD = 5  # of ESC-10: never trained on
SOUND = "the sound of {}"


def main() -> None:
    """Print mean average precision of both orders, with intervals and chance."""
    where = data.places(data.parser(__doc__).parse_args())
    bench = Workbench()
    photos = data.flickr8k(where.data, "test")
    captions = [[text_corpus.clean(text) for text in five] for five in photos.captions]
    clips, labels = sounds(where.data)
    names = sorted(set(labels))
    queries = [five[0] for five in captions] + [SOUND.format(name.lower()) for name in names]
    passages = [text for five in captions for text in five[1:]]
    asked = bench.embed([Text(query) for query in queries]).values
    collection = {
        IMAGE: encode(bench, IMAGE, photos.images),
        TEXT: bench.embed([Text(passage) for passage in passages]).values,
        AUDIO: encode(bench, AUDIO, clips),
    }
    right = relevant(captions, labels, names)
    cosines = {modality: asked @ vectors.T for modality, vectors in collection.items()}
    curves = {modality: bench.encoder(modality).card.calibration_with(TEXT) for modality in cosines}
    odds = {m: curves[m].scale * scores + curves[m].bias for m, scores in cosines.items()}
    by_odds, by_cosine = precisions(odds, right), precisions(cosines, right)
    kinds = {"captions": slice(None, len(captions)), "sounds": slice(len(captions), None)}
    report = {
        "candidates": {str(modality): len(vectors) for modality, vectors in collection.items()},
        "mAP, calibrated odds": {kind: figure(by_odds[rows]) for kind, rows in kinds.items()},
        "mAP, cosine": {kind: figure(by_cosine[rows]) for kind, rows in kinds.items()},
        "gain": {kind: figure((by_odds - by_cosine)[rows]) for kind, rows in kinds.items()},
        "chance": {kind: chance(right[rows]) for kind, rows in kinds.items()},
    }
    print(json.dumps(report, indent=2))


def sounds(folder: Path) -> tuple[list[bytes], list[str]]:
    """Encoded clips of ESC-10's fold 5, and the class of each."""
    table = parquet.read_table(folder / "esc10.parquet", filters=[("fold", "=", FOLD)])
    columns = table.to_pydict()
    return columns["audio"], columns["label"]


def encode(bench: Workbench, modality: Modality, files: list[bytes]) -> np.ndarray:
    """Unit vectors `(N, dim)` of encoded media of one modality."""
    encoder = bench.encoder(modality)
    prepared = [encoder.prepare(codecs.read(file)) for file in files]
    return encoder.encode_prepared(prepared).values


def relevant(captions: list[list[str]], labels: list[str], names: list[str]) -> np.ndarray:
    """Which candidates (photos, passages, sounds, in this order) answer which query."""
    owns = np.eye(len(captions), dtype=bool)
    heard = np.zeros((len(captions), len(labels)), bool)
    of_captions = np.hstack([owns, owns.repeat(4, axis=1), heard])
    of_sounds = []
    for name in names:
        speaks = re.compile(sound_data.WORDS[name], re.IGNORECASE)
        said = np.array([[bool(speaks.search(text)) for text in five] for five in captions])
        same = np.array([label == name for label in labels])
        of_sounds.append(np.concatenate([said.any(1), said[:, 1:].ravel(), same]))
    return np.vstack([of_captions, of_sounds])


def precisions(scores: dict[Modality, np.ndarray], right: np.ndarray) -> np.ndarray:
    """Average precision of each query, in percent."""
    order = np.hstack([scores[modality] for modality in (IMAGE, TEXT, AUDIO)])
    return 100 * average_precision(order, right)


def figure(values: np.ndarray) -> dict[str, float]:
    """Mean of the queries' figures, with its 95 % interval."""
    interval = of_mean(values)
    return {name: round(getattr(interval, name), 1) for name in ("value", "low", "high")}


def chance(right: np.ndarray) -> float:
    """Mean average precision of a random order, in percent."""
    count = right.shape[1]
    rates = [chance_average_precision(candidates=count, right=int(k)) for k in right.sum(1)]
    return round(100 * float(np.mean(rates)), 2)


if __name__ == "__main__":
    main()
