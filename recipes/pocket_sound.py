"""Train pocket-sound: a small net over log-mel frames, into the space of pocket-text.

`python -m recipes.pocket_sound --data DIR --work runs --epochs 120`

The text side is the exported pocket-text, frozen: each clip is drawn to sentences of its class.
A first net learns on folds 1 to 3 and gives the calibration curve on fold 4; the one that ships
learns on folds 1 to 4. Fold 5 is for the figures alone.
"""

from __future__ import annotations

import json
import logging

import numpy as np
import torch

from recipes import calibration, contrast, data, export, figures, measure, sound_data
from recipes.sound_data import DEV_FOLD, LABELS, TEST_FOLD, Sounds
from recipes.sound_net import RATE, SoundNet

BATCH = 48
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
SCALE = 20.0
SHORTEST = 2.0  # seconds of a training cut
MASKED_BANDS, MASKED_FRAMES = 12, 40  # at most
PUBLISHED = {
    "source": "Piczak 2015, ESC-10, random forest over MFCCs, five folds",
    "accuracy": 72.7,
}

log = logging.getLogger(__name__)


def augment(clips: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """A cut of one random length of all clips `(B, T)`, each from its own place and speed."""
    length = int(rng.uniform(SHORTEST, sound_data.SECONDS) * RATE)
    cuts = []
    for clip in clips:
        speed = rng.uniform(0.85, 1.15)
        taken = min(len(clip), int(length * speed))
        start = rng.integers(len(clip) - taken + 1)
        cut = clip[start : start + taken][None, None]
        cut = torch.nn.functional.interpolate(cut, size=length, mode="linear")[0, 0]
        noise = cut.std() * 10 ** rng.uniform(-3, -1)
        cuts.append(cut + noise * torch.randn(length))
    return torch.stack(cuts)


def mask(frames: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Silence a band of frequencies and a stretch of time of frames `(B, 1, 64, F)`."""
    for k in range(len(frames)):
        for axis, most in ((1, MASKED_BANDS), (2, MASKED_FRAMES)):
            width = int(rng.integers(most + 1))
            start = int(rng.integers(frames.shape[axis + 1] - width + 1))
            frames[k].narrow(axis, start, width).zero_()
    return frames


def train(sounds: Sounds, texts: list[np.ndarray], *, epochs: int, seed: int) -> SoundNet:
    """A net that draws clips to the text vectors `texts[class] (S, 384)` of their class."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = SoundNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = epochs * (len(sounds.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=LEARNING_RATE, total_steps=steps
    )
    clips = torch.from_numpy(sounds.clips)
    for epoch in range(epochs):
        order = rng.permutation(len(sounds.labels))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            labels = sounds.labels[rows]
            with torch.no_grad():
                frames = mask(net.log_mel(augment(clips[rows], rng)), rng)
            chosen = [texts[label][rng.integers(len(texts[label]))] for label in labels]
            loss = contrast.info_nce(
                net.from_frames(frames),
                torch.from_numpy(np.stack(chosen)),
                group=torch.from_numpy(labels),
                scale=SCALE,
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if epoch % 10 == 0:
            log.info("epoch %d: loss %.3f", epoch, loss.item())
    return net.eval()


def class_scores(vectors: np.ndarray, text: measure.TextModel) -> np.ndarray:
    """Cosines `(N, classes)` of sound vectors with the mean vector of each class's names."""
    classes = np.stack([text.embed(sound_data.names(label)).mean(0) for label in LABELS])
    classes /= np.linalg.norm(classes, axis=1, keepdims=True)
    return vectors @ classes.T


def matches(vectors: np.ndarray, sounds: Sounds, texts: list[np.ndarray]) -> tuple:
    """Scores of clips with sentences of their class, and of another class."""
    rng = np.random.default_rng(0)
    own, other = [], []
    for vector, label in zip(vectors, sounds.labels, strict=True):
        elsewhere = (label + 1 + rng.integers(len(LABELS) - 1)) % len(LABELS)
        for scores, group in ((own, texts[label]), (other, texts[elsewhere])):
            scores.append(group[rng.integers(len(group), size=20)] @ vector)
    return np.concatenate(own), np.concatenate(other)


def embed(session: measure.onnxruntime.InferenceSession, clips: np.ndarray) -> np.ndarray:
    """Vectors `(N, 384)` from the exported net."""
    return np.concatenate([session.run(None, {"samples": clip[None]})[0] for clip in clips])


def card(
    where: data.Places,
    text: measure.TextModel,
    sounds: Sounds,
    texts: list[np.ndarray],
    *,
    curve: dict[str, float],
) -> dict[str, object]:
    """Everything measured of pocket-sound, on fold 5, from its ONNX file."""
    path = where.export / "pocket-sound.onnx"
    session = measure.session(path)
    test = sounds.of((TEST_FOLD,))
    vectors = embed(session, test.clips)
    scores = class_scores(vectors, text)
    esc = test.labels < len(LABELS) - 1  # the last class is speech
    rank = (scores[esc, : len(LABELS) - 1] > _own(scores[esc], test.labels[esc])).sum(1)
    best = np.argsort(-scores, axis=0)  # clips, best first, of each class
    precision = {}
    for k, label in enumerate(LABELS):
        count = int((test.labels == k).sum())
        precision[label] = round(100 * float((test.labels[best[:count, k]] == k).mean()), 1)
    example = {"samples": test.clips[:1]}
    return {
        **measure.file_facts(path, session, example),
        "rate": RATE,
        "figures": {
            "ESC-10 fold 5, zero-shot of 10 by name": figures.recall(rank),
            "text to sound, precision at the class's size, fold 5 and speech": precision,
        },
        "chance": {"R@1": 10.0, "R@5": 50.0, "R@10": 100.0},
        "published": PUBLISHED,
        "calibration": {"text-audio": curve},
        "calibration error of text-audio on fold 5": calibration.expected_error(
            *matches(vectors, test, texts), curve
        ),
        "trained on": {
            "esc10": "ESC-10 of ESC-50, Freesound clips, CC0 and CC BY",
            "ljspeech": "public domain",
            "captions": "AudioCaps MIT",
        },
    }


def _own(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return scores[np.arange(len(labels)), labels][:, None]


def main() -> None:
    """Train twice, export, measure."""
    parser = data.parser(__doc__)
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    where = data.places(chosen)
    text = measure.TextModel(
        where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json"
    )
    texts = [text.embed(group) for group in sound_data.sentences(where.data)]
    sounds = sound_data.read(where.data)
    learned = tuple(range(1, DEV_FOLD))
    first = train(sounds.of(learned), texts, epochs=chosen.epochs, seed=chosen.seed)
    dev = sounds.of((DEV_FOLD,))
    with torch.inference_mode():
        vectors = first(torch.from_numpy(dev.clips)).numpy()
    right = (class_scores(vectors, text).argmax(1) == dev.labels).mean()
    log.info("folds 1 to 3: %.1f %% of fold 4 and its speech", 100 * right)
    curve = calibration.fit(*matches(vectors, dev, texts))
    net = train(sounds.of((*learned, DEV_FOLD)), texts, epochs=chosen.epochs, seed=chosen.seed)
    export.export_sound(net, where.export / "pocket-sound.onnx")
    written = json.dumps(card(where, text, sounds, texts, curve=curve), indent=2)
    (where.export / "pocket-sound.json").write_text(written + "\n")
    print(written)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
