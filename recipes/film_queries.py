"""A film as a query: the mean of its pictures, or any one of its moments?

    python -m recipes.film_queries

Films are made from test photos of Tiny ImageNet: of one class, or of any. What matches is a photo
of a class that the film shows. Printed for each way of comparing: the share of a film's own shots
that are found (probability of one half or more, one entry in five expected to match), of strange
photos that are found too, the expected calibration error, and the area under the ROC curve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.metrics import roc_auc_score

from crossmodal.calibration import Calibration
from crossmodal.index.ranking import Groups, mix
from crossmodal.metrics.classification import calibration_error
from crossmodal.sources import catalog

from . import data, measure, ship

PHOTOS, FILMS, SHOTS, STRANGERS, PRIOR = 3000, 200, (1, 2, 4, 6), 20, 0.2
Odds = Callable[[np.ndarray, np.ndarray, Calibration], np.ndarray]


def mean(photos: np.ndarray, shots: np.ndarray, curve: Calibration) -> np.ndarray:
    """Log-odds (N,) of `photos (N, D)` with the mean of `shots (S, D)`."""
    whole = shots.mean(0)
    return curve.scale * (photos @ whole / np.linalg.norm(whole)) + curve.bias


def moments(photos: np.ndarray, shots: np.ndarray, curve: Calibration) -> np.ndarray:
    """The same with any one of `shots`, as a search does it."""
    groups = Groups.of([np.full(len(shots), 1 / len(shots))])
    return mix(curve.scale * (photos @ shots.T) + curve.bias, groups)[:, 0]


def films(
    labels: np.ndarray, shots: int, *, one_class: bool, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The photos of each film, others of their classes, and as many as STRANGERS of none."""
    for _ in range(FILMS):
        among = np.flatnonzero(labels == rng.choice(labels)) if one_class else len(labels)
        own = rng.choice(among, shots, replace=False)
        alike = np.isin(labels, labels[own])
        others = rng.choice(np.flatnonzero(~alike), STRANGERS, replace=False)
        yield own, np.setdiff1d(np.flatnonzero(alike), own), others


def figures(
    photos: np.ndarray,
    labels: np.ndarray,
    way: Odds,
    curve: Calibration,
    *,
    shots: int,
    one_class: bool,
) -> tuple[float, float, float, float]:
    """Own shots found, strangers found, calibration error, area under the curve."""
    found: tuple[list[np.ndarray], ...] = ([], [], [])
    rng = np.random.default_rng(0)
    for rows in films(labels, shots, one_class=one_class, rng=rng):
        odds = way(photos, photos[rows[0]], curve)
        for kept, some in zip(found, rows, strict=True):
            kept.append(odds[some])
    own, same, strange = (np.concatenate(kept) for kept in found)
    least = -np.log(PRIOR / (1 - PRIOR))
    scores, truth = (
        np.concatenate([same, strange]),
        np.repeat([1.0, 0.0], [len(same), len(strange)]),
    )
    weights = np.repeat([0.5 / len(same), 0.5 / len(strange)], [len(same), len(strange)])
    error = calibration_error(1 / (1 + np.exp(-scores)), truth, weights=weights)
    area = float(roc_auc_score(truth, scores))
    return float((own >= least).mean()), float((strange >= least).mean()), error, area


def main() -> None:
    """Measure both ways on films of each kind."""
    chosen = data.parser(__doc__).parse_args()
    tiny = data.tiny_imagenet(chosen.data, "test")
    some = np.random.default_rng(0).permutation(len(tiny.names))[:PHOTOS]
    image = measure.ImageModel(ship.SHIPPED / "pocket-image.onnx")
    photos = image.embed([tiny.images[k] for k in some])
    labels = np.unique([tiny.names[k] for k in some], return_inverse=True)[1]
    (card,) = (card for card in catalog.cards() if card.name == "pocket-image")
    curve = card.calibration["image-image"]
    print(f"{'film':<24}{'compared by':<14}own   strange  error  area")
    for one_class in (True, False):
        for shots in SHOTS:
            title = f"{shots} shots of {'one class' if one_class else 'any class'}"
            for way in (mean, moments):
                own, strange, error, area = figures(
                    photos, labels, way, curve, shots=shots, one_class=one_class
                )
                line = f"{own:4.0%}  {strange:7.1%}  {error:.3f}  {area:.3f}"
                print(f"{title:<24}{way.__name__:<14}{line}")


if __name__ == "__main__":
    main()
