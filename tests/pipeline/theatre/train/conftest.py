from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.theatre.train.loop import Limits
from pipeline.theatre.train.parts import Workshop
from pipeline.theatre.train.plans import TINY


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every part of the tiny plan was trained for a few steps."""
    folder = tmp_path_factory.mktemp("trained")
    workshop = Workshop(TINY, folder, limits=Limits(minutes=5, max_steps=3, seed=6, log_steps=2))
    workshop.codec()
    workshop.data(20)
    for part in ("text", "images", "clips", "decoder", "encoder"):
        getattr(workshop, part)()
    return folder
