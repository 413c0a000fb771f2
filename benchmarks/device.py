"""How much of a device's measured matrix rate a dual encoder of the hub reaches, and where it goes.

    python -m benchmarks.device [--device cuda] [--dtype bfloat16] [--batch 32]

The rate is that of one large square product in the same kind of numbers. The work of a picture is
counted by torch (matrix products and convolutions). Random weights of CLIP ViT-B/32's size, or
those of a pulled checkpoint (--model ORG/NAME); run on whatever device there is.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from crossmodal.encoders.hub import PixelEncoder
from crossmodal.encoders.streaming import encode_files
from crossmodal.media import Image
from crossmodal.modality import IMAGE
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints, Runtime

from .hub import SIZES, checkpoint
from .photos import write_photos
from .timing import interleaved, table

SIDE = {"cpu": 2048}  # of the square product; elsewhere:
LARGE_SIDE = 8192
CALLS = 8  # of the network, timed together
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="auto", help="cpu, cuda or mps")
    parser.add_argument("--dtype", default="auto", help="float32, bfloat16 or float16")
    parser.add_argument("--batch", type=int, default=32, help="pictures at a time")
    parser.add_argument("--model", default="", help="a pulled CLIP; random weights without")
    parser.add_argument("--layers", type=int, default=12, help="of the random network; 12 are real")
    parser.add_argument("--workers", type=int, default=2, help="threads that decode files")
    options = parser.parse_args()
    runtime = Runtime(options.device, options.dtype, unload_after=0)
    with tempfile.TemporaryDirectory() as place:
        folder, title = checkpoint(Path(place, "clip"), options.model, layers=options.layers)
        shelf = Checkpoints(Path(place, "models"), runtime)
        shelf.add(folder, "bench/clip")
        encoder = Registry(shelf.cards(), shelf=shelf).encoder("bench/clip", IMAGE)
        assert isinstance(encoder, PixelEncoder)
        run(encoder, Path(place), title, batch=options.batch, workers=options.workers)


def run(encoder: PixelEncoder, place: Path, title: str, *, batch: int, workers: int) -> None:
    size = next(iter(SIZES))
    files = write_photos(place / "photos", count=batch * CALLS, size=size)
    pictures = [Image(np.zeros((size[1], size[0], 3), np.uint8))] * batch
    prepared = [encoder.prepare(picture) for picture in pictures] * CALLS
    pixels = encoder.plan.normalise(np.stack(prepared[:batch]))
    tower: Any = encoder.tower
    with tower.resident.use() as model:
        here = torch.from_numpy(pixels).to(model.device, model.dtype)
        with FlopCounterMode(display=False) as counter:
            model.get_image_features(pixel_values=here[:1])
        work, device, dtype = counter.get_total_flops(), model.device, model.dtype
        square = torch.randn(2, *[SIDE.get(device.type, LARGE_SIDE)] * 2).to(device, dtype)

        def network() -> None:
            for _ in range(CALLS):
                model.get_image_features(pixel_values=here)
            finish(device)

        def product() -> None:
            square[0] @ square[1]
            finish(device)

        ways: dict[str, Callable[[], object]] = {
            "one square product": product,
            "the network, pictures on the device": network,
            "the encoder, pictures prepared": lambda: encoder.encode_prepared(prepared),
            f"JPEG files of {size[0]} x {size[1]}": lambda: encode_files(
                encoder, files, workers=workers, batch=batch
            ),
        }
        for way in ways.values():  # loads and warms what it needs
            way()
        seconds = interleaved(ways, rounds=ROUNDS)
    rate = 2 * square.shape[1] ** 3 / seconds.pop("one square product")
    rows = [
        (name, batch * CALLS / spent, work * batch * CALLS / spent / 1e12,
         f"{work * batch * CALLS / spent / rate:.0%}")
        for name, spent in seconds.items()
    ]  # fmt: skip
    name = torch.cuda.get_device_name() if device.type == "cuda" else device.type
    table(
        f"{title} on {name} in {dtype}: {work / 1e9:.1f} GFLOP a picture, "
        f"products at {rate / 1e12:.3g} TFLOP/s",
        ("way", "photos/s", "TFLOP/s", "of the matrix rate"),
        rows,
    )


def finish(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()


if __name__ == "__main__":
    main()
