"""Train pocket-sound: from log-mel bands into the space of pocket-text.

`python -m recipes.pocket_sound --data DIR --work runs`

The trunk looks once at many views of every clip; a head then learns to draw what it saw to
sentences of the clip's class, whose vectors come from the exported pocket-text, frozen. So a new
text tower needs a new head alone, which is a matter of a minute. A first head learns on folds 1
to 3 and gives the calibration curves on fold 4; the one that ships learns on folds 1 to 4. Fold 5
is for the figures alone.
"""

from __future__ import annotations

import logging

import numpy as np
import torch
from torch.nn import functional

from recipes import data, export, measure, measure_sound, sound_data, sound_views
from recipes.sound_data import DEV_FOLD, LABELS, Sounds
from recipes.sound_net import Head, SoundNet, Trunk

VIEWS = 8  # of each clip
BATCH = 256
STEPS = 1500
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.02
SCALE = 10.0
DRAWN = 4  # sentences of each class whose mean stands for it in one step

log = logging.getLogger(__name__)


def look(trunk: Trunk, sounds: Sounds, where: data.Places) -> dict[str, np.ndarray]:
    """What the trunk sees in VIEWS views of each training clip, from the cache where it is there.

    Returns: `seen (N, 192)`, `first` and `second (N,)` (the clips in a view), `share (N,)` of the
        first. Folds 1 to 3 and fold 4 are mixed each among themselves.
    """
    path = where.cache / "sound-views.npz"
    if path.exists():
        with np.load(path) as stored:
            return dict(stored)
    rng = np.random.default_rng(0)
    seen, first, second, shares = [], [], [], []
    for folds in (tuple(range(1, DEV_FOLD)), (DEV_FOLD,)):
        places = np.flatnonzero(np.isin(sounds.folds, folds))
        group = sounds.of(folds)
        for k in range(len(places)):
            made = [sound_views.view(group, k, rng) for _ in range(VIEWS)]
            with torch.inference_mode():
                seen.append(trunk(torch.from_numpy(np.stack([m[0] for m in made]))).numpy())
            first += [places[k]] * VIEWS
            shares += [share for _, share, _ in made]
            second += [places[other] for _, _, other in made]
    found = {
        "seen": np.concatenate(seen),
        "first": np.array(first),
        "second": np.array(second),
        "share": np.array(shares, np.float32),
    }
    np.savez(path, **found)
    return found


def train(
    views: dict[str, np.ndarray],
    sounds: Sounds,
    texts: list[np.ndarray],
    *,
    folds: tuple[int, ...],
    seed: int,
) -> Head:
    """A head that draws views of clips of `folds` to the text vectors of their classes."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    kept = np.isin(sounds.folds[views["first"]], folds)
    seen = torch.from_numpy(views["seen"][kept])
    one, other = (
        functional.one_hot(torch.from_numpy(sounds.labels[views[key][kept]]), len(LABELS))
        for key in ("first", "second")
    )
    share = torch.from_numpy(views["share"][kept])[:, None]
    target = share * one + (1 - share) * other  # (N, classes)
    labels = sounds.labels[views["first"][kept]]
    odds = 1 / np.bincount(labels, minlength=len(LABELS))[labels]
    head = Head(seen.mean(0), seen.std(0) + 1e-3)
    optimiser = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=LEARNING_RATE, total_steps=STEPS
    )
    for step in range(STEPS):
        rows = rng.choice(len(labels), BATCH, p=odds / odds.sum())
        classes = _drawn(texts, rng)  # (classes, 384)
        vectors, wanted = head(seen[rows]), target[rows]
        choice = functional.cross_entropy(SCALE * vectors @ classes.T, wanted)
        nearness = (vectors * functional.normalize(wanted @ classes, dim=1)).sum(1)
        loss = choice + (1 - nearness).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 500 == 499:
            log.info("step %d: loss %.3f", step, loss.item())
    return head.eval()


def _drawn(texts: list[np.ndarray], rng: np.random.Generator) -> torch.Tensor:
    """A vector for each class: the mean of some of its sentences."""
    means = [group[rng.integers(len(group), size=DRAWN)].mean(0) for group in texts]
    return functional.normalize(torch.from_numpy(np.stack(means)), dim=1)


def main() -> None:
    """Train twice, export, measure."""
    parser = data.parser(__doc__)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    where = data.places(chosen)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    text = measure.TextModel(
        where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json"
    )
    learn, _ = sound_data.sentences(where.data)
    texts = [text.embed(group) for group in learn]
    sounds = sound_data.read(where.data, where.cache)
    trunk = Trunk(where.teachers / "mobilenet_v2.safetensors")
    views = look(trunk, sounds, where)
    learned = tuple(range(1, DEV_FOLD))
    first = train(views, sounds, texts, folds=learned, seed=chosen.seed)
    dev = sounds.of((DEV_FOLD,))
    with torch.inference_mode():
        vectors = first(trunk(torch.from_numpy(dev.plain()))).numpy()
    np.savez(where.cache / measure_sound.DEV, vectors=vectors, labels=dev.labels)
    right = (vectors @ measure_sound.named(text, LABELS).T).argmax(1) == dev.labels
    esc = dev.labels < sound_data.ESC
    log.info(
        "fold 4: %.1f %% of ESC-10, %.1f %% of all", 100 * right[esc].mean(), 100 * right.mean()
    )
    net = SoundNet(trunk, train(views, sounds, texts, folds=(*learned, DEV_FOLD), seed=chosen.seed))
    export.export_sound(net, where.export / "pocket-sound.onnx")
    measure_sound.write_card(where)


if __name__ == "__main__":
    main()
