"""What knowledge of one modality gains in another, at several sizes of the training set.

    python -m recipes.transfer pictures-to-words   # an image encoder teaches a text encoder
    python -m recipes.transfer frames-to-films     # an image encoder begins a film encoder
    python -m recipes.transfer words-to-pictures   # texts alone teach a classifier of pictures

Each trains with and without the transfer, over seeds, and prints both on Flickr8k's test split
with the gain and its 95 % bootstrap interval. `--work` keeps the vectors, so that the three share
them. Training rows are Flickr8k's; chosen settings are the package's defaults, not tuned here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from crossmodal import Workbench
from crossmodal.codecs import image
from crossmodal.evaluation.pairs import encode, encode_texts
from crossmodal.learn.distil import Schedule, distil
from crossmodal.learn.heads import probe
from crossmodal.learn.temporal import TemporalHead
from crossmodal.learn.text_only import Bridge, TextTaught, learn_from_text
from crossmodal.media import Image
from crossmodal.metrics import intervals
from crossmodal.metrics.captions import words
from crossmodal.modality import IMAGE, TEXT
from recipes import data

PHOTOS = {"train": 1200, "test": 500}
SEEDS = 3
VOCABULARY = 3000
FRAMES = 3  # of each of a film's two photos
SMALL = 12  # side in pixels of the frames that a head without an image encoder sees
SUBJECTS = {
    "dog": {"dog", "dogs", "puppy"},
    "water": {"water", "ocean", "lake", "pool", "river", "swimming", "surfer", "wave"},
    "snow": {"snow", "snowy", "snowboarder", "skier", "ski"},
    "bicycle": {"bike", "bicycle", "biker", "cyclist", "bikes"},
}


@dataclass(frozen=True)
class Split:
    """Photos with five captions each, as vectors of the shipped space."""

    captions: list[list[str]]
    texts: np.ndarray  # (5 N, D)
    views: np.ndarray  # (N, FRAMES, D) moving crops of each photo; the first is the whole photo
    small: np.ndarray  # (N, FRAMES, SMALL * SMALL * 3) the same crops as pixels in [-1, 1]


def crops(photo: Image) -> Iterator[Image]:
    """The whole photo, then windows of three quarters that move from left to right."""
    height, width = photo.pixels.shape[:2]
    yield photo
    for step in range(FRAMES - 1):
        left = round(step / (FRAMES - 2) * width / 4)
        yield Image(photo.pixels[height // 8 : height * 7 // 8, left : left + width * 3 // 4])


def load(where: data.Places, name: str) -> Split:
    """One split's vectors, computed once and kept in the cache."""
    photos = data.flickr8k(where.data, name)
    chosen = np.random.default_rng(0).permutation(len(photos.ids))[: PHOTOS[name]]
    captions = [photos.captions[k] for k in chosen]
    bench = Workbench()
    encoder, speaker = bench.encoder(IMAGE), bench.encoder(TEXT)
    kept = where.cache / f"transfer-{name}-{encoder.card.id}.npz"
    if not kept.exists():
        pictures = [crop for k in chosen for crop in crops(image.decode(photos.images[k]))]
        small = [image.squash(crop, SMALL).pixels / 127.5 - 1 for crop in pictures]
        vectors = encode(encoder, iter(pictures)).values
        texts = encode_texts(speaker, [line for five in captions for line in five]).values
        np.savez(
            kept,
            texts=texts,
            views=vectors.reshape(len(chosen), FRAMES, -1),
            small=np.array(small, np.float32).reshape(len(chosen), FRAMES, -1),
        )
    with np.load(kept) as file:
        return Split(captions, file["texts"], file["views"], file["small"])


@dataclass(frozen=True)
class Gain:
    """What was measured with and without, for each test item (N,), the mean over seeds."""

    size: int
    without: np.ndarray
    with_it: np.ndarray

    def row(self) -> dict[str, float]:
        """Percent, and the interval of the gain."""
        gain = intervals.of_mean(100 * (self.with_it - self.without))
        return {
            "size": self.size,
            "without": round(100 * float(self.without.mean()), 1),
            "with": round(100 * float(self.with_it.mean()), 1),
            "gain": round(gain.value, 1),
            "low": round(gain.low, 1),
            "high": round(gain.high, 1),
        }


