"""What a fitted forecaster does: forecast, draw paths, run in sample, go on with new values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from gatecast.data.left_out import left_out
from gatecast.data.panel import Ends, Panel
from gatecast.data.reading import partition_files
from gatecast.data.transforms.pipeline import TransformPipeline
from gatecast.errors import DataError, NotFittedError, UsageError, too_small
from gatecast.forecaster.additive.effects import effects_frame, plan_warnings
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.batches import forecast_folder
from gatecast.forecaster.forecasting.components import components_frame
from gatecast.forecaster.forecasting.frames import forecast_frame, insample_frame, paths_frame
from gatecast.forecaster.forecasting.new_series import read_request, take_in
from gatecast.forecaster.forecasting.plans import Plan, joined_plans, named_plans
from gatecast.forecaster.forecasting.tables import read_future_covariates, read_histories
from gatecast.forecaster.intervals import Calibration
from gatecast.forecaster.threads import Shared, one_at_a_time
from gatecast.messages import Argument, Message, message
from gatecast.network import Network

__all__ = ["Serving"]

_S = TypeVar("_S", bound="Serving")


class Serving(Shared):
    """Serve forecasts of a :class:`FittedForecaster`, to several threads at once.

    A class that trains puts the fitted forecaster into ``fitted_``, its data into ``panel_``, and
    what it decided into ``decisions_``.
    """

    alias: str
    fitted_: FittedForecaster
    panel_: Panel | None
    decisions_: list[str]
    reading_notes_: list[Message]

    @one_at_a_time
    def predict(
        self, df: Any = None, *, futr_df: Any = None, level: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        df : path, DataFrame, Series or Panel, optional
            Whole histories of series that were not in the fit, or other histories of those that
            were: they are forecast instead, by the same networks, without training, and the model
            stays as it is. A table is read like that of the fit. Of a folder of Parquet files, or
            of a pattern, a part is in memory at a time; see :func:`gatecast.forecast_files` for
            forecasts that are too many for it too.
        futr_df : path or DataFrame, or dict of str to these, optional
            The columns of ``futr_exog_list`` over these steps, a row for each step of each series
            (more are left unread); needed where there are such columns. Several plans by name are
            forecast one after another.
        level : sequence of float, optional
            Per cent of each interval, of those that the model was fitted with; all if not given.

        Returns
        -------
        DataFrame
            The user's id and time columns, one named ``alias``, and for each level ``LSTM-lo-80``
            and ``LSTM-hi-80``, in the series' own unit. Of several plans ``plan`` comes first, and
            ``LSTM-difference``, the change from the first plan, last.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError, DataError
            If ``futr_df`` is needed and not given, is not needed, or lacks a step; a series of
            ``df`` is too short; or the model was not fitted with a level.
        """
        fitted, files = self.require_fitted("predict"), partition_files(df)
        if files is not None and futr_df is not None:
            option = Argument("futr_df")
            raise UsageError(message("partitions.one_table", option=option))
        if files is not None:
            return forecast_folder(fitted, files, self.alias, level)
        plans = named_plans(futr_df)
        if plans is None:
            fitted, future, notes = read_request(fitted, df, futr_df)
            if notes is not None:
                self.reading_notes_ = [*notes, *plan_warnings(fitted, future)]
            return forecast_frame(fitted, future, self.alias, level)
        made = []
        for i, (name, plan) in enumerate(plans.items()):
            # other series are read and run along once
            fitted, future, notes = read_request(fitted, None if i else df, plan)
            warned = [*(notes or []), *plan_warnings(fitted, future)]
            made.append(Plan(name, forecast_frame(fitted, future, self.alias, level), warned))
        frame, self.reading_notes_ = joined_plans(made, self.alias)
        return frame

    @one_at_a_time
    def effects(self) -> pd.DataFrame:
        """Give what each column known in advance adds to each series.

        Returns
        -------
        DataFrame
            The user's id column, ``column``, ``low`` and ``high`` (0 and 1, or the 10 % and 90 %
            quantiles of a number), ``effect`` (change of the series from the one to the other, in
            its unit) with ``effect-lo-95`` and ``effect-hi-95``, ``later`` (the same a step later),
            ``relative`` (the effect over the series' mean size) and ``events`` (steps at which the
            column was not at its most frequent value). 0 for columns that do not help.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        DataError
            If the model has no columns known in advance.
        """
        return effects_frame(self.require_fitted("effects"))

    @one_at_a_time
    def components(self, futr_df: Any = None, *, source: Any = None) -> pd.DataFrame:
        """Split the forecast into parts that add up to it.

        Parameters
        ----------
        futr_df : path or DataFrame, optional
            As for :meth:`predict`.
        source : path, DataFrame, Series or Panel, optional
            The history that the forecast follows; needed for a model that was loaded or updated,
            which does not hold its data.

        Returns
        -------
        DataFrame
            The user's id and time columns, the forecast (named ``alias``), and in its unit
            ``level`` and ``trend``, ``season 7`` for each season, each column known in advance by
            its name, ``holidays``, and ``network`` for the rest; see
            :mod:`gatecast.forecaster.forecasting.components`.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`, or if the model does not hold its data and ``source`` is not given.
        UsageError, DataError
            If ``futr_df`` is needed and not given, or does not fit, or ``source`` ends elsewhere.
        """
        fitted = self.require_fitted("components")
        panel = self.panel_ if source is None else read_histories(fitted, source, {})[0]
        if panel is None:
            raise NotFittedError(message("components.no_data"))
        future, _ = read_future_covariates(fitted, futr_df)
        return components_frame(fitted, future, panel, self.alias)

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
            raise too_small("n_paths", n_paths, 1)
        if fitted.calibration is None or not len(fitted.calibration.paths):
            raise DataError(message("simulate.no_errors", h=fitted.h))
        future, notes = read_future_covariates(fitted, futr_df)
        if notes is not None:
            self.reading_notes_ = [*notes, *plan_warnings(fitted, future)]
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
            raise too_small("step_size", step_size, 1)
        if self.panel_ is None:
            raise NotFittedError(message("insample.no_data"))
        return insample_frame(fitted, self.panel_, self.alias, step_size)

    @one_at_a_time
    def update(
        self: _S,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> _S:
        """Go on along new values, one step of arithmetic for each, without training.

        Afterwards the forecast is that of the same networks run over the whole series again.

        Parameters
        ----------
        source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
            Rows that follow the last ones without a gap; of some of the series, or of all. Rows
            that the model has seen are passed over. Series that were not in the fit are taken in
            with all their rows; the forecasts of the others stay as they are. In an array they are
            the next values of every series.
        id_col, time_col, target_col : str, optional
            Columns; those of the data that the model was fitted on if not given.

        Returns
        -------
        Serving
            Itself.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError, DataError
            If the table cannot be read, times do not follow, a value is missing or beyond ±1e150,
            or a new series is too short; nothing is changed then.
        """
        columns = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
        self.fitted_, notes = take_in(self.require_fitted("update"), source, columns)
        self.reading_notes_, self.panel_ = self.reading_notes_ if notes is None else notes, None
        return self

    @one_at_a_time
    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model as one ONNX graph: transforms, networks, the way back, and state.

        The graph takes new values ``y`` [B, T] in the series' own unit, T = 0 for none, and gives
        the forecast [B, h] as ``predict`` does, and its intervals, under the names of the columns
        of :meth:`predict`. ``series`` [B] says which series these are, and the other inputs are the
        state before the values; if left out, they are all series, at the end of the data. Each is
        given back as ``..._out``, after the values: with these the next call goes on, as
        :meth:`update` does.

        Parameters
        ----------
        path : str or path
            The file, ``.onnx``; opset 22, for onnxruntime 1.22 or newer.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError
            If a part of the model is not carried, as the pretrained network, covariates and
            holidays are not: which, and what to do.
        NotFoundError
            If there is no such folder.
        MissingExtraError
            Without the package onnx.
        """
        from gatecast.exchange.onnx import write_onnx

        write_onnx(self.require_fitted("to_onnx"), path, self.alias)

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
            raise NotFittedError(message("model.not_fitted", verb=name))
        return self.fitted_

    @property
    def ends_(self) -> Ends:
        """Names and last times of the series."""
        return self.fitted_.ends

    @property
    def left_out_(self) -> dict[str, Message]:
        """Why each series that cannot be used is left out, by its name."""
        return left_out(self.decisions())

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
