"""Made-up series to learn from: the priors of the pretrained network, written as code.

Each family draws B series of T steps with season length m (1 for none). Their unit is that of the
one-step noise. A family is a recognised class of processes, so that what it makes can be checked:
a fitted ETS or ARIMA finds its parameters again (``tests/pretraining``).
"""

from __future__ import annotations

import numpy as np

__all__ = ["FAMILIES", "draw"]

Rng = np.random.Generator


def _uniform(rng: Rng, low: float, high: float, *shape: int) -> np.ndarray:
    return rng.uniform(low, high, shape)


def _log_uniform(rng: Rng, low: float, high: float, *shape: int) -> np.ndarray:
    return np.exp(rng.uniform(np.log(low), np.log(high), shape))


def _often(rng: Rng, share: float, B: int) -> np.ndarray:
    return rng.random(B) < share


def season_shape(rng: Rng, B: int, m: int) -> np.ndarray:
    """Draw one season of each series, mean 0 and mean absolute value 1; [B, m]."""
    harmonics = min(m // 2, int(rng.choice([2, 6, 12])))
    k = np.arange(1, harmonics + 1)
    decay = k[None] ** -_uniform(rng, 0.3, 2.0, B)[:, None]
    wave = 2 * np.pi * np.arange(m)[None] * k[:, None] / m
    cosine, sine = rng.standard_normal((2, B, harmonics)) * decay
    shape = cosine @ np.cos(wave) + sine @ np.sin(wave)
    kind = rng.random(B)
    rough = kind < 0.3
    shape[rough] = rng.standard_normal((rough.sum(), m))
    peaks = (kind > 0.3) & (kind < 0.42)  # one or two phases stand out: Christmas, holidays
    shape[peaks] *= 0.3
    for i in np.flatnonzero(peaks):
        shape[i, rng.integers(0, m, 1 + rng.integers(2))] += rng.standard_normal() * 4
    blocks = (kind > 0.42) & (kind < 0.55)  # working days and weekends, day and night
    for i in np.flatnonzero(blocks):
        start, width = rng.integers(m), rng.integers(1, max(2, m // 2) + 1)
        shape[i] = 0.25 * rng.standard_normal(m)
        shape[i, (start + np.arange(width)) % m] += 3.0
    shape -= shape.mean(1, keepdims=True)
    return shape / (np.abs(shape).mean(1, keepdims=True) + 1e-9)


def _noise(rng: Rng, B: int, T: int) -> np.ndarray:
    noise = rng.standard_normal((B, T))
    heavy = _often(rng, 0.3, B)
    noise[heavy] = rng.standard_t(3, (heavy.sum(), T)) / 1.7
    wild = np.flatnonzero(_often(rng, 0.25, B))
    noise[wild] *= volatility(rng, len(wild), T)
    return noise


def volatility(rng: Rng, B: int, T: int) -> np.ndarray:
    """Let quiet and wild times follow each other: the exponential of an AR(1); [B, T].

    Stochastic volatility (Taylor 1982), whose logarithm has a deviation of 0.2 to 0.9.
    """
    persistence = 1 - _log_uniform(rng, 0.005, 0.2, B)
    size = _uniform(rng, 0.2, 0.9, B) * np.sqrt(1 - persistence**2)
    shock = rng.standard_normal((B, T)) * size[:, None]
    logs, log = np.empty((B, T)), rng.standard_normal(B) * 0.5
    for t in range(T):
        log = persistence * log + shock[:, t]
        logs[:, t] = log
    return np.exp(np.clip(logs, -3, 2))


def ets(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Innovations state space: level, (damped) slope, season, one or several sources of error.

    Hyndman et al. (2002), the additive forms; their multiplicative ones are these in logarithms.
    """
    e = _noise(rng, B, T)
    alpha = _log_uniform(rng, 0.01, 1.2, B) * _often(rng, 0.92, B)
    beta = _log_uniform(rng, 0.001, 0.3, B) * _often(rng, 0.4, B)
    gamma = _log_uniform(rng, 0.003, 0.4, B) * _often(rng, 0.5, B)
    phi = np.where(_often(rng, 0.4, B), 1.0, _uniform(rng, 0.8, 1.0, B))
    slope = rng.standard_normal(B) * _log_uniform(rng, 0.005, 1.0 if m == 1 else 0.3, B)
    slope *= _often(rng, 0.75, B)
    rho = np.where(_often(rng, 0.6, B), 0.0, _uniform(rng, -0.5, 0.9, B))
    size = _log_uniform(rng, 0.1, 1.5, B) * _often(rng, 0.93, B)
    season = np.zeros((B, 1))
    if m > 1:
        # weeks and weeks of a year are often told where there is no season
        amplitude = _log_uniform(rng, 0.1, 15.0, B) * _often(rng, 0.5 if m in (7, 52) else 0.88, B)
        season = season_shape(rng, B, m) * amplitude[:, None]
    several = _often(rng, 0.5, B)
    own = [np.where(several[:, None], rng.standard_normal((B, T)), e) for _ in range(3)]
    return ets_path(e, own, alpha, beta, gamma, phi, slope, season, rho, size)


def ets_path(
    e: np.ndarray, own: list[np.ndarray], alpha: np.ndarray, beta: np.ndarray, gamma: np.ndarray,
    phi: np.ndarray, slope: np.ndarray, season: np.ndarray, rho: np.ndarray, size: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Run the equations of the state space model along given noise.

    Parameters
    ----------
    e : ndarray of shape [B, T]
        Noise of the observations.
    own : list of three ndarray of shape [B, T]
        Noise of level, slope and season; ``e`` itself where there is a single source of error.
    alpha, beta, gamma, phi : ndarray of shape [B]
        Smoothing of level, slope and season, and damping of the slope.
    slope : ndarray of shape [B]
        The first slope.
    season : ndarray of shape [B, m]
        The first season.
    rho, size : ndarray of shape [B]
        Autocorrelation of the observations' error, and its size.
    """
    B, T = e.shape
    season = season.copy()
    level, error = np.zeros(B), np.zeros(B)
    y = np.empty((B, T))
    for t in range(T):
        phase = t % season.shape[1]
        error = rho * error + e[:, t] * size
        y[:, t] = level + slope + season[:, phase] + error
        level = level + slope + alpha * own[0][:, t]
        slope = phi * slope + beta * own[1][:, t] * 0.5
        season[:, phase] += gamma * own[2][:, t]
    return y


def sarima(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Draw ARIMA by the poles of its operators, times a seasonal one where m > 1.

    Box and Jenkins (1970). Half of the processes carry a slow pole (envelope) and a fast one.
    """
    radius = 1 - _log_uniform(rng, 0.01, 1.0, B)
    angle = np.where(_often(rng, 0.5, B), 0.0, 2 * np.pi / _log_uniform(rng, 3.0, 60.0, B))
    a1, a2 = 2 * radius * np.cos(angle), -(radius**2)  # a pair of poles
    single = _often(rng, 0.5, B)
    a1, a2 = np.where(single, radius * rng.choice([1, 1, 1, -1], B), a1), np.where(single, 0, a2)
    b1 = np.where(_often(rng, 0.5, B), 0.0, _uniform(rng, -0.95, 0.8, B))
    integrate = rng.choice([0, 1, 1, 2], B) * ~_often(rng, 0.15, B)
    integrate = np.where((integrate == 2) & _often(rng, 0.6, B), 1, integrate)
    drift = rng.standard_normal(B) * _log_uniform(rng, 0.01, 0.8, B) * _often(rng, 0.5, B)
    seasonal = m > 1
    p_s = _uniform(rng, 0.0, 0.95, B) * _often(rng, 0.5, B) * seasonal
    q_s = _uniform(rng, -0.9, 0.3, B) * _often(rng, 0.6, B) * seasonal
    d_s = _often(rng, 0.6, B) & seasonal
    burn = max(20, 2 * m)
    w = arma_path(_noise(rng, B, T + burn + m + 1), m, a1, a2, b1, p_s, q_s)
    y = w[:, -T:] / (np.abs(w[:, -T:]).mean(1, keepdims=True) + 1e-9)
    if seasonal:
        for t in range(m, T):
            y[:, t] += d_s * y[:, t - m]
        season = np.tile(season_shape(rng, B, m), (1, -(-T // m)))[:, :T]
        y += season * (_log_uniform(rng, 0.3, 20.0, B) * d_s)[:, None]
    for order in (1, 2):
        rows = (integrate >= order) & ~(d_s & (order == 2))
        y[rows] = np.cumsum(y[rows], 1)
        y[rows] /= np.abs(np.diff(y[rows], axis=1)).mean(1, keepdims=True) + 1e-9
    return y + drift[:, None] * np.arange(T)[None]


def arma_path(
    e: np.ndarray, m: int, a1: np.ndarray, a2: np.ndarray, b1: np.ndarray,
    p_s: np.ndarray, q_s: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Filter noise [B, T] by (1 + b1 L)(1 + q_s L^m) over (1 - a1 L - a2 L^2)(1 - p_s L^m)."""
    w = np.zeros_like(e)
    for t in range(m + 1, e.shape[1]):
        shock = e[:, t] + b1 * e[:, t - 1] + q_s * (e[:, t - m] + b1 * e[:, t - m - 1])
        w[:, t] = shock + a1 * w[:, t - 1] + a2 * w[:, t - 2] + p_s * w[:, t - m]
        w[:, t] -= p_s * (a1 * w[:, t - m - 1])
    return w


def gaussian_process(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Sum smooth functions, quasi-periodic ones and white noise, by random Fourier features.

    Rahimi and Recht (2007). Periods are continuous, so that no season length fits exactly.
    """
    t = np.arange(T)[None, None]
    y = rng.standard_normal((B, T)) * _log_uniform(rng, 0.05, 1.0, B)[:, None]
    for _ in range(3):
        count = 24
        period = _log_uniform(rng, 6.0, 2.0 * T, B)[:, None]
        smooth = np.abs(rng.standard_normal((B, count))) / period
        centre = np.where(_often(rng, 0.4, B)[:, None], 1.0 / period, 0.0)
        frequency = np.abs(centre + np.where(centre > 0, 0.08, 1.0) * smooth)
        angle = 2 * np.pi * frequency[..., None] * t + _uniform(rng, 0, 2 * np.pi, B, count, 1)
        wave = np.cos(angle).sum(1) / np.sqrt(count / 2)
        y += wave * (_log_uniform(rng, 0.3, 20.0, B) * _often(rng, 0.6, B))[:, None]
    if m > 1:
        shape = season_shape(rng, B, m) * _log_uniform(rng, 0.3, 15.0, B)[:, None]
        y += np.tile(shape, (1, -(-T // m)))[:, :T] * _often(rng, 0.85, B)[:, None]
    return y


def growth(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Bend trends as populations, markets and prices do: saturation, take-off, changing rates."""
    t = np.arange(T)[None] / T
    noise = _noise(rng, B, T)
    centre, width = _uniform(rng, -0.5, 1.5, B)[:, None], _log_uniform(rng, 0.03, 1.0, B)[:, None]
    saturating = 1 / (1 + np.exp(-np.clip((t - centre) / width, -40, 40)))
    rate = np.zeros((B, T))
    g, target = rng.standard_normal((2, B))
    back = _log_uniform(rng, 0.02, 0.6, B)
    jump = rng.random((B, T)) < _log_uniform(rng, 0.002, 0.05, B)[:, None]
    wander = rng.standard_normal((B, T)) * _log_uniform(rng, 0.02, 0.6, B)[:, None]
    for i in range(T):
        target = np.where(jump[:, i], 1.5 * wander[:, i] / 0.3 + 0.3, target)
        g = g + back * (target - g) + wander[:, i]
        rate[:, i] = g
    trend = np.cumsum(rate, 1)
    use = _often(rng, 0.35, B)[:, None]
    size = _log_uniform(rng, 3.0, 100.0, B)[:, None] * np.sign(rng.standard_normal((B, 1)))
    trend = np.where(use, size * saturating, trend * _log_uniform(rng, 0.1, 2.0, B)[:, None])
    walk = np.cumsum(noise, 1) * (_log_uniform(rng, 0.1, 1.0, B) * _often(rng, 0.6, B))[:, None]
    y = trend + walk + _noise(rng, B, T) * _log_uniform(rng, 0.05, 1.0, B)[:, None]
    if m > 1:
        shape = season_shape(rng, B, m) * _log_uniform(rng, 0.3, 12.0, B)[:, None]
        y += np.tile(shape, (1, -(-T // m)))[:, :T] * _often(rng, 0.85, B)[:, None]
    return y


def piecewise(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Break trends and levels at random times; mean-reverting regimes between them."""
    y = np.zeros((B, T))
    often = _log_uniform(rng, 0.3 / T, 8.0 / T, B)[:, None]
    breaks = rng.random((B, T)) < often
    slope = np.zeros(B)
    level, deviation = np.zeros(B), np.zeros(B)
    bend = _log_uniform(rng, 0.02, 1.0, B) * _often(rng, 0.6, B)
    leap = _log_uniform(rng, 1.0, 15.0, B) * _often(rng, 0.6, B)
    rho, e = _uniform(rng, 0.0, 0.95, B), _noise(rng, B, T)
    slope += rng.standard_normal(B) * bend
    for t in range(T):
        new = breaks[:, t]
        slope = np.where(new, rng.standard_normal(B) * bend, slope)
        level = level + slope + np.where(new, rng.standard_normal(B) * leap, 0.0)
        deviation = rho * deviation + e[:, t]
        y[:, t] = level + deviation
    if m > 1:
        shape = season_shape(rng, B, m) * _log_uniform(rng, 0.3, 15.0, B)[:, None]
        season = np.tile(shape, (1, -(-T // m)))[:, :T]
        fade = 1 + np.cumsum(rng.standard_normal((B, T)), 1) * 0.02 * _often(rng, 0.4, B)[:, None]
        y += season * fade * _often(rng, 0.9, B)[:, None]
    return y


def intermittent(rng: Rng, B: int, T: int, m: int) -> np.ndarray:
    """Count demand: Poisson or negative binomial sizes at random times, the rate wandering."""
    rate = _log_uniform(rng, 0.1, 8.0, B)[:, None] * np.exp(
        np.cumsum(rng.standard_normal((B, T)), 1) * _log_uniform(rng, 0.001, 0.05, B)[:, None]
    )
    if m > 1:
        shape = season_shape(rng, B, m) * _uniform(rng, 0.0, 0.8, B)[:, None]
        rate = rate * np.exp(np.clip(np.tile(shape, (1, -(-T // m)))[:, :T], -3, 3))
    spread = rng.gamma(2.0, 0.5, (B, T)) ** _often(rng, 0.5, B)[:, None]
    return rng.poisson(np.clip(rate * spread, 0, 1e6)).astype(np.float64)


def two_seasons(rng: Rng, B: int, T: int, m: int, long_season: int) -> np.ndarray:
    """Let a short season change along a longer one, as hours do along a week; [B, T]."""
    y = ets(rng, B, T, 1) * _log_uniform(rng, 0.1, 1.0, B)[:, None]
    short = season_shape(rng, B, m)
    cycles = -(-long_season // m)
    each = np.ones((B, cycles))
    off = _often(rng, 0.7, B)
    pattern = np.arange(cycles)[None] >= (cycles * _uniform(rng, 0.55, 0.9, B))[:, None]
    each = np.where(off[:, None] & pattern, _uniform(rng, 0.0, 0.8, B)[:, None], each)
    each += 0.1 * rng.standard_normal((B, cycles))
    week = (short[:, None] * each[:, :, None]).reshape(B, -1)[:, :long_season]
    levels = np.repeat(season_shape(rng, B, cycles), m, 1)[:, :long_season]
    week = week + levels * _uniform(rng, 0.0, 0.6, B)[:, None]
    repeats = -(-T // long_season)
    shift = rng.integers(0, long_season, B)
    roll = np.stack([np.roll(w, s) for w, s in zip(week, shift, strict=True)])
    amplitude = _log_uniform(rng, 0.5, 30.0, B)[:, None]
    modulation = 1 + 0.2 * np.tanh(np.cumsum(rng.standard_normal((B, T)), 1) * 0.03)
    return y + amplitude * np.tile(roll, (1, repeats))[:, :T] * modulation


#: families without a second season, and the share of each
FAMILIES = {
    ets: 0.34,
    sarima: 0.18,
    gaussian_process: 0.10,
    growth: 0.16,
    piecewise: 0.12,
    intermittent: 0.10,
}


def draw(rng: Rng, B: int, T: int, m: int, long_season: int = 0) -> np.ndarray:
    """Draw a block of series of all families, augmented.

    Parameters
    ----------
    rng : numpy.random.Generator
    B, T : int
        Series and steps.
    m : int
        Season length; 1 for none.
    long_season : int, default 0
        A second, longer season; 0 for none.

    Returns
    -------
    ndarray of shape [B, T]
    """
    parts = []
    if long_season:
        parts.append(two_seasons(rng, B - B // 3, T, m, long_season))
    left = B - sum(map(len, parts))
    counts = rng.multinomial(left, list(FAMILIES.values()))
    parts += [family(rng, n, T, m) for family, n in zip(FAMILIES, counts, strict=True) if n]
    y = np.concatenate(parts)
    rng.shuffle(y)
    return augment(rng, y)


def augment(rng: Rng, y: np.ndarray) -> np.ndarray:
    """Flip, mix, censor, spike, and exponentiate some series, as if logarithms were not taken."""
    B, T = y.shape
    y = y * np.where(_often(rng, 0.3, B), -1.0, 1.0)[:, None]
    mixed = np.flatnonzero(_often(rng, 0.15, B))
    other = y[rng.integers(0, B, len(mixed))]
    unit = lambda v: np.abs(np.diff(v, axis=1)).mean(1, keepdims=True) + 1e-9  # noqa: E731
    share = _uniform(rng, 0.1, 0.9, len(mixed))[:, None]
    y[mixed] = share * y[mixed] / unit(y[mixed]) + (1 - share) * other / unit(other)
    for i in np.flatnonzero(_often(rng, 0.06, B)):  # spikes
        at = rng.integers(0, T, 1 + rng.integers(3))
        y[i, at] += rng.standard_normal(len(at)) * 12 * unit(y[i : i + 1])[0]
    clipped = np.flatnonzero(_often(rng, 0.04, B))
    y[clipped] = np.maximum(y[clipped], np.quantile(y[clipped], 0.2, axis=1, keepdims=True))
    rounded = np.flatnonzero(_often(rng, 0.06, B))
    step = unit(y[rounded]) * _log_uniform(rng, 0.3, 2.0, len(rounded))[:, None]
    y[rounded] = np.round(y[rounded] / step) * step
    raw = np.flatnonzero(_often(rng, 0.2, B))
    z = y[raw] - y[raw].mean(1, keepdims=True)
    z = z / (z.std(1, keepdims=True) + 1e-9)
    y[raw] = np.exp(np.clip(z * _uniform(rng, 0.05, 0.8, len(raw))[:, None], -8, 8)) * 20
    scale = unit(y)
    y = (y - y[:, :1]) / scale
    return np.where(np.isfinite(y), np.clip(y, -1e5, 1e5), 0.0)
