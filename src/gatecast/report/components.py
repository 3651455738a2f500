"""The components of a forecast, drawn: what is added to the level at each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast.forecaster.forecasting.components import HOLIDAYS, LEVEL, NETWORK, TREND
from gatecast.report.charts import MODELS, Chart, Text, Trace, clock
from gatecast.report.tables import by_series, number

if TYPE_CHECKING:
    from gatecast.evaluation.forecast import ForecastResult

__all__ = ["components_chart", "components_charts"]

#: Lines that a reader can tell apart; smaller components are drawn as one.
_MOST_LINES = 6
#: Steps up to which points are marked.
_MARKED = 60


def components_charts(result: ForecastResult, shown: int) -> dict[str, Chart]:
    """Draw the components of each series.

    Parameters
    ----------
    result : ForecastResult
        With components or without.
    shown : int
        How many series are drawn.

    Returns
    -------
    dict of str to Chart
        By the name of the series; empty where there are none.
    """
    if result.components is None:
        return {}
    parts = by_series(result.components, result.id_col)
    return {name: components_chart(result, parts[name]) for name in list(parts)[:shown]}


def components_chart(result: ForecastResult, parts: pd.DataFrame) -> Chart:
    """Draw the components of one series.

    Parameters
    ----------
    result : ForecastResult
        The forecast.
    parts : DataFrame
        Rows of the series in its components.

    Returns
    -------
    Chart
        A line for each component but the level, the largest of all series first, so that a
        component has one colour.
    """
    keys = [name for name in (result.id_col, result.time_col) if name is not None]
    values: Any = parts.drop(columns=[*keys, result.model, LEVEL]).astype(np.float64)
    of_all: Any = result.components
    sizes = of_all[values.columns].astype(np.float64).abs().mean()
    largest = [str(name) for name in sizes.sort_values(ascending=False, kind="stable").index]
    drawn = [name for name in largest if sizes[name] > 0] or largest[:1]
    lines = {_text(name): values[name].to_numpy() for name in drawn[:_MOST_LINES]}
    rest = drawn[_MOST_LINES:]
    if rest:
        lines[f"{len(rest)} others", f"其余 {len(rest)} 项"] = values[rest].sum(axis=1).to_numpy()
    x = clock(parts[result.time_col])
    style = "marked" if len(x) <= _MARKED else "line"
    traces = [
        Trace(name, x, y, colour, style, width=2.0)
        for (name, y), colour in zip(lines.items(), MODELS, strict=False)
    ]
    level = number(float(parts[LEVEL].iloc[0]))
    title = (f"added to the level of {level}", f"在水平 {level} 之上")
    return Chart(traces, result.time_col, title)


def _text(column: str) -> Text:
    """Name a component in both languages; a user's column is called by its name."""
    names = {
        TREND: ("trend", "趋势"), HOLIDAYS: ("holidays", "节假日"),
        NETWORK: ("rest of the network", "网络的其余部分"),
    }  # fmt: skip
    if column in names:
        return names[column]
    start, _, steps = column.rpartition(" ")
    if start == "season" and steps.isdigit():
        return f"season of {steps} steps", f"{steps} 步的季节"
    return column
