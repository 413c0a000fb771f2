"""Figures of the exported pocket-sound, from its ONNX file alone, and its card.

`python -m recipes.measure_sound --data DIR --work runs` prints them and writes
`export/pocket-sound.card.json`. Fold 5 of ESC-10 and all else of that fold is used for figures
only; the calibration curves come from fold 4 and from a head that never learned it.
"""

from __future__ import annotations

import hashlib
import json
import re

import numpy as np

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, Figure, ModelCard, Tier
from crossmodal.modality import AUDIO
from recipes import calibration, data, measure, ship, sound_data, text_corpus
from recipes.sound_data import ESC, LABELS, MUSIC, SILENCE, SPEECH, TEST_FOLD, Sounds

RESAMPLES = 2000
NAME, VERSION = "pocket-sound", "1"
DEV = "sound-dev.npz"  # vectors of fold 4, by a head that never learned it
SUMMARY = (
    "Sounds into the pocket space: MobileNet's first stages look at log-mel bands, and a head "
    "leads what they see to the words for it."
)
LIMITS = (
    "knows the ten kinds of ESC-10 (dog, rooster, rain, sea, fire, baby, sneeze, clock, "
    "helicopter, chainsaw), speech, music-like tones, noise and silence; gives any other sound "
    "the nearest of these",
    "speech was tested on the readers that it learned from, though on other recordings",
    "its music was made by rule, in training and in tests: no recorded music was at hand",
    "of mixed sounds the loudest is heard; of one longer than two minutes, 24 places",
)
DATA = (
    "esc10: ESC-10 of ESC-50, Freesound clips, CC0 and CC BY",
    "ljspeech: public domain",
    "spoken_digits: Free Spoken Digit Dataset, CC BY-SA 4.0",
    "captions: AudioCaps MIT",
    "teachers: MobileNet v2 Apache 2.0",
)
PUBLISHED = "72.7 (Piczak 2015, random forest, five folds; people 95.7)"
# what must be seen in a picture for it to be of the class: in the captions, in the emoji's name
SIGHTS = {
    "Dog bark": (r"\bdogs?\b|\bpupp(?:y|ies)\b", r"\bdog\b|\bpoodle\b"),
    "Sea waves": (r"\bocean\b|\bsea\b|\bwaves?\b|\bbeach\b|\bsurf", r"\bwave\b|\bbeach\b|surfing"),
    "Baby cry": (r"\bbab(?:y|ies)\b|\binfant\b|\btoddler\b", r"\bbaby\b"),
    "Rooster": ("", r"\brooster\b|\bchick"),
    "Clock tick": ("", r"\bclock\b|o’clock|-thirty|\bwatch\b"),
    "Helicopter": ("", r"\bhelicopter\b"),
    "Fire crackling": ("", r"\bfire\b|\bflame\b"),
    "Rain": ("", r"\brain\b|\bumbrella\b"),
}


def write_card(where: data.Places) -> ModelCard:
    """Measure `export/pocket-sound.onnx`, print the figures and write its card."""
    text = measure.TextModel(
        where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json"
    )
    image = measure.ImageModel(where.export / "pocket-image.onnx")
    path = where.export / f"{NAME}.onnx"
    session = measure.session(path)
    test = sound_data.read(where.data, where.cache).of((TEST_FOLD,))
    vectors = np.concatenate([session.run(None, {"bands": b[None]})[0] for b in test.plain()])
    learn, held_out = sound_data.sentences(where.data)
    photos, captions, emoji, emoji_names = pictures(where, image)
    with np.load(where.cache / DEV) as stored:
        dev_vectors, dev_labels = stored["vectors"], stored["labels"]
    quality = [
        *zero_shot(vectors, test, text),
        *with_texts(vectors, test, text, held_out),
        *with_pictures(vectors, test, photos, captions, emoji, emoji_names),
    ]
    curves = fitted(
        dev_vectors,
        dev_labels,
        [text.embed(group) for group in learn],
        text.embed(scenes(where, "dev")),
        emoji,
        emoji_names,
        measure.class_vectors(text, list(LABELS), AUDIO),
    )
    own, other = text_pairs(
        vectors,
        test.labels,
        [text.embed(g or n) for g, n in zip(held_out, map(sound_data.names, LABELS), strict=True)],
        text.embed(scenes(where, "test")),
    )
    error = calibration.expected_error(own, other, curves["audio-text"])
    quality.append(
        Figure("calibration error, sounds and held-out captions, fold 5", round(100 * error, 2))
    )
    facts = measure.file_facts(path, session, {"bands": test.plain()[:1]})
    card = ModelCard(
        name=NAME,
        version=VERSION,
        edge=Edge.ENCODER,
        summary=SUMMARY,
        loader="crossmodal.encoders.audio:load",
        source=AUDIO,
        space=ship.SPACE,
        tier=Tier.POCKET,
        licence="Apache-2.0 weights; learned from Freesound clips (CC0, CC BY) among others",
        commercial=False,
        files={"network": path.name},
        size=int(facts["bytes"]),  # type: ignore[call-overload]
        sha256={path.name: hashlib.sha256(path.read_bytes()).hexdigest()},
        parameters=int(facts["parameters"]),  # type: ignore[call-overload]
        quality=tuple(quality),
        cost=(
            Figure("five seconds of sound, one core, network alone", facts["milliseconds"], "ms"),
        ),  # type: ignore[arg-type]
        data=DATA,
        limits=LIMITS,
        calibration={pair: Calibration(**curve) for pair, curve in curves.items()},
        seconds=facts["milliseconds"] / 1000,  # type: ignore[operator]
        fidelity=round(quality[0].value / 100, 3),
    )
    written = json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    (where.export / f"{NAME}.card.json").write_text(written + "\n", "utf-8")
    print(written)
    return card


