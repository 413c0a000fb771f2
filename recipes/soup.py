"""Average the weights of two tunings, where one went on from the other (Wortsman et al. 2022).

`python -m recipes.soup --work runs A.pt B.pt` looks at several shares on dev and writes the best
as the tuned checkpoint.
"""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from recipes import contrast, data, image_net, text_corpus, text_net, tuning

SHARES = (0.0, 0.4, 0.6, 1.0)  # of the second checkpoint

log = logging.getLogger(__name__)


def mix(first: dict, second: dict, share: float) -> dict[str, dict[str, torch.Tensor]]:
    """Weights of both networks, `share` of the way from the first checkpoint to the second."""
    return {
        part: {
            name: torch.lerp(weight, second[part][name], share)
            for name, weight in first[part].items()
        }
        for part in ("image", "text")
    }


@torch.inference_mode()
def main() -> None:
    """Write the mixture with the highest sum of recalls on dev."""
    parser = data.parser(__doc__)
    parser.add_argument("checkpoints", type=Path, nargs=2)
    chosen = parser.parse_args()
    where = data.places(chosen)
    first, second = (
        torch.load(path, map_location="cpu", weights_only=True) for path in chosen.checkpoints
    )
    image, text = image_net.ImageNet(where.teachers).eval(), text_net.TextNet().eval()
    tokenizer = text_net.load_tokenizer(where.export / "pocket-text.tokenizer.json")
    dev = data.flickr8k(where.data, "dev")
    captions = [text_corpus.clean(caption) for five in dev.captions for caption in five]
    maps = tuning.middle_maps(image, dev.images, side=image_net.SIDE)
    best = -1.0
    for share in SHARES:
        state = mix(first, second, share)
        image.load_state_dict(state["image"])
        text.load_state_dict(state["text"])
        rates = contrast.hit_rates(
            torch.cat([image.from_middle(part.float()).vector for part in maps.split(100)]),
            text_net.embed(text, tokenizer, captions),
            per_picture=data.CAPTIONS_PER_PHOTO,
            ks=(1, 5, 10),
        )
        log.info("%.1f: dev %s", share, ", ".join(f"{k} {v:.1f}" for k, v in rates.items()))
        if sum(rates.values()) > best:
            best = sum(rates.values())
            torch.save({**state, "dev": rates}, where.work / tuning.CHECKPOINT)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
