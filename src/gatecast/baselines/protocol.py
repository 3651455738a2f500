"""What every model can do, and what the baselines share: read, fit, forecast, intervals."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from gatecast.baselines.intervals import Ends, conformal_ends, first_origins
from gatecast.data.aggregation import check_aggregate
from gatecast.data.calendar import default_season_length
from gatecast.data.left_out import leave_out, left_out
from gatecast.data.panel import Panel, Series
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFittedError, UsageError, series_name, too_small
from gatecast.forecaster.columns import add_forecast
from gatecast.forecaster.settings.kinds import as_seasons, check_level
from gatecast.messages import Message, message

__all__ = ["Baseline", "Forecaster"]

_B = TypeVar("_B", bound="Baseline")
_P = TypeVar("_P", bound="Parameters")


class Forecaster(Protocol):
    """What a backtest, a combination and a page ask of a model.

    :class:`gatecast.LSTMForecaster`, :class:`gatecast.PretrainedLSTM` and the baselines have it.

    Attributes
    ----------
    h : int
        Steps to forecast.
    alias : str
        Name of the forecast's column.
    """

    h: int
    alias: Any  # a text once the model is made

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the settings by name.

        Parameters
        ----------
        deep : bool
            Has no effect; scikit-learn's.

        Returns
        -------
        dict of str to object
            Every setting.
        """
        ...

    def set_params(self, **params: Any) -> Any:
        """Change settings by name, all or none.

        Parameters
        ----------
        **params
            Settings.

        Returns
        -------
        model
            Itself.
        """
        ...

    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> Any:
        """Fit the model to the series.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.

        Returns
        -------
        model
            Itself.
        """
        ...

    def predict(self, *, futr_df: Any = None, level: Sequence[float] | None = None) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        futr_df : path or DataFrame, optional
            Future covariates, of a model that has them.
        level : sequence of float, optional
            Per cent of each interval; those of the model if not given.

        Returns
        -------
        DataFrame
            Ids, times, ``alias``, and for each level ``alias-lo-80`` and ``alias-hi-80``.
        """
        ...

    def decisions(self) -> list[str]:
        """Describe what was detected in the data and decided.

        Returns
        -------
        list of str
            A sentence each.
        """
        ...


class Parameters:
    """Give and change settings by name, as scikit-learn does; mixed into a dataclass."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Give the settings by name, as scikit-learn does.

        Parameters
        ----------
        deep : bool, default True
            Has no effect; scikit-learn's.

        Returns
        -------
        dict of str to object
            Every setting.
        """
        return {f.name: getattr(self, f.name) for f in fields(self)}  # pyright: ignore[reportArgumentType]

    def set_params(self: _P, **params: Any) -> _P:
        """Change settings by name, all or none.

        Parameters
        ----------
        **params
            Settings.

        Returns
        -------
        model
            Itself.

        Raises
        ------
        UsageError
            If there is no such setting, or one is out of its range.
        """
        there = self.get_params()
        for name in params:
            if name not in there:
                raise UsageError(
                    message(
                        "model.no_setting",
                        model=type(self).__name__,
                        setting=name,
                        settings=list(there),
                    )
                )
        vars(self).update(type(self)(**{**there, **params}).get_params())
        return self


@dataclass
class Baseline(Parameters, ABC):
    """Forecast each series by itself, ``h`` steps at once.

    Parameters
    ----------
    h : int
        Steps to forecast.
    freq : str or int, optional
        Frequency of the series; detected if not given.
    season_length : int or sequence of int, optional
        Steps in a season, or in several, for example ``(24, 168)``; that of the frequency if not
        given. A model that knows one season takes the shortest.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    alias : str, optional
        Name of the forecast's column; that of the class if not given.
    aggregate : {"sum", "mean", "last", "count"}, optional
        What becomes of several rows of a series within a period of ``freq``; see
        :mod:`gatecast.data.aggregation`.

    Attributes
    ----------
    panel_ : Panel
        The data as read.
    left_out_ : dict of str to str
        Why each series that cannot be used is left out, by its name.
    """

    h: int
    freq: str | int | None = None
    season_length: int | Sequence[int] | None = None
    level: Sequence[float] = field(default=(), kw_only=True)
    alias: str | None = field(default=None, kw_only=True)
    aggregate: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.alias is None:
            self.alias = type(self).__name__
        self.check_settings()

    def fit(
        self: _B,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> _B:
        """Read the data.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        NotFoundError, DataError
            If the data cannot be read or used, or all series are too short.
        """
        self.panel_ = self._read(source, id_col=id_col, time_col=time_col, target_col=target_col)
        return self

    def _read(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> Panel:
        """Read the series that are long enough, by the settings."""
        self.check_settings()
        panel = read_panel(
            source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq,
            aggregate=self.aggregate,
        )  # fmt: skip
        needed = self._least_values(self._seasons(panel))
        short = panel.lengths < needed
        if short.all():
            raise DataError(
                message(
                    "baseline.short_series",
                    series=series_name(panel.ids[0]),
                    n=int(panel.lengths[0]),
                    model=type(self).__name__,
                    needed=needed,
                )
            )
        return leave_out(panel, short, needed)

    def predict(
        self,
        *,
        futr_df: Any = None,  # noqa: ARG002 - of models with covariates
        level: Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        futr_df : optional
            Has no effect: the model has no covariates.
        level : sequence of float, optional
            Per cent of each interval; those of the model if not given.

        Returns
        -------
        DataFrame
            The user's id and time columns, one named ``alias``, and for each level ``alias-lo-80``
            and ``alias-hi-80``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError
            If a level is no per cent.
        DataError
            If a series cannot be forecast, or is too short for intervals.
        """
        panel = self.require_fitted("predict")
        requested = self.level if level is None else level
        check_level(requested)
        forecasts, ends = self._forecast_panel(panel, self._seasons(panel), list(requested or ()))
        return add_forecast(panel.future_frame(self.h), str(self.alias), forecasts, ends)

    def decisions(self) -> list[str]:
        """Describe what was detected in the data, and what the name of the model does not tell.

        Returns
        -------
        list of str
            A sentence each.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        panel = self.require_fitted("decisions")
        return [*panel.notes, *self._own_decisions(self._seasons(panel))]

    @property
    def left_out_(self) -> dict[str, Message]:
        """Why each series that cannot be used is left out, by its name."""
        return left_out(self.decisions())

    def notes(self) -> list[str]:
        """Give :meth:`decisions` by its old name, which goes away in the next release.

        Returns
        -------
        list of str
            A sentence each, without those on the data.
        """
        warnings.warn("notes() is now called decisions()", DeprecationWarning, stacklevel=2)
        return self._own_decisions(self._seasons(self.require_fitted("notes")))

    def require_fitted(self, verb: str) -> Panel:
        """Give the data of the fit.

        Parameters
        ----------
        verb : str
            What an error calls the function that needs it.

        Returns
        -------
        Panel
            As read.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "panel_"):
            raise NotFittedError(message("model.not_fitted", verb=verb))
        return self.panel_

    def check_settings(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        UsageError
            If there is one.
        """
        if self.h < 1:
            raise too_small("h", self.h, 1)
        if self.season_length is not None:
            as_seasons(self.season_length)
        check_level(self.level)
        check_aggregate(self.aggregate)

    def _seasons(self, panel: Panel) -> tuple[int, ...]:
        """Give the steps of each season, from short to long."""
        given = self.season_length
        return as_seasons(default_season_length(panel.freq) if given is None else given)

    def _forecast_panel(
        self, panel: Panel, seasons: tuple[int, ...], level: list[float]
    ) -> tuple[np.ndarray, Ends]:
        """Forecast all series, [N, K], with the ends of their intervals."""
        forecasts = np.stack([self._forecast_named(series, seasons) for series in panel])
        if not level:
            return forecasts, {}
        model, first = self._for_calibration(panel, seasons)
        return forecasts, conformal_ends(
            panel, forecasts, level, first, lambda values: model._forecast(values, seasons)
        )

    def _for_calibration(self: _B, panel: Panel, seasons: tuple[int, ...]) -> tuple[_B, np.ndarray]:
        """Give a model that was fitted on nothing after the origins of calibration, and these."""
        return self, first_origins(panel, self.h, self._least_values(seasons))

    def _forecast_named(self, series: Series, seasons: tuple[int, ...]) -> np.ndarray:
        """Forecast one series, or say which one could not be."""
        try:
            return self._forecast(series.values, seasons)
        except DataError as error:
            raise self._of_series(series, error) from error

    def _of_series(self, series: Series, error: DataError) -> DataError:
        return DataError(
            message(
                "baseline.no_forecast",
                model=type(self).__name__,
                series=series_name(series.id),
                reason=error.message,
            )
        )

    def _least_values(self, seasons: tuple[int, ...]) -> int:  # noqa: ARG002 - of those with one
        """Say how many values a series has to have."""
        return 1

    def _own_decisions(self, seasons: tuple[int, ...]) -> list[str]:
        """Describe what the model decided itself."""
        if len(seasons) == 1 or not self._knows_one_season:
            return []
        longer = list(map(str, seasons[1:]))
        return [
            message("baseline.one_season", model=type(self).__name__, season=seasons[0],
                    longer=longer)
        ]  # fmt: skip

    _knows_one_season = False

    @abstractmethod
    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:
        """Forecast the ``h`` values after one series, from nothing but its values."""
