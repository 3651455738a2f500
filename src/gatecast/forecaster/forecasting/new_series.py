"""Series that were not in the fit: the same networks forecast them, and take them in.

Nothing is trained. What belongs to a series alone (its transforms, the scales of its covariates,
the state of the networks after its last value) is made from its own history as in the fit; what
belongs to the model (the networks, the inputs that they see, the calibration) is the model's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from gatecast.data.panel import Ends, Panel
from gatecast.data.transforms.joining import join_pipelines
from gatecast.data.transforms.pipeline import TransformPipeline
from gatecast.errors import series_name
from gatecast.forecaster.additive.columns import encoded_columns
from gatecast.forecaster.additive.part import ADDITIVE_ROWS, EFFECT_ROWS, AdditivePart, Effects
from gatecast.forecaster.additive.removal import short_seasons
from gatecast.forecaster.counts.part import CountPart
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.forecasting.new_rows import require_frequency, with_history
from gatecast.forecaster.forecasting.tables import (
    FEWEST_VALUES,
    read_future_covariates,
    read_histories,
    read_new_rows,
)
from gatecast.forecaster.forecasting.updating import advance
from gatecast.forecaster.inputs.covariates import COVARIATE_ROWS, Covariates
from gatecast.forecaster.inputs.features import FeatureState
from gatecast.forecaster.inputs.training_data import SequenceDataset
from gatecast.kernel import State
from gatecast.messages import Message, message

__all__ = ["fit_others", "join", "read_request", "take_in"]

_Rows = TypeVar("_Rows", Covariates, FeatureState, AdditivePart, Effects)

#: Series that a sentence names.
_NAMED = 10
#: Arrays with a row for each series, of the past.
_PAST = ("last", "mean", "change_sum", "weight_sum", "recent")


def read_request(
    fitted: FittedForecaster, df: Any, futr_df: Any
) -> tuple[FittedForecaster, list[np.ndarray], list[Message] | None]:
    """Read what is to be forecast: the series of a model, or whole histories of others.

    Parameters
    ----------
    fitted : FittedForecaster
        It stays as it is.
    df, futr_df : path, DataFrame, Series, Panel or None
        As for :meth:`gatecast.LSTMForecaster.predict`.

    Returns
    -------
    fitted : FittedForecaster
        At the ends of the series that are forecast.
    future : list of ndarray of shape [K, F]
        Their future covariates, scaled; empty where the model has none.
    notes : list of str or None
        What was detected in the tables, a sentence each; None where none was read.

    Raises
    ------
    NotFoundError, UsageError, DataError
        If a table cannot be read, a series is too short, or it does not fit the model.
    """
    if df is not None and futr_df is None and fitted.covariates.futr:
        warnings.warn("predict(futr_df) is now predict(futr_df=...)", DeprecationWarning, 4)
        df, futr_df = None, df
    notes: list[Message] | None = None
    if df is not None:
        panel, notes = read_histories(fitted, df, {})
        usable, short = with_history(panel, fitted.ends.freq, FEWEST_VALUES)
        panel, notes = usable or panel, [*notes, *short]
        others = fit_others(fitted, panel)
        notes = [*notes, *_new_levels(fitted, panel)]
        fitted = others
    future, further = read_future_covariates(fitted, futr_df)
    return fitted, future, notes if further is None else [*(notes or []), *further]


def take_in(
    fitted: FittedForecaster, source: Any, columns: dict[str, str | None]
) -> tuple[FittedForecaster, list[Message] | None]:
    """Go on along new values, and take series in that were not in the fit.

    Parameters
    ----------
    fitted : FittedForecaster
        It goes on; after an error it is as it was.
    source, columns
        As for :func:`gatecast.forecaster.forecasting.tables.read_new_rows`.

    Returns
    -------
    fitted : FittedForecaster
        Of all series; the same object where none is new.
    notes : list of str or None
        What was detected in the table, a sentence each; None where no table was read.

    Raises
    ------
    NotFoundError, UsageError, DataError
        If the table cannot be read, times do not follow, or a new series is too short.
    """
    rows, panel, notes = read_new_rows(fitted, source, columns)
    if panel is not None:
        beside = rows is not None
        panel, short = with_history(panel, fitted.ends.freq, FEWEST_VALUES, beside=beside)
        notes = [*(notes or []), *short]
    if panel is not None:
        # new arrays throughout, so that the model stays as it is until all is done
        fitted = join(fitted, fit_others(fitted, panel))
    if rows is not None:
        advance(fitted, rows)
    if panel is None:
        return fitted, notes
    names = [str(name) for name in panel.ids[:_NAMED]] + ["..."] * (len(panel) > _NAMED)
    new = [message("series.new", names=names), *_new_levels(fitted, panel)]
    return fitted, [*(notes or []), *new]


def fit_others(fitted: FittedForecaster, panel: Panel) -> FittedForecaster:
    """Let the networks of a fitted forecaster run along other series.

    Parameters
    ----------
    fitted : FittedForecaster
        Of the series of the fit; it stays as it is.
    panel : Panel
        Histories of other series, or other histories of the same ones, with the covariates.

    Returns
    -------
    FittedForecaster
        Of the panel's series alone, at their ends.

    Raises
    ------
    DataError
        If a series is too short, the frequency is another one, or a column does not fit the model.
    """
    _check(fitted, panel)
    covariates = fitted.covariates.fit_others(panel, panel.lengths)
    additive = None
    if fitted.additive is not None:
        encoded = encoded_columns(panel, covariates)
        additive = fitted.additive.fit_others(
            panel, encoded, short_seasons(fitted.transforms.treatment.seasons, panel.freq),
            _same_history(fitted, panel), (fitted.covariates.fixed, covariates.fixed),
        )  # fmt: skip
        panel = replace(panel, values=additive.off_panel(panel, encoded))
    transforms = TransformPipeline.fit(
        panel.values, panel.offsets, fitted.transforms.treatment,
        lambda i: series_name(panel.ids[i]),
    )  # fmt: skip
    values = transforms.transform_flat(panel.values, panel.offsets)
    wanted = bool(covariates.columns) or covariates.calendar
    data = SequenceDataset.from_series(
        values, panel.offsets, fitted.h, fitted.state.anew(len(panel)),
        covariates.inputs(panel) if wanted else None,
    )  # fmt: skip
    others = replace(
        fitted, ends=panel.ends(), transforms=transforms, covariates=covariates, state=data.state,
        states=[], outputs=[], pending=[], schema=panel.schema or fitted.schema,
        additive=additive, counts=fitted.counts and fitted.counts.of_others(panel),
    )  # fmt: skip
    others.run_along(data, panel, pad=True)
    return others


def join(fitted: FittedForecaster, others: FittedForecaster) -> FittedForecaster:
    """Put series that were not in the fit after those of a fitted forecaster.

    Parameters
    ----------
    fitted : FittedForecaster
        Its series keep their places and forecasts, bit for bit.
    others : FittedForecaster
        What :func:`fit_others` has made with the same networks.

    Returns
    -------
    FittedForecaster
        Of all series.
    """
    states = zip(fitted.states, others.states, strict=True)
    outputs = zip(fitted.outputs, others.outputs, strict=True)
    return replace(
        fitted,
        ends=_join_ends(fitted.ends, others.ends),
        transforms=join_pipelines(fitted.transforms, others.transforms),
        covariates=_joined(fitted.covariates, others.covariates, COVARIATE_ROWS),
        state=_joined(fitted.state, others.state, _PAST),
        states=[
            State(
                np.concatenate([one.hidden, other.hidden], axis=1),
                np.concatenate([one.cell, other.cell], axis=1),
            )
            for one, other in states
        ],
        outputs=[np.concatenate(both) for both in outputs],
        recent=_join_recent(fitted.recent, others.recent),
        pending=[*fitted.pending, *others.pending],
        schema=None if fitted.schema is None else fitted.schema.extend(others.schema),
        additive=_join_additive(fitted.additive, others.additive),
        counts=_join_counts(fitted, others.counts),
    )


def _check(fitted: FittedForecaster, panel: Panel) -> None:
    """Refuse series that the networks cannot run along."""
    require_frequency(panel, fitted.ends.freq)
    panel.require(fitted.covariates.columns)


def _new_levels(fitted: FittedForecaster, panel: Panel) -> list[Message]:
    """Say which static names were not in the fit, of up to ten series."""
    sentences = []
    for column in fitted.covariates.stat:
        if column not in fitted.covariates.names:
            continue
        levels = [str(level) for level in panel.extra[column][panel.offsets[:-1]]]
        sentences += [
            message("series.new_level", column=column, series=str(name), level=level)
            for name, level in zip(panel.ids, levels, strict=True)
            if level not in fitted.covariates.names[column]
        ]
    return sentences[:_NAMED]


def _join_ends(one: Ends, other: Ends) -> Ends:
    return replace(
        one,
        ids=np.concatenate([one.ids.astype(object), other.ids.astype(object)]),
        times=np.concatenate([one.times, other.times]),
        lengths=np.concatenate([one.lengths, other.lengths]),
    )


def _joined(one: _Rows, other: _Rows, names: Sequence[str]) -> _Rows:
    """Join arrays of two objects of one class."""
    arrays = {n: np.concatenate([getattr(one, n), getattr(other, n)]) for n in names}
    return replace(one, **arrays)


def _same_history(fitted: FittedForecaster, panel: Panel) -> np.ndarray:
    """Find the series that end as one of the fit, with as many values; -1 for others."""
    ends, places = panel.ends(), {name: i for i, name in enumerate(fitted.ends.ids)}
    place = np.array([places.get(name, -1) for name in panel.ids], np.int64)
    same = (place >= 0) & (fitted.ends.times[place] == ends.times)
    same &= fitted.ends.lengths[place] == ends.lengths
    return np.where(same, place, -1)


def _join_additive(one: AdditivePart | None, other: AdditivePart | None) -> AdditivePart | None:
    if one is None or other is None:
        return one
    joined = _joined(one, other, ADDITIVE_ROWS)
    return replace(joined, effects=_joined(one.effects, other.effects, EFFECT_ROWS))


def _join_counts(fitted: FittedForecaster, other: CountPart | None) -> CountPart | None:
    count = len(fitted.ends.ids)
    if fitted.counts is not None:
        return fitted.counts.join(other, count)
    return None if other is None else replace(other, which=other.which + count)


def _join_recent(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Join last values that go back differently far; NaN stands before the first one."""
    width = max(one.shape[1], other.shape[1])
    padded = (
        np.pad(a, ((0, 0), (width - a.shape[1], 0)), constant_values=np.nan) for a in (one, other)
    )
    return np.concatenate([*padded])
