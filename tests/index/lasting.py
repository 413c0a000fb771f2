"""Print by how many MB the process grows while a film and a sound of ten hours are indexed.

    python lasting.py FOLDER

The film has one small frame in twenty seconds, and the sound a hundred samples a second, so that
they are made within seconds; each frame is worth a look, and the sound is heard at 1,000 Hz.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from toys import COLOURS, ToySounds, all_toys, card, film, tone

from crossmodal.codecs import video
from crossmodal.index import Index
from crossmodal.media import Audio, Image
from crossmodal.modality import AUDIO
from crossmodal.settings import Settings

HOURS = 10
FRAMES = HOURS * 180


def peak() -> int:
    """Return the most memory that the process has had, in MB."""
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // scale


def make(long: Path, short: Path) -> None:
    """Write the films and sounds."""
    colours = [np.full((120, 160, 3), colour, np.uint8) for colour in COLOURS.values()]
    pictures = (Image(colours[number % len(colours)]) for number in range(FRAMES))
    video.write(long / "a.mp4", pictures, fps=0.05)
    time = np.arange(HOURS * 360_000) / 100
    Audio((0.5 * np.sin(time * 7)).astype(np.float32), 100).save(long / "a.flac")
    film(short / "a.mp4", ("red", 30), fps=2)
    tone(("red", 60)).save(short / "a.flac")


def main(top: Path) -> None:
    long, short = top / "long", top / "short"
    long.mkdir()
    short.mkdir()
    child = os.fork()  # so that what it takes to make them does not count
    if child == 0:
        make(long, short)
        os._exit(0)
    os.waitpid(child, 0)
    encoders = all_toys()
    encoders[AUDIO] = ToySounds(replace(card(AUDIO), options={"rate": 1000}))
    with Index(
        top / "i", encoders=encoders, settings=Settings(threads=2, match_prior=0.01)
    ) as index:
        assert index.add(short).added == 2
        before = peak()
        assert index.add(long).added == 2
        growth = peak() - before
        found = index.search("red", k=10_000, moments=True, modalities="video")
        assert found.matches == FRAMES // len(COLOURS) + 1
    print(growth)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
