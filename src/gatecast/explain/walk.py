"""How a table becomes what the networks of a fitted forecaster see: the one place that knows it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.data.transforms import Log
from gatecast.errors import DataError, NotFittedError, NotFoundError, UsageError
from gatecast.forecaster.fitted import SeriesInputs
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.network import Network

__all__ = [
    "Track", "chosen_network", "input_names", "panel_of", "said_of", "trace_of", "tracks_of",
    "unit_of",
]  # fmt: skip


class Track(NamedTuple):
    """One series as the networks meet it, from an empty memory at its first value.

    Attributes
    ----------
    id : str or int
        Its name.
    times : ndarray of shape [n]
        ``datetime64[us]`` or ``int64``.
    given : ndarray of shape [n]
        Values in the series' own unit.
    seen : SeriesInputs
        Its transformed values, and the inputs of each step.
    """

    id: object
    times: np.ndarray
    given: np.ndarray
    seen: SeriesInputs

    @property
    def values(self) -> np.ndarray:
        """Transformed values, [n]."""
        return self.seen.values

    @property
    def inputs(self) -> np.ndarray:
        """What the networks see at each step, [n, I], float32."""
        return self.seen.inputs

    @property
    def local_scales(self) -> np.ndarray:
        """By which inputs and outputs of each step are divided, [n]."""
        return self.seen.local_scales


def panel_of(model: LSTMForecaster, source: Any, asked: str) -> Panel:
    """Read the table that a fitted model is to be looked into with.

    Parameters
    ----------
    model, source, asked
        As for :func:`tracks_of`, with its errors.

    Returns
    -------
    Panel
        The data as read.
    """
    if not isinstance(model, LSTMForecaster):
        raise UsageError(
            f"{asked}() looks into a fitted LSTMForecaster; found {type(model).__name__}"
        )
    model.require_fitted(asked)
    panel = model.panel_ if source is None else _read(model, source)
    if panel is None:
        raise NotFittedError(
            f"{asked}() needs the data, which a saved or updated model does not hold: give the "
            "table as source"
        )
    return panel


def tracks_of(model: LSTMForecaster, source: Any, asked: str) -> tuple[Panel, list[Track]]:
    """Read a table and walk along its series as the forecaster does.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    source : path, DataFrame, Series, Panel or None
        See :func:`gatecast.data.reading.read_panel`; None for the data that it was fitted on.
    asked : str
        Name of the function that was called; begins an error.

    Returns
    -------
    panel : Panel
        The data as read.
    tracks : list of Track
        One for each series of the panel, in its order.

    Raises
    ------
    UsageError
        If the model is no LSTMForecaster.
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model does not know, or no such file.
    DataError
        If the table cannot be used.
    """
    panel = panel_of(model, source, asked)
    ends = model.ends_
    if panel.times.dtype.kind != ends.times.dtype.kind:
        raise DataError(
            f'the times of "{panel.time_col}" and those that the model was fitted on are of two '
            "kinds, dates and whole numbers: give the table in the same form"
        )
    tracks = [
        Track(series.id, series.times, series.values, seen)
        for series, seen in zip(panel, model.fitted_.inputs(panel), strict=True)
    ]
    return panel, tracks


def trace_of(model: LSTMForecaster, network: Network, inputs: np.ndarray) -> np.ndarray:
    """Trace a network along a series, with the memory that its forecasts are made from.

    Where the model has windows (``look_back``) they stand end to end, the last one at the end of
    the series, and the memory starts empty in each: its last step is that of a forecast.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    network : Network
        One of its networks.
    inputs : ndarray of shape [n, I]
        What it sees.

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


def said_of(model: LSTMForecaster, track: Track) -> np.ndarray:
    """Say what the forecast one step ahead was at each step of a series but the last.

    Returns
    -------
    ndarray of shape [n - 1]
        Of the values from the second on, in the series' own unit; NaN at the end, where columns
        that are known in advance reach beyond the table.
    """
    fitted, transforms = model.fitted_, track.seen.transforms
    ahead = fitted.run_insample(track.seen).median[:-1, 0]
    said = transforms.inverse_transform(ahead, track.seen.start + 1)
    unknown = max(0, fitted.covariates.lead - 1)
    said[len(said) - unknown :] = np.nan
    return said


def input_names(model: LSTMForecaster) -> tuple[str, ...]:
    """Name the inputs of a step, in their order."""
    return model.fitted_.input_names()


def unit_of(track: Track, h: int) -> np.ndarray:
    """Say what 1 in the network's unit is in the series' own, at the steps after its end.

    Returns
    -------
    ndarray of shape [h]
        NaN where a logarithm is taken: there it depends on the value.
    """
    fitted = track.seen.transforms
    if any(isinstance(transform, Log) for transform in fitted.transforms):
        return np.full(h, np.nan)
    end = track.seen.start + len(track.values)
    one, zero = np.ones(h), np.zeros(h)
    return fitted.inverse_transform(one, end) - fitted.inverse_transform(zero, end)


def chosen_network(model: LSTMForecaster, network: int) -> Network:
    """Give one of the networks, or say which there are."""
    count = len(model.networks_)
    if not 0 <= network < count:
        raise UsageError(f"network={network} was requested; the model has {count}, numbered from 0")
    return model.networks_[network]


def _read(model: LSTMForecaster, source: Any) -> Panel:
    ends = model.ends_
    # the usual names are found, and a wide table does not have them
    usual = ends.id_col == "unique_id" and ends.target_col == "y"
    named: dict[str, Any] = {} if usual else {"id_col": ends.id_col, "target_col": ends.target_col}
    options: dict[str, Any] = {"freq": ends.freq, "extra_cols": model.fitted_.covariates.columns}
    options |= named
    try:
        return read_panel(source, time_col=ends.time_col, **options)
    except NotFoundError:
        # a table without times has its rows numbered, under this name
        if ends.time_col != "ds" or ends.times.dtype.kind == "M":
            raise
        return read_panel(source, **options)
