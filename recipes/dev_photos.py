"""The photos and captions of Flickr8k's dev split, which choose between states of the networks."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer

from recipes import contrast, data, image_net, text_corpus, text_net


class DevPhotos:
    """Middle maps of the photos, from layers that no training changes, and their captions."""

    def __init__(self, where: data.Places, net: image_net.ImageNet, tokenizer: Tokenizer) -> None:
        dev = data.flickr8k(where.data, "dev")
        self.images, self.tokenizer = dev.images, tokenizer
        self.captions = [text_corpus.clean(caption) for five in dev.captions for caption in five]
        self.maps = image_net.middle_maps(net, dev.images, side=image_net.SIDE)

    @torch.inference_mode()
    def rates(self, image: image_net.ImageNet, text: text_net.TextNet) -> dict[str, float]:
        """Recall at 1, 5 and 10, both ways, in percent."""
        image.eval()
        device = image.head.mean.device
        vectors = [
            image.from_middle(maps.float().to(device)).vector.cpu() for maps in self.maps.split(100)
        ]
        return self.rates_of(torch.cat(vectors), text)

    def rates_of(self, vectors: torch.Tensor, text: text_net.TextNet) -> dict[str, float]:
        """The same of vectors `(1000, 384)` of the photos that were made elsewhere."""
        return contrast.hit_rates(
            vectors,
            text_net.embed(text, self.tokenizer, self.captions),
            per_picture=data.CAPTIONS_PER_PHOTO,
            ks=(1, 5, 10),
        )


def shown(rates: dict[str, float]) -> str:
    """Rates as logs show them."""
    return ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())
