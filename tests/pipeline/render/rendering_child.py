"""Renders a scene on the theatre pack, keeping its state; says each step once it is done."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt
from pipeline.devices import DeviceChoice
from pipeline.diffusion.model import ClipFormat
from pipeline.packs.load import Pack, load_pack
from pipeline.progress import Work
from pipeline.render.checkpoint import Checkpoint
from pipeline.render.renderer import RenderedClip, render_scene
from pipeline.story import Box

SETTINGS = RenderSettings(seed=31, num_inference_steps=8, scheduler="dpm", negative_prompt="empty")
NUM_FRAMES = 8
_BOXES = tuple(Box(x0=0.02 + 0.1 * k, y0=0.2, x1=0.4 + 0.1 * k, y1=0.9) for k in range(6))
PROMPT = ScenePrompt(
    scene_id="harbour",
    regions=(
        RegionPrompt(region_id="fox", text="a blue fox walks right", boxes=_BOXES),
        RegionPrompt(region_id="witch", text="a red witch waves", boxes=_BOXES[::-1]),
    ),
    background="an empty stage in the forest",
)


def theatre() -> tuple[Pack, ClipFormat]:
    """The shipped pack on one thread, and a short clip of it."""
    cpu = DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1)
    pack = load_pack("theatre", cpu)
    return pack, pack.record.sized(num_frames=NUM_FRAMES)


def start(pack: Pack, clip: ClipFormat, state: Path | None) -> Work[RenderedClip]:
    """The render, whose state is kept after every step."""
    kept = Checkpoint(state, "this render", seconds_between=0) if state else None
    return render_scene(PROMPT, model=pack, clip=clip, settings=SETTINGS, checkpoint=kept)


if __name__ == "__main__":
    for progress in start(*theatre(), Path(sys.argv[1])):
        print(progress.note, flush=True)
