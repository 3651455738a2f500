"""The gates of every unit, step by step along the calendar of the user's series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.panel import Panel
from gatecast.explain.inputs import model_inputs, require_network, trace_network
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.kernel import GATES, Layout
from gatecast.pretrained.forecaster import PretrainedLSTM

__all__ = ["gates", "trace_names"]


def gates(
    model: LSTMForecaster | PretrainedLSTM, source: Any = None, network: int = 0
) -> pd.DataFrame:
    """Give the value of each gate and state of each unit at each time of each series.

    The network runs along a series once, from a state of zero at its first value. Of a model with
    windows (``look_back``) they stand end to end, the last one at the end of the series, and the
    state starts at zero in each.

    Parameters
    ----------
    model : LSTMForecaster or PretrainedLSTM
        Fitted.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on, of any span of time, and of a pretrained model any
        series; the data that it was fitted on if not given.
    network : int, default 0
        Which of ``model.networks_``.

    Returns
    -------
    DataFrame
        A row for each series, time, layer and unit, in this order. The user's id and time columns,
        ``layer`` and ``unit`` from 0, then ``input``, ``forget``, ``candidate``, ``output``,
        ``cell`` and ``hidden`` of an LSTM; ``update``, ``reset``, ``candidate``, ``recurrent`` and
        ``hidden`` of a GRU. Gates are shares from 0 to 1, candidates lie between -1 and 1; all
        are in the network's own precision, and n L H rows for a series of n values.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model does not know.
    UsageError, DataError
        If there is no such network, or the table cannot be used.

    References
    ----------
    Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. *Neural Computation* 9,
    1735-1780. Gers, F. A., Schmidhuber, J. and Cummins, F. (2000). Learning to forget. *Neural
    Computation* 12, 2451-2471.
    """
    if isinstance(model, PretrainedLSTM):
        panel, layout, traces = _of_the_pretrained(model, source)
    else:
        panel, series = model_inputs(model, source, "gates")
        net = require_network(model, network)
        layout = net.layout
        traces = [trace_network(model, net, one.inputs) for one in series]  # each [n, L, 6, H]
    names = trace_names(layout.cell)
    wide = layout.layers * layout.hidden
    kept = np.concatenate([t.transpose(2, 0, 1, 3).reshape(6, -1) for t in traces], axis=1)
    steps = np.diff(panel.offsets)
    frame = panel.ends().keys(steps * wide, np.repeat(panel.times, wide))
    rows = len(panel.times)
    frame["layer"] = np.tile(np.repeat(np.arange(layout.layers), layout.hidden), rows)
    frame["unit"] = np.tile(np.arange(layout.hidden), rows * layout.layers)
    for name, place in names.items():
        frame[name] = kept[place]
    return frame


def _of_the_pretrained(
    model: PretrainedLSTM, source: Any
) -> tuple[Panel, Layout, Iterable[np.ndarray]]:
    """Run the pretrained network along the series that it was given, or along others."""
    if source is not None:
        model = model.on(source)
    traces = list(model.traces())
    return model.panel_, model.network_.lstm.layout, traces


def trace_names(cell: str) -> dict[str, int]:
    """Name what a trace holds, with its place; a GRU has no cell state.

    Parameters
    ----------
    cell : {"lstm", "gru"}
        Kind of network.

    Returns
    -------
    dict of str to int
        Place along the third axis of a trace, by name.
    """
    names = {name: i for i, name in enumerate(GATES[cell])}
    if cell == "lstm":
        names["cell"] = 4
    names["hidden"] = 5
    return names
