"""``gatecast tune FILE --h 12``: search for settings, and keep the forecaster that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.config import CONFIG
from gatecast.cli.options import COLUMNS, FILE, JSON, SAVE, H, page_options
from gatecast.cli.script import SCRIPT
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    from gatecast.tuning import Tuning

__all__ = ["tune"]


@click.command()
@click.argument("file", type=FILE)
@H
@click.option("--n-trials", default=50, help="Trials in all, earlier runs included.")
@click.option("--timeout", type=float, help="Seconds after which no further trial begins.")
@click.option("--storage", help="SQLite file, or a database URL; else memory.")
@click.option("--study-name", default="gatecast", help="Name of the study in its storage.")
@click.option("--resume", is_flag=True, help="Go on with the study in the storage.")
@click.option("--n-jobs", type=click.IntRange(1), help="Trials at the same time.")
@click.option("--sampler", default="tpe", help="tpe, or gp for a Gaussian process.")
@click.option("--loss", default="absolute", help="What is minimised: absolute or squared.")
@click.option(
    "--space",
    multiple=True,
    help="A setting with its range, choice or value, as often as needed: "
    "hidden=8:32, cell=lstm,gru, season_length=7.",
)
@SAVE
@page_options("gatecast-tune.html")
@COLUMNS
@SCRIPT
@JSON
@CONFIG
@with_settings(without=("loss",))
def tune(
    file: Path, h: int, n_trials: int, timeout: float | None, storage: str | None, study_name: str,
    resume: bool, n_jobs: int | None, sampler: str, loss: str, space: tuple[str, ...],
    save: Path | None, report: Path, no_report: bool, lang: str, id_col: str | None,
    time_col: str | None, target_col: str | None, script: Path | None, as_json: bool,
    config: Path | None, settings: dict[str, Any],
) -> None:  # fmt: skip
    """Search for the settings that forecast the series in a file best.

    FILE is a CSV or Parquet file with times and values. Says what was found and whether it is
    better than the defaults on origins that the search never saw, and writes a page with the
    trials. Ctrl-C ends the search and keeps what it has.
    """
    from gatecast.cli.outputs import check_outputs, deferred, finish

    page = None if no_report else report
    study = None if storage is None or "://" in storage else storage
    check_outputs({"--save": save, "--report": page, "--script": script}, [file, study, config])
    search: dict[str, Any] = {
        "n_trials": n_trials, "space": _space(space), "n_jobs": n_jobs, "sampler": sampler,
        "loss": loss, "id_col": id_col, "time_col": time_col, "target_col": target_col,
    }  # fmt: skip
    result = _search(
        file, h, settings, timeout=timeout, storage=storage, study_name=study_name, resume=resume,
        **search,
    )  # fmt: skip
    failures: list[Exception] = []
    if save is not None:
        with deferred(failures):
            result.forecaster.save(save)
    written = dict[str, Path | None](model=None if failures else save, report=None, glass=None)
    if not as_json:
        with deferred(failures):
            _print(result)
    with deferred(failures):
        _script(script, file, h, settings, search)
        written |= {} if page is None else _pages(result, page, file.name, lang)
    finish(_document(result) if as_json else None, written, failures)


def _search(file: Path, h: int, settings: dict[str, Any], **search: Any) -> Tuning:
    """Search with a bar; what the options say is checked by the library."""
    from gatecast.cli.console import trials
    from gatecast.forecaster import LSTMForecaster
    from gatecast.tuning import tune as tune_forecaster

    base = LSTMForecaster(h, **settings)
    with trials() as report:
        return tune_forecaster(
            file, h, forecaster=base, random_state=base.random_state, progress=report, **search
        )


def _script(
    script: Path | None, file: Path, h: int, settings: dict[str, Any], search: dict[str, Any]
) -> None:
    """Write the Python that makes the same search, in memory and without a limit of time."""
    from gatecast.cli.script import constructor, write_script, written_call
    from gatecast.forecaster import LSTMForecaster

    base = LSTMForecaster(h, **settings)
    call = written_call(
        "gc.tune", file, h, forecaster=constructor(base), random_state=base.random_state,
        **{**search, "space": search["space"] or None},
    )  # fmt: skip
    lines = [
        "", f"result = {call}", "print(result.settings_table.to_string())",
        "print(*result.sentences, sep='\\n')",
        "model = result.forecaster  # fitted",
    ]  # fmt: skip
    write_script(script, "tune", lines)


def _print(result: Tuning) -> None:
    from gatecast.cli.console import answer
    from gatecast.cli.spelling import as_option
    from gatecast.messages import sentence

    table = result.settings_table.to_string()
    answer(table, *(sentence(text, spelling=as_option) for text in result.sentences))


def _pages(result: Tuning, page: Path, name: str, lang: str) -> dict[str, Path | None]:
    """Write the page of a search, and the glass box of what came of it beside it."""
    from gatecast.cli.glass import write_glass
    from gatecast.report.tune import tune_page

    glass = write_glass(result.forecaster, page, name=name, lang=lang)
    tune_page(result, page, subject=name, lang=lang, glass=glass and glass.name)
    return {"report": page, "glass": glass}


def _space(options: Sequence[str]) -> dict[str, Any]:
    from gatecast.errors import UsageError
    from gatecast.messages import message

    space: dict[str, Any] = {}
    for text in options:
        name, equals, override = text.partition("=")
        if not equals or not override:
            raise UsageError(message("cli.bad_space", text=text))
        if ":" in override:
            space[name] = tuple(map(_value, override.split(":")))
        else:
            values = [_value(part) for part in override.split(",")]
            space[name] = values if len(values) > 1 else values[0]
    return space


def _value(text: str) -> Any:
    """Read a number, true, false or none; anything else is a text."""
    words = {"none": None, "true": True, "false": False}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _document(result: Tuning) -> dict[str, Any]:
    from gatecast.cli.tables import plain, records
    from gatecast.messages import documents

    verdict = vars(result.verdict) | {
        name: getattr(result.verdict, name) for name in ("better", "sure", "kept")
    }
    return {
        "messages": {"sentences": documents(result.sentences)},
        "settings": result.settings,
        "kept": "found" if result.verdict.kept else "defaults",
        "forecaster": result.forecaster.get_params(),
        "verdict": {name: plain(value) for name, value in verdict.items()},
        "sentences": result.sentences,
        "left_out": result.forecaster.left_out_,
        "importance": result.importance,
        "trials": records(result.trials),
        "interrupted": result.interrupted,
    }
