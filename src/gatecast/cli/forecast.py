"""``gatecast forecast FILE --h 12``: a table of dates and values in, a forecast out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.config import CONFIG
from gatecast.cli.options import DIGITS, ID_COL, JSON, NO_REPORT, TARGET_COL, TIME_COL
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.data.panel import Panel

__all__ = ["forecast"]


@with_settings()
def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    model: Annotated[
        str, typer.Option(help="LSTM, pretrained (no fit), a baseline by name, or best.")
    ] = "LSTM",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="CSV or Parquet file for the forecast; else stdout."),
    ] = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "gatecast-forecast.html"
    ),
    digits: DIGITS = 6,
    no_report: NO_REPORT = False,
    save: Annotated[Path | None, typer.Option(help="File to keep the fitted model in.")] = None,
    id_col: ID_COL = None,
    time_col: TIME_COL = None,
    target_col: TARGET_COL = None,
    futr_file: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file with the columns known in advance.")
    ] = None,
    as_json: JSON = False,
    config: CONFIG = None,
    *,
    settings: dict[str, Any],
) -> None:
    """Forecast the series in a file.

    The forecast goes to stdout as CSV (or to a file); a page with history and forecast is written
    beside it, and, of the LSTM, the glass box that shows its memory at work. Columns are found out
    where the file leaves no doubt.
    """
    from gatecast.cli.console import say, working
    from gatecast.cli.outputs import check_outputs, deferred, finish
    from gatecast.cli.settings import covariates
    from gatecast.cli.tables import records, write_forecast, write_table
    from gatecast.data.reading import read_panel
    from gatecast.errors import UsageError
    from gatecast.evaluation.registry import SAVED

    model = _checked_name(model, h, save)
    page = None if no_report else report
    check_outputs({"--output": output, "--save": save, "--report": page}, [file, futr_file, config])
    if settings.get("futr_exog_list") and futr_file is None:
        raise UsageError(
            f"--futr-exog {','.join(settings['futr_exog_list'])} was requested, and nothing says "
            f"what will be: give a file with these columns over the next {h} steps with --futr-file"
        )
    with working("reading"):
        panel = read_panel(
            file, id_col=id_col, time_col=time_col, target_col=target_col,
            freq=settings.get("freq"), extra_cols=covariates(settings),
        )  # fmt: skip
    decisions: list[str] = []
    if model == "best":
        model, decisions = _choose(panel, h, settings)
    fitted = _fit(model, panel, h, settings)
    decisions += fitted.decisions() if model == "LSTM" else [*panel.notes, *fitted.notes()]
    if model not in SAVED and settings.get("level"):
        decisions.append(f"intervals are the LSTM's alone, and {model} makes this forecast")
    failures: list[Exception] = []
    if save is not None and model in SAVED:
        with deferred(failures):
            fitted.save(save)
    elif save is not None:
        decisions.append(f"the best model is {model}, and only the LSTM is saved: there is no file")
    saved = save if model in SAVED and not failures else None
    frame = fitted.predict(futr_file) if model == "LSTM" else fitted.predict()
    decisions += getattr(fitted, "reading_notes_", [])
    if not as_json:
        for sentence in decisions:
            say(sentence)
        write_forecast(frame, output, digits)
    elif output is not None:
        write_table(frame, output)
    written: dict[str, Path | None] = {"model": saved, "report": None, "glass": None}
    if page is not None:
        with deferred(failures):
            written |= _pages(panel, fitted, frame, page, model, decisions, file.name, futr_file)
    document = {
        "forecast": records(frame),
        "decisions": decisions,
        "settings": {"model": model, **fitted.get_params()},
        "output": None if output is None else str(output),
    }
    finish(document if as_json else None, written, failures)


def _pages(
    panel: Panel,
    fitted: Any,
    frame: pd.DataFrame,
    page: Path,
    model: str,
    decisions: list[str],
    name: str,
    futr_file: Path | None,
) -> dict[str, Path | None]:
    """Write the page, and the glass box of an LSTM beside it."""
    from gatecast.cli.glass import write_glass
    from gatecast.report.forecast import forecast_page

    glass = None
    if model == "LSTM":
        glass = write_glass(fitted, page, name=name, futr_file=futr_file)
    forecast_page(
        panel.to_frame(),
        frame,
        page,
        title=f"Forecast of {name}",
        id_col=panel.id_col,
        time_col=panel.time_col,
        target_col=panel.target_col,
        decisions=decisions,
        settings={"model": model, **fitted.get_params()},
        glass=None if glass is None else glass.name,
    )
    return {"report": page, "glass": glass}


def _checked_name(model: str, h: int, save: Path | None) -> str:
    """Give the model's full name, unless the request makes no sense."""
    from gatecast.errors import UsageError
    from gatecast.evaluation.registry import SAVED, full_name

    model = full_name(model)
    if h < 1:
        raise UsageError(f"h={h} was requested; use 1 or more")
    if save is not None and model not in (*SAVED, "best"):
        raise UsageError(
            f"--save was requested with --model {model}; {' and '.join(SAVED)} can be saved"
        )
    return model


def _choose(panel: Panel, h: int, settings: dict[str, Any]) -> tuple[str, list[str]]:
    """Let a backtest say which model to use, and why."""
    from gatecast.cli.console import counted
    from gatecast.diagnostics.recommendation import verdict
    from gatecast.evaluation.backtest import backtest
    from gatecast.evaluation.cutoffs import default_windows
    from gatecast.evaluation.registry import DEFAULT, candidates

    models = candidates(DEFAULT, h, time_limit=600.0, **settings)
    windows, step = default_windows(panel, h)
    with counted("backtest", "fits") as tell:
        found = backtest(
            models, panel, h, n_windows=windows, step_size=step, leave_out=True, progress=tell
        )
    if len(found.models) < 2:
        return next(iter(found.models)), list(found.notes)
    told = verdict(found)
    return told.use, list(told.sentences)


def _fit(model: str, panel: Panel, h: int, settings: dict[str, Any]) -> Any:
    """Fit a model by name."""
    from gatecast.cli.console import training_bars, working
    from gatecast.evaluation.registry import candidates

    fitted = candidates([model], h, **settings)[model]
    if model != "LSTM":
        with working("fitting"):
            return fitted.fit(panel)
    with training_bars({"LSTM": "training"}, unit="steps") as tell:
        return fitted.fit(panel, progress=lambda p: tell("LSTM", p))
