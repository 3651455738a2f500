"""What the pretrained network knows at each step: causal inputs and benchmark forecasts.

Everything is measured in a running unit, the local scale, so that one set of weights serves series
of any size. Nothing at a step depends on a later value. Training and forecasting call the same
functions.

Shape letters: B series, T steps, P positions (steps from which forecasts are made), K steps ahead,
J benchmark forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

__all__ = [
    "BENCHMARKS",
    "CHANGES",
    "HORIZON_INPUTS",
    "INPUTS",
    "Features",
    "horizon_inputs",
    "step_inputs",
]

#: inputs of the LSTM at each step
INPUTS = 18
#: those of them that are differences of values; all are zero while a series stays as it was
CHANGES = (0, 1, 2, 3, 4, 5, 6, 7, 15, 16, 17)
#: benchmark forecasts that the head weighs, J
BENCHMARKS = 12
#: inputs of the head for each step of the horizon
HORIZON_INPUTS = BENCHMARKS + 6

_MEMORY = 40.0  # steps over which a non-seasonal scale forgets
_PRIOR = 4.0  # seasonal changes that the one-step changes count as, while few have been seen
_LEVEL = (20.0, 5.0)  # steps, and seasons, over which the smoothed level forgets
_SEASON_WEIGHT = 0.2  # smallest weight of the newest season in the seasonal profile
_LEAST = 1e-9  # smallest local scale, as a share of the largest absolute value so far
_TINY = 1e-100  # the local scale while all values are zero
_FEW = 16  # series whose values are averaged one by one


@dataclass(frozen=True)
class Features:
    """Hold what :func:`step_inputs` computed for a batch of series with one season length.

    Parameters
    ----------
    y : ndarray of shape [B, T]
        Values, missing ones filled with the last seasonal or last value.
    inputs : ndarray of shape [B, T, INPUTS], float32
        Inputs of the LSTM.
    scale : ndarray of shape [B, T]
        Local scale: forgetting mean of absolute seasonal changes up to each step.
    mean, mean3, level, whole_mean : ndarray of shape [B, T]
        Means of the last season, of the last three, with forgetting, and of all values so far.
    profile : ndarray of shape [B, S, m]
        Seasonal profile (deviation from the mean of the last season, by phase) after each season.
    season, long_season : int
        Season length m, and that of a second, longer season (0 without one).
    """

    y: np.ndarray
    inputs: np.ndarray
    scale: np.ndarray
    mean: np.ndarray
    mean3: np.ndarray
    level: np.ndarray
    whole_mean: np.ndarray
    profile: np.ndarray
    season: int
    long_season: int


def step_inputs(y: np.ndarray, season: int, long_season: int = 0) -> Features:
    """Compute the LSTM's inputs at every step.

    Parameters
    ----------
    y : ndarray of shape [B, T]
        Values in time order; NaN where one is missing, but not the first.
    season : int
        Season length m; 1 where there is none.
    long_season : int, default 0
        Length of a second, longer season; 0 where there is none.

    Returns
    -------
    Features
        Inputs, local scales, and what :func:`horizon_inputs` needs.
    """
    m, M = season, long_season
    y, missing = _fill(np.asarray(y, np.float64), m)
    B, T = y.shape
    t = np.arange(T)
    lag = _lags(y, max(3 * m, M + 1, 6) + 1)
    d1, dm = np.abs(y - lag(1)), np.abs(y - lag(m))
    r1 = _forgetting_mean(d1, 1, _MEMORY, 0.0, None)
    scale = r1
    if m > 1:
        scale = _forgetting_mean(dm, m, max(_MEMORY, 4.0 * m), _PRIOR, r1)
    size = np.abs(y)
    least = 1e-6 * size + _LEAST * np.maximum.accumulate(size, axis=1) + _TINY
    scale = np.maximum(np.maximum(scale, 0.2 * r1), least)
    total = np.cumsum(np.concatenate([np.zeros((B, 1)), y], 1), 1)
    mean, mean3 = _trailing_mean(total, max(m, 2)), _trailing_mean(total, max(3 * m, 6))
    level = _forgetting_mean(y, 0, max(_LEVEL[0], _LEVEL[1] * m), 0.0, None)
    whole_mean = total[:, 1:] / (t + 1)
    profile, expected = _profile(y - mean, m)
    surprise = y - np.concatenate([y[:, :1], (mean + expected)[:, :-1]], 1)
    seasonal = float(m > 1)
    values = [
        y - lag(1), y - lag(m), y - lag(2 * m), mean - y, lag(1) - lag(m + 1 if m > 1 else 2),
        mean3 - y, (y - lag(M)) if M else np.zeros_like(y), surprise,
    ]  # fmt: skip
    x = np.empty((B, T, INPUTS), np.float32)
    for i, value in enumerate(values):
        x[..., i] = np.arcsinh(value / scale)
    x[..., 8] = np.log(r1 / scale + 1e-3)
    x[..., 9] = np.log1p(t / m)
    x[..., 10] = np.log1p(t) / 3
    x[..., 11] = seasonal
    x[..., 12] = np.log(m) / 3
    x[..., 13] = missing
    x[..., 14] = np.log1p(t / M) if M else 0.0
    x[..., 15] = np.arcsinh((expected + mean - y) / scale)
    x[..., 16] = np.arcsinh((level - y) / scale)
    x[..., 17] = np.arcsinh((whole_mean - y) / scale)
    return Features(y, x, scale, mean, mean3, level, whole_mean, profile, m, M)


def horizon_inputs(
    features: Features, at: np.ndarray, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compute what the head sees of each step of the horizon.

    Parameters
    ----------
    features : Features
        From :func:`step_inputs`.
    at : ndarray of int, shape [P]
        Steps from which forecasts are made.
    ahead : ndarray of int, shape [K]
        Steps ahead, 1 for the next.

    Returns
    -------
    inputs : ndarray of shape [B, P, K, HORIZON_INPUTS], float32
        Squashed benchmark forecasts, and where in the horizon the step is.
    benchmarks : ndarray of shape [B, P, K, BENCHMARKS], float32
        Benchmark forecasts as differences from the present value, in local scales.
    """
    f, m, M = features, features.season, features.long_season
    y = f.y
    seasons = -(-ahead // m)  # seasons until the phase was last seen
    back = m * seasons - ahead
    pad = max(4 * m + int(ahead.max()), 3 * M, 13 * m) + 1
    past = np.concatenate([np.repeat(y[:, :1], pad, 1), y], 1)
    now, scale = y[:, at][:, :, None], f.scale[:, at][:, :, None]
    here = pad + at[:, None]

    def phase(j: int) -> np.ndarray:
        return past[:, here - back - j * m]

    season_ago = past[:, pad + at - m][:, :, None]
    three_ago = past[:, pad + at - 3 * m][:, :, None]
    span = np.minimum(at, 12 * m)
    start = past[:, pad + at - span][:, :, None]
    ahead_in_seasons = (ahead / m)[None, None]
    shape = np.broadcast_shapes(now.shape, ahead_in_seasons.shape)
    profile = _profile_ahead(f, at, ahead)
    level = f.mean[:, at][:, :, None]
    z = np.empty((*shape, BENCHMARKS))
    z[..., 0] = (phase(0) - now) if m > 1 else (season_ago - now)
    z[..., 1] = (phase(1) - now) if m > 1 else (past[:, pad + at - 2][:, :, None] - now)
    z[..., 2] = (phase(2) - now) if m > 1 else (three_ago - now)
    z[..., 3] = level - now
    z[..., 4] = f.mean3[:, at][:, :, None] - now
    z[..., 5] = (now - season_ago) * ahead_in_seasons
    z[..., 6] = (now - three_ago) / 3 * ahead_in_seasons
    z[..., 7] = (now - start) / (np.maximum(span, 1) / m)[None, :, None] * ahead_in_seasons
    z[..., 8] = (level + profile - now) if m > 1 else 0.0
    z[..., 9] = (past[:, here - (M * -(-ahead // M) - ahead)] - now) if M else 0.0
    z[..., 10] = f.level[:, at][:, :, None] + profile - now
    z[..., 11] = f.whole_mean[:, at][:, :, None] + profile - now
    z /= scale[..., None]
    np.clip(z, -200.0, 200.0, out=z)
    x = np.empty((*shape, HORIZON_INPUTS), np.float32)
    x[..., :BENCHMARKS] = np.arcsinh(z)
    x[..., BENCHMARKS] = np.log(ahead) / 3
    x[..., BENCHMARKS + 1] = np.minimum(seasons, 12) / 4 if m > 1 else 0.0
    x[..., BENCHMARKS + 2] = float(m > 1)
    x[..., BENCHMARKS + 3] = float(M > 0)
    x[..., BENCHMARKS + 4] = np.log(m) / 3
    x[..., BENCHMARKS + 5] = np.log1p(at / m)[None, :, None] / 3
    return x, z.astype(np.float32)


def _fill(y: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Fill missing values from the season before, else from the step before."""
    missing = np.isnan(y)
    if missing.any():
        y = y.copy()
        for i in np.flatnonzero(missing.any(0)):
            rows = missing[:, i]
            before = y[rows, i - m] + y[rows, i - 1] - y[rows, i - 1 - m] if i > m > 1 else None
            y[rows, i] = y[rows, i - 1] if before is None else before
    return y, missing.astype(np.float32)


def _lags(y: np.ndarray, most: int):
    """Give a function that shifts the values back, the first one repeated before the start."""
    padded = np.concatenate([np.repeat(y[:, :1], most, 1), y], 1)
    return lambda k: padded[:, most - k : most - k + y.shape[1]]


def _forgetting_mean(
    change: np.ndarray, first: int, memory: float, prior: float, default: np.ndarray | None
) -> np.ndarray:
    """Average values from step ``first`` on, those ``memory`` steps ago with a weight of 1/e."""
    keep = 1.0 - 1.0 / memory
    ones = (np.arange(change.shape[1]) >= first).tolist()
    count = np.array([*accumulate(ones, lambda n, one: n * keep + one)], np.float64)
    totals = np.zeros(change.T.shape)
    if len(change) < _FEW:  # numbers one by one are faster than short arrays
        for row, sums in zip(change[:, first:].tolist(), totals.T, strict=True):
            sums[first:] = list(accumulate(row, lambda total, value: total * keep + value))
    else:
        total = np.zeros(len(change))
        for i, column in enumerate(np.ascontiguousarray(change.T[first:]), first):
            totals[i] = total = total * keep + column
    total = totals.T
    if default is None:
        return total / np.maximum(count, 1e-9)
    return (total + prior * default) / (count + prior)


def _trailing_mean(total: np.ndarray, window: int) -> np.ndarray:
    """Average the last ``window`` values, or all there are, from cumulative sums [B, T + 1]."""
    stop = np.arange(1, total.shape[1])
    start = np.maximum(stop - window, 0)
    return (total[:, stop] - total[:, start]) / (stop - start)


def _profile(deviation: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Smooth each phase's deviation over the seasons.

    Returns
    -------
    profile : ndarray of shape [B, T, m] by season: [B, S + 1, m]
        Profile known before each season, and after the last.
    expected : ndarray of shape [B, T]
        Deviation expected of the next step, from what was known at each step.
    """
    B, T = deviation.shape
    if m == 1:
        return np.zeros((B, 1, 1)), np.zeros((B, T))
    S = -(-T // m)
    padded = np.concatenate([deviation, np.zeros((B, S * m - T))], 1).reshape(B, S, m)
    profile = np.zeros((B, S + 1, m))
    for s in range(S):
        weight = max(_SEASON_WEIGHT, 1.0 / (s + 1))
        profile[:, s + 1] = profile[:, s] + weight * (padded[:, s] - profile[:, s])
    following = np.arange(1, T + 1)
    phase, season = following % m, following // m
    expected = profile[:, season, phase]
    return profile, expected


def _profile_ahead(f: Features, at: np.ndarray, ahead: np.ndarray) -> np.ndarray | float:
    """Give the seasonal profile at the phases ahead, as known at each position."""
    m = f.season
    if m == 1:
        return 0.0
    phase = (at[:, None] + ahead[None]) % m
    # phases of the season under way that have been seen are known one season later than the rest
    season = (at // m)[:, None] + (phase <= (at % m)[:, None])
    return f.profile[:, season, phase]
