"""What a picture or film looks like while it is being painted: its latents, decoded.

Each family packs its latents in its own way; those that are not known here have no preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..media import Image

_PICTURE_VAES = ("AutoencoderKL", "AutoencoderKLTemporalDecoder")
"""Those that decode a film picture by picture."""


def preview(pipe: Any, latents: Any, given: Mapping[str, Any]) -> Image | None:
    """Return the picture in `latents`, of a film its middle frame; None where it is not known how.

    Args:
        pipe: the pipeline that is at work.
        latents: its tensor after a step.
        given: what it was told: `height`, `width`, `num_frames`.
    """
    if latents is None or getattr(pipe, "vae", None) is None:
        return None
    from ..sources.torch import torch

    try:
        with torch().inference_mode():
            pixels = _pixels(pipe, latents, given)
    except (AttributeError, RuntimeError, TypeError, ValueError, KeyError, IndexError):
        return None  # a look that fails must not stop the painting
    if pixels is None:
        return None
    array = ((pixels.float() / 2 + 0.5).clamp(0, 1) * 255).round().cpu().numpy()
    return Image(np.ascontiguousarray(array.astype(np.uint8).transpose(1, 2, 0)))


def _pixels(pipe: Any, latents: Any, given: Mapping[str, Any]) -> Any:
    """Return one picture (3, H, W) in [-1, 1]."""
    config = pipe.vae.config
    if hasattr(pipe, "_unpack_latents") and latents.ndim == 3:
        latents = _unpacked(pipe, latents, given)
    if hasattr(pipe, "_denormalize_latents"):  # LTX
        vae = pipe.vae
        latents = pipe._denormalize_latents(
            latents, vae.latents_mean, vae.latents_std, config.scaling_factor
        )
    elif getattr(config, "latents_mean", None) is not None:  # Wan
        shape = (1, -1) + (1,) * (latents.ndim - 2)
        mean, std = (
            latents.new_tensor(value).view(shape)
            for value in (config.latents_mean, config.latents_std)
        )
        latents = latents * std + mean
    else:
        latents = latents / getattr(config, "scaling_factor", 1.0)
        latents = latents + (getattr(config, "shift_factor", None) or 0.0)
    latents = latents[:1].to(pipe.vae.dtype)
    if latents.ndim == 4:
        return pipe.vae.decode(latents, return_dict=False)[0][0]
    return _frame(pipe, latents)


def _unpacked(pipe: Any, latents: Any, given: Mapping[str, Any]) -> Any:
    if hasattr(pipe, "vae_spatial_compression_ratio"):  # LTX: (B, frames x rows x columns, C)
        space, time = pipe.vae_spatial_compression_ratio, pipe.vae_temporal_compression_ratio
        frames = (given["num_frames"] - 1) // time + 1
        return pipe._unpack_latents(
            latents,
            frames,
            given["height"] // space,
            given["width"] // space,
            pipe.transformer_spatial_patch_size,
            pipe.transformer_temporal_patch_size,
        )
    return pipe._unpack_latents(latents, given["height"], given["width"], pipe.vae_scale_factor)


def _frame(pipe: Any, latents: Any) -> Any:
    """Return the middle frame of latents (1, C, T, H, W), or (1, T, C, H, W)."""
    vae, config = pipe.vae, pipe.vae.config
    channels = getattr(config, "latent_channels", None) or config.z_dim  # Wan calls it z
    time = 2 if latents.shape[1] == channels else 1
    one = latents.narrow(time, latents.shape[time] // 2, 1)
    if type(vae).__name__ in _PICTURE_VAES:  # AnimateDiff, Stable Video Diffusion
        extra = {"num_frames": 1} if "Temporal" in type(vae).__name__ else {}
        return vae.decode(one.squeeze(time), return_dict=False, **extra)[0][0]
    if time == 1:
        one = one.transpose(1, 2)
    decoded = vae.decode(one, return_dict=False)[0]  # (1, 3, T, H, W)
    return decoded[0, :, decoded.shape[2] // 2]
