"""``gatecast tune FILE --h 12``: search for settings, and keep the forecaster that came of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.config import CONFIG
from gatecast.cli.options import ID_COL, JSON, NO_REPORT, TARGET_COL, TIME_COL
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    import pandas as pd

    from gatecast.tuning import Tuning

__all__ = ["tune"]


@with_settings(without=("loss",))
def tune(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    n_trials: Annotated[int, typer.Option(help="Trials in all, earlier runs included.")] = 50,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds after which no further trial begins.")
    ] = None,
    storage: Annotated[
        str | None, typer.Option(help="SQLite file, or a database URL; else memory.")
    ] = None,
    study_name: Annotated[str, typer.Option(help="Name of the study in its storage.")] = "gatecast",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the study in the storage.")
    ] = False,
    n_jobs: Annotated[int | None, typer.Option(help="Trials at the same time.")] = None,
    sampler: Annotated[str, typer.Option(help="tpe, or gp for a Gaussian process.")] = "tpe",
    loss: Annotated[str, typer.Option(help="What is minimised: absolute or squared.")] = "absolute",
    space: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting with its range, choice or value, as often as needed: "
            "hidden=8:32, cell=lstm,gru, season_length=7."
        ),
    ] = None,
    save: Annotated[Path | None, typer.Option(help="File to keep the fitted model in.")] = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path("gatecast-tune.html"),
    no_report: NO_REPORT = False,
    id_col: ID_COL = None,
    time_col: TIME_COL = None,
    target_col: TARGET_COL = None,
    as_json: JSON = False,
    config: CONFIG = None,
    *,
    settings: dict[str, Any],
) -> None:
    """Search for the settings that forecast the series in a file best.

    Says what was found and whether it is better than the defaults on origins that the search
    never saw, and writes a page with the trials. Ctrl-C ends the search and keeps what it has.
    """
    from gatecast.cli.console import trials
    from gatecast.cli.outputs import check_outputs, deferred, finish
    from gatecast.forecaster import LSTMForecaster
    from gatecast.tuning import tune as search

    page = None if no_report else report
    study = None if storage is None or "://" in storage else storage
    check_outputs({"--save": save, "--report": page}, [file, study, config])
    base = LSTMForecaster(h, **settings)
    asked: dict[str, Any] = {"sampler": sampler, "loss": loss}  # checked by the library
    with trials() as tell:
        found = search(
            file, h, n_trials, timeout,
            space=_space(space or []), forecaster=base, random_state=base.random_state,
            storage=storage, study_name=study_name, resume=resume, n_jobs=n_jobs,
            id_col=id_col, time_col=time_col, target_col=target_col, progress=tell, **asked,
        )  # fmt: skip
    failures: list[Exception] = []
    if save is not None:
        with deferred(failures):
            found.forecaster.save(save)
    written: dict[str, Path | None] = {
        "model": None if failures else save,
        "report": None,
        "glass": None,
    }
    if not as_json:
        _print(found)
    if page is not None:
        with deferred(failures):
            written |= _pages(found, page, file.name)
    finish(_document(found) if as_json else None, written, failures)


def _print(result: Tuning) -> None:
    from gatecast.cli.console import say
    from gatecast.cli.spelling import as_option
    from gatecast.messages import sentence

    width = max(map(len, result.settings))
    for name, value in result.settings.items():
        shown = f"{value:.4g}" if isinstance(value, float) else value
        typer.echo(f"{name:{width}}  {'found from the data' if value is None else shown}")
    for told in result.sentences:
        say(sentence(told, spelling=as_option), error=False)


def _pages(result: Tuning, page: Path, name: str) -> dict[str, Path | None]:
    """Write the page of a search, and the glass box of what came of it beside it."""
    from gatecast.cli.glass import write_glass
    from gatecast.report.tune import tune_page

    glass = write_glass(result.forecaster, page, name=name)
    tune_page(result, page, subject=name, glass=glass and glass.name)
    return {"report": page, "glass": glass}


def _space(asked: list[str]) -> dict[str, Any]:
    from gatecast.errors import UsageError

    found: dict[str, Any] = {}
    for text in asked:
        name, equals, override = text.partition("=")
        if not equals or not override:
            raise UsageError(
                f"--space {text} was asked for; give NAME=LOW:HIGH, NAME=ONE,OTHER or NAME=VALUE"
            )
        if ":" in override:
            found[name] = tuple(map(_value, override.split(":")))
        else:
            values = [_value(part) for part in override.split(",")]
            found[name] = values if len(values) > 1 else values[0]
    return found


def _value(text: str) -> Any:
    """Read a number, true, false or none; anything else is a text."""
    known = {"none": None, "true": True, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _document(found: Tuning) -> dict[str, Any]:
    from gatecast.messages import documents

    verdict = vars(found.verdict) | {
        name: getattr(found.verdict, name) for name in ("better", "sure", "kept")
    }
    return {
        "messages": {"sentences": documents(found.sentences)},
        "settings": found.settings,
        "kept": "found" if found.verdict.kept else "defaults",
        "forecaster": found.forecaster.get_params(),
        "verdict": {name: _plain(value) for name, value in verdict.items()},
        "sentences": found.sentences,
        "importance": found.importance,
        "trials": _rows(found.trials),
        "interrupted": found.interrupted,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(cell) for name, cell in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
