"""The statistical models to stand beside, through statsforecast (extra ``[stats]``)."""

from __future__ import annotations

import time
import warnings
from dataclasses import InitVar, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from gatecast.baselines.intervals import Ends
from gatecast.baselines.protocol import Baseline
from gatecast.data.panel import Panel
from gatecast.errors import DataError, UsageError, not_above, require_extra
from gatecast.messages import Argument, message

__all__ = ["MSTL", "SARIMA", "AutoARIMA", "AutoETS", "Theta", "arima_one_step"]


#: Longer seasons than this would keep a seasonal ARIMA busy for hours.
LONGEST_SEASON = 24
_HARMONICS = 10
#: The largest value that Theta is fitted to has so many bits before the point.
_BITS = 10


@dataclass
class _Statistical(Baseline):
    """Fit one of statsforecast's models to each series.

    Parameters
    ----------
    h, freq, season_length, level, alias
        As for every baseline.
    time_limit : float, optional
        Seconds that all series together may take; checked after each of them.
    """

    time_limit: float | None = None

    def check_settings(self) -> None:
        """Refuse settings that are out of their range."""
        super().check_settings()
        if self.time_limit is not None and not self.time_limit > 0:
            raise not_above("time_limit", self.time_limit)

    def _forecast_panel(
        self, panel: Panel, seasons: tuple[int, ...], level: list[float]
    ) -> tuple[np.ndarray, Ends]:
        started, outputs = time.perf_counter(), []
        for series in panel:
            taken = time.perf_counter() - started
            if outputs and self.time_limit is not None and taken > self.time_limit:
                raise DataError(
                    message(
                        "baseline.too_slow",
                        done=len(outputs),
                        n=len(panel),
                        seconds=taken,
                        limit=self.time_limit,
                    )
                )
            try:
                outputs.append(self._fit_one(series.values, seasons, level))
            except DataError as error:
                raise self._of_series(series, error) from error
        joined = {name: np.stack([one[name] for one in outputs]) for name in outputs[0]}
        ends = {share: (joined[f"lo-{share:g}"], joined[f"hi-{share:g}"]) for share in level}
        return joined["mean"], ends

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:
        return self._fit_one(values, seasons, [])["mean"]

    def _fit_one(
        self, values: np.ndarray, seasons: tuple[int, ...], level: list[float]
    ) -> dict[str, np.ndarray]:
        """Fit a model to one series; its forecast, and the ends of its intervals, each [K]."""
        models = require_extra("statsforecast.models", "stats", type(self).__name__)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on convergence; what counts is the score
            try:
                outputs = self._outputs(models, values, seasons, level)
            except (
                ValueError,
                NotImplementedError,
                np.linalg.LinAlgError,
            ) as error:  # statsforecast's for short series
                raise DataError(
                    message("baseline.refused", n=len(values), reason=str(error))
                ) from error
            except IndexError as error:  # statsforecast's for a single value
                raise DataError(message("baseline.failed", n=len(values))) from error
        outputs = {name: np.asarray(column, float) for name, column in outputs.items()}
        if not all(np.isfinite(column).all() for column in outputs.values()):
            raise DataError(message("baseline.failed", n=len(values)))
        return outputs

    def _outputs(
        self, models: Any, values: np.ndarray, seasons: tuple[int, ...], level: list[float]
    ) -> dict[str, Any]:
        """Forecast with a model of statsforecast."""
        return self._model(models, seasons).forecast(values, self.h, level=level or None)

    def _model(self, models: Any, seasons: tuple[int, ...]) -> Any:
        """Make the model of statsforecast."""
        return getattr(models, type(self).__name__)(season_length=seasons[0])


