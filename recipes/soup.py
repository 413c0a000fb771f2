"""Average the weights of two tunings, where one went on from the other (Wortsman et al. 2022).

`python -m recipes.soup --work runs A.pt B.pt` looks at several shares on dev and writes the best
as the tuned checkpoint.
"""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from recipes import data, dev_photos, image_net, text_net, tuning

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
    dev = dev_photos.DevPhotos(where, image, tokenizer)
    best = -1.0
    for share in SHARES:
        state = mix(first, second, share)
        image.load_state_dict(state["image"])
        text.load_state_dict(state["text"])
        rates = dev.rates(image, text)
        log.info("%.1f: dev %s", share, dev_photos.shown(rates))
        if sum(rates.values()) > best:
            best = sum(rates.values())
            torch.save({**state, "dev": rates}, where.work / tuning.CHECKPOINT)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
