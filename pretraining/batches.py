"""Training batches: each piece is a function of the seed and its number, so that runs resume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from generators import draw

from gatecast.pretrained.features import horizon_inputs, step_inputs

__all__ = ["GROUPS", "Batch", "piece"]


@dataclass(frozen=True)
class Group:
    """Series of one length: steps T, series of a batch B, share of the batches, seasons."""

    steps: int
    batch: int
    share: float
    seasons: dict[tuple[int, int], float]


GROUPS = (
    Group(56, 192, 0.26, {(1, 0): 0.66, (4, 0): 0.24, (12, 0): 0.06, (5, 0): 0.02, (6, 0): 0.02}),
    Group(144, 80, 0.38, {(1, 0): 0.14, (4, 0): 0.26, (12, 0): 0.46, (7, 0): 0.08, (6, 0): 0.02,
                          (24, 0): 0.04}),
    Group(320, 36, 0.22, {(12, 0): 0.36, (7, 0): 0.28, (24, 0): 0.13, (52, 0): 0.14, (1, 0): 0.05,
                          (13, 0): 0.02, (30, 0): 0.02}),
    Group(704, 16, 0.14, {(24, 168): 0.46, (48, 336): 0.18, (7, 365): 0.12, (24, 0): 0.09,
                          (52, 0): 0.07, (96, 0): 0.04, (7, 0): 0.04}),
)  # fmt: skip
PIECE = 100  # batches
POSITIONS, AHEAD = 14, 12


@dataclass(frozen=True)
class Batch:
    """Arrays of one training step; the letters of :mod:`gatecast.pretrained.features`."""

    x: np.ndarray
    at: np.ndarray
    z: np.ndarray
    c: np.ndarray
    y: np.ndarray
    weight: np.ndarray


def piece(seed: int, number: int, public=None, share: float = 0.0) -> list[Batch]:
    """Draw the batches of one piece of the training.

    Parameters
    ----------
    seed, number : int
        Which training, and which piece of it.
    public : Corpus, optional
        Public series; ``public.draw(rng, B, T, m)`` gives values (NaN after the end).
    share : float, default 0.0
        Share of the blocks that are public series.
    """
    rng = np.random.default_rng([seed, number])
    batches: list[Batch] = []
    for group in GROUPS:
        count = round(group.share * PIECE)
        rows = count * group.batch
        block = max(16, rows // 16)
        seasons = list(group.seasons)
        parts, made = [], 0
        while made < rows:
            n = min(block, rows - made)
            m, M = seasons[rng.choice(len(seasons), p=list(group.seasons.values()))]
            y = None
            if public is not None and rng.random() < share:
                y = public.draw(rng, n, group.steps, m)
            if y is None:
                y = draw(rng, n, group.steps, m, M)
            parts.append(_block(rng, y, m, M))
            made += n
        arrays = [np.concatenate(a) for a in zip(*parts, strict=True)]
        order = rng.permutation(rows)
        for i in range(count):
            take = order[i * group.batch : (i + 1) * group.batch]
            batches.append(Batch(*(a[take] for a in arrays)))
    rng.shuffle(batches)
    return batches


def _furthest(rng: np.random.Generator, m: int) -> int:
    seasons = {1: (4, 16), 4: (6, 20), 12: (12, 40)}.get(m, (m, 4 * m))
    return int(rng.integers(*seasons)) if m < 40 else int(rng.integers(m // 2, 3 * m))


def _block(rng: np.random.Generator, y: np.ndarray, m: int, M: int) -> tuple[np.ndarray, ...]:
    B, T = y.shape
    known = np.isfinite(y)
    length = known.shape[1] - np.argmax(known[:, ::-1], 1)
    seen = np.where(known, y, 0.0)
    for i in range(B):  # after the end of a shorter series nothing is scored
        seen[i, length[i] :] = y[i, length[i] - 1]
    gaps = seen.copy()
    for i in np.flatnonzero(rng.random(B) < 0.12):
        holes = rng.random(T) < rng.uniform(0.01, 0.25)
        if rng.random() < 0.3:
            start = rng.integers(1, T)
            holes[start : start + rng.integers(1, 2 + T // 10)] = True
        holes[0] = False
        gaps[i, holes] = np.nan
    told, told_long = (m, M) if rng.random() > 0.05 else (int(rng.choice([1, 1, m, 4, 7, 12])), 0)
    f = step_inputs(gaps, told, told_long)
    some = POSITIONS // 2
    early = np.exp(rng.uniform(np.log(2), np.log(T - 2), some)).astype(int)
    at = np.sort(np.concatenate([early, rng.integers(2, T - 1, POSITIONS - some)]))
    most = _furthest(rng, m)
    ahead = np.arange(1, most + 1)
    if most > AHEAD:
        ahead = np.sort(1 + rng.choice(most, AHEAD, replace=False))
        ahead[0] = 1
    elif most < AHEAD:
        ahead = np.sort(np.concatenate([ahead, rng.integers(1, most + 1, AHEAD - most)]))
    z, c = horizon_inputs(f, at, ahead)
    index = at[:, None] + ahead[None]
    inside = index[None] < length[:, None, None]
    index = np.minimum(index, T - 1)
    target = (seen[:, index] - f.y[:, at][:, :, None]) / f.scale[:, at][:, :, None]
    inside = inside & known[:, index]
    return (
        f.inputs, np.broadcast_to(at, (B, len(at))).copy(), z, c,
        np.clip(target, -200, 200).astype(np.float32), inside.astype(np.float32),
    )  # fmt: skip
