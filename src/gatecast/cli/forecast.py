"""``gatecast forecast FILE --h 12``: a table of dates and values in, a forecast out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gatecast.cli.config import CONFIG

__all__ = ["forecast"]


def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    level: Annotated[
        str, typer.Option(help="Per cent that each interval should hold, for example 80,95.")
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="CSV or Parquet file for the forecast; else stdout."),
    ] = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "gatecast-forecast.html"
    ),
    save: Annotated[Path | None, typer.Option(help="File to keep the fitted model in.")] = None,
    id_col: Annotated[str | None, typer.Option(help="Column of series names.")] = None,
    time_col: Annotated[str | None, typer.Option(help="Column of times.")] = None,
    target_col: Annotated[str | None, typer.Option(help="Column of values.")] = None,
    freq: Annotated[str | None, typer.Option(help="Frequency, for example D, MS or h.")] = None,
    season_length: Annotated[
        int | None, typer.Option(help="Steps in a season; 1 for none.")
    ] = None,
    hist_exog: Annotated[
        str, typer.Option(help="Columns known up to the present, for example price,weather.")
    ] = "",
    futr_exog: Annotated[
        str, typer.Option(help="Columns known in advance; --futr-file says what they will be.")
    ] = "",
    stat_exog: Annotated[str, typer.Option(help="Columns that do not change in a series.")] = "",
    futr_file: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file with the columns known in advance.")
    ] = None,
    calendar: Annotated[
        bool, typer.Option("--calendar", help="Let the network see day, week and year.")
    ] = False,
    look_back: Annotated[
        int | None, typer.Option(help="Steps of a window; else memory is carried along the series.")
    ] = None,
    random_state: Annotated[int, typer.Option(help="Seed of weights and shuffling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    config: CONFIG = None,  # noqa: ARG001 - read before the others
) -> None:
    """Forecast the series in a file.

    The forecast goes to stdout as CSV (or to a file), a page with history and forecast is
    written beside it. Columns are found out where the file leaves no doubt.
    """
    from gatecast.cli.console import training_bars
    from gatecast.cli.tables import records, say, write_table
    from gatecast.errors import UsageError
    from gatecast.forecaster import LSTMForecaster
    from gatecast.report.forecast import forecast_page

    if futr_exog and futr_file is None:
        raise UsageError(
            f"--futr-exog {futr_exog} was asked for, and nothing says what will be: give a file "
            f"with these columns over the next {h} steps with --futr-file"
        )
    model = LSTMForecaster(
        h=h,
        level=_levels(level),
        freq=int(freq) if freq is not None and freq.isdigit() else freq,
        season_length=season_length,
        random_state=random_state,
        hist_exog_list=_names(hist_exog),
        futr_exog_list=_names(futr_exog),
        stat_exog_list=_names(stat_exog),
        calendar=calendar,
        look_back=look_back,
    )
    with training_bars({"LSTM": "training"}, unit="update") as tell:
        model.fit(
            file,
            id_col=id_col,
            time_col=time_col,
            target_col=target_col,
            progress=lambda p: tell("LSTM", p),
        )
    if save is not None:
        model.save(save)
    frame = model.predict(futr_file)
    panel, decisions = model.panel_, model.decisions()
    assert panel is not None
    forecast_page(
        panel.to_frame(),
        frame,
        report,
        title=f"Forecast of {file.name}",
        id_col=panel.id_col,
        time_col=panel.time_col,
        target_col=panel.target_col,
        decisions=decisions,
        settings=model.get_params(),
    )
    if as_json:
        if output is not None:
            write_table(frame, output)
        document = {
            "forecast": records(frame),
            "decisions": decisions,
            "settings": model.get_params(),
            "output": None if output is None else str(output),
            "model": None if save is None else str(save),
            "report": str(report),
        }
        typer.echo(json.dumps(document))
        return
    for sentence in decisions:
        typer.echo(sentence, err=True)
    say(frame, output)
    if save is not None:
        typer.echo(f"Model: {save}", err=True)
    typer.echo(f"Page: {report}", err=True)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _levels(text: str) -> list[float]:
    from gatecast.errors import UsageError

    try:
        levels = [float(part) for part in text.replace(" ", "").split(",") if part]
        return [int(share) if share.is_integer() else share for share in levels]
    except ValueError:
        raise UsageError(
            f"--level {text} was asked for; give per cents with commas between, as in 80,95"
        ) from None
