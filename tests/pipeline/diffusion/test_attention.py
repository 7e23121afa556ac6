from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import pytest
import torch
from diffusers.models.attention_dispatch import _AttentionBackendRegistry, attention_backend
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch._ops import OpOverload
from torch.nn.functional import scaled_dot_product_attention
from torch.utils._python_dispatch import TorchDispatchMode

from pipeline.artifacts import AttentionMethod
from pipeline.diffusion.attention import RegionAttnProcessor, attend_regions, region_attention
from pipeline.diffusion.attention_method import Chosen
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.diffusion.regions import RegionLayout, make_layout
from pipeline.errors import InputError

Draw = Callable[..., Tensor]
Build = Callable[..., CogVideoXPipeline]
Method = Literal["classes", "lse"]
METHODS: tuple[Method, ...] = ("classes", "lse")
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}


def run(
    model: CogVideoXTransformer3DModel, latents: Tensor, texts: Tensor, **kwargs: object
) -> Tensor:
    rotary = rotary_positions(model, latents)
    if rotary is not None:
        rotary = (rotary[0].to(latents.dtype), rotary[1].to(latents.dtype))
    with joint_text(model, video_positions(model, latents)):
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


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_equals_dense_mask_in_the_stock_processor(
    transformer: CogVideoXTransformer3DModel,
    layout: RegionLayout,
    dtype: torch.dtype,
    method: Method,
    draw: Draw,
) -> None:
    model = copy.deepcopy(transformer)
    model = model.double() if dtype == torch.float64 else model
    latents, texts = inputs(draw, layout, dtype)
    expected = run_dense(model, latents, texts, layout)
    with region_attention(model, method):
        actual = run(model, latents, texts, regions=layout)
    assert (actual - expected).abs().max() <= TOLERANCE[dtype]


edges = st.floats(-0.4, 1.4)
boxes = st.tuples(edges, edges, edges, edges).map(
    lambda e: [min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3])]
)
kinds = st.one_of(boxes, st.just([0.0, 0.0, 1.0, 1.0]), st.just([1.2, 0.0, 1.3, 1.0]))
"""Anywhere, the whole frame, or nowhere."""


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40)
@given(told=st.lists(kinds, max_size=12), step=st.floats(-0.4, 0.4), shared=st.booleans(), less=...)
def test_any_regions_equal_the_dense_mask(
    method: Method,
    dtype: torch.dtype,
    told: list[list[float]],
    step: float,
    shared: bool,
    less: bool,
) -> None:
    """0 to 12 regions that move by `step` a frame, with words for an overlap, empty ones or not."""
    drift = step * torch.arange(3.0).view(1, 3, 1)
    layout = make_layout(
        torch.tensor(told, dtype=torch.float64).view(-1, 1, 4) + drift,
        grid_height=5,
        grid_width=7,
        text_length=4,
        overlaps=[(0, 1)] if shared and len(told) > 1 else [],
    )
    layout = layout.without_empty()[0] if less else layout
    size = layout.joint_text_length + layout.num_visual_tokens
    generator = torch.Generator().manual_seed(size)
    query, key, value = torch.randn(3, 2, size, 3, 16, generator=generator, dtype=dtype) * 2
    actual = attend_regions(query, key, value, layout, method=method)
    heads_first = (x.transpose(1, 2) for x in (query, key, value))
    dense = scaled_dot_product_attention(*heads_first, attn_mask=layout.dense_mask())
    assert (actual - dense.transpose(1, 2)).abs().max() <= TOLERANCE[dtype]


