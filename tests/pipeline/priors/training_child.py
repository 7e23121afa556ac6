"""Trains a tiny adapter, keeping its state after every step; says each step once it is done."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from pipeline.priors.state import StateFile
from pipeline.priors.trainer import Trained, train
from pipeline.progress import Work
from tests.pipeline.priors.training import examples, tiny_model, tiny_scheduler, tiny_settings

SETTINGS = tiny_settings(steps=9, dropout=0.2, appearance=True, schedule="cosine", warmup_steps=2)


def start(state: Path | None) -> Work[Trained]:
    torch.set_num_threads(1)
    kept = StateFile(state, "this training", seconds_between=0) if state else None
    model, scheduler = tiny_model(), tiny_scheduler()
    return train(SETTINGS, "motion", examples(), transformer=model, scheduler=scheduler, state=kept)


if __name__ == "__main__":
    for progress in start(Path(sys.argv[1])):
        print(progress.note, flush=True)
