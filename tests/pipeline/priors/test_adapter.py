from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from peft.tuners.lora.layer import LoraLayer
from safetensors import safe_open
from torch import Tensor

from pipeline.diffusion.adapter_config import TARGETS
from pipeline.diffusion.adapter_files import read_adapter
from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters
from pipeline.prior import PriorKind
from pipeline.priors.adapter import (
    TrainedAdapter,
    activate,
    add_adapter,
    blocks_of,
    write_adapter,
)
from tests.pipeline.diffusion import lora_files
from tests.pipeline.priors.training import Model, predict, tiny_model, tiny_settings


def seeded(seed: int = 9) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def taught(model: Model, kind: PriorKind = "motion", name: str = "prior") -> TrainedAdapter:
    """An adapter with large deltas."""
    adapter = add_adapter(model, kind, tiny_settings(), seeded(), name)
    generator = seeded(4)
    tensors = {n: torch.randn(t.shape, generator=generator) for n, t in adapter.state().items()}
    adapter.load(tensors)
    return adapter


@pytest.mark.parametrize(
    ("kind", "num_blocks", "layout", "expected"),
    [
        ("motion", 6, "interleaved", (0, 2, 4)),
        ("character", 6, "interleaved", (1, 3, 5)),
        ("motion", 7, "interleaved", (0, 2, 4, 6)),
        ("motion", 6, "halves", (0, 1, 2)),
        ("character", 6, "halves", (3, 4, 5)),
        ("character", 7, "halves", (3, 4, 5, 6)),
    ],
)
def test_the_blocks_of_a_kind(
    kind: PriorKind, num_blocks: int, layout: str, expected: tuple[int, ...]
) -> None:
    assert blocks_of(kind, num_blocks, layout) == expected  # pyright: ignore[reportArgumentType]


def test_one_block_is_too_few() -> None:
    with pytest.raises(ValueError, match="do not fit in 1 blocks"):
        blocks_of("motion", 1)


@pytest.mark.parametrize(("kind", "block"), [("motion", 0), ("character", 1)])
def test_six_layers_of_its_blocks_are_adapted_and_no_others(kind: PriorKind, block: int) -> None:
    model = tiny_model()
    adapter = add_adapter(model, kind, tiny_settings(), seeded())
    layers = {n for n, m in model.named_modules() if isinstance(m, LoraLayer)}
    assert layers == {f"transformer_blocks.{block}.{target}" for target in TARGETS}
    assert {name.rpartition(".lora_")[0] for name in adapter.weights} == layers
    assert adapter.blocks == (block,)
    trainable = {id(p) for p in model.parameters() if p.requires_grad}
    assert trainable == {id(p) for p in adapter.parameters()}


def test_first_weights_are_those_of_the_generator_and_change_nothing() -> None:
    model, other = tiny_model(), tiny_model()
    before, draws = predict(model), seeded()
    adapter = add_adapter(model, "motion", tiny_settings(), draws)
    torch.manual_seed(77)  # of no account
    again = add_adapter(other, "motion", tiny_settings(), seeded())
    for name, weight in adapter.state().items():
        assert torch.equal(weight, again.state()[name])
        assert weight.count_nonzero() == (0 if ".lora_B." in name else weight.numel())
    downs = torch.cat([w.flatten() for n, w in adapter.state().items() if ".lora_A." in n])
    assert downs.std().item() == pytest.approx(1 / 3, rel=0.1)
    assert torch.equal(predict(model), before)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_are_float32_on_a_model_in_halves(dtype: torch.dtype) -> None:
    model = tiny_model(dtype=dtype)
    adapter = add_adapter(model, "motion", tiny_settings(), seeded())
    assert {p.dtype for p in adapter.parameters()} == {torch.float32}
    assert model.dtype == dtype


def test_off_at_scale_zero_and_taken_off_it_is_the_base_bit_for_bit() -> None:
    model = tiny_model()
    before, modules = predict(model), [type(m) for m in model.modules()]
    adapter = taught(model)
    model.eval()
    acting = predict(model)
    assert (acting - before).abs().max() > 0.1
    activate(model, ())
    assert torch.equal(predict(model), before)
    activate(model, [adapter])
    for layer in model.modules():
        if isinstance(layer, LoraLayer):
            layer.set_scale("prior", 0)
    assert torch.equal(predict(model), before)
    adapter.remove()
    assert torch.equal(predict(model), before)
    assert [type(m) for m in model.modules()] == modules