class Watch(TorchDispatchMode):
    """Notes which operations run, and the largest tensor they make."""

    def __init__(self) -> None:
        super().__init__()
        self.largest = 0
        self.names: set[str] = set()

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        made = func(*args, **(kwargs or {}))
        self.names.add(func.name())
        for tensor in made if isinstance(made, (tuple, list)) else [made]:
            if isinstance(tensor, Tensor):
                self.largest = max(self.largest, tensor.numel())
        return made


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("grad", [False, True])
def test_nothing_of_the_size_of_a_mask_is_made(
    transformer: CogVideoXTransformer3DModel, method: Method, grad: bool, draw: Draw
) -> None:
    moving = torch.rand(4, 3, 4, generator=torch.Generator().manual_seed(4)).sort(-1).values
    layout = make_layout(moving[..., [0, 1, 3, 2]], grid_height=16, grid_width=20, text_length=5)
    latents, texts = draw(1, 3, 3, 32, 40), draw(1, layout.joint_text_length, 12)
    texts.requires_grad_(grad and method == "classes")
    with Watch() as dense:
        run_dense(transformer, latents, texts.detach(), layout)
    with region_attention(transformer, method), Watch() as watch:
        output = run(transformer, latents, texts, regions=layout)
        if texts.requires_grad:
            output.sum().backward()
    squared = layout.num_visual_tokens**2
    assert dense.largest >= squared
    assert watch.largest < squared / 4


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
    """Those of all weights, then of the first block's queries or keys alone."""
    model = copy.deepcopy(transformer).double()
    latents, texts = inputs(draw, overlap, torch.float64)
    weights = draw(*latents.shape, dtype=torch.float64)
    for part in ("attn1", "blocks.0.attn1.to_q", "blocks.0.attn1.to_k"):
        model.requires_grad_(False)
        wanted = [p.requires_grad_() for name, p in model.named_parameters() if part in name]
        output = run_dense(model, latents, texts, overlap)
        expected = torch.autograd.grad((output * weights).sum(), wanted)
        with region_attention(model):
            output = run(model, latents, texts, regions=overlap)
        actual = torch.autograd.grad((output * weights).sum(), wanted)
        assert_close_to(actual, expected)


def assert_close_to(actual: Sequence[Tensor], expected: Sequence[Tensor]) -> None:
    for mine, dense in zip(actual, expected, strict=True):
        assert dense.abs().max() > 0
        torch.testing.assert_close(mine, dense, atol=1e-10, rtol=1e-8)


