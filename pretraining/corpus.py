"""Public series to learn from: which, under which licence, and none that is scored on.

    python pretraining/corpus.py corpus.npz --data DIR --repositories DIR

``--repositories`` holds ``owner/name/path`` of the files in :data:`SOURCES`. A series is dropped
when a window of it, z-normalised, is one of a series in the test sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["SOURCES", "Corpus"]

#: source: where the values come from, and their licence
SOURCES = {
    "gapminder": "open-numbers/ddf--gapminder--systema_globalis, CC-BY 4.0",
    "pbs": "tidyverts/tsibbledata PBS (Medicare Australia), package GPL-3",
    "retail": "tidyverts/tsibbledata aus_retail (ABS 8501.0, CC-BY 4.0), package GPL-3",
    "livestock": "tidyverts/tsibbledata aus_livestock (ABS, CC-BY 4.0), package GPL-3",
    "economy": "tidyverts/tsibbledata global_economy (World Bank, CC-BY 4.0), package GPL-3",
    "unemployment": "tidyverts/tsibbledata OECD household dashboard, package GPL-3",
    "visitors": "cran/fpp3 aus_inbound, aus_outbound (ABS, CC-BY 4.0), package GPL-3",
    "demography": "cran/fpp3 aus_fertility, aus_mortality (ABS; Human Mortality), package GPL-3",
    "offences": "cran/fpp3 nsw_offences (BOCSAR, CC-BY 4.0), package GPL-3",
    "employment": "cran/fpp3 us_employment (US BLS, public domain), package GPL-3",
    "fred": "cran/BVAR fred_md, fred_qd (Federal Reserve Bank of St. Louis), package GPL-3",
    "trips": "tidyverts/tsibble tourism (Tourism Research Australia, CC-BY), package GPL-3",
    "pedestrian": "tidyverts/tsibble pedestrian (City of Melbourne, CC-BY), package GPL-3",
    "load": "cran/UKgrid, cran/USgrid (National Grid ESO; US EIA, public domain), MIT",
    "m4": "M4 competition, training parts (M4 organisers); not for weights scored on M4",
}
#: sets that no training may see
TEST_SETS = ("m1_yearly", "m1_quarterly", "m1_monthly", "tourism_quarterly", "tourism_monthly",
             "classic", "taylor_demand", "vic_electricity", "etth1")  # fmt: skip
WINDOW = 14
#: of fewer series of a season length half as many are drawn
FEW = 100

Series = tuple[str, str, int, np.ndarray]  # source, group, season length, values


def _rda(root: Path, path: str) -> pd.DataFrame:
    import pyreadr

    return next(iter(pyreadr.read_r(str(root / path)).values()))


def _grouped(frame: pd.DataFrame, keys: list[str], value: str) -> Iterator[tuple[str, np.ndarray]]:
    for key, g in frame.groupby(keys, observed=True, sort=True):
        values = pd.to_numeric(g[value], errors="coerce").to_numpy(float)
        good = np.flatnonzero(np.isfinite(values))
        if len(good):
            yield str(key), values[good[0] : good[-1] + 1]


def _sums(values: np.ndarray, width: int) -> np.ndarray:
    n = len(values) // width * width
    return values[len(values) - n :].reshape(-1, width).sum(1)


def _repositories(root: Path) -> Iterator[Series]:
    data = "tidyverts/tsibbledata/data/"
    pbs = _rda(root, data + "PBS.rda")
    keys = ["Concession", "Type", "ATC1", "ATC2"]
    monthly = [("pbs", v) for c in ("Scripts", "Cost") for _, v in _grouped(pbs, keys, c)]
    retail = _rda(root, data + "aus_retail.rda")
    monthly += [("retail", v) for _, v in _grouped(retail, ["State", "Industry"], "Turnover")]
    livestock = _rda(root, data + "aus_livestock.rda")
    monthly += [("livestock", v) for _, v in _grouped(livestock, ["Animal", "State"], "Count")]
    for name in ("aus_inbound", "aus_outbound"):
        frame = _rda(root, f"cran/fpp3/data/{name}.rda")
        monthly += [("visitors", v) for _, v in _grouped(frame, ["Country", "Purpose"], "Count")]
    frame = _rda(root, "cran/fpp3/data/nsw_offences.rda")
    monthly += [("offences", v) for _, v in _grouped(frame, ["Type"], "Count")]
    frame = _rda(root, "cran/fpp3/data/us_employment.rda")
    monthly += [("employment", v) for _, v in _grouped(frame, ["Series_ID"], "Employed")]
    monthly += [("fred", v) for v in _columns(_rda(root, "cran/BVAR/data/fred_md.rda"))]
    for source, values in monthly:
        yield source, source, 12, values
        if len(values) >= 60:
            yield source, source, 4, _sums(values, 3)
    for values in _columns(_rda(root, "cran/BVAR/data/fred_qd.rda")):
        yield "fred", "fred", 4, values
    trips = _rda(root, "tidyverts/tsibble/data/tourism.rda")
    for _, values in _grouped(trips, ["Region", "Purpose"], "Trips"):
        yield "trips", "trips", 4, values
    economy = _rda(root, data + "global_economy.rda")
    for column in ("GDP", "Growth", "CPI", "Imports", "Exports", "Population"):
        for _, values in _grouped(economy, ["Country"], column):
            yield "economy", f"economy {column}", 1, values
    frame = _rda(root, "cran/fpp3/data/aus_fertility.rda")
    for _, values in _grouped(frame, ["Region", "Age"], "Rate"):
        yield "demography", "fertility", 1, values
    frame = _rda(root, "cran/fpp3/data/aus_mortality.rda")
    for _, values in _grouped(frame, ["Sex", "Age"], "Deaths"):
        yield "demography", "mortality", 52, values
    path = root / "tidyverts/tsibbledata/data-raw/oecd_household/UNEMP.csv"
    frame = pd.read_csv(path)
    for frequency, season in (("A", 1), ("Q", 4), ("M", 12)):
        part = frame[frame.FREQUENCY.eq(frequency)]
        for _, values in _grouped(part, ["LOCATION", "SUBJECT"], "Value"):
            yield "unemployment", "unemployment", season, values
    yield from _hourly(root)


def _columns(frame: pd.DataFrame) -> Iterator[np.ndarray]:
    for column in frame:
        values = pd.to_numeric(frame[column], errors="coerce").to_numpy(float)
        good = np.flatnonzero(np.isfinite(values))
        if len(good):
            yield values[good[0] : good[-1] + 1]


def _hourly(root: Path) -> Iterator[Series]:
    frame = _rda(root, "tidyverts/tsibble/data/pedestrian.rda")
    hourly = [("pedestrian", v) for _, v in _grouped(frame, ["Sensor"], "Count")]
    frame = _rda(root, "cran/USgrid/data/Cal_elec.rda")
    hourly += [("load", v) for _, v in _grouped(frame, ["operator"], "series")]
    frame = _rda(root, "cran/USgrid/data/US_elec.rda")
    hourly += [("load", v) for _, v in _grouped(frame, ["type"], "series")]
    frame = _rda(root, "cran/UKgrid/data/UKgrid.rda").drop(columns="TIMESTAMP")
    halves = [("load", v) for v in _columns(frame)]
    for source, values in halves:
        yield source, source, 48, values
        hourly.append((source, _sums(values, 2)))
    for source, values in hourly:
        yield source, source, 24, values
        yield source, source, 7, _sums(values, 24)
        yield source, source, 52, _sums(values, 24 * 7)


def _benchmark_data(data: Path) -> Iterator[Series]:
    frame = pd.read_parquet(data / "pretraining/annual_gapminder.parquet")
    for (indicator, _), g in frame.groupby(["indicator", "series"], observed=True, sort=False):
        yield "gapminder", f"gapminder {indicator}", 1, g.y.to_numpy(float)
    sets = {"m4_yearly": 1, "m4_quarterly_99": 4, "m4_monthly_tail": 12, "m4_weekly": 52,
            "m4_daily_tail": 7, "m4_hourly": 24}  # fmt: skip
    for name, season in sets.items():
        frame = pd.read_parquet(data / f"{name}.parquet")
        frame = frame[frame.split == "train"]
        for _, g in frame.groupby("unique_id", observed=True, sort=False):
            values = g.y.to_numpy(float)
            yield "m4", name, season, values
            if name == "m4_monthly_tail" and len(values) >= 60:
                yield "m4", "m4 quarterly sums", 4, _sums(values, 3)
            if name == "m4_weekly":
                yield "m4", name, 1, values


def windows(values: np.ndarray) -> set[int]:
    """Hash all z-normalised windows that are not nearly straight lines."""
    values = values[np.isfinite(values)]
    if len(values) < WINDOW:
        return set()
    w = np.lib.stride_tricks.sliding_window_view(values, WINDOW).astype(float)
    z = w - w.mean(1, keepdims=True)
    deviation = z.std(1, keepdims=True)
    z = z / np.where(deviation > 0, deviation, 1)
    t = np.arange(WINDOW) - (WINDOW - 1) / 2
    bent = z - (z @ t / (t @ t))[:, None] * t
    keep = (deviation[:, 0] > 0) & (bent.std(1) > 0.15)
    changes = (np.diff(w, axis=1) != 0).sum(1) >= WINDOW // 2
    rounded = np.round(z[keep & changes] / 0.05).astype(np.int16)
    return {hash(row.tobytes()) for row in rounded}


def build(data: Path, repositories: Path, path: Path) -> None:
    """Write the corpus: values one after the other, where each series ends, season and group."""
    seen: set[int] = set()
    for name in TEST_SETS:
        frame = pd.read_parquet(data / f"{name}.parquet", columns=["unique_id", "y"])
        for _, g in frame.groupby("unique_id", observed=True):
            seen |= windows(g.y.to_numpy(float))
    kept: list[Series] = []
    dropped: dict[str, int] = {}
    for source, group, season, values in [*_repositories(repositories), *_benchmark_data(data)]:
        finite = values[np.isfinite(values)]
        if len(finite) < max(10, 2 * season) or len(np.unique(finite)) < 4:
            continue
        if windows(values) & seen:
            dropped[source] = dropped.get(source, 0) + 1
            continue
        kept.append((source, group, season, values.astype(np.float32)))
    groups = sorted({(s, g, m) for s, g, m, _ in kept})
    number = {key: i for i, key in enumerate(groups)}
    np.savez_compressed(
        path,
        values=np.concatenate([v for *_, v in kept]),
        ends=np.cumsum([len(v) for *_, v in kept]),
        group=np.array([number[s, g, m] for s, g, m, _ in kept], np.int32),
        sources=np.array([s for s, _, _ in groups]),
        seasons=np.array([m for _, _, m in groups]),
    )
    table = pd.DataFrame([(s, m, len(v)) for s, _, m, v in kept], columns=["source", "m", "n"])
    print(table.groupby(["m", "source"]).n.agg(["count", "sum"]).to_string())
    print("dropped as copies of test series:", dropped)


class Corpus:
    """Draw public series by season length: first a source, then a group, then a series.

    Parameters
    ----------
    path : Path
        What :func:`build` wrote.
    without : list of str, optional
        Sources to leave out.
    """

    def __init__(self, path: Path, without: list[str] | None = None) -> None:
        with np.load(path) as file:
            held = dict(file)  # read once: every look into the file decompresses it
        starts = np.concatenate([[0], held["ends"][:-1]])
        pieces = [held["values"][a:b] for a, b in zip(starts, held["ends"], strict=True)]
        self.pools: dict[int, dict[str, list[list[np.ndarray]]]] = {}
        groups: dict[int, list[np.ndarray]] = {}
        for g, values in zip(held["group"], pieces, strict=True):
            groups.setdefault(int(g), []).append(values)
        for g, series in groups.items():
            source, season = str(held["sources"][g]), int(held["seasons"][g])
            if source not in (without or []):
                self.pools.setdefault(season, {}).setdefault(source, []).append(series)

    def draw(self, rng: np.random.Generator, B: int, T: int, m: int) -> np.ndarray | None:
        """Draw B series, NaN after the end of those shorter than T; None where there are none."""
        pool = self.pools.get(m)
        if pool is None:
            return None
        sources = list(pool)
        counts = np.array([sum(map(len, pool[s])) for s in sources], float)
        if counts.sum() < FEW and rng.random() < 0.5:  # a few long series are soon known by heart
            return None
        sizes = counts**0.5
        out = np.full((B, T), np.nan)
        for i in range(B):
            values = self._one(rng, pool, sources, sizes / sizes.sum(), T)
            if rng.random() < 0.3:
                other = self._one(rng, pool, sources, sizes / sizes.sum(), T)
                n = min(len(values), len(other))
                share = rng.uniform(0.1, 0.9)
                values = share * values[:n] + (1 - share) * other[:n]
            out[i, : len(values)] = values
        return out

    @staticmethod
    def _one(rng, pool, sources, shares, T: int) -> np.ndarray:
        groups = pool[sources[rng.choice(len(sources), p=shares)]]
        series = groups[rng.integers(len(groups))]
        values = series[rng.integers(len(series))].astype(float)
        bad = ~np.isfinite(values)
        if bad.any():
            at = np.arange(len(values))
            values = np.interp(at, at[~bad], values[~bad])
        if len(values) > T:
            start = rng.integers(0, len(values) - T + 1)
            values = values[start : start + T]
        if (values > 0).all() and rng.random() < 0.8:
            values = np.log(values)
        if rng.random() < 0.2:
            values = -values
        scale = np.abs(np.diff(values)).mean()
        return (values - values[0]) / (scale if scale > 0 else 1.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repositories", type=Path, required=True)
    args = parser.parse_args()
    build(args.data, args.repositories, args.path)
