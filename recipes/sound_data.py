"""Sounds with the sentences that describe them: ESC-10 and speech, with captions of AudioCaps."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as parquet

from recipes import text_corpus
from recipes.sound_net import RATE

SECONDS = 5
SPEECH = "Speech"
TEST_FOLD, DEV_FOLD = 5, 4
SPEECH_FOLDS = 5  # LJSpeech's clips are dealt out over as many folds
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
}
NAMES = {
    "Dog bark": ["a dog barking", "dog bark"],
    "Rain": ["rain falling", "rain"],
    "Sea waves": ["sea waves", "waves on the shore"],
    "Baby cry": ["a baby crying", "baby cry"],
    "Clock tick": ["a clock ticking", "clock tick"],
    "Person sneeze": ["a person sneezing", "sneeze"],
    "Helicopter": ["a helicopter flying", "helicopter"],
    "Chainsaw": ["a chainsaw running", "chainsaw"],
    "Fire crackling": ["a fire crackling", "crackling fire"],
    "Rooster": ["a rooster crowing", "rooster"],
    SPEECH: ["a person speaking", "speech"],
}
LABELS = tuple(NAMES)
FRAME = "the sound of {}"


@dataclass(frozen=True)
class Sounds:
    """Clips `(N, 80000) float32` at 16 kHz in [-1, 1], class numbers `(N,)`, folds `(N,)`."""

    clips: np.ndarray
    labels: np.ndarray
    folds: np.ndarray

    def of(self, folds: tuple[int, ...]) -> Sounds:
        """The clips of some folds."""
        kept = np.isin(self.folds, folds)
        return Sounds(self.clips[kept], self.labels[kept], self.folds[kept])


def decode(encoded: bytes) -> np.ndarray:
    """Mono samples `(T,) float32` at 16 kHz."""
    with av.open(io.BytesIO(encoded)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def read(folder: Path) -> Sounds:
    """Every clip of ESC-10, and LJSpeech's as one more class; cut or repeated to five seconds."""
    esc = parquet.read_table(folder / "esc10.parquet").to_pydict()
    speech = parquet.read_table(folder / "ljspeech.parquet").to_pydict()["audio"]
    clips = [_fit(decode(audio)) for audio in (*esc["audio"], *speech)]
    labels = [*esc["label"], *[SPEECH] * len(speech)]
    folds = [*esc["fold"], *[1 + k % SPEECH_FOLDS for k in range(len(speech))]]
    numbers = np.array([LABELS.index(label) for label in labels])
    return Sounds(np.stack(clips), numbers, np.array(folds))


def sentences(folder: Path) -> list[list[str]]:
    """For each class its names and the captions of AudioCaps that speak of it and no other."""
    table = parquet.read_table(folder / "captions.parquet").to_pydict()
    captions = [
        text
        for text, source in zip(table["text"], table["source"], strict=True)
        if source == "audiocaps-train"
    ]
    found: list[list[str]] = [names(label) for label in LABELS]
    patterns = [re.compile(WORDS[label], re.IGNORECASE) for label in LABELS]
    for caption in captions:
        matches = [k for k, pattern in enumerate(patterns) if pattern.search(caption)]
        if len(matches) == 1:
            found[matches[0]].append(text_corpus.clean(caption))
    return found


def names(label: str) -> list[str]:
    """Ways to ask for a class."""
    return [*NAMES[label], *[FRAME.format(name) for name in NAMES[label]]]


def _fit(samples: np.ndarray) -> np.ndarray:
    wanted = SECONDS * RATE
    if len(samples) < wanted:
        samples = np.tile(samples, -(-wanted // max(1, len(samples))))
    return samples[:wanted].astype(np.float32)