def pictures_to_words(train: Split, test: Split) -> dict[str, list[dict[str, float]]]:
    """Which of four subjects a caption is about, from a few labelled captions.

    Without: a probe on the bag of words. With: on what a student of the image encoder makes of
    it, who saw captions and their photos' vectors, and no label.
    """
    counts = Counter(word for five in train.captions for line in five for word in words(line))
    place = {word: k for k, (word, _) in enumerate(counts.most_common(VOCABULARY))}
    five = data.CAPTIONS_PER_PHOTO
    labels, wanted = (
        np.repeat([subject(own) for own in split.captions], five) for split in (train, test)
    )
    features, tests = bags(train.captions, place), bags(test.captions, place)[wanted >= 0]
    photos = np.repeat(train.views[:, 0], five, axis=0)
    students = [distil(features, photos, schedule=Schedule(seed=seed)) for seed in range(SEEDS)]

    def right(seed: int, size: int, *, taught: bool) -> np.ndarray:
        random = np.random.default_rng(seed)
        each = [random.permutation(np.flatnonzero(labels == s)) for s in range(len(SUBJECTS))]
        rows = np.concatenate([some[: size // len(SUBJECTS)] for some in each])
        seen, new = (
            students[seed].encode(held) if taught else held for held in (features[rows], tests)
        )
        scores = probe(seen.astype(float), labels[rows], classes=len(SUBJECTS)).scores(new)
        hits = (scores.argmax(axis=1) == wanted[wanted >= 0]).astype(float)
        return hits.reshape(-1, five).mean(axis=1)  # captions of one photo are drawn together

    return {
        "subject of a caption, by labelled captions": [
            Gain(
                size,
                over_seeds(partial(right, size=size, taught=False)),
                over_seeds(partial(right, size=size, taught=True)),
            ).row()
            for size in (4, 8, 16, 32, 64)
        ]
    }


def bags(captions: list[list[str]], place: dict[str, int]) -> np.ndarray:
    """Which words each caption holds: (5 N, VOCABULARY), of length 1."""
    lines = [line for five in captions for line in five]
    held = np.zeros((len(lines), len(place)), np.float32)
    for row, line in enumerate(lines):
        held[row, [place[word] for word in words(line) if word in place]] = 1
    return held / np.maximum(np.linalg.norm(held, axis=1, keepdims=True), 1)


def subject(captions: list[str]) -> int:
    """The one subject that at least two captions name; -1 for none or several."""
    named = [
        sum(bool(marks & set(words(line))) for line in captions) for marks in SUBJECTS.values()
    ]
    found = [number for number, count in enumerate(named) if count >= 2]
    return found[0] if len(found) == 1 and sum(count > 0 for count in named) == 1 else -1


def films(split: Split, count: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Films of two photos in turn: vectors, pixels, and which subjects in which order."""
    random = np.random.default_rng(seed)
    subjects = np.array([subject(five) for five in split.captions])
    pairs = [(a, b) for a in range(len(SUBJECTS)) for b in range(len(SUBJECTS)) if a != b]
    labels = random.integers(0, len(pairs), count)
    chosen = [[random.choice(np.flatnonzero(subjects == s)) for s in pairs[k]] for k in labels]
    rows = np.array(chosen)  # (count, 2)
    shape = (count, 2 * FRAMES, -1)
    return split.views[rows].reshape(shape), split.small[rows].reshape(shape), labels


def frames_to_films(train: Split, test: Split) -> dict[str, list[dict[str, float]]]:
    """Which of four subjects comes first and which second, of films that show two of them.

    Without: the same head on small frames, from nothing. With: on the image encoder's vectors.
    Also: the image encoder without the head's sense of order.
    """
    classes = len(SUBJECTS) * (len(SUBJECTS) - 1)
    new, new_small, wanted = films(test, 300, seed=100)
    begun, ordered = [], []
    for size in (50, 200, 800):

        def right(seed: int, size: int = size, *, pixels: bool, order: bool) -> np.ndarray:
            seen, small, labels = films(train, size, seed=seed)
            inputs, tests = (small, new_small) if pixels else (seen, new)
            head = TemporalHead(
                inputs.shape[1],
                inputs.shape[2],
                classes=classes,
                ordered=order,
                schedule=Schedule(epochs=max(10, 8_000 // size), batch=64, hidden=128, seed=seed),
            )
            return (head.fit(inputs, labels).predict(tests) == wanted).astype(float)

        scratch = over_seeds(partial(right, pixels=True, order=True))
        mean = over_seeds(partial(right, pixels=False, order=False))
        full = over_seeds(partial(right, pixels=False, order=True))
        begun.append(Gain(size, scratch, full).row())
        ordered.append(Gain(size, mean, full).row())
    return {
        f"begun with the image encoder, by films (chance {100 / classes:.1f})": begun,
        "its temporal head against the mean of frames": ordered,
    }


def words_to_pictures(train: Split, test: Split) -> dict[str, list[dict[str, float]]]:
    """Which of four subjects a photo shows, with and without the help of texts."""
    labels, wanted = (
        np.array([subject(five) for five in split.captions]) for split in (train, test)
    )
    kept = wanted >= 0
    shown = Shown(train, labels, test.views[kept, 0], wanted[kept])
    return {
        "captions' help, by labelled photos": list(photos_and_texts(shown)),
        "texts alone, by captions: a remedy against the gap": list(texts_alone(shown)),
    }


@dataclass(frozen=True)
class Shown:
    """Training photos with captions and their subject (-1 for none), and test photos."""

    train: Split
    labels: np.ndarray
    pictures: np.ndarray  # (N, D)
    wanted: np.ndarray  # (N,)

    def taught(self, rows: np.ndarray, bridge: Bridge) -> TextTaught:
        """A classifier that learned from the captions `rows` alone."""
        return learn_from_text(
            self.train.texts[rows],
            np.repeat(self.labels, data.CAPTIONS_PER_PHOTO)[rows],
            classes=len(SUBJECTS),
            media_mean=self.train.views[:, 0].mean(axis=0),
            text_mean=self.train.texts.mean(axis=0),
            bridge=bridge,
        )

    def captions(self, but: np.ndarray) -> np.ndarray:
        """Rows of the captions of photos that have a subject and are not among `but`."""
        usable = (self.labels >= 0) & ~np.isin(np.arange(len(self.labels)), but)
        return np.flatnonzero(np.repeat(usable, data.CAPTIONS_PER_PHOTO))


def photos_and_texts(shown: Shown) -> Iterator[dict[str, float]]:
    """A few labelled photos, alone and with captions of other photos (not these photos)."""

    def right(seed: int, size: int, *, texts: bool) -> np.ndarray:
        random = np.random.default_rng(seed)
        each = [random.permutation(np.flatnonzero(shown.labels == s)) for s in range(len(SUBJECTS))]
        photos = np.concatenate([rows[: size // len(SUBJECTS)] for rows in each])
        way, mean = Bridge(), shown.train.views[:, 0].mean(axis=0)
        seen, new = (way.media(v, mean) for v in (shown.train.views[photos, 0], shown.pictures))
        scores = probe(seen, shown.labels[photos], classes=len(SUBJECTS)).scores(new)
        if texts:
            scores = scores + shown.taught(shown.captions(photos), way).head.scores(new)
        return (scores.argmax(axis=1) == shown.wanted).astype(float)

    for size in (4, 8, 16, 32, 64):
        without = over_seeds(partial(right, size=size, texts=False))
        yield Gain(size, without, over_seeds(partial(right, size=size, texts=True))).row()


def texts_alone(shown: Shown) -> Iterator[dict[str, float]]:
    """Captions alone: as they are, and with remedies against the gap."""
    rows = shown.captions(np.zeros(0, int))

    def right(seed: int, size: int, *, bridge: Bridge) -> np.ndarray:
        some = np.random.default_rng(seed).permutation(rows)[:size]
        found = shown.taught(some, bridge).predict(shown.pictures)
        return (found == shown.wanted).astype(float)

    for size in (20, 100, 500, 1000):
        plain = over_seeds(partial(right, size=size, bridge=Bridge(centred=False)))
        for name, bridge in (
            ("centring", Bridge()),
            ("noise", Bridge(centred=False, noise=0.5)),
            ("both", Bridge(noise=0.5)),
        ):
            better = over_seeds(partial(right, size=size, bridge=bridge))
            yield {"remedy": name, **Gain(size, plain, better).row()}


def over_seeds(measured: Callable[[int], np.ndarray]) -> np.ndarray:
    """The mean over seeds of what was measured for each test item (N,)."""
    return np.mean([measured(seed) for seed in range(SEEDS)], axis=0)


EXPERIMENTS = {
    "pictures-to-words": pictures_to_words,
    "frames-to-films": frames_to_films,
    "words-to-pictures": words_to_pictures,
}


def main() -> None:
    """Run one experiment, print its tables and keep them as JSON."""
    parser = data.parser(__doc__ or "")
    parser.add_argument("experiment", choices=EXPERIMENTS)
    options = parser.parse_args()
    where = data.places(options)
    tables = EXPERIMENTS[options.experiment](load(where, "train"), load(where, "test"))
    for title, rows in tables.items():
        print(title)
        for row in rows:
            print("  ", "  ".join(f"{name} {value}" for name, value in row.items()))
    path: Path = where.work / f"transfer-{options.experiment}.json"
    path.write_text(json.dumps(tables, indent=2) + "\n")


if __name__ == "__main__":
    main()
