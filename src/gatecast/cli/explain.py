"""``gatecast explain MODEL FILE``: a page that shows the memory of a saved model at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.options import FILE, JSON, LANG, PAGE
from gatecast.cli.script import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecast.data.panel import Panel
    from gatecast.explain import Explanation
    from gatecast.forecaster import LSTMForecaster
    from gatecast.report.explain import BacktestSummary

__all__ = ["explain"]


@click.command()
@click.argument("model", type=FILE)
@click.argument("file", type=FILE)
@click.option("--series", help="Name of the series to look at; else the first.")
@click.option(
    "--output", "-o", type=PAGE, default="gatecast-explain.html", help="The page to write."
)
@click.option(
    "--network", type=int, help="Which of the model's networks, from 0; else one that forecasts."
)
@click.option(
    "--futr-file",
    type=FILE,
    help="CSV or Parquet file with the columns that the model knows in advance.",
)
@LANG
@click.option(
    "--backtest", is_flag=True, help="Backtest the model beside others first; takes longer."
)
@click.option("--png", is_flag=True, help="Write a picture beside the page, with matplotlib.")
@click.option("--svg", is_flag=True, help="The same as an SVG.")
@SCRIPT
@JSON
def explain(
    model: Path, file: Path, series: str | None, output: Path, network: int | None,
    futr_file: Path | None, lang: str, backtest: bool, png: bool, svg: bool, script: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Show what a saved model's gates and memory did along a series.

    MODEL is what forecast --save wrote, FILE a CSV or Parquet file of its series. Writes a page
    with the LSTM's cell drawn and alive, and shows how good the forecast was on values held back,
    how far back the network looks, what its units follow, and which past steps made the forecast.
    """
    from gatecast.cli.console import working
    from gatecast.cli.outputs import emit_json
    from gatecast.explain.explanation import explain as explain_model
    from gatecast.explain.inputs import read_series
    from gatecast.report.explain import explain_page
    from gatecast.saved import load

    fitted: Any = load(model)
    compared = _backtest(fitted, read_series(fitted, file, "explain")) if backtest else None
    with working("explaining the forecast"):
        explained = explain_model(fitted, file, series, network, futr_file)
    title = f"{file.name}, {explained.series}" if explained.id_col is not None else file.name
    explain_page(explained, output, subject=title, lang=lang, backtest=compared)
    _script(script, model, file, series, network, futr_file)
    pictures = _pictures(explained, output, {".png": png, ".svg": svg})
    verdict = (compared and compared.verdict) or [explained.training.verdict]
    if as_json:
        paths = {"report": str(output), "pictures": [str(picture) for picture in pictures]}
        emit_json(_document(explained, verdict, compared) | paths)
    else:
        _print(explained, verdict, [output, *pictures])


def _script(
    script: Path | None,
    model: Path,
    file: Path,
    series: str | None,
    network: int | None,
    futr_file: Path | None,
) -> None:
    """Write the Python that explains the same."""
    from gatecast.cli.script import Code, write_script, written_call

    given = {"series": series, "network": network, "futr_df": futr_file}
    lines = [
        "", f"model = {written_call('gc.load', model)}",
        f"explanation = {written_call('gc.explain', Code('model'), file, **given)}",
        "print(explanation.training.verdict)",
        "print(*explanation.notes, *explanation.memory.sentences, sep='\\n')",
    ]  # fmt: skip
    write_script(script, "explain", lines)


def _pictures(explained: Explanation, output: Path, wanted: dict[str, bool]) -> list[Path]:
    from gatecast.report.picture import explanation_picture

    pictures = [output.with_suffix(kind) for kind, is_wanted in wanted.items() if is_wanted]
    for picture in pictures:
        explanation_picture(explained, picture)
    return pictures


def _print(explained: Explanation, verdict: Sequence[str], files: list[Path]) -> None:
    from gatecast.cli.console import answer

    answer(*verdict, *explained.notes, *explained.memory.sentences)
    page, *pictures = files
    click.echo(f"Page: {page}", err=True)
    for picture in pictures:
        click.echo(f"Picture: {picture}", err=True)


def _document(
    explained: Explanation, verdict: Sequence[str], backtested: BacktestSummary | None
) -> dict[str, Any]:
    from gatecast.cli.tables import records
    from gatecast.data.left_out import left_out
    from gatecast.messages import documents

    about = {**explained.training.training, **explained.training.errors}
    return {
        "messages": {
            "verdict": documents(verdict),
            "questions": documents(about),
            "answers": documents(about.values()),
            "findings": documents(explained.memory.sentences),
            "notes": documents(explained.notes),
            "decisions": documents(explained.decisions),
        },
        "series": str(explained.series),
        "verdict": list(verdict),
        "training": explained.training.training,
        "errors": explained.training.errors,
        "leaderboard": records(backtested.leaderboard) if backtested else None,
        "findings": list(explained.memory.sentences),
        "effective_memory": explained.memory.effective_memory,
        "notes": list(explained.notes),
        "decisions": list(explained.decisions),
        "left_out": left_out(explained.decisions),
    }


def _backtest(model: LSTMForecaster, panel: Panel) -> BacktestSummary:
    """Backtest the settings of a model beside the usual models."""
    from gatecast.cli.backtest import examine
    from gatecast.cli.inputs import compare
    from gatecast.evaluation.registry import DEFAULT, candidates
    from gatecast.forecaster import LSTMForecaster
    from gatecast.forecaster.settings.kinds import first_season

    others = [name for name in DEFAULT if name != "LSTM"]
    season = first_season(model.season_length)
    lstm = LSTMForecaster(**model.get_params())
    usual = candidates(others, model.h, season_length=season, time_limit=600.0)
    return examine(compare({"LSTM": lstm, **usual}, panel, model.h), lstm).summary()
