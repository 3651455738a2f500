"""The forecaster: an LSTM that walks along the series and says the next h values at each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFittedError, UsageError
from gatecast.forecaster.recipe import FEATURES, Prepared, features, prepare, training_pairs
from gatecast.network import History, Network, Progress, Trainer

__all__ = ["LSTMForecaster"]


@dataclass
class LSTMForecaster:
    """Forecast the next ``h`` values of one series, or of many with one global network.

    The network sees each series as a sequence, carries its memory along it, and emits at every
    step the next ``h`` values as changes from the present one; its head starts at zero, which is
    the naive forecast. Several networks from different seeds are trained, and the median of what
    they say is the forecast.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    freq : str or int, optional
        Frequency of the series; found from the times if not given.
    season_length : int, optional
        Steps in a season; that of the frequency if not given, 1 for none. A season is taken out
        of a series only where a test finds it there.
    hidden : int, default 32
        Units of the LSTM, H.
    updates : int, default 300
        Updates of each network's weights.
    seeds : int, default 3
        Networks trained.
    random_state : int, default 0
        Seed of initial weights and shuffling; the same seed gives the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The forecast does not depend on it.

    Attributes
    ----------
    panel_ : Panel
        The data as read, with notes on what was found out or repaired.
    prepared_ : list of Prepared
        What was done to each series.
    networks_ : list of Network
        The trained networks.
    histories_ : list of History
        Their losses by epoch.
    """

    h: int
    freq: str | int | None = None
    season_length: int | None = None
    hidden: int = 32
    updates: int = 300
    seeds: int = 3
    random_state: int = 0
    threads: int | None = None

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
        progress: Callable[[Progress], None] | None = None,
    ) -> LSTMForecaster:
        """Read the data, decide what to do to each series, and train.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; found out if not given.
        progress : callable, optional
            Told how far training is, over all networks as one.

        Returns
        -------
        LSTMForecaster
            Itself.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        NotFoundError, DataError
            If the data cannot be read or used, or a series is too short.
        """
        for name in ("h", "hidden", "updates", "seeds"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name}={getattr(self, name)} was asked for; use 1 or more")
        panel = source
        if not isinstance(panel, Panel):
            panel = read_panel(
                source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq
            )
        self._fit(panel, progress)
        return self

    def _fit(self, panel: Panel, progress: Callable[[Progress], None] | None) -> None:
        season = self.season_length or default_season_length(panel.freq)
        needed = self.h + 8
        for series in panel:
            if len(series.values) < needed:
                name = "the series" if series.id is None else f'series "{series.id}"'
                raise DataError(
                    f"{name} has {len(series.values)} values; h={self.h} needs at least "
                    f"{needed}: supply more history or ask for a shorter horizon"
                )
        self.panel_ = panel
        self.level_window_ = max(2 * season, 24)
        self.prepared_: list[Prepared] = [prepare(s.values, season) for s in panel]

        x, y = self._samples(season)
        # Targets of a common size, so that one learning rate suits every series.
        self.target_scale_ = float(np.sqrt(np.mean(y.astype(np.float64) ** 2))) or 1.0
        y = y / np.float32(self.target_scale_)
        y = y[:, x.shape[1] // 4 :]  # the memory fills up before it is asked
        batch_size = 16
        epochs = max(1, round(self.updates / -(-len(x) // batch_size)))
        self.networks_: list[Network] = []
        self.histories_: list[History] = []
        for i in range(self.seeds):
            seed = np.random.SeedSequence((self.random_state, i))
            network = Network.create(
                FEATURES, self.hidden, self.h, rng=np.random.default_rng(seed), zero_head=True
            )
            trainer = Trainer(
                epochs=epochs,
                batch_size=batch_size,
                learning_rate=2e-3,
                schedule="cosine",
                random_state=int(seed.generate_state(1)[0]),
                threads=self.threads,
            )
            told = None if progress is None else _in_turn(progress, i, self.seeds)
            self.histories_.append(trainer.fit(network, x, y, progress=told))
            self.networks_.append(network)

    def _samples(self, season: int) -> tuple[np.ndarray, np.ndarray]:
        """Cut every series into sequences of one length, which the shortest series can fill."""
        shortest = min(len(p.values) for p in self.prepared_)
        length = min(shortest - self.h, max(3 * season, 48), 256)
        xs, ys = [], []
        for p in self.prepared_:
            usable = len(p.values) - self.h - length
            step = max(1, usable // max(1, 64 // len(self.prepared_)))
            inputs = features(p.values, self.level_window_)
            x, y = training_pairs(p.values, inputs, length, step, self.h)
            xs.append(x)
            ys.append(y)
        return np.concatenate(xs), np.concatenate(ys)

    def predict(self) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Returns
        -------
        DataFrame
            The user's id and time columns and ``LSTM``, in the series' own unit.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "networks_"):
            raise NotFittedError("predict() was called before fit(): fit the forecaster first")
        forecasts = []
        for p in self.prepared_:
            x = features(p.values, self.level_window_)[np.newaxis]
            changes = [network.predict(x)[0] for network in self.networks_]
            median = np.median(changes, axis=0).astype(np.float64) * self.target_scale_
            forecasts.append(p.restore(p.values[-1] + median, start=len(p.values)))
        frame = self.panel_.future_frame(self.h)
        frame["LSTM"] = np.concatenate(forecasts)
        return frame

    def decisions(self) -> list[str]:
        """Say what was found out about the data and what was done to them.

        Returns
        -------
        list of str
            A sentence each; what was done to a series is told for up to ten series.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "prepared_"):
            raise NotFittedError("decisions() was called before fit(): fit the forecaster first")
        told = list(self.panel_.notes)
        for series, p in list(zip(self.panel_, self.prepared_, strict=True))[:10]:
            prefix = "" if len(self.panel_) == 1 else f"{series.id}: "
            told += [prefix + sentence for sentence in p.decisions()]
        if len(self.panel_) > 10:
            told.append(f"{len(self.panel_) - 10} more series were treated in the same way")
        return told


def _in_turn(
    progress: Callable[[Progress], None], index: int, count: int
) -> Callable[[Progress], None]:
    """Tell of the training of network ``index`` of ``count`` as a part of the whole."""

    def tell(p: Progress) -> None:
        progress(p._replace(epoch=index * p.epochs + p.epoch, epochs=count * p.epochs))

    return tell
