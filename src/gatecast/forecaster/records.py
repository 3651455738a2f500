"""Records that a fitted forecaster takes and gives."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gatecast.data.transforms.pipeline import SeriesTransforms, TransformPipeline
from gatecast.forecaster.additive.part import AdditivePart
from gatecast.forecaster.inputs.features import FeatureState

__all__ = ["Forecast", "NewRows", "Past", "SeriesInputs"]


class Forecast(NamedTuple):
    """Hold forecasts and the ends of their intervals.

    Attributes
    ----------
    median : ndarray of shape [n, K]
        The forecast.
    intervals : dict of float to (ndarray, ndarray)
        Lower and upper end for each level; a wider interval always holds a narrower one.
    """

    median: np.ndarray
    intervals: dict[float, tuple[np.ndarray, np.ndarray]]


class Past(NamedTuple):
    """Hold what a benchmark forecasts from: the ends of N series.

    Attributes
    ----------
    state : FeatureState
        Of the transformed values.
    recent : ndarray of shape [N, R]
        The last values of each series in its own unit, the newest at the end; NaN before its first.
    transforms : TransformPipeline
        Of N series.
    lengths : ndarray of shape [N]
        Values of each series.
    """

    state: FeatureState
    recent: np.ndarray
    transforms: TransformPipeline
    lengths: np.ndarray


class NewRows(NamedTuple):
    """Hold new values of some series, one series after another.

    Attributes
    ----------
    which : ndarray of shape [S], int64
        The series.
    counts : ndarray of shape [S], int64
        New values of each.
    values, times : ndarray of shape [total]
        In the series' own unit.
    cells : dict of str to ndarray of shape [total]
        Their covariates.
    """

    which: np.ndarray
    counts: np.ndarray
    values: np.ndarray
    times: np.ndarray
    cells: dict[str, np.ndarray]


class SeriesInputs(NamedTuple):
    """Hold one series as the networks see it, from its first value on.

    Attributes
    ----------
    place : int
        Which series of the model it is.
    values : ndarray of shape [n]
        Transformed values.
    own : ndarray of shape [n]
        The same in the series' own unit, less the additive part.
    inputs : ndarray of shape [n, I], float32
        What the networks see at each step.
    local_scales : ndarray of shape [n]
        By which inputs and outputs of each step are divided.
    transforms : SeriesTransforms
        What was done to the series.
    start : int
        Position of the first value, counted from the first one that the model was fitted on.
    additive : AdditivePart or None
        What was taken off the values, of all series of the model.
    added : ndarray of shape [n]
        Its contribution to each value.
    """

    place: int
    values: np.ndarray
    own: np.ndarray
    inputs: np.ndarray
    local_scales: np.ndarray
    transforms: SeriesTransforms
    start: int
    additive: AdditivePart | None
    added: np.ndarray

    def in_own_unit(self, values: np.ndarray, first: int) -> np.ndarray:
        """Bring transformed values back to the series' own unit.

        Parameters
        ----------
        values : ndarray of shape [n]
            Transformed forecasts.
        first : int
            Step of the first of them within the series.

        Returns
        -------
        ndarray of shape [n]
            With what columns add.
        """
        own = self.transforms.inverse_transform(values, self.start + first)
        if self.additive is None:
            return own
        return self.additive.put_back(own, self.added[first : first + len(own)])
