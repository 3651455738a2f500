"""The forecaster: an LSTM that walks along the series and says the next h values at each step."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Literal

import numpy as np
import pandas as pd

from gatecast.data.calendar import default_season_length, future_times
from gatecast.data.panel import Panel, Series
from gatecast.data.reading import (
    NewRows,
    assumed_schema,
    read_new_rows,
    read_panel,
    read_plan,
    refuse_other_value,
)
from gatecast.data.rows import show_time
from gatecast.data.schema import Schema
from gatecast.errors import DataError, NotFittedError, NotFoundError, UsageError
from gatecast.forecaster.anchor import Anchor
from gatecast.forecaster.calibration import spread_of
from gatecast.forecaster.exogenous import Exogenous, Tail
from gatecast.forecaster.fitting import Fitting
from gatecast.forecaster.recipe import (
    SCALES,
    Choice,
    Memory,
    Prepared,
    Scale,
    Target,
)
from gatecast.forecaster.sampling import over_windows
from gatecast.forecaster.seasons import as_seasons, find_season
from gatecast.forecaster.settings import PRESETS, Settings, TrainingLoss
from gatecast.forecaster.threads import Shared, one_at_a_time
from gatecast.kernel import State
from gatecast.network import Network, Progress
from gatecast.network.training import Schedule, available_threads

__all__ = ["LSTMForecaster"]

_FEWEST_VALUES = 4


@dataclass
class LSTMForecaster(Shared):
    """Forecast the next ``h`` values of one series, or of many with one global network.

    The network sees each series as a sequence, carries its memory along it, and says at every step
    the next ``h`` values. The last part of each series is first held back: how long to train, how
    far to trust the network against the naive forecast, the seasonal naive one or a linear map of
    the last values, and how wide the intervals have to be is measured there, with everything else
    fitted on what came before. Then several networks from different seeds are trained on all
    values, and the median of what they say is the forecast, or the network's share of it.
    Where intervals are asked for, one more learns their quantiles; the forecast stays the same.

    Threads may share a model: see :class:`gatecast.forecaster.threads.Shared`.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    freq : str or int, optional
        Frequency of the series; found from the times if not given.
    season_length : int or sequence of int, optional
        Steps in a season, or in several, for example ``(24, 168)``; 1 for none. If not given, that
        of the frequency, and where times are step numbers, one that is found. A season is taken out
        of a series only where a test finds it there.
    log : {"auto", True, False, "box-cox"}, default "auto"
        Whether logarithms are taken; if not said, where the spread grows with the level.
        ``"box-cox"`` takes a power that makes the spread even.
    adjust_season : {"auto", True, False}, default "auto"
        Whether the season is taken out; if not said, where a test finds it.
    target : {"auto", "values", "changes"}, default "auto"
        Whether the network sees the values and says those to come, or sees changes and says
        changes from the present value, which is differencing; if not said, the first where series
        keep returning to their level.
    cell : {"lstm", "gru"}, default "lstm"
        Kind of network.
    hidden : int, default 48
        Units of each layer, H.
    layers : int, default 1
        Stacked layers, L.
    updates : int, optional
        Updates of each network's weights; chosen on the values held back if not given.
    seeds : int, optional
        Networks trained; as the preset says if not given.
    learning_rate : float, default 5e-3
        Highest rate of Adam.
    random_state : int, default 0
        Seed of initial weights and draws; the same seed gives the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The forecast does not depend on it.
    hist_exog_list, futr_exog_list, stat_exog_list : sequence of str, default ()
        Further columns that the network sees, of numbers or of names: known up to the present;
        known in advance, over the whole horizon (a holiday, a price that is planned); not changing
        within a series. See :mod:`gatecast.forecaster.exogenous`.
    calendar : bool, default False
        Whether the network sees where in the day, week and year each step is.
    scale : {"auto", "min-max", "standard", "robust"}, default "auto"
        What a series is divided by: how far it usually moves within the horizon; its range;
        deviation; or the spread of its middle half. In every case the network sees how far a value
        lies from a recent level.
    clip_outliers : bool, default False
        Whether values far outside (three quartile distances) are drawn in before the network
        sees them.
    look_back : int, optional
        Steps of a window, T. If given, the network's memory starts empty this many steps before
        each forecast, in training as after it, as in the usual tutorials; if not, it is carried
        along the whole series, which learns faster and costs one step for a new value.
    preset : {"fast", "default", "best"}, default "default"
        How much time a fit may take: one network, and 500 updates at the most; three, and 1,500;
        seven, and 4,500. More updates than 150 are made only where they help on the values held
        back.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero while training; needs two.
    residual : bool, default False
        Whether each layer above the first adds what it sees to what it says; needs two.
    dilation : int, default 1
        How many times as far back as that of the layer below each layer's recurrence reaches
        (Chang et al. 2017); with 2 and three layers 1, 2 and 4 steps. Above 1 it needs two.
    schedule : {"cosine", "constant", "one_cycle"}, default "cosine"
        Learning rate over the updates: falling to zero along a cosine; the same throughout; or
        rising first and then falling. See :class:`gatecast.network.Trainer`.
    batch_size : int, optional
        Stretches, or windows, of one update; 16 to 128 by how much data there are if not given.
    loss : {"auto", "absolute", "squared", "huber"}, default "auto"
        Error that training makes small, whose minimum is the median, the mean, or between them; if
        not said, Huber's where the network learns values, and the absolute error of changes.
        Interval ends are always learnt as quantiles.

    Attributes
    ----------
    ends_ : Ends
        Names and last times of the series.
    prepared_ : list of Prepared
        What is done to each series.
    target_ : {"values", "changes"}
        What the networks see and say.
    networks_ : list of Network
        The trained networks.
    calibration_ : Calibration or None
        What the values held back have shown; None where the series are too short for it.
    updates_ : int
        Updates of each network's weights.
    losses_ : list of list of float
        Loss of each network by epoch.
    panel_ : Panel or None
        The data as read; None once the model was loaded or updated.
    fingerprint_ : str
        SHA-256 of the values and times that it was fitted on.
    notes_ : list of str
        What was found out and decided, a sentence each.
    """

    h: int
    level: Sequence[float] = ()
    freq: str | int | None = None
    season_length: int | Sequence[int] | None = None
    log: Choice | Literal["box-cox"] = "auto"
    adjust_season: Choice = "auto"
    target: Target | Literal["auto"] = "auto"
    cell: Literal["lstm", "gru"] = "lstm"
    hidden: int = 48
    layers: int = 1
    updates: int | None = None
    seeds: int | None = None
    learning_rate: float = 5e-3
    random_state: int = 0
    threads: int | None = None
    hist_exog_list: Sequence[str] = ()
    futr_exog_list: Sequence[str] = ()
    stat_exog_list: Sequence[str] = ()
    calendar: bool = False
    look_back: int | None = None
    scale: Scale = "auto"
    clip_outliers: bool = False
    preset: Literal["fast", "default", "best"] = "default"
    dropout: float = 0.0
    residual: bool = False
    dilation: int = 1
    schedule: Schedule = "cosine"
    batch_size: int | None = None
    loss: TrainingLoss = "auto"

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Give the settings by name, as scikit-learn does."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    # ------------------------------------------------------------------------------------- fitting

    @one_at_a_time
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
            Told how far training is, over all networks as one; an epoch is then an update.

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
        TrainingError
            If a loss became NaN or infinite.
        """
        self._check_settings()
        panel = source
        if not isinstance(panel, Panel):
            panel = read_panel(
                source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq,
                extra_cols=self._columns(),
            )  # fmt: skip
        panel.require(self._columns())
        self._check_lengths(panel)
        season, longer, found = self._seasons(panel)
        settings = self._settings(season, longer)
        fitting = Fitting(settings, panel, [*map(_named, panel)], progress)
        updates = fitting.calibrate()
        if fitting.calibration is None and self.level:
            raise DataError(
                f"level={list(self.level)} was asked for, and intervals are measured on values "
                "held back; 10 values of a series would be enough: supply more history or leave "
                "out level"
            )
        fitting.train(updates)

        self.calibration_ = fitting.calibration
        self.updates_: int = updates
        self.ends_ = panel.ends()
        self.schema_: Schema = panel.schema or assumed_schema(self.ends_, {}, self._columns())
        self.reading_notes_: list[str] = []
        self.prepared_: list[Prepared] = fitting.prepared
        self.target_: Target = fitting.target
        self.networks_: list[Network] = fitting.networks
        self.losses_: list[list[float]] = fitting.losses
        self.scale_: np.ndarray = fitting.scale
        self.panel_: Panel | None = panel
        self.exogenous_: Exogenous = fitting.exogenous
        self._memory: Memory = fitting.tracks.memory
        lead = self.exogenous_.lead
        runs = [
            fitting.tracks.run(network, settings.threads, lead=lead, look_back=self.look_back)
            for network in self.networks_
        ]
        self._said: list[np.ndarray] = [outputs[:, -1] for outputs, _ in runs]
        self._states: list[State] = [state for _, state in runs]
        self._tails: list[Tail] = fitting.tails() if self._replays else []
        self._origin = None
        self.fingerprint_: str = sha256(panel.times.tobytes() + panel.values.tobytes()).hexdigest()
        self.notes_: list[str] = [
            *panel.notes, *found, *self._decisions(panel), *self.exogenous_.describe(panel.freq),
            *fitting.notes,
        ]  # fmt: skip
        return self

    def _settings(self, season_length: int, longer_seasons: tuple[int, ...]) -> Settings:
        """Give what a fit is asked for, with all that the data and the machine decide."""
        names = {f.name for f in fields(Settings)}
        asked = {name: value for name, value in self.get_params().items() if name in names}
        found = {
            "level": tuple(self.level), "season_length": season_length,
            "longer_seasons": longer_seasons, "seeds": self._points, "threads": self._threads(),
            "hist": tuple(self.hist_exog_list), "futr": tuple(self.futr_exog_list),
            "stat": tuple(self.stat_exog_list), "candidates": PRESETS[self.preset].candidates,
        }  # fmt: skip
        return Settings(**{**asked, **found})

    def _check_settings(self) -> None:
        for name in ("h", "hidden", "layers", "dilation"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name}={getattr(self, name)} was asked for; use 1 or more")
        if self.season_length is not None:
            as_seasons(self.season_length)
        for name in ("updates", "seeds", "threads", "look_back", "batch_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name}={value} was asked for; use 1 or more, or leave it out")
        for name, more in (("log", ("box-cox",)), ("adjust_season", ())):
            if getattr(self, name) not in ("auto", True, False, *more):
                choices = ", ".join(f'"{c}"' for c in ("auto", *more))
                raise UsageError(
                    f"{name}={getattr(self, name)!r} was asked for; use {choices}, True or False"
                )
        for name in ("clip_outliers", "residual"):
            if not isinstance(getattr(self, name), bool):
                raise UsageError(f"{name}={getattr(self, name)!r} was asked for; use True or False")
        if self.scale not in ("auto", *SCALES):
            raise UsageError(
                f'scale={self.scale!r} was asked for; use "auto", "min-max", "standard" or "robust"'
            )
        if self.preset not in PRESETS:
            raise UsageError(
                f'preset={self.preset!r} was asked for; use "fast", "default" or "best"'
            )
        if self.target not in ("auto", "values", "changes"):
            raise UsageError(
                f'target={self.target!r} was asked for; use "auto", "values" or "changes"'
            )
        if self.loss not in ("auto", "absolute", "squared", "huber"):
            raise UsageError(
                f'loss={self.loss!r} was asked for; use "auto", "absolute", "squared" or "huber"'
            )
        if self.schedule not in ("cosine", "constant", "one_cycle"):
            raise UsageError(
                f'schedule={self.schedule!r} was asked for; use "cosine", "constant" or "one_cycle"'
            )
        if not 0.0 <= self.dropout < 1.0:
            raise UsageError(f"dropout={self.dropout} was asked for; use 0 or more, below 1")
        for name, nothing in (("dropout", 0.0), ("residual", False), ("dilation", 1)):
            if self.layers == 1 and getattr(self, name) != nothing:
                raise UsageError(
                    f"{name}={getattr(self, name)} was asked for and the network has one layer, on "
                    "which it does not act: use layers=2 or more, or leave it out"
                )
        for share in self.level:
            if not 0 < share < 100:
                raise UsageError(
                    f"level={list(self.level)} was asked for; give per cents above 0 and below "
                    "100, for example [80, 95]"
                )
        if len(set(self.level)) < len(self.level):
            raise UsageError(f"level={list(self.level)} was asked for; give each level once")
        for name in ("hist_exog_list", "futr_exog_list", "stat_exog_list"):
            if isinstance(getattr(self, name), str):
                raise UsageError(
                    f'{name}="{getattr(self, name)}" was asked for; give a list of columns'
                )
        columns = self._columns()
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise UsageError(f'the column "{twice}" is named twice: name it in one list only')

    def _seasons(self, panel: Panel) -> tuple[int, tuple[int, ...], list[str]]:
        """Give the season, longer ones, and what was found out about them."""
        if self.season_length is not None:
            shortest, *longer = as_seasons(self.season_length)
            return shortest, tuple(longer), []
        usual = default_season_length(panel.freq)
        if usual > 1 or panel.times.dtype.kind == "M":
            return usual, (), []
        # what is held back to measure on must not have a say
        lengths = np.diff(panel.offsets)
        back = max(self.h, int(np.median(lengths)) // 5)
        season, told = find_season([s.values[:-back] for s in panel if len(s.values) > 2 * back])
        return season, (), [told]

    def _columns(self) -> tuple[str, ...]:
        return (*self.hist_exog_list, *self.futr_exog_list, *self.stat_exog_list)

    def _check_lengths(self, panel: Panel) -> None:
        lengths = np.diff(panel.offsets)
        needed = self.h + _FEWEST_VALUES
        if len(panel) == 1 and lengths[0] < needed:
            raise DataError(
                f"{_named(panel[0])} has {lengths[0]} values; h={self.h} needs at least {needed}: "
                "supply more history or ask for a shorter horizon"
            )
        if lengths.max() < needed:
            raise DataError(
                f"the longest of {len(panel)} series has {lengths.max()} values; h={self.h} needs "
                f"at least {needed} in one of them: supply more history or ask for a shorter "
                "horizon"
            )
        short = np.flatnonzero(lengths < _FEWEST_VALUES)
        if len(short):
            raise DataError(
                f"{_named(panel[short[0]])} has {lengths[short[0]]} values, and {len(short)} of "
                f"{len(panel)} series have fewer than {_FEWEST_VALUES}: supply more history, or "
                "leave them out"
            )

    def _decisions(self, panel: Panel) -> list[str]:
        told = []
        for series, p in list(zip(panel, self.prepared_, strict=True))[:10]:
            prefix = "" if len(panel) == 1 else f"{series.id}: "
            told += [prefix + sentence for sentence in p.decisions()]
        if len(panel) > 10:
            told.append(f"{len(panel) - 10} more series were treated in the same way")
        return told

    # ---------------------------------------------------------------------------------- forecasts

    @one_at_a_time
    def predict(self, futr_df: Any = None) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        futr_df : path or DataFrame, optional
            The columns of ``futr_exog_list`` over these steps, a row for each step of each series
            (more are left unread); needed where there are such columns.

        Returns
        -------
        DataFrame
            The user's id and time columns, ``LSTM``, and for each level ``LSTM-lo-80`` and
            ``LSTM-hi-80``, in the series' own unit.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError, DataError
            If ``futr_df`` is needed and not given, is not needed, or lacks a step.
        """
        self._require_fitted("predict")
        median, ends = self._ahead(futr_df)
        base = self._memory.last[:, np.newaxis] if self.target_ == "changes" else 0.0
        frame = self.ends_.future_frame(self.h)
        columns = {"LSTM": median}
        columns |= {f"LSTM-lo-{share:g}": ends[share][0] for share in sorted(ends, reverse=True)}
        columns |= {f"LSTM-hi-{share:g}": ends[share][1] for share in sorted(ends)}
        for name, values in columns.items():
            frame[name] = self._restore(values + base).ravel()
        return frame

    @one_at_a_time
    def simulate(
        self, n_paths: int = 100, random_state: int = 0, futr_df: Any = None
    ) -> pd.DataFrame:
        """Draw sample paths of the ``h`` steps after the end of each series.

        A path is the forecast plus the errors of one whole forecast from the values held back, so
        that errors of neighbouring steps belong together as they do in the data.

        Parameters
        ----------
        n_paths : int, default 100
            Paths of each series.
        random_state : int, default 0
            Seed of the draws.
        futr_df : path or DataFrame, optional
            As for :meth:`predict`.

        Returns
        -------
        DataFrame
            The user's id and time columns, ``path`` (from 0) and ``LSTM``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        DataError
            If the series were too short to hold values back.
        """
        self._require_fitted("simulate")
        if n_paths < 1:
            raise UsageError(f"n_paths={n_paths} was asked for; use 1 or more")
        if self.calibration_ is None or not len(self.calibration_.paths):
            raise DataError(
                "simulate() draws from the errors of whole forecasts of values held back, and the "
                f"series are too short for one of h={self.h}: supply more history"
            )
        median, _ = self._ahead(futr_df)
        if self.target_ == "changes":
            median = median + self._memory.last[:, np.newaxis]
        rng = np.random.default_rng(random_state)
        drawn = rng.integers(0, len(self.calibration_.paths), (n_paths, len(median)))
        paths = median + self.calibration_.paths[drawn]
        frame = pd.concat([self.ends_.future_frame(self.h)] * n_paths, ignore_index=True)
        frame["path"] = np.repeat(np.arange(n_paths), median.size)
        frame["LSTM"] = np.concatenate([self._restore(path).ravel() for path in paths])
        return frame

    @one_at_a_time
    def predict_insample(self, step_size: int = 1) -> pd.DataFrame:
        """Forecast from the origins within the data that the model was fitted on.

        These values were seen in training: they show how it fits, not how good it is.

        Parameters
        ----------
        step_size : int, default 1
            Steps between origins; the last one is a horizon before the end.

        Returns
        -------
        DataFrame
            The user's id and time columns, ``cutoff`` (the last time that the forecast knows), the
            user's target column and ``LSTM``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`, and for a model that was loaded, which has no training data.
        """
        self._require_fitted("predict_insample")
        if step_size < 1:
            raise UsageError(f"step_size={step_size} was asked for; use 1 or more")
        if self.panel_ is None:
            raise NotFittedError(
                "predict_insample() needs the data that the model was fitted on, which a saved "
                "model does not hold: fit it again"
            )
        parts = []
        seen = self.exogenous_.inputs(self.panel_, np.diff(self.panel_.offsets))
        for series, prepared, besides in zip(self.panel_, self.prepared_, seen, strict=True):
            n = len(series.values)
            origins = np.arange(n - self.h - 1, -1, -step_size)[::-1]
            values = prepared.apply(series.values)[np.newaxis]
            memory = self._memory.anew(1)
            x, (strides,) = memory.walk(values)
            x = np.concatenate([x, besides[np.newaxis]], axis=-1)
            said = [self._along(network, x)[0] for network in self.networks_]
            median, _ = self._quantiles(
                [outputs[origins] for outputs in said], strides[origins],
                self._anchor.along(values[0])[origins],
            )  # fmt: skip
            if self.target_ == "changes":
                median = median + values[0, origins, np.newaxis]
            ahead = origins[:, np.newaxis] + np.arange(1, self.h + 1)
            restored = [
                prepared.restore(m, start) for m, start in zip(median, origins + 1, strict=True)
            ]
            part = {} if self.ends_.id_col is None else {self.ends_.id_col: series.id}
            part |= {
                self.ends_.time_col: series.times[ahead.ravel()],
                "cutoff": np.repeat(series.times[origins], self.h),
                self.ends_.target_col: series.values[ahead.ravel()],
                "LSTM": np.concatenate([np.zeros(0), *restored]),
            }
            parts.append(pd.DataFrame(part))
        return pd.concat(parts, ignore_index=True)

    @one_at_a_time
    def update(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> LSTMForecaster:
        """Go on along new values, one step of arithmetic for each, without training.

        Afterwards the forecast is that of the same networks run over the whole series again.

        Parameters
        ----------
        source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
            Rows that follow the last ones without a gap; of some of the series, or of all. Rows
            that the model has seen are passed over. In an array they are the next values of every
            series.
        id_col, time_col, target_col : str, optional
            Columns; those of the data that the model was fitted on if not given.

        Returns
        -------
        LSTMForecaster
            Itself.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError
            If there is a series that the model does not know.
        DataError
            If times do not follow, or a value is missing; nothing is changed then.
        """
        self._require_fitted("update")
        ends = self.ends_
        if isinstance(source, (np.ndarray, list, float, int)):
            if self.exogenous_.hist or self.exogenous_.futr:
                raise UsageError(
                    "update() was given numbers alone, and the model sees further columns "
                    f"({', '.join(self.exogenous_.columns)}): give rows with these columns"
                )
            fresh = self._as_rows(source)
            indices = np.arange(len(ends.ids))
            cells: list[dict[str, np.ndarray]] = [{} for _ in indices]
        else:
            panel, indices, _, notes = self._read_rows(source, id_col, time_col, target_col)
            for series, i in zip(panel, indices, strict=True):
                due = future_times(ends.times[i : i + 1], ends.freq, 1)[0, 0]
                if series.times[0] != due:
                    raise DataError(
                        f"{_named(series)} ends at {show_time(ends.times[i])} in the model, so the "
                        f"next value is that of {show_time(due)}; found "
                        f"{show_time(series.times[0])}: give the rows in between, and none that "
                        "the model has seen"
                    )
            self.reading_notes_ = notes
            fresh = [series.values for series in panel]
            parts = [slice(*panel.offsets[j : j + 2]) for j in range(len(panel))]
            cells = [{name: c[part] for name, c in panel.extra.items()} for part in parts]
        counts = np.array([len(values) for values in fresh])
        seen = [
            self._see(int(i), n, c) for i, n, c in zip(indices, map(len, fresh), cells, strict=True)
        ]
        for count in np.unique(counts[counts > 0]):
            same = np.flatnonzero(counts == count)
            self._walk_on(indices[same], [fresh[j] for j in same], [seen[j] for j in same])
        self.ends_ = ends.later(indices, counts)
        self.panel_ = None
        return self

    def _read_rows(
        self, source: Any, id_col: str | None, time_col: str | None, target_col: str | None
    ) -> NewRows:
        """Read new rows by what the history settled; a panel is taken as it is."""
        if isinstance(source, Panel):
            return NewRows(source, self._find(source), {}, [])
        see, ends = self.exogenous_, self.ends_
        read = read_new_rows(
            source, (*see.hist, *see.futr), schema=self.schema_, ends=ends,
            id_col=id_col, time_col=time_col, target_col=target_col,
        )  # fmt: skip
        for i, value in read.last.items():
            again = self.prepared_[i].apply(np.array([value]), int(ends.lengths[i]) - 1)[0]
            refuse_other_value(ends, i, value, same=np.isclose(again, self._memory.last[i], 1e-6))
        return read

    def _see(self, i: int, count: int, cells: dict[str, np.ndarray]) -> Tail:
        """Give what is seen of so many new steps of a series, besides its values."""
        times = self.ends_.times[i : i + 1]
        if self.exogenous_.calendar:
            times = future_times(times, self.ends_.freq, count)[0]
        else:
            times = np.repeat(times, count)  # only counted
        return Tail(
            self.exogenous_.present(i, cells, times), self.exogenous_.known(i, cells, count)
        )

    def _walk_on(self, which: np.ndarray, fresh: list[np.ndarray], seen: list[Tail]) -> None:
        """Take some series on by as many new values each."""
        starts = self.ends_.lengths[which]
        values = np.stack(
            [
                self.prepared_[i].apply(new, int(start))
                for i, new, start in zip(which, fresh, starts, strict=True)
            ]
        )
        memory = self._memory.of(which)
        x, _ = memory.walk(values)
        self._memory.put(which, memory)
        x = np.concatenate([x, np.stack([new.inputs for new in seen])], axis=-1)
        if not self._replays:
            self._step(which, x)
            return
        for i, row, new in zip(which, x, seen, strict=True):
            tail = self._tails[i].extend(row, new.known)
            if self.look_back is not None:
                self._tails[i] = tail.last(self.exogenous_.lead + self.look_back)
                continue
            ready, self._tails[i] = tail.split(self.h)
            if len(ready):
                self._step(np.array([i]), ready[np.newaxis])

    def _step(self, which: np.ndarray, x: np.ndarray) -> None:
        """Walk the networks along further inputs [B, n, I] of some series."""
        for network, state, said in zip(self.networks_, self._states, self._said, strict=True):
            before = State(state.hidden[:, which], state.cell[:, which])
            outputs, after = network.run(
                x, state=before, warmup=x.shape[1] - 1, threads=self._threads()
            )
            said[which] = outputs[:, 0]
            state.hidden[:, which], state.cell[:, which] = after

    @property
    def _replays(self) -> bool:
        """Whether a forecast walks along the last steps again."""
        return self.exogenous_.lead > 0 or self.look_back is not None

    def _along(self, network: Network, x: np.ndarray) -> np.ndarray:
        """Give what a network says at every step of series [B, T, I]."""
        if self.look_back is not None:
            return over_windows(network, x, self.look_back, x.shape[1], self._threads())
        return network.run(x, threads=self._threads())[0]

    def _say(self, futr_df: Any) -> list[np.ndarray]:
        """Give what the networks say after the last step, [N, K * Q] each."""
        if not self.exogenous_.lead:
            if futr_df is not None:
                raise UsageError(
                    "futr_df was given, and the model sees no column that is known in advance: "
                    "name some in futr_exog_list, or leave it out"
                )
            if self.look_back is None:
                return self._said
            ahead = [np.zeros((0, 0), np.float32)] * len(self._tails)
        else:
            ahead = self._read_ahead(futr_df)
        tails = [
            tail.extend(np.zeros((0, tail.inputs.shape[1]), np.float32), known)
            for tail, known in zip(self._tails, ahead, strict=True)
        ]
        said = [np.empty_like(outputs) for outputs in self._said]
        waiting = np.array([len(tail.inputs) for tail in tails])
        for count in np.unique(waiting):
            which = np.flatnonzero(waiting == count)
            x = np.stack([tails[i].split(self.exogenous_.lead)[0] for i in which])
            if self.look_back is not None:
                x = x[:, -self.look_back :]
            for network, state, outputs in zip(self.networks_, self._states, said, strict=True):
                before = State(state.hidden[:, which], state.cell[:, which])
                found, _ = network.run(
                    x, state=before, warmup=x.shape[1] - 1, threads=self._threads()
                )
                outputs[which] = found[:, 0]
        return said

    def _read_ahead(self, futr_df: Any) -> list[np.ndarray]:
        """Read what is known in advance of the next h steps of each series, [h, F] each."""
        names, ends = self.exogenous_.futr, self.ends_
        if futr_df is None:
            raise UsageError(
                f"the model sees {', '.join(names)} in advance: give these columns over the next "
                f"{self.h} steps of each series with futr_df"
            )
        cells, notes = read_plan(futr_df, names, schema=self.schema_, ends=ends, h=self.h)
        self.reading_notes_ = notes
        return [
            self.exogenous_.known(i, {n: column[i] for n, column in cells.items()}, self.h)
            for i in range(len(ends.ids))
        ]

    def _as_rows(self, source: Any) -> list[np.ndarray]:
        values = np.atleast_1d(np.asarray(source, np.float64))
        rows = values[np.newaxis] if values.ndim == 1 else values
        if rows.ndim != 2 or len(rows) != len(self.ends_.ids):
            raise DataError(
                f"the next values of {len(self.ends_.ids)} series are an array "
                f"[{len(self.ends_.ids)}, n]; found shape {values.shape}"
            )
        if not np.isfinite(rows).all():
            raise DataError("a new value is NaN or infinite; nothing was changed: fill it first")
        return list(rows)

    def _find(self, panel: Panel) -> np.ndarray:
        """Find the series of new rows among those of the model."""
        if self.ends_.id_col is None and len(panel) == 1:
            return np.zeros(1, np.int64)
        places = {name: i for i, name in enumerate(self.ends_.ids)}
        for name in panel.ids:
            if name not in places:
                raise NotFoundError(
                    f'series "{name}" is not one of the {len(places)} that the model was fitted '
                    "on: fit it with this series, or leave its rows out"
                )
        return np.array([places[name] for name in panel.ids])

    @property
    def _anchor(self) -> Anchor:
        """What the networks are mixed with."""
        if self.calibration_ is None:
            return Anchor.nothing(self.target_, self.h)
        return self.calibration_.anchor

    def _ahead(self, futr_df: Any) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
        """Give forecast and interval ends [N, K] after the end of each series."""
        anchored = self._anchor.say(self._memory.back(self._anchor.reach))
        return self._quantiles(self._say(futr_df), self._memory.stride, anchored)

    def _quantiles(
        self, said: Sequence[np.ndarray], strides: np.ndarray, anchored: np.ndarray
    ) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
        """From each network's outputs [n, K * Q] to forecast and interval ends [n, K]."""
        unit = strides[:, np.newaxis] * self.scale_
        median = np.median(said[: self._points], axis=0).astype(np.float64) * unit
        if self.calibration_ is None:
            return median, {}
        spread = None
        if self.level:
            quantiles = said[-1].reshape(len(median), self.h, -1).astype(np.float64)
            quantiles *= unit[..., np.newaxis]
            spread = spread_of(quantiles, self.level)
        return self.calibration_.intervals(median, anchored, spread, self.level)

    def _restore(self, values: np.ndarray) -> np.ndarray:
        """Bring forecasts [N, K] back to each series' own unit."""
        return np.stack(
            [
                p.restore(row, int(length))
                for p, row, length in zip(self.prepared_, values, self.ends_.lengths, strict=True)
            ]
        )

    @one_at_a_time
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a file; see :func:`gatecast.forecaster.model_file.save`."""
        from gatecast.forecaster.model_file import save

        save(self, path)

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
        self._require_fitted("decisions")
        return [*self.notes_, *self.reading_notes_]

    @property
    def _points(self) -> int:
        """How many networks say the forecast; one more says its intervals."""
        return PRESETS[self.preset].seeds if self.seeds is None else self.seeds

    def _threads(self) -> int:
        return self.threads or available_threads()

    def _require_fitted(self, asked: str) -> None:
        if not hasattr(self, "networks_"):
            raise NotFittedError(f"{asked}() was called before fit(): fit the forecaster first")


def _named(series: Series) -> str:
    return "the series" if series.id is None else f'series "{series.id}"'
