"""``gatecast backtest FILE --h 12``: which model to use here, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.config import CONFIG
from gatecast.cli.options import ID_COL, JSON, NO_REPORT, TARGET_COL, TIME_COL, names
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    from gatecast.diagnostics.recommendation import Verdict
    from gatecast.evaluation.results import Backtest
    from gatecast.forecaster import LSTMForecaster
    from gatecast.messages import Message
    from gatecast.report.explain import Judged

__all__ = ["answers_about", "backtest", "judged"]

#: A shorter series is too short to examine the training on.
_EXAMINED = 60


@with_settings()
def backtest(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file with times and values.")],
    h: Annotated[int, typer.Option("--h", help="Steps to forecast.")],
    models: Annotated[
        str, typer.Option(help="Models by name, for example LSTM,combination,ets+theta,Naive.")
    ] = "",
    n_windows: Annotated[
        int | None, typer.Option(help="Cutoffs; up to 20 of few series, 3 of many.")
    ] = None,
    step_size: Annotated[
        int | None,
        typer.Option(help="Steps between cutoffs; a quarter of the horizon, or all of it."),
    ] = None,
    gap: Annotated[int, typer.Option(help="Steps after a cutoff that are not scored.")] = 0,
    window: Annotated[
        int | None, typer.Option(help="Last values known at a cutoff; all if not given.")
    ] = None,
    refit: Annotated[
        int, typer.Option(help="Fit at every so many cutoffs; 0 fits at the first only.")
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="CSV or Parquet file for all forecasts."),
    ] = None,
    report: Annotated[Path, typer.Option(help="The page to write.")] = Path(
        "gatecast-backtest.html"
    ),
    no_report: NO_REPORT = False,
    resume: Annotated[
        Path | None, typer.Option(help="Folder that keeps finished fits, to go on from.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Fits at the same time.")] = 1,
    time_limit: Annotated[
        float, typer.Option(help="Seconds that a statistical model may take at a cutoff.")
    ] = 600.0,
    id_col: ID_COL = None,
    time_col: TIME_COL = None,
    target_col: TARGET_COL = None,
    as_json: JSON = False,
    config: CONFIG = None,
    *,
    settings: dict[str, Any],
) -> None:
    """Forecast the past of the series in a file, and say which model to use.

    Every model is fitted at each cutoff on what was known then. Prints the leaderboard and the
    verdict, and writes a page; and, where the LSTM takes part, the glass box of one fitted on
    everything.
    """
    from gatecast.cli.console import counted, working
    from gatecast.cli.outputs import check_outputs, deferred, finish
    from gatecast.cli.settings import covariates, first_season
    from gatecast.cli.tables import write_table
    from gatecast.data.reading import read_panel
    from gatecast.diagnostics.recommendation import verdict
    from gatecast.evaluation.backtest import backtest as run
    from gatecast.evaluation.cutoffs import default_windows
    from gatecast.evaluation.registry import DEFAULT, candidates

    check_outputs({"--output": output, "--report": None if no_report else report}, [file, config])
    asked = candidates(names(models) or DEFAULT, h, time_limit=time_limit, **settings)
    level = settings.get("level", [])
    with working("reading"):
        panel = read_panel(
            file, id_col=id_col, time_col=time_col, target_col=target_col,
            freq=settings.get("freq"), extra_cols=covariates(settings),
        )  # fmt: skip
    windows, step = default_windows(panel, h)
    with counted("backtest", "fits") as tell:
        found = run(
            asked, panel, h, n_windows=n_windows or windows, step_size=step_size or step, gap=gap,
            window=window, refit=refit if refit > 1 else bool(refit), level=level,
            season_length=first_season(settings), n_jobs=jobs if jobs > 1 else None, resume=resume,
            leave_out=True, progress=tell,
        )  # fmt: skip
    told = verdict(found) if len(found.models) > 1 else None
    answers = answers_about(found, asked.get("LSTM"))
    if output is not None:
        write_table(found.forecasts, output)
    if not as_json:
        _print(found, told, answers, output)
    written, failures = dict[str, Path | None](report=None, glass=None), list[Exception]()
    with deferred(failures):
        if not no_report:
            written |= _pages(found, answers, report, asked.get("LSTM"), level, file)
    finish(_document(found, told, answers, output) if as_json else None, written, failures)


def judged(found: Backtest, answers: dict[Message, Message]) -> Judged:
    """Give what the glass box of the LSTM says of a backtest."""
    from gatecast.diagnostics.recommendation import verdict
    from gatecast.report.explain import Judged

    sentences = verdict(found).sentences if len(found.models) > 1 else ()
    of_the_lstm = next(iter(found.models)) == "LSTM"
    return Judged(sentences, found.leaderboard(), answers if of_the_lstm else {})


def answers_about(found: Backtest, lstm: LSTMForecaster | None) -> dict[Message, Message]:
    """Answer questions about the first model's errors, and about its training if it is the LSTM."""
    from gatecast.diagnostics.examination import diagnose
    from gatecast.diagnostics.training import examine_training

    first = next(iter(found.models))
    answers = diagnose(found, first)
    single = len(found.panel) == 1 and len(found.panel.values) >= _EXAMINED
    if first == "LSTM" and lstm is not None and single:
        answers |= examine_training(lstm, found.panel).answers
    return answers


