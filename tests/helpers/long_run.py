"""Hours of mixed work on saved models, as a service has it: nothing is lost and memory stays flat.

``python tests/helpers/long_run.py --minutes 120`` fits, forecasts, saves, loads and updates in
turns, by library and by command, in one process and in several, some of them killed, some with a
full disk. Every act is compared with a model that took the same rows undisturbed. It ends with one
line of JSON, and with exit code 1 if an act failed, a row was lost or memory grew.
"""

import argparse
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import gatecast
from gatecast.errors import DataError, UsageError
from helpers.lost_updates import KINDS, WORKERS, compare, panel, play_round, row_after

MOST_GROWTH = 5.0  # MB that the resident memory may grow by, from the second quarter to the last
FEWEST_ACTS = 200  # of fewer, memory says nothing: it has yet to settle


@dataclass
class Model:
    """A model in a file, and one that takes the same rows without being disturbed."""

    path: Path
    alone: object

    def next_rows(self):
        """The next row of every series."""
        return pd.concat([row_after(self.alone, i) for i in range(WORKERS)])


@dataclass
class World:
    """What the acts share: a folder, models, draws, and counts of what happened."""

    folder: Path
    rng: np.random.Generator
    models: list = field(default_factory=list)
    forecasts: dict = field(default_factory=dict)  # by seed, of the first time
    seconds: float = 5.0  # that a command takes here
    counts: dict = field(default_factory=dict)

    def draw(self):
        """Choose a model."""
        return self.models[int(self.rng.integers(len(self.models)))]

    def count(self, name, n=1):
        """Note that something happened."""
        self.counts[name] = self.counts.get(name, 0) + int(n)


def apart(work, *arguments):
    """Run something in a process of its own, which is given back running."""
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def several_processes(world):
    """Three processes update one file, and one of them is killed."""
    model = world.draw()
    counts, killed = play_round(model.path, world.rng)
    rows, lost = compare(model.path, model.alone, counts)
    world.count("rows", rows)
    world.count("lost", lost)
    world.count("kills", killed)


