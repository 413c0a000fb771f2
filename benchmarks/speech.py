"""Speech and reading, measured: `python -m benchmarks.speech --data ../shared/data`.

Prints one row a figure, with its 95 % bootstrap interval over clips. `--fit-gate` prints the
numbers of `voice_activity.py` instead. Needs pyarrow and jiwer besides the extras it measures.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pocketsphinx
import pyarrow.parquet as pq
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from crossmodal.card import ModelCard
from crossmodal.codecs import audio
from crossmodal.media import Audio, Image, Text
from crossmodal.translators import speech_recognition, voice_activity
from crossmodal.translators.speech_recognition import RecognitionOptions
from crossmodal.translators.speech_synthesis import SynthesisOptions

HELD_OUT = 40  # of LJSpeech's clips, the first; the gate is fitted on the others
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
VOICES = ("", "klatt4")
Figures = list[tuple[str, float, float, float, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=HELD_OUT, help="of LJSpeech, at most 40")
    parser.add_argument("--fit-gate", action="store_true")
    parser.add_argument("only", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    options = parser.parse_args()
    if options.fit_gate:
        fit_gate(options.data)
        return
    for name in options.only or MEASURES:
        for task, value, low, high, unit in MEASURES[name](options.data, options.clips):
            span = f"[{low:.1f}, {high:.1f}]" if low == low else ""
            print(f"{task:66} {value:8.1f} {span:16} {unit}", flush=True)


@cache
def engine(name: str) -> Any:
    entry = files("crossmodal.sources") / "engines" / f"{name}.card.json"
    card = ModelCard.from_json(json.loads(entry.read_text("utf-8")))
    module, _, function = card.loader.partition(":")
    return getattr(import_module(module), function)(card)


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(data / f"{name}.parquet").to_pylist()


def interval(errors: Sequence[float], totals: Sequence[float]) -> tuple[float, float, float]:
    """Return 100 * sum(errors) / sum(totals) and its 95 % bootstrap interval over clips."""
    wrong, of = np.array(errors, float), np.array(totals, float)
    picks = np.random.default_rng(0).integers(0, len(of), (2000, len(of)))
    rates = 100 * wrong[picks].sum(1) / of[picks].sum(1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return 100 * wrong.sum() / of.sum(), low, high


def columns(pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [wrong for wrong, _ in pairs], [of for _, of in pairs]


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split())


def word_errors(said: str, heard: str) -> tuple[int, int]:
    counts = jiwer.process_words(said, heard)
    return counts.substitutions + counts.deletions + counts.insertions, len(said.split())


def free_speech(data: Path, clips: int) -> Figures:
    """Word error rate and speed on read prose."""
    pairs, seconds, spent = [], 0.0, 0.0
    for row in rows(data, "ljspeech")[: min(clips, HELD_OUT)]:
        sound = audio.decode(bytes(row["audio"]), rate=16_000)
        begun = time.process_time()
        (heard,) = engine("pocketsphinx").translate([sound])
        spent += time.process_time() - begun
        seconds += sound.duration
        pairs.append(word_errors(plain(row["text"]), heard.content))
    return [
        (f"words wrong, LJSpeech, first {len(pairs)} clips", *interval(*columns(pairs)), "%"),
        ("speed of recognition, one core", seconds / spent, np.nan, np.nan, "x real time"),
    ]


def digits(data: Path, _clips: int) -> Figures:
    """Single spoken digits, where it is known that digits are said."""
    listening = RecognitionOptions(phrases=DIGITS)
    test = [row for row in rows(data, "spoken_digits") if row["split"] == "test"]
    wrong = []
    for row in test[:: max(1, len(test) // 120)]:
        sound = audio.decode(bytes(row["audio"]), rate=16_000)
        quiet = np.zeros(4800, np.float32)
        sound = Audio(np.concatenate([quiet, sound.samples, quiet]), sound.rate)
        (heard,) = engine("pocketsphinx").translate([sound], options=listening)
        wrong.append(heard.content != DIGITS[int(row["label"])])
    figure = interval(wrong, np.ones(len(wrong)))
    return [(f"digits wrong, phrases=digits, {len(wrong)} of FSDD test", *figure, "%")]


def silence(data: Path, _clips: int) -> Figures:
    """How often text comes of sounds in which nobody speaks."""
    false = []
    for row in rows(data, "esc10"):
        if row["fold"] == 5:
            sound = audio.decode(bytes(row["audio"]), rate=16_000)
            false.append(bool(engine("pocketsphinx").translate([sound])[0].content))
    made = [bool(engine("pocketsphinx").translate([sound])[0].content) for sound in empty_sounds()]
    return [
        (
            f"sounds given text, ESC-10 fold 5, {len(false)}",
            *interval(false, np.ones(len(false))),
            "%",
        ),
        (
            f"sounds given text, silence, noise and tones, {len(made)}",
            100 * np.mean(made),
            np.nan,
            np.nan,
            "%",
        ),
    ]


def empty_sounds() -> list[Audio]:
    random = np.random.default_rng(1)
    white = random.normal(0, 1, 80_000)
    brown = np.cumsum(white) / 300
    tone = np.sin(2 * np.pi * 440 * np.arange(80_000) / 16_000)
    chirp = np.sin(np.cumsum(np.linspace(0.02, 1.0, 80_000)))
    shapes = [np.zeros(80_000), white / 4, brown - brown.mean(), tone, chirp]
    return [
        Audio((level * shape).clip(-1, 1).astype(np.float32), 16_000)
        for shape in shapes
        for level in (0.003, 0.03, 0.3, 0.9)
    ]


def synthesis(data: Path, _clips: int) -> Figures:
    """Speed of speaking."""
    text = Text(" ".join(row["text"] for row in rows(data, "ljspeech")[:60]))
    engine("espeak-ng").translate([Text("Ready.")])
    begun = time.process_time()
    (sound,) = engine("espeak-ng").translate([text])
    speed = sound.duration / (time.process_time() - begun)
    return [("speed of synthesis, one core", speed, np.nan, np.nan, "x real time")]


def round_trip(data: Path, _clips: int) -> Figures:
    """Speak a sentence, hear it."""
    figures: Figures = []
    listening = RecognitionOptions(phrases=DIGITS)
    for voice in VOICES:
        speaking = SynthesisOptions(language="en-us", rate=140, voice=voice)
        pairs, spelt = [], []
        for row in rows(data, "ljspeech")[:8]:
            (sound,) = engine("espeak-ng").translate([Text(row["text"])], options=speaking)
            (heard,) = engine("pocketsphinx").translate([sound])
            pairs.append(word_errors(plain(row["text"]), heard.content))
        for number in range(20):
            said = " ".join(DIGITS[(number * 7 + k * k) % 10] for k in range(4))
            (sound,) = engine("espeak-ng").translate([Text(said)], options=speaking)
            (heard,) = engine("pocketsphinx").translate([sound], options=listening)
            spelt.append(word_errors(said, heard.content))
        name = f"spoken by espeak-ng ({voice or 'plain voice'})"
        figures.append((f"words wrong, 8 sentences {name}", *interval(*columns(pairs)), "%"))
        figures.append((f"digits wrong, phrases=digits, {name}", *interval(*columns(spelt)), "%"))
    return figures


def reading(data: Path, _clips: int) -> Figures:
    """Characters wrong in rendered text, black on white and on a noisy ground."""
    figures: Figures = []
    lines = [row["text"] for row in rows(data, "ljspeech")[:24]]
    for name, noise, size in (
        ("clean, 20 px", 0, 20),
        ("noisy, 20 px", 30, 20),
        ("clean, 12 px", 0, 12),
    ):
        pairs, spent = [], 0.0
        for number in range(0, 24, 4):
            wanted = "\n".join(line[:60].strip() for line in lines[number : number + 4])
            picture = rendered(wanted, size=size, noise=noise)
            begun = time.process_time()
            (text,) = engine("rapidocr").translate([picture])
            spent += time.process_time() - begun
            counts = jiwer.process_characters(wanted, text.content or " ")
            wrong = counts.substitutions + counts.deletions + counts.insertions
            pairs.append((wrong, len(wanted)))
        figures.append(
            (f"characters wrong, rendered text, {name}", *interval(*columns(pairs)), "%")
        )
        figures.append(
            (f"seconds of one core a picture of 4 lines, {name}", spent / 6, np.nan, np.nan, "s")
        )
    return figures


def rendered(text: str, *, size: int, noise: int) -> Image:
    canvas = PILImage.new("RGB", (40 * size, 9 * size), "white")
    ImageDraw.Draw(canvas).multiline_text(
        (size, size), text, fill="black", font=ImageFont.load_default(size), spacing=size // 2
    )
    grain = np.random.default_rng(0).normal(0, noise, (9 * size, 40 * size, 3))
    return Image((np.asarray(canvas) + grain).clip(0, 255).astype(np.uint8))


def fit_gate(data: Path) -> None:
    """Print the numbers of the gate in `voice_activity.py`."""
    from sklearn.linear_model import LogisticRegression

    spoken, other = gate_sounds(data)
    windows = [
        (voice_activity.features(w), y)
        for y, group in ((1, spoken), (0, other))
        for sound in group
        for w in gate_windows(sound)
    ]
    table, labels = np.array([w for w, _ in windows]), np.array([y for _, y in windows])
    mean, scale = table.mean(axis=0), table.std(axis=0)
    model = LogisticRegression(class_weight="balanced").fit((table - mean) / scale, labels)
    for name, values in (("_MEAN", mean), ("_SCALE", scale), ("_WEIGHTS", model.coef_[0])):
        print(f"{name} = np.array([{', '.join(f'{value:.4f}' for value in values)}])")
    print(f"_BIAS = {model.intercept_[0]:.4f}")
    print(f"# {labels.sum()} windows of speech and {(1 - labels).sum()} of other sounds")


def gate_sounds(data: Path) -> tuple[list[Audio], list[Audio]]:
    """Return sounds with speech, and sounds without. No test split is in either."""
    random = np.random.default_rng(0)
    prose = rows(data, "ljspeech")[HELD_OUT:]
    spoken = [audio.decode(bytes(row["audio"]), rate=16_000) for row in prose]
    for clean in spoken[::3]:
        noise = clean.samples.std() * 10 ** (-random.uniform(8, 20) / 20)
        grain = random.normal(0, noise, len(clean.samples)).astype(np.float32)
        spoken.append(Audio((clean.samples + grain).clip(-1, 1), 16_000))
    train = [row for row in rows(data, "spoken_digits") if row["split"] == "train"]
    order = random.permutation(len(train))[:400]
    for at in range(0, 400, 4):
        clips = [audio.decode(bytes(train[k]["audio"]), rate=16_000) for k in order[at : at + 4]]
        spoken.append(Audio(np.concatenate([np.pad(c.samples, 1600) for c in clips]), 16_000))
    for k in order[:150]:  # and words on their own
        clip = audio.decode(bytes(train[k]["audio"]), rate=16_000)
        spoken.append(Audio(np.pad(clip.samples, 4800), 16_000))
    for voice in ("", "f3", "m5", "f1", "steph3", "m2", "whisper"):
        for row in prose[:8]:
            (made,) = engine("espeak-ng").translate(
                [Text(row["text"])], options=SynthesisOptions(voice=voice)
            )
            spoken.append(made)
    other = [
        audio.decode(bytes(row["audio"]), rate=16_000)
        for row in rows(data, "esc10")
        if row["fold"] != 5
    ]
    return spoken, other


def gate_windows(sound: Audio) -> list[voice_activity.Samples]:
    stretches = voice_activity.lively(
        speech_recognition.resampled(sound), engine=pocketsphinx, longest=20.0
    )
    width = voice_activity.WINDOW
    windows = [
        s.samples[at : at + width] for s in stretches for at in range(0, len(s.samples), width)
    ]
    return [window for window in windows if len(window) >= width // 10]


MEASURES: dict[str, Callable[[Path, int], Figures]] = {
    "free": free_speech,
    "digits": digits,
    "silence": silence,
    "synthesis": synthesis,
    "round-trip": round_trip,
    "reading": reading,
}

if __name__ == "__main__":
    main()
