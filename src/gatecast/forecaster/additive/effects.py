"""The effects of columns known in advance: a table, sentences, and what a plan goes beyond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import future_times
from gatecast.data.holidays import holiday_name
from gatecast.data.rows import show_time
from gatecast.errors import DataError
from gatecast.forecaster.additive.columns import additive_labels
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.inputs.covariates import Covariates
from gatecast.messages import Message, message

__all__ = ["effect_sentences", "effects_frame", "plan_warnings"]

_DEVIATIONS = 1.96
#: With fewer events, a size is uncertain.
_FEWEST_EVENTS = 10
#: Of the table, what sentences give.
_NUMBERS = ["low", "high", "effect", "effect-lo-95", "effect-hi-95", "relative"]
#: Columns that sentences name, and encoded values that count as equal.
_NAMED, _SAME = 20, 1e-6


def effects_frame(fitted: FittedForecaster) -> pd.DataFrame:
    """Give the effect of each column on each series.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.

    Returns
    -------
    DataFrame
        As of :meth:`gatecast.LSTMForecaster.effects`.

    Raises
    ------
    DataError
        If the model has no columns known in advance, or is of a file without their effects.
    """
    part = fitted.additive
    if part is None:
        raise DataError(message("effects.none"))
    effects, rows = part.effects, []
    labels = additive_labels(fitted.covariates)
    for i, name in enumerate(fitted.ends.ids):
        for j, (column, label) in enumerate(labels):
            size, error = effects.size[i, j], _DEVIATIONS * effects.error[i, j]
            ends = np.array([size, size - error, size + error, effects.later[i, j]])
            relative = np.expm1(ends) if part.multiplicative else ends / part.size[i]
            own = relative * part.size[i] if part.multiplicative else ends
            low, high = (_decoded(fitted.covariates, i, column, x) for x in effects.span[j])
            row = {} if fitted.ends.id_col is None else {fitted.ends.id_col: name}
            row |= {
                "column": label, "low": low, "high": high, "effect": own[0], "effect-lo-95": own[1],
                "effect-hi-95": own[2], "later": own[3], "relative": relative[0],
                "events": int(effects.events[i, j]),
            }  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def effect_sentences(fitted: FittedForecaster) -> list[Message]:
    """Describe the effects, of several series the median one; warn of few events.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.

    Returns
    -------
    list of Message
        None where there are no columns known in advance.
    """
    if fitted.additive is None:
        return []
    whole: Any = effects_frame(fitted)
    holidays = [label for column, label in additive_labels(fitted.covariates) if not column]
    table = whole[~whole["column"].isin(holidays)]
    sentences: list[Message] = []
    nothing = []
    for label, rows in table.groupby("column", sort=False):
        if not np.any(rows[["effect", "later"]].to_numpy()):
            nothing.append(str(label))
            continue
        medians: Any = rows[_NUMBERS].median()
        middle, events = medians.to_dict(), int(rows["events"].sum())
        sentences.append(
            message(
                "effects.size", column=str(label), low=middle["low"], high=middle["high"],
                effect=middle["effect"], lowest=middle["effect-lo-95"],
                highest=middle["effect-hi-95"], share=middle["relative"],
                events=events,
            )
        )  # fmt: skip
        if events < _FEWEST_EVENTS:
            sentences.append(
                message("effects.few", column=str(label), events=events, least=_FEWEST_EVENTS)
            )
    sentences = sentences[:_NAMED]
    if nothing:
        sentences.append(message("effects.nothing", names=nothing[:_NAMED]))
    return sentences + _holiday_sentences(whole[whole["column"].isin(holidays)])


def _holiday_sentences(table: Any) -> list[Message]:
    """Describe the effects of holidays, the strongest first; warn of few and of new ones."""
    if table.empty:
        return []
    groups = table.groupby("column", sort=False)
    middle, events = groups[_NUMBERS].median(), groups["events"].sum()
    acting = middle[middle["effect"] != 0.0]
    strongest = acting["effect"].abs().sort_values(ascending=False).index[:_NAMED]
    sizes = [
        message(
            "effects.holiday", name=holiday_name(str(name)), effect=acting.loc[name, "effect"],
            lowest=acting.loc[name, "effect-lo-95"], highest=acting.loc[name, "effect-hi-95"],
        )
        for name in strongest
    ]  # fmt: skip
    if len(acting) > _NAMED:
        sizes.append(message("effects.more_holidays", n=len(acting) - _NAMED))
    without = len(middle) - len(acting)
    kind = "effects.holidays" if sizes else "effects.no_holidays"
    sentences = [message(kind, **({"sizes": sizes} if sizes else {}), nothing=without)]
    few = [str(name) for name in strongest if events[name] < _FEWEST_EVENTS]
    if few:
        sentences.append(message("effects.few_holidays", names=few, least=_FEWEST_EVENTS))
    new = [str(name) for name in events.index[events == 0]]
    if new:
        sentences.append(message("effects.new_holidays", names=new))
    return sentences


def plan_warnings(fitted: FittedForecaster, future: Sequence[np.ndarray]) -> list[Message]:
    """Say where a plan goes beyond what was observed.

    Parameters
    ----------
    fitted : FittedForecaster
        The forecaster.
    future : sequence of ndarray of shape [K, F]
        Encoded columns of the plan.

    Returns
    -------
    list of Message
        One for each column, with the first such step.
    """
    part = fitted.additive
    if part is None or not len(future):
        return []
    rows = np.stack(future).astype(np.float64)
    own = rows.shape[-1]  # holidays that are new are told of by the fit
    lowest, highest = (e[:, np.newaxis, :own] for e in (part.effects.lowest, part.effects.highest))
    beyond = (rows < lowest - _SAME) | (rows > highest + _SAME)
    if not beyond.any():
        return []
    times = future_times(fitted.ends.times, fitted.ends.freq, fitted.h)
    sentences = []
    for j, (column, label) in enumerate(additive_labels(fitted.covariates)[:own]):
        places = np.argwhere(beyond[:, :, j])
        if len(places):
            i, k = (int(x) for x in places[0])
            low, high = (
                _decoded(fitted.covariates, i, column, e[i, 0, j]) for e in (lowest, highest)
            )
            sentences.append(
                message(
                    "effects.beyond", column=label, low=low, high=high,
                    time=show_time(times[i, k]),
                )
            )  # fmt: skip
    return sentences


def _decoded(covariates: Covariates, i: int, column: str, value: float) -> float:
    """Bring a number back to the unit of its column."""
    if not column or column in covariates.names:
        return float(value)
    at = covariates.columns.index(column)
    return float(value * covariates.deviations[i, at] + covariates.means[i, at])
