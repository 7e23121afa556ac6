from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers.hooks.group_offloading import apply_group_offloading
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
from peft.tuners.lora.layer import LoraLayer
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters
from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.feed_forward import feed_forward_in_parts, part_lengths
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.diffusion.regions import RegionLayout
from pipeline.diffusion.sampling import denoise
from tests.pipeline.diffusion.conftest import build_layout
from tests.pipeline.diffusion.lora_files import write_adapter

Model = CogVideoXTransformer3DModel
DOUBLE = torch.float64
TEXTS, VIDEO = 15, 72
"""Tokens of the layout `overlap`."""


@pytest.fixture
def model(transformer: Model) -> Model:
    return copy.deepcopy(transformer).double()


@pytest.fixture
def fox(model: Model, tmp_path: Path) -> AdapterUse:
    """Looks for the second region, in both blocks."""
    file = write_adapter(model, tmp_path / "fox.safetensors", blocks=(0, 1), seed=83)
    return AdapterUse("fox", file, "character", (1,), scale=0.7)


def run(model: Model, layout: RegionLayout, *, batch: int = 2, parts: bool = True) -> Tensor:
    generator = torch.Generator().manual_seed(5)
    latents = torch.randn(batch, 3, 3, 8, 12, generator=generator, dtype=DOUBLE).to(model.dtype)
    texts = torch.randn(batch, layout.joint_text_length, 12, generator=generator, dtype=DOUBLE)
    rotary = rotary_positions(model, latents)
    with contextlib.ExitStack() as inside:
        inside.enter_context(joint_text(model, video_positions(model, latents)))
        inside.enter_context(region_attention(model))
        if parts:
            inside.enter_context(feed_forward_in_parts(model, layout))
        return model(
            hidden_states=latents,
            encoder_hidden_states=texts.to(model.dtype),
            timestep=torch.tensor([400] * batch),
            image_rotary_emb=rotary and (rotary[0].to(model.dtype), rotary[1].to(model.dtype)),
            attention_kwargs={"regions": layout},
            return_dict=False,
        )[0]


@contextlib.contextmanager
def watched(modules: list[nn.Module]) -> Iterator[list[tuple[int, int]]]:
    """The (samples, tokens) that each call of the modules gets."""
    seen: list[tuple[int, int]] = []
    hooks = [
        module.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].shape[:2]))
        for module in modules
    ]
    yield seen
    for hook in hooks:
        hook.remove()


def feed_forwards(model: Model) -> list[nn.Module]:
    return [block.ff for block in model.transformer_blocks]  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize("batch", [1, 2])
def test_parts_give_what_the_whole_gives(model: Model, layout: RegionLayout, batch: int) -> None:
    whole = run(model, layout, batch=batch, parts=False)
    assert whole.std() > 0.01
    assert (run(model, layout, batch=batch) - whole).abs().max() <= 1e-12


def test_layers_see_texts_and_video_of_a_sample_and_hooks_of_all_see_everything(
    model: Model, overlap: RegionLayout
) -> None:
    layers = feed_forwards(model)
    inner = [layers[0].get_submodule("net.0.proj"), layers[0].get_submodule("net.2")]
    with watched(inner) as seen, watched(layers) as whole:
        run(model, overlap)
    assert seen == [(1, part) for part in (TEXTS, VIDEO) * 2 for _ in inner]
    assert whole == [(2, TEXTS + VIDEO)] * len(layers)


def test_every_step_with_regions_runs_in_parts_and_no_other(
    transformer: Model, overlap: RegionLayout
) -> None:
    numbers = torch.Generator().manual_seed(9)
    noise, *texts = (torch.randn(1, 3, 3, 8, 12, generator=numbers), *torch.ones(2, 3, 5, 12))
    for regions, parts in ((overlap, [(1, TEXTS), (1, VIDEO)]), (None, [(1, TEXTS + VIDEO)])):
        last = feed_forwards(transformer)[1].get_submodule("net.2")
        with watched([last]) as seen:
            steps = denoise(
                transformer,
                CogVideoXDDIMScheduler(),
                noise=noise,
                prompt_embeds=texts[0],
                negative_prompt_embeds=texts[1][0],
                regions=regions,
                guidance_scale=1.0,
                num_inference_steps=2,
            )
            assert len([*steps]) == 2
        assert seen == parts * 2


def test_one_text_and_parts_of_one_length_run_as_a_whole(model: Model) -> None:
    alone = build_layout([])
    even = RegionLayout.from_membership(torch.ones(2, 10, dtype=torch.bool), text_length=5)
    assert part_lengths(alone) == (77,)
    assert part_lengths(even) == (20,)
    for layout in (alone, even):
        with feed_forward_in_parts(model, layout):
            assert not any("forward" in vars(layer) for layer in feed_forwards(model))
    assert torch.equal(run(model, alone), run(model, alone, parts=False))


