"""Simple forecasts that are learned: an average, and a line for each step of the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from gatecast.baselines.intervals import first_origins
from gatecast.baselines.protocol import Baseline
from gatecast.data.least_squares import ridge
from gatecast.data.panel import Panel
from gatecast.errors import DataError, too_small
from gatecast.messages import message

__all__ = ["LinearAutoregression", "WindowAverage"]

_L = TypeVar("_L", bound="LinearAutoregression")


@dataclass
class WindowAverage(Baseline):
    """Repeat the average of the last values.

    Parameters
    ----------
    h, freq, season_length, level, alias
        As for every baseline.
    window_size : int, optional
        Values averaged; a season if not given.
    """

    window_size: int | None = None

    _knows_one_season = True

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        super().check_settings()
        if self.window_size is not None and self.window_size < 1:
            raise too_small("window_size", self.window_size, 1)

    def _least_values(self, seasons: tuple[int, ...]) -> int:
        return self.window_size or seasons[0]

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:
        return np.full(self.h, values[-(self.window_size or seasons[0]) :].mean())


@dataclass
class LinearAutoregression(Baseline):
    """Forecast each step from the last values by least squares, with one model for all series.

    Every window of ``look_back`` values is taken less its last value and over the mean absolute
    change of its series, so that levels and units do not matter; a line for each of the ``h``
    steps, the same for all series, says how far the series will have moved. Series that are
    shorter than a window are continued into the past with their first value.

    Parameters
    ----------
    h, freq, season_length, level, alias
        As for every baseline.
    look_back : int, optional
        Values seen, p; twice a season, at least 8, or as far as half of the longest series
        allows, if not given.
    ridge : float, default 1e-3
        Penalty on squared weights, as a share of the mean square of the inputs; 0 for plain
        least squares.

    Attributes
    ----------
    weights_ : ndarray of shape [p, h]
        The last row is the intercept; the difference of the last value from itself, always zero,
        is left out.
    look_back_ : int
        p.

    Notes
    -----
    The direct strategy of Ben Taieb et al. (2012), A review and comparison of strategies for
    multi-step ahead time series forecasting, *Expert Systems with Applications* 39, section 2.2;
    global over series as in Montero-Manso and Hyndman (2021), *International Journal of
    Forecasting* 37, section 5. W = (X'X + λI)⁻¹X'Y, without a penalty on the intercept.
    """

    look_back: int | None = None
    ridge: float = 1e-3

    def fit(
        self: _L,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> _L:
        """Read the data and solve for the weights.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.

        Returns
        -------
        LinearAutoregression
            Itself.

        Raises
        ------
        UsageError
            If ``look_back`` is below 1 or ``ridge`` below 0.
        DataError
            If no series has ``look_back + h`` values.
        """
        super().fit(source, id_col=id_col, time_col=time_col, target_col=target_col)
        panel = self.panel_
        season = self._seasons(panel)[-1]
        longest = int(panel.lengths.max())
        chosen = max(1, min(max(8, 2 * season), (longest - self.h) // 2))
        p = chosen if self.look_back is None else self.look_back
        if longest < p + self.h:
            raise DataError(
                message(
                    "baseline.short_window",
                    longest=longest,
                    look_back=p,
                    h=self.h,
                    needed=p + self.h,
                )
            )
        long = [series.values for series in panel if len(series.values) >= p + self.h]
        blocks = (_windows(values, p, self.h) for values in long)
        self.weights_: np.ndarray = ridge(blocks, p, self.h, self.ridge, free=1)
        self.look_back_: int = p
        return self

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        super().check_settings()
        if self.look_back is not None and self.look_back < 1:
            raise too_small("look_back", self.look_back, 1)
        if not self.ridge >= 0:
            raise too_small("ridge", self.ridge, 0)

    def _for_calibration(
        self, panel: Panel, seasons: tuple[int, ...]
    ) -> tuple[LinearAutoregression, np.ndarray]:
        first = first_origins(panel, self.h, self._least_values(seasons))
        first = np.maximum(first, panel.lengths - panel.lengths // 3)
        return LinearAutoregression(**self.get_params()).fit(panel.head(first)), first

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:  # noqa: ARG002
        p = self.look_back_
        past = values[-p:]
        past = np.concatenate([np.full(p - len(past), past[0]), past])
        scale = _scale(values)
        x = np.append((past[:-1] - past[-1]) / scale, 1.0)
        return past[-1] + scale * (x @ self.weights_)


def _windows(values: np.ndarray, p: int, h: int) -> tuple[np.ndarray, np.ndarray]:
    """Give what every window sees of a series, with an intercept, and what follows it."""
    rows = np.lib.stride_tricks.sliding_window_view(values, p + h)
    scaled = (rows - rows[:, p - 1 : p]) / _scale(values)
    return np.column_stack([scaled[:, : p - 1], np.ones(len(rows))]), scaled[:, p:]


def _scale(values: np.ndarray) -> float:
    """Give the mean absolute change; 1 for a series that does not change."""
    change = float(np.abs(np.diff(values)).mean()) if len(values) > 1 else 0.0
    return change or 1.0
