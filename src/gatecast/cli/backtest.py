"""``gatecast backtest FILE --h 12``: which model to use here, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.config import CONFIG
from gatecast.cli.options import COLUMNS, FILE, JSON, H, names, page_options
from gatecast.cli.script import SCRIPT
from gatecast.cli.settings import with_settings

if TYPE_CHECKING:
    from gatecast.data.panel import Panel
    from gatecast.diagnostics.recommendation import Verdict
    from gatecast.evaluation.results import Backtest
    from gatecast.forecaster import LSTMForecaster
    from gatecast.messages import Message
    from gatecast.report.explain import BacktestSummary

__all__ = ["Findings", "backtest", "examine"]

#: A shorter series is too short to examine the training on.
_EXAMINED = 60


@click.command()
@click.argument("file", type=FILE)
@H
@click.option("--models", help="Models by name, for example LSTM,combination,ets+theta,Naive.")
@click.option("--n-windows", type=int, help="Cutoffs; up to 20 of few series, 3 of many.")
@click.option(
    "--step-size", type=int, help="Steps between cutoffs; a quarter of the horizon, or all of it."
)
@click.option("--gap", default=0, help="Steps after a cutoff that are not scored.")
@click.option("--window", type=int, help="Last values known at a cutoff; all if not given.")
@click.option(
    "--refit",
    type=click.IntRange(0),
    default=1,
    help="Fit at every so many cutoffs; 0 fits at the first only.",
)
@click.option("--output", "-o", type=FILE, help="CSV or Parquet file for all forecasts.")
@page_options("gatecast-backtest.html")
@click.option("--resume", type=FILE, help="Folder that keeps finished fits, to go on from.")
@click.option(
    "--n-jobs", "--jobs", type=click.IntRange(1), default=1, help="Fits at the same time."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=600.0,
    help="Seconds that a statistical model may take at a cutoff.",
)
@COLUMNS
@SCRIPT
@JSON
@CONFIG
@with_settings()
def backtest(
    file: Path, h: int, models: str | None, n_windows: int | None, step_size: int | None, gap: int,
    window: int | None, refit: int, output: Path | None, report: Path, no_report: bool, lang: str,
    resume: Path | None, n_jobs: int, time_limit: float,
    id_col: str | None, time_col: str | None, target_col: str | None, script: Path | None,
    as_json: bool, config: Path | None, settings: dict[str, Any],
) -> None:  # fmt: skip
    """Forecast the past of the series, and say which model to use.

    FILE is a CSV or Parquet file with times and values. Every model is fitted at each cutoff on
    what was known then. Prints the leaderboard and the verdict, and writes a page; and, where the
    LSTM takes part, the glass box of one fitted on everything.
    """
    from gatecast.cli.console import say
    from gatecast.cli.inputs import compare, read_series
    from gatecast.cli.outputs import check_outputs, deferred, finish
    from gatecast.cli.settings import first_season
    from gatecast.cli.tables import write_table
    from gatecast.evaluation.registry import DEFAULT, candidates, unused
    from gatecast.messages import Argument, message

    outputs = {"--output": output, "--report": None if no_report else report, "--script": script}
    check_outputs(outputs, [file, config])
    compared = candidates(names(models or "") or DEFAULT, h, time_limit=time_limit, **settings)
    if left_out := unused(list(compared), settings):
        say(message("cli.unused", settings=[*map(Argument, left_out)]))
    panel = read_series(file, id_col, time_col, target_col, settings)
    wanted: dict[str, Any] = {
        "n_windows": n_windows, "step_size": step_size, "gap": gap, "window": window,
        "refit": refit if refit > 1 else bool(refit), "level": settings.get("level", []),
        "season_length": first_season(settings),
        "n_jobs": n_jobs if n_jobs > 1 else None,
    }  # fmt: skip
    result = compare(compared, panel, h, resume=resume, **wanted)
    lstm = compared.get("LSTM")
    findings = examine(result, lstm)
    if output is not None:
        write_table(result.forecasts, output)
    written, failures = dict[str, Path | None](report=None, glass=None), list[Exception]()
    if not as_json:
        with deferred(failures):
            _print(findings, output)
    with deferred(failures):
        columns = (id_col, time_col, target_col)
        _script(script, file, settings, columns, compared, panel, h, wanted)
        if not no_report:
            written |= _pages(findings, report, lstm, settings.get("level", []), file, lang)
    finish(_document(findings, output) if as_json else None, written, failures)


def _script(
    script: Path | None,
    file: Path,
    settings: dict[str, Any],
    columns: tuple[str | None, str | None, str | None],
    models: dict[str, Any],
    panel: Panel,
    h: int,
    wanted: dict[str, Any],
) -> None:
    """Write the Python that makes the same backtest."""
    from gatecast.cli.inputs import requested
    from gatecast.cli.script import Code, constructor, reading, write_script, written_call

    arguments = requested(panel, h, wanted)
    made = ["    " + f"{name!r}: {constructor(model)}," for name, model in models.items()]
    call = written_call(
        "gc.backtest", Code("models"), Code("panel"), h, leave_out=True, **arguments
    )
    lines = [
        *reading(file, settings, *columns), "models = {", *made, "}", f"result = {call}",
        "print(result.leaderboard().to_csv(index=False), end='')",
    ]  # fmt: skip
    if len(models) > 1:
        lines.append("print(gc.verdict(result).paragraph)")
    write_script(script, "backtest", lines)


@dataclass(frozen=True, eq=False)
class Findings:
    """Hold a backtest, its verdict, and the answers about the errors of the recommended model.

    Parameters
    ----------
    result : Backtest
        What was forecast.
    verdict : Verdict or None
        None of one model alone.
    model : str
        The recommended model.
    answers : dict of Message to Message
        Questions about its errors, and answers.
    """

    result: Backtest
    verdict: Verdict | None
    model: str
    answers: dict[Message, Message]

    def summary(self) -> BacktestSummary:
        """Give what the glass box of the LSTM says of the backtest."""
        from gatecast.report.explain import BacktestSummary

        sentences = self.verdict.sentences if self.verdict else ()
        answers = self.answers if self.model == "LSTM" else {}
        board, about_owa = self.result.leaderboard(), self.result.about_owa
        return BacktestSummary(sentences, board, answers, about_owa)


def examine(result: Backtest, lstm: LSTMForecaster | None) -> Findings:
    """Judge a backtest, and examine the recommended model, of the LSTM its training too."""
    from gatecast.diagnostics.examination import diagnose
    from gatecast.diagnostics.recommendation import verdict
    from gatecast.diagnostics.training import examine_training

    choice = verdict(result) if len(result.models) > 1 else None
    model = choice.use if choice else next(iter(result.models))
    answers = diagnose(result, model)
    single = len(result.panel) == 1 and len(result.panel.values) >= _EXAMINED
    if model == "LSTM" and lstm is not None and single:
        answers |= examine_training(lstm, result.panel).answers
    return Findings(result, choice, model, answers)


def _pages(
    findings: Findings,
    page: Path,
    lstm: LSTMForecaster | None,
    level: list[float],
    file: Path,
    lang: str,
) -> dict[str, Path | None]:
    """Write the page and, of an LSTM that is fitted on everything, the glass box."""
    from gatecast.cli.glass import write_glass
    from gatecast.cli.inputs import fit_with_bar
    from gatecast.report.backtest import backtest_page

    glass, result = None, findings.result
    if lstm is not None and "LSTM" in result.models:
        fitted = fit_with_bar(replace(lstm, level=level), result.panel)
        glass = write_glass(fitted, page, name=file.name, lang=lang, backtest=findings.summary())
    backtest_page(
        result,
        page,
        subject=file.name,
        answers=findings.answers,
        lang=lang,
        glass=glass and glass.name,
    )
    return {"report": page, "glass": glass}


def _document(findings: Findings, output: Path | None) -> dict[str, Any]:
    from gatecast.cli.tables import records
    from gatecast.messages import documents

    result, choice, answers = findings.result, findings.verdict, findings.answers
    notes = [*filter(None, [result.about_owa]), *result.notes]
    tests = records(result.significance(choice.best, over=choice.over)) if choice else []
    return {
        "messages": {
            "verdict": documents(choice.sentences if choice else ()),
            "questions": documents(answers),
            "answers": documents(answers.values()),
            "notes": documents(notes),
        },
        "leaderboard": records(result.leaderboard()),
        "use": choice.use if choice else None,
        "best": choice.best if choice else None,
        "ties": list(choice.ties) if choice else [],
        "p": choice.p if choice and choice.p == choice.p else None,
        "verdict": choice.paragraph if choice else None,
        "significance": tests,
        "diagnosed": findings.model,
        "diagnosis": answers,
        "notes": list(notes),
        "left_out": result.left_out,
        "output": None if output is None else str(output),
    }


def _print(findings: Findings, output: Path | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from gatecast.cli.console import answer, say
    from gatecast.cli.spelling import as_option
    from gatecast.messages import sentence

    board = findings.result.leaderboard()
    shown = [name for name in ("mae", "rmse", "mase", "smape", "owa") if name in board]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for name in shown:
        heading = "sMAPE" if name == "smape" else name.upper()
        table.add_column(heading, justify="right", no_wrap=True)
    for _, row in board.iterrows():
        table.add_row(str(row["model"]), *(f"{row[name]:.4g}" for name in shown))
    parts: list[Any] = [table]
    if findings.result.about_owa is not None:
        parts += [sentence(findings.result.about_owa), ""]
    if findings.verdict:
        verdict = " ".join(sentence(one, spelling=as_option) for one in findings.verdict.sentences)
        parts += [Text(verdict, "bold"), ""]
    if findings.answers:
        parts.append(f"The errors of {findings.model}:")
    for question, finding in findings.answers.items():
        written = sentence(finding, spelling=as_option)
        parts += [Text(question, "bold"), Padding(Text(written), (0, 0, 0, 2), expand=False)]
    answer(*parts)
    for note in findings.result.notes:
        say(note)
    if output is not None:
        click.echo(f"Forecasts: {output}", err=True)
