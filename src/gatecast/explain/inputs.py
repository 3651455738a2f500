"""How a table becomes the inputs of a fitted forecaster's networks: the one place that knows it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.transforms import Log
from gatecast.errors import DataError, NotFittedError, UsageError
from gatecast.forecaster.fitted import SeriesInputs
from gatecast.forecaster.forecasting.tables import read_histories
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.messages import message
from gatecast.network import Network

__all__ = [
    "ModelInputs",
    "forecast_unit",
    "input_names",
    "model_inputs",
    "read_series",
    "require_network",
    "trace_network",
]  # fmt: skip


class ModelInputs(NamedTuple):
    """Hold one series and the inputs of the networks, which run from its first value on.

    Attributes
    ----------
    id : str or int
        Its name.
    times : ndarray of shape [n]
        ``datetime64[us]`` or ``int64``.
    observed : ndarray of shape [n]
        Values in the series' own unit.
    series : SeriesInputs
        Its transformed values, and the inputs of each step.
    """

    id: object
    times: np.ndarray
    observed: np.ndarray
    series: SeriesInputs

    @property
    def values(self) -> np.ndarray:
        """Transformed values, [n]."""
        return self.series.values

    @property
    def inputs(self) -> np.ndarray:
        """Inputs of the networks at each step, [n, I], float32."""
        return self.series.inputs

    @property
    def local_scales(self) -> np.ndarray:
        """By which inputs and outputs of each step are divided, [n]."""
        return self.series.local_scales


def read_series(model: LSTMForecaster, source: Any, function: str) -> Panel:
    """Read the table that a fitted model is explained with.

    Parameters
    ----------
    model, source, function
        As for :func:`model_inputs`, with its errors.

    Returns
    -------
    Panel
        The data as read.

    Raises
    ------
    UsageError, NotFittedError
        As of :func:`model_inputs`.
    """
    if not isinstance(model, LSTMForecaster):
        kind = type(model).__name__
        raise UsageError(message("explain.no_lstm", kind=kind))
    model.require_fitted(function)
    panel = model.panel_ if source is None else read_histories(model.fitted_, source, {})[0]
    if panel is None:
        raise NotFittedError(message("explain.no_data", function=function))
    return panel


def model_inputs(
    model: LSTMForecaster, source: Any, function: str
) -> tuple[Panel, list[ModelInputs]]:
    """Read a table and prepare its series as the forecaster does.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    source : path, DataFrame, Series, Panel or None
        See :func:`gatecast.data.reading.read_panel`; None for the data that it was fitted on.
    function : str
        Name of the function that was called; begins an error.

    Returns
    -------
    panel : Panel
        The data as read.
    inputs : list of ModelInputs
        One for each series of the panel, in its order.

    Raises
    ------
    UsageError
        If the model is no LSTMForecaster.
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model was not fitted on, or no such file.
    DataError
        If the table cannot be used.
    """
    panel = read_series(model, source, function)
    ends = model.ends_
    if panel.times.dtype.kind != ends.times.dtype.kind:
        raise DataError(message("explain.other_times", column=panel.time_col))
    inputs = [
        ModelInputs(one.id, one.times, one.values, transformed)
        for one, transformed in zip(panel, model.fitted_.inputs(panel), strict=True)
    ]
    return panel, inputs


def trace_network(model: LSTMForecaster, network: Network, inputs: np.ndarray) -> np.ndarray:
    """Trace a network along a series, with the state that its forecasts are made from.

    Where the model has windows (``look_back``) they stand end to end, the last one at the end of
    the series, and the state starts at zero in each: its last step is that of a forecast.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    network : Network
        One of its networks.
    inputs : ndarray of shape [n, I]
        Its inputs.

    Returns
    -------
    ndarray of shape [n, L, 6, H]
        See :meth:`gatecast.network.Network.trace`.
    """
    threads = model.fitted_.threads
    window = model.look_back or len(inputs)
    first = len(inputs) % window
    windows = inputs[first:].reshape(-1, window, inputs.shape[1])
    parts = [inputs[np.newaxis, :first]] * bool(first) + [windows] * bool(len(windows))
    traces = [network.trace(x, threads=threads) for x in parts]
    return np.concatenate([trace.reshape(-1, *trace.shape[2:]) for trace in traces])


def input_names(model: LSTMForecaster) -> tuple[str, ...]:
    """Name the inputs of a step, in their order.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.

    Returns
    -------
    tuple of str
        One for each input feature.
    """
    return model.fitted_.input_names()


def forecast_unit(inputs: ModelInputs, h: int) -> np.ndarray:
    """Give what 1 in transformed values is in the series' own unit, at the steps after its end.

    Parameters
    ----------
    inputs : ModelInputs
        Of the series.
    h : int
        Steps.

    Returns
    -------
    ndarray of shape [h]
        NaN where a logarithm is taken: there it depends on the value.
    """
    transforms = inputs.series.transforms
    additive = inputs.series.additive
    multiplies = additive is not None and additive.multiplicative
    if multiplies or any(isinstance(transform, Log) for transform in transforms.transforms):
        return np.full(h, np.nan)
    end = inputs.series.start + len(inputs.values)
    one, zero = np.ones(h), np.zeros(h)
    return transforms.inverse_transform(one, end) - transforms.inverse_transform(zero, end)


def require_network(model: LSTMForecaster, network: int) -> Network:
    """Give one of a model's networks.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    network : int
        Which, from 0.

    Returns
    -------
    Network
        The network.

    Raises
    ------
    UsageError
        If there is no such one.
    """
    count = len(model.networks_)
    if not 0 <= network < count:
        raise UsageError(message("explain.no_network", network=network, n=count))
    return model.networks_[network]
