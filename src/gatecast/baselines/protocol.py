"""What every baseline shares with the forecaster: read, fit each series, forecast all of them."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Series
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFittedError, UsageError

__all__ = ["Baseline"]


@dataclass
class Baseline(ABC):
    """Forecast each series by itself, ``h`` steps at once.

    Parameters
    ----------
    h : int
        Steps to forecast.
    freq : str or int, optional
        Frequency of the series; found from the times if not given.
    season_length : int, optional
        Steps in a season, m; that of the frequency if not given.

    Attributes
    ----------
    panel_ : Panel
        The data as read.
    """

    h: int
    freq: str | int | None = None
    season_length: int | None = None

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Give the settings by name, as scikit-learn does."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> Baseline:
        """Read the data.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; found out if not given.

        Returns
        -------
        Baseline
            Itself.

        Raises
        ------
        UsageError
            If ``h`` or ``season_length`` is below 1.
        NotFoundError, DataError
            If the data cannot be read or used, or a series is too short.
        """
        self._check_settings()
        panel = read_panel(
            source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq
        )
        season = self.season_length or default_season_length(panel.freq)
        needed = self._least_values(season)
        for series in panel:
            if len(series.values) < needed:
                raise DataError(
                    f"{_named(series)} has {len(series.values)} values; {type(self).__name__} "
                    f"needs at least {needed}: supply more history"
                )
        self.panel_ = panel
        return self

    def predict(self) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Returns
        -------
        DataFrame
            The user's id and time columns, and one named after the model.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        DataError
            If a series cannot be forecast.
        """
        if not hasattr(self, "panel_"):
            raise NotFittedError("predict() was called before fit(): fit the model first")
        season = self._season()
        frame = self.panel_.future_frame(self.h)
        frame[type(self).__name__] = np.concatenate(
            [self._forecast_or_say(series, season) for series in self.panel_]
        )
        return frame

    def decisions(self) -> list[str]:
        """Describe what was detected in the data, and what was decided that the name does not tell.

        Returns
        -------
        list of str
            A sentence each.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "panel_"):
            raise NotFittedError("decisions() was called before fit(): fit the model first")
        return [*self.panel_.notes, *self._own_decisions(self._season())]

    def notes(self) -> list[str]:
        """Give :meth:`decisions` by its old name, which goes away in the next release.

        Returns
        -------
        list of str
            A sentence each, without those on the data.
        """
        warnings.warn("notes() is now called decisions()", DeprecationWarning, stacklevel=2)
        return self._own_decisions(self._season())

    def _check_settings(self) -> None:
        for name, value in (("h", self.h), ("season_length", self.season_length)):
            if value is not None and value < 1:
                raise UsageError(f"{name}={value} was requested; use 1 or more")

    def _season(self) -> int:
        return self.season_length or default_season_length(self.panel_.freq)

    def _forecast_or_say(self, series: Series, season: int) -> np.ndarray:
        """Forecast one series, or say which one could not be."""
        try:
            return self._forecast(series.values, season)
        except DataError as error:
            name = type(self).__name__
            raise DataError(f"{name} cannot forecast {_named(series)}: {error}") from error

    def _least_values(self, season: int) -> int:  # noqa: ARG002 - for those with a season
        """Say how many values a series has to have."""
        return 1

    def _own_decisions(self, season: int) -> list[str]:  # noqa: ARG002 - for those with a season
        """Describe what the model decided itself."""
        return []

    @abstractmethod
    def _forecast(self, values: np.ndarray, season: int) -> np.ndarray:
        """Forecast the ``h`` values after one series, from nothing but its values."""


def _named(series: Series) -> str:
    return "the series" if series.id is None else f'series "{series.id}"'