def zero_shot(vectors: np.ndarray, test: Sounds, text: measure.TextModel) -> list[Figure]:
    """Which class, by name alone: of ESC-10's ten, and of speech, music-like and silence."""
    esc = test.labels < ESC
    classes = named(text, LABELS[:ESC])
    right = (vectors[esc] @ classes.T).argmax(1) == test.labels[esc]
    found = [figure("zero-shot top-1 of 10 classes, ESC-10 fold 5", right, 100 / ESC, PUBLISHED)]
    everything = (vectors @ named(text, LABELS).T).argmax(1)
    for label, words in ((SPEECH, "speech"), (MUSIC, "music-like"), (SILENCE, "silence")):
        number = LABELS.index(label)
        own = test.labels == number
        told = f"zero-shot of {len(LABELS)} classes: {words}"
        found.append(figure(f"{told}, found", everything[own] == number, 100 / len(LABELS)))
        wrong = everything[~own] == number
        found.append(figure(f"{told}, heard in others", wrong, 100 / len(LABELS)))
    return found


def with_texts(
    vectors: np.ndarray, test: Sounds, text: measure.TextModel, held_out: list[list[str]]
) -> list[Figure]:
    """Retrieval among ESC-10's fold 5 and captions of AudioCaps that were never learned."""
    esc = test.labels < ESC
    sounds, labels = vectors[esc], test.labels[esc]
    captions = [caption for group in held_out[:ESC] for caption in group[:20]]
    kinds = np.repeat(np.arange(ESC), [len(group[:20]) for group in held_out[:ESC]])
    scores = text.embed(captions) @ sounds.T  # (captions, sounds)
    best = np.argsort(-scores, axis=1)[:, :10]
    sizes = np.bincount(labels, minlength=ESC)
    recalled = (labels[best] == kinds[:, None]).sum(1) / np.minimum(sizes[kinds], 10)
    first = kinds[np.argsort(-scores.T, axis=1)[:, :10]] == labels[:, None]
    share = np.bincount(kinds, minlength=ESC)[labels] / len(kinds)
    return [
        figure(
            f"text → audio R@10, {len(captions)} held-out captions, ESC-10 fold 5",
            recalled,
            1000 / len(labels),
        ),
        figure(
            f"audio → text P@10, ESC-10 fold 5, {len(captions)} held-out captions",
            first.mean(1),
            100 * float(share.mean()),
        ),
    ]


def with_pictures(
    vectors: np.ndarray,
    test: Sounds,
    photos: np.ndarray,
    captions: list[str],
    emoji: np.ndarray,
    emoji_names: list[str],
) -> list[Figure]:
    """Pictures that sounds find: dogs by their bark, and emoji."""
    dogs = matching(SIGHTS["Dog bark"][0], captions)
    barks = vectors[test.labels == LABELS.index("Dog bark")]
    shown = dogs[np.argsort(-barks @ photos.T, axis=1)[:, :10]]
    found = [
        figure(
            "audio → image P@10, barks of fold 5 find dogs, Flickr8k test",
            shown.mean(1),
            100 * float(dogs.mean()),
        )
    ]
    hits, chances = [], []
    for label, (_, name) in SIGHTS.items():
        own = matching(name, emoji_names)
        clips = vectors[test.labels == LABELS.index(label)]
        hits.append(own[np.argsort(-clips @ emoji.T, axis=1)[:, :10]].any(1))
        chances.append(1 - (1 - own.mean()) ** 10)
    task = f"audio → image R@10, {len(SIGHTS)} kinds of fold 5, {len(emoji)} emoji"
    return [*found, figure(task, np.concatenate(hits), 100 * float(np.mean(chances)))]


