"""Pictures for where a page cannot go, through matplotlib (extra ``[plot]``)."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gatecast import storage
from gatecast.errors import UsageError, require_extra
from gatecast.messages import message
from gatecast.report.charts import COLOURS
from gatecast.report.demo import demo_chart
from gatecast.report.drawing import draw_on_axes
from gatecast.report.glass import pack_attribution

if TYPE_CHECKING:
    from gatecast.explain import Explanation
    from gatecast.tutorial.experiment import TutorialResult

__all__ = ["demo_picture", "explanation_picture"]


def demo_picture(result: TutorialResult, path: str | os.PathLike[str]) -> None:
    """Write the page's first chart, around the start of the test part, as a PNG or SVG.

    Parameters
    ----------
    result : TutorialResult
        What :func:`gatecast.tutorial.experiment.run_tutorial` returned.
    path : str or path
        The file; its name ends in .png or .svg.

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    NotFoundError, UsageError
        If it cannot be written, or is of another kind.
    """
    figure = _figure(height=4.5)
    draw_on_axes(demo_chart(result), figure.add_subplot())
    _write(figure, path)


def explanation_picture(
    explained: Explanation, path: str | os.PathLike[str], *, steps: int = 200
) -> None:
    """Write a picture of the glass box as a PNG or SVG.

    From top to bottom: the end of the series with its forecast, what each unit keeps of its memory
    at the same steps, and which past steps made the first step of the forecast.

    Parameters
    ----------
    explained : Explanation
        What :func:`gatecast.explain` returned.
    path : str or path
        The file; its name ends in .png or .svg.
    steps : int, default 200
        How many last steps of the series are shown.

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    NotFoundError, UsageError
        If it cannot be written, or is of another kind.
    """
    figure = _figure(height=9)
    above, middle, below = figure.subplots(3, 1, height_ratios=(1.2, 1.4, 1))
    history = explained.history.iloc[-steps:]
    forecast = explained.forecast
    models = [
        name for name in forecast.columns if name not in (explained.id_col, explained.time_col)
    ]
    times, ahead = (
        pd.Series(frame[explained.time_col]).to_numpy() for frame in (history, forecast)
    )
    target = explained.target_col.replace("$", r"\$")  # no formula of matplotlib's
    above.plot(times, history[explained.target_col], color=COLOURS["grey"], lw=1.2, label=target)
    for i, name in enumerate(name for name in models if "-lo-" in name):
        above.fill_between(
            ahead, forecast[name], forecast[name.replace("-lo-", "-hi-")], color=COLOURS["blue"],
            alpha=0.15 + 0.15 * i, lw=0, label=f"{name.rsplit('-', 1)[1]} % interval",
        )  # fmt: skip
    above.plot(ahead, forecast[models[0]], color=COLOURS["blue"], lw=2.2, label="forecast")
    above.legend(loc="upper left", frameon=False, ncols=4)
    above.grid(alpha=0.25)

    gate = "forget" if explained.cell == "lstm" else "update"
    wide = len(explained.memory.units)
    order = np.argsort(-explained.memory.units["half_life"].to_numpy(np.float64), kind="stable")
    kept = explained.gates[gate].to_numpy(np.float64).reshape(-1, wide)[-steps:, order]
    shown = middle.imshow(kept.T, aspect="auto", cmap="cividis", interpolation="nearest",
                          extent=(-len(kept), 0, wide, 0))  # fmt: skip
    middle.set(ylabel="units, long memory above", yticks=[], xlabel="steps before the forecast")
    figure.colorbar(shown, ax=middle, label=f"{gate} gate", pad=0.01)

    shares = pack_attribution(explained.attribution)
    amounts = shares["amounts"][0][: len(kept)]
    colours = np.where(amounts < 0, COLOURS["orange"], COLOURS["blue"])
    below.bar(-1.0 - np.arange(len(amounts)), amounts, width=0.8, color=colours, align="edge")
    below.set(
        xlabel="steps before the forecast", xlim=(-len(kept), 0),
        ylabel="share in its first step" + ("" if shares["own"] else "\n(transformed values)"),
    )  # fmt: skip
    below.grid(alpha=0.25)
    _write(figure, path)


def _figure(*, height: float) -> Any:
    # not pyplot: it is slow to import and keeps figures of its own
    figure_module = require_extra("matplotlib.figure", "plot", message("extra.picture"))
    return figure_module.Figure(figsize=(11, height), dpi=120, layout="constrained")


def _write(figure: Any, path: str | os.PathLike[str]) -> None:
    kind = Path(path).suffix.lower()
    if kind not in (".png", ".svg"):
        raise UsageError(message("picture.ending", path=Path(path).name))
    file = io.BytesIO()
    # the same picture is the same bytes
    undated: Any = {"metadata": {"Date": None}} if kind == ".svg" else {}
    figure.savefig(file, format=kind[1:], **undated)
    storage.write_bytes(path, file.getvalue())
