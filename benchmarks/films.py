"""Films indexed, beside what decoding alone allows on the same frames.

    python -m benchmarks.films

The floor decodes the frames that the index looks at (all but those that no other frame refers
to) and the sound, on the same cores, and nothing else. Speech is left out: how long it takes
depends on how much is said (see benchmarks/speech.py).
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image as PILImage

from crossmodal.codecs import audio, video
from crossmodal.codecs.container import Damage, opened
from crossmodal.codecs.frames import decoded, picture_track
from crossmodal.codecs.glances import leave_out
from crossmodal.codecs.limits import DEFAULT
from crossmodal.media import Audio, Image
from crossmodal.modality import IMAGE
from crossmodal.workbench import Workbench

from .photos import originals
from .timing import interleaved, table

SETS = (("1920 x 1080", (1920, 1080), 4), ("640 x 360", (640, 360), 8))
SHOTS, SHOT_SECONDS, FPS, RATE = 6, 4, 25, 48_000
ROUNDS = 5
FLOOR = "decoding alone (the floor)"


def main(*, sets: tuple[tuple[str, tuple[int, int], int], ...] = SETS) -> None:
    bench = Workbench()
    quiet = Workbench(dataclasses.replace(bench.settings, index_speech=False))
    encoder = bench.encoder(IMAGE)
    encoder.encode([Image(np.zeros((64, 64, 3), np.uint8))])  # load the network first
    with tempfile.TemporaryDirectory() as folder:
        for name, size, number in sets:
            place = Path(folder, name)
            paths = [
                write_film(place / "films" / f"{n}.mp4", size=size, seed=n) for n in range(number)
            ]
            rates(quiet, place, paths, title=name)


def rates(bench: Workbench, place: Path, paths: list[Path], *, title: str) -> None:
    fresh = count()

    def index() -> None:
        with bench.index(place / f"{next(fresh)}.cm") as store:
            assert store.add(place / "films").added == len(paths)

    tasks: dict[str, Callable[[], object]] = {
        FLOOR: partial(in_threads, bench, decode, paths),
        "decoding every frame": partial(in_threads, bench, partial(decode, every=True), paths),
        "indexing": index,
    }
    seconds = interleaved(tasks, rounds=ROUNDS)
    length = len(paths) * SHOTS * SHOT_SECONDS
    rows = [
        (what, length / value, f"{seconds[FLOOR] / value:.0%}") for what, value in seconds.items()
    ]
    head = ("what", "seconds of film a second", "of decoding alone")
    table(f"Indexing films, {title}, {FPS} frames a second", head, rows)


def in_threads(bench: Workbench, task: Callable[[Path], None], paths: list[Path]) -> None:
    with ThreadPoolExecutor(bench.settings.workers) as pool:
        list(pool.map(task, paths))


def decode(path: Path, *, every: bool = False) -> None:
    """Decode the pictures and the sound of a film, and drop them."""
    with opened(path) as container:
        track = picture_track(container, DEFAULT.max_pixels)
        if not every:
            leave_out(track)
        for _ in decoded(container, track, Damage()):
            pass
    for _ in audio.stream(path, rate=16_000):
        pass


def write_film(path: Path, *, size: tuple[int, int], seed: int) -> Path:
    """Write a film of SHOTS shots, in each of which the camera moves over a photo, with noise."""
    random = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    photos = originals()
    frames = (
        frame
        for shot in range(SHOTS)
        for frame in pan(photos[(seed + shot) % len(photos)], size, random)
    )
    noise = random.normal(0, 0.05, SHOTS * SHOT_SECONDS * RATE)
    sound = np.cumsum(noise).astype(np.float32)
    video.write(path, frames, fps=FPS, audio=Audio(sound / np.abs(sound).max(), RATE))
    return path


def pan(
    photo: PILImage.Image, size: tuple[int, int], random: np.random.Generator
) -> Iterator[Image]:
    """Yield the frames of one shot: a window that glides over `photo`."""
    begin, end = random.uniform(0, 0.3, (2, 2)) * photo.size
    for share in np.linspace(0, 1, SHOT_SECONDS * FPS):
        left, top = begin + share * (end - begin)
        box = (left, top, left + 0.7 * photo.width, top + 0.7 * photo.height)
        pixels = np.asarray(photo.resize(size, PILImage.Resampling.BILINEAR, box=box), np.int16)
        noisy = pixels + random.integers(-4, 5, pixels.shape, np.int16)
        yield Image(noisy.clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
