"""The forecaster as sktime wants it (extra ``[sktime]``)."""

from __future__ import annotations

import inspect
import warnings
from copy import deepcopy
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from gatecast.errors import DataError, require_extra
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.forecasting.tables import FEWEST_VALUES, read_future_covariates
from gatecast.forecaster.settings.config import Config, documented
from gatecast.messages import message

__all__ = ["SktimeLSTMForecaster"]

_PURPOSE = "gatecast.adapters.sktime"
_base = require_extra("sktime.forecasting.base", "sktime", _PURPOSE)
_datatypes = require_extra("sktime.datatypes", "sktime", _PURPOSE)

#: Settings that sktime says otherwise: by the horizon, the index, X, and the name of y.
_OTHERWISE = (
    "h", "freq", "aggregate", "hist_exog_list", "futr_exog_list", "stat_exog_list", "alias",
)  # fmt: skip

#: The settings of the forecaster, as sktime reads them from the constructor.
_SETTINGS = inspect.Signature(
    [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY
            if one.kw_only
            else inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=one.default,
        )
        for one in fields(Config)
        if one.name not in _OTHERWISE
    ]
)


class SktimeLSTMForecaster(_base.BaseForecaster):
    """Forecast with :class:`gatecast.LSTMForecaster` behind sktime's interface.

    The networks learn all steps up to the largest of the horizon at once, so the horizon is needed
    in ``fit``. ``update`` trains anew on all values; with ``update_params=False`` the trained
    networks advance along the new values.

    The columns of ``X``, numbers or names, are future covariates: ``predict`` needs them at every
    step up to the largest of the horizon.

    Intervals and quantiles of a ``level`` are those of the forecaster, calibrated on the hold-out.
    All others are the forecast plus quantiles of the errors of the hold-out, which need a series
    long enough for one.

    Steps of the horizon at 0 and below are forecasts in sample: of each value from the one before
    it, and of the last ones, as far as the horizon reaches, from the last origin that has a whole
    horizon. The first value of a series has no forecast and is NaN. All these values were seen in
    training.

    A series of fewer than h + 4 values cannot teach a horizon of h steps. Of such a one as many
    steps are learned as it can teach, and later ones repeat the last of them; with fewer than 5
    values the forecast is the last value. Both are warned of.

    Parameters
    ----------
    {settings}

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
        "capability:exogenous": True,
        "capability:categorical_in_X": True,
        "capability:non_contiguous_X": False,
        "capability:insample": True,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:missing_values": False,
        "capability:update": True,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": True,
        "X-y-must-have-same-index": False,
        "y_inner_mtype": "pd.Series",
        "X_inner_mtype": "pd.DataFrame",
    }

    def __init__(self, *args: Any, **settings: Any) -> None:
        given = _SETTINGS.bind(*args, **settings)
        given.apply_defaults()
        self.__dict__.update(given.arguments)
        super().__init__()

    __init__.__signature__ = _SETTINGS.replace(
        parameters=[
            inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
            *_SETTINGS.parameters.values(),
        ]
    )

    def _fit(self, y: pd.Series, X: pd.DataFrame | None, fh: Any) -> SktimeLSTMForecaster:
        h = max(1, int(fh.to_relative(self.cutoff).to_numpy().max()))
        learned = min(h, len(y) - FEWEST_VALUES)
        if learned < h:
            rest = message("adapters.last")
            if learned > 0:
                rest = message("adapters.repeated", step=learned)
            needed = h + FEWEST_VALUES
            short = message("adapters.too_short", n=len(y), h=h, needed=needed, rest=rest)
            warnings.warn(short, stacklevel=2)
        self._past, self._covariates, self._trained = y, X, len(y)
        self.forecaster_ = None
        if learned > 0:
            table = _table(y, X)
            columns = [str(name) for name in table.columns[1:]]
            settings = {**self.get_params(deep=False), "futr_exog_list": columns}
            self.forecaster_ = LSTMForecaster(h=learned, **settings).fit(table, target_col="y")
        return self

    def _predict(self, fh: Any, X: pd.DataFrame | None) -> pd.Series:
        past = self._past.loc[: self.cutoff[0]]
        steps = fh.to_relative(self.cutoff).to_numpy()
        forecast = np.full(len(steps), np.nan)
        ahead = steps > 0
        if ahead.any():
            if self.forecaster_ is None:
                values = past.to_numpy(np.float64)[-1:]
            else:
                model = self._advanced(past)
                values = model.predict(futr_df=self._plan(past, X))[model.alias].to_numpy()
            forecast[ahead] = values[np.minimum(steps[ahead], len(values)) - 1]
        if not ahead.all():
            values = self._insample(past)
            at = len(past) - 1 + steps[~ahead]
            forecast[~ahead] = np.where(at >= 0, values[at], np.nan)
        return pd.Series(forecast, fh.to_absolute_index(self.cutoff), name=past.name)

    def _predict_quantiles(
        self, fh: Any, X: pd.DataFrame | None, alpha: list[float]
    ) -> pd.DataFrame:
        past = self._past.loc[: self.cutoff[0]]
        if self.forecaster_ is None:
            raise DataError(message("adapters.no_quantiles", n=len(past)))
        model, plan = self._advanced(past), self._plan(past, X)
        columns = [_column(model, share) for share in alpha]
        forecast = model.predict(futr_df=plan) if any(columns) else None
        measured = {} if None not in columns else _measured(model, plan, alpha)
        quantiles = [
            measured[share] if forecast is None or column is None else forecast[column].to_numpy()
            for share, column in zip(alpha, columns, strict=True)
        ]
        steps = np.minimum(fh.to_indexer(self.cutoff), model.h - 1)
        return pd.DataFrame(
            np.stack(quantiles, axis=1)[steps], fh.to_absolute_index(self.cutoff),
            pd.MultiIndex.from_product([self._get_varnames(), alpha]),
        )  # fmt: skip

    def _update(self, y: pd.Series, X: Any = None, update_params: bool = True) -> Any:
        self._past = _datatypes.update_data(self._past, y)
        if X is not None and self._covariates is not None:
            self._covariates = _datatypes.update_data(self._covariates, X)
        return self._fit(self._past, self._covariates, self.fh) if update_params else self

    def _advanced(self, past: pd.Series) -> LSTMForecaster:
        """Let the trained forecaster go on along the values after those that it was trained on."""
        model = self.forecaster_
        assert model is not None
        if len(past) < self._trained:
            raise DataError(message("adapters.cutoff", n=len(past), trained=self._trained))
        if len(past) == self._trained:
            return model
        return deepcopy(model).update(_table(past, self._covariates).iloc[self._trained :])

    def _plan(self, past: pd.Series, X: pd.DataFrame | None) -> pd.DataFrame | None:
        """Give the covariates of the steps after the last value; None where there are none."""
        given = self._covariates
        if given is None or self.forecaster_ is None:
            return None
        if X is not None:
            given = pd.concat([given[~given.index.isin(X.index)], X])
        steps = _base.ForecastingHorizon(np.arange(1, self.forecaster_.h + 1))
        index = steps.to_absolute_index(past.index[-1:])
        missing = index.difference(given.index)
        if len(missing):
            raise DataError(message("adapters.no_plan", time=str(missing[0]), h=self.forecaster_.h))
        return _named(given.loc[index])

    def _insample(self, past: pd.Series) -> np.ndarray:
        """Forecast each value of a series but the first from the last origin there is."""
        forecast = np.full(len(past), np.nan)
        if self.forecaster_ is None:
            forecast[1:] = past.to_numpy(np.float64)[:-1]
            return forecast
        model = self.forecaster_
        assert model.panel_ is not None
        length = len(model.panel_.values)
        at = np.arange(length - model.h)[:, np.newaxis] + np.arange(1, model.h + 1)
        filled = np.full(length, np.nan)
        filled[at.ravel()] = model.predict_insample()[model.alias]  # of later origins it stays
        trained = filled[~model.panel_.filled]
        forecast[: len(trained)] = trained[: len(past)]
        model, table = deepcopy(model), _table(past, self._covariates)
        for end in range(self._trained, len(past)):
            ahead = model.predict(futr_df=self._plan(past.iloc[:end], None))
            forecast[end] = ahead[model.alias].iloc[0]
            model.update(table.iloc[end : end + 1])
        return forecast

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
        quick = {"hidden": 4, "max_steps": 3, "n_networks": 1, "threads": 1, "pretrained": False}
        return [quick, {**quick, "season_length": 4, "random_state": 1}]


def _table(y: pd.Series, X: pd.DataFrame | None) -> pd.DataFrame:
    """Name values, times and covariates so that the reader takes them for what they are."""
    table = y.rename("y").rename_axis("ds").to_frame()
    return table if X is None else table.join(_named(X))


def _named(X: pd.DataFrame) -> pd.DataFrame:
    """Name times and covariates; a covariate that is called as the values or times are is told."""
    named = {name: f"{name}_X" if str(name) in ("y", "ds") else str(name) for name in X.columns}
    return X.rename(columns=named).rename_axis("ds")


def _column(model: LSTMForecaster, share: float) -> str | None:
    """Name the column of a forecast that is this quantile; None if no level has it."""
    for level in model.level:
        for end, own in (("lo", 50.0 - level / 2), ("hi", 50.0 + level / 2)):
            if np.isclose(100.0 * share, own):
                return f"{model.alias}-{end}-{level:g}"
    return None


def _measured(
    model: LSTMForecaster, plan: pd.DataFrame | None, alpha: list[float]
) -> dict[float, np.ndarray]:
    """Give the forecast plus quantiles of the errors of whole forecasts of the hold-out."""
    fitted, calibration = model.fitted_, model.calibration_
    if fitted.counts is not None:
        return {share: fitted.counts.quantiles([share])[0, :, 0] for share in alpha}
    if calibration is None or not len(calibration.paths):
        raise DataError(message("adapters.no_quantiles", n=int(fitted.ends.lengths[0])))
    future = read_future_covariates(fitted, plan)[0]
    median, _ = fitted.forecast(future)
    added = fitted.added_ahead(future)
    errors = np.quantile(calibration.paths, alpha, axis=0)
    # every transform rises with its values, so that quantiles stay quantiles
    return {
        share: fitted.restore(median + e, added)[0] for share, e in zip(alpha, errors, strict=True)
    }


SktimeLSTMForecaster.__doc__ = documented(SktimeLSTMForecaster.__doc__, _OTHERWISE)
