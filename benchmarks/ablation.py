"""Measure what each part of the recipe for panels is worth, by leaving it out.

    python benchmarks/ablation.py --data DIR --origin 1 --series 300

The first row is the default forecaster; the second is without the pretrained network, and every
other row is that without one more part: see ``docs/explained/recipe.md``. Origins before the test
part are for this: the test part is reported once, by ``benchmarks/accuracy.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart
from sets import SETS, load, scores

from gatecast import LSTMForecaster
from gatecast.forecaster.fitting import holdout, preparation, trial
from gatecast.network import Network

USUAL = ["tourism_monthly", "tourism_quarterly", "m1_monthly", "m4_yearly", "m4_monthly_tail"]


def _no_lags() -> None:
    holdout.lags_of = lambda *_: ()


def _own_tests() -> None:
    treatment = preparation.Preparer.transforms

    def each_for_itself(preparer: Any, of: Any) -> Any:
        return replace(treatment(preparer, of), related=False)

    preparation.Preparer.transforms = each_for_itself


def _one_scale() -> None:
    preparation.typical_change = lambda *_: None


def _whole_series() -> None:
    sampler = preparation.SegmentSampler
    preparation.SegmentSampler = lambda *given: sampler(*given[:5])


def _no_skip_connection() -> None:
    create = Network.create
    Network.create = lambda *given, **named: create(*given, **{**named, "skip": None})


def _network_alone() -> None:
    trial.WEIGHTS = (1.0,)


#: By the name of a row: what is changed in the package, and the settings.
PARTS: dict[str, tuple[Callable[[], None], dict[str, Any]]] = {
    "default": (lambda: None, {"pretrained": True}),
    "no pretrained network": (lambda: None, {}),
    "always adjusted, no seasonal lags": (_no_lags, {}),
    "logarithms by each series' test": (_own_tests, {}),
    "one scale for a whole series": (_one_scale, {}),
    "short series always whole": (_whole_series, {}),
    "no skip connection": (_no_skip_connection, {}),
    "the network alone": (_network_alone, {}),
    "one network": (lambda: None, {"n_networks": 1}),
    "150 training steps": (lambda: None, {"max_steps": 150}),
    "24 units": (lambda: None, {"hidden": 24}),
    "96 units": (lambda: None, {"hidden": 96}),
}


def measure(answer: Any, options: argparse.Namespace, name: str, part: str) -> None:
    """Fit without a part, and send sMAPE, MASE and OWA; runs in a process of its own."""
    this, (change, settings) = SETS[name], PARTS[part]
    change()
    known, future = load(options.data, name, options.origin, options.series)
    settings = {"pretrained": False, **settings}
    model = LSTMForecaster(this.h, season_length=this.season, **settings)
    answer.send(tuple(scores(known, future, model.fit(known).predict(), this.m)))


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the benchmark data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=USUAL, metavar="SET")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS], metavar="PART")
    parser.add_argument("--origin", type=int, default=1, help="horizons before the test part")
    parser.add_argument("--series", type=int, help="only so many series of each set")
    options = parser.parse_args()
    print(f"OWA at origin {options.origin}; the last column is the geometric mean")
    print(f"{'':34s} {' '.join(f'{name:>17s}' for name in options.sets)}    mean")
    for part in options.parts:
        found = [apart(measure, options, name, part, limit=1800) for name in options.sets]
        cells = [f"{of:>17s}" if isinstance(of, str) else f"{of[2]:17.3f}" for of in found]
        owa = [np.nan if isinstance(of, str) else of[2] for of in found]
        mean = np.exp(np.mean(np.log(owa)))
        print(f"{part:34s} {' '.join(cells)} {mean:7.3f}", flush=True)


if __name__ == "__main__":
    main()
