"""Pictures as a checkpoint wants them: resized, cropped and scaled by its preprocessor_config.json.

Sizes, rounding and resampling are those of transformers' own processors (with Pillow), so the
networks see the same numbers; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from ..errors import MissingModel
from ..media import Image

CLIP: Mapping[str, Any] = {
    "do_center_crop": True,
    "image_mean": (0.48145466, 0.4578275, 0.40821073),
    "image_std": (0.26862954, 0.26130258, 0.27577711),
}
IMAGENET: Mapping[str, Any] = {
    "do_center_crop": True,
    "image_mean": (0.485, 0.456, 0.406),
    "image_std": (0.229, 0.224, 0.225),
    "resample": 2,  # bilinear
}
HALF: Mapping[str, Any] = {"image_mean": (0.5, 0.5, 0.5), "image_std": (0.5, 0.5, 0.5)}
"""What processors of three kinds do where their configuration does not say."""

_BICUBIC = 3


@dataclass(frozen=True, slots=True)
class PixelPlan:
    """What is done to a picture before a network sees it.

    Attributes:
        resize: (height, width), or the shorter side in pixels with the shape kept.
        crop: (height, width) cut out of the middle; None for all of it.
        resample: Pillow's number of the filter.
        scale, shift: (3,) each; the network sees pixel * scale + shift.
    """

    resize: tuple[int, int] | int
    crop: tuple[int, int] | None
    resample: int
    scale: tuple[float, ...]
    shift: tuple[float, ...]

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        *,
        name: str,
        defaults: Mapping[str, Any] = CLIP,
    ) -> PixelPlan:
        """Return the plan that `config` (parsed preprocessor_config.json) of `name` describes.

        Args:
            defaults: what holds where `config` says nothing.

        Raises:
            MissingModel: `config` asks for something that is not done here.
        """
        config = {**defaults, **config}
        size = config.get("size", 0)
        if not config.get("do_resize", True) or config.get("do_pad"):
            raise MissingModel(
                f"{name} wants pictures that are not resized, or padded", cure="Choose another."
            )
        mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
        if config.get("do_normalize", True):
            mean, std = tuple(config["image_mean"]), tuple(config["image_std"])
        factor = config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 1.0
        return cls(
            resize=_resize(size, name=name),
            crop=_both(config.get("crop_size", size), name=name)
            if config.get("do_center_crop")
            else None,
            resample=config.get("resample", _BICUBIC),
            scale=tuple(factor / s for s in std),
            shift=tuple(-m / s for m, s in zip(mean, std, strict=True)),
        )

    def apply(self, image: Image) -> NDArray[np.uint8]:
        """Return `image` resized and cropped: (H, W, 3) uint8."""
        width, height = image.size
        pixels = self.resized(image, self._size(height, width))
        return _centre(pixels, self.crop) if self.crop else pixels

    def resized(self, image: Image, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return `image` at `size` (height, width)."""
        if size == image.pixels.shape[:2]:
            return image.pixels
        picture = Pillow.fromarray(image.pixels)
        return np.asarray(picture.resize(size[::-1], Pillow.Resampling(self.resample)))

    def normalise(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return pictures (N, H, W, 3) as a network takes them: (N, 3, H, W)."""
        result = np.ascontiguousarray(batch.transpose(0, 3, 1, 2), np.float32)
        result *= np.array(self.scale, np.float32).reshape(3, 1, 1)
        result += np.array(self.shift, np.float32).reshape(3, 1, 1)
        return result

    def normalise_tensor(self, batch: Any, dtype: Any) -> Any:
        """Return the same for a torch tensor, as `dtype` on the tensor's device."""
        pixels = batch.permute(0, 3, 1, 2).float()
        scale = pixels.new_tensor(self.scale).reshape(3, 1, 1)
        shift = pixels.new_tensor(self.shift).reshape(3, 1, 1)
        return (pixels * scale + shift).to(dtype)

    def _size(self, height: int, width: int) -> tuple[int, int]:
        if isinstance(self.resize, tuple):
            return self.resize
        short, long = sorted((height, width))
        longer = int(self.resize * long / short)
        return (self.resize, longer) if height <= width else (longer, self.resize)


def _resize(size: Any, *, name: str) -> tuple[int, int] | int:
    if isinstance(size, int):
        return size
    if isinstance(size, dict) and set(size) == {"shortest_edge"}:
        return int(size["shortest_edge"])
    return _both(size, name=name)


def _both(size: Any, *, name: str) -> tuple[int, int]:
    if isinstance(size, int):
        return size, size
    if isinstance(size, dict) and {"height", "width"} <= set(size):
        return int(size["height"]), int(size["width"])
    if isinstance(size, dict) and set(size) == {"shortest_edge"}:
        return int(size["shortest_edge"]), int(size["shortest_edge"])
    raise MissingModel(
        f"{name} wants pictures of the size {size}, which is not known here",
        cure="Choose another checkpoint.",
    )


def _centre(pixels: NDArray[np.uint8], crop: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the middle of `pixels`, with black around where it is smaller than `crop`."""
    height, width = pixels.shape[:2]
    if height < crop[0] or width < crop[1]:
        high, wide = max(height, crop[0]), max(width, crop[1])
        larger = np.zeros((high, wide, 3), np.uint8)
        top, left = -(-(high - height) // 2), -(-(wide - width) // 2)
        larger[top : top + height, left : left + width] = pixels
        pixels, height, width = larger, high, wide
    top, left = (height - crop[0]) // 2, (width - crop[1]) // 2
    return pixels[top : top + crop[0], left : left + crop[1]]
