"""Measure what each part of the recipe for related series is worth, by leaving it out.

    python benchmarks/ablation.py --data DIR --origin 1 --series 1000

Every row is the default forecaster but for one part; see ``docs/explained/recipe.md``. Origins
before the test part are for this: the test part is reported once, by ``benchmarks/accuracy.py``.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart
from sets import SETS, load, scores

from gatecast import LSTMForecaster
from gatecast.forecaster import fitting, recipe
from gatecast.network import Network

USUAL = ["tourism_monthly", "tourism_quarterly", "m1_monthly", "m4_yearly", "m4_monthly_tail"]


def _own_tests() -> None:
    prepare = recipe.prepare

    def alone(*args: Any, related: bool = False, **kwargs: Any) -> recipe.Prepared:  # noqa: ARG001
        return prepare(*args, **kwargs)

    fitting.prepare = alone


def _no_lags() -> None:
    fitting.lags_of = lambda *_: ()


def _whole_unit() -> None:
    fitting.Fitting._usual_stride = lambda *_: None  # type: ignore[method-assign]


def _from_the_start() -> None:
    begin = fitting.Stretches

    def whole(*args: Any) -> Any:
        return begin(*args[:5])

    fitting.Stretches = whole


def _alone() -> None:
    fitting.TRUST = (1.0,)


def _no_week() -> None:
    recipe._WEEKS = {}


def _no_path() -> None:
    create = Network.create

    @functools.wraps(create)
    def bent(*args: Any, **kwargs: Any) -> Network:
        return create(*args, **{**kwargs, "skip": None})

    Network.create = bent  # type: ignore[method-assign]


PARTS: dict[str, tuple[Callable[[], None], dict[str, Any]]] = {
    "whole recipe": (lambda: None, {}),
    "season never left in, no lags": (_no_lags, {}),
    "logarithms by each series' test": (_own_tests, {}),
    "one unit for a whole series": (_whole_unit, {}),
    "short series drawn whole": (_from_the_start, {}),
    "no straight path": (_no_path, {}),
    "no week beside the day": (_no_week, {}),
    "the network alone": (_alone, {}),
    "one network": (lambda: None, {"n_networks": 1}),
    "150 updates": (lambda: None, {"max_steps": 150}),
    "24 units": (lambda: None, {"hidden": 24}),
    "96 units": (lambda: None, {"hidden": 96}),
}


def measure(answer: Any, options: argparse.Namespace, name: str, part: str) -> None:
    """Fit without a part, and send sMAPE, MASE and OWA; runs in a process of its own."""
    this, (change, settings) = SETS[name], PARTS[part]
    change()
    known, future = load(options.data, name, options.origin, options.series)
    model = LSTMForecaster(this.h, season_length=this.season, **settings)
    answer.send(tuple(scores(known, future, model.fit(known).predict(), this.m)))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the benchmark data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=USUAL, metavar="SET")
    parser.add_argument("--origin", type=int, default=1, help="horizons before the test part")
    parser.add_argument("--series", type=int, help="only so many series of each set")
    options = parser.parse_args()
    print(f"OWA at origin {options.origin}; the last column is the geometric mean")
    print(f"{'':32s} {' '.join(f'{name:>17s}' for name in options.sets)}    mean")
    for part in PARTS:
        found = [apart(measure, options, name, part, limit=1800) for name in options.sets]
        relative = [np.nan if isinstance(scored, str) else scored[2] for scored in found]
        row = " ".join(f"{owa:17.3f}" for owa in relative)
        print(f"{part:32s} {row} {np.exp(np.mean(np.log(relative))):7.3f}", flush=True)


if __name__ == "__main__":
    main()
