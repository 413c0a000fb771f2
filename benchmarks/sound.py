"""Sound beside librosa, and speech beside real time: `python -m benchmarks.sound`.

Every figure is a ratio: of librosa's median time to ours in interleaved rounds on the same input,
or of seconds of sound to seconds of one core. Needs librosa besides the extra `speech`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

import librosa
import numpy as np

from crossmodal.codecs.audio import resample
from crossmodal.encoders.log_mel import HIGHEST, HOP, LOWEST, MELS, RATE, SOFTEST, WINDOW, log_mel
from crossmodal.media import Audio, Text
from crossmodal.registry import Registry
from crossmodal.sources import catalog
from crossmodal.translators.speech_recognition import SpeechRecogniser
from crossmodal.translators.speech_synthesis import SpeechSynthesiser, SynthesisOptions

from .timing import interleaved, table

SOUND_RATES = (44_100, 48_000, 8000)  # Hz
STORY = (
    "The quick brown fox jumps over the lazy dog. One two three four five six seven eight nine. "
    "We went to the market on Monday and bought some bread, two apples and a bottle of milk. "
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="length of the sound")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    against_librosa(options.seconds, options.rounds)
    against_real_time(max(3, options.rounds // 5))


def against_librosa(seconds: int, rounds: int) -> None:
    """Resampling and log-mel bands on the same samples, and how far the results are apart."""
    random, rows = np.random.default_rng(0), []
    for rate in SOUND_RATES:
        sound = Audio(random.normal(0, 0.1, rate * seconds).astype(np.float32), rate)

        def ours(sound: Audio = sound) -> np.ndarray:
            return resample(sound, rate=RATE).samples

        def theirs(sound: Audio = sound) -> np.ndarray:
            return librosa.resample(sound.samples, orig_sr=sound.rate, target_sr=RATE)

        rows.append(row(f"resampling {rate} to {RATE} Hz", ours, theirs, rounds))
    samples = random.normal(0, 0.1, RATE * seconds).astype(np.float32)
    rows.append(
        row("log-mel bands", lambda: log_mel(samples), lambda: librosa_bands(samples), rounds)
    )
    head = ("", "ours, ms", "librosa, ms", "times as fast", "greatest difference")
    table(f"{seconds} s of sound", head, rows)


def row(
    name: str, ours: Callable[[], np.ndarray], theirs: Callable[[], np.ndarray], rounds: int
) -> tuple[object, ...]:
    mine, yours = ours(), theirs()
    length = min(mine.shape[-1], yours.shape[-1])
    far = float(np.abs(mine[..., :length] - yours[..., :length]).max())
    times = interleaved({"ours": ours, "librosa": theirs}, rounds=rounds)
    return (
        name,
        1000 * times["ours"],
        1000 * times["librosa"],
        times["librosa"] / times["ours"],
        far,
    )


def librosa_bands(samples: np.ndarray) -> np.ndarray:
    power = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=WINDOW, hop_length=HOP, n_mels=MELS, htk=True, norm=None,
        fmin=LOWEST, fmax=HIGHEST,
    )  # fmt: skip
    return librosa.power_to_db(power, amin=SOFTEST, top_db=None)


def against_real_time(rounds: int) -> None:
    """How many seconds of speech are spoken, and written down, in one second of one core."""
    registry = Registry(catalog.cards())
    voice, ear = registry.load("espeak-ng"), registry.load("pocketsphinx")
    assert isinstance(voice, SpeechSynthesiser)
    assert isinstance(ear, SpeechRecogniser)
    options = SynthesisOptions(voice="klatt4", rate=160)
    text = Text(STORY * 3)
    (spoken,) = voice.translate([text], options=options)
    assert isinstance(spoken, Audio)
    times = interleaved(
        {
            "speak": lambda: voice.translate([text], options=options),
            "transcribe": lambda: ear.translate([spoken]),
        },
        rounds=rounds,
    )
    rows = [(verb, spoken.duration, spoken.duration / seconds) for verb, seconds in times.items()]
    table("Speech", ("", "seconds of sound", "times real time"), rows)


if __name__ == "__main__":
    main()
