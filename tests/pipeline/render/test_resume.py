"""A render whose process is killed goes on to the same frames."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from pipeline.progress import finish
from tests.pipeline.render import rendering_child
from tests.pipeline.render.rendering_child import start, theatre

ROOT = Path(__file__).parents[3]


def kill_after(words: str, state: Path) -> None:
    """Render in a process of its own and kill it once it has said these words."""
    command = [sys.executable, "-m", rendering_child.__name__, str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert words in _first_with(words, child.stdout or ())
        os.kill(child.pid, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


def _first_with(words: str, lines: Iterable[str]) -> str:
    return next((line for line in lines if words in line), "the render ended too soon")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize(("words", "steps_done"), [("step 3 of 8", 3), ("decoding", 8)])
def test_a_killed_render_goes_on_to_the_same_frames(
    tmp_path: Path, words: str, steps_done: int
) -> None:
    state = tmp_path / "renders" / "state.safetensors"
    kill_after(words, state)
    pack, clip = theatre()
    whole, resumed = (finish(start(pack, clip, kept)) for kept in (None, state))
    assert resumed.resumed_from in (steps_done, min(steps_done + 1, 8))
    assert np.array_equal(whole.frames, resumed.frames)
    assert resumed.frames.std() > 10
    assert resumed.timings.denoise > 0
