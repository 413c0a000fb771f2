"""The two pictures of the aligning page, from handwritten digits (UCI multiple features).

    python -m benchmarks.aligning_plots --data DIR

Two kinds of features of the same 2,000 digits, profile correlations (216) and Karhunen-Loève
coefficients (64), stand for two frozen encoders that know nothing of each other. A fifth of the
digits is held out.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from crossmodal.learn.cca import CCA
from crossmodal.learn.held_out import Pairs, measured, ranks
from crossmodal.learn.methods import METHODS
from crossmodal.learn.sides import Sides

from .timing import table

VIEWS = ("mfeat-fac", "mfeat-kar")
SIZES = (50, 100, 200, 400, 800, 1600)
METHOD_NAMES = ("cca", "pls", "contrastive")
HELD_OUT = 400


def digits(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """Return both views of the digits in random order, and what digits they are."""
    found = []
    for name in VIEWS:
        (path,) = sorted(folder.glob(f"*{name.partition('-')[2]}*"))
        found.append(np.loadtxt(path, delimiter=",", skiprows=1))
    order = np.random.default_rng(0).permutation(len(found[0]))
    return [view[order, :-1] for view in found], found[0][order, -1].astype(int)


def recall_by_pairs(views: Sequence[np.ndarray], target: Path) -> None:
    """Plot and print recall at 1 among held-out digits against the number of pairs."""
    held_out, train = (
        [view[part] for view in views] for part in (np.s_[:HELD_OUT], np.s_[HELD_OUT:])
    )
    pairs, rows = Pairs.one_to_one(HELD_OUT), []
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for method in METHOD_NAMES:
        found = []
        for size in SIZES:
            sides = Sides.of_rows(*(view[:size] for view in train))
            model = METHODS[method](sides, 0, None)
            one, other = (model.transform(view, which) for which, view in enumerate(held_out))
            recall = measured(ranks(one, other, pairs), 1, pairs=pairs, candidates=HELD_OUT)
            found.append((recall.value, recall.low, recall.high))
            interval = f"{recall.low:.1f} to {recall.high:.1f}"
            rows.append((method, size, f"{recall.value:.1f}", interval))
        value, low, high = np.array(found).T
        axes.plot(SIZES, value, marker="o", label=method)
        axes.fill_between(SIZES, low, high, alpha=0.2)
    axes.axhline(100 / HELD_OUT, color="grey", linestyle=":", label="chance")
    axes.set(xscale="log", xlabel="pairs learned from", ylabel=f"recall@1 among {HELD_OUT}, %")
    axes.set_xticks(SIZES, [str(size) for size in SIZES])
    axes.minorticks_off()
    axes.legend()
    figure.savefig(target, dpi=80)
    table(f"Recall@1 of {HELD_OUT} held-out digits", ("method", "pairs", "%", "95 %"), rows)


def both_views(views: Sequence[np.ndarray], names: np.ndarray, target: Path) -> None:
    """Plot held-out digits of both views in the first two shared dimensions."""
    model = CCA(n_components=2, ridge=0.1).fit([view[HELD_OUT:] for view in views])
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    mapped = [model.transform(view[:HELD_OUT], which) for which, view in enumerate(views)]
    axes.plot(*np.stack(mapped, axis=1).transpose(2, 1, 0), color="grey", linewidth=0.2, zorder=0)
    for places, marker, title in zip(mapped, "o^", ("profile", "Karhunen-Loève"), strict=True):
        dots = axes.scatter(
            *places.T, c=names[:HELD_OUT], marker=marker, s=12, cmap="tab10", label=title
        )
    figure.colorbar(dots, ticks=range(10), label="digit")
    axes.set(xlabel="first shared dimension", ylabel="second")
    axes.legend(loc="upper right")
    figure.savefig(target, dpi=80)


def main() -> None:
    """Draw both pictures into docs/images."""
    mpl.use("Agg")
    options = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("CROSSMODAL_DATA", "../shared/data")
    options.add_argument("--data", type=Path, default=Path(default), help="folder of the data")
    options.add_argument("--out", type=Path, default=Path("docs/images"), help="where to draw")
    asked = options.parse_args()
    views, names = digits(asked.data / "mfeat")
    both_views(views, names, asked.out / "space.png")
    recall_by_pairs(views, asked.out / "recall-by-pairs.png")


if __name__ == "__main__":
    main()
