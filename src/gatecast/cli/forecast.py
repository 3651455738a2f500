"""``gatecast forecast FILE --h 12``: a table of dates and values in, a forecast out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.config import CONFIG
from gatecast.cli.options import DIGITS, ID_COL, JSON, NO_REPORT, TARGET_COL, TIME_COL
from gatecast.cli.predict import FUTR, OUTPUT
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.data.panel import Panel
    from gatecast.evaluation.backtest import Backtest
    from gatecast.evaluation.forecast import ForecastResult

__all__ = ["forecast"]

MODEL = Annotated[
    str,
    typer.Option(
        help="LSTM, pretrained (no fit), combination (or pretrained+ets+theta, for example), a "
        "baseline by name, or best."
    ),
]


@with_settings()
def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    model: MODEL = "LSTM",
    output: OUTPUT = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "gatecast-forecast.html"
    ),
    digits: DIGITS = 6,
    glass: Annotated[
        bool, typer.Option("--glass", help="Write the LSTM's glass box beside the page.")
    ] = False,
    no_report: NO_REPORT = False,
    save: Annotated[Path | None, typer.Option(help="File to keep the fitted model in.")] = None,
    id_col: ID_COL = None,
    time_col: TIME_COL = None,
    target_col: TARGET_COL = None,
    futr_file: FUTR = None,
    as_json: JSON = False,
    config: CONFIG = None,
    *,
    settings: dict[str, Any],
) -> None:
    """Forecast the series in a file.

    The forecast goes to stdout as CSV (or to a file); a page with history and forecast is written
    beside it, and with --glass the glass box that shows the LSTM's memory at work. Columns are
    found out where the file leaves no doubt.
    """
    from gatecast.cli.console import say, working
    from gatecast.cli.outputs import check_outputs, deferred, finish
    from gatecast.cli.settings import covariates
    from gatecast.cli.tables import records, write_forecast, write_table
    from gatecast.data.reading import read_panel
    from gatecast.evaluation.forecast import forecast as result_of
    from gatecast.evaluation.registry import is_saved

    model = _checked_name(model, h, save, settings, futr_file)
    page = None if no_report else report
    if glass:
        _require_page_of_lstm(model, no_report=no_report)
    check_outputs({"--output": output, "--save": save, "--report": page}, [file, futr_file, config])
    with working("reading"):
        panel = read_panel(
            file, id_col=id_col, time_col=time_col, target_col=target_col,
            freq=settings.get("freq"), extra_cols=covariates(settings),
        )  # fmt: skip
    compared = _compare(panel, h, settings) if model == "best" else None
    model = model if compared is None else _best(compared)
    fitted = _fit(model, panel, h, settings)
    result = result_of(fitted, futr_file if model == "LSTM" else None, backtest=compared)
    frame, decisions = _parted(panel, result.frame), [*result.verdict, *result.decisions]
    failures: list[Exception] = []
    if save is not None and is_saved(model):
        with deferred(failures):
            fitted.save(save)
    elif save is not None:
        decisions.append(f"the best model is {model}, and only the LSTM is saved: there is no file")
    saved = save if is_saved(model) and not failures else None
    if not as_json:
        for sentence in decisions:
            say(sentence)
        write_forecast(frame, output, digits)
    elif output is not None:
        write_table(frame, output)
    written: dict[str, Path | None] = {"model": saved, "report": None, "glass": None}
    if page is not None:
        with deferred(failures):
            result = replace(result, decisions=tuple(decisions[len(result.verdict) :]))
            written |= _pages(result, fitted, page, file.name, futr_file, glass=glass)
    document = {
        "forecast": records(frame),
        "decisions": decisions,
        "settings": result.settings,
        "output": None if output is None else str(output),
    }
    finish(document if as_json else None, written, failures)


def _parted(panel: Panel, frame: pd.DataFrame) -> pd.DataFrame:
    """Name series by as many columns as the table has for that."""
    return panel.schema.split_ids(frame) if panel.schema else frame


def _pages(
    result: ForecastResult,
    fitted: Any,
    page: Path,
    name: str,
    futr_file: Path | None,
    *,
    glass: bool,
) -> dict[str, Path | None]:
    """Write the page, and the glass box beside it where that is requested."""
    from gatecast.report.forecast import forecast_page

    box = None
    if glass and result.model == "LSTM":
        from gatecast.cli.glass import write_glass

        box = write_glass(fitted, page, name=name, futr_file=futr_file)
    forecast_page(result, page, subject=name, glass=box and box.name)
    return {"report": page, "glass": box}


def _checked_name(
    model: str, h: int, save: Path | None, settings: dict[str, Any], futr_file: Path | None
) -> str:
    """Give the model's full name, unless the request makes no sense."""
    from gatecast.errors import UsageError
    from gatecast.evaluation.registry import SAVED, full_names, is_saved

    model = model if model == "best" else full_names(model)
    if h < 1:
        raise UsageError(f"h={h} was requested; use 1 or more")
    if save is not None and model != "best" and not is_saved(model):
        raise UsageError(
            f"--save was requested with --model {model}; {' and '.join(SAVED)} can be saved"
        )
    if settings.get("futr_exog_list") and futr_file is None:
        raise UsageError(
            f"--futr-exog {','.join(settings['futr_exog_list'])} was requested, and nothing says "
            f"what will be: give a file with these columns over the next {h} steps with --futr-file"
        )
    return model


def _require_page_of_lstm(model: str, *, no_report: bool) -> None:
    """Refuse to write a glass box where it would show nothing, or stand beside nothing."""
    from gatecast.errors import UsageError

    if no_report or model not in ("LSTM", "best"):
        other = "--no-report" if no_report else f"--model {model}"
        raise UsageError(
            f"--glass was requested with {other}; the glass box shows an LSTM, beside the page of "
            "its forecast: leave out one of the two"
        )


def _compare(panel: Panel, h: int, settings: dict[str, Any]) -> Backtest:
    """Backtest the usual models."""
    from gatecast.cli.console import counted
    from gatecast.evaluation.backtest import backtest
    from gatecast.evaluation.cutoffs import default_windows
    from gatecast.evaluation.registry import DEFAULT, candidates

    models = candidates(DEFAULT, h, time_limit=600.0, **settings)
    windows, step = default_windows(panel, h)
    with counted("backtest", "fits") as tell:
        return backtest(
            models, panel, h, n_windows=windows, step_size=step, leave_out=True, progress=tell
        )


def _best(compared: Backtest) -> str:
    """Name the model that a backtest recommends."""
    from gatecast.diagnostics.recommendation import verdict

    return verdict(compared).use if len(compared.models) > 1 else next(iter(compared.models))


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
