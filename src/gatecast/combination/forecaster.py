"""Forecast with several models as one: their weighted mean."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from gatecast.baselines.protocol import Parameters
from gatecast.combination.holdout import HoldOut, Outputs, copy_of, outputs_of, run_holdout
from gatecast.combination.weights import (
    combined,
    error_weights,
    interval_factor,
    relative_errors,
)
from gatecast.data.calendar import default_season_length
from gatecast.data.left_out import leave_out, left_out
from gatecast.data.panel import Panel
from gatecast.data.reading import read_panel
from gatecast.errors import (
    DataError,
    NotFittedError,
    NotFoundError,
    UsageError,
    too_small,
    wrong_choice,
)
from gatecast.forecaster.columns import add_forecast
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES
from gatecast.forecaster.settings.kinds import as_seasons, check_level
from gatecast.forecaster.threads import Shared, one_at_a_time
from gatecast.messages import Message, message
from gatecast.models import full_name, make_model
from gatecast.pretrained.history import append
from gatecast.storage import Key, locked, require_unchanged

__all__ = ["Combination"]

_COVARIATES = ("hist_exog_list", "futr_exog_list", "stat_exog_list")


@dataclass
class Combination(Parameters, Shared):
    """Forecast with the weighted mean of several models, the members.

    Weights come from forecasts of a hold-out: every member forecasts from four earlier origins, a
    quarter of the horizon apart, on nothing of what came after them. The smaller its mean absolute
    error there, the larger its weight; with few forecasts weights are shrunk towards equal ones.
    Of a panel all series together decide. Intervals reach as far from the forecast as those of the
    most cautious member of some weight, widened or narrowed by what the combination's own errors on
    the hold-out needed.

    Threads may share a model: see :class:`gatecast.forecaster.threads.Shared`.

    Parameters
    ----------
    models : sequence of str or model
        The members, by name (``"pretrained"``, ``"ETS"``, ``"Theta"``, ...) or as models, whose
        settings are kept, but for ``h`` and ``level``.
    h : int
        Steps to forecast.
    freq : str or int, optional
        Frequency of the series; detected if not given.
    season_length : int or sequence of int, optional
        Steps in a season, or in several, for the members that are given by name; that of the
        frequency if not given.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    weights : {"auto", "equal"}, default "auto"
        Weights from the hold-out, or equal ones.
    alias : str, default "Combination"
        Name of the forecast's column.
    aggregate : {"sum", "mean", "last", "count"}, optional
        What becomes of several rows of a series within a period of ``freq``; see
        :mod:`gatecast.data.aggregation`.

    Attributes
    ----------
    panel_ : Panel
        The data as read.
    members_ : list of model
        Fitted on all values.
    names_ : list of str
        Their names.
    weights_ : ndarray of shape [M]
        Their weights, which sum to 1.
    factors_ : dict of float to float
        By level, what the members' intervals are multiplied by.
    reading_notes_ : list of str
        What was detected in the rows of the last update.
    left_out_ : dict of str to str
        Why each series that cannot be used is left out, by its name.

    References
    ----------
    Bates, J. M. and Granger, C. W. J. (1969). The combination of forecasts. *Operational Research
    Quarterly* 20, 451-468.

    Examples
    --------
    >>> import gatecast as gc
    >>> from gatecast.datasets import air_passengers
    >>> model = gc.Combination(["pretrained", "SeasonalNaive"], h=12, level=[80])
    >>> list(model.fit(air_passengers()).predict().columns)[2:]
    ['Combination', 'Combination-lo-80', 'Combination-hi-80']
    """

    models: Sequence[Any]
    h: int
    freq: str | int | None = None
    season_length: int | Sequence[int] | None = None
    level: Sequence[float] = ()
    weights: Literal["auto", "equal"] = "auto"
    alias: str = "Combination"
    aggregate: str | None = field(default=None, kw_only=True)

    @one_at_a_time
    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
    ) -> Combination:
        """Fit the members, and measure weights and intervals on a hold-out.

        A member that cannot forecast these data is left out, and :meth:`decisions` tells it.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.

        Returns
        -------
        Combination
            Itself.

        Raises
        ------
        UsageError
            If a setting cannot be used.
        NotFoundError, DataError
            If the data cannot be read or used, a model is not there, or no member can forecast.
        MissingExtraError
            If a member needs an extra that is not installed.
        """
        members = self._made_members()
        panel = read_panel(
            source, id_col=id_col, time_col=time_col, target_col=target_col, freq=self.freq,
            aggregate=self.aggregate,
        )  # fmt: skip
        short = panel.lengths < FEWEST_VALUES
        panel = panel if short.all() else leave_out(panel, short, FEWEST_VALUES)
        level = list(self.level)
        names, fitted, outputs, left_out = _fitted(members, panel, level)
        holdout = None
        if (len(fitted) > 1 and self.weights == "auto") or level:
            holdout = run_holdout(fitted, panel, self.h, self._season(panel), level)
        weights, decision = self._weights(names, holdout)
        factors = self._factors(holdout, weights, outputs)
        self.panel_, self.members_, self.names_ = panel, fitted, names
        self.outputs_, self.weights_, self.factors_ = outputs, weights, factors
        self.decisions_: list[str] = [
            *panel.notes, *left_out, decision, *_width_decisions(factors),
            *_own(names, fitted, panel),
        ]  # fmt: skip
        self.reading_notes_: list[str] = []
        return self

    @one_at_a_time
    def predict(
        self,
        *,
        futr_df: Any = None,  # noqa: ARG002 - of models with covariates
        level: Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        futr_df : optional
            Has no effect: a combination has no covariates.
        level : sequence of float, optional
            Those of the fit that are wanted; all if not given.

        Returns
        -------
        DataFrame
            The user's id and time columns, one named ``alias``, and for each level ``alias-lo-80``
            and ``alias-hi-80``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        UsageError
            If a level was not requested at the fit.
        """
        panel = self._require_fitted("predict")
        wanted = list(self.factors_) if level is None else list(level)
        for share in wanted:
            if share not in self.factors_:
                raise UsageError(
                    message(
                        "combination.other_level",
                        level=share,
                        measured=str(list(self.factors_)),
                        needed=str(wanted),
                    )
                )
        forecast = np.stack([one.forecast for one in self.outputs_], axis=1)
        ends = {s: np.stack([one.ends[s] for one in self.outputs_], axis=2) for s in self.factors_}
        made = combined(forecast, ends, self.weights_)
        low = high = made.forecast
        bounds = {}
        for share in sorted(self.factors_):  # a wider interval holds a narrower one
            below, above = np.moveaxis(made.distances[share] * self.factors_[share], 1, 0)
            low = np.minimum(low, made.forecast - below)
            high = np.maximum(high, made.forecast + above)
            bounds[share] = low, high
        wanted_bounds = {share: bounds[share] for share in wanted}
        return add_forecast(
            panel.future_frame(forecast.shape[-1]), self.alias, made.forecast, wanted_bounds
        )

    @one_at_a_time
    def update(self, source: Any, **columns: Any) -> Combination:
        """Take new values in; weights stay as they are.

        Members with an ``update`` go on without training, the others are fitted again.

        Parameters
        ----------
        source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
            Rows that follow the last ones without a gap; of some of the series, or of all. In an
            array they are the next values of every series.
        **columns
            ``id_col``, ``time_col``, ``target_col``; those of the series if not given.

        Returns
        -------
        Combination
            Itself.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError
            If there is a series that was not in the fit.
        DataError
            If times do not follow, or a member cannot go on; nothing is changed then.
        """
        before = self._require_fitted("update")
        panel, notes = append(before, source, **columns)
        panel = self._without_others(panel, before)
        grown = panel.lengths - before.lengths
        some = np.flatnonzero(grown)
        rows = panel.take(some).tail(grown[some])
        members = []
        for member in self.members_:
            if hasattr(member, "update"):
                member = copy.deepcopy(member)
                member.update(rows)
            else:
                member = copy_of(member).fit(panel)
            members.append(member)
        outputs = [outputs_of(member, panel, list(self.factors_)) for member in members]
        # at once, so that Ctrl-C falls before or after
        vars(self).update(panel_=panel, members_=members, outputs_=outputs, reading_notes_=notes)
        return self

    @one_at_a_time
    def save(self, path: str | os.PathLike[str], *, sign: Key = None) -> None:
        """Write the series, the members and the weights, all or nothing.

        Parameters
        ----------
        path : str or path
            The file; :func:`gatecast.load` reads it, :meth:`update` goes on.
        sign : bytes or str, optional
            A secret key (HMAC-SHA-256); ``load(path, verify=key)`` then takes no other file.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError
            If a member is none of gatecast's models, or the file cannot be written; an older one is
            then still there, whole.
        ModelFileError
            If it could not be read again; nothing is written then.
        ConflictError
            If the model was read from this file, and somebody else has changed the file since.
        """
        from gatecast.combination.model_file import save_combination

        self._require_fitted("save")
        with locked(path):
            require_unchanged(path, self._origin)
            self._origin = save_combination(self, path, sign)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, verify: Key = None) -> Combination:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        verify : bytes or str, optional
            The key that it must be signed with.

        Returns
        -------
        Combination
            It forecasts what the saved one forecast, bit for bit.

        Raises
        ------
        NotFoundError
            If there is no such file.
        ModelFileError
            If it is damaged, of another kind, or written by a newer gatecast.
        """
        from gatecast.combination.model_file import load_combination

        model, model._origin = load_combination(cls, path, verify)
        return model

    def decisions(self) -> list[str]:
        """Describe what was detected in the data and decided, by the members too.

        Returns
        -------
        list of str
            A sentence each.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        self._require_fitted("decisions")
        return [*self.decisions_, *self.reading_notes_]

    def _require_fitted(self, verb: str) -> Panel:
        if not hasattr(self, "panel_"):
            raise NotFittedError(message("model.not_fitted", verb=verb))
        return self.panel_

    @property
    def left_out_(self) -> dict[str, Message]:
        """Why each series that cannot be used is left out, by its name."""
        return left_out(self.decisions())

    def _without_others(self, panel: Panel, before: Panel) -> Panel:
        """Pass over series that the fit left out, and refuse others."""
        names = left_out(self.decisions_)
        for name in panel.ids[len(before) :]:
            if str(name) not in names:
                raise NotFoundError(message("table.new_series", name=str(name), n=len(before)))
        return panel.take(range(len(before)))

    def _made_members(self) -> list[Any]:
        """Check the settings, and make members that are not fitted."""
        if self.h < 1:
            raise too_small("h", self.h, 1)
        if self.weights not in ("auto", "equal"):
            raise wrong_choice("weights", self.weights, ("auto", "equal"))
        if isinstance(self.models, str) or not len(self.models):
            raise UsageError(message("combination.models", models=repr(self.models)))
        check_level(self.level)
        made = []
        for given in self.models:
            model = given
            if isinstance(given, str):
                model = make_model(given, self.h, season_length=self.season_length)
            for method in ("fit", "predict", "get_params", "decisions"):
                if not hasattr(model, method):
                    raise UsageError(message("models.no_method", model=_name(model), method=method))
            settings = {**model.get_params(), "h": self.h}
            if "level" in settings:
                settings["level"] = tuple(self.level)
            columns = [c for kind in _COVARIATES for c in settings.get(kind) or ()]
            if columns:
                raise UsageError(
                    message("combination.covariates", model=_name(model), columns=columns)
                )
            made.append(type(model)(**settings))
        return made

    def _season(self, panel: Panel) -> int:
        if self.season_length is None:
            return default_season_length(panel.freq)
        return as_seasons(self.season_length)[0]

    def _weights(self, names: list[str], holdout: HoldOut | None) -> tuple[np.ndarray, Message]:
        """Give the members' weights, and the sentence on them."""
        errors = None
        if holdout is not None and self.weights == "auto":
            distances = np.abs(holdout.forecasts - holdout.actuals[:, np.newaxis])
            errors = relative_errors(distances, holdout.series)
        count = 0 if holdout is None else len(holdout.series)
        weights = error_weights(errors, count, len(names))
        shares = [
            message("combination.share", model=n, share=w)
            for n, w in zip(names, weights, strict=True)
        ]
        if errors is not None:
            return weights, message("combination.weights", n=count, shares=shares)
        if len(names) == 1:
            return weights, message("combination.alone", model=names[0])
        if self.weights == "equal":
            return weights, message("combination.equal", shares=shares)
        return weights, message("combination.too_short", shares=shares)

    def _factors(
        self, holdout: HoldOut | None, weights: np.ndarray, outputs: list[Outputs]
    ) -> dict[float, float]:
        """Give for each level what the members' intervals are multiplied by."""
        factors = {}
        made = None if holdout is None else combined(holdout.forecasts, holdout.ends, weights)
        for share in self.level:
            measured = None
            if holdout is not None and made is not None:
                measured = interval_factor(made, holdout.actuals, share)
            if measured is None and not any(np.isfinite(one.ends[share]).all() for one in outputs):
                raise DataError(message("combination.no_interval", level=share))
            factors[share] = 1.0 if measured is None else measured
        return factors


