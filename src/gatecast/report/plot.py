"""One chart of a result: what its ``plot()`` draws."""

from __future__ import annotations

from typing import Any

from gatecast.errors import DataError, UsageError
from gatecast.evaluation.backtest import Backtest
from gatecast.evaluation.forecast import ForecastResult
from gatecast.explain import Explanation
from gatecast.messages import message
from gatecast.report.backtest import backtest_chart
from gatecast.report.charts import Chart
from gatecast.report.components import components_chart
from gatecast.report.drawing import draw_on_axes, to_plotly
from gatecast.report.figures import attribution_chart
from gatecast.report.forecast import forecast_chart
from gatecast.report.tables import by_series
from gatecast.report.tune import search_chart
from gatecast.tuning import Tuning

__all__ = ["plot", "plot_components"]


def plot(result: Any, ax: Any = None) -> Any:
    """Draw a result: of many series the first one.

    Parameters
    ----------
    result : ForecastResult, Backtest, Tuning or Explanation
        A forecast is drawn over its history, a backtest as actual values over the intervals of the
        best model, a search as its trials, an explanation as what each past step adds.
    ax : matplotlib Axes, optional
        Axes to draw on; a Plotly figure is made if not given.

    Returns
    -------
    plotly Figure or matplotlib Axes
        What was drawn.

    Raises
    ------
    UsageError
        If it is none of these.
    MissingExtraError
        Without plotly, where no axes are given.
    """
    chart = _chart(result)
    return to_plotly(chart) if ax is None else draw_on_axes(chart, ax)


def plot_components(result: ForecastResult, ax: Any = None) -> Any:
    """Draw the parts that a forecast is made of: of many series the first one.

    Parameters
    ----------
    result : ForecastResult
        With components.
    ax : matplotlib Axes, optional
        Axes to draw on; a Plotly figure is made if not given.

    Returns
    -------
    plotly Figure or matplotlib Axes
        What was drawn.

    Raises
    ------
    DataError
        If the model has no components.
    MissingExtraError
        Without plotly, where no axes are given.
    """
    if result.components is None:
        raise DataError(message("components.none", model=result.model))
    first = next(iter(by_series(result.components, result.id_col).values()))
    chart = components_chart(result, first)
    return to_plotly(chart) if ax is None else draw_on_axes(chart, ax)


def _chart(result: Any) -> Chart:
    if isinstance(result, ForecastResult):
        past, future = (by_series(f, result.id_col) for f in (result.history, result.frame))
        first = next(iter(future))
        return forecast_chart(result, past[first], future[first])
    if isinstance(result, Backtest):
        return backtest_chart(result)
    if isinstance(result, Tuning):
        return search_chart(result)
    if isinstance(result, Explanation):
        return attribution_chart(result)
    raise UsageError(message("report.no_result", verb="plot", type=type(result).__name__))
