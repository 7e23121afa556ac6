from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.hooks.group_offloading import apply_group_offloading
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from peft import LoraConfig
from peft.tuners.lora.layer import LoraLayer
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.artifacts import OverlapPrompt, PriorBinding, RegionPrompt, ScenePrompt
from pipeline.diffusion.adapter_config import TARGETS
from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters, uses_of
from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.diffusion.regions import RegionLayout, make_layout
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from tests.pipeline.diffusion.lora_files import write_adapter

Model = CogVideoXTransformer3DModel
TEXT, FRAMES, HEIGHT, WIDTH = 5, 3, 4, 6
CELLS = HEIGHT * WIDTH
MOTION, CHARACTER = (0,), (1,)  # blocks of a model of two
DOUBLE = torch.float64


@pytest.fixture
def model(transformer: Model) -> Model:
    """A copy of its own in float64, where rounding cannot hide a wrong token."""
    return copy.deepcopy(transformer).double()


@pytest.fixture
def layout() -> RegionLayout:
    """Two regions that overlap in two columns; the second leaves after the first latent frame."""
    first = torch.tensor([0.0, 0.0, 0.5, 1.0]).expand(1, FRAMES, 4)
    second = torch.tensor([1 / 6, 0.25, 0.7, 1.0]).expand(1, FRAMES, 4).clone()
    second[:, 1:] = torch.nan
    boxes = torch.cat([first, second])
    return make_layout(boxes, grid_height=HEIGHT, grid_width=WIDTH, text_length=TEXT)


@pytest.fixture
def use(model: Model, tmp_path: Path) -> Callable[..., AdapterUse]:
    """A use of an adapter of that name, whose file is written at its first."""

    def make(
        name: str, blocks: tuple[int, ...], segments: tuple[int, ...], **fields: object
    ) -> AdapterUse:
        file = tmp_path / f"{name}.safetensors"
        if not file.exists():
            write_adapter(model, file, blocks=blocks, seed=sum(map(ord, name)))
        kind = "motion" if blocks == MOTION else "character"
        return AdapterUse(name, file, kind, segments, **fields)  # pyright: ignore[reportArgumentType]

    return make