def fitted(
    vectors: np.ndarray,
    labels: np.ndarray,
    texts: list[np.ndarray],
    sights: np.ndarray,
    emoji: np.ndarray,
    emoji_names: list[str],
    words: np.ndarray,
) -> dict[str, dict[str, float]]:
    """The curves from score to probability, on clips of fold 4; `words (C, D)` of LABELS."""
    own, other = [], []
    for label, (_, name) in SIGHTS.items():
        shown = matching(name, emoji_names)
        scores = vectors[labels == LABELS.index(label)] @ emoji.T
        own.append(scores[:, shown].ravel())
        other.append(scores[:, ~shown].ravel())
    return {
        "audio-label": calibration.fit_labels([(vectors @ words.T, labels)]),
        "audio-text": calibration.fit(*text_pairs(vectors, labels, texts, sights)),
        "audio-image": calibration.fit(np.concatenate(own), np.concatenate(other)),
        "audio-audio": calibration.fit(*calibration.same_class(vectors, labels)),
    }


def text_pairs(
    vectors: np.ndarray, labels: np.ndarray, texts: list[np.ndarray], sights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of clips with 20 sentences of their class, and with as many of others.

    In a collection, half of what is asked is not about sounds at all: so are half of the others,
    10 of another class and 10 of `sights (N, D)`, captions of photos.
    """
    rng = np.random.default_rng(0)
    own, other = [], []
    for vector, label in zip(vectors, labels, strict=True):
        elsewhere = (label + 1 + rng.integers(len(texts) - 1)) % len(texts)
        for scores, group, size in (
            (own, texts[label], 20),
            (other, texts[elsewhere], 10),
            (other, sights, 10),
        ):
            scores.append(group[rng.integers(len(group), size=size)] @ vector)
    return np.concatenate(own), np.concatenate(other)


def scenes(where: data.Places, split: str) -> list[str]:
    """The captions of photos of one split of Flickr8k."""
    photos = data.flickr8k(where.data, split)
    return [text_corpus.clean(caption) for five in photos.captions for caption in five]


def named(text: measure.TextModel, labels: tuple[str, ...]) -> np.ndarray:
    """Unit vectors `(classes, 384)`: the mean of each class's names."""
    classes = np.stack([text.embed(sound_data.names(label)).mean(0) for label in labels])
    return classes / np.linalg.norm(classes, axis=1, keepdims=True)


def figure(task: str, values: np.ndarray, chance: float, reference: str = "") -> Figure:
    """The mean of `values` in [0, 1] as a percentage, with its 95 % bootstrap interval."""
    share = 100.0 * np.asarray(values, float)
    drawn = np.random.default_rng(0).integers(len(share), size=(RESAMPLES, len(share)))
    low, high = np.percentile(share[drawn].mean(1), (2.5, 97.5))
    mean, low, high = (round(float(value), 1) for value in (share.mean(), low, high))
    return Figure(task, mean, low=low, high=high, chance=round(chance, 2), reference=reference)


def matching(pattern: str, texts: list[str]) -> np.ndarray:
    """Which of `texts` hold `pattern`."""
    words = re.compile(pattern, re.IGNORECASE)
    return np.array([words.search(text) is not None for text in texts])


def pictures(
    where: data.Places, image: measure.ImageModel
) -> tuple[np.ndarray, list[str], np.ndarray, list[str]]:
    """Vectors of Flickr8k's test photos and their captions, and of emoji and their names."""
    photos, emoji = data.flickr8k(where.data, "test"), data.emoji(where.data)
    mark = hashlib.sha256(image.path.read_bytes()).hexdigest()[:12]
    path = where.cache / f"sound-pictures-{mark}.npz"
    if not path.exists():
        np.savez(path, photos=image.embed(photos.images), emoji=image.embed(emoji["image"]))
    with np.load(path) as stored:
        captions = [text_corpus.clean(" ".join(five)) for five in photos.captions]
        return stored["photos"], captions, stored["emoji"], emoji["name"]


if __name__ == "__main__":
    write_card(data.places(data.parser(__doc__).parse_args()))