def _name(model: Any) -> str:
    return full_name(type(model).__name__)


def _fitted(
    members: list[Any], panel: Panel, level: list[float]
) -> tuple[list[str], list[Any], list[Outputs], list[Message]]:
    """Fit members on all values, and leave out those that cannot forecast them."""
    names: list[str] = []
    fitted, outputs, left_out = [], [], []
    for member in members:
        name = _name(member)
        try:
            member.fit(panel)
            outputs.append(outputs_of(member, panel, level))
        except DataError as error:
            if len(left_out) == len(members) - 1:
                raise
            left_out.append(message("combination.left_out", model=name, reason=error.message))
            continue
        twice = sum(other.partition(" ")[0] == name for other in names)
        names.append(f"{name} ({twice + 1})" if twice else name)
        fitted.append(member)
    return names, fitted, outputs, left_out


def _width_decisions(factors: dict[float, float]) -> list[Message]:
    return [message("combination.width", level=share, factor=f) for share, f in factors.items()]


def _own(names: list[str], members: list[Any], panel: Panel) -> list[Message]:
    """Give what the members decided, but for what was detected in the data."""
    sentences: dict[Message, None] = {}
    for name, member in zip(names, members, strict=True):
        for decision in member.decisions():
            if decision not in panel.notes:
                sentences[message("combination.member", model=name, decision=decision)] = None
    return list(sentences)
