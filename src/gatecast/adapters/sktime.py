"""The forecaster as sktime wants it (extra ``[sktime]``)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

from gatecast.errors import DataError, require_extra
from gatecast.forecaster import LSTMForecaster

__all__ = ["SktimeLSTMForecaster"]

_PURPOSE = "gatecast.adapters.sktime"
_base = require_extra("sktime.forecasting.base", "sktime", _PURPOSE)
_datatypes = require_extra("sktime.datatypes", "sktime", _PURPOSE)

# What LSTMForecaster wants of a series beyond the horizon.
_MORE_THAN_HORIZON = 4


class SktimeLSTMForecaster(_base.BaseForecaster):
    """Forecast with :class:`gatecast.LSTMForecaster` behind sktime's interface.

    The networks learn to say all steps up to the largest of the horizon at once, so the horizon
    is wanted in ``fit``. ``update`` trains anew on all values seen; with ``update_params=False``
    the trained networks walk on along the new values.

    A series of fewer than h + 4 values cannot teach a horizon of h steps. Of such a one as many
    steps are learned as it can teach, and later ones repeat the last of them; with fewer than 5
    values the forecast is the last value. Both are warned of.

    Parameters
    ----------
    season_length : int, optional
        Steps in a season; that of the frequency if not given, 1 for none.
    log, adjust_season : {"auto", True, False}
        Whether logarithms are taken, and the season is taken out.
    difference : {"auto", True, False}
        Whether networks are trained on differences, or on levels.
    cell : {"lstm", "gru"}
        Kind of network.
    hidden : int
        Units of each layer, H.
    layers : int
        Stacked layers, L.
    max_steps : int, optional
        Training steps of each network; chosen on the hold-out if not given.
    n_networks : int, optional
        Ensemble size; the median of the networks is the forecast.
    learning_rate : float
        Highest rate of Adam.
    random_state : int
        Seed of initial weights and shuffling; the same seed gives the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The forecast does not depend on it.
    preset : {"fast", "default", "best"}
        How much time a fit may take.
    dropout, residual, dilation
        What is between layers.
    schedule : {"cosine", "constant", "one_cycle"}
        Learning rate over the training steps.
    batch_size : int, optional
        Stretches, or windows, of one update; by how much data there are if not given.
    loss : {"auto", "absolute", "squared", "huber"}
        Error that training makes small.

    Attributes
    ----------
    forecaster_ : LSTMForecaster or None
        The trained forecaster; None where the series was too short to train one.

    Examples
    --------
    >>> from gatecast.adapters.sktime import SktimeLSTMForecaster
    >>> from sktime.datasets import load_airline
    >>> forecaster = SktimeLSTMForecaster(hidden=8, max_steps=20, n_networks=1)
    >>> forecast = forecaster.fit(load_airline(), fh=[1, 2, 12]).predict()
    >>> [str(month) for month in forecast.index]
    ['1961-01', '1961-02', '1961-12']
    """

    _tags = {  # noqa: RUF012 - sktime's way
        "authors": "The gatecast developers",
        "maintainers": "The gatecast developers",
        "capability:multivariate": False,
        "capability:exogenous": False,
        "capability:categorical_in_X": False,
        "capability:insample": False,
        "capability:pred_int": False,
        "capability:pred_int:insample": False,
        "capability:missing_values": False,
        "capability:update": True,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": True,
        "X-y-must-have-same-index": False,
        "y_inner_mtype": "pd.Series",
    }

    def __init__(
        self,
        season_length: int | Sequence[int] | None = LSTMForecaster.season_length,
        log: str | bool = LSTMForecaster.log,
        adjust_season: str | bool = LSTMForecaster.adjust_season,
        difference: str | bool = LSTMForecaster.difference,
        cell: str = LSTMForecaster.cell,
        hidden: int = LSTMForecaster.hidden,
        layers: int = LSTMForecaster.layers,
        max_steps: int | None = LSTMForecaster.max_steps,
        n_networks: int | None = LSTMForecaster.n_networks,
        learning_rate: float = LSTMForecaster.learning_rate,
        random_state: int = LSTMForecaster.random_state,
        threads: int | None = LSTMForecaster.threads,
        look_back: int | None = LSTMForecaster.look_back,
        scale: str = LSTMForecaster.scale,
        clip_outliers: bool = LSTMForecaster.clip_outliers,
        preset: str = LSTMForecaster.preset,
        dropout: float = LSTMForecaster.dropout,
        residual: bool = LSTMForecaster.residual,
        dilation: int = LSTMForecaster.dilation,
        schedule: str = LSTMForecaster.schedule,
        batch_size: int | None = LSTMForecaster.batch_size,
        loss: str = LSTMForecaster.loss,
        pretrained: bool = LSTMForecaster.pretrained,
    ) -> None:
        self.season_length = season_length
        self.log = log
        self.adjust_season = adjust_season
        self.difference = difference
        self.cell = cell
        self.hidden = hidden
        self.layers = layers
        self.max_steps = max_steps
        self.n_networks = n_networks
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.threads = threads
        self.look_back = look_back
        self.scale = scale
        self.clip_outliers = clip_outliers
        self.preset = preset
        self.dropout = dropout
        self.residual = residual
        self.dilation = dilation
        self.schedule = schedule
        self.batch_size = batch_size
        self.loss = loss
        self.pretrained = pretrained
        super().__init__()

    def _fit(self, y: pd.Series, X: Any, fh: Any) -> SktimeLSTMForecaster:  # noqa: ARG002
        h = max(1, int(fh.to_relative(self.cutoff).to_numpy().max()))
        learned = min(h, len(y) - _MORE_THAN_HORIZON)
        if learned < h:
            rest = (
                f"steps after step {learned} repeat its forecast"
                if learned > 0
                else "the forecast is the last value"
            )
            warnings.warn(
                f"the series has {len(y)} values and h={h} needs at least "
                f"{h + _MORE_THAN_HORIZON}: {rest}",
                stacklevel=2,
            )
        self._seen = y
        self.forecaster_ = None
        if learned > 0:
            model = LSTMForecaster(h=learned, **self.get_params(deep=False))
            self.forecaster_ = model.fit(_table(y))
        return self

    def _predict(self, fh: Any, X: Any) -> pd.Series:  # noqa: ARG002
        seen = self._seen.loc[: self.cutoff[0]]
        if self.forecaster_ is None:
            ahead = seen.to_numpy(np.float64)[-1:]
        else:
            ahead = _walk_on(self.forecaster_, seen).predict()["LSTM"].to_numpy()
        steps = np.minimum(fh.to_indexer(self.cutoff), len(ahead) - 1)
        return pd.Series(ahead[steps], fh.to_absolute_index(self.cutoff), name=seen.name)

    def _update(self, y: pd.Series, X: Any = None, update_params: bool = True) -> Any:
        self._seen = _datatypes.update_data(self._seen, y)
        return self._fit(self._seen, X, self.fh) if update_params else self

    @classmethod
    def get_test_params(
        cls,
        parameter_set: str = "default",  # noqa: ARG003 - one for all of sktime's
    ) -> list[dict[str, Any]]:
        """Give settings for sktime's tests, small enough to train within milliseconds.

        Parameters
        ----------
        parameter_set : str, default "default"
            sktime's name of a set; all are the same.

        Returns
        -------
        list of dict
            Parameters of the constructor.
        """
        quick = {"hidden": 4, "max_steps": 3, "n_networks": 1, "threads": 1}
        return [quick, {**quick, "season_length": 4, "random_state": 1}]


def _table(y: pd.Series) -> pd.Series:
    """Name values and times so that the reader takes them for what they are."""
    return y.rename("y").rename_axis("ds")


def _walk_on(model: LSTMForecaster, seen: pd.Series) -> LSTMForecaster:
    """Let a trained forecaster go on along the values after those that it was trained on."""
    (trained,) = model.ends_.lengths
    if len(seen) < trained:
        raise DataError(
            f"a forecast from after {len(seen)} values was requested, and the networks have seen "
            f"{trained}: fit on those values alone"
        )
    return model if len(seen) == trained else deepcopy(model).update(seen.to_numpy()[trained:])
