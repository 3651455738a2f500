"""``gatecast forecast FILE --h 12``: a table of dates and values in, a forecast out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["forecast"]


def forecast(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="CSV file for the forecast; else stdout.")
    ] = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "gatecast-forecast.html"
    ),
    id_col: Annotated[str | None, typer.Option(help="Column of series names.")] = None,
    time_col: Annotated[str | None, typer.Option(help="Column of times.")] = None,
    target_col: Annotated[str | None, typer.Option(help="Column of values.")] = None,
    freq: Annotated[str | None, typer.Option(help="Frequency, for example D, MS or h.")] = None,
    season_length: Annotated[
        int | None, typer.Option(help="Steps in a season; 1 for none.")
    ] = None,
    random_state: Annotated[int, typer.Option(help="Seed of weights and shuffling.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Forecast the series in a file.

    The forecast goes to stdout as CSV (or to a file), a page with history and forecast is
    written beside it. Columns are found out where the file leaves no doubt.
    """
    from gatecast import storage
    from gatecast.cli.console import training_bars
    from gatecast.forecaster import LSTMForecaster
    from gatecast.report.forecast import forecast_page

    model = LSTMForecaster(
        h=h,
        freq=int(freq) if freq is not None and freq.isdigit() else freq,
        season_length=season_length,
        random_state=random_state,
    )
    with training_bars({"LSTM": "training"}) as tell:
        model.fit(
            file,
            id_col=id_col,
            time_col=time_col,
            target_col=target_col,
            progress=lambda p: tell("LSTM", p),
        )
    frame = model.predict()
    panel, decisions = model.panel_, model.decisions()
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
    if output is not None:
        storage.write_text(output, frame.to_csv(index=False))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "forecast": _records(frame),
                    "decisions": decisions,
                    "settings": model.get_params(),
                    "output": None if output is None else str(output),
                    "report": str(report),
                }
            )
        )
        return
    for sentence in decisions:
        typer.echo(sentence, err=True)
    if output is None:
        typer.echo(frame.to_csv(index=False), nl=False)  # to be piped as it is
    else:
        typer.echo(f"Forecast: {output}", err=True)
    typer.echo(f"Page: {report}", err=True)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows, times as ISO 8601 text."""
    return [
        {
            str(name): cell.isoformat() if hasattr(cell, "isoformat") else cell
            for name, cell in row.items()
        }
        for row in frame.to_dict(orient="records")
    ]
