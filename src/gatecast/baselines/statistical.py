"""The statistical models to stand beside, through statsforecast (extra ``[stats]``)."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gatecast.baselines.protocol import Baseline
from gatecast.errors import DataError, UsageError, require_extra

__all__ = ["MSTL", "SARIMA", "AutoARIMA", "AutoETS", "Theta", "arima_one_step"]


#: Longer seasons than this would keep a seasonal ARIMA busy for hours.
LONGEST_SEASON = 24
_HARMONICS = 10


@dataclass
class _Statistical(Baseline):
    """Fit one of statsforecast's models to each series.

    Parameters
    ----------
    h, freq, season_length
        As for every baseline.
    time_limit : float, optional
        Seconds that all series together may take; checked after each of them.
    """

    time_limit: float | None = None

    def predict(self) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series; see :class:`Baseline`.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        DataError
            If a series cannot be forecast, or ``time_limit`` is over before all are.
        """
        self._started, self._done = time.perf_counter(), 0
        return super().predict()

    def _forecast(self, values: np.ndarray, season: int) -> np.ndarray:
        models = require_extra("statsforecast.models", "stats", type(self).__name__)
        taken = time.perf_counter() - self._started
        if self._done and self.time_limit is not None and taken > self.time_limit:
            raise DataError(
                f"{self._done} of {len(self.panel_)} series took {taken:.0f} s, and "
                f"time_limit={self.time_limit:g}: allow more, or leave the model out"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on convergence; what counts is the score
            try:
                found = self._ask(models, values, season)
            except (
                ValueError,
                NotImplementedError,
                np.linalg.LinAlgError,
            ) as error:  # statsforecast's for short series
                raise DataError(
                    f'{len(values)} values were refused with "{error}": supply more history'
                ) from error
        forecast = np.asarray(found, float)
        if not np.isfinite(forecast).all():
            raise DataError(f"the fit to {len(values)} values failed: choose another model")
        self._done += 1
        return forecast

    def _ask(self, models: Any, values: np.ndarray, season: int) -> np.ndarray:
        """Let a model of statsforecast forecast."""
        return self._model(models, season).forecast(values, self.h)["mean"]

    def _model(self, models: Any, season: int) -> Any:
        """Make the model of statsforecast."""
        return getattr(models, type(self).__name__)(season_length=season)


class _ARIMA(_Statistical):
    """Put sines and cosines in the place of a season that is too long for a seasonal ARIMA."""

    def _own_decisions(self, season: int) -> list[str]:
        if season <= LONGEST_SEASON:
            return []
        return [
            f"{type(self).__name__} sees the season of {season} steps as up to {_HARMONICS} "
            f"pairs of sine and cosine (a seasonal ARIMA of more than {LONGEST_SEASON} steps would "
            "run for hours)"
        ]

    def _ask(self, models: Any, values: np.ndarray, season: int) -> np.ndarray:
        if season <= LONGEST_SEASON:
            return super()._ask(models, values, season)
        n = len(values)
        harmonics = max(1, min(_HARMONICS, n // 20))
        turns = 2 * np.pi * np.outer(np.arange(n + self.h) / season, 1 + np.arange(harmonics))
        waves = np.hstack([np.sin(turns), np.cos(turns)])
        return self._model(models, 1).forecast(values, self.h, X=waves[:n], X_future=waves[n:])[
            "mean"
        ]


@dataclass
class AutoARIMA(_ARIMA):
    """Choose a seasonal ARIMA by its information criterion (Hyndman and Khandakar 2008).

    A season of more than 24 steps is seen as Fourier terms (Hyndman and Athanasopoulos 2021,
    section 10.5).
    """


@dataclass
class AutoETS(_Statistical):
    """Choose an exponential smoothing by its information criterion (Hyndman et al. 2002)."""

    def _own_decisions(self, season: int) -> list[str]:
        if season <= LONGEST_SEASON:
            return []
        return [f"AutoETS does not see the season: it allows {LONGEST_SEASON} steps, not {season}"]


@dataclass
class MSTL(_Statistical):
    """Take one season or several out by loess, and forecast the rest by exponential smoothing.

    Parameters
    ----------
    h, freq, season_length, time_limit
        As for every statistical model.
    seasons : tuple of int, optional
        Steps in each season, for example (24, 168); ``season_length`` alone if not given.

    References
    ----------
    Bandara, K., Hyndman, R. J. and Bergmeir, C. (2022). MSTL: a seasonal-trend decomposition
    algorithm for time series with multiple seasonal patterns. *International Journal of Operational
    Research*.
    """

    seasons: tuple[int, ...] | None = None

    def _least_values(self, season: int) -> int:
        return 2 * max(self.seasons or (season,)) + 1

    def _model(self, models: Any, season: int) -> Any:
        return models.MSTL(season_length=list(self.seasons or (season,)))


@dataclass
class Theta(_Statistical):
    """Average a line and a smoothing of the series (Assimakopoulos and Nikolopoulos 2000)."""


@dataclass
class SARIMA(_ARIMA):
    """Fit a seasonal ARIMA of a given order (Box and Jenkins 1976).

    Parameters
    ----------
    h, freq, season_length, time_limit
        As for every statistical model.
    order, seasonal_order : tuple of int
        (p, d, q) and (P, D, Q); the second is left out where a season is a single step, and where
        it has more than 24: these are seen as Fourier terms.
    """

    order: tuple[int, int, int] = (0, 1, 1)
    seasonal_order: tuple[int, int, int] = (0, 1, 1)

    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> Baseline:
        """Read the data, as every baseline does.

        Raises
        ------
        UsageError
            If an order is not three whole numbers of 0 or more.
        """
        for name, order in (("order", self.order), ("seasonal_order", self.seasonal_order)):
            if len(order) != 3 or any(not isinstance(n, int) or n < 0 for n in order):
                raise UsageError(f"{name}={order} was asked for; use three numbers, 0 or more")
        return super().fit(source, id_col=id_col, time_col=time_col, target_col=target_col)

    def _ask(self, models: Any, values: np.ndarray, season: int) -> np.ndarray:
        # near the border of stationarity the likelihood's optimiser may fail, or end in NaN
        for self._method in ("CSS-ML", "ML"):
            try:
                found = np.asarray(super()._ask(models, values, season))
            except (ValueError, np.linalg.LinAlgError):
                continue
            if np.isfinite(found).all():
                return found
        self._method = "CSS"
        return super()._ask(models, values, season)

    def _model(self, models: Any, season: int) -> Any:
        # at lag 1 a seasonal difference would be one more ordinary difference
        seasonal = self.seasonal_order if season > 1 else (0, 0, 0)
        return models.ARIMA(
            order=self.order, season_length=season, seasonal_order=seasonal, method=self._method
        )


def arima_one_step(
    values: np.ndarray, split: int, order: tuple[int, int, int]
) -> tuple[np.ndarray, float]:
    """Fit an ARMA to the first part of a series, and forecast every value one step before.

    Parameters
    ----------
    values : ndarray of shape [n]
        The series.
    split : int
        The parameters are fitted on ``values[:split]`` alone, and stay.
    order : tuple of int
        (p, 0, q).

    Returns
    -------
    predictions : ndarray of shape [n]
        Row i is the forecast for row i from the rows before it.
    seconds : float
        Time of the fit.

    Raises
    ------
    UsageError
        If the order has differences, or ``split`` is outside the series.
    MissingExtraError
        Without statsforecast.
    DataError
        If the fit fails, as it may on a trend.

    Notes
    -----
    The likelihood is maximised by statsforecast. On a noisy sine its maximum is close to a root of
    one, where an optimiser may stop early, on one processor and not on another; so it is maximised
    from several starts, and the best is taken: statsforecast's own, and the coefficients that the
    residuals of long autoregressions give (Hannan and Rissanen 1982). The forecasts are those of
    the Kalman filter (Harvey 1989, section 3.3), which are exact from the first value on; the
    residuals of a fit are scaled, and would look too good.
    """
    if order[1]:
        raise UsageError(f"order={order} was asked for; one-step forecasts need d = 0")
    if not 0 < split <= len(values):
        raise UsageError(f"split={split} was asked for; the series has {len(values)} values")
    arima = require_extra("statsforecast.arima", "stats", "an ARIMA")
    started = time.perf_counter()
    starts = (None, *_hannan_rissanen(values[:split], order[0], order[2]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [arima.arima(values[:split], order=order, method="CSS-ML", init=i) for i in starts]
    seconds = time.perf_counter() - started
    best = max(fits, key=lambda fit: np.nan_to_num(fit["loglik"], nan=-np.inf))
    found = {name: float(value) for name, value in best["coef"].items()}
    phi = np.array([found[f"ar{i + 1}"] for i in range(order[0])])
    theta = np.array([found[f"ma{i + 1}"] for i in range(order[2])])
    mean = found["intercept"]
    if not np.isfinite([*found.values()]).all():
        raise DataError(f"ARIMA{order} could not be fitted to {split} values: difference them")
    return mean + _arma_one_step(values - mean, phi, theta), seconds


def _hannan_rissanen(values: np.ndarray, p: int, q: int) -> list[np.ndarray]:
    """Estimate an ARMA from the residuals of autoregressions of 10, 20 and 40 lags."""
    centred = values - values.mean()
    n = len(centred)

    def lagged(series: np.ndarray, lags: int, start: int) -> np.ndarray:
        columns = [series[start - k : n - k] for k in range(1, lags + 1)]
        return np.column_stack(columns) if columns else np.empty((n - start, 0))

    starts = []
    for lags in (10, 20, 40):
        begin = lags + max(p, q)
        if n < 10 * begin:
            break
        past = lagged(centred, lags, lags)
        weights = np.linalg.lstsq(past, centred[lags:], rcond=None)[0]
        residuals = np.concatenate([np.zeros(lags), centred[lags:] - past @ weights])
        both = np.column_stack([lagged(centred, p, begin), lagged(residuals, q, begin)])
        found = np.linalg.lstsq(both, centred[begin:], rcond=None)[0]
        starts.append(np.append(found, values.mean()))
    return starts


def _arma_one_step(values: np.ndarray, phi: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Run the Kalman filter of an ARMA with mean 0 over a series; its one-step forecasts."""
    size = max(len(phi), len(theta) + 1)
    transition = np.eye(size, k=1)
    transition[: len(phi), 0] = phi
    noise = np.zeros(size)
    noise[0] = 1.0
    noise[1 : len(theta) + 1] = theta
    covariance = np.linalg.solve(  # of the stationary state: P = T P T' + R R'
        np.eye(size * size) - np.kron(transition, transition), np.outer(noise, noise).ravel()
    ).reshape(size, size)
    state = np.zeros(size)
    predictions = np.empty(len(values))
    for t, value in enumerate(values):
        predictions[t] = state[0]
        gain = covariance[:, 0] / covariance[0, 0]
        state = transition @ (state + gain * (value - state[0]))
        covariance = covariance - np.outer(gain, covariance[0])
        covariance = transition @ covariance @ transition.T + np.outer(noise, noise)
    return predictions
