"""``gatecast forecast`` and ``gatecast predict`` of a folder of Parquet files, into another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gatecast.forecaster import LSTMForecaster

__all__ = ["RESUME", "forecast_folder", "is_folder", "predict_folder"]

RESUME = click.option(
    "--resume", is_flag=True, help="Go on with the forecasts of a folder that were begun."
)


def is_folder(file: Path | None, *, resume: bool) -> bool:
    """Tell whether a table is a folder of Parquet files, or a pattern of such."""
    from gatecast.data.reading import partition_files
    from gatecast.errors import UsageError
    from gatecast.messages import message

    folder = partition_files(file) is not None
    if resume and not folder:
        if file is None:
            raise UsageError(message("partitions.nothing"))
        raise UsageError(message("partitions.resume", path=str(file)))
    return folder


def _require_folder_options(output: Path | None, given: dict[str, Any]) -> Path:
    """Refuse options that are for one table."""
    from gatecast.errors import UsageError
    from gatecast.messages import message

    for option, value in given.items():
        if value:
            raise UsageError(message("partitions.one_table", option=option))
    if output is None:
        raise UsageError(message("partitions.no_output"))
    return output


def _fit(
    file: Path, h: int, settings: dict[str, Any], save: Path | None, **columns: str | None
) -> LSTMForecaster:
    """Fit an LSTM on a sample of the series, say what was decided, and keep it."""
    from gatecast.cli.console import say, training_bars
    from gatecast.evaluation.registry import candidates

    model: Any = candidates(["LSTM"], h, **settings)["LSTM"]
    with training_bars({"LSTM": "training"}, unit="steps") as report:
        model.fit(file, progress=lambda p: report("LSTM", p), **columns)
    for sentence in model.decisions():
        say(sentence)
    if save is not None:
        model.save(save)
        click.echo(f"Model: {save}", err=True)
    return model


def _forecast_into(model: Any, file: Path, output: Path, *, resume: bool) -> None:
    """Forecast all series of a folder, with a bar."""
    from gatecast.cli.console import counted, say
    from gatecast.messages import message
    from gatecast.partitions.files import forecast_files

    with counted("forecast", "series") as report:
        result = forecast_files(model, file, output, resume=resume, progress=report)
    for note in result.notes:
        say(note)
    counts = {"series": result.series, "files": len(result.files), "kept": result.kept}
    say(message("partitions.done", **counts))
    click.echo(f"Forecast: {output}", err=True)


def predict_folder(
    model: Path, file: Path, output: Path | None, script: Path | None, given: dict[str, Any],
    *, resume: bool,
) -> None:  # fmt: skip
    """Forecast a folder with a saved model."""
    from gatecast.cli.outputs import check_outputs
    from gatecast.cli.script import write_script, written_call
    from gatecast.saved import load

    output = _require_folder_options(output, given)
    check_outputs({"--script": script}, [model])
    _forecast_into(load(model), file, output, resume=resume)
    lines = ["", f"model = {written_call('gc.load', model)}", *_call(file, output, resume)]
    write_script(script, "predict", lines)


def forecast_folder(
    file: Path, h: int, settings: dict[str, Any], columns: dict[str, str | None],
    output: Path | None, save: Path | None, script: Path | None, given: dict[str, Any],
    *, resume: bool,
) -> None:  # fmt: skip
    """Fit an LSTM on a sample of a folder, and forecast all of it."""
    from gatecast.cli.outputs import check_outputs
    from gatecast.cli.script import constructor, write_script, written_call

    output = _require_folder_options(output, given)
    check_outputs({"--save": save, "--script": script})
    model = _fit(file, h, settings, save, **columns)
    _forecast_into(model, file, output, resume=resume)
    fit = written_call(f"{constructor(model)}.fit", file, **columns)
    kept = [] if save is None else [written_call("model.save", save)]
    write_script(script, "forecast", ["", f"model = {fit}", *kept, *_call(file, output, resume)])


def _call(file: Path, output: Path, resume: bool) -> list[str]:
    from gatecast.cli.script import Code, written_call

    return [written_call("gc.forecast_files", Code("model"), file, output, resume=resume or None)]
