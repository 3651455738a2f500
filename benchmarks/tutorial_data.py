"""The tutorial's series, scaled as the tutorial scales it, cut into windows."""

from __future__ import annotations

import numpy as np

__all__ = ["windows"]

SPLIT = 8000


def windows(look_back: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the training windows [N, look_back, 1] and targets [N, 1] of its create_dataset."""
    rng = np.random.RandomState(0)
    y = np.sin(np.arange(0, 1000, 0.1)) + rng.normal(scale=0.5, size=10000)
    scaled = ((y - y.min()) / (y.max() - y.min())).astype(np.float32)[:SPLIT]
    count = SPLIT - look_back - 1
    x = np.stack([scaled[i : i + look_back] for i in range(count)])[:, :, None]
    return x, scaled[look_back : look_back + count, None]
