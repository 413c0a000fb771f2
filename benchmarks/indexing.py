"""Photos indexed a second, where the time goes, and how far that is from what must be done.

    python -m benchmarks.indexing [--photos 300]

There are two floors, both on all cores: decoding every file with the same codec, and nothing else;
and decoding, resizing and the network, with nothing read twice, kept or written.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from crossmodal import codecs
from crossmodal.encoders.image import ImageEncoder
from crossmodal.media import Image
from crossmodal.modality import IMAGE
from crossmodal.sources.onnx import PART
from crossmodal.workbench import Workbench

from .photos import write_photos
from .timing import interleaved, table

SETS = (("12 megapixels, as phones make", (4000, 3000), 40), ("1024 x 768", (1024, 768), 300))
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, help="of each size; fewer are quicker")
    only = parser.parse_args().photos
    bench = Workbench()
    encoder = bench.encoder(IMAGE)
    assert isinstance(encoder, ImageEncoder)
    with tempfile.TemporaryDirectory() as folder:
        for name, size, number in SETS:
            place = Path(folder, name)
            paths = write_photos(place / "photos", count=only or number, size=size)
            rates(bench, encoder, place, paths, title=name)
            stages(bench, encoder, place, paths, title=name)


def rates(
    bench: Workbench, encoder: ImageEncoder, place: Path, paths: Sequence[Path], *, title: str
) -> None:
    fresh = count()

    def index() -> None:
        with bench.index(place / f"{next(fresh)}.cm") as store:
            assert store.add(place / "photos").added == len(paths)

    def decode() -> None:
        with ThreadPoolExecutor(bench.settings.workers) as pool:
            list(pool.map(lambda path: decoded(path, encoder.side), paths))

    def work(some: Sequence[Path]) -> None:
        encoder.encode_prepared([encoder.prepare(decoded(path, encoder.side)) for path in some])

    def all_work() -> None:
        with ThreadPoolExecutor(bench.settings.workers) as pool:
            list(pool.map(work, [paths[at : at + PART] for at in range(0, len(paths), PART)]))

    encoder.encode([Image(decoded(paths[0], encoder.side).pixels)])  # load the network first
    tasks = {"decoding alone": decode, "decoding, resizing, network": all_work, "indexing": index}
    seconds = interleaved(tasks, rounds=ROUNDS)
    alone, floor, _ = seconds.values()
    rows = [
        (what, len(paths) / value, f"{alone / value:.0%}", f"{floor / value:.0%}")
        for what, value in seconds.items()
    ]
    head = ("what", "photos/s", "of decoding alone", "of decoding, resizing, network")
    table(f"Indexing, {title}", head, rows)


def stages(
    bench: Workbench, encoder: ImageEncoder, place: Path, paths: Sequence[Path], *, title: str
) -> None:
    """Print processor milliseconds a photo, stage by stage; what is left is writing and order."""
    pictures = [decoded(path, encoder.side) for path in paths]
    prepared = [encoder.prepare(picture) for picture in pictures]
    cost = {
        "read and hash": processor(lambda: [hashed(path) for path in paths]),
        "decode": processor(lambda: [decoded(path, encoder.side) for path in paths]),
        "resize": processor(lambda: [encoder.prepare(picture) for picture in pictures]),
        "model": processor(lambda: encoder.encode_prepared(prepared)),
    }
    with bench.index(place / "stages.cm") as store:
        whole = processor(lambda: store.add(place / "photos"))
    cost["write, and the rest"] = max(0.0, whole - sum(cost.values()))
    rows = [
        (stage, 1000 * value / len(paths), f"{value / whole:.0%}") for stage, value in cost.items()
    ]
    head = ("stage", "processor ms a photo", "share")
    table(f"Where the time goes, {title}", head, rows)


def hashed(path: Path) -> bytes:
    return hashlib.blake2b(path.read_bytes()).digest()


def decoded(path: Path, side: int) -> Image:
    picture = codecs.read(path, at_least=side)
    assert isinstance(picture, Image)
    return picture


def processor(task: Callable[[], object]) -> float:
    """Return the processor seconds, over all threads, that `task` took."""
    start = time.process_time()
    task()
    return time.process_time() - start


if __name__ == "__main__":
    main()
