"""What the logger gives: what was done and how long it took; nothing unless it is heard."""

import logging
import re
import subprocess
import sys

import pytest

import gatecast
from gatecast import LSTMForecaster
from gatecast.datasets import air_passengers
from gatecast.errors import DataError


@pytest.mark.slow
def test_reading_fit_update_save_and_load_are_logged_with_durations(tmp_path, caplog):
    caplog.set_level(logging.INFO, "gatecast")
    frame = air_passengers().drop(columns="unique_id")
    model = LSTMForecaster(h=3, max_steps=5, n_networks=1, hidden=4).fit(frame)
    model.update([400.0]).save(tmp_path / "model")
    gatecast.load(tmp_path / "model")
    lines = [re.fullmatch(r"(\w+) took (\d+\.\d{3}) s", r.getMessage()) for r in caplog.records]
    assert [line[1] for line in lines] == ["reading", "fit", "update", "save", "load"]
    assert float(lines[1][2]) >= float(lines[0][2])  # a fit reads
    assert {record.name for record in caplog.records} == {"gatecast"}
    caplog.clear()
    with pytest.raises(DataError):
        model.update([float("nan")])
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert re.match(r"update failed after \d+\.\d{3} s: a new value is NaN", record.getMessage())


@pytest.mark.slow
def test_it_is_silent_unless_somebody_listens(tmp_path):
    code = "import gatecast; gatecast.load('missing')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "failed after" not in done.stderr
    assert "NotFoundError" in done.stderr
