"""Pictures for where a page cannot go, through matplotlib (extra ``[plot]``)."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from gatecast import storage
from gatecast.errors import require_extra
from gatecast.report.charts import COLOURS
from gatecast.report.demo import NETWORKS, view_around_split

if TYPE_CHECKING:
    from gatecast.evaluation.tutorial import TutorialResult

__all__ = ["demo_picture"]


def demo_picture(result: TutorialResult, path: str | os.PathLike[str]) -> None:
    """Write the page's first chart, around the start of the test part, as a PNG.

    Parameters
    ----------
    result : TutorialResult
        What :func:`gatecast.evaluation.tutorial.run_tutorial` returned.
    path : str or path
        The PNG file.

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    NotFoundError, UsageError
        If it cannot be written.
    """
    # not pyplot: it is slow to import and keeps figures of its own
    figure_module = require_extra("matplotlib.figure", "plot", "a picture")
    figure = figure_module.Figure(figsize=(11, 4.5), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    times = result.frame["ds"].to_numpy()
    first, last = view_around_split(result)
    seen = (times >= first) & (times <= last)
    axes.plot(
        times[seen], result.frame["y"].to_numpy()[seen], color=COLOURS["series"], lw=1,
        label="series",
    )  # fmt: skip
    for key in NETWORKS:
        run = result.run(key)
        if run is not None:
            axes.plot(times[seen], run.prediction[seen], color=COLOURS[key], lw=2, label=run.label)
    axes.axvline(times[result.split], color=COLOURS["floor"], ls="--", label="test part begins")
    axes.set(xlabel="step", ylabel="value", xlim=(first, last))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=4, frameon=False)
    axes.grid(alpha=0.25)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    storage.write_bytes(path, file.getvalue())