def _pages(
    found: Backtest,
    answers: dict[Message, Message],
    page: Path,
    lstm: LSTMForecaster | None,
    level: list[float],
    file: Path,
) -> dict[str, Path | None]:
    """Write the page and, of an LSTM that is fitted on everything, the glass box."""
    from gatecast.cli.console import training_bars
    from gatecast.cli.glass import write_glass
    from gatecast.report.backtest import backtest_page

    glass = None
    if lstm is not None and "LSTM" in found.models:
        fitted = replace(lstm, level=level)
        with training_bars({"LSTM": "training"}, unit="steps") as report:
            fitted.fit(found.panel, progress=lambda p: report("LSTM", p))
        glass = write_glass(fitted, page, name=file.name, judged=judged(found, answers))
    backtest_page(found, page, subject=file.name, answers=answers, glass=glass and glass.name)
    return {"report": page, "glass": glass}


def _document(
    found: Backtest,
    told: Verdict | None,
    answers: dict[Message, Message],
    output: Path | None,
) -> dict[str, Any]:
    from gatecast.cli.tables import records
    from gatecast.messages import documents

    return {
        "messages": {
            "verdict": documents(told.sentences if told else ()),
            "questions": documents(answers),
            "answers": documents(answers.values()),
            "notes": documents(found.notes),
        },
        "leaderboard": records(found.leaderboard()),
        "use": told.use if told else None,
        "best": told.best if told else None,
        "ties": list(told.ties) if told else [],
        "p": told.p if told and told.p == told.p else None,
        "verdict": told.paragraph if told else None,
        "significance": records(found.significance(told.best, over=told.over)) if told else [],
        "diagnosis": answers,
        "notes": list(found.notes),
        "output": None if output is None else str(output),
    }


def _print(
    found: Backtest,
    told: Verdict | None,
    answers: dict[Message, Message],
    output: Path | None,
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    from gatecast.cli.console import say

    console = Console(highlight=False)
    board = found.leaderboard()
    shown = [name for name in ("mae", "rmse", "mase", "smape", "owa") if name in board]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for name in shown:
        heading = "sMAPE" if name == "smape" else name.upper()
        table.add_column(heading, justify="right", no_wrap=True)
    for _, row in board.iterrows():
        table.add_row(str(row["model"]), *(f"{row[name]:.4g}" for name in shown))
    console.print(table)
    if told:
        console.print(told.paragraph, style="bold", markup=False)
        console.print()
    for question, answer in answers.items():
        console.print(question, style="bold", markup=False)
        console.print(Padding(answer, (0, 0, 0, 2), expand=False))
    for note in found.notes:
        say(note)
    if output is not None:
        typer.echo(f"Forecasts: {output}", err=True)
