from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable

import pytest
import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from torch import Tensor

from pipeline.diffusion.attention import RegionAttnProcessor, region_attention
from pipeline.diffusion.positions import joint_text, rotary_positions
from pipeline.diffusion.regions import RegionLayout

Draw = Callable[..., Tensor]
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}


def run(
    model: CogVideoXTransformer3DModel, latents: Tensor, texts: Tensor, **kwargs: object
) -> Tensor:
    rotary = rotary_positions(model, latents)
    if rotary is not None:
        rotary = (rotary[0].to(latents.dtype), rotary[1].to(latents.dtype))
    with joint_text(model, texts.shape[1]):
        return model(
            hidden_states=latents,
            encoder_hidden_states=texts,
            timestep=torch.tensor([400] * len(latents)),
            image_rotary_emb=rotary,
            attention_kwargs=kwargs or None,
            return_dict=False,
        )[0]


def run_dense(
    model: CogVideoXTransformer3DModel, latents: Tensor, texts: Tensor, layout: RegionLayout
) -> Tensor:
    """The stock processor with the whole mask, added to the scores."""
    mask = torch.zeros(layout.dense_mask().shape, dtype=latents.dtype)
    mask.masked_fill_(~layout.dense_mask(), -torch.inf)
    return run(model, latents, texts, attention_mask=mask.repeat(len(latents), 1, 1))


def inputs(draw: Draw, layout: RegionLayout, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return draw(2, 3, 3, 8, 12, dtype=dtype), draw(2, layout.joint_text_length, 12, dtype=dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_equals_dense_mask_in_the_stock_processor(
    transformer: CogVideoXTransformer3DModel, layout: RegionLayout, dtype: torch.dtype, draw: Draw
) -> None:
    model = copy.deepcopy(transformer)
    model = model.double() if dtype == torch.float64 else model
    latents, texts = inputs(draw, layout, dtype)
    expected = run_dense(model, latents, texts, layout)
    with region_attention(model):
        actual = run(model, latents, texts, regions=layout)
    assert (actual - expected).abs().max() <= TOLERANCE[dtype]


def test_mask_matters(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    free = run(transformer, latents, texts)
    with region_attention(transformer):
        held = run(transformer, latents, texts, regions=overlap)
    assert (free - held).abs().max() > 1e-3


def test_gradients_equal_those_of_the_dense_mask(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    model = copy.deepcopy(transformer).double().requires_grad_(True)
    latents, texts = inputs(draw, overlap, torch.float64)
    texts.requires_grad_(True)
    weights = draw(*latents.shape, dtype=torch.float64)
    wanted = [texts, *(p for name, p in model.named_parameters() if "attn1" in name)]
    expected = torch.autograd.grad(
        (run_dense(model, latents, texts, overlap) * weights).sum(), wanted
    )
    with region_attention(model):
        output = run(model, latents, texts, regions=overlap)
    actual = torch.autograd.grad((output * weights).sum(), wanted)
    assert len(wanted) > 8
    for mine, dense in zip(actual, expected, strict=True):
        assert dense.abs().max() > 0
        torch.testing.assert_close(mine, dense, atol=1e-10, rtol=1e-8)


def test_without_regions_equals_stock_to_the_bit(
    transformer: CogVideoXTransformer3DModel, draw: Draw
) -> None:
    latents, texts = draw(2, 3, 3, 8, 12), draw(2, 5, 12)
    expected = run(transformer, latents, texts)
    with region_attention(transformer):
        assert torch.equal(run(transformer, latents, texts), expected)
        assert torch.equal(run(transformer, latents, texts, regions=None), expected)


def test_without_regions_a_mask_still_counts(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    expected = run_dense(transformer, latents, texts, overlap)
    with region_attention(transformer):
        assert torch.equal(run_dense(transformer, latents, texts, overlap), expected)


def test_regions_and_mask_together_are_refused(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    mask = torch.zeros(2, *overlap.dense_mask().shape)
    with region_attention(transformer), pytest.raises(ValueError, match="not both"):
        run(transformer, latents, texts, regions=overlap, attention_mask=mask)


@pytest.mark.parametrize(("num_texts", "num_frames"), [(14, 3), (15, 2)])
def test_layout_for_another_sequence_is_refused(
    transformer: CogVideoXTransformer3DModel,
    overlap: RegionLayout,
    draw: Draw,
    num_texts: int,
    num_frames: int,
) -> None:
    latents, texts = draw(2, num_frames, 3, 8, 12), draw(2, num_texts, 12)
    with region_attention(transformer), pytest.raises(ValueError, match="15 text and 72 visual"):
        run(transformer, latents, texts, regions=overlap)


def test_processors_come_back_even_after_an_error(transformer: CogVideoXTransformer3DModel) -> None:
    before = transformer.attn_processors
    with contextlib.suppress(KeyError), region_attention(transformer):
        kinds = {type(processor) for processor in transformer.attn_processors.values()}
        assert kinds == {RegionAttnProcessor}
        raise KeyError
    assert transformer.attn_processors == before
    assert RegionAttnProcessor not in {type(processor) for processor in before.values()}
