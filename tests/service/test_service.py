"""A served model: answers, refusals, what outlives a killed process, and other writers."""

import http.client
import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from helpers.command import python
from helpers.waiting import wait_until

import gatecast
from gatecast import replay
from gatecast.cli.main import app
from gatecast.errors import ConflictError, DataError, ModelFileError, UsageError
from gatecast.journal import Journal, journal_of, read_journal
from gatecast.saved import read_model

pytest.importorskip("uvicorn")

from gatecast.forecaster.forecasting.updating import advance
from gatecast.service import app as of_app
from gatecast.service import store as of_store
from gatecast.service.store import Job, Store

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1, "pretrained": False}


def table(n=30, series=6, first=0):
    parts = []
    for i in range(series):
        rng = np.random.default_rng(i)
        y = 10 + i + 3 * np.sin(np.arange(60) + i) + rng.normal(0, 0.3, 60)
        times = pd.date_range("2024-01-01", periods=60, freq="D")
        part = pd.DataFrame({"unique_id": f"s{i}", "ds": times, "y": y})
        parts.append(part.iloc[first:n])
    return pd.concat(parts, ignore_index=True)


def rows(frame):
    times = frame["ds"].dt.strftime("%Y-%m-%d")
    return frame.assign(ds=times).to_dict(orient="records")


def ask(store, rows=None):
    """Take rows in, or forecast every series."""
    job = Job({} if rows is None else {"rows": rows}, update=rows is not None)
    done = threading.Event()
    assert store.submit([job], done.set) or done.wait(60)
    if isinstance(job.answer, Exception):
        raise job.answer
    return job.answer


@pytest.fixture(scope="module")
def fitted():
    return gatecast.LSTMForecaster(3, level=[80], **QUICK).fit(table())


@pytest.fixture
def path(fitted, tmp_path):
    (tmp_path / "m.gatecast").write_bytes(fitted.to_bytes())
    return tmp_path / "m.gatecast"


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(self, method, where, body=None):
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        self.connection.request(method, where, data)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


