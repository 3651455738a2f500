"""PyTorch's side of the search: the study that its users write, over windows of one series.

One window gives one target, where a stretch of ours gives one at each of its steps: so batches are
larger and updates more than in our space. All else that the loop has is drawn from our space.
"""

from __future__ import annotations

import time
import warnings
from typing import Any, NamedTuple

import numpy as np
import optuna
import torch

from gatecast.tuning.space import SPACE, Distribution, Integers, draw, nearest_point

__all__ = ["Reference", "search"]

_SHARED = ("cell", "hidden", "layers", "dropout", "learning_rate", "schedule")
LOOP: dict[str, Distribution] = {name: SPACE[name] for name in _SHARED} | {
    "updates": Integers(100, 1000, log=True),
    "batch_size": Integers(32, 256, log=True),
    "look_back": Integers(4, 128, log=True),
}
DEFAULTS = {
    "cell": "lstm", "hidden": 48, "layers": 1, "dropout": 0.0, "learning_rate": 5e-3,
    "schedule": "cosine", "updates": 500, "batch_size": 64, "look_back": 64,
}  # fmt: skip


class Reference(NamedTuple):
    """Hold what the loop came to.

    Parameters
    ----------
    seconds : float
        Of the whole study.
    in_time : int
        Trials that had ended after as many seconds as we took.
    rmse_in_time, rmse : float
        On the test part, of the best of these trials and of all, each fitted on everything before;
        NaN where none had ended.
    settings : dict
        Of the best of all.
    """

    seconds: float
    in_time: int
    rmse_in_time: float
    rmse: float
    settings: dict[str, Any]


class Net(torch.nn.Module):
    """A recurrent network under a dense head, read at its last step."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        kind = torch.nn.LSTM if settings["cell"] == "lstm" else torch.nn.GRU
        self.recurrent = kind(
            1, settings["hidden"], settings["layers"], batch_first=True,
            dropout=settings["dropout"],
        )  # fmt: skip
        self.head = torch.nn.Linear(settings["hidden"], 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the next value after each window [B, T]."""
        return self.head(self.recurrent(x[..., None])[0][:, -1])[:, 0]


def fit(settings: dict[str, Any], y: torch.Tensor, trial: Any = None, score: Any = None) -> Net:
    """Train on the windows of a series; with a trial, end half-way where it is behind."""
    torch.manual_seed(0)
    net = Net(settings)
    adam = torch.optim.Adam(net.parameters(), lr=settings["learning_rate"])
    total, length = settings["updates"], settings["look_back"]
    rates = {
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(adam, total),
        "one_cycle": lambda: torch.optim.lr_scheduler.OneCycleLR(
            adam, settings["learning_rate"], total_steps=total
        ),
        "constant": lambda: torch.optim.lr_scheduler.ConstantLR(adam, 1.0),
    }[settings["schedule"]]()
    windows = y.unfold(0, length + 1, 1)
    for update in range(total):
        chosen = windows[torch.randint(len(windows), (settings["batch_size"],))]
        adam.zero_grad()
        torch.nn.functional.mse_loss(net(chosen[:, :-1]), chosen[:, -1]).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        rates.step()
        if trial is not None and update == total // 2:
            trial.report(score(net), 1)
            if trial.should_prune():
                raise optuna.TrialPruned
    return net


@torch.inference_mode()
def errors(net: Net, y: torch.Tensor, first: int, length: int) -> np.ndarray:
    """Give the errors of one step ahead from ``first`` to the end."""
    windows = y[first - length :].unfold(0, length + 1, 1)
    net.eval()
    said = net(windows[:, :-1])
    net.train()
    return (said - windows[:, -1]).numpy()


def search(
    y: np.ndarray, cut: int, seen: int, validation: int, n_trials: int, seconds: float, seed: int
) -> Reference:
    """Search for the settings of the loop, and score the best on the test part.

    Parameters
    ----------
    y : ndarray of shape [n]
        The series.
    cut : int
        Where the test part begins.
    seen : int
        Values that the search knows.
    validation : int
        How many of them, the last, score a trial.
    n_trials : int
        Trials.
    seconds : float
        That our search of as many trials took.
    seed : int
        Of the study.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    mean, deviation = y[:seen].mean(), y[:seen].std()
    scaled = torch.from_numpy(((y - mean) / deviation).astype(np.float32))
    known, first = scaled[:seen], seen - validation

    def objective(trial: optuna.Trial) -> float:
        settings = draw(trial, LOOP)
        trial.set_user_attr("settings", settings)

        def score(net: Net) -> float:
            return float(np.mean(errors(net, known, first, settings["look_back"]) ** 2))

        loss = score(fit(settings, known[:first], trial, score))
        return loss if np.isfinite(loss) else float("inf")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # called experimental since 2020
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    study = optuna.create_study(sampler=sampler, pruner=optuna.pruners.PercentilePruner(100 / 3))
    study.enqueue_trial(nearest_point(LOOP, DEFAULTS))
    started, ended = time.perf_counter(), []
    study.optimize(
        objective, n_trials, callbacks=[lambda *_: ended.append(time.perf_counter() - started)]
    )

    def tested(trials: list[Any]) -> tuple[float, dict[str, Any]]:
        complete = [t for t in trials if t.state == optuna.trial.TrialState.COMPLETE]
        if not complete:
            return float("nan"), {}
        settings = min(complete, key=lambda t: t.value).user_attrs["settings"]
        found = errors(fit(settings, scaled[:cut]), scaled, cut, settings["look_back"])
        return float(np.sqrt(np.mean(found**2)) * deviation), settings

    in_time = sum(end <= seconds for end in ended)
    rmse, settings = tested(study.trials)
    return Reference(ended[-1], in_time, tested(study.trials[:in_time])[0], rmse, settings)