def test_of_two_adapters_the_chosen_ones_act_and_one_goes_alone() -> None:
    model = tiny_model()
    motion, look = taught(model), taught(model, "character", "look")
    outputs = []
    for chosen in ([motion], [look], [motion, look]):
        activate(model, chosen)
        outputs.append(predict(model.eval()))
    assert all(
        not torch.equal(a, b) for a, b in zip(outputs, (*outputs[1:], outputs[0]), strict=True)
    )
    look.remove()
    activate(model, [motion])
    assert torch.equal(predict(model), outputs[0])


def test_adapters_of_earlier_renders_make_way(tmp_path: Path) -> None:
    model = tiny_model()
    file = lora_files.write_adapter(model, tmp_path / "a.safetensors", blocks=[1], seed=5)
    use = AdapterUse("fox", file, "character", (0,))
    RegionalAdapters(model, [use])
    adapter = add_adapter(model, "motion", tiny_settings(), seeded())
    assert {*model.peft_config} == {"prior"}
    adapter.remove()
    RegionalAdapters(model, [use])
    assert not any(name == "prior" for name in model.peft_config)


def test_weights_of_another_adapter_are_not_taken_over() -> None:
    model = tiny_model()
    adapter = add_adapter(model, "motion", tiny_settings(), seeded())
    other = add_adapter(tiny_model(), "character", tiny_settings(), seeded())
    with pytest.raises(ValueError, match="not those of such an adapter"):
        adapter.load(other.state())


def test_a_written_adapter_is_read_with_its_alpha_and_what_else_it_says(tmp_path: Path) -> None:
    model = tiny_model()
    adapter = taught(model)
    file = tmp_path / "new" / "adapter.safetensors"
    told = {"trigger": "motion3", "format": "of mine"}
    write_adapter(file, adapter.state(), rank=3, alpha=6.0, metadata=told)
    adapter.remove()
    read = read_adapter(file, model)
    assert (read.rank, read.alpha) == (3, 6.0)
    assert read.tensors.keys() == adapter.weights.keys()
    assert all(torch.equal(t, adapter.weights[name]) for name, t in read.tensors.items())
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
        assert all(key.startswith("transformer.transformer_blocks.0.") for key in opened.keys())  # noqa: SIM118
    assert (metadata["trigger"], metadata["format"]) == ("motion3", "pt")
    assert json.loads(metadata["lora_adapter_metadata"])["transformer.lora_alpha"] == 6.0


@pytest.fixture
def written(tmp_path: Path) -> tuple[Model, Path, Tensor]:
    """A model without adapters, the file of one, and what the model says with it."""
    model = tiny_model()
    adapter = taught(model, "character")
    expected = predict(model.eval())
    file = tmp_path / "adapter.safetensors"
    write_adapter(file, adapter.state(), rank=3, alpha=6.0)
    adapter.remove()
    return model, file, expected


def test_stock_diffusers_loads_the_file_to_the_same_numbers(
    written: tuple[Model, Path, Tensor],
) -> None:
    model, file, expected = written
    parts: dict[str, Any] = dict.fromkeys(("tokenizer", "text_encoder", "vae", "scheduler"))
    pipe = CogVideoXPipeline(transformer=model, **parts)
    pipe.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name="mine")
    assert torch.equal(predict(model), expected)
    layers = [m for m in model.modules() if isinstance(m, LoraLayer)]
    assert {scale for layer in layers for scale in layer.scaling.values()} == {2.0}
    assert len(layers) == len(TARGETS)


def test_renders_load_the_file_to_the_same_numbers(written: tuple[Model, Path, Tensor]) -> None:
    model, file, expected = written
    RegionalAdapters(model, [AdapterUse("fox", file, "character", (0,))])
    for layer in model.modules():
        if isinstance(layer, LoraLayer):
            layer.enable_adapters(True)
            layer.set_adapter([*layer.lora_A])
    assert torch.equal(predict(model), expected)