@pytest.mark.parametrize("method", ["auto", "classes"])
def test_the_texts_of_a_scene_get_their_gradients_by_classes(
    transformer: CogVideoXTransformer3DModel,
    overlap: RegionLayout,
    draw: Draw,
    method: AttentionMethod,
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    with region_attention(transformer, method) as processor:
        run(transformer, latents, texts.requires_grad_(True), regions=overlap).sum().backward()
        assert processor.chosen is not None
        assert processor.chosen.method == "classes"
    assert texts.grad is not None
    assert (texts.grad.abs().amax(dim=(0, 2)) > 0).all()


def test_merging_says_that_it_has_no_gradient(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    with region_attention(transformer, "lse"), pytest.raises(InputError, match="no gradient"):
        run(transformer, latents, texts.requires_grad_(True), regions=overlap)


def take(pipe: CogVideoXPipeline, draw_texts: Tensor, **kwargs: object) -> Tensor:
    """What the stock pipeline makes of a text (2, L, D): the negative one and the prompt's."""
    options: dict[str, Any] = {
        "negative_prompt_embeds": draw_texts[:1],
        "prompt_embeds": draw_texts[1:],
        "attention_kwargs": kwargs or None,
    }
    return pipe(
        **options,
        height=64,
        width=96,
        num_frames=9,
        num_inference_steps=3,
        guidance_scale=4.0,
        generator=torch.Generator().manual_seed(17),
        output_type="pt",
        return_dict=False,
    )[0]


@pytest.fixture
def pipe(
    transformer: CogVideoXTransformer3DModel, vae: AutoencoderKLCogVideoX, build_stock: Build
) -> CogVideoXPipeline:
    scheduler = CogVideoXDDIMScheduler(timestep_spacing="trailing", clip_sample=False)
    return build_stock(vae=vae, transformer=transformer, scheduler=scheduler)


@pytest.mark.parametrize("method", ["auto", "classes", "lse"])
def test_one_region_over_everything_is_the_stock_pipeline_to_the_bit(
    pipe: CogVideoXPipeline, full_cover: RegionLayout, method: AttentionMethod, draw: Draw
) -> None:
    texts = draw(2, 5, 12)
    expected = take(pipe, texts)
    alone, kept = full_cover.without_empty()
    with region_attention(pipe.transformer, method) as processor:
        actual = take(pipe, texts, regions=alone)
    assert kept == (0,)
    assert processor.chosen is not None
    assert expected.std() > 0.01
    assert torch.equal(actual, expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_plain_render_after_one_with_regions_equals_one_before(
    pipe: CogVideoXPipeline, overlap: RegionLayout, method: Method, draw: Draw
) -> None:
    texts, latents, long_texts = draw(2, 5, 12), draw(2, 3, 3, 8, 12), draw(2, 15, 12)
    before = take(pipe, texts)
    with region_attention(pipe.transformer, method):
        run(pipe.transformer, latents, long_texts, regions=overlap)
    assert torch.equal(take(pipe, texts), before)


@pytest.fixture
def own_backend() -> Iterator[None]:
    """`set_attention_backend` changes the default of the whole process too."""
    before = _AttentionBackendRegistry.get_active_backend()[0]
    yield
    _AttentionBackendRegistry.set_active_backend(before)


FLASH = "aten::_scaled_dot_product_flash_attention_for_cpu"


@pytest.mark.usefixtures("own_backend")
@pytest.mark.parametrize("with_regions", [True, False])
@pytest.mark.parametrize("route", ["transformer", "context", "none"])
def test_calls_go_to_the_backend_that_was_set(
    transformer: CogVideoXTransformer3DModel,
    overlap: RegionLayout,
    route: str,
    with_regions: bool,
    draw: Draw,
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    kwargs = {"regions": overlap} if with_regions else {}
    with region_attention(transformer) as processor, contextlib.ExitStack() as stack:
        if route == "transformer":
            transformer.set_attention_backend("_native_math")
            _AttentionBackendRegistry.set_active_backend("native")  # its own counts, not this one
        elif route == "context":
            stack.enter_context(attention_backend("_native_math"))
        with Watch() as watch:
            actual = run(transformer, latents, texts, **kwargs)
        transformer.reset_attention_backend()
        assert (FLASH in watch.names) == (route == "none")
        _AttentionBackendRegistry.set_active_backend("native")
        torch.testing.assert_close(actual, run(transformer, latents, texts, **kwargs))
        assert processor._attention_backend is None


@pytest.mark.usefixtures("own_backend")
def test_a_backend_that_keeps_its_log_sum_exps_is_not_merged(
    transformer: CogVideoXTransformer3DModel, overlap: RegionLayout, draw: Draw
) -> None:
    latents, texts = inputs(draw, overlap, torch.float32)
    with region_attention(transformer, "lse"):
        transformer.set_attention_backend("_native_math")
        with pytest.raises(InputError, match="'_native_math' keeps log-sum-exps to itself"):
            run(transformer, latents, texts, regions=overlap)


def test_the_way_is_told_once_for_all_steps_of_a_scene(
    transformer: CogVideoXTransformer3DModel,
    overlap: RegionLayout,
    draw: Draw,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="pipeline")
    latents, texts = inputs(draw, overlap, torch.float32)
    processor = RegionAttnProcessor()
    for _ in range(2):
        with region_attention(transformer, processor) as given_back:
            run(transformer, latents, texts, regions=overlap)
        assert given_back is processor
    assert processor.chosen == Chosen("classes", "4 kinds of places in the picture, 3 texts")
    assert caplog.messages == [f"region attention {processor.chosen}"]
    with region_attention(transformer, processor):
        run(transformer, latents, texts, regions=overlap.to("cpu"))
    assert len(caplog.messages) == 2


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
