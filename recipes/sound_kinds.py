"""Fit and measure how speech, music-like sounds, silence and others are told apart.

`python -m recipes.sound_kinds --data DIR` prints the numbers of `translators/heard.py` (with
`--fit`), and how often whole sounds are taken for what they are, on those never learned from; and
how often `translate` keeps their words, which is what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from sklearn.linear_model import LogisticRegression

from crossmodal.codecs import audio
from crossmodal.encoders.log_mel import RATE
from crossmodal.lane import Lane
from crossmodal.media import Audio
from crossmodal.modality import TEXT
from crossmodal.translators.heard import Kind, listen, tonal_features
from crossmodal.translators.voice_activity import WINDOW
from crossmodal.workbench import Workbench
from recipes import data, sound_making
from recipes.measure_sound import figure
from recipes.sound_data import SPEECH_TEST, TEST_FOLD

MADE = 100  # sounds of each rule, to learn and to test


def learned() -> Iterator[tuple[Audio, bool]]:
    """Yield made sounds and whether they are music."""
    rng = np.random.default_rng(1)
    for _ in range(MADE):
        yield sound_making.music(rng, unheard=False), True
        yield sound_making.noise(rng), False


def esc(folder: Path, *, test: bool) -> list[Audio]:
    """ESC-10's fold 5, or the others."""
    rows = parquet.read_table(folder / "esc10.parquet").to_pylist()
    return [
        audio.decode(row["audio"], rate=RATE) for row in rows if (row["fold"] == TEST_FOLD) == test
    ]


def fit(folder: Path) -> None:
    """Print the numbers of `heard.py`."""
    pairs = [*learned(), *((sound, False) for sound in esc(folder, test=False))]
    windows, labels = [], []
    for sound, is_music in pairs:
        whole = (sound.samples.clip(-1, 1) * 32767).astype(np.int16)
        if np.abs(whole).mean() > 33:  # as loud as what is not taken for silence
            windows.append(tonal_features(whole[:WINDOW]))
            labels.append(is_music)
    table = np.array(windows)
    mean, scale = table.mean(0), table.std(0)
    model = LogisticRegression(class_weight="balanced").fit((table - mean) / scale, labels)
    for name, values in (("_MEAN", mean), ("_SCALE", scale), ("_WEIGHTS", model.coef_[0])):
        print(f"{name} = np.array([{', '.join(f'{value:.4f}' for value in values)}])")
    print(f"_BIAS = {model.intercept_[0]:.4f}")


def held_out(folder: Path) -> Iterator[tuple[str, Kind, list[Audio]]]:
    """Yield sounds that neither this nor the gate for speech was fitted to."""
    prose = parquet.read_table(folder / "ljspeech.parquet").to_pylist()[:SPEECH_TEST]
    yield "LJSpeech, first 40", Kind.SPEECH, [audio.decode(r["audio"], rate=RATE) for r in prose]
    digits = parquet.read_table(
        folder / "spoken_digits.parquet", filters=[("split", "=", "test")]
    ).to_pylist()
    yield (
        "spoken digits, one each",
        Kind.SPEECH,
        [audio.decode(row["audio"], rate=RATE) for row in digits[:: max(1, len(digits) // MADE)]],
    )
    rng = np.random.default_rng(2)
    yield (
        "tunes on instruments not learned, by rule",
        Kind.MUSIC,
        [sound_making.music(rng, unheard=True) for _ in range(MADE)],
    )
    yield "silence as recorded", Kind.SILENCE, [sound_making.silence(rng) for _ in range(MADE)]
    yield "noise by rule", Kind.OTHER, [sound_making.noise(rng) for _ in range(MADE)]
    yield "ESC-10 fold 5", Kind.OTHER, esc(folder, test=True)


def report(folder: Path) -> None:
    """Print how often each kind is told, and how often its words are kept."""
    bench = Workbench()
    for name, kind, sounds in held_out(folder):
        found = [listen(sound).kind for sound in sounds]
        told = figure(f"{kind}: {name}, {len(sounds)}", np.array([k is kind for k in found]), 25.0)
        routes = [bench.route_of(sound, TEXT) for sound in sounds]
        spoken = 100 * np.mean([Lane.WORDS in route.card.lanes for route in routes])
        share = f"{told.value:5.1f} % [{told.low}, {told.high}]"
        print(f"{told.task:58} {share}, words kept {spoken:.1f} %")


def main() -> None:
    """Fit, or measure."""
    parser = data.parser(__doc__)
    parser.add_argument("--fit", action="store_true")
    chosen = parser.parse_args()
    (fit if chosen.fit else report)(chosen.data)


if __name__ == "__main__":
    main()
