from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.diffusion.model import ClipFormat
from pipeline.diffusion.preview_map import PreviewMap
from pipeline.diffusion.regions import make_layout
from pipeline.priors.adapter import add_adapter
from pipeline.priors.sampling import sample_strip
from tests.pipeline.priors.training import Model, tiny_model, tiny_scheduler, tiny_settings

CLIP = ClipFormat(
    num_frames=12,
    fps=8,
    height_px=64,
    width_px=96,
    latent_frames=6,
    latent_channels=3,
    latent_height=8,
    latent_width=12,
    patch_size=2,
    keyframe_to_latent=((0,), (1,), (2,), (3,), (4,), (5,)),
    max_sequence_length=5,
)


def strip(model: Model, *, segments: int = 1, seed: int = 3) -> bytes:
    draw = torch.Generator().manual_seed(1)
    texts = torch.randn(segments, 5, 12, generator=draw)
    boxes = torch.tensor([0.1, 0.2, 0.6, 0.9]).expand(segments - 1, CLIP.latent_frames, 4)
    layout = make_layout(boxes, grid_height=4, grid_width=6, text_length=5)
    return sample_strip(
        model,
        tiny_scheduler(),
        clip=CLIP,
        prompt_embeds=texts,
        negative_prompt_embeds=torch.zeros(5, 12),
        preview=PreviewMap(torch.randn(3, 48, generator=draw), torch.zeros(48), 4, 30.0),
        regions=layout if segments > 1 else None,
        guidance_scale=4.0,
        num_inference_steps=2,
        seed=seed,
    )


@pytest.mark.parametrize("segments", [1, 2])
def test_a_sample_is_six_small_pictures_in_a_row(segments: int) -> None:
    with Image.open(io.BytesIO(strip(tiny_model(), segments=segments))) as picture:
        assert (picture.format, picture.size) == ("WEBP", (6 * 48, 32))
        assert np.asarray(picture).std() > 5


def test_it_follows_from_the_seed_and_from_what_is_learned() -> None:
    model = tiny_model()
    before = strip(model)
    assert strip(model) == before
    assert strip(model, seed=4) != before
    adapter = add_adapter(model, "motion", tiny_settings(), torch.Generator().manual_seed(2))
    assert strip(model.eval()) == before
    adapter.load({name: torch.ones_like(weight) for name, weight in adapter.state().items()})
    assert strip(model) != before
