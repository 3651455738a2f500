"""What an agent may do, as plain functions: eight tools that take paths and give JSON.

Of the data themselves nothing is given but what was requested: counts, spans and findings, and
forecasts, which are results. Every call is kept as Python, so that what an agent did can be run
again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatecast.evaluation.results import Backtest

__all__ = ["TOOLS", "Tools"]

#: Names of the tools, in the order in which they are usually called.
TOOLS = ("inspect", "backtest", "verdict", "forecast", "explain", "update", "tune", "script")
_QUICK = ("PretrainedLSTM", "LinearAutoregression", "SeasonalNaive", "Naive")
_MOST_STEPS = 10


class Tools:
    """Hold the tools of one agent, and what it did with them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._backtests: dict[Any, Backtest] = {}

    def functions(self) -> list[Callable[..., dict[str, Any]]]:
        """List the tools.

        Returns
        -------
        list of callable
            With docstrings that say what each is for.
        """
        return [getattr(self, name) for name in TOOLS]

    def inspect(self, file: str, rows: int = 0) -> dict[str, Any]:
        """Say what a CSV or Parquet file holds: columns, frequency, series, span, and repairs.

        Begin here. No values are given unless ``rows`` asks for the last so many of each of the
        first ten series.
        """
        from gatecast.cli.tables import records
        from gatecast.data.reading import read_panel
        from gatecast.data.rows import show_time

        panel = read_panel(file)
        result: dict[str, Any] = {
            "series": len(panel), "values": len(panel.values),
            "shortest": int(panel.lengths.min()), "longest": int(panel.lengths.max()),
            "frequency": str(panel.freq),
            "first": show_time(panel.times.min()), "last": show_time(panel.times.max()),
            "columns": {"id": panel.id_col, "time": panel.time_col, "target": panel.target_col},
            "notes": [str(note) for note in panel.notes],
        }  # fmt: skip
        if rows > 0:
            result["rows"] = records(panel.take(range(min(10, len(panel)))).tail(rows).to_frame())
        return result

    def backtest(
        self, file: str, h: int, models: Sequence[str] = _QUICK, n_windows: int = 8
    ) -> dict[str, Any]:
        """Score models on the past of the series in a file: a leaderboard, the best first.

        ``h`` is how many steps are forecast. Models: LSTM (trained here, seconds to minutes),
        PretrainedLSTM, AutoETS, AutoARIMA, SARIMA, Theta, LinearAutoregression, SeasonalNaive,
        Naive.
        """
        from gatecast.cli.tables import records

        result = self._backtest(file, h, models, n_windows)
        self.calls.append("print(result.leaderboard())")
        notes = [*filter(None, [result.about_owa]), *result.notes]
        return {"leaderboard": records(result.leaderboard()), "notes": notes}

    def verdict(
        self, file: str, h: int, models: Sequence[str] = _QUICK, n_windows: int = 8
    ) -> dict[str, Any]:
        """Say which model to use for the series in a file, how sure that is, and why.

        The same backtest as that of ``backtest``; it is not run twice.
        """
        from gatecast.diagnostics.recommendation import verdict

        choice = verdict(self._backtest(file, h, models, n_windows))
        self.calls.append("print(gc.verdict(result).paragraph)")
        return {
            "use": choice.use, "best": choice.best, "ties": list(choice.ties),
            "sentences": [str(sentence) for sentence in choice.sentences],
        }  # fmt: skip

    def forecast(
        self,
        file: str,
        h: int,
        model: str = "PretrainedLSTM",
        level: Sequence[float] = (80,),
        save: str | None = None,
    ) -> dict[str, Any]:
        """Forecast the next ``h`` steps of the series in a file, with prediction intervals.

        ``model`` as in ``backtest``. ``save`` is a file for the fitted model (LSTM or
        PretrainedLSTM), which ``explain`` and ``update`` take.
        """
        from gatecast.cli.script import constructor, written_call
        from gatecast.cli.tables import records
        from gatecast.errors import UsageError
        from gatecast.evaluation.registry import SAVED, candidates, full_names, is_saved
        from gatecast.messages import message

        name = full_names(model)
        if save is not None and not is_saved(name):
            raise UsageError(message("cli.cannot_save", model=name, names=list(SAVED)))
        made = candidates([name], h, level=list(level))[name]
        fitted = made.fit(file)
        frame = fitted.predict()
        self.calls.append(f"model = {constructor(made)}.fit({file!r})")
        self.calls.append("forecast = model.predict()\nprint(forecast)")
        if save is not None:
            fitted.save(save)
            self.calls.append(written_call("model.save", save))
        decisions = [str(decision) for decision in fitted.decisions()]
        return {"forecast": records(frame), "decisions": decisions, "model": save}

    def explain(self, model: str, file: str, series: str | None = None) -> dict[str, Any]:
        """Say how a saved LSTM made its forecast: how long it remembers, which past steps count.

        ``model`` is what ``forecast`` saved, ``file`` holds the model's series.
        """
        from gatecast.cli.script import Code, written_call
        from gatecast.cli.tables import records
        from gatecast.explain.explanation import explain
        from gatecast.saved import load

        saved: Any = load(model)
        explanation = explain(saved, file, series)
        call = written_call("gc.explain", Code(f"gc.load({model!r})"), file, series=series)
        self.calls.append(f"explanation = {call}\nprint(*explanation.memory.sentences, sep='\\n')")
        shares: Any = explanation.attribution
        first = shares[shares["step"] == shares["step"].min()]
        largest = first.reindex(first["attribution"].abs().sort_values(ascending=False).index)
        return {
            "findings": [str(sentence) for sentence in explanation.memory.sentences],
            "effective_memory": explanation.memory.effective_memory,
            "verdict": str(explanation.training.verdict),
            "largest_attributions": records(largest.head(_MOST_STEPS)),
            "notes": [str(note) for note in explanation.notes],
        }

    def update(self, model: str, file: str) -> dict[str, Any]:
        """Take new rows into a saved model, keep it, and forecast again, without training."""
        from gatecast.cli.tables import records
        from gatecast.saved import open_for_update

        with open_for_update(model) as opened:
            frame = opened.update(file).predict()
        self.calls.append(
            f"with gc.open_for_update({model!r}) as model:\n"
            f"    forecast = model.update({file!r}).predict()\nprint(forecast)"
        )
        return {"forecast": records(frame)}

    def tune(
        self, file: str, h: int, n_trials: int = 20, save: str | None = None
    ) -> dict[str, Any]:
        """Search for better settings of the LSTM, and say whether they beat the defaults for sure.

        Takes about a second a trial on one series. ``save`` is a file for the fitted model.
        """
        from gatecast.cli.script import written_call
        from gatecast.tuning import tune

        result = tune(file, h, n_trials=n_trials)
        call = written_call("gc.tune", file, h, n_trials=n_trials)
        self.calls.append(f"search = {call}\nprint(*search.sentences, sep='\\n')")
        if save is not None:
            result.forecaster.save(save)
            self.calls.append(f"search.forecaster.save({save!r})")
        sentences = [str(sentence) for sentence in result.sentences]
        return {
            "settings": result.settings, "kept": result.verdict.kept, "sentences": sentences,
            "model": save,
        }  # fmt: skip

    def script(self) -> dict[str, Any]:
        """Give the Python of all that was done so far, to be run again without an agent."""
        return {"python": "\n".join(["import gatecast as gc", "", *self.calls, ""])}

    def _backtest(self, file: str, h: int, models: Sequence[str], n_windows: int) -> Backtest:
        """Run a backtest, or give the one that was run on the same file."""
        from gatecast.cli.script import Code, constructor, written_call
        from gatecast.evaluation.backtest import backtest
        from gatecast.evaluation.registry import candidates

        compared = candidates(list(models), h)
        stamp = Path(file).stat().st_mtime_ns if Path(file).exists() else None
        key = (file, stamp, h, tuple(compared), n_windows)
        made = f"[{', '.join(constructor(model) for model in compared.values())}]"
        call = written_call("gc.backtest", Code(made), file, h, n_windows=n_windows)
        if key not in self._backtests:
            result = backtest(list(compared.values()), file, h, n_windows=n_windows)
            self._backtests = {key: result}  # the last one alone
            self.calls.append(f"result = {call}")
        return self._backtests[key]
