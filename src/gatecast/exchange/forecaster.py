"""A forecaster around a network that was trained elsewhere."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.data.transforms.pipeline import Scale
from gatecast.errors import UsageError, series_name
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.fitting.preparation import Preparer, SeasonalTreatment
from gatecast.forecaster.forecasting.tables import long_enough
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.model_file.file import SavedModel
from gatecast.forecaster.settings.config import Config, Settings
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["as_forecaster"]


def as_forecaster(
    network: Network,
    source: Any,
    *,
    look_back: int | None = None,
    scale: Scale = "min-max",
    id_col: str | None = None,
    time_col: str | None = None,
    target_col: str | None = None,
) -> LSTMForecaster:
    """Make a forecaster of a network that has learnt from the scaled values of a series.

    Nothing is trained: the network sees each value, scaled, and what it gives is scaled back. The
    forecaster predicts, goes on with ``update``, is saved, explained and written as ONNX like any
    other; ``fit`` would train a new network.

    Parameters
    ----------
    network : Network
        With one input a step, the value, and as many outputs as steps are forecast, h.
    source : path, DataFrame, Series or Panel
        The series, to the point that forecasts begin at; the scale is fitted on them. For the scale
        of the training part alone give that part, and :meth:`~gatecast.LSTMForecaster.update` with
        the rest.
    look_back : int, optional
        Steps of a window, as the network was trained with. If not given, its state is carried along
        the whole series, as for a network with ``stateful=True``.
    scale : {"min-max", "standard", "robust"}, default "min-max"
        What scikit-learn calls ``MinMaxScaler``, ``StandardScaler`` and ``RobustScaler``.
    id_col, time_col, target_col : str, optional
        Columns; detected if not given.

    Returns
    -------
    LSTMForecaster
        Fitted; without intervals, since which values the network was trained on is not known.

    Raises
    ------
    UsageError
        If the network has more than one input a step, or an argument is out of its range.
    NotFoundError, DataError
        If the data cannot be read or used.
    """
    layout = network.layout
    if layout.inputs != 1:
        raise UsageError(message("exchange.inputs", n=layout.inputs))
    config = Config(
        layout.outputs, season_length=1, cell=layout.cell, hidden=layout.hidden,
        layers=layout.layers, residual=layout.residual, n_networks=1, loss="squared",
        pretrained=False, look_back=look_back, log=False, adjust_season=False, difference=False,
        scale=scale,
    )  # fmt: skip
    panel = read_panel(source, id_col=id_col, time_col=time_col, target_col=target_col)
    panel, _ = long_enough(panel, config.h)
    settings = Settings.resolve(config, (1,))
    preparer = Preparer(settings, panel, lambda i: series_name(panel.ids[i]))
    final = preparer.prepare_all(SeasonalTreatment(), 0)
    single = Network(layout, network.theta.astype(np.float32))
    fitted = FittedForecaster.from_training(settings, final, [single], None, 1.0, panel)
    fitted.scale = np.ones(config.h)  # outputs are scaled values, whatever the horizon
    size = {"cell": layout.cell.upper(), "layers": layout.layers, "hidden": layout.hidden}
    decisions = [
        *panel.notes, *fitted.transforms.decisions(fitted.ends.ids),
        message("exchange.taken", **size),
    ]  # fmt: skip
    fingerprint = sha256(panel.times.tobytes() + panel.values.tobytes()).hexdigest()
    saved = SavedModel(
        fitted, config.get_params(), 0, [[_loss(fitted, panel)]], decisions, fingerprint
    )
    return LSTMForecaster.from_saved(saved, panel=panel)


def _loss(fitted: FittedForecaster, panel: Panel) -> float:
    """Give the mean squared error one step ahead, of scaled values."""
    errors = [
        fitted.run_insample(series).median[:-1, 0] - series.values[1:]
        for series in fitted.inputs(panel)
    ]
    return float(np.mean(np.concatenate(errors) ** 2))
