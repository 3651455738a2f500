"""``gatecast predict MODEL`` and ``gatecast update MODEL FILE``: go on with a saved model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatecast.cli.folders import RESUME
from gatecast.cli.options import FILE, JSON
from gatecast.cli.script import SCRIPT

if TYPE_CHECKING:
    from gatecast.combination import Combination
    from gatecast.data.panel import Ends
    from gatecast.forecaster import LSTMForecaster
    from gatecast.pretrained.forecaster import PretrainedLSTM

__all__ = ["FUTR", "OUTPUT", "plan_of", "predict", "update"]

OUTPUT = click.option(
    "--output", "-o", type=FILE, help="File or folder for the forecast; else stdout."
)
FUTR = click.option(
    "--futr-file", type=FILE, multiple=True,
    help="CSV or Parquet file with the columns that the model knows in advance; given again, "
    "another plan to compare.",
)  # fmt: skip


@click.command()
@click.argument("model", type=FILE)
@click.argument("file", type=FILE, required=False)
@OUTPUT
@FUTR
@SCRIPT
@RESUME
@JSON
def predict(
    model: Path, file: Path | None, output: Path | None, futr_file: tuple[Path, ...],
    script: Path | None, resume: bool, as_json: bool,
) -> None:  # fmt: skip
    """Forecast with a saved model, without training.

    MODEL is what forecast --save wrote; FILE has new rows that follow, or other series (but for a
    combination). New rows are taken in first, one step of arithmetic for each; series that were not
    in the fit are forecast from their own rows, and they alone if the file has no others. The
    model's file stays as it is. A folder of Parquet files with whole histories is forecast into the
    folder --output, file by file.
    """
    from gatecast.cli.folders import is_folder, predict_folder
    from gatecast.cli.outputs import check_outputs
    from gatecast.cli.script import write_script, written_call
    from gatecast.saved import load

    if is_folder(file, resume=resume) and file is not None:
        given = {"--futr-file": futr_file, "--json": as_json}
        predict_folder(model, file, output, script, given, resume=resume)
        return
    check_outputs({"--output": output, "--script": script}, [model, file, *futr_file])
    plan = plan_of(futr_file)
    loaded, others = load(model), None
    notes = loaded.reading_notes_  # of the journal of a service
    lines = [f"model = {written_call('gc.load', model)}"]
    if file is not None:
        before = _ends(loaded)
        after, count = _ends(loaded.update(file)), len(before.ids)
        if list(after.lengths[:count]) == list(before.lengths):
            # a plan need not have those of the fit
            loaded, others, notes = load(model), file, [*notes, *loaded.reading_notes_]
        else:
            lines.append(written_call("model.update", file))
    shown = _forecast(loaded, plan, output, as_json, others, notes)
    forecast = written_call("model.predict", *([others] if others else []), futr_df=plan)
    write_script(script, "predict", ["", *lines, f"forecast = {forecast}", *shown])


@click.command()
@click.argument("model", type=FILE)
@click.argument("file", type=FILE)
@OUTPUT
@FUTR
@SCRIPT
@JSON
def update(
    model: Path, file: Path, output: Path | None, futr_file: tuple[Path, ...],
    script: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Take new rows into a saved model, and forecast.

    MODEL is what forecast --save wrote; FILE has new rows that follow, or new series (but for a
    combination). There is no training. The forecast comes out first, and the model is written when
    that is safe: after an error it is as it was, and the same command can be given again. Several
    updates of one file take turns.
    """
    from gatecast.cli.outputs import check_outputs
    from gatecast.cli.script import write_script, written_call
    from gatecast.saved import open_for_update

    check_outputs({"--output": output, "--script": script}, [model, file, *futr_file])
    plan = plan_of(futr_file)
    with open_for_update(model) as opened:
        opened.update(file)
        shown = _forecast(opened, plan, output, as_json)
    lines = [
        "", f"# {str(model)!r} has the rows of {str(file)!r} since; what took them in was",
        f"# with {written_call('gc.open_for_update', model)} as model:",
        f"#     {written_call('model.update', file)}",
        f"model = {written_call('gc.load', model)}",
        f"forecast = {written_call('model.predict', futr_df=plan)}", *shown,
    ]  # fmt: skip
    write_script(script, "update", lines)


def plan_of(files: Sequence[Path]) -> Path | dict[str, Path] | None:
    """Give the plan of some files: of several each by its name, without folder and ending."""
    if not files:
        return None
    if len(files) == 1:
        return files[0]
    stems = [file.stem for file in files]
    alone = len(set(stems)) == len(stems)
    return {stem if alone else str(file): file for stem, file in zip(stems, files, strict=True)}


def _ends(model: LSTMForecaster | PretrainedLSTM | Combination) -> Ends:
    from gatecast.forecaster import LSTMForecaster

    return model.ends_ if isinstance(model, LSTMForecaster) else model.panel_.ends()


def _forecast(
    model: LSTMForecaster | PretrainedLSTM | Combination,
    plan: Path | dict[str, Path] | None,
    output: Path | None,
    as_json: bool,
    others: Path | None = None,
    notes: Sequence[str] = (),
) -> list[str]:
    """Print the forecasts of the series of a model, or of others, and what was detected.

    Returns
    -------
    list of str
        The lines of a script that print the same.
    """
    from gatecast.cli.console import say
    from gatecast.cli.outputs import emit_json
    from gatecast.cli.script import shown
    from gatecast.cli.tables import records, write_forecast, write_table
    from gatecast.combination import Combination
    from gatecast.forecaster import LSTMForecaster

    notes = [*notes, *getattr(model, "reading_notes_", [])]
    if others is None or isinstance(model, Combination):  # which has refused others before
        frame = model.predict(futr_df=plan)
    else:
        frame = model.predict(others, futr_df=plan)
    whole, owner = frame, "fitted_" if isinstance(model, LSTMForecaster) else "panel_"
    schema = getattr(model, owner).schema
    frame = frame if schema is None else schema.split_ids(frame)
    lines = shown(whole, frame, f"model.{owner}.schema")
    notes = list(dict.fromkeys([*notes, *getattr(model, "reading_notes_", [])]))
    if not as_json:
        for note in notes:
            say(note)
        write_forecast(frame, output)
        return lines
    if output is not None:
        write_table(frame, output)
    document = {
        "forecast": records(frame),
        "decisions": notes,
        "left_out": model.left_out_,
        "output": None if output is None else str(output),
    }
    emit_json(document)
    return lines
