"""Files with a right checksum that lie: one field of a whole file changed to what it never is.

``python tests/helpers/hostile.py`` makes 10,000 of them from models of several kinds and from a
checkpoint, loads each in a process that may take 200 MB more than it has, and counts: refused
within a second, finite in every verb, or what else.
"""

import argparse
import copy
import hashlib
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import safetensors.numpy

import gatecast
from gatecast import Combination, LSTMForecaster, PretrainedLSTM
from gatecast.errors import (
    GatecastError,
    ModelFileError,
    NotFoundError,
    TrainingError,
    UsageError,
)
from gatecast.messages import sentence
from gatecast.network import Network, Trainer
from gatecast.storage import read_arrays

#: What stands in for a value of a document.
VALUES = (
    None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, -(2**63), 10**30, 0.0, -0.5, 0.5, 1e-320,
    1e308, float("nan"), float("inf"), -float("inf"), "", "1", "Log", "values", "\x00",
    "a" * 10_000, [], [1], [None], [[]], ["a"], [1e308] * 3, {}, {"a": 1}, {"name": "Log"},
)  # fmt: skip
NUMBERS = (np.nan, np.inf, -np.inf, 0, -1, 1, 1e-320, 1e30, -1e30, 1e300, 2**62, -(2**62))


def leaves(document, path=()):
    """Give the path of every value of a document, of objects and lists too."""
    found = [path] if path else []
    if isinstance(document, dict):
        items = document.items()
    else:
        items = enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        found += leaves(value, (*path, key))
    return found


def change_document(document, rng):
    """Put another value in one place, take one out, or add one."""
    places = leaves(document)
    *way, last = places[rng.integers(len(places))]
    parent = document
    for key in way:
        parent = parent[key]
    kind = rng.integers(8)
    if kind == 0:
        del parent[last]
        what = "removed"
    elif kind == 1 and isinstance(parent, list):
        parent.insert(last, copy.deepcopy(parent[last]))
        what = "twice"
    else:
        parent[last] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
        what = f"{parent[last]!r:.30}"
    return f"{'.'.join(map(str, (*way, last)))} {what}"


def change_arrays(arrays, rng):
    """Change one array: its numbers, its type, its shape; or take it out, or add one."""
    names = sorted(arrays)
    name = names[rng.integers(len(names))]
    array = arrays[name]
    kind = rng.integers(9)
    with np.errstate(all="ignore"):
        if kind == 0:
            del arrays[name]
        elif kind == 1:
            arrays[f"{name}x"] = array
        elif kind == 2:
            arrays[name] = array[:-1] if array.ndim else array
        elif kind == 3:
            arrays[name] = array.ravel()[np.newaxis]
        elif kind == 4:
            arrays[name] = np.concatenate([array, array]) if array.ndim else array
        elif kind == 5:
            types = (np.float32, np.float64, np.int64)
            arrays[name] = np.nan_to_num(array).astype(types[rng.integers(3)])
        else:
            number = np.array(NUMBERS[rng.integers(len(NUMBERS))]).astype(array.dtype)
            arrays[name] = array = array.copy()
            if kind == 6 or not array.size:
                array[...] = number
            else:
                array.flat[rng.integers(array.size)] = number
    return f"{name} {kind}"


def hostile(arrays, document, rng):
    """Change a file's content in one place, or in a few.

    Returns
    -------
    arrays, document : dict
        The content, its own.
    what : str
        What was changed.
    """
    arrays, document = dict(arrays), copy.deepcopy(document)
    what = []
    for _ in range(1 + (rng.integers(4) == 0)):
        if rng.integers(2):
            what.append(change_arrays(arrays, rng))
        else:
            what.append(change_document(document, rng))
    return arrays, document, "; ".join(what)


def write_sealed(path, arrays, document):
    """Write a file with a right checksum, whatever is in it; NaN in the document too."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    whole["sha256"] = np.zeros(32, np.uint8)
    content = safetensors.numpy.save(whole, {"gatecast": json.dumps(document)})[:-32]
    Path(path).write_bytes(content + hashlib.sha256(content).digest())


def models(folder):
    """Save models of every kind; give of each the file, the table of its fit, and its plan."""
    days, rng = pd.date_range("2024-01-01", periods=60), np.random.default_rng(0)
    one = pd.DataFrame({"ds": days, "y": 10 + np.sin(np.arange(60) / 3) + rng.random(60)})
    many = pd.concat(one.assign(unique_id=f"s{i}", price=i + rng.random(60)) for i in range(3))
    plain = many.drop(columns="price")
    shifted = one.assign(y=one["y"] + 100.0 * (np.arange(60) >= 52))
    shops = plain.assign(promo=np.tile(["no", "yes", "no"], 60), size=np.repeat([1.0, 2, 3], 60))
    plan = pd.concat(
        pd.DataFrame({"unique_id": f"s{i}", "promo": "yes", "ds": days[:9] + pd.Timedelta(days=60)})
        for i in range(3)
    )
    small = {"h": 3, "max_steps": 4, "n_networks": 1, "hidden": 3, "threads": 1}
    covariates = {"futr_exog_list": ["promo"], "stat_exog_list": ["size"]}
    mixed = [LSTMForecaster(**small, season_length=7), gatecast.WindowAverage(h=3)]
    made = [
        (LSTMForecaster(**small, level=[80], log="box-cox", clip_outliers=True), one, None),
        (LSTMForecaster(**small, look_back=5, scale="robust", cell="gru"), one, None),
        (LSTMForecaster(**small, season_length=4, adjust_season=True, log=True), plain, None),
        (LSTMForecaster(**small, hist_exog_list=["price"], calendar=True), many, None),
        (LSTMForecaster(**small, difference=True, scale="min-max"), shifted, None),
        (LSTMForecaster(**small, **covariates, level=[80, 95]), shops, plan),
        (PretrainedLSTM(h=3, level=[80]), plain, None),
        (Combination(["pretrained", "SeasonalNaive", "Drift"], h=3, level=[80]), plain, None),
        (Combination([*mixed, gatecast.LinearAutoregression(h=3)], h=3), one, None),
    ]  # fmt: skip
    found = []
    for i, (model, table, plan_or_none) in enumerate(made):
        model.fit(table).save(Path(folder) / f"model{i}")
        found.append((Path(folder) / f"model{i}", table, plan_or_none))
    return found


def numbers(frame):
    """Give the numbers of a forecast as one array."""
    return frame.select_dtypes("number").to_numpy(np.float64)


def ends_of(model):
    """Give names and last times of a model's series."""
    return model.ends_ if isinstance(model, LSTMForecaster) else model.panel_.ends()


