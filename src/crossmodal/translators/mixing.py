"""Sound as networks make it → sound as media have it: one channel, in [-1, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..media import Audio


def mono(samples: NDArray[Any], rate: int) -> Audio:
    """Return `samples`, (T,) or (channels, T), as one channel; what is beyond [-1, 1] is cut off.

    Numbers that are none (NaN) become silence.
    """
    channels = np.atleast_2d(np.asarray(samples, np.float32))
    mixed = np.nan_to_num(channels).mean(axis=0, dtype=np.float32).clip(-1, 1)
    return Audio(mixed.astype(np.float32), int(rate))
