"""The shipped pack rendered by both ways of region attention."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.artifacts import AttentionMethod, RenderSettings
from pipeline.progress import finish
from pipeline.render.renderer import RenderedClip, render_scene
from tests.pipeline.render.rendering_child import PROMPT, theatre


@pytest.mark.slow
def test_both_ways_draw_the_same_picture() -> None:
    """In float32, where they differ by rounding: by one of 255 at a few values."""
    pack, clip = theatre()

    def draw(method: AttentionMethod) -> RenderedClip:
        settings = RenderSettings(seed=31, num_inference_steps=3, attention=method)
        return finish(render_scene(PROMPT, model=pack, clip=clip, settings=settings))

    classes, lse = draw("classes"), draw("lse")
    assert (classes.attention[:14], lse.attention[:12]) == ("place by place", "text by text")
    difference = np.abs(classes.frames.astype(int) - lse.frames)
    assert difference.max() <= 2
    assert difference.mean() < 1e-3
    assert classes.frames.std() > 10
