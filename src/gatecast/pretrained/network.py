"""The pretrained network: an LSTM in the native kernel and a head that all horizons share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from statistics import NormalDist

import numpy as np

from gatecast.errors import ModelFileError, UsageError, cause
from gatecast.kernel import Layout
from gatecast.messages import message
from gatecast.network import Network
from gatecast.pretrained.features import (
    BENCHMARKS,
    HORIZON_INPUTS,
    INPUTS,
    Features,
    horizon_inputs,
    step_inputs,
)
from gatecast.storage import read_arrays

__all__ = [
    "LEVELS",
    "MEDIAN",
    "PretrainedNetwork",
    "load_weights",
    "quantiles_around",
    "quantiles_at",
]

#: quantile levels of the forecasts, Q
LEVELS = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
#: which of them is the median
MEDIAN = 4

#: from so many samples on, the kernel's sums have one order
_BATCH = 8


@dataclass(frozen=True, eq=False)
class PretrainedNetwork:
    """Hold the weights, and forecast quantiles of any series with them.

    Parameters
    ----------
    lstm : Network
        Two LSTM layers, the second residual, and a dense layer to the width W of the head.
    horizon : ndarray of shape [HORIZON_INPUTS, W]
        Kernel of what the head sees of a step of the horizon.
    mix, mix_bias : ndarray of shapes [W, W] and [W]
        The head's hidden layer, residual.
    out, out_bias : ndarray of shapes [W, Q + BENCHMARKS] and [Q + BENCHMARKS]
        The head's outputs: quantiles, and weights of the benchmark forecasts.
    skip : ndarray of shape [BENCHMARKS]
        Weights of the benchmark forecasts that do not depend on the series.
    """

    lstm: Network
    horizon: np.ndarray
    mix: np.ndarray
    mix_bias: np.ndarray
    out: np.ndarray
    out_bias: np.ndarray
    skip: np.ndarray

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> PretrainedNetwork:
        """Make the network from named arrays.

        Parameters
        ----------
        arrays : dict of str to ndarray
            What :meth:`arrays` gives.

        Returns
        -------
        PretrainedNetwork
            In float32.

        Raises
        ------
        ModelFileError
            If an array is missing, or their shapes or values do not fit.
        """
        try:
            width = len(arrays["mix"])
            hidden = int(arrays["hidden"][0])
            layout = Layout(INPUTS, hidden, width, 2, residual=True)
            shapes = {
                "theta": (layout.size,), "horizon": (HORIZON_INPUTS, width),
                "mix": (width, width), "mix_bias": (width,),
                "out": (width, len(LEVELS) + BENCHMARKS), "out_bias": (len(LEVELS) + BENCHMARKS,),
                "skip": (BENCHMARKS,),
            }  # fmt: skip
            for name, shape in shapes.items():
                array = arrays[name]
                if array.shape != shape or not np.isfinite(array).all():
                    raise ModelFileError(
                        message(
                            "pretrained.shape", name=name, needed=str(shape), shape=str(array.shape)
                        )
                    )
        except (KeyError, IndexError, UsageError) as error:
            raise ModelFileError(message("pretrained.bad_weights", reason=cause(error))) from error
        parts = [arrays[name].astype(np.float32) for name in shapes]
        return cls(Network(layout, parts[0]), *parts[1:])

    def arrays(self) -> dict[str, np.ndarray]:
        """Give the weights as named arrays.

        Returns
        -------
        dict of str to ndarray
            What :meth:`from_arrays` takes.
        """
        return {
            "theta": self.lstm.theta, "hidden": np.array([self.lstm.layout.hidden]),
            "horizon": self.horizon, "mix": self.mix, "mix_bias": self.mix_bias,
            "out": self.out, "out_bias": self.out_bias, "skip": self.skip,
        }  # fmt: skip

    def forecast(
        self, y: np.ndarray, h: int, season: int, long_season: int = 0, *, threads: int = 1
    ) -> np.ndarray:
        """Forecast quantiles of series of one length.

        Parameters
        ----------
        y : ndarray of shape [B, T]
            Values in time order; NaN where one is missing, but not the first.
        h : int
            Steps to forecast.
        season, long_season : int
            Season lengths; see :func:`gatecast.pretrained.features.step_inputs`.
        threads : int, default 1
            Threads among which series are shared.

        Returns
        -------
        ndarray of shape [B, h, Q]
            Quantiles at :data:`LEVELS`, in the unit of ``y``; they never cross.
        """
        at = np.array([y.shape[1] - 1])
        return self.forecast_at(y, at, h, season, long_season, threads=threads)[:, 0]

    def forecast_at(
        self,
        y: np.ndarray,
        at: np.ndarray,
        h: int,
        season: int,
        long_season: int = 0,
        *,
        threads: int = 1,
    ) -> np.ndarray:
        """Forecast quantiles from several steps of each series, in one run along it.

        Parameters
        ----------
        y, h, season, long_season, threads
            As for :meth:`forecast`.
        at : ndarray of int, shape [P]
            Steps from which forecasts are made, rising. None depends on a value after its step.

        Returns
        -------
        ndarray of shape [B, P, h, Q]
            In the unit of ``y``.
        """
        f = step_inputs(y, season, long_season)
        # filled up by repetition: a forecast must not depend on how many series there are
        inputs = f.inputs[np.arange(max(len(y), _BATCH)) % len(y)]
        state, _ = self.lstm.run(inputs, warmup=int(at[0]), threads=threads)
        q = self.head(f, state[: len(y), at - at[0]], at, np.arange(1, h + 1))
        return f.y[:, at][..., None, None] + q * f.scale[:, at][..., None, None]

    def forecast_both_views(
        self,
        y: np.ndarray,
        at: np.ndarray,
        h: int,
        season: int,
        long_season: int = 0,
        *,
        threads: int = 1,
    ) -> np.ndarray:
        """Forecast in logarithms as long as all values are positive, and the values as they are.

        Positive series with a season are seen in both views, and the forecast is the mean of both:
        by turns, a season's growth is multiplicative and additive.

        Parameters
        ----------
        y, at, h, season, long_season, threads
            As for :meth:`forecast_at`.

        Returns
        -------
        ndarray of shape [B, P, h, Q]
            In the unit of ``y``; not negative where all values up to the step are positive.
        """
        # NaN is missing, and tells nothing about the sign
        positive = ~np.logical_or.accumulate(y <= 0, axis=1)[:, at]
        logs, plain = positive.any(axis=1), ~positive.all(axis=1) | (season > 1)
        logarithms = np.log(np.where(y[logs] > 0, y[logs], np.nan))
        views = [y[plain], logarithms]
        if len(y) < _BATCH:  # one run has room for both
            views = [np.concatenate(views)]
        runs = [
            self.forecast_at(view, at, h, season, long_season, threads=threads)
            for view in views
            if len(view)
        ]
        both = np.concatenate(runs)
        made = np.empty((len(y), len(at), h, len(LEVELS)))
        made[plain] = both[: plain.sum()]
        if logs.any():
            grown = np.exp(np.clip(both[plain.sum() :], -700, 700))
            if season > 1:
                grown = (grown + np.maximum(made[logs], 0.0)) / 2
            made[logs] = np.where(positive[logs][..., None, None], grown, made[logs])
        return made

    def head(
        self, features: Features, state: np.ndarray, at: np.ndarray, ahead: np.ndarray
    ) -> np.ndarray:
        """Compute quantiles from the LSTM's outputs at some steps.

        Parameters
        ----------
        features : Features
            Of the series.
        state : ndarray of shape [B, P, W]
            The LSTM's outputs at these steps.
        at, ahead : ndarray of int, shapes [P] and [K]
            Steps from which forecasts are made, and steps ahead.

        Returns
        -------
        ndarray of shape [B, P, K, Q]
            Differences from the value at each step, in local scales.
        """
        z, benchmarks = horizon_inputs(features, at, ahead)
        g = _silu(state[:, :, None] + z @ self.horizon)
        g = g + _silu(g @ self.mix + self.mix_bias)
        out = (g @ self.out + self.out_bias).astype(np.float64)
        q, weights = out[..., : len(LEVELS)], out[..., len(LEVELS) :]
        median = q[..., MEDIAN, None] + ((self.skip + weights) * benchmarks).sum(-1)[..., None]
        return quantiles_around(median, np.logaddexp(0.0, q))


@lru_cache(maxsize=4)
def load_weights(name: str = "public") -> PretrainedNetwork:
    """Load weights that come with gatecast.

    Parameters
    ----------
    name : {"public", "made-up"}, default "public"
        Weights from made-up and public series, or from made-up series alone.

    Returns
    -------
    PretrainedNetwork
        The same object at each call.

    Raises
    ------
    UsageError
        If there are no weights of this name.
    """
    resource = files("gatecast.pretrained") / "weights" / f"{name}.safetensors"
    if not resource.is_file():
        raise UsageError(message("pretrained.no_weights", name=name))
    with as_file(resource) as path:
        arrays, _ = read_arrays(path)
    return PretrainedNetwork.from_arrays(arrays)


def quantiles_around(median: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Put quantiles around a median, so that they never cross.

    Parameters
    ----------
    median : ndarray of shape [..., 1]
        The middle one.
    step : ndarray of shape [..., Q]
        Of each, how far it lies from its neighbour towards the median, above 0; that of the median
        has no effect.

    Returns
    -------
    ndarray of shape [..., Q]
        At :data:`LEVELS`, in the unit of the median.
    """
    up = np.cumsum(step[..., MEDIAN + 1 :], -1)
    down = np.cumsum(step[..., MEDIAN - 1 :: -1], -1)[..., ::-1]
    return np.concatenate([median - down, median, median + up], -1)


def quantiles_at(quantiles: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Interpolate quantiles at other levels, linearly in the normal distribution's scores.

    Parameters
    ----------
    quantiles : ndarray of shape [..., Q]
        At :data:`LEVELS`.
    levels : ndarray of shape [M]
        Wanted, between 0 and 1; beyond the outermost the last straight line goes on.

    Returns
    -------
    ndarray of shape [..., M]
        In the unit of the quantiles.
    """
    normal = NormalDist()
    scores = np.array([normal.inv_cdf(float(level)) for level in LEVELS])
    wanted = np.array([normal.inv_cdf(float(level)) for level in levels])
    right = np.clip(np.searchsorted(scores, wanted), 1, len(scores) - 1)
    share = (wanted - scores[right - 1]) / (scores[right] - scores[right - 1])
    return quantiles[..., right - 1] * (1 - share) + quantiles[..., right] * share


def _silu(x: np.ndarray) -> np.ndarray:
    divisor = np.clip(x, -60, 60)
    np.exp(np.negative(divisor, out=divisor), out=divisor)
    divisor += 1.0
    return np.divide(x, divisor, out=divisor)