class _ARIMA(_Statistical):
    """Put sines and cosines in the place of a season that is too long for a seasonal ARIMA."""

    def _own_decisions(self, seasons: tuple[int, ...]) -> list[str]:
        if seasons[-1] <= LONGEST_SEASON and len(seasons) == 1:
            return []
        return [
            message("baseline.fourier", model=type(self).__name__, seasons=list(map(str, seasons)),
                    pairs=_HARMONICS, longest=LONGEST_SEASON)
        ]  # fmt: skip

    def _outputs(
        self, models: Any, values: np.ndarray, seasons: tuple[int, ...], level: list[float]
    ) -> dict[str, Any]:
        if seasons[-1] <= LONGEST_SEASON and len(seasons) == 1:
            return super()._outputs(models, values, seasons, level)
        n = len(values)
        harmonics = max(1, min(_HARMONICS, n // 20 // len(seasons)))
        # harmonics of one season may be those of another, as 7 turns a week are one a day
        frequencies = {
            Fraction(k, m) for m in seasons for k in range(1, min(harmonics, (m - 1) // 2) + 1)
        }
        turns = 2 * np.pi * np.outer(np.arange(n + self.h), [float(f) for f in sorted(frequencies)])
        waves = np.hstack([np.sin(turns), np.cos(turns)])
        return self._model(models, (1,)).forecast(
            values, self.h, X=waves[:n], X_future=waves[n:], level=level or None
        )


@dataclass
class AutoARIMA(_ARIMA):
    """Choose a seasonal ARIMA by its information criterion (Hyndman and Khandakar 2008).

    A season of more than 24 steps, and several seasons, are Fourier terms (Hyndman and
    Athanasopoulos 2021, section 10.5).
    """


@dataclass
class AutoETS(_Statistical):
    """Choose an exponential smoothing by its information criterion (Hyndman et al. 2002)."""

    _knows_one_season = True

    def _own_decisions(self, seasons: tuple[int, ...]) -> list[str]:
        if seasons[0] <= LONGEST_SEASON:
            return super()._own_decisions(seasons)
        return [message("baseline.no_season", longest=LONGEST_SEASON, season=seasons[0])]


@dataclass
class MSTL(_Statistical):
    """Take one season or several out by loess, and forecast the rest by exponential smoothing.

    Parameters
    ----------
    h, freq, season_length, time_limit, level, alias
        As for every statistical model.
    seasons : tuple of int, optional
        Deprecated name of ``season_length``.

    References
    ----------
    Bandara, K., Hyndman, R. J. and Bergmeir, C. (2022). MSTL: a seasonal-trend decomposition
    algorithm for time series with multiple seasonal patterns. *International Journal of Operational
    Research*.
    """

    seasons: InitVar[tuple[int, ...] | None] = None

    def __post_init__(self, seasons: tuple[int, ...] | None) -> None:
        super().__post_init__()
        if seasons is not None:
            sentence = f"seasons is now called season_length: give season_length={seasons}"
            warnings.warn(sentence, DeprecationWarning, stacklevel=3)
            self.season_length = seasons

    def _least_values(self, seasons: tuple[int, ...]) -> int:
        return 2 * seasons[-1] + 1

    def _model(self, models: Any, seasons: tuple[int, ...]) -> Any:
        return models.MSTL(season_length=list(seasons))


@dataclass
class Theta(_Statistical):
    """Average a line and a smoothing of the series (Assimakopoulos and Nikolopoulos 2000)."""

    _knows_one_season = True

    def _outputs(
        self, models: Any, values: np.ndarray, seasons: tuple[int, ...], level: list[float]
    ) -> dict[str, Any]:
        # statsforecast's optimiser stops by absolute differences; a power of two costs no bits
        shift = int(np.frexp(np.abs(values).max())[1]) - _BITS
        outputs = super()._outputs(models, np.ldexp(values, -shift), seasons, level)
        return {name: np.ldexp(column, shift) for name, column in outputs.items()}


@dataclass
class SARIMA(_ARIMA):
    """Fit a seasonal ARIMA of a given order (Box and Jenkins 1976).

    Parameters
    ----------
    h, freq, season_length, time_limit, level, alias
        As for every statistical model.
    order, seasonal_order : tuple of int
        (p, d, q) and (P, D, Q); the second is left out where a season is a single step. A season of
        more than 24 steps, and several seasons, are Fourier terms.
    """

    order: tuple[int, int, int] = (0, 1, 1)
    seasonal_order: tuple[int, int, int] = (0, 1, 1)

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        super().check_settings()
        for name, order in (("order", self.order), ("seasonal_order", self.seasonal_order)):
            if len(order) != 3 or any(not isinstance(n, int) or n < 0 for n in order):
                raise UsageError(message("arima.order", argument=Argument(name), order=str(order)))

    def _outputs(
        self, models: Any, values: np.ndarray, seasons: tuple[int, ...], level: list[float]
    ) -> dict[str, Any]:
        # near the border of stationarity the likelihood's optimiser may fail, or end in NaN
        for self._method in ("CSS-ML", "ML"):
            try:
                outputs = super()._outputs(models, values, seasons, level)
            except (ValueError, np.linalg.LinAlgError):
                continue
            if np.isfinite(outputs["mean"]).all():
                return outputs
        self._method = "CSS"
        return super()._outputs(models, values, seasons, level)

    def _model(self, models: Any, seasons: tuple[int, ...]) -> Any:
        # at lag 1 a seasonal difference would be one more ordinary difference
        seasonal = self.seasonal_order if seasons[0] > 1 else (0, 0, 0)
        return models.ARIMA(
            order=self.order, season_length=seasons[0], seasonal_order=seasonal,
            method=self._method,
        )  # fmt: skip


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
        raise UsageError(message("arima.differenced", order=str(order)))
    if not 0 < split <= len(values):
        raise UsageError(message("arima.split", split=split, n=len(values)))
    arima = require_extra("statsforecast.arima", "stats", message("extra.arima"))
    started = time.perf_counter()
    starts = (None, *_hannan_rissanen(values[:split], order[0], order[2]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [arima.arima(values[:split], order=order, method="CSS-ML", init=i) for i in starts]
    seconds = time.perf_counter() - started
    best = max(fits, key=lambda fit: np.nan_to_num(fit["loglik"], nan=-np.inf))
    coefficients = {name: float(value) for name, value in best["coef"].items()}
    phi = np.array([coefficients[f"ar{i + 1}"] for i in range(order[0])])
    theta = np.array([coefficients[f"ma{i + 1}"] for i in range(order[2])])
    mean = coefficients["intercept"]
    if not np.isfinite([*coefficients.values()]).all():
        raise DataError(message("arima.not_fitted", order=str(order), n=split))
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
        start = np.linalg.lstsq(both, centred[begin:], rcond=None)[0]
        starts.append(np.append(start, values.mean()))
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
