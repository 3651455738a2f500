"""Which origins a search is scored on, and which test origins it does not use."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Panel
from gatecast.errors import DataError, too_small
from gatecast.evaluation.backtest import backtest
from gatecast.evaluation.results import Backtest
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES
from gatecast.messages import message

__all__ = ["Plan", "history_before"]

#: With as many series an origin has forecasts enough; with fewer, more origins are taken.
MANY_SERIES = 20
_SEARCHED = 48
#: Of a series, that a forecaster can learn from.
#: Values that origins are scored on, where a short horizon makes origins cheap and each say little.
_VALUES, _MOST = 480, 240


@dataclass(frozen=True)
class Plan:
    """Where forecasts are scored, counted from the end of the data.

    Parameters
    ----------
    h : int
        Steps to forecast.
    searched, test : int
        Origins that trials are scored on, and the last ones, which no trial uses.
    step, test_step : int
        Steps between origins of each kind.
    parts : int
        Into how many parts the searched origins are cut; the forecaster is fitted at the first
        origin of each, and a trial can be given up after each.
    """

    h: int
    searched: int
    test: int
    step: int
    test_step: int
    parts: int = 2

    @classmethod
    def make(
        cls,
        panel: Panel,
        h: int,
        n_windows: int | None = None,
        n_test: int | None = None,
        step_size: int | None = None,
    ) -> Plan:
        """Choose what is not given from the lengths of the series.

        Parameters
        ----------
        panel : Panel
            The data.
        h : int
            Steps to forecast.
        n_windows, n_test : int, optional
            Origins to search on and to test on.
        step_size : int, optional
            Steps between origins, of both kinds.

        Returns
        -------
        Plan
            Of origins that the median series allows.

        Raises
        ------
        UsageError
            If an argument is below 1; a comparison needs two origins of each kind.
        """
        arguments = (("h", h, 1), ("step_size", step_size, 1), ("n_windows", n_windows, 2))
        for name, value, least in (*arguments, ("n_test", n_test, 2)):
            if value is not None and value < least:
                raise too_small(name, value, least)
        many = len(panel) >= MANY_SERIES
        usual = int(np.median(np.diff(panel.offsets)))
        # the least that a test of overlapping forecasts needs, where there is room for it
        least = max(h, min(3 * h, usual // 4))

        most = max(_SEARCHED, min(_VALUES // h, _MOST))

        def spread(count: int | None, most: int, share: float) -> tuple[int, int]:
            room = max(int(share * usual), least) - h
            if count is None:
                count = max(2, min(most, 1 + room // (step_size or 1)))
            return count, step_size or max(1, room // (count - 1))

        searched, step = spread(n_windows, 4 if many else most, 0.2)
        test, test_step = spread(n_test, 3 if many else 2 * most, 0.15)
        return cls(h, searched, test, step, test_step)

    def searched_parts(self, panel: Panel) -> list[tuple[Panel, int]]:
        """Cut the data to the training part of each part of the searched origins.

        Parameters
        ----------
        panel : Panel
            All values.

        Returns
        -------
        list of (Panel, int)
            The earliest first: data that end with the last value scored in this part, and its
            origins. None holds a value that a test origin is scored on.
        """
        back = self.h + (self.test - 1) * self.test_step
        sizes = [len(part) for part in np.array_split(np.arange(self.searched), self.parts)]
        later = self.searched - np.cumsum(sizes)
        return [
            (history_before(panel, back + int(left) * self.step), size)
            for size, left in zip(sizes, later, strict=True)
            if size
        ]

    def scored(self, panel: Panel) -> Panel:
        """Leave out the series that had hardly begun at the first origin of all.

        A forecaster refuses to learn from them there; from the whole of them it may.

        Parameters
        ----------
        panel : Panel
            All values.

        Returns
        -------
        Panel
            With fewer series, or the same.

        Raises
        ------
        DataError
            If no series had begun.
        """
        kept = np.flatnonzero(self.known_first(panel) >= FEWEST_VALUES)
        if not len(kept):
            lengths = np.diff(panel.offsets)
            needed = self._steps_from_first + self.h + FEWEST_VALUES  # as a forecaster needs them
            fields = {"searched": self.searched, "test": self.test, "h": self.h, "needed": needed}
            raise DataError(message("tuning.too_short", longest=lengths.max(), **fields))
        if len(kept) == len(panel):
            return panel
        return _take(panel, kept, np.diff(panel.offsets)[kept])

    def known_first(self, panel: Panel) -> np.ndarray:
        """Count the values of each series that are known at the first origin of all.

        Parameters
        ----------
        panel : Panel
            All values.

        Returns
        -------
        ndarray of int64 [series]
            0 or more.
        """
        return _sizes_before(panel, self._steps_from_first)

    @property
    def _steps_from_first(self) -> int:
        """Steps from the first origin of all to the end of the data."""
        test = self.h + (self.test - 1) * self.test_step
        return test + self.h + (self.searched - 1) * self.step

    def evaluate(self, models: dict[str, Any], panel: Panel, n_jobs: int | None) -> Backtest:
        """Evaluate models on the test origins.

        Parameters
        ----------
        models : mapping of str to forecaster
            By name.
        panel : Panel
            All values.
        n_jobs : int, optional
            Processes at once.

        Returns
        -------
        Backtest
            Of these origins.
        """
        return backtest(
            models, panel, self.h, n_windows=self.test, step_size=self.test_step, refit=False,
            n_jobs=n_jobs,
        )  # fmt: skip


def history_before(panel: Panel, back: int) -> Panel:
    """Give the panel as it ended so many steps before the end of its latest series.

    Parameters
    ----------
    panel : Panel
        The data.
    back : int
        Steps; points in time, the same for all series. Step numbers are counted from each series'
        own end, as in :func:`gatecast.backtest`.

    Returns
    -------
    Panel
        Without the series that had not begun.
    """
    kept_sizes = _sizes_before(panel, back)
    begun = np.flatnonzero(kept_sizes)
    return _take(panel, begun, kept_sizes[begun])


def _sizes_before(panel: Panel, back: int) -> np.ndarray:
    """Count the values of each series up to so many steps before the end of the latest."""
    sizes = np.diff(panel.offsets)
    ends = panel.times[panel.offsets[1:] - 1]
    late: Any = np.zeros(len(panel), np.int64)
    if ends.dtype.kind == "M":
        late = count_steps(ends, np.full(len(ends), ends.max()), panel.freq)
    kept_sizes: Any = np.clip(sizes + late - back, 0, sizes)
    return kept_sizes


def _take(panel: Panel, which: np.ndarray, sizes: Any) -> Panel:
    """Give some series, of each so many values from its beginning."""
    return replace(panel.take(which).head(sizes), notes=())


def score(model: Any, part: Panel, size: int, plan: Plan, loss: str) -> list[float]:
    """Fit a model at the first of some origins, advance along the others, and score each.

    Returns
    -------
    list of float
        Mean loss at each origin, in the order of time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the evaluation warns once of what cannot be scored
        result = backtest(
            model, part, plan.h, n_windows=size, step_size=plan.step, refit=False, n_jobs=1
        )
        losses = losses_by_origin(result, loss).iloc[:, 0].to_numpy(np.float64)
    return [float(value) if math.isfinite(value) else math.nan for value in losses]


