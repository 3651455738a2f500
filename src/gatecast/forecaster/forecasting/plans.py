"""Several plans at once: what if the columns known in advance were others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gatecast.errors import UsageError
from gatecast.messages import Argument, Message, message

__all__ = ["DIFFERENCE", "PLAN", "Plan", "joined_plans", "named_plans"]

#: The column with the name of a plan, and the end of that with the change from the first one.
PLAN, DIFFERENCE = "plan", "-difference"


class Plan(NamedTuple):
    """Hold the forecast of one plan.

    Attributes
    ----------
    name : str
        Of the plan.
    frame : DataFrame
        As of ``predict``.
    notes : list of Message
        What was detected in its table, and where it goes beyond the history.
    """

    name: str
    frame: pd.DataFrame
    notes: list[Message]


def named_plans(futr_df: Any) -> dict[str, Any] | None:
    """Give several plans by name.

    Parameters
    ----------
    futr_df : mapping of str to path or DataFrame, path, DataFrame or None
        See :meth:`gatecast.LSTMForecaster.predict`.

    Returns
    -------
    dict or None
        None where it is one plan, or none.

    Raises
    ------
    UsageError
        If there is no plan in it, or a name is no text.
    """
    if not isinstance(futr_df, Mapping):
        return None
    if not futr_df or not all(isinstance(name, str) and name for name in futr_df):
        raise UsageError(message("plans.names", names=[repr(name) for name in futr_df]))
    return dict(futr_df)


def joined_plans(plans: list[Plan], alias: str) -> tuple[pd.DataFrame, list[Message]]:
    """Join the forecasts of several plans, with the change from the first one.

    Parameters
    ----------
    plans : list of Plan
        One or more.
    alias : str
        Column of the forecast.

    Returns
    -------
    frame : DataFrame
        One plan after another; the name of each comes first, the change from the first plan last.
    notes : list of Message
        Of all, each with the name of its plan.

    Raises
    ------
    UsageError
        If a column of the table has the name of one of these.
    """
    first = plans[0].frame
    taken = next((name for name in (PLAN, alias + DIFFERENCE) if name in first), None)
    if taken is not None:
        raise UsageError(message("plans.column", column=taken, argument=Argument("futr_df")))
    frame = pd.concat([plan.frame for plan in plans], ignore_index=True)
    frame.insert(0, PLAN, np.repeat([plan.name for plan in plans], len(first)))
    frame[alias + DIFFERENCE] = frame[alias] - np.tile(first[alias], len(plans))
    notes = [
        message("plans.note", plan=plan.name, note=note) for plan in plans for note in plan.notes
    ]
    return frame, notes
