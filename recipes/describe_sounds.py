"""Do descriptions of sounds lead back to the sounds? Measured on ESC-10's test fold.

`python -m recipes.describe_sounds` describes each sound by the installed models, through the space,
and searches the fold with the sentence: how often it finds a sound of the same class first (R@1),
or among the first five (R@5), with 95 % intervals. Any encoder of sounds of the space will do.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pyarrow.parquet as parquet

import crossmodal as cm
from crossmodal.codecs import audio
from crossmodal.contracts import Decoder
from crossmodal.metrics import intervals
from recipes import data

TEST_FOLD = 5
SHOWN = 10


def sounds(where: data.Places) -> tuple[list[cm.Audio], np.ndarray]:
    """The sounds of the test fold and their classes."""
    columns = parquet.read_table(
        where.data / "esc10.parquet", filters=[("fold", "=", TEST_FOLD)]
    ).to_pydict()
    return [audio.decode(held) for held in columns["audio"]], np.array(columns["label"])


def measured(where: data.Places, bench: cm.Workbench) -> dict:
    """Hit rates of the descriptions, and what guessing reaches."""
    writer = bench.route("image", "text", keep="meaning").hops[-1].card
    scribe = bench.registry.load(writer.name)
    assert isinstance(scribe, Decoder)
    media, labels = sounds(where)
    heard = bench.encoder(cm.AUDIO).encode(media)
    texts = [str(text) for text in scribe.decode(heard)]
    found = bench.embed(texts).cosine(heard)  # (sentences, sounds)
    order = np.argsort(-found, axis=1)
    same = labels[order] == labels[:, None]
    for label, text in list(zip(labels, texts, strict=True))[:: max(1, len(texts) // SHOWN)]:
        print(f"{label}: {text}")
    share = float(np.mean([(labels == label).mean() for label in labels]))
    return {
        "models": [bench.encoder(cm.AUDIO).card.id, writer.id],
        "sounds": len(media),
        "different sentences": len(set(texts)),
        "R@1": _percent(same[:, 0]),
        "R@5": _percent(same[:, :5].any(axis=1)),
        "chance R@1": round(100 * share, 1),
        "chance R@5": round(100 * (1 - (1 - share) ** 5), 1),
    }


def _percent(hits: np.ndarray) -> dict[str, float]:
    found = intervals.of_mean(hits.astype(float))
    return {name: round(100 * value, 1) for name, value in asdict(found).items()}


if __name__ == "__main__":
    places = data.places(data.parser(__doc__).parse_args())
    print(json.dumps(measured(places, cm.Workbench()), indent=2))
