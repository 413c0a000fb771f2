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

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5)
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
        mean: tuple[float, ...] = CLIP_MEAN,
        std: tuple[float, ...] = CLIP_STD,
    ) -> PixelPlan:
        """Return the plan that `config` (parsed preprocessor_config.json) of `name` describes.

        Args:
            mean, std: where `config` says none.

        Raises:
            MissingModel: `config` asks for something that is not done here.
        """
        size, crop = config.get("size"), config.get("crop_size", config.get("size"))
        if not config.get("do_resize", True) or config.get("do_pad"):
            raise MissingModel(
                f"{name} wants pictures that are not resized, or padded", cure="Choose another."
            )
        mean = tuple(config.get("image_mean") or mean) if config.get("do_normalize", True) else (
            0.0, 0.0, 0.0
        )  # fmt: skip
        std = tuple(config.get("image_std") or std) if any(mean) else (1.0, 1.0, 1.0)
        factor = config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 1.0
        return cls(
            resize=_resize(size, name=name),
            crop=_both(crop, name=name) if config.get("do_center_crop") else None,
            resample=config.get("resample", _BICUBIC),
            scale=tuple(factor / s for s in std),
            shift=tuple(-m / s for m, s in zip(mean, std, strict=True)),
        )

    def apply(self, image: Image) -> NDArray[np.uint8]:
        """Return `image` resized and cropped: (H, W, 3) uint8."""
        width, height = image.size
        size = self._size(height, width)
        pixels = image.pixels
        if size != (height, width):
            picture = Pillow.fromarray(pixels)
            pixels = np.asarray(picture.resize(size[::-1], Pillow.Resampling(self.resample)))
        return _centre(pixels, self.crop) if self.crop else pixels

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
