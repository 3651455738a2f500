"""One door to all pages: the page that belongs to a result."""

from __future__ import annotations

import os
from typing import Any

from gatecast.errors import UsageError
from gatecast.evaluation.backtest import Backtest
from gatecast.evaluation.forecast import ForecastResult, forecast
from gatecast.explain import Explanation
from gatecast.messages import message
from gatecast.report.backtest import backtest_page
from gatecast.report.demo import demo_page
from gatecast.report.explain import explain_page
from gatecast.report.forecast import forecast_page
from gatecast.report.tune import tune_page
from gatecast.tuning import Tuning
from gatecast.tutorial.experiment import TutorialResult

__all__ = ["report"]


def report(
    result: Any, path: str | os.PathLike[str], *, subject: str | None = None, lang: str = "en"
) -> None:
    """Write the page of a result: one HTML file that needs nothing else and loads nothing.

    Parameters
    ----------
    result : ForecastResult, Backtest, Tuning, Explanation or fitted model
        What :func:`gatecast.forecast`, :func:`gatecast.backtest`, :func:`gatecast.tune` or
        :func:`gatecast.explain` returned; of a fitted model its forecast.
    path : str or path
        The HTML file.
    subject : str, optional
        What it is about, for the headline.
    lang : {"en", "zh"}, default "en"
        Language that the page opens in; a button on it changes it.

    Raises
    ------
    UsageError
        If there is no page for such a result, or no such language.
    NotFoundError
        If it cannot be written.
    NotFittedError
        If a model is not fitted.
    """
    if isinstance(result, ForecastResult):
        forecast_page(result, path, subject=subject, lang=lang)
    elif isinstance(result, Backtest):
        backtest_page(result, path, subject=subject, lang=lang)
    elif isinstance(result, Tuning):
        tune_page(result, path, subject=subject, lang=lang)
    elif isinstance(result, Explanation):
        explain_page(result, path, subject=subject, lang=lang)
    elif isinstance(result, TutorialResult):
        demo_page(result, path, lang=lang)
    elif hasattr(result, "predict"):
        forecast_page(forecast(result), path, subject=subject, lang=lang)
    else:
        raise UsageError(message("report.no_result", verb="report", type=type(result).__name__))
