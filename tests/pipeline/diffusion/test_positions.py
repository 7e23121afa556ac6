from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from torch import Tensor

from pipeline.diffusion.positions import (
    joint_text,
    rotary_positions,
    token_grid,
    video_positions,
)
from tests.pipeline.diffusion.conftest import build_transformer

Draw = Callable[..., Tensor]
Build = Callable[..., CogVideoXPipeline]


def embed(model: CogVideoXTransformer3DModel, texts: Tensor, latents: Tensor) -> Tensor:
    return model.patch_embed(texts, latents)


@pytest.mark.parametrize("shape", [(2, 3, 3, 8, 12), (1, 4, 3, 6, 10)])
def test_one_text_is_stock_to_the_bit(
    transformer: CogVideoXTransformer3DModel, draw: Draw, shape: tuple[int, ...]
) -> None:
    latents, texts = draw(*shape), draw(shape[0], 5, 12)
    expected = embed(transformer, texts, latents)
    with joint_text(transformer, video_positions(transformer, latents)):
        assert torch.equal(embed(transformer, texts, latents), expected)


@pytest.mark.parametrize("shape", [(2, 3, 3, 8, 12), (1, 4, 3, 6, 10)])
@pytest.mark.parametrize("text_length", [2, 15])
def test_any_text_length_leaves_the_video_tokens_alone(
    transformer: CogVideoXTransformer3DModel, draw: Draw, shape: tuple[int, ...], text_length: int
) -> None:
    latents, texts = draw(*shape), draw(shape[0], text_length, 12)
    expected = embed(transformer, draw(shape[0], 5, 12), latents)[:, 5:]
    with joint_text(transformer, video_positions(transformer, latents)):
        actual = embed(transformer, texts, latents)
    assert torch.equal(actual[:, text_length:], expected)
    # text gets no position: only the projection
    assert torch.equal(actual[:, :text_length], transformer.patch_embed.text_proj(texts))


def test_the_model_is_restored_even_after_an_error(
    transformer: CogVideoXTransformer3DModel, draw: Draw
) -> None:
    latents, texts = draw(2, 3, 3, 8, 12), draw(2, 5, 12)
    expected, state = embed(transformer, texts, latents), set(transformer.state_dict())
    table = video_positions(transformer, latents)
    with pytest.raises(KeyError), joint_text(transformer, table):
        raise KeyError
    assert transformer.patch_embed.max_text_seq_length == 5
    assert set(transformer.state_dict()) == state
    assert torch.equal(embed(transformer, texts, latents), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_table_of_another_size_is_made_once_in_the_models_number_type(
    draw: Draw, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_transformer(rotary=False)
    model.to(dtype)  # pyright: ignore[reportArgumentType]  (diffusers narrows the argument)
    latents, texts = draw(1, 4, 3, 6, 10).to(dtype), draw(1, 15, 12).to(dtype)
    table = video_positions(model, latents)
    assert table is not None
    assert (table.shape, table.dtype) == ((4 * 3 * 5, 32), dtype)
    monkeypatch.delattr(type(model.patch_embed), "_get_positional_embeddings")
    with joint_text(model, table):
        embed(model, texts, latents)
    with pytest.raises(AttributeError):
        embed(model, texts[:, :5], latents)


@pytest.mark.parametrize("shape", [(1, 3, 3, 8, 12), (1, 2, 3, 6, 10)])
def test_rotary_tables_equal_the_pipelines(
    transformer: CogVideoXTransformer3DModel, build_stock: Build, draw: Draw, shape: tuple[int, ...]
) -> None:
    tables = rotary_positions(transformer, draw(*shape))
    if not transformer.config["use_rotary_positional_embeddings"]:
        assert tables is None
        return
    pipe = build_stock(transformer=transformer)
    expected = pipe._prepare_rotary_positional_embeddings(
        8 * shape[3], 8 * shape[4], shape[1], torch.device("cpu")
    )
    assert tables is not None
    assert torch.equal(tables[0], expected[0])
    assert torch.equal(tables[1], expected[1])


def test_token_grid(transformer: CogVideoXTransformer3DModel, draw: Draw) -> None:
    assert token_grid(transformer, draw(1, 6, 3, 8, 14)) == (6, 4, 7)
    with pytest.raises(ValueError, match="latents of 7 x 12"):
        token_grid(transformer, draw(1, 6, 3, 7, 12))