def run(model: Model, layout: RegionLayout, *, batch: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(batch, FRAMES, 3, 8, 12, generator=generator, dtype=DOUBLE)
    texts = torch.randn(batch, layout.joint_text_length, 12, generator=generator, dtype=DOUBLE)
    rotary = rotary_positions(model, latents)
    with joint_text(model, video_positions(model, latents)), region_attention(model):
        return model(
            hidden_states=latents.to(model.dtype),
            encoder_hidden_states=texts.to(model.dtype),
            timestep=torch.tensor([400] * batch),
            image_rotary_emb=rotary and (rotary[0].to(model.dtype), rotary[1].to(model.dtype)),
            attention_kwargs={"regions": layout},
            return_dict=False,
        )[0]


def tokens(layout: RegionLayout, segments: tuple[int, ...], frames: tuple[int, ...]) -> Tensor:
    """The mask written out token by token."""
    mask = [number in segments for number in range(layout.num_segments) for _ in range(TEXT)]
    for token in range(FRAMES * CELLS):
        owned = any(bool(layout.membership[number, token]) for number in segments)
        mask.append(owned and token // CELLS in frames)
    return torch.tensor(mask, dtype=DOUBLE)


def by_hand(model: Model, deltas: list[tuple[Path, Tensor, float]]) -> Model:
    """A plain copy whose layers add B(A(m x)) * scale for each (file, m, scale)."""
    plain = copy.deepcopy(model)
    for file, mask, scale in deltas:
        weights = load_file(file)
        for layer in {key.rpartition(".lora_")[0] for key in weights}:
            down, up = weights[f"{layer}.lora_A.weight"], weights[f"{layer}.lora_B.weight"]

            def add(
                _module: nn.Module,
                inputs: tuple[Tensor],
                output: Tensor,
                down: Tensor = down,
                up: Tensor = up,
                mask: Tensor = mask,
                scale: float = scale,
            ) -> Tensor:
                return output + scale * ((mask[:, None] * inputs[0]) @ down.T @ up.T)

            plain.get_submodule(layer).register_forward_hook(add)
    return plain


def test_every_layer_adds_the_formula_on_the_regions_tokens(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    fox = use("fox", CHARACTER, (0,), scale=0.7)
    mask, weights = tokens(layout, (0,), (0, 1, 2)), load_file(fox.file)
    adapters, seen = RegionalAdapters(model, [fox]), []

    def check(layer: LoraLayer, inputs: tuple[Tensor], output: Tensor, name: str) -> None:
        down, up = (weights[f"{name}.lora_{part}.weight"] for part in "AB")
        delta = output - layer.get_base_layer()(inputs[0])
        expected = 2.0 * 0.7 * ((mask[:, None] * inputs[0]) @ down.T @ up.T)
        assert expected.abs().max() > 0.01
        assert torch.allclose(delta, expected, rtol=0, atol=1e-12)
        assert not delta[:, mask == 0].any()
        seen.append(name)

    for name, module in model.named_modules():
        if isinstance(module, LoraLayer):
            module.register_forward_hook(  # pyright: ignore[reportAttributeAccessIssue]
                lambda layer, inputs, output, name=name: check(layer, inputs, output, name)
            )
    with adapters.active(layout):
        run(model, layout)
    assert sorted(seen) == sorted(f"transformer_blocks.1.{target}" for target in TARGETS)


def test_two_characters_and_two_motions_act_at_once_each_in_its_place(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    uses = [
        use("fox", CHARACTER, (0,), scale=0.7),
        use("owl", CHARACTER, (1,)),
        use("runs", MOTION, (0,), frames=range(1, 3)),
        use("hops", MOTION, (1, 2), scale=1.5, frames=range(0, 2)),
    ]
    frames = [(0, 1, 2), (0, 1, 2), (1, 2), (0, 1)]
    deltas = [
        (one.file, tokens(layout, one.segments, when), 2.0 * one.scale)
        for one, when in zip(uses, frames, strict=True)
    ]
    plain, expected = run(model, layout), run(by_hand(model, deltas), layout)
    adapters = RegionalAdapters(model, uses)
    with adapters.active(layout):
        actual = run(model, layout)
    assert (actual - expected).abs().max() < 1e-11
    assert (actual - plain).abs().max() > 0.01


def test_uses_of_one_adapter_are_joined_and_the_larger_scale_holds(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    one, other = (tokens(layout, (at,), (0, 1, 2)) for at in (0, 1))
    assert (one * other).any()
    for scales, mask in (((1.0, 1.0), one.logical_or(other)), ((0.5, 1.25), None)):
        uses = [use("fox", CHARACTER, (at,), scale=scale) for at, scale in enumerate(scales)]
        wanted = torch.maximum(scales[0] * one, scales[1] * other) if mask is None else mask
        expected = run(by_hand(model, [(uses[0].file, wanted.double(), 2.0)]), layout)
        adapters = RegionalAdapters(model, uses)
        with adapters.active(layout):
            actual = run(model, layout)
        adapters.remove()
        assert (actual - expected).abs().max() < 1e-11


def test_off_and_at_scale_zero_and_without_cells_it_is_the_base_model(
    model: Model,
    layout: RegionLayout,
    use: Callable[..., AdapterUse],
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = run(model, layout)
    for fields in ({"scale": 0.0}, {"frames": range(0)}, {"frames": range(1, 3)}, {}):
        adapters = RegionalAdapters(model, [use("fox", CHARACTER, (1,), **fields)])
        assert torch.equal(run(model, layout), before)
        with caplog.at_level(logging.WARNING), adapters.active(layout):
            acted = run(model, layout)
        assert torch.equal(acted, before) == bool(fields)
        assert ("fox acts nowhere in this scene" in caplog.text) == bool(fields)
        caplog.clear()
        assert torch.equal(run(model, layout), before)
    RegionalAdapters(model, [])
    assert not any(isinstance(module, LoraLayer) for module in model.modules())
    assert torch.equal(run(model, layout), before)


def test_it_is_off_again_after_an_error(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    before = run(model, layout)
    adapters = RegionalAdapters(model, [use("fox", CHARACTER, (0,))])
    with pytest.raises(KeyError), adapters.active(layout):
        raise KeyError
    assert torch.equal(run(model, layout), before)
    with (
        adapters.active(layout),
        pytest.raises(ValueError, match="active already"),
        adapters.active(layout),
    ):
        pass
    with adapters.active(layout), pytest.raises(ValueError, match="the layer got"):
        run(model, make_layout(torch.zeros(0, 3, 4), grid_height=4, grid_width=6, text_length=5))


def test_segments_keep_their_numbers_where_empty_ones_were_dropped(
    model: Model, use: Callable[..., AdapterUse]
) -> None:
    boxes = torch.tensor([[1.1, 0.0, 1.4, 1.0], [0.0, 0.0, 0.5, 1.0]])[:, None].expand(-1, 3, -1)
    whole = make_layout(boxes, grid_height=HEIGHT, grid_width=WIDTH, text_length=TEXT)
    small, kept = whole.without_empty()
    assert kept == (1, 2)
    fox, owl = use("fox", CHARACTER, (1,)), use("owl", CHARACTER, (0,))
    adapters = RegionalAdapters(model, [fox, owl])
    with adapters.active(small, kept):
        actual = run(model, small)
    expected = run(by_hand(model, [(fox.file, tokens(small, (0,), (0, 1, 2)), 2.0)]), small)
    assert (actual - expected).abs().max() < 1e-11


def test_the_next_scene_keeps_what_it_uses_again_and_drops_the_rest(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse], tmp_path: Path
) -> None:
    fox, owl, hops = (
        use("fox", CHARACTER, (0,)), use("owl", MOTION, (1,)), use("hops", MOTION, (0,))
    )  # fmt: skip
    first = RegionalAdapters(model, [fox, owl])
    weights = [p for name, p in model.named_parameters() if "lora_A" in name]
    moved = fox.file.rename(tmp_path / "moved.safetensors")
    fox = AdapterUse("fox", moved, "character", (1,))
    second = RegionalAdapters(model, [fox, hops])
    now = {id(p) for name, p in model.named_parameters() if "lora_A" in name}
    assert sum(id(weight) in now for weight in weights) == len(TARGETS)
    assert first.hashes["fox"] == second.hashes["fox"] != second.hashes["hops"]
    deltas = [
        (moved, tokens(layout, (1,), (0, 1, 2)), 2.0),
        (hops.file, tokens(layout, (0,), (0, 1, 2)), 2.0),
    ]
    second_run = by_hand(_plain(model), deltas)
    with second.active(layout):
        actual = run(model, layout)
    assert (actual - run(second_run, layout)).abs().max() < 1e-11
    with pytest.raises(ValueError, match="another scene"), first.active(layout):
        pass


def _plain(model: Model) -> Model:
    plain = copy.deepcopy(model)
    plain.unload_lora()
    return plain


def test_a_file_that_changed_is_loaded_anew(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    fox = use("fox", CHARACTER, (0,))
    RegionalAdapters(model, [fox])
    plain = _plain(model)
    write_adapter(plain, fox.file, blocks=CHARACTER, seed=901)
    adapters = RegionalAdapters(model, [fox])
    with adapters.active(layout):
        actual = run(model, layout)
    expected = run(by_hand(plain, [(fox.file, tokens(layout, (0,), (0, 1, 2)), 2.0)]), layout)
    assert (actual - expected).abs().max() < 1e-11


def test_a_file_that_does_not_fit_leaves_the_model_as_it_was(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse], tmp_path: Path
) -> None:
    fox = use("fox", CHARACTER, (0,))
    adapters = RegionalAdapters(model, [fox])
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(InputError, match="pickle"):
        RegionalAdapters(model, [AdapterUse("owl", broken, "motion", (1,))])
    with adapters.active(layout):
        assert not torch.equal(run(model, layout), run(_plain(model), layout))


def test_fusing_is_refused_while_adapters_are_on_the_model(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    before = run(model, layout)
    adapters = RegionalAdapters(model, [use("fox", CHARACTER, (0,))])
    for scale in (1.0, 0.5):
        with pytest.raises(ValueError, match="cannot be fused"):
            model.fuse_lora(lora_scale=scale)
    layer = next(module for module in model.modules() if isinstance(module, LoraLayer))
    with pytest.raises(ValueError, match="cannot be fused"):
        layer.merge()
    assert torch.equal(run(model, layout), before)
    adapters.remove()
    adapters.remove()
    assert "fuse_lora" not in vars(model)
    assert torch.equal(run(model, layout), before)


def test_adapters_of_somebody_else_are_left_alone(
    model: Model, use: Callable[..., AdapterUse]
) -> None:
    fox = use("fox", CHARACTER, (0,))
    model.add_adapter(LoraConfig(r=2, target_modules=["to_q"]), adapter_name="lessons")
    with pytest.raises(ValueError, match="carries other adapters: lessons"):
        RegionalAdapters(model, [fox])
    assert model.active_adapters() == ["lessons"]


def test_gradients_are_the_same_with_checkpointing(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    adapters = RegionalAdapters(model, [use("fox", CHARACTER, (0,)), use("runs", MOTION, (1,))])
    scale = model.patch_embed.proj.weight.requires_grad_()
    gradients = []
    for checkpointing in (False, True):
        model.train()
        if checkpointing:
            model.enable_gradient_checkpointing()
        with adapters.active(layout), region_attention(model):
            run(model, layout, batch=1).square().sum().backward()
        gradients.append(scale.grad)
        scale.grad = None
    assert gradients[0].abs().max() > 0.01
    assert torch.equal(gradients[0], gradients[1])


def test_it_works_with_group_offloading(
    model: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    fox = use("fox", CHARACTER, (0,))
    adapters = RegionalAdapters(model, [fox])
    with torch.no_grad(), adapters.active(layout):
        expected = run(model, layout)
    adapters.remove()
    cpu = torch.device("cpu")
    apply_group_offloading(model, onload_device=cpu, offload_device=cpu, num_blocks_per_group=1)
    adapters = RegionalAdapters(model, [fox])
    with torch.no_grad(), adapters.active(layout):
        assert torch.equal(run(model, layout), expected)


def test_adapters_of_a_model_stored_in_eight_bits_keep_its_working_type(
    transformer: Model, layout: RegionLayout, use: Callable[..., AdapterUse]
) -> None:
    fox = use("fox", CHARACTER, (0,))
    model = copy.deepcopy(transformer).bfloat16()
    model.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.bfloat16)
    with torch.no_grad():
        before = run(model, layout)
        adapters = RegionalAdapters(model, [fox])
        weights = [p for name, p in model.named_parameters() if "lora_" in name]
        assert {weight.dtype for weight in weights} == {torch.bfloat16}
        assert torch.equal(run(model, layout), before)
        with adapters.active(layout):
            assert not torch.equal(run(model, layout), before)
        adapters.remove()
        assert torch.equal(run(model, layout), before)


def test_bindings_become_uses_by_ids_with_overlaps_and_times(tmp_path: Path) -> None:
    clip = load_record("theatre")
    boxes = (None,) * 6
    prompt = ScenePrompt(
        scene_id="s",
        regions=tuple(RegionPrompt(region_id=i, text=i, boxes=boxes) for i in ("a", "b", "c")),
        background="",
        overlaps=(
            OverlapPrompt(region_ids=("a", "b"), text="ab"),
            OverlapPrompt(region_ids=("b", "c"), text="bc"),
        ),
        priors=(
            PriorBinding(prior="fox", kind="character", region_ids=("a", "c"), scale=0.8),
            PriorBinding(
                prior="runs", kind="motion", region_ids=("b",), from_keyframe=2, to_keyframe=3
            ),
        ),
    )
    files = {"fox": tmp_path / "f", "runs": tmp_path / "r"}
    latents = [latent for k in (2, 3) for latent in clip.keyframe_to_latent[k]]
    assert uses_of(prompt, files, clip) == (
        AdapterUse("fox", files["fox"], "character", (0, 2, 3, 4), 0.8, range(clip.latent_frames)),
        AdapterUse("runs", files["runs"], "motion", (1, 3, 4), 1.0,
                   range(min(latents), max(latents) + 1)),
    )  # fmt: skip
