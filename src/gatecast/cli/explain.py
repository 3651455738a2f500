"""``gatecast explain MODEL FILE``: a page that shows the memory of a saved model at work."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatecast.cli.options import JSON
from gatecast.cli.predict import MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatecast.data.panel import Panel
    from gatecast.explain import Explanation
    from gatecast.forecaster import LSTMForecaster
    from gatecast.report.explain import Judged

__all__ = ["LANG", "Language", "explain"]


class Language(str, Enum):
    """Languages of the pages."""

    en = "en"
    zh = "zh"


LANG = Annotated[
    Language, typer.Option(help="Language that the page opens in; a button on it changes it.")
]


def explain(
    model: MODEL,
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file of the model's series.")],
    series: Annotated[
        str | None, typer.Option(help="Name of the series to look at; else the first.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path(
        "gatecast-explain.html"
    ),
    network: Annotated[int, typer.Option(help="Which of the model's networks, from 0.")] = 0,
    futr_file: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet file with the columns that the model knows in advance."),
    ] = None,
    lang: LANG = Language.en,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="Judge the model beside others first; takes longer.")
    ] = False,
    png: Annotated[
        bool, typer.Option("--png", help="Write a picture beside the page, with matplotlib.")
    ] = False,
    svg: Annotated[bool, typer.Option("--svg", help="The same as an SVG.")] = False,
    as_json: JSON = False,
) -> None:
    """Show what the gates and the memory of a saved model did along a series.

    Writes a page with the LSTM's cell drawn and alive, and says how good the forecast was on values
    held back, how far back the network looks, what its units follow, and which past steps made the
    forecast.
    """
    from gatecast.cli.console import say, working
    from gatecast.explain.explanation import explain as explain_model
    from gatecast.explain.inputs import read_series
    from gatecast.report.explain import explain_page
    from gatecast.report.picture import inside_picture
    from gatecast.saved import load

    fitted: Any = load(model)
    judged = _judge(fitted, read_series(fitted, file, "explain")) if backtest else None
    with working("looking inside the network"):
        inside = explain_model(fitted, file, series, network, futr_file)
    title = f"{file.name}, {inside.series}" if inside.id_col is not None else file.name
    explain_page(inside, output, subject=title, lang=lang.value, judged=judged)
    kinds = [kind for kind, wanted in ((".png", png), (".svg", svg)) if wanted]
    pictures = [output.with_suffix(kind) for kind in kinds]
    for picture in pictures:
        inside_picture(inside, picture)
    verdict = (judged and judged.verdict) or [inside.training.verdict]
    if as_json:
        document = _document(inside, verdict, judged)
        paths = {"report": str(output), "pictures": [str(picture) for picture in pictures]}
        typer.echo(json.dumps(document | paths))
        return
    for sentence in (*verdict, *inside.notes, *inside.memory.sentences):
        say(sentence, error=False)
    typer.echo(f"Page: {output}", err=True)
    for picture in pictures:
        typer.echo(f"Picture: {picture}", err=True)


def _document(
    inside: Explanation, verdict: Sequence[str], backtested: Judged | None
) -> dict[str, Any]:
    from gatecast.cli.tables import records
    from gatecast.messages import documents

    about = {**inside.training.training, **inside.training.errors}
    return {
        "messages": {
            "verdict": documents(verdict),
            "questions": documents(about),
            "answers": documents(about.values()),
            "findings": documents(inside.memory.sentences),
            "notes": documents(inside.notes),
            "decisions": documents(inside.decisions),
        },
        "series": str(inside.series),
        "verdict": list(verdict),
        "training": inside.training.training,
        "errors": inside.training.errors,
        "leaderboard": records(backtested.leaderboard) if backtested else None,
        "findings": list(inside.memory.sentences),
        "effective_memory": inside.memory.effective_memory,
        "notes": list(inside.notes),
        "decisions": list(inside.decisions),
    }


def _judge(model: LSTMForecaster, panel: Panel) -> Judged:
    """Let a backtest judge the settings of a model beside the usual models."""
    from gatecast.cli.backtest import answers_about, judged
    from gatecast.cli.console import counted
    from gatecast.evaluation.backtest import backtest
    from gatecast.evaluation.cutoffs import default_windows
    from gatecast.evaluation.registry import DEFAULT, candidates
    from gatecast.forecaster import LSTMForecaster
    from gatecast.forecaster.kinds import as_seasons

    others = [name for name in DEFAULT if name != "LSTM"]
    season = None if model.season_length is None else as_seasons(model.season_length)[0]
    unfitted = LSTMForecaster(**model.get_params())
    models = {
        "LSTM": unfitted,
        **candidates(others, model.h, season_length=season, time_limit=600.0),
    }
    windows, step = default_windows(panel, model.h)
    with counted("backtest", "fits") as tell:
        found = backtest(
            models, panel, model.h, n_windows=windows, step_size=step, leave_out=True, progress=tell
        )
    return judged(found, answers_about(found, unfitted))
