"""Train the pretrained network, in pieces that resume bit for bit after a kill.

python pretraining/train.py runs/made-up --hours 3
python pretraining/train.py runs/public --start runs/made-up --corpus corpus.npz --decay 200
"""

from __future__ import annotations

import argparse
import math
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from batches import PIECE, Batch, piece
from model import QUANTILES, Pretrained

KEEP = 0.999  # of the running mean of the weights


def loss_of(forecast: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Pinball loss in local scales, each series by the root of its own size of change."""
    levels = torch.from_numpy(QUANTILES)
    y, w = torch.from_numpy(batch.y), torch.from_numpy(batch.weight)
    e = y[..., None] - forecast
    pinball = torch.maximum(levels * e, (levels - 1) * e).mean(-1) * 2
    count = w.sum((1, 2)).clamp(min=1)
    size = ((y.abs() * w).sum((1, 2)) / count).clamp(min=0.3)
    return ((pinball * w).sum((1, 2)) / count / size.sqrt()).mean()


def rate(number: int, args: argparse.Namespace) -> float:
    """Warm up over two pieces, stay, and fall to zero over the last ``decay`` pieces."""
    warm = min(1.0, (number - args.first + 1) / 2)
    if not args.decay:
        return args.rate * warm
    left = args.first + args.pieces - number
    return args.rate * warm * min(1.0, left / args.decay)


def save(path: Path, state: dict) -> None:
    """Write a checkpoint so that a kill leaves the old one or the new one."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def main() -> None:
    """Go on from the last finished piece."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=Path, help="checkpoint whose weights to begin with")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--without", default="", help="comma-separated sources not to learn from")
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--pieces", type=int, default=100_000)
    parser.add_argument("--decay", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--hours", type=float, default=1e9)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--float32", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    public = None
    if args.corpus:
        from corpus import Corpus

        public = Corpus(args.corpus, [s for s in args.without.split(",") if s])
    args.folder.mkdir(parents=True, exist_ok=True)
    network = Pretrained(args.hidden)
    weights = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, args.rate, weight_decay=1e-3)
    mean = {k: v.clone() for k, v in network.state_dict().items()}
    number, last = args.first, args.folder / "last.pt"
    for path in (last, args.start):
        if path is not None and path.exists():
            state = torch.load(path, weights_only=True)
            network.load_state_dict(state["network"])
            optimiser.load_state_dict(state["optimiser"])
            mean = state["mean"]
            number = state["number"] if path == last else args.first
            break
    start = time.time()
    # the worker draws pieces ahead while this process trains
    with ProcessPoolExecutor(1) as pool:
        ready = [pool.submit(piece, args.seed, number, public, args.share)]
        while number < args.first + args.pieces and time.time() - start < args.hours * 3600:
            batches = ready.pop(0).result()
            ready.append(pool.submit(piece, args.seed, number + 1, public, args.share))
            losses, began = [], time.time()
            for group in optimiser.param_groups:
                group["lr"] = rate(number, args)
            for batch in batches:
                arrays = (batch.x, batch.at, batch.z, batch.c)
                inputs = [torch.from_numpy(a) for a in arrays]
                loss = loss_of(network(*inputs, half=not args.float32), batch)
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(weights, 1.0)
                optimiser.step()
                losses.append(loss.item())
                keep = min(KEEP, 1 - 1 / (PIECE * (number - args.first) + len(losses) + 1))
                with torch.no_grad():
                    for k, v in network.state_dict().items():
                        mean[k].mul_(keep).add_(v, alpha=1 - keep)
            number += 1
            save(last, {
                "network": network.state_dict(), "optimiser": optimiser.state_dict(),
                "mean": mean, "number": number,
            })  # fmt: skip
            line = f"{number} loss {np.mean(losses):.4f} {time.time() - began:.1f} s"
            print(line + ("" if math.isfinite(losses[-1]) else " NOT FINITE"), flush=True)
            if number % 50 == 0:
                save(args.folder / f"{number}.pt", {"mean": mean, "number": number})


if __name__ == "__main__":
    main()