def rows_after(model):
    """Give a table with the next row of each series, in every column that there may be."""
    ends = ends_of(model)
    return ends.future_frame(1).assign(**{ends.target_col: 12.0}, price=1.0, promo="yes", size=1.0)


def forecasts(model, table, plan):
    """Give the numbers of every verb that forecasts, one after the other."""
    plans = {} if plan is None else {"futr_df": plan}
    try:
        yield model.predict(**plans)
    except GatecastError:  # it needs a plan of other columns or times, and says which
        if plan is None:
            raise
        return
    if isinstance(model, LSTMForecaster):
        with suppress(GatecastError):  # too short for paths: a sentence
            yield model.simulate(2, **plans)
    if not isinstance(model, Combination):
        with suppress(GatecastError):
            yield model.predict(table.assign(unique_id="new"), **plans)
    for rows in (np.full((len(ends_of(model).ids), 2), 11.0), rows_after(model)):
        with suppress(GatecastError):  # further columns are needed: a sentence
            model.update(rows)
            yield model.predict(**plans)
    assert all(sentence(one, "zh") for one in model.decisions())


def explanation(model, table, plan):
    """Give the numbers of the glass box; none where a sentence says why there is none."""
    with suppress(GatecastError):
        explained = gatecast.explain(model, table, futr_df=plan)
        shares = explained.attribution.drop(columns="effect")  # which logarithms leave open
        yield from (explained.forecast, shares, explained.gates)


def slip(error):
    """Say which error got through, and where it was raised."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "gatecast" in f.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "here"
    return f"{type(error).__name__} at {where}: {error!s:.80}"


def outcome(path, table, plan, verbs):
    """Load a model and call verbs: "refused", "finite", or what went wrong."""
    start = time.process_time()
    try:
        try:
            model = gatecast.load(path)
        except (ModelFileError, NotFoundError):
            return "refused" if time.process_time() - start < 1 else "refused late"
        for frame in (frame for verb in verbs for frame in verb(model, table, plan)):
            if not np.isfinite(numbers(frame)).all():
                return "not finite"
        model.save(path)
        gatecast.load(path)
    except BaseException as error:
        return slip(error)
    return "finite"


def checkpoint(folder):
    """Give the content of a checkpoint, and what goes on from such a file."""
    rng, path = np.random.default_rng(0), Path(folder) / "checkpoint"
    x, y = rng.normal(size=(20, 6, 1)), rng.normal(size=(20, 1))
    trainer = Trainer(epochs=3, batch_size=8, validation_split=0.2, patience=2)

    def train():
        network = Network.create(1, 3, 1, rng=np.random.default_rng(1))
        history = trainer.fit(network, x, y, checkpoint=path)
        return np.isfinite(network.theta).all() and np.isfinite(history.loss).all()

    def outcome(hostile):
        hostile.replace(path)
        start = time.process_time()
        try:
            return "finite" if train() else "not finite"
        except (ModelFileError, UsageError, TrainingError):
            return "refused" if time.process_time() - start < 1 else "refused late"
        except BaseException as error:
            return slip(error)

    train()
    arrays, document = read_arrays(path)
    history = document["history"]  # as in the middle of the second epoch
    history |= {name: history[name][:1] for name in ("loss", "validation_loss")}
    history |= {"best_epoch": 0, "stopped_early": False}
    return arrays, document | {"updates": 1}, outcome


def attack(folder, count, seed=0, verbs=(explanation, forecasts)):
    """Make hostile files of every kind of model; count what becomes of them.

    Returns
    -------
    Counter
        "refused", "finite", and each other outcome with what was changed.
    """
    rng, results = np.random.default_rng(seed), Counter()
    contents = [
        (*read_arrays(path), partial(outcome, table=table, plan=plan, verbs=verbs))
        for path, table, plan in models(folder)
    ]
    contents.append(checkpoint(folder))
    path = Path(folder) / "hostile"
    for i in range(count):
        arrays, document, try_out = contents[i % len(contents)]
        *content, what = hostile(arrays, document, rng)
        write_sealed(path, *content)
        result = try_out(path)
        plain = result in ("refused", "finite")
        results[result if plain else f"{result} (model{i % len(contents)}, {what})"] += 1
    return results


def run(count, seed, room):
    """Attack in this process, with so many bytes of room, and print what became of it."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        models(folder)  # what is loaded once counts as what is there
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + room,) * 2)
        results = attack(folder, count, seed)
    for line, times in results.most_common():
        print(f"{times:6} {line}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{peak:6.0f} MB at most, {size / 1e6:.0f} MB of address space before")
    sys.exit(int(bool(results.keys() - {"refused", "finite"})))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    process = multiprocessing.get_context("spawn").Process(
        target=run, args=(options.count, options.seed, 200_000_000)
    )
    process.start()
    process.join()
    sys.exit(process.exitcode)
