"""``gatecast demo``: the tutorial's experiment, as it was written and as it should have been."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatecast.cli.options import JSON, LANG, PAGE
from gatecast.cli.script import SCRIPT

if TYPE_CHECKING:
    from gatecast.tutorial.experiment import ModelRun, TutorialResult

__all__ = ["demo"]


@click.command()
@click.option(
    "--output",
    "-o",
    type=PAGE,
    help="The page to write; gatecast-demo.html or gatecast-learn.html if not given.",
)
@click.option("--learn", is_flag=True, help="Write a guided page instead: how an LSTM remembers.")
@LANG
@click.option("--random-state", default=0, help="Seed of weights and shuffling.")
@SCRIPT
@JSON
def demo(
    output: Path | None, learn: bool, lang: str, random_state: int, script: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Run the tutorial's experiment, beside what it is held against.

    Trains the tutorial's network on its noisy sine, as it was written and on sequences, scores both
    beside simple models and the noise floor, and writes a page with charts and, beside it, the
    glass box: the guided page that --learn writes alone.
    """
    _script(script, "make_lessons" if learn else "run_tutorial", random_state)
    if learn:
        _learn(output or Path("gatecast-learn.html"), lang, random_state, as_json)
        return
    from gatecast.cli.console import training_bars, working
    from gatecast.cli.glass import beside
    from gatecast.cli.outputs import emit_json
    from gatecast.errors import MissingExtraError
    from gatecast.report.demo import demo_page
    from gatecast.report.learn import learn_page
    from gatecast.report.picture import demo_picture
    from gatecast.tutorial.experiment import run_tutorial
    from gatecast.tutorial.lessons import make_lessons

    labels = {"tutorial": "as the tutorial has it", "sequences": "on sequences"}
    output = output or Path("gatecast-demo.html")
    with training_bars(labels) as report:
        result = run_tutorial(random_state=random_state, progress=report)
    carried = result.run("sequences")
    assert carried is not None
    with working("lessons"):
        lessons = make_lessons(random_state=random_state, fifty=carried.network)
    glass = beside(output)
    learn_page(lessons, glass, lang=lang, back=output.name)
    demo_page(result, output, lang=lang, glass=glass.name)
    picture: Path | None = output.with_suffix(".png")
    try:
        demo_picture(result, picture)
    except MissingExtraError:
        picture = None  # the page has the chart; the PNG comes with the extra

    if as_json:
        emit_json(_document(result, output, glass, picture))
    else:
        _print(result, output, glass, picture)


def _script(script: Path | None, function: str, random_state: int) -> None:
    """Write the Python that runs the same experiment, or makes the same lessons."""
    from gatecast.cli.script import write_script

    module = "lessons" if function == "make_lessons" else "experiment"
    lines = [
        f"from gatecast.tutorial.{module} import {function}", "",
        f"result = {function}(random_state={random_state})",
    ]  # fmt: skip
    if function == "run_tutorial":
        lines += ["for run in result.runs:", "    print(run.label, run.train_rmse, run.test_rmse)"]
    write_script(script, "demo", lines)


def _learn(output: Path, lang: str, random_state: int, as_json: bool) -> None:
    from gatecast.cli.console import working
    from gatecast.cli.outputs import emit, emit_json
    from gatecast.report.learn import learn_page
    from gatecast.tutorial.lessons import make_lessons

    with working("lessons"):
        lessons = make_lessons(random_state=random_state)
    learn_page(lessons, output, lang=lang)
    if as_json:
        scores = {
            name: {"test_rmse": getattr(lessons, name).test_rmse}
            for name in ("untrained", "emptied", "pair", "trained")
        }
        scores["naive"] = {"test_rmse": lessons.naive_rmse}
        scores["noise_floor"] = {"test_rmse": lessons.noise_floor}
        emit_json({**scores, "report": str(output)})
    else:
        emit(f"Page: {output}\n")


def _document(
    result: TutorialResult, report: Path, glass: Path, picture: Path | None
) -> dict[str, Any]:
    def row(run: ModelRun | None) -> dict[str, Any] | None:
        if run is None:
            return None
        scores: dict[str, Any] = {"test_rmse": run.test_rmse, "train_rmse": run.train_rmse}
        if run.loss:
            scores["loss"] = list(run.loss)
        if run.fit_seconds is not None:
            scores["fit_seconds"] = run.fit_seconds
        if run.predict_seconds is not None:
            scores["predict_seconds"] = run.predict_seconds
        return scores

    from gatecast.messages import documents

    keys = ("tutorial", "sequences", "pretrained", "naive", "sarima")
    return {
        **{key: row(result.run(key)) for key in keys},
        "noise_floor": {"test_rmse": result.noise_floor},
        "messages": {
            "verdict": documents([result.verdict]),
            "questions": documents(o.question for o in result.observations),
            "answers": documents(o.answer for o in result.observations),
            "notes": documents(result.notes),
        },
        "verdict": result.verdict,
        "observations": {o.question: o.answer for o in result.observations},
        "report": str(report),
        "glass": str(glass),
        "picture": None if picture is None else str(picture),
    }


def _print(result: TutorialResult, report: Path, glass: Path, picture: Path | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from gatecast.cli.console import answer

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("one step ahead", no_wrap=True)
    for heading in ("train RMSE", "test RMSE", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in result.runs:
        seconds = "" if run.fit_seconds is None else f"{run.fit_seconds:.2f}"
        table.add_row(run.label, f"{run.train_rmse:.4f}", f"{run.test_rmse:.4f}", seconds)
    table.add_row("noise floor", "", f"{result.noise_floor:.4f}", "")
    parts: list[Any] = [table]
    for run in result.runs:
        if run.loss:
            losses = " ".join(f"{loss:.4f}" for loss in run.loss)
            parts += [f"Loss by epoch, {run.label}:", Padding(losses, (0, 0, 1, 2), expand=False)]
    for observation in result.observations:
        written = Padding(Text(observation.answer), (0, 0, 1, 2), expand=False)
        parts += [Text(observation.question, "bold"), written]
    parts += [Text(result.verdict, "bold"), ""]
    parts += [Text(note, "dim") for note in result.notes]
    parts += ["", f"Page: {report}", f"Glass box: {glass}"]
    missing = 'none; it needs matplotlib: pip install "gatecast[plot]"'
    answer(*parts, f"Picture: {missing if picture is None else picture}")