class Process:
    """The verb, in a process of its own."""

    def __init__(self, path, *options):
        command = [sys.executable, "-m", "gatecast", "serve", str(path), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        assert "is served at http://127.0.0.1:" in line, line + self.process.stderr.read()
        self.client = Client(int(line.partition("127.0.0.1:")[2].partition(";")[0]))

    def end(self, number):
        self.client.connection.close()
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.process.stderr.close()
        return code


def frame_of(answer):
    status, document = answer
    assert status == 200, document
    frame = pd.DataFrame(document["forecast"])
    return frame.assign(ds=pd.to_datetime(frame["ds"]))


def test_the_service_answers_as_the_model_does(path, fitted):
    model = gatecast.load(path)
    process = Process(path, "--max-bytes", "5000", "--timeout", "3")
    client = process.client
    assert client("GET", "/health")[1]["series"] == 6
    pd.testing.assert_frame_equal(
        frame_of(client("POST", "/forecast")), model.predict(), check_exact=True, check_dtype=False
    )
    status, document = client("POST", "/update", {"rows": rows(table(32, first=30))})
    assert (status, document) == (200, {"rows": 12, "new_series": 0})
    model.update(table(32, first=30))
    expected = model.predict(level=[])
    expected = expected[expected["unique_id"].isin(["s4", "s1"])].reset_index(drop=True)
    got = frame_of(client("POST", "/forecast", {"series": ["s1", "s4"], "level": []}))
    pd.testing.assert_frame_equal(got, expected, check_exact=True, check_dtype=False)
    # series that were not in the fit: forecast from their history, or taken in
    new = table(20, 1).assign(unique_id="new")
    got = frame_of(client("POST", "/forecast", {"history": rows(new)}))
    pd.testing.assert_frame_equal(got, model.predict(new), check_exact=True, check_dtype=False)
    assert client("POST", "/update", {"rows": rows(new)})[1]["new_series"] == 1
    assert frame_of(client("POST", "/forecast", {"series": "new"})).shape == (3, 5)
    described = client("GET", "/openapi.json")[1]
    assert set(described["paths"]) == {"/forecast", "/update", "/health"}

    refused = [
        ("{", 400, "serve.not_json"), ("[1]", 400, "serve.no_object"),
        ('{"level": [NaN]}', 400, "serve.not_json"), ("[" * 4000, 400, "serve.not_json"),
        ({"serie": "s1"}, 400, "serve.other_name"), ({"series": "x"}, 404, "table.new_series"),
        ({"series": 3.5}, 400, "serve.series"), ({"level": [70]}, 400, "level.not_fitted"),
        ({"level": "80"}, 400, "serve.numbers"), ({"history": []}, 400, "serve.no_rows"),
        ("x" * 5001, 413, "serve.too_large"),
    ]  # fmt: skip
    for body, code, sentence in refused:
        process.client.connection.close()
        status, document = client("POST", "/forecast", body)
        assert (status, document["error"]["id"]) == (code, sentence)
    for method, where, code in (("POST", "/", 404), ("GET", "/update", 405)):
        assert client(method, where)[0] == code
    next_row = rows(table(33, first=32))[0]
    late = {"unique_id": "s0", "ds": "2024-03-01", "y": 1.0}
    for row, code, sentence in (
        (late, 422, "update.not_next"), ({**late, "ds": "so"}, 422, None),
        ({**late, "y": "many"}, 422, None), ({"y": [1]}, 400, "serve.no_rows"),
        ({**next_row, "y": 1.7976931348623157e308}, 422, "table.too_large"),
        ({**next_row, "y": 10**400}, 400, "serve.no_rows"),
    ):  # fmt: skip
        status, document = client("POST", "/update", {"rows": [row]})
        assert status == code
        assert sentence in (None, document["error"]["id"])
    assert client("GET", "/health")[1]["updates"] == 2  # none of those
    slow = socket.create_connection(("127.0.0.1", client.connection.port))
    slow.sendall(b"POST /update HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert b" 408 " in slow.recv(1000)
    slow.close()
    assert process.end(signal.SIGINT) == 130
    assert not journal_of(path).exists()
    again = gatecast.load(path).predict()
    model.update(new)
    pd.testing.assert_frame_equal(again, model.predict(), check_exact=True)


def test_ctrl_c_twice_ends_it_at_once_and_still_writes_the_model(path):
    process = Process(path)
    assert process.client("POST", "/update", {"rows": rows(table(31, first=30))})[0] == 200
    process.client.connection.close()
    for _ in range(2):
        process.process.send_signal(signal.SIGINT)
        time.sleep(0.01)  # two signals at the same moment are one
    assert process.process.communicate(timeout=60)[1] == "gatecast: stopped\n"
    assert process.process.returncode == 130
    assert not journal_of(path).exists()
    assert (gatecast.load(path).ends_.lengths == 31).all()


def test_a_killed_service_loses_no_update_that_it_answered(path, fitted):
    process = Process(path)
    lasting = table(60, first=30)
    answered = dict.fromkeys(lasting["unique_id"].unique(), 0)

    def send(name):
        client = Client(process.client.connection.port)
        own = rows(lasting[lasting["unique_id"] == name])
        for row in own:
            try:
                if client("POST", "/update", {"rows": [row]})[0] != 200:
                    break
            except (OSError, http.client.HTTPException, ValueError):
                break
            answered[name] += 1
        client.connection.close()

    threads = [threading.Thread(target=send, args=[name]) for name in answered]
    for thread in threads:
        thread.start()
    while sum(answered.values()) < 20:
        time.sleep(0.001)
    process.end(signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert read_model(path).fitted_.ends.lengths.tolist() == [30] * 6  # whole, as it was
    with journal_of(path).open("ab") as file:  # a record that was not finished
        file.write(b'0123456789abcdef [{"unique_id": "s0", "d')
    seen = gatecast.load(path)  # with what the journal has
    assert seen.reading_notes_[0].id == "serve.from_journal"
    store = Store(path)
    lengths = dict(zip(store.model.fitted_.ends.ids, store.model.fitted_.ends.lengths, strict=True))
    assert seen.fitted_.ends.lengths.tolist() == list(lengths.values())
    store.close()
    pd.testing.assert_frame_equal(seen.predict(), gatecast.load(path).predict(), check_exact=True)
    for name, count in answered.items():
        assert count <= lengths[name] - 30 <= count + 1  # one may be in the journal, unanswered
    # the state is that of whole updates in their order
    expected = gatecast.LSTMForecaster.load(fitted.to_bytes())
    kept = [lasting[lasting["unique_id"] == name].head(n - 30) for name, n in lengths.items()]
    expected.update(pd.concat(kept))
    pd.testing.assert_frame_equal(
        gatecast.load(path).predict(), expected.predict(), rtol=1e-6, check_dtype=False
    )


def test_sigterm_ends_what_was_begun_and_writes_the_file(path):
    process = Process(path)
    assert process.client("POST", "/update", {"rows": rows(table(31, first=30))})[0] == 200
    assert process.end(signal.SIGTERM) == -signal.SIGTERM
    assert gatecast.load(path).fitted_.ends.lengths.tolist() == [31] * 6
    assert not journal_of(path).exists()


@pytest.mark.parametrize(
    "settings", [{}, {"n_networks": 2, "season_length": 7}, {"look_back": 8}, {"pretrained": True}]
)
def test_requests_that_arrive_together_are_answered_as_one_by_one(tmp_path, settings, monkeypatch):
    advances = []
    monkeypatch.setattr(replay, "advance", lambda *given: (advances.append(given), advance(*given)))
    gatecast.LSTMForecaster(3, level=[80], **{**QUICK, **settings}).fit(table()).save(
        tmp_path / "m.gatecast"
    )
    one, all_of = (tmp_path / name for name in ("one.gatecast", "all.gatecast"))
    for path in (one, all_of):
        path.write_bytes((tmp_path / "m.gatecast").read_bytes())
    later = table(33, first=30)
    updates = [rows(part) for _, part in later.groupby("unique_id")]
    updates.append([{"unique_id": "s2", "ds": "2024-02-03", "y": 12.5}])
    wrong = [
        [{"unique_id": "s2", "ds": "2024-02-03", "y": 12.5}],  # already there
        [{"unique_id": "s9", "ds": "2024-02-03", "y": "x"}],
        [{"unique_id": "s3", "ds": "2024-02-03", "y": 2.5}],
    ]
    documents = [
        {"series": "s1"}, {"series": ["s4", "s1"], "level": []}, {"series": "s1", "level": [80]},
        {}, {"series": "none"}, {"series": "s0", "level": [70]}, {"level": "80"},
    ]  # fmt: skip
    answers = []
    for path, together in ((one, False), (all_of, True)):
        # one by one in the other thread, and all at once in this one
        monkeypatch.setattr(of_store, "_FEW", 64 if together else 0)
        store = Store(path)
        every = []
        advances.clear()
        for group in (updates, wrong):
            jobs = [Job({"rows": some}, update=True) for some in group]
            jobs += [Job(document, update=False) for document in documents]
            for some in [jobs] if together else [[job] for job in jobs]:
                done = threading.Event()
                assert store.submit(some, done.set) or done.wait(60)
            every += [str(job.answer) for job in jobs]
        answers.append(every)
        assert len(advances) == (2 if together else 8)
        assert store.updates == 8
        # taken in from the journal, they are the same too
        kept = journal_of(path).read_bytes()
        assert len(kept.splitlines()) == 8
        store.close()
        journal_of(path).write_bytes(kept)
        path.write_bytes((tmp_path / "m.gatecast").read_bytes())
        store = Store(path)
        answers[-1].append(str(ask(store)))
        assert answers[-1][-1] == answers[-1][-5]
        store.close()
    assert answers[0] == answers[1]
    assert "follows" in answers[0][14]


def test_another_writer_of_the_file_and_the_service_lose_nothing(path):
    store = Store(path)
    later = table(31, first=30)
    ask(store, rows(later[later["unique_id"] == "s0"]))
    other = (
        "import sys, gatecast, pandas as pd\n"
        "with gatecast.open_for_update(sys.argv[1]) as model:\n"
        "    model.update(pd.DataFrame({'unique_id': ['s1'], 'ds': [sys.argv[2]], 'y': [9.0]}))\n"
    )
    assert python(other, path, "2024-01-31").returncode == 0
    ask(store, rows(later[later["unique_id"] == "s2"]))
    assert store.model.fitted_.ends.lengths.tolist() == [31, 31, 31, 30, 30, 30]
    assert python(other, path, "2024-02-01").returncode == 0
    store.close()
    assert gatecast.load(path).fitted_.ends.lengths.tolist() == [31, 32, 31, 30, 30, 30]


def test_records_that_the_file_has_are_not_taken_in_twice(path):
    store = Store(path)
    later = rows(table(31, first=30))
    ask(store, later)
    kept = journal_of(path).read_bytes()
    store.close()
    journal_of(path).write_bytes(kept)  # as after a kill between the file and the journal
    again = Store(path)
    assert again.model.fitted_.ends.lengths.tolist() == [31] * 6
    assert again.conflicts == 0
    again.close()


def killed(path, monkeypatch, updates):
    """Leave a journal as a service does that was killed."""
    monkeypatch.setattr(Store, "_save", lambda _: None)
    store = Store(path)
    for rows_of_one in updates:
        ask(store, rows_of_one)
    store.close()
    monkeypatch.undo()
    assert len(journal_of(path).read_bytes().splitlines()) == len(updates)


def test_predict_and_update_have_what_a_killed_service_has_answered(
    path, fitted, tmp_path, monkeypatch, capsys
):
    days = [rows(table(day, first=day - 1)) for day in (31, 32)]
    killed(path, monkeypatch, days)
    model = gatecast.LSTMForecaster.load(path).update(table(32, first=30))
    app(["predict", str(path)], standalone_mode=False)
    out, err = capsys.readouterr()
    assert "read from its journal: 2" in " ".join(err.split())
    got = pd.read_csv(io.StringIO(out), parse_dates=["ds"])
    pd.testing.assert_frame_equal(got, model.predict(), rtol=1e-5, check_dtype=False)
    table(33, first=32).to_csv(tmp_path / "new.csv", index=False)
    app(["predict", str(path), str(tmp_path / "new.csv")], standalone_mode=False)
    assert "read from its journal: 2" in " ".join(capsys.readouterr().err.split())
    app(["update", str(path), str(tmp_path / "new.csv")], standalone_mode=False)
    assert read_model(path).fitted_.ends.lengths.tolist() == [33] * 6
    # the journal is still there, and its rows are known
    assert gatecast.load(path).reading_notes_ == []
    store = Store(path)
    assert store.conflicts == 0
    store.close()
    assert not journal_of(path).exists()


def test_a_journal_is_not_signed(path, fitted, monkeypatch, caplog):
    killed(path, monkeypatch, [rows(table(31, first=30))])
    fitted.save(path, sign="sixteen bytes or more")
    assert gatecast.load(path).fitted_.ends.lengths.tolist() == [31] * 6
    model = gatecast.load(path, verify="sixteen bytes or more")
    assert model.fitted_.ends.lengths.tolist() == [30] * 6
    assert "is not signed, so its 1 updates are left out" in caplog.text


@pytest.mark.parametrize("record", [b"7", b"[1]", b"{", b"[" * 100_000, b"\xff"])
def test_a_journal_that_holds_no_rows_is_refused(path, record):
    journal = Journal(path)
    journal.append([record])
    journal.close()
    for read in (gatecast.load, Store):
        with pytest.raises(ModelFileError, match=r"m\.gatecast"):
            read(path)


def test_a_file_is_served_once(path):
    store = Store(path)
    with pytest.raises(ConflictError, match="is served by another process"):
        Store(path)
    store.close()
    gatecast.PretrainedLSTM(3).fit(table(series=1)).save(path)
    with pytest.raises(UsageError, match="a saved LSTMForecaster was expected"):
        Store(path)
    assert not journal_of(path).exists()


def test_a_journal_that_goes_before_it_is_locked_is_opened_anew(path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    before, lock = [Journal(path)], fcntl.flock

    def late(file, how):
        if before:
            before.pop().close()  # another process has it until just now, and removes it
        lock(file, how)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", late)
        second = Journal(path)
    second.append([b"[]"])
    assert read_journal(path) == [b"[]"]
    with pytest.raises(ConflictError):
        Journal(path)
    second.close()


def test_an_update_that_cannot_be_kept_is_refused_and_undone(path, monkeypatch):
    store = Store(path)

    def full(*_):
        raise UsageError(of_store.message("file.not_written", path="x", reason="full"))

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(UsageError, match="full"):
        ask(store, rows(table(31, first=30)))
    assert store.model.fitted_.ends.lengths.tolist() == [30] * 6
    store.close()


def test_the_file_is_written_in_intervals(path, monkeypatch):
    monkeypatch.setattr(of_store, "_SAVE_UPDATES", 2)
    store = Store(path)
    for day in (31, 32):
        ask(store, rows(table(day, first=day - 1)))
    assert len(ask(store)["forecast"]) == 18
    wait_until(lambda: not store.health()["in_journal"], 30)
    assert gatecast.load(path).fitted_.ends.lengths.tolist() == [32] * 6
    store.close()


def test_no_answer_holds_what_json_has_not():
    with pytest.raises(DataError, match="infinite or NaN"):
        of_app._encoded({"forecast": [{"LSTM": float("inf")}]})
