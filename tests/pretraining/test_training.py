"""The training of the pretrained network goes on from a kill with the same bits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training the pretrained network needs PyTorch")

FOLDER = Path(__file__).parents[2] / "pretraining"


def train(folder, pieces, **settings):
    """Train pieces that are much smaller than real ones."""
    small = (
        "import batches; batches.PIECE = 6\n"
        "batches.GROUPS = tuple(batches.Group(g.steps, 4, g.share, g.seasons)"
        " for g in batches.GROUPS)\n"
        "import sys, train; train.PIECE = 6; train.main()"
    )
    subprocess.run(
        [sys.executable, "-c", small, folder, "--pieces", str(pieces), "--float32"],
        check=True, cwd=FOLDER, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=600,
    )  # fmt: skip


def test_two_halves_are_one_whole(tmp_path):
    import torch

    train(tmp_path / "whole", 2)
    train(tmp_path / "halves", 1)
    train(tmp_path / "halves", 2)
    whole, halves = (
        torch.load(tmp_path / name / "last.pt", weights_only=True) for name in ("whole", "halves")
    )
    assert whole["number"] == halves["number"] == 2
    for part in ("network", "mean"):
        for name, values in whole[part].items():
            assert torch.equal(values, halves[part][name]), name
