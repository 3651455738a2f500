"""The tutorial's series: a sine wave under Gaussian noise, to the last digit."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["noisy_sine", "noisy_sine_signal"]

_STEPS = 10_000
_NOISE_SCALE = 0.5


def noisy_sine() -> pd.DataFrame:
    """Give the tutorial's noisy sine wave, 10,000 steps long.

    The numbers are those of ``np.random.seed(0)`` followed by
    ``np.sin(np.arange(0, 1000, 0.1)) + np.random.normal(scale=0.5, size=10000)``. NumPy's
    global random state is neither used nor changed.

    Returns
    -------
    DataFrame
        ``unique_id`` ("noisy_sine"), ``ds`` (step 0 to 9999) and ``y``. One period is
        20 pi, about 62.8 steps. The tutorial trains on the first 8,000 steps and tests on the
        other 2,000.
    """
    # The legacy generator is the one behind np.random.seed; default_rng draws other numbers.
    noise = np.random.RandomState(0).normal(scale=_NOISE_SCALE, size=_STEPS)
    return pd.DataFrame(
        {
            "unique_id": "noisy_sine",
            "ds": np.arange(_STEPS),
            "y": noisy_sine_signal() + noise,
        }
    )


def noisy_sine_signal() -> np.ndarray:
    """Give the sine wave under the noise of :func:`noisy_sine`.

    No forecast of the noisy series can be expected to do better than this one: its root mean
    squared error is the noise floor.

    Returns
    -------
    ndarray of shape [10000]
        The noise-free values, between -1 and 1.
    """
    return np.sin(np.arange(0, 1000, 0.1))
