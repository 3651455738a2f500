"""Tables that leave the command line: no spreadsheet runs a name, and we read it back the same."""

import csv
import io

import pandas as pd
import pytest

from gatecast.cli.tables import write_forecast, write_table
from gatecast.data.cells import guard, unguard
from gatecast.data.reading import read_panel

NAMES = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1", "'x",
    "x=1", "north-east", "a'b", "'", "-", "=", '=HYPERLINK("http://x")', "=1,2", "=1\n2",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_guarded_name_runs_nowhere_and_is_read_back(name):
    assert guard(name)[0] not in "=+-@\t\r＝＋－＠"
    assert unguard(guard(name)) == name
    if name in ("'x", "x=1", "north-east", "a'b", "'"):
        assert guard(name) == name


def table(name, names):
    times = pd.date_range("2024-01-01", periods=3)
    parts = [pd.DataFrame({name: i, "ds": times, "y": [-1.5, 2.25, -1e-7]}) for i in names]
    return pd.concat(parts, ignore_index=True)


def test_a_file_of_such_names_is_read_back_the_same(tmp_path, capsys):
    # white space around a cell is not part of a name, and "-" alone means that there is none
    names = [name for name in NAMES if name not in ("\r=1", "-")]
    frame = table("=cmd()", names)
    write_table(frame, tmp_path / "out.csv")
    panel = read_panel(tmp_path / "out.csv", target_col="y", time_col="ds", id_col="=cmd()")
    assert list(panel.ids) == names
    assert panel.values.tolist() == frame["y"].tolist()
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "'=cmd()"
    assert not any(row[0].startswith(tuple("=+-@\t\r")) for row in rows)
    assert [float(row[2]) for row in rows[1:]] == frame["y"].tolist()  # numbers stay numbers
    write_forecast(frame, None)
    out = capsys.readouterr().out
    assert list(csv.reader(io.StringIO(out))) == rows


def test_whole_numbers_and_parquet_stay_as_they_are(tmp_path):
    frame = table("id", [-1, 2])
    write_table(frame, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "-1,2024-01-01,-1.5"
    frame = table("id", ["=1+1"])
    write_table(frame, tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), frame)
