"""``gatecast tune`` as its user meets it."""

import json
import re
import signal
import sqlite3
import time

import numpy as np
import pandas as pd
import pytest
from helpers.command import Fork, gatecast

pytestmark = pytest.mark.slow

pytest.importorskip("optuna", reason="needs the extra [tune]")

SMALL = (
    "--space", "hidden=2:6", "--space", "max_steps=3:12", "--space", "look_back=none",
    "--space", "layers=1", "--hidden", 3, "--max-steps", 5, "--pretrained", "no",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    y = 5 + np.sin(np.arange(90) / 4) + rng.normal(0, 0.1, 90)
    days = pd.date_range("2024-01-01", periods=90)
    pd.DataFrame({"day": days, "sold": y}).to_csv(tmp_path / "shop.csv", index=False)
    return tmp_path


def test_tune_finds_says_keeps_and_goes_on(folder):
    asked = ("tune", "shop.csv", "--h", 2, "--storage", "s.db", *SMALL)
    done = gatecast(*asked, "--n-trials", 3, "--save", "m.gatecast", cwd=folder)
    heads, *rows = done.stdout.splitlines()
    assert re.fullmatch(r" +found, kept| +(found, not kept +)?defaults, kept", heads)
    assert [row for row in rows if re.fullmatch("hidden( +[2-6]){1,2}", row)]
    assert "3 trials (" in done.stdout
    pages = "Page: gatecast-tune.html\nGlass box: gatecast-tune-glass.html\n"
    assert done.stderr == "Model: m.gatecast\n" + pages  # no progress in a pipe
    page = (folder / "gatecast-tune.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert 'href="./gatecast-tune-glass.html"' in page
    assert 'href="./gatecast-tune.html"' in (folder / "gatecast-tune-glass.html").read_text()
    assert gatecast("predict", "m.gatecast", cwd=folder).stdout.startswith("day,LSTM\n2024-03-31,")
    again = gatecast(*asked, "--n-trials", 5, cwd=folder, code=2)
    assert "resume" in again.stderr
    more = ("--n-trials", 5, "--resume", "--lang", "zh")
    found = json.loads(gatecast(*asked, *more, "--json", cwd=folder).stdout)
    for page in ("gatecast-tune.html", "gatecast-tune-glass.html"):
        assert '<html lang="zh">' in (folder / page).read_text()
    assert [trial["number"] for trial in found["trials"]] == list(range(5))
    assert all(2 <= trial["hidden"] <= 6 for trial in found["trials"][1:])
    assert found["kept"] in ("found", "defaults")
    assert found["sentences"][0].startswith("5 trials")
    assert found["forecaster"]["h"] == 2


def test_the_space_can_stand_in_a_file(folder):
    (folder / "settings.toml").write_text(
        '[tune]\nh = 2\nn-trials = 3\nmax-steps = 5\npretrained = "no"\n'
        'space = ["hidden=2:6", "max_steps=3:12", "cell=lstm,gru", "layers=2", "dropout=0.1"]\n'
    )
    done = gatecast("tune", "shop.csv", "--config", "settings.toml", "--json", cwd=folder)
    trials = json.loads(done.stdout)["trials"][1:]
    assert len(trials) == 2
    assert {(trial["layers"], trial["dropout"]) for trial in trials} == {(2, 0.1)}
    (folder / "settings.toml").write_text('[tune]\nh = 2\nspace = "width=7"\n')
    done = gatecast("tune", "shop.csv", "--config", "settings.toml", cwd=folder, code=2)
    assert 'space has "width"' in done.stderr


def test_ctrl_c_gives_the_best_so_far(folder):
    process = Fork(
        "tune", "shop.csv", "--h", 2, "--storage", "s.db", "--n-trials", 100_000, "--json", *SMALL,
        cwd=folder,
    )  # fmt: skip
    deadline = time.time() + 300
    while time.time() < deadline and finished(folder / "s.db") < 3:
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    done = process.finish()
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["interrupted"]
    assert not {"running", "failed"} & {trial["state"] for trial in found["trials"]}
    assert finished(folder / "s.db") >= 3


def finished(path):
    if not path.exists():
        return 0
    try:
        base = sqlite3.connect(path)
        return base.execute("select count(*) from trials where state='COMPLETE'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        base.close()


def test_what_cannot_work_is_said(folder):
    for more, sentence in (
        (("--space", "hidden"), "NAME=LOW:HIGH"),
        (("--space", "width=3"), 'space has "width"'),
        (("--sampler", "grid"), "grid"),
        (("--n-trials", 0), "--n-trials=0"),
    ):
        done = gatecast("tune", "shop.csv", "--h", 2, *more, cwd=folder, code=2)
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1
