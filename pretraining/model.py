"""The pretrained network in PyTorch, for training; :mod:`gatecast.pretrained` runs it without."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from gatecast.pretrained.features import BENCHMARKS, HORIZON_INPUTS, INPUTS

QUANTILES = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975], np.float32)
MIDDLE = 4


class Pretrained(nn.Module):
    """Two LSTM layers, the second residual, and a head shared by all steps of the horizon.

    The head weighs benchmark forecasts by what the LSTM remembers (their weights are its outputs)
    and adds a correction; quantiles are the median and cumulative positive steps from it.
    """

    def __init__(self, hidden: int = 96, width: int = 64) -> None:
        super().__init__()
        self.lstm1 = nn.LSTM(INPUTS, hidden, batch_first=True)
        self.lstm2 = nn.LSTM(hidden, hidden, batch_first=True)
        self.state = nn.Linear(hidden, width)
        self.horizon = nn.Linear(HORIZON_INPUTS, width, bias=False)
        self.mix = nn.Linear(width, width)
        self.out = nn.Linear(width, len(QUANTILES) + BENCHMARKS)
        self.skip = nn.Parameter(torch.zeros(BENCHMARKS))
        nn.init.zeros_(self.out.weight)
        for lstm in (self.lstm1, self.lstm2):
            nn.init.orthogonal_(lstm.weight_hh_l0)
            nn.init.xavier_uniform_(lstm.weight_ih_l0)
            nn.init.zeros_(lstm.bias_ih_l0)
            nn.init.zeros_(lstm.bias_hh_l0)
            lstm.bias_hh_l0.requires_grad_(False)
            lstm.bias_ih_l0.data[hidden : 2 * hidden] = 1.0

    def remember(self, x: torch.Tensor, half: bool = False) -> torch.Tensor:
        """Run the two layers; [B, T, H]."""
        first = _run(self.lstm1, x, half)
        return first + _run(self.lstm2, first, half)

    def forward(
        self, x: torch.Tensor, at: torch.Tensor, z: torch.Tensor, c: torch.Tensor,
        half: bool = False,
    ) -> torch.Tensor:  # fmt: skip
        """Forecast quantiles, [B, P, K, Q], as differences from the present in local scales."""
        h = self.remember(x, half).gather(1, at[..., None].expand(-1, -1, self.lstm1.hidden_size))
        g = nn.functional.silu(self.state(h)[:, :, None] + self.horizon(z))
        g = g + nn.functional.silu(self.mix(g))
        out = self.out(g)
        q, weights = out[..., : len(QUANTILES)], out[..., len(QUANTILES) :]
        median = q[..., MIDDLE : MIDDLE + 1] + ((self.skip + weights) * c).sum(-1, keepdim=True)
        step = nn.functional.softplus(q)
        up = torch.cumsum(step[..., MIDDLE + 1 :], -1)
        down = torch.flip(torch.cumsum(torch.flip(step[..., :MIDDLE], [-1]), -1), [-1])
        return torch.cat([median - down, median, median + up], -1)


def _run(lstm: nn.LSTM, x: torch.Tensor, half: bool) -> torch.Tensor:
    if not half:
        return lstm(x)[0]
    weights = [w.bfloat16() for w in lstm._flat_weights]
    zero = torch.zeros(1, len(x), lstm.hidden_size, dtype=torch.bfloat16)
    out = torch._VF.lstm(x.bfloat16(), (zero, zero), weights, True, 1, 0.0, True, False, True)
    return out[0].float()
