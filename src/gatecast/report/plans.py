"""Several plans on the page of a forecast: their lines, and how far each is from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast.forecaster.forecasting.plans import PLAN
from gatecast.report.tables import decimals, share

if TYPE_CHECKING:
    from gatecast.evaluation.forecast import ForecastResult

__all__ = ["forecast_lines", "plans_table"]

_MOST_ROWS = 2000


def forecast_lines(result: ForecastResult, future: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the forecast of a series, of each plan where there are several.

    Parameters
    ----------
    result : ForecastResult
        With plans or without.
    future : DataFrame
        Rows of a series in ``result.frame``.

    Returns
    -------
    dict of str to ndarray of shape [K]
        By the name of the plan, or of the model where there is one plan.
    """
    if result.plans is None:
        return {result.model: future[result.model].to_numpy(np.float64)}
    rows: Any = result.plans
    if result.id_col is not None:
        rows = rows[rows[result.id_col] == future[result.id_col].iloc[0]]
    return {
        str(name): rows.loc[rows[PLAN] == name, result.model].to_numpy(np.float64)
        for name in dict.fromkeys(rows[PLAN])
    }


def plans_table(result: ForecastResult) -> dict[str, Any]:
    """Write the sum of each plan over the horizon, and its change from the first one.

    Parameters
    ----------
    result : ForecastResult
        With plans or without.

    Returns
    -------
    dict
        ``plans``, rows of id (where there is one), plan, sum, change and its share; and
        ``plans_left``, how many are not there.
    """
    if result.plans is None:
        return {"plans": [], "plans_left": 0}
    keys = [*([] if result.id_col is None else [result.id_col]), PLAN]
    table: Any = result.plans
    sums = table.groupby(keys, sort=False, observed=True)[result.model].sum()
    first = table[PLAN].iloc[0]
    base = sums.xs(first, level=PLAN) if len(keys) > 1 else sums[first]
    rows = []
    places = decimals(sums.to_numpy(np.float64))
    ids = list(dict.fromkeys(table[keys[0]])) if len(keys) > 1 else [None]
    names = list(dict.fromkeys(table[PLAN]))
    for one in ids[: max(1, _MOST_ROWS // len(names))]:
        start = round(float(base if one is None else base[one]), places)
        for name in names:
            total = round(float(sums[name if one is None else (one, name)]), places)
            change = total - start
            moved = name != first
            rows.append(
                (
                    *([] if one is None else [str(one)]), str(name), f"{total:,.{places}f}",
                    f"{change:+,.{places}f}" if moved else "",
                    share(change / abs(start)) if moved and start else "",
                )
            )  # fmt: skip
    return {"plans": rows, "plans_left": len(ids) * len(names) - len(rows)}
