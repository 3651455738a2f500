"""``gatecast forecast FILE --h 12``: a table of dates and values in, a forecast out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.config import CONFIG
from gatecast.cli.folders import RESUME
from gatecast.cli.options import COLUMNS, FILE, JSON, SAVE, H, page_options
from gatecast.cli.predict import FUTR, OUTPUT, plan_of
from gatecast.cli.script import SCRIPT
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.data.panel import Panel
    from gatecast.evaluation.backtest import Backtest
    from gatecast.evaluation.forecast import ForecastResult

__all__ = ["forecast"]


@click.command()
@click.argument("file", type=FILE)
@H
@click.option(
    "--model",
    default="LSTM",
    help="LSTM, pretrained (no fit), combination (or pretrained+ets+theta, for example), a "
    "baseline by name, or best.",
)
@OUTPUT
@page_options("gatecast-forecast.html")
@click.option(
    "--digits",
    type=click.IntRange(1, 17),
    default=6,
    help="Digits of a forecast in CSV; 17 for all.",
)
@click.option("--glass", is_flag=True, help="Write the LSTM's glass box beside the page.")
@SAVE
@COLUMNS
@FUTR
@SCRIPT
@RESUME
@JSON
@CONFIG
@with_settings()
def forecast(
    file: Path, h: int, model: str, output: Path | None, report: Path, no_report: bool, lang: str,
    digits: int, glass: bool, save: Path | None, id_col: str | None, time_col: str | None,
    target_col: str | None, futr_file: tuple[Path, ...], script: Path | None, resume: bool,
    as_json: bool, config: Path | None, settings: dict[str, Any],
) -> None:  # fmt: skip
    """Forecast the series in a file.

    FILE is a CSV or Parquet file, or a folder of the latter. The forecast goes to stdout as CSV (or
    to a file); a page with history and forecast is written beside it, and with --glass the glass
    box that shows the LSTM's memory at work. Columns are found out where the file leaves no doubt.
    Of a folder of Parquet files, which may be larger than the memory, an LSTM learns on a sample of
    series, and forecasts all into the folder --output.
    """
    from gatecast.cli.folders import forecast_folder, is_folder
    from gatecast.cli.inputs import read_series, without_pyarrow
    from gatecast.cli.outputs import check_outputs, deferred, finish

    model = _checked_name(model, h, save)
    if model == "LSTM":  # others come from packages that may rely on pyarrow
        without_pyarrow(file, output, *futr_file)
    if is_folder(file, resume=resume):
        other = None if model == "LSTM" else f"--model {model}"
        given = {"--futr-file": futr_file, "--json": as_json, "--glass": glass, other: other}
        columns = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
        forecast_folder(file, h, settings, columns, output, save, script, given, resume=resume)
        return
    _check_glass(glass, model, no_report=no_report)
    page = None if no_report else report
    outputs = {"--output": output, "--save": save, "--report": page, "--script": script}
    check_outputs(outputs, [file, *futr_file, config])
    plan = plan_of(futr_file)
    panel = read_series(file, id_col, time_col, target_col, settings)
    _check_plan(settings, plan, h)
    fitted, result = _forecast(model, panel, h, settings, plan, save)
    failures: list[Exception] = []
    saved = _save(fitted, save, failures)
    whole = result.frame if result.plans is None else result.plans
    frame = panel.schema.split_ids(whole) if panel.schema else whole
    _write(result, frame, output, digits, failures, as_json=as_json)
    with deferred(failures):
        columns = (id_col, time_col, target_col)
        _script(script, file, settings, columns, fitted, whole, frame, plan, saved)
    written: dict[str, Path | None] = {"model": saved, "report": None, "glass": None}
    if page is not None:
        with deferred(failures):
            shown = next(iter(futr_file), None)
            written |= _pages(result, fitted, page, file.name, shown, lang, glass=glass)
    finish(_document(result, frame, output) if as_json else None, written, failures)


def _forecast(
    model: str,
    panel: Panel,
    h: int,
    settings: dict[str, Any],
    plan: Path | dict[str, Path] | None,
    save: Path | None,
) -> tuple[Any, ForecastResult]:
    """Fit a model by name, or the one that a backtest recommends, and forecast with it."""
    from gatecast.cli.inputs import compare
    from gatecast.evaluation.forecast import forecast as forecast_with
    from gatecast.evaluation.registry import DEFAULT, SAVED, candidates, is_saved, unused
    from gatecast.messages import Argument, message

    compared = None
    if model == "best":
        compared = compare(candidates(DEFAULT, h, time_limit=600.0, **settings), panel, h)
        model = _best(compared)
    fitted = _fit(model, panel, h, settings)
    result = forecast_with(fitted, plan if model == "LSTM" else None, backtest=compared)
    remarks, left_out = [], unused(["LSTM" if compared else model], settings)
    if left_out:
        remarks.append(message("cli.unused", settings=[*map(Argument, left_out)]))
    if settings.get("level") and not result.levels:
        remarks.append(message("cli.no_intervals", model=model))
    if save is not None and not is_saved(model):
        remarks.append(message("cli.not_saved", model=model, names=list(SAVED)))
    return fitted, replace(result, decisions=(*result.decisions, *remarks))


def _save(fitted: Any, save: Path | None, failures: list[Exception]) -> Path | None:
    """Keep the fitted model, if that is wanted and it can be kept; give its file."""
    from gatecast.cli.outputs import deferred

    if save is None or not hasattr(fitted, "save"):
        return None
    with deferred(failures):
        fitted.save(save)
    return None if failures else save


def _script(
    script: Path | None,
    file: Path,
    settings: dict[str, Any],
    columns: tuple[str | None, str | None, str | None],
    fitted: Any,
    whole: pd.DataFrame,
    frame: pd.DataFrame,
    plan: Path | dict[str, Path] | None,
    saved: Path | None,
) -> None:
    """Write the Python that makes the same forecast."""
    from gatecast.cli.script import constructor, reading, shown, write_script, written_call
    from gatecast.forecaster import LSTMForecaster

    future = plan if isinstance(fitted, LSTMForecaster) else None
    lines = [
        *reading(file, settings, *columns), f"model = {constructor(fitted)}.fit(panel)",
        f"forecast = {written_call('model.predict', futr_df=future)}",
        *([] if saved is None else [written_call("model.save", saved)]),
        *shown(whole, frame, "panel.schema"),
    ]  # fmt: skip
    write_script(script, "forecast", lines)


def _write(
    result: ForecastResult, frame: pd.DataFrame, output: Path | None, digits: int,
    failures: list[Exception], *, as_json: bool,
) -> None:  # fmt: skip
    """Print what was decided and found, and write the forecast."""
    from contextlib import nullcontext

    from gatecast.cli.console import say
    from gatecast.cli.outputs import deferred
    from gatecast.cli.tables import write_forecast, write_table

    if as_json:
        if output is not None:
            write_table(frame, output)
        return
    for sentence in (*result.verdict, *result.decisions):
        say(sentence)
    for question, answer in result.answers.items():
        say(f"{question} {answer}")
    with deferred(failures) if output is None else nullcontext():
        write_forecast(frame, output, digits)


def _document(result: ForecastResult, frame: pd.DataFrame, output: Path | None) -> dict[str, Any]:
    from gatecast.cli.tables import records
    from gatecast.messages import documents

    decisions = [*result.verdict, *result.decisions]
    return {
        "messages": {
            "decisions": documents(decisions),
            "questions": documents(result.answers),
            "answers": documents(result.answers.values()),
        },
        "forecast": records(frame),
        "decisions": decisions,
        "left_out": result.left_out,
        "answers": result.answers,
        "settings": result.settings,
        "output": None if output is None else str(output),
    }


def _pages(
    result: ForecastResult,
    fitted: Any,
    page: Path,
    name: str,
    futr_file: Path | None,
    lang: str,
    *,
    glass: bool,
) -> dict[str, Path | None]:
    """Write the page, and the glass box beside it where that is requested."""
    from gatecast.forecaster.lstm import LSTMForecaster
    from gatecast.pretrained.forecaster import PretrainedLSTM
    from gatecast.report.forecast import forecast_page

    box = None
    if glass and isinstance(fitted, (LSTMForecaster, PretrainedLSTM)):
        from gatecast.cli.glass import write_glass

        box = write_glass(fitted, page, name=name, lang=lang, futr_file=futr_file)
    forecast_page(result, page, subject=name, lang=lang, glass=box and box.name)
    return {"report": page, "glass": box}


def _check_glass(glass: bool, model: str, *, no_report: bool) -> None:
    from gatecast.errors import UsageError
    from gatecast.messages import message

    if glass and (no_report or model not in ("LSTM", "PretrainedLSTM", "best")):
        other = "--no-report" if no_report else f"--model {model}"
        raise UsageError(message("cli.glass_with", other=other))


def _checked_name(
    model: str,
    h: int,
    save: Path | None,
) -> str:
    """Give the model's full name, unless the request makes no sense."""
    from gatecast.errors import UsageError, too_small
    from gatecast.evaluation.registry import SAVED, full_names, is_saved
    from gatecast.messages import message

    model = model if model == "best" else full_names(model)
    if h < 1:
        raise too_small("h", h, 1)
    if save is not None and model != "best" and not is_saved(model):
        raise UsageError(message("cli.cannot_save", model=model, names=list(SAVED)))
    return model


def _check_plan(settings: dict[str, Any], plan: Path | dict[str, Path] | None, h: int) -> None:
    """Refuse columns known in advance, which the file has, without the file of their future."""
    from gatecast.errors import UsageError
    from gatecast.messages import message

    if settings.get("futr_exog_list") and plan is None:
        raise UsageError(message("cli.no_plan", names=settings["futr_exog_list"], h=h))


def _best(compared: Backtest) -> str:
    """Name the model that a backtest recommends."""
    from gatecast.diagnostics.recommendation import verdict

    return verdict(compared).use if len(compared.models) > 1 else next(iter(compared.models))


def _fit(model: str, panel: Panel, h: int, settings: dict[str, Any]) -> Any:
    """Fit a model by name."""
    from gatecast.cli.console import working
    from gatecast.cli.inputs import fit_with_bar
    from gatecast.evaluation.registry import candidates

    fitted = candidates([model], h, **settings)[model]
    if model == "LSTM":
        return fit_with_bar(fitted, panel)
    with working("fitting"):
        return fitted.fit(panel)
