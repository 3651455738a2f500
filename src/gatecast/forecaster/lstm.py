"""The forecaster: an LSTM that runs along the series and outputs the next h values at each step."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Literal

import numpy as np
import pandas as pd

from gatecast.data.panel import Ends, Panel
from gatecast.data.reading import read_panel
from gatecast.data.transforms.pipeline import Choice, Scale, TransformPipeline
from gatecast.errors import DataError, NotFittedError, UsageError
from gatecast.forecaster.config import Settings, TrainingLoss, check_settings, covariate_columns
from gatecast.forecaster.decisions import transform_decisions
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.fitting import fit
from gatecast.forecaster.frames import forecast_frame, insample_frame, paths_frame
from gatecast.forecaster.intervals import Calibration
from gatecast.forecaster.model_file import SavedModel, damaged, load_model, save_model
from gatecast.forecaster.renamed import WithOldNames, current_names, takes_old_names
from gatecast.forecaster.seasons import seasons_for
from gatecast.forecaster.tables import (
    check_lengths,
    read_future_covariates,
    read_new_rows,
    series_name,
)
from gatecast.forecaster.threads import Shared, one_at_a_time
from gatecast.forecaster.updating import advance
from gatecast.network import Network, Progress
from gatecast.network.training import Schedule
from gatecast.progress import reporting, training_bar
from gatecast.storage import Key

__all__ = ["LSTMForecaster"]


@takes_old_names
@dataclass
class LSTMForecaster(WithOldNames, Shared):
    """Forecast the next ``h`` values of one series, or of many with one global network.

    The network runs along each series, carries its state, and outputs at every step the next ``h``
    values. The last part of each series is first held out: how long to train, the network's weight
    in a combination with the naive forecast, the seasonal naive one or a linear map of the last
    values, and how wide the intervals have to be is measured there, with everything else fitted on
    what came before. Then an ensemble of networks from different seeds is trained on all values,
    and the median of their outputs is the forecast, or the network's share of it. Where intervals
    are requested, one more network learns their quantiles; the forecast stays the same.

    Threads may share a model: see :class:`gatecast.forecaster.threads.Shared`.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    freq : str or int, optional
        Frequency of the series; detected if not given.
    season_length : int or sequence of int, optional
        Steps in a season, or in several, for example ``(24, 168)``; 1 for none. If not given, that
        of the frequency, and where times are step numbers, a detected one.
    log : {"auto", True, False, "box-cox"}, default "auto"
        Whether logarithms are taken; if "auto", where the variance grows with the local mean.
        ``"box-cox"`` takes a power that makes it even.
    adjust_season : {"auto", True, False}, default "auto"
        Whether series are seasonally adjusted; if "auto", where a test detects a season.
    difference : {"auto", True, False}, default "auto"
        Whether networks are trained on differences, or on levels; if "auto", on levels where series
        are mean-reverting.
    cell : {"lstm", "gru"}, default "lstm"
        Kind of network.
    hidden : int, default 48
        Units of each layer, H.
    layers : int, default 1
        Stacked layers, L.
    max_steps : int, optional
        Training steps of each network; chosen on the hold-out if not given.
    n_networks : int, optional
        Ensemble size; that of the preset if not given.
    learning_rate : float, default 5e-3
        Highest rate of Adam.
    random_state : int, default 0
        Seed of initial weights and draws; the same seed gives the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The forecast does not depend on it.
    hist_exog_list, futr_exog_list, stat_exog_list : sequence of str, default ()
        Columns of covariates, numeric or categorical: historic; future, known over the whole
        horizon (a holiday, a planned price); static. See :mod:`gatecast.forecaster.covariates`.
    calendar : bool, default False
        Whether time of day, day of week and day of year are inputs.
    scale : {"auto", "min-max", "standard", "robust"}, default "auto"
        What a series is divided by: its mean absolute change within the horizon; range; standard
        deviation; or interquartile scale.
    clip_outliers : bool, default False
        Whether outliers are clipped (quartiles +/- 3 IQR).
    look_back : int, optional
        Steps of a window, T. If given, the state is zero this many steps before each forecast, in
        training as after it; if not, it is carried along the whole series, which learns faster.
    preset : {"fast", "default", "best"}, default "default"
        How much time a fit may take: one network and at most 500 training steps; three and 1,500;
        seven and 4,500. There are more than 150 only where they help on the hold-out.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero while training; needs two.
    residual : bool, default False
        Whether each layer above the first adds its inputs to its outputs; needs two.
    dilation : int, default 1
        How many times as far back as that of the layer below each layer's recurrence reaches
        (Chang et al. 2017); with 2 and three layers 1, 2 and 4 steps. Above 1 it needs two.
    schedule : {"cosine", "constant", "one_cycle"}, default "cosine"
        Learning rate over the training steps: falling to zero along a cosine; constant; or rising
        first and then falling. See :class:`gatecast.network.Trainer`.
    batch_size : int, optional
        Training subsequences, or windows, of one step; 16 to 128, by the data, if not given.
    loss : {"auto", "absolute", "squared", "huber"}, default "auto"
        Training loss; if "auto", Huber's on levels and the absolute error on differences. Ends of
        intervals are always trained as quantiles.
    alias : str, default "LSTM"
        Name of the forecast's column.

    Attributes
    ----------
    ends_ : Ends
        Names and last times of the series.
    fitted_ : FittedForecaster
        The fitted forecaster: plain arrays.
    transforms_ : TransformPipeline
        What is done to each series.
    difference_ : bool
        Whether networks are trained on differences, or on levels.
    networks_ : list of Network
        The trained networks.
    calibration_ : Calibration or None
        What the hold-out has shown; None where the series are too short for one.
    max_steps_ : int
        Training steps of each network.
    losses_ : list of list of float
        Loss of each network by epoch.
    panel_ : Panel or None
        The data as read; None once the model was loaded or updated.
    fingerprint_ : str
        SHA-256 of the values and times that it was fitted on.
    decisions_ : list of str
        What was detected and decided, a sentence each.
    """

    h: int
    level: Sequence[float] = ()
    freq: str | int | None = None
    season_length: int | Sequence[int] | None = None
    log: Choice | Literal["box-cox"] = "auto"
    adjust_season: Choice = "auto"
    difference: Choice = "auto"
    cell: Literal["lstm", "gru"] = "lstm"
    hidden: int = 48
    layers: int = 1
    max_steps: int | None = None
    n_networks: int | None = None
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
    alias: str = "LSTM"

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Give the settings by name, as scikit-learn does.

        Parameters
        ----------
        deep : bool, default True
            Has no effect; scikit-learn's.

        Returns
        -------
        dict of str to object
            Every setting.
        """
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def set_params(self, **params: Any) -> LSTMForecaster:
        """Change settings by name, all or none; a fitted model forecasts as before.

        Parameters
        ----------
        **params
            Settings.

        Returns
        -------
        LSTMForecaster
            Itself.

        Raises
        ------
        UsageError
            If there is no such setting, or one is out of its range.
        """
        there = self.get_params()
        changed = current_names(params)
        for name in changed:
            if name not in there:
                raise UsageError(f"there is no setting {name}; there are {', '.join(there)}")
        check_settings({**there, **changed})
        vars(self).update(changed)
        return self

    @one_at_a_time
    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
        progress: Callable[[Progress], None] | bool | None = None,
    ) -> LSTMForecaster:
        """Read the data, decide what to do to each series, and train.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.
        progress : callable or bool, optional
            A bar if True, and in notebooks if not given; see :mod:`gatecast.progress`. A callable
            is told how far training is, over all networks as one; an epoch is then a training step.

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
        params = self.get_params()
        check_settings(params)
        columns = covariate_columns(params)
        panel = read_panel(
            source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq,
            extra_cols=columns,
        )  # fmt: skip
        check_lengths(panel, self.h)
        seasons, detected = seasons_for(panel, self.season_length, self.h)
        settings = Settings.resolve(params, seasons)
        with reporting(progress, training_bar) as report:
            result = fit(settings, panel, lambda i: series_name(panel.ids[i]), report)

        self.fitted_: FittedForecaster = result.fitted
        self.max_steps_: int = result.max_steps
        self.losses_: list[list[float]] = result.losses
        self.panel_: Panel | None = panel
        self._origin = None
        self.reading_notes_: list[str] = []
        self.fingerprint_: str = sha256(panel.times.tobytes() + panel.values.tobytes()).hexdigest()
        self.decisions_: list[str] = [
            *panel.notes, *detected, *transform_decisions(result.fitted),
            *result.fitted.covariates.describe(panel.freq), *result.decisions,
        ]  # fmt: skip
        return self

    @one_at_a_time
    def predict(self, futr_df: Any = None, *, level: Sequence[float] | None = None) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        futr_df : path or DataFrame, optional
            The columns of ``futr_exog_list`` over these steps, a row for each step of each series
            (more are left unread); needed where there are such columns.
        level : sequence of float, optional
            Per cent of each interval, of those that the model was fitted with; all if not given.

        Returns
        -------
        DataFrame
            The user's id and time columns, one named ``alias``, and for each level ``LSTM-lo-80``
            and ``LSTM-hi-80``, in the series' own unit.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError, DataError
            If ``futr_df`` is needed and not given, is not needed, or lacks a step; or the model was
            not fitted with a level.
        """
        fitted = self.require_fitted("predict")
        future, notes = read_future_covariates(fitted, futr_df)
        self.reading_notes_ = self.reading_notes_ if notes is None else notes
        return forecast_frame(fitted, future, self.alias, level)

    @one_at_a_time
    def simulate(
        self, n_paths: int = 100, random_state: int = 0, futr_df: Any = None
    ) -> pd.DataFrame:
        """Draw sample paths of the ``h`` steps after the end of each series.

        A path is the forecast plus the errors of one whole forecast of the hold-out, so that errors
        of neighbouring steps belong together as they do in the data.

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
            The user's id and time columns, ``path`` (from 0) and one named ``alias``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError
            If ``n_paths`` is below 1.
        DataError
            If the series were too short to hold values out.
        """
        fitted = self.require_fitted("simulate")
        if n_paths < 1:
            raise UsageError(f"n_paths={n_paths} was requested; use 1 or more")
        if fitted.calibration is None or not len(fitted.calibration.paths):
            raise DataError(
                "simulate() draws from the errors of whole forecasts of values held back, and the "
                f"series are too short for one of h={self.h}: supply more history"
            )
        future, notes = read_future_covariates(fitted, futr_df)
        self.reading_notes_ = self.reading_notes_ if notes is None else notes
        rng = np.random.default_rng(random_state)
        return paths_frame(fitted, future, self.alias, n_paths, rng)

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
            user's target column and one named ``alias``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`, and for a model that was loaded, which has no training data.
        UsageError
            If ``step_size`` is below 1.
        """
        fitted = self.require_fitted("predict_insample")
        if step_size < 1:
            raise UsageError(f"step_size={step_size} was requested; use 1 or more")
        if self.panel_ is None:
            raise NotFittedError(
                "predict_insample() needs the data that the model was fitted on, which a saved "
                "model does not hold: fit it again"
            )
        return insample_frame(fitted, self.panel_, self.alias, step_size)

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
        fitted = self.require_fitted("update")
        columns = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
        rows, notes = read_new_rows(fitted, source, columns)
        self.reading_notes_, self.panel_ = self.reading_notes_ if notes is None else notes, None
        advance(fitted, rows)
        return self

    @one_at_a_time
    def save(self, path: str | os.PathLike[str], *, sign: Key = None) -> None:
        """Write the fitted model to a file, all or nothing; it can go on with :meth:`update`.

        Parameters
        ----------
        path : str or path
            The file.
        sign : bytes or str, optional
            A secret key (HMAC-SHA-256); ``load(path, verify=key)`` then takes no other file.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError
            If the file cannot be written; an older one is then still there, whole.
        ConflictError
            If the model was read from this file, and somebody else has changed the file since.
        """
        fitted = self.require_fitted("save")
        saved = SavedModel(
            fitted, self.get_params(), self.max_steps_, self.losses_, self.decisions_,
            self.fingerprint_,
        )  # fmt: skip
        self._origin = save_model(saved, path, self._origin, sign)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, verify: Key = None) -> LSTMForecaster:
        """Read a forecaster that :meth:`save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        verify : bytes or str, optional
            The key that it must be signed with.

        Returns
        -------
        LSTMForecaster
            Its forecasts are those of the saved one, bit for bit; it goes on with :meth:`update`.

        Raises
        ------
        NotFoundError
            If there is no such file.
        ModelFileError
            If it is damaged, of another kind, written by a newer gatecast, or not so signed.
        """
        saved, origin = load_model(path, verify)
        try:
            model = cls(**saved.settings)
            check_settings(model.get_params())
        except (TypeError, ValueError, AttributeError) as error:
            raise damaged(path, error) from error
        model.fitted_, model._origin = saved.fitted, origin
        model.panel_, model.reading_notes_ = None, []
        model.max_steps_, model.losses_ = saved.max_steps, saved.losses
        model.decisions_, model.fingerprint_ = saved.decisions, saved.fingerprint
        return model

    def decisions(self) -> list[str]:
        """Describe what was detected in the data and what was done to them.

        Returns
        -------
        list of str
            A sentence each; what was done to a series is told for up to ten series.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        self.require_fitted("decisions")
        return [*self.decisions_, *self.reading_notes_]

    def require_fitted(self, name: str) -> FittedForecaster:
        """Give the fitted forecaster, or refuse to go on.

        Parameters
        ----------
        name : str
            The method that was called.

        Returns
        -------
        FittedForecaster
            What forecasts.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "fitted_"):
            raise NotFittedError(f"{name}() was called before fit(): fit the forecaster first")
        return self.fitted_

    @property
    def ends_(self) -> Ends:
        """Names and last times of the series."""
        return self.fitted_.ends

    @property
    def transforms_(self) -> TransformPipeline:
        """What is done to each series."""
        return self.fitted_.transforms

    @property
    def networks_(self) -> list[Network]:
        """The trained networks."""
        return self.fitted_.networks

    @property
    def calibration_(self) -> Calibration | None:
        """What the hold-out has shown."""
        return self.fitted_.calibration

    @property
    def scale_(self) -> np.ndarray:
        """By which outputs at each step of the horizon are divided."""
        return self.fitted_.scale

    @property
    def difference_(self) -> bool:
        """Whether networks are trained on differences, or on levels."""
        return self.fitted_.difference