def update_with_little_room(path, rows, size):
    """Update a file where no file may grow beyond a size: exit 0 if that was refused in words."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        with gatecast.open_for_update(path) as model:
            model.update(rows)
    except UsageError as error:
        os._exit(0 if "is unchanged" in str(error) else 1)
    os._exit(2)


def full_disk(world):
    """The disk is full somewhere within the new file: the old one stays, whole."""
    model = world.draw()
    before = model.path.read_bytes()
    size = int(world.rng.integers(len(before)))
    process = apart(update_with_little_room, model.path, model.next_rows(), size)
    process.join()
    assert process.exitcode == 0, f"{process.exitcode} with room for {size} of {len(before)}"
    assert model.path.read_bytes() == before, "a full disk changed the file"
    world.count("full disks")


def save_again_and_again(path):
    """Go on with a model and save it after each row, until killed."""
    model = gatecast.load(path)
    while True:
        for i in range(WORKERS):
            model.update(row_after(model, i))
            model.save(path)


def killed_save(world):
    """A process is killed while it saves: the file is whole, and one that was saved."""
    model = world.draw()
    process = apart(save_again_and_again, model.path)
    time.sleep(world.rng.uniform(0, 0.2))
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    world.count("rows", compare(model.path, model.alone)[0])
    world.count("killed saves")


def refused_rows(world):
    """Rows that do not follow are refused, and change nothing."""
    model = world.draw()
    before = model.path.read_bytes()
    rows = model.next_rows().assign(ds=lambda frame: frame["ds"] + pd.Timedelta(days=3))
    try:
        with gatecast.open_for_update(model.path) as opened:
            opened.update(rows)
    except DataError:
        world.count("refused rows")
    else:
        raise AssertionError("rows after a gap were taken")
    assert model.path.read_bytes() == before


def fit_and_forecast(world):
    """A fit from a CSV file gives the bits that it gave the first time."""
    seed, path = int(world.rng.integers(5)), world.folder / "history.csv"
    panel(seed).to_csv(path, index=False)
    for kind, make in KINDS.items():
        fitted = make().fit(path)
        forecast = fitted.predict()
        assert np.isfinite(forecast.iloc[:, -1]).all()
        assert world.forecasts.setdefault((kind, seed), forecast).equals(forecast), "other bits"
        fitted.save(world.folder / "fitted")
        assert gatecast.load(world.folder / "fitted").predict().equals(forecast)
        world.count("fits")


def command(world, *arguments, kill_after=None):
    """Run a verb as a process, and kill it if that is wanted; give its exit code."""
    start = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "gatecast", *map(str, arguments)], cwd=world.folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
    if kill_after is None:
        world.seconds = time.monotonic() - start
    return process.returncode


def update_by_command(world):
    """``gatecast update`` to its end or killed: the forecast is there before the model moves on."""
    model, rows = world.draw(), world.folder / "rows.csv"
    output = world.folder / "forecast.csv"
    output.unlink(missing_ok=True)
    model.next_rows().to_csv(rows, index=False)
    kill_after = world.rng.uniform(0, world.seconds) if world.rng.random() < 0.7 else None
    code = command(world, "update", model.path, rows, "-o", output, kill_after=kill_after)
    taken, _ = compare(model.path, model.alone)
    assert taken in (0, WORKERS), f"half of the rows were taken: {taken}"
    assert code == -signal.SIGKILL or (code == 0 and taken), f"exit code {code}"
    if output.exists():
        assert len(pd.read_csv(output)) == 2 * WORKERS
    else:
        assert not taken, "the model moved on without its forecast"
    world.count("commands")
    world.count("killed commands", code != 0)
    world.count("rows", taken)


def forecast_by_command(world):
    """``gatecast forecast`` with a page and a model, from a file."""
    panel(0).to_csv(world.folder / "history.csv", index=False)
    made = [world.folder / name for name in ("f.csv", "f.html", "f.model")]
    for path in made:
        path.unlink(missing_ok=True)
    csv, page, saved = made
    code = command(
        world, "forecast", "history.csv", "--h", 2, "--max-steps", 5, "--n-networks", 1,
        "--digits", 17, "-o", csv, "--report", page, "--save", saved,
    )  # fmt: skip
    assert code == 0, f"exit code {code}"
    read = pd.read_csv(csv)
    assert np.allclose(gatecast.load(saved).predict()["LSTM"], read["LSTM"], rtol=1e-6)
    world.count("commands")


ACTS = {
    several_processes: 4, full_disk: 3, killed_save: 3, refused_rows: 2, fit_and_forecast: 3,
    update_by_command: 2, forecast_by_command: 1,
}  # fmt: skip


def memory():
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def spent():
    """CPU seconds of this process and of those that it has seen end."""
    return sum(os.times()[:4])


def run(folder, minutes, share=1.0, seed=0, out=sys.stderr):
    """Play acts until the time is over.

    Parameters
    ----------
    folder : Path
        An empty folder.
    minutes : float
        How long.
    share : float
        Largest share of a processor; it sleeps the rest.
    seed : int
        Of the draws.
    out : file
        Where the state is told, once in a minute.

    Returns
    -------
    dict
        What happened, how often, resident memory of the second and of the last quarter in MB.
    """
    world = World(Path(folder), np.random.default_rng(seed))
    for kind, make in KINDS.items():
        model = Model(world.folder / kind, make().fit(panel()))
        model.alone.save(model.path)
        world.models.append(model)
    acts = list(ACTS)
    weights = np.array(list(ACTS.values()), float)
    queue = list(acts)  # each once, then at random
    start, used, told, resident = time.monotonic(), spent(), 0.0, []
    while (now := time.monotonic() - start) < 60 * minutes or queue:
        act = queue.pop() if queue else acts[world.rng.choice(len(acts), p=weights / weights.sum())]
        act(world)
        world.count("acts")
        resident.append(memory())
        if now - told > 60:
            told = now
            print(
                f"{now / 60:.1f} min, {resident[-1]:.1f} MB, {world.counts}", file=out, flush=True
            )
        time.sleep(max(0.0, (spent() - used) / share - (time.monotonic() - start)))
    quarter = len(resident) // 4
    early, late = np.median(resident[quarter : 2 * quarter]), np.median(resident[-quarter:])
    for model in world.models:
        with gatecast.open_for_update(model.path):
            pass  # sweeps what the last kill may have left
    left = sum(p.name.startswith(".") for p in world.folder.iterdir())
    cpu = round(spent() - used, 1)
    return {
        **world.counts, "minutes": round((time.monotonic() - start) / 60, 1), "cpu_seconds": cpu,
        "early_mb": round(early, 1), "late_mb": round(late, 1), "left": left,
    }  # fmt: skip


def main():
    """Run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--share", type=float, default=1.0, help="largest share of a processor")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(folder, options.minutes, options.share, options.seed)
    print(json.dumps(result))
    settled = result["acts"] >= FEWEST_ACTS
    grown = settled and result["late_mb"] - result["early_mb"] > MOST_GROWTH
    return int(bool(result["lost"] or grown))


if __name__ == "__main__":
    sys.exit(main())
