"""Learning shared spaces: speed beside cca-zoo and scikit-learn, memory, and recall.

python -m benchmarks.aligning              speed, in the same run as the peers
python -m benchmarks.aligning --stream     memory from 10^5 to 10^7 rows
python -m benchmarks.aligning --retrieval  heads beside CCA on Flickr8k (needs its features:
                                           python -m benchmarks.flickr_features)
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from .timing import interleaved, table

ROUNDS = 7
SHARED = 20
ROWS = 100_000
COLUMNS = (64, 48)


def views(rows: int, *dims: int, seed: int = 0) -> list[np.ndarray]:
    """Return matrices (rows, dim) that share SHARED dimensions."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(rows, SHARED))
    return [
        hidden @ random.normal(size=(SHARED, dim)) * 0.3 + random.normal(size=(rows, dim))
        for dim in dims
    ]


def variate_correlations(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the correlation of each column of `one` with that of `other`."""
    one, other = one - one.mean(0), other - other.mean(0)
    return (one * other).sum(0) / np.sqrt((one**2).sum(0) * (other**2).sum(0))


def mean_correlations(mapped: list[np.ndarray]) -> np.ndarray:
    """Return the mean over pairs of views of the correlation of each dimension."""
    pairs = [(i, j) for j in range(len(mapped)) for i in range(j)]
    return np.mean([variate_correlations(mapped[i], mapped[j]) for i, j in pairs], axis=0)


def speed(*, quick: bool) -> None:
    """Print seconds and ratios of CCA, MCCA and GCCA beside their peers."""
    from cca_zoo import linear as zoo
    from sklearn.cross_decomposition import CCA as SklearnCCA  # noqa: N811

    from crossmodal.learn.cca import CCA
    from crossmodal.learn.multiview import GCCA, MCCA

    rows = []
    big = views(2_000, 64, 96) if quick else views(20_000, 512, 768)
    three = views(2_000, 64, 48, 32) if quick else views(20_000, 256, 192, 128)
    jobs = (
        ("CCA", CCA(n_components=10), "cca-zoo", zoo.CCA(n_components=10), big),
        ("MCCA", MCCA(n_components=10), "cca-zoo", zoo.MCCA(n_components=10), three),
        ("GCCA", GCCA(n_components=10), "cca-zoo", zoo.GCCA(n_components=10), three),
    )
    for name, own, peer, other, data in jobs:
        seconds = interleaved(
            {"own": lambda own=own, data=data: own.fit(data),
             "peer": lambda other=other, data=data: other.fit(data)},
            rounds=ROUNDS,
        )  # fmt: skip
        theirs = mean_correlations(other.transform(data))
        apart = float(np.abs(own.correlations_ - theirs).max())
        rows.append(_row(name, data, seconds, peer, apart))
    # scikit-learn iterates for each dimension: it does not finish at the size above in minutes.
    small = views(1_000, 32, 48) if quick else views(5_000, 128, 192)
    own, other = CCA(n_components=10), SklearnCCA(n_components=10, scale=False, tol=1e-12)
    seconds = interleaved(
        {
            "own": lambda: own.fit(small),
            "peer": lambda: other.set_params(max_iter=5_000).fit(*small),
        },
        rounds=ROUNDS if quick else 1,
    )
    theirs = variate_correlations(*other.transform(*small))
    apart = float(np.abs(own.correlations_ - theirs).max())
    rows.append(_row("CCA", small, seconds, "scikit-learn", apart))
    head = ("method", "rows x columns", "Crossmodal s", "peer", "peer s", "ratio", "apart by")
    table("Fitting 10 dimensions (median, interleaved)", head, rows)


def _row(
    name: str, data: list[np.ndarray], seconds: dict[str, float], peer: str, apart: float
) -> tuple[object, ...]:
    size = f"{len(data[0]):,} x {' + '.join(str(view.shape[1]) for view in data)}"
    ratio = f"{seconds['peer'] / seconds['own']:.1f}x"
    return (name, size, seconds["own"], peer, seconds["peer"], ratio, f"{apart:.0e}")


def stream() -> None:
    """Print the most memory that streaming takes, for more and more rows."""
    found = []
    for batches in (1, 10, 100):
        command = [sys.executable, "-m", "benchmarks.aligning", "--stream-batches", str(batches)]
        began = time.perf_counter()
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        megabytes, first = out.split()
        seconds = time.perf_counter() - began
        found.append((f"{batches * ROWS:,}", float(megabytes), float(first), seconds))
    table(
        f"Streaming CCA of {COLUMNS[0]} + {COLUMNS[1]} columns, {ROWS:,} rows a batch",
        ("rows", "most MB", "first correlation", "s, with making the rows"),
        found,
    )


def stream_batches(batches: int) -> None:
    """Print the most megabytes of this process, and the first correlation."""
    from crossmodal.learn.cca import CCA

    made = (views(ROWS, *COLUMNS, seed=0) for _ in range(1))
    first = next(made)
    model = CCA(n_components=10)
    random = np.random.default_rng(1)
    model.fit_batches(
        [view[rows] for view in first]
        for rows in (random.integers(ROWS, size=ROWS) for _ in range(batches))
    )
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(round(megabytes), round(float(model.correlations_[0]), 4))


def retrieval(work: Path, *, images: str, pairs: int | None) -> None:
    """Print recall on Flickr8k's test split: CCA, contrastive heads, deep and kernel CCA."""
    from crossmodal.learn.contrastive import ContrastiveHeads
    from crossmodal.learn.held_out import Pairs, measured, ranks
    from crossmodal.learn.methods import METHODS
    from crossmodal.learn.sides import Sides

    from . import flickr_features

    train = flickr_features.load(work, "train", images=images)
    photos, texts = train.pairs()
    sides = Sides.of_rows(photos[:pairs], texts[:pairs])
    test = flickr_features.load(work, "test", images=images)
    links = Pairs(np.repeat(np.arange(len(test.images)), 5), np.arange(len(test.texts)))
    rows = []
    for name in ("cca", "pls", "kernel-cca", "deep-cca", "contrastive", "contrastive, sigmoid"):
        began = time.perf_counter()
        if name == "contrastive, sigmoid":
            model = ContrastiveHeads(loss="sigmoid").fit(sides.rows())
        else:
            model = METHODS[name](sides, 0, None)
        seconds = time.perf_counter() - began
        one, other = model.transform(test.images, 0), model.transform(test.texts, 1)
        to_text, to_photo = ranks(one, other, links), ranks(other, one, links.turned)
        cells = [
            measured(found, 10, pairs=way, candidates=count)
            for found, way, count in (
                (to_photo, links.turned, len(one)), (to_text, links, len(other)),
            )
        ]  # fmt: skip
        shown = [f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f})" for one in cells]
        rows.append((name, model.dim_, seconds, *shown))
    table(
        f"Flickr8k test, {images} features, {len(sides.pairs):,} training pairs (chance 1.0)",
        ("method", "dimensions", "s", "text → photo R@10", "photo → text R@10"),
        rows,
    )


def main() -> None:
    """Print the speed table, which is what `make bench` shows."""
    speed(quick=False)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    options.add_argument("--stream", action="store_true")
    options.add_argument("--stream-batches", type=int, help=argparse.SUPPRESS)
    options.add_argument("--retrieval", action="store_true")
    options.add_argument("--images", default="mobilenet", help="mobilenet or pocket-image")
    options.add_argument("--pairs", type=int, help="use so many training pairs")
    options.add_argument("--work", type=Path, default=Path("runs"), help="folder of the features")
    asked = options.parse_args()
    if asked.stream_batches:
        stream_batches(asked.stream_batches)
    elif asked.stream:
        stream()
    elif asked.retrieval:
        retrieval(asked.work, images=asked.images, pairs=asked.pairs)
    else:
        speed(quick=asked.quick)
