"""What verbs read: the series of a file, and models by name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.data.panel import Panel
    from gatecast.evaluation.backtest import Backtest
    from gatecast.forecaster import LSTMForecaster

__all__ = ["compare", "fit_with_bar", "read_series", "requested", "without_pyarrow"]

#: Ends of the names of files that are text.
_TEXT = (".csv", ".tsv", ".txt")


def without_pyarrow(*files: Path | None) -> None:
    """Import pandas as if pyarrow were not installed, if all files of a verb are text.

    Where it is, pandas imports it, which takes a quarter as long as pandas itself. It can still be
    imported afterwards.

    Parameters
    ----------
    *files : path or None
        What the verb reads and writes; None is nothing.
    """
    if "pyarrow" in sys.modules or any(file and file.suffix not in _TEXT for file in files):
        return
    sys.modules["pyarrow"] = None  # pyright: ignore[reportArgumentType]
    try:
        importlib.import_module("pandas")
    finally:
        del sys.modules["pyarrow"]


def read_series(
    file: Path,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    settings: dict[str, Any],
) -> Panel:
    """Read the series of a file, with the columns that the settings name."""
    from gatecast.cli.console import working
    from gatecast.cli.settings import covariates
    from gatecast.data.reading import read_panel

    with working("reading"):
        return read_panel(
            file, id_col=id_col, time_col=time_col, target_col=target_col,
            freq=settings.get("freq"), extra_cols=covariates(settings),
            aggregate=settings.get("aggregate"),
        )  # fmt: skip


def compare(models: dict[str, Any], panel: Panel, h: int, **more: Any) -> Backtest:
    """Backtest models, at as many cutoffs as are usual if not given, with a bar."""
    from gatecast.cli.console import counted
    from gatecast.evaluation.backtest import backtest

    with counted("backtest", "fits") as report:
        wanted = requested(panel, h, more)
        return backtest(models, panel, h, leave_out=True, progress=report, **wanted)


def requested(panel: Panel, h: int, more: dict[str, Any]) -> dict[str, Any]:
    """Fill in the cutoffs that are usual where none are requested."""
    from gatecast.evaluation.cutoffs import default_windows

    windows, step = default_windows(panel, h)
    usual: dict[str, Any] = {"n_windows": windows, "step_size": step}
    return usual | {name: value for name, value in more.items() if value is not None}


def fit_with_bar(model: LSTMForecaster, panel: Panel) -> LSTMForecaster:
    """Fit an LSTM, with a bar of its training."""
    from gatecast.cli.console import training_bars

    with training_bars({"LSTM": "training"}, unit="steps") as report:
        return model.fit(panel, progress=lambda p: report("LSTM", p))
