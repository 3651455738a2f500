"""Which model a backtest recommends, how certain that is, why, and what would help.

The rule
--------
The model with the smallest error in the leaderboard is recommended, unless a simpler one has an
error at most 5 % larger (:data:`MARGIN`) and that difference may be chance. So the recommended
model is never far behind in the table, and where it is not the first one, the sentence says so.

A difference may be chance unless the Diebold-Mariano test has p < 0.05. The interval of the gain is
that of the same test, so it holds zero wherever the sentence speaks of chance, and nowhere else.
Two cases need no test: a model whose forecasts are exact is recommended as such, and with no more
cutoffs than the steps that forecasts overlap, the sentence says that they are too few for a test.
Of fewer than ten cutoffs it is said that they are few, whatever p is.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast.data.transforms import SeasonalAdjustment, is_seasonal
from gatecast.diagnostics.examination import one_step_errors
from gatecast.diagnostics.residuals import ljung_box
from gatecast.diagnostics.series import long_memory, nonlinearity, random_walk
from gatecast.errors import DataError, UsageError
from gatecast.evaluation.results import MANY_SERIES, Backtest
from gatecast.messages import Message, message, sentence

__all__ = ["MARGIN", "Verdict", "recommend", "series_characteristics", "verdict"]

#: A simpler model is recommended in the place of the best one if its error is at most so much
#: larger and the difference may be chance.
MARGIN = 0.05
_CHANCE = 0.05  # of the Diebold-Mariano test
#: From what costs least to what costs most to fit, run and explain; others come last.
SIMPLEST_FIRST = (
    "Naive", "SeasonalNaive", "Drift", "WindowAverage", "Croston", "SBA", "TSB", "Theta",
    "AutoETS", "SARIMA", "AutoARIMA", "MSTL", "LinearAutoregression", "PretrainedLSTM",
    "Combination", "LSTM",
)  # fmt: skip
_ARIMAS = ("SARIMA", "AutoARIMA")
_FEW_CUTOFFS = 10
_CERTAIN_CUTOFFS = 20
_MOST_TESTED = 20


@dataclass(frozen=True)
class Verdict:
    """Result of :func:`verdict`.

    Parameters
    ----------
    use : str
        The recommended model.
    best : str
        The model with the smallest error: the first of the leaderboard.
    ties : tuple of str
        Models whose difference from the best may be chance, with it; the simplest first.
    p : float
        Of the Diebold-Mariano test of the best model against the recommended one, or, where that
        is the best itself, against the next best; NaN where nothing could be tested.
    over : {"cutoffs", "series"}
        What was compared pair by pair.
    sentences : tuple of Message
        The verdict in words.
    """

    use: str
    best: str
    ties: tuple[str, ...]
    p: float
    over: str
    sentences: tuple[Message, ...]

    @property
    def paragraph(self) -> str:
        """All sentences in one paragraph."""
        return " ".join(map(sentence, self.sentences))


def recommend(errors: dict[str, float], p: dict[str, float]) -> str:
    """Choose a model by the rule of this module.

    Parameters
    ----------
    errors : dict of str to float
        Mean error of each model.
    p : dict of str to float
        Of the test of each model against the one with the smallest error; NaN where there is none.

    Returns
    -------
    str
        The recommended model.
    """
    best = min(errors, key=lambda name: errors[name])
    close = [
        name
        for name, error in errors.items()
        if name == best or (error <= (1.0 + MARGIN) * errors[best] and not p[name] < _CHANCE)
    ]
    return min(close, key=_effort)


def verdict(backtest: Backtest, *, loss: str = "absolute") -> Verdict:
    """Recommend a model.

    The model with the smallest error is recommended, unless a simpler one has an error at most 5 %
    larger and that difference may be chance (Diebold-Mariano p >= 0.05, which is where the interval
    of the gain holds zero; or too few cutoffs for a test). Forecasts that are exact need no test.

    Parameters
    ----------
    backtest : Backtest
        Of two models or more.
    loss : {"absolute", "squared"}
        What is compared.

    Returns
    -------
    Verdict
        Which model to use, how certain that is, why, and what would help next.

    Raises
    ------
    UsageError
        If there is one model, or ``loss`` is none of these.
    """
    if len(backtest.models) < 2:
        raise UsageError(message("recommend.one_model"))
    over = "series" if _series_count(backtest) >= MANY_SERIES else "cutoffs"
    metric, errors = backtest.errors(loss)
    best = next(iter(errors))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # too few cutoffs: stated below
        table = backtest.significance(best, loss=loss, over=over).set_index("model")
    # where each cutoff counts alike, another may be ahead: that is no evidence for the best
    ahead: Any = table["p"].where(table["difference"] > 0, 1.0)
    p = {str(name): float(value) for name, value in ahead.items()}
    use = recommend(errors, {best: 1.0, **p})
    ties = sorted((name for name in errors if not p.get(name, 1.0) < _CHANCE), key=_effort)
    other = use if use != best else list(errors)[1]
    sentences = [
        _headline(backtest, metric, errors, use, best, other, table.loc[other], over),
        *_few(backtest, over),
        *_arima(metric, errors, {use, other}),
        *series_characteristics(backtest),
        *_next_steps(backtest, ties),
    ]
    tested = float(table.loc[other, "p"])  # pyright: ignore[reportArgumentType]
    return Verdict(use, best, tuple(ties), tested, over, tuple(sentences))


def _effort(name: str) -> tuple[int, str]:
    place = SIMPLEST_FIRST.index(name) if name in SIMPLEST_FIRST else len(SIMPLEST_FIRST)
    return place, name


def _series_count(backtest: Backtest) -> int:
    if backtest.id_col is None:
        return 1
    return len(backtest.forecasts[backtest.id_col].unique())


def _headline(
    backtest: Backtest, metric: str, errors: dict[str, float], use: str, best: str, other: str,
    test: Any, over: str,
) -> Message:  # fmt: skip
    table, rival = backtest.scored, other if use == best else best
    if np.allclose(table[use], table[rival], rtol=1e-9, atol=0.0):
        return message("recommend.same_forecasts", model=use, other=rival)
    n = int(test["n"])
    if use == best and not errors[best]:
        fields = {"metric": metric, "error": errors[other]}
        return message("recommend.exact", model=use, other=other, **fields)
    numbers = {"n": n, "p": test["p"], "low": test["low"], "high": test["high"]}
    if not np.isfinite(test["p"]):
        evidence = message("evidence.none", n=n)
    elif test["difference"] <= 0:
        evidence = message("evidence.other_order", n=n, model=other)
    elif over == "series":
        evidence = message("evidence.series", **numbers)
    else:
        evidence = message("evidence.cutoffs", **numbers)
    gain = 1.0 - errors[best] / errors[other] if errors[other] else 0.0
    fields = {"model": use, "metric": metric, "gain": gain, "evidence": evidence}
    if use != best:
        return message("recommend.simpler", best=best, margin=MARGIN, **fields)
    sure = test["p"] < _CHANCE and test["difference"] > 0
    return message("recommend.best" if sure else "recommend.best_unsure", other=other, **fields)


def _few(backtest: Backtest, over: str) -> list[Message]:
    cutoffs = int(backtest.forecasts["cutoff"].nunique())
    if over != "cutoffs" or cutoffs >= _FEW_CUTOFFS:
        return []
    most = _most_cutoffs(backtest)
    if most > cutoffs:
        return [message("recommend.few_cutoffs", n=cutoffs, more=most)]
    return [message("recommend.all_cutoffs", n=cutoffs)]


def _most_cutoffs(backtest: Backtest) -> int:
    """Count the cutoffs, up to 20, that leave half of the longest series before the first."""
    step = max(1, backtest.step_size)
    half = int(np.diff(backtest.panel.offsets).max()) // 2
    # no forecast reaches further than the cutoffs whose forecasts overlap
    return min(1 + half // step - backtest.lag, _CERTAIN_CUTOFFS)


def _arima(metric: str, errors: dict[str, float], compared: set[str]) -> list[Message]:
    """Compare the LSTM with the better of the ARIMA models, unless the first sentence does."""
    rivals = [name for name in errors if name in _ARIMAS and errors[name]]
    if "LSTM" not in errors or not rivals or compared == {"LSTM", rivals[0]}:
        return []
    rival = rivals[0]
    gain = 1.0 - errors["LSTM"] / errors[rival]
    name = "recommend.lstm_gains" if gain > 0 else "recommend.lstm_loses"
    return [message(name, metric=metric, gain=abs(gain), rival=rival)]


def series_characteristics(backtest: Backtest) -> list[Message]:
    """Describe the series as far as it bears on the choice of a model.

    Parameters
    ----------
    backtest : Backtest
        Its data are tested; of many series, twenty.

    Returns
    -------
    list of Message
        Whether they are random walks, nonlinear, and of long memory.
    """
    tests, constant = [], 0
    step = max(1, len(backtest.panel) // _MOST_TESTED)
    some = list(backtest.panel)[::step][:_MOST_TESTED]
    for series in some:
        season = backtest.season
        values = series.values
        if not np.ptp(values):
            constant += 1
            continue
        if is_seasonal(values, season):
            values = SeasonalAdjustment.fit(values, season, "additive").transform(values)
        try:
            memory, variance_ratio = long_memory(values), random_walk(values)
            linearity = nonlinearity(np.diff(values) if memory.d > 0.75 else values)
        except DataError:
            continue
        tests.append((linearity, memory, variance_ratio))
    if not tests and constant == len(some):
        return [message("series.constant" if constant == 1 else "series.none_changes")]
    if not tests:
        return [message("series.short_or_constant" if constant else "series.too_short")]
    if len(backtest.panel) == 1:
        linearity, memory, variance_ratio = tests[0]
        return [variance_ratio.sentence, linearity.sentence, memory.sentence]
    return [
        message(
            "series.shares",
            n=len(tests),
            nonlinear=np.mean([linearity.p < 0.05 for linearity, _, _ in tests]),
            long_memory=np.mean([m.d - 1.96 * m.error > 0 for _, m, _ in tests]),
            random_walk=np.mean([w.p >= 0.05 for _, _, w in tests]),
        )
    ]


def _next_steps(backtest: Backtest, ties: list[str]) -> list[Message]:
    """Advise what would help the LSTM."""
    if "LSTM" not in backtest.models:
        return []
    longest = int(np.diff(backtest.panel.offsets).max())
    if "LSTM" not in ties and longest < 200 and len(backtest.panel) < 20:
        return [message("recommend.short_series", n=longest)]
    if "LSTM" in ties and _series_count(backtest) == 1:
        errors = one_step_errors(backtest, "LSTM")
        if len(errors) >= 20 and np.ptp(errors) > 0:
            test = ljung_box(errors)
            if test.p < 0.01:
                return [message("recommend.autocorrelated", p=test.p)]
    return []
