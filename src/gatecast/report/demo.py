"""The page of the tutorial's experiment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gatecast import __version__, storage
from gatecast.report import charts
from gatecast.report.page import render

if TYPE_CHECKING:
    from gatecast.tutorial.experiment import TutorialResult

__all__ = ["demo_page", "view_around_split"]

NETWORKS = ("tutorial", "sequences")


def demo_page(
    result: TutorialResult, path: str | os.PathLike[str], *, glass: str | None = None
) -> None:
    """Write the page of the tutorial's experiment.

    Parameters
    ----------
    result : TutorialResult
        What :func:`gatecast.tutorial.experiment.run_tutorial` returned.
    path : str or path
        The HTML file.
    glass : str, optional
        File name of the guided page, in the same folder.

    Raises
    ------
    NotFoundError, UsageError
        If it cannot be written.
    """
    trained = [run for run in result.runs if run.loss]
    figures = {"series": _series(result)}
    for run in trained:
        figures[f"loss-{run.key}"] = charts.epochs(
            run.label, run.loss, charts.COLOURS[run.key], title="training loss"
        )
    page = render(
        "demo.html",
        figures,
        result=result,
        losses=[f"loss-{run.key}" for run in trained],
        colours=charts.COLOURS,
        glass=glass,
        glass_words="Look inside: how these networks remember, step by step",
        version=__version__,
    )
    storage.write_text(path, page)


def view_around_split(result: TutorialResult) -> tuple[Any, Any]:
    """Choose the stretch that a reader sees first: 100 steps before the test part, 200 in it."""
    times = result.frame["ds"]
    last = len(times) - 1
    return (
        times.iloc[max(0, result.split - 100)].item(),
        times.iloc[min(last, result.split + 200)].item(),
    )


def _series(result: TutorialResult) -> dict[str, Any]:
    times = result.frame["ds"].to_numpy()
    traces = [
        charts.line(
            "series", times, result.frame["y"].to_numpy(), charts.COLOURS["series"], width=1
        )
    ]
    for key in NETWORKS:
        run = result.run(key)
        if run is not None:
            traces.append(
                charts.line(run.label, times, run.prediction, charts.COLOURS[key], width=2)
            )
    return charts.series(
        traces,
        time_title="step",
        value_title="value",
        view=view_around_split(result),
        boundary=times[result.split].item(),
        boundary_label="test part",
    )
