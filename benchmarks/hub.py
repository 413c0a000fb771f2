"""Embedding JPEG files end to end, beside transformers and sentence-transformers.

    python -m benchmarks.hub [--photos 96] [--rounds 3]

All run the same weights on the same files in the same run, in turn: CLIP ViT-B/32 at its real size
with random weights (nothing is downloaded), or those of a pulled checkpoint (--model ORG/NAME).
The peers do as their pages show: open each file with Pillow, in batches of 32, in float32.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from crossmodal.contracts import Encoder
from crossmodal.encoders.exporting import copy_rest, export, overlap
from crossmodal.encoders.hub import PixelEncoder
from crossmodal.encoders.streaming import encode_files
from crossmodal.media import Image
from crossmodal.modality import IMAGE
from crossmodal.registry import Registry
from crossmodal.sources.checkpoints import Checkpoints, Runtime
from crossmodal.space import Space, Vectors

from .photos import write_photos
from .timing import interleaved, table

SIZES = {(1024, 768): 96, (4032, 3024): 48}  # as the web and as phones have them; how many
BATCH = 32
THREADS = 2
CPU = Runtime("cpu", "float32", unload_after=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, help="of each size; 96 small and 48 large without")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="", help="a pulled CLIP; random weights without")
    parser.add_argument("--layers", type=int, default=12, help="of the random network; 12 are real")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, title = checkpoint(Path(place, "clip"), options.model, layers=options.layers)
        run(Path(place), folder, title, photos=options.photos, rounds=options.rounds)


def run(place: Path, folder: Path, title: str, *, photos: int | None, rounds: int) -> None:
    shelf = Checkpoints(place / "models", CPU)
    encoders = {kind: loaded(shelf, folder, kind) for kind in ("float32", "int8")}
    peers = {
        "transformers": transformers_way(folder),
        "sentence-transformers": sentence_transformers_way(folder),
    }
    for size, usual in SIZES.items():
        name, count = f"{size[0]} x {size[1]}", photos or usual
        files = write_photos(place / name, count=count, size=size)
        ways = {
            **{way: partial(run, files) for way, run in peers.items()},
            **{f"Crossmodal, {kind}": partial(ours, one, files) for kind, one in encoders.items()},
        }
        compare(ways, count, f"{count} JPEG files of {name} to vectors, {title}", rounds=rounds)
    overhead(encoders["float32"], files, rounds=rounds)


def compare(
    ways: dict[str, Callable[[], np.ndarray]], count: int, title: str, *, rounds: int
) -> None:
    found = {way: run() for way, run in ways.items()}  # also loads everything
    seconds = interleaved(ways, rounds=rounds)
    space = Space("clip", "1", found["transformers"].shape[1])
    exact = Vectors(space, found["transformers"])
    rows = [
        (
            way,
            count / seconds[way],
            f"{seconds['transformers'] / seconds[way]:.2f}x",
            f"{seconds['sentence-transformers'] / seconds[way]:.2f}x",
            overlap(exact, Vectors(space, found[way])),
        )
        for way in ways
    ]
    head = ("way", "photos/s", "of transformers", "of sentence-transformers", "top-10 overlap")
    table(title, head, rows)


def checkpoint(folder: Path, name: str, *, layers: int) -> tuple[Path, str]:
    """Return a CLIP's folder, in the hub's format, and what to call its weights."""
    if name:
        from crossmodal.workbench import Workbench

        return Workbench().checkpoints.folder(name), f"weights of {name}"
    import torch
    from transformers import CLIPConfig, CLIPModel
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(0)
    config = CLIPConfig(vision_config={"num_hidden_layers": layers})
    CLIPModel(config).save_pretrained(folder)
    CLIPImageProcessorPil().save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder, f"random weights of CLIP ViT-B/32's size with {layers} layers"


def _tokenizer() -> Any:
    from transformers import CLIPTokenizer

    vocab = {"<|startoftext|>": 0, "<|endoftext|>": 1, "a</w>": 2}
    return CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77)


def loaded(shelf: Checkpoints, folder: Path, kind: str) -> PixelEncoder:
    """Return the picture tower of the checkpoint in `folder`, in float32 or exported."""
    if shelf.manifest("bench/float32") is None:
        shelf.add(folder, "bench/float32")
    registry = Registry(shelf.cards(), shelf=shelf)
    plain = registry.encoder("bench/float32", IMAGE)
    assert isinstance(plain, PixelEncoder)
    if kind == "float32":
        return plain
    name = f"bench/{kind}"
    copy_rest(folder, shelf.folder(name))
    export(plain, shelf.open(plain.card), shelf.folder(name), precision=kind)
    shelf.finish(name, revision="local", licence="", commercial=True)
    exported = Registry(shelf.cards(), shelf=shelf).encoder(name, IMAGE)
    assert isinstance(exported, PixelEncoder)
    return exported


def ours(encoder: Encoder, photos: Sequence[Path]) -> np.ndarray:
    return encode_files(encoder, photos, workers=THREADS, batch=BATCH).values


def transformers_way(folder: Path) -> Callable[[Sequence[Path]], np.ndarray]:
    import torch
    from transformers import AutoImageProcessor, CLIPModel

    model = CLIPModel.from_pretrained(folder).eval()
    processor = AutoImageProcessor.from_pretrained(folder)

    def run(photos: Sequence[Path]) -> np.ndarray:
        rows = []
        with torch.inference_mode():
            for start in range(0, len(photos), BATCH):
                pictures = [Pillow.open(path) for path in photos[start : start + BATCH]]
                given = processor(images=pictures, return_tensors="pt")
                rows.append(model.get_image_features(**given).pooler_output.numpy())
        return np.concatenate(rows)

    return run


def sentence_transformers_way(folder: Path) -> Callable[[Sequence[Path]], np.ndarray]:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import CLIPModel

    model = SentenceTransformer(modules=[CLIPModel(str(folder))], device="cpu")

    def run(photos: Sequence[Path]) -> np.ndarray:
        pictures = [Pillow.open(path) for path in photos]
        return np.asarray(model.encode(pictures, batch_size=BATCH, show_progress_bar=False))

    return run


def overhead(encoder: PixelEncoder, photos: Sequence[Path], *, rounds: int) -> None:
    """Print what our path costs over the bare call of the library, on prepared pictures."""
    import torch

    pictures = [Image(np.asarray(Pillow.open(path).convert("RGB"))) for path in photos[:BATCH]]
    prepared = [encoder.prepare(picture) for picture in pictures]
    pixels = torch.from_numpy(encoder.plan.normalise(np.stack(prepared)))
    tower: Any = encoder.tower

    def bare() -> None:
        with tower.resident.use() as model:
            model.get_image_features(pixel_values=pixels).pooler_output.numpy()

    tasks: dict[str, Callable[[], object]] = {
        "transformers' model, the bare call": bare,
        "Crossmodal's encode_prepared": lambda: encoder.encode_prepared(prepared),
    }
    for task in tasks.values():
        task()
    seconds = interleaved(tasks, rounds=2 * rounds + 1)
    floor = next(iter(seconds.values()))
    rows = [(name, 1000 * value, f"{value / floor - 1:+.1%}") for name, value in seconds.items()]
    table(f"One batch of {len(prepared)} pictures", ("way", "ms", "over the bare call"), rows)


if __name__ == "__main__":
    main()