def losses_by_origin(result: Backtest, loss: str) -> pd.DataFrame:
    """Give the mean loss of each model at each origin, over series and steps.

    As :meth:`gatecast.evaluation.backtest.Backtest.losses`, but where times are step numbers an
    origin is as far from each series' own end, which is another number for each.
    """
    rows = result.forecasts
    origin: Any = rows["cutoff"]
    if result.id_col is not None and origin.dtype.kind in "iu":
        origin = origin - origin.groupby(rows[result.id_col], observed=True).transform("max")
    means: Any = scaled_losses(result, loss).groupby(origin, sort=True).mean()
    return means


def scaled_losses(result: Backtest, loss: str) -> pd.DataFrame:
    """Give the loss of each forecast; of many series each is divided by its scale."""
    y = result.scored[result.target_col].to_numpy(np.float64)
    error = np.abs(result.scored[list(result.models)].to_numpy(np.float64) - y[:, np.newaxis])
    error = error**2 if loss == "squared" else error
    if result.id_col is not None and result.forecasts[result.id_col].nunique() > 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            error = error / result.scales[[loss]].to_numpy(np.float64)
        error[~np.isfinite(error)] = np.nan  # a series that never changes has no scale
    return pd.DataFrame(error, columns=pd.Index(result.models), index=result.forecasts.index)
