"""What storing the towers in 16 and 8 bits costs: recall of the checkpoints less the ONNX files'.

`python -m recipes.quantisation --data DIR --work runs` prints R@10 on Flickr8k's test split, both
ways, by the float32 networks and by the exported files.
"""

from __future__ import annotations

import json

import numpy as np
import torch

from recipes import (
    data,
    figures,
    image_net,
    measure,
    self_distillation,
    text_corpus,
    text_net,
)


def main() -> None:
    """Print both figures and their difference in points."""
    where = data.places(data.parser(__doc__).parse_args())
    photos = data.flickr8k(where.data, "test")
    texts = [text_corpus.clean(caption) for five in photos.captions for caption in five]
    found = {}
    for name, (pictures, sentences) in {
        "float32": whole(where, photos.images, texts),
        "shipped": shipped(where, photos.images, texts),
    }.items():
        ranks = figures.retrieval_ranks(pictures, sentences, per_picture=data.CAPTIONS_PER_PHOTO)
        found[name] = {
            way: figures.recall(rank)["R@10"]["value"]
            for way, rank in zip(("text to image", "image to text"), ranks, strict=True)
        }
    found["loss"] = {
        way: round(found["float32"][way] - found["shipped"][way], 1) for way in found["shipped"]
    }
    print(json.dumps(found, indent=2))


@torch.inference_mode()
def whole(
    where: data.Places, images: list[bytes], texts: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the checkpoints in float32: pictures `(N, 384)`, texts `(M, 384)`."""
    state = self_distillation.load(where)
    image, text = image_net.ImageNet(where.teachers).eval(), text_net.TextNet().eval()
    image.load_state_dict(state["image"])
    text.load_state_dict(state["text"])
    tokenizer = text_net.load_tokenizer(where.export / "pocket-text.tokenizer.json")
    maps = image_net.middle_maps(image, images, side=image_net.SIDE, dtype=torch.float32)
    pictures = torch.cat([image.from_middle(part).vector for part in maps.split(100)])
    return pictures.numpy(), text_net.embed(text, tokenizer, texts).numpy()


def shipped(
    where: data.Places, images: list[bytes], texts: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the exported files."""
    image = measure.ImageModel(where.export / "pocket-image.onnx")
    text = measure.TextModel(
        where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json"
    )
    return image.embed(images), text.embed(texts)


if __name__ == "__main__":
    main()
