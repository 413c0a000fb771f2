"""Sounds with the sentences that describe them: ESC-10, speech, and sounds made by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from crossmodal.codecs import audio
from crossmodal.encoders.audio import levels, windows
from crossmodal.encoders.log_mel import RATE, log_mel
from crossmodal.media import Audio
from recipes import sound_making, text_corpus

TEST_FOLD, DEV_FOLD = 5, 4
SPEECH_TEST = 40  # of LJSpeech's clips, the first: as in `benchmarks.speech`
DIGITS = 100  # spoken digits, of each split
MADE = 60  # sounds of each rule, in each fold's set
SPEEDS = (0.84, 0.92, 1.0, 1.08, 1.18)
PLAIN = 2  # the place of 1.0 in SPEEDS
MOST = 400  # captions of a class
HELD_OUT = 5  # every fifth caption of a class is for the figures alone

SPEECH, MUSIC, NOISE, SILENCE = "Speech", "Music", "Noise", "Silence"
NAMES = {
    "Dog bark": ("a dog barking", "a dog", "a dog barks loudly"),
    "Rain": ("rain falling", "rain", "it is raining"),
    "Sea waves": ("sea waves", "waves crash on the beach", "the ocean"),
    "Baby cry": ("a baby crying", "a baby", "an infant cries"),
    "Clock tick": ("a clock ticking", "a clock", "tick tock"),
    "Person sneeze": ("a person sneezing", "a sneeze", "someone sneezes"),
    "Helicopter": ("a helicopter flying", "a helicopter", "helicopter blades whir"),
    "Chainsaw": ("a chainsaw running", "a chainsaw", "a saw cuts wood"),
    "Fire crackling": ("a fire crackling", "a campfire", "flames of a fire"),
    "Rooster": ("a rooster crowing", "a rooster", "a cock crows"),
    SPEECH: ("a person speaking", "speech", "somebody talks"),
    MUSIC: ("music playing", "music", "a melody"),
    NOISE: ("static noise", "white noise", "a hissing noise"),
    SILENCE: ("silence", "nothing can be heard", "a silent room"),
}
# what a caption of AudioCaps says when it is about the class
WORDS = {
    "Dog bark": r"\bdogs? (?:bark|growl|yip)|\bbarking",
    "Rain": r"\brain(?:s|ing|fall)?\b",
    "Sea waves": r"\bwaves?\b|\bocean\b|\bsurf\b",
    "Baby cry": r"\b(?:baby|infant|newborn)\b.*\bcr(?:y|ies|ying)",
    "Clock tick": r"\bclocks?\b|\btick(?:s|ing)?\b|tick-?tock",
    "Person sneeze": r"\bsneez",
    "Helicopter": r"\bhelicopter",
    "Chainsaw": r"\bchain ?saw|\bpower saw",
    "Fire crackling": r"\bfire\b|\bcrackl",
    "Rooster": r"\brooster|\bcock-a-doodle",
    SPEECH: r"\b(?:man|woman|person) (?:speak|talk|is speaking|is talking)",
    MUSIC: r"\bmusic\b|\bmelod",
    NOISE: r"\bstatic\b|\bwhite noise\b",
}
LABELS = tuple(NAMES)
ESC = 10  # of LABELS, the first
FRAMES = ("{}", "the sound of {}", "{} can be heard")


@dataclass(frozen=True)
class Sounds:
    """Decibels `(N, speeds, 64, 313) float16` of log-mel bands, class numbers and folds `(N,)`."""

    bands: np.ndarray
    labels: np.ndarray
    folds: np.ndarray

    def of(self, folds: tuple[int, ...]) -> Sounds:
        """The clips of some folds."""
        kept = np.isin(self.folds, folds)
        return Sounds(self.bands[kept], self.labels[kept], self.folds[kept])

    def plain(self) -> np.ndarray:
        """What the network is given of each clip at its own speed, `(N, 64, 313) float32`."""
        return np.stack([levels(clip[PLAIN].astype(np.float32)) for clip in self.bands])


def read(folder: Path, cache: Path) -> Sounds:
    """Every clip, from the cache where it has been made."""
    path = cache / "sounds.npz"
    if not path.exists():
        clips = [(bands(sound), LABELS.index(label), fold) for sound, label, fold in _all(folder)]
        columns = [np.stack(column) for column in zip(*clips, strict=True)]
        np.savez(path, bands=columns[0], labels=columns[1], folds=columns[2])
    with np.load(path) as stored:
        return Sounds(stored["bands"], stored["labels"], stored["folds"])


def bands(sound: Audio) -> np.ndarray:
    """Decibels of the middle five seconds of `sound` at each of SPEEDS."""
    made = []
    for speed in SPEEDS:
        faster = audio.resample(Audio(sound.samples, round(sound.rate * speed)), rate=RATE)
        middle = windows(faster)
        made.append(log_mel(middle[len(middle) // 2]).astype(np.float16))
    return np.stack(made)


def _all(folder: Path) -> Iterator[tuple[Audio, str, int]]:
    """Yield each sound with its class and its fold; TEST_FOLD's are never trained on."""
    for row in parquet.read_table(folder / "esc10.parquet").to_pylist():
        yield audio.decode(row["audio"], rate=RATE), row["label"], row["fold"]
    for k, row in enumerate(parquet.read_table(folder / "ljspeech.parquet").to_pylist()):
        fold = TEST_FOLD if k < SPEECH_TEST else 1 + k % DEV_FOLD
        yield audio.decode(row["audio"], rate=RATE), SPEECH, fold
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        table = parquet.read_table(
            folder / "spoken_digits.parquet", filters=[("split", "=", split)]
        ).to_pylist()
        for k, row in enumerate(rng.permutation(len(table))[:DIGITS]):
            fold = TEST_FOLD if split == "test" else 1 + k % DEV_FOLD
            yield audio.decode(table[row]["audio"], rate=RATE), SPEECH, fold
    for k in range(2 * MADE):
        fold = TEST_FOLD if k >= MADE else 1 + k % DEV_FOLD
        yield sound_making.music(rng, unheard=fold == TEST_FOLD), MUSIC, fold
        yield sound_making.noise(rng), NOISE, fold
        if k % 2 == 0:
            yield sound_making.silence(rng), SILENCE, fold


def sentences(folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """For each class the captions of AudioCaps that speak of it and no other: to learn, held out.

    The names of a class are the first of those to learn.
    """
    table = parquet.read_table(folder / "captions.parquet").to_pydict()
    pairs = zip(table["text"], table["source"], strict=True)
    captions = [text for text, source in pairs if source == "audiocaps-train"]
    found: list[list[str]] = [[] for _ in LABELS]
    patterns = [re.compile(WORDS[label], re.IGNORECASE) for label in LABELS if label in WORDS]
    for caption in captions:
        matches = [k for k, pattern in enumerate(patterns) if pattern.search(caption)]
        if len(matches) == 1 and len(found[matches[0]]) < MOST:
            found[matches[0]].append(text_corpus.clean(caption))
    learn = [[c for k, c in enumerate(group) if k % HELD_OUT] for group in found]
    held_out = [group[::HELD_OUT] for group in found]
    return [[*names(label), *group] for label, group in zip(LABELS, learn, strict=True)], held_out


def names(label: str) -> list[str]:
    """Ways to ask for a class."""
    return [frame.format(name) for name in NAMES[label] for frame in FRAMES]