def test_everything_is_put_back_even_after_an_error(model: Model, overlap: RegionLayout) -> None:
    first, second = feed_forwards(model)
    second.forward = wrapped = second.forward  # as offloading and casting leave theirs
    before = run(model, overlap, parts=False)
    with contextlib.suppress(KeyError), feed_forward_in_parts(model, overlap):
        assert {"forward"} <= vars(first).keys() & vars(second).keys()
        assert second.forward is not wrapped
        raise KeyError
    assert "forward" not in vars(first)
    assert second.forward is wrapped
    assert torch.equal(run(model, overlap, parts=False), before)


def test_adapters_add_the_formula_to_each_part(
    model: Model, overlap: RegionLayout, fox: AdapterUse
) -> None:
    before = run(model, overlap)
    weights, adapters = load_file(fox.file), RegionalAdapters(model, [fox])
    mask = torch.cat([torch.arange(TEXTS) // 5 == 1, overlap.membership[1]]).double()
    seen: list[int] = []

    def check(layer: LoraLayer, inputs: tuple[Tensor], output: Tensor, name: str) -> None:
        tokens, length = inputs[0], inputs[0].shape[1]
        part = {TEXTS: mask[:TEXTS], VIDEO: mask[TEXTS:]}[length]
        down, up = (weights[f"{name}.lora_{side}.weight"] for side in "AB")
        expected = 2.0 * 0.7 * ((part[:, None] * tokens) @ down.T @ up.T)
        delta = output - layer.get_base_layer()(tokens)
        assert expected.abs().max() > 0.01
        assert torch.allclose(delta, expected, rtol=0, atol=1e-12)
        seen.append(length)

    with adapters.active(overlap), contextlib.ExitStack() as hooked:
        for name, module in model.named_modules():
            if isinstance(module, LoraLayer) and ".ff." in name:
                hook = module.register_forward_hook(  # pyright: ignore[reportAttributeAccessIssue]
                    lambda layer, inputs, output, name=name: check(layer, inputs, output, name)
                )
                hooked.callback(hook.remove)
        acted = run(model, overlap)
        hooked.close()
        assert (acted - run(model, overlap, parts=False)).abs().max() <= 1e-12
    assert sorted(seen) == [TEXTS] * 8 + [VIDEO] * 8
    assert (acted - before).abs().max() > 0.01
    assert torch.equal(run(model, overlap), before)


def test_gradients_are_those_of_the_whole_with_checkpointing_too(
    model: Model, overlap: RegionLayout, fox: AdapterUse
) -> None:
    adapters = RegionalAdapters(model, [fox])
    wanted = model.patch_embed.proj.weight.requires_grad_()
    gradients: list[Tensor] = []
    for parts, checkpointing in ((False, False), (True, False), (True, True)):
        model.train()
        if checkpointing:
            model.enable_gradient_checkpointing()
        with adapters.active(overlap), contextlib.ExitStack() as inside:
            if parts:
                inside.enter_context(feed_forward_in_parts(model, overlap))
            inside.enter_context(region_attention(model))
            loss = run(model, overlap, batch=2, parts=False).square().sum()
            gradients += torch.autograd.grad(loss, [wanted])
    whole, in_parts, checkpointed = gradients
    assert whole.abs().max() > 0.01
    assert torch.allclose(in_parts, whole, rtol=1e-10, atol=1e-12)
    assert torch.equal(checkpointed, in_parts)


@pytest.mark.parametrize("by", ["block_level", "leaf_level"])
def test_it_works_with_group_offloading(
    model: Model, overlap: RegionLayout, fox: AdapterUse, by: str
) -> None:
    adapters, cpu = RegionalAdapters(model, [fox]), torch.device("cpu")
    with torch.no_grad(), adapters.active(overlap):
        expected = run(model, overlap)
    adapters.remove()
    number = 1 if by == "block_level" else None
    apply_group_offloading(model, cpu, cpu, offload_type=by, num_blocks_per_group=number)
    adapters = RegionalAdapters(model, [fox])
    with torch.no_grad(), adapters.active(overlap):
        assert torch.equal(run(model, overlap), expected)


def test_it_works_with_weights_stored_in_eight_bits(
    transformer: Model, overlap: RegionLayout
) -> None:
    model = copy.deepcopy(transformer).bfloat16()
    model.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.bfloat16)
    with torch.no_grad():
        whole, parts = run(model, overlap, parts=False), run(model, overlap)
        assert torch.allclose(parts, whole, rtol=0.02, atol=0.02)
        assert torch.equal(run(model, overlap, parts=False), whole)
