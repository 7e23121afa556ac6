from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from peft import LoraConfig
from peft.tuners.lora.layer import LoraLayer
from safetensors.torch import load_file, save_file
from torch import Tensor

from pipeline.diffusion.adapter_config import TARGETS
from pipeline.diffusion.adapter_files import adapter_hash, read_adapter
from pipeline.diffusion.adapters import AdapterUse, RegionalAdapters
from pipeline.errors import InputError, ModelUnavailableError
from tests.pipeline.diffusion.conftest import build_transformer
from tests.pipeline.diffusion.lora_files import write_adapter

Model = CogVideoXTransformer3DModel
Change = Callable[[dict[str, Tensor]], None]
LAYER = "transformer_blocks.1.attn1.to_k"


@pytest.fixture(scope="module")
def model() -> Model:
    return build_transformer(rotary=False)


@pytest.fixture
def file(model: Model, tmp_path: Path) -> Path:
    return write_adapter(model, tmp_path / "a.safetensors", blocks=[1], seed=5)


def test_an_adapter_is_read_with_its_alpha_and_its_blocks(model: Model, file: Path) -> None:
    read = read_adapter(file, model)
    assert (read.rank, read.alpha, read.use_rslora) == (3, 6.0, False)
    assert read.layers == sorted(f"transformer_blocks.1.{target}" for target in TARGETS)
    assert read.lora_config()["lora_dropout"] == 0.0


@pytest.mark.parametrize(("rslora", "scaling"), [(False, 2.5), (True, 5.0)])
def test_alpha_scales_the_loaded_layers_of_just_those_blocks(
    model: Model, tmp_path: Path, rslora: bool, scaling: float
) -> None:
    file = write_adapter(
        model, tmp_path / "b.safetensors", blocks=[0], seed=6, rank=4, alpha=10.0, use_rslora=rslora
    )
    loaded = copy.deepcopy(model)
    RegionalAdapters(loaded, [AdapterUse("b", file, "motion", (0,))])
    layers = {n: m for n, m in loaded.named_modules() if isinstance(m, LoraLayer)}
    assert layers.keys() == {f"transformer_blocks.0.{target}" for target in TARGETS}
    assert all(set(layer.scaling.values()) == {scaling} for layer in layers.values())
    assert not any(p.requires_grad for p in loaded.parameters())


def test_files_of_diffusers_pipelines_are_read_too(model: Model, tmp_path: Path) -> None:
    file = write_adapter(model, tmp_path / "a.safetensors", blocks=[1], seed=5, alpha=3.0)
    CogVideoXPipeline.save_lora_weights(
        tmp_path, transformer_lora_layers={**load_file(file)}, weight_name="p.safetensors"
    )
    read = read_adapter(tmp_path / "p.safetensors", model)
    assert (read.rank, read.alpha) == (3, 3)
    expected = read_adapter(file, model).tensors
    assert read.tensors.keys() == expected.keys()
    assert all(torch.equal(read.tensors[key], expected[key]) for key in expected)


def test_the_hash_is_that_of_the_file(file: Path) -> None:
    first = adapter_hash(file)
    file.write_bytes(file.read_bytes() + b" ")
    assert len(first) == 64
    assert adapter_hash(file) != first
    with pytest.raises(ModelUnavailableError, match="cannot be read: No such file"):
        adapter_hash(file.with_name("none"))


@pytest.mark.parametrize("start", [b"\x80", b"PK"], ids=["old", "zip"])
def test_a_header_whose_length_begins_like_a_pickle_is_read(
    model: Model, file: Path, start: bytes
) -> None:
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    wanted = next(n for n in range(length, 1 << 20) if n.to_bytes(8, "little").startswith(start))
    header = data[8 : 8 + length].ljust(wanted)  # spaces behind JSON say nothing
    file.write_bytes(wanted.to_bytes(8, "little") + header + data[8 + length :])
    assert read_adapter(file, model).tensors


@pytest.mark.parametrize("start", ["zip", "pickle"])
def test_pickles_are_refused_unread(model: Model, tmp_path: Path, start: str) -> None:
    file, victim = tmp_path / "a.safetensors", tmp_path / "victim"

    class Harm:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (victim,)

    if start == "zip":
        torch.save({"a": Harm()}, file)
    else:
        file.write_bytes(pickle.dumps(Harm()))
    with pytest.raises(InputError, match="is a pickle"):
        read_adapter(file, model)
    assert not victim.exists()


@pytest.mark.parametrize("length", [0, 1, 7, 300, -9])
def test_damaged_files_are_told_from_missing_ones(model: Model, file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ModelUnavailableError, match="is damaged"):
        read_adapter(file, model)
    file.unlink()
    with pytest.raises(ModelUnavailableError, match="cannot be read: No such file"):
        read_adapter(file, model)
    file.mkdir()
    with pytest.raises(ModelUnavailableError, match="cannot be read: Is a directory"):
        read_adapter(file, model)


def _move(new: str, *, old: str = LAYER) -> Change:
    def change(tensors: dict[str, Tensor]) -> None:
        for part in "AB":
            tensors[f"{new}.lora_{part}.weight"] = tensors.pop(f"{old}.lora_{part}.weight")

    return change


def _replace(part: str, weight: Tensor) -> Change:
    return lambda tensors: tensors.update({f"{LAYER}.lora_{part}.weight": weight})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_move("transformer_blocks.2.attn1.to_k"), "changes block 2, and the model has 2 blocks"),
        (_move("transformer_blocks.01.attn1.to_k"), "cannot be confined to a region"),
        (_move("transformer_blocks.1.norm1.linear"), "cannot be confined to a region"),
        (_move("patch_embed.proj"), "cannot be confined to a region"),
        (lambda t: t.pop(f"{LAYER}.lora_B.weight"), "only one of its two weights"),
        (lambda t: t.update({f"{LAYER}.alpha": torch.ones(1)}), "is no LoRA weight"),
        (lambda t: t.clear(), "it holds no weights"),
        (_replace("A", torch.zeros(3, 31)), "the model needs (rank, 32) and (32, rank)"),
        (_replace("B", torch.zeros(33, 3)), "the model needs (rank, 32) and (32, rank)"),
        (_replace("B", torch.zeros(32, 4)), "the model needs"),
        (_replace("A", torch.zeros(())), "the model needs"),
        (_replace("A", torch.zeros(3, 32, dtype=torch.int64)), "not finite numbers"),
        (_replace("A", torch.full((3, 32), torch.inf)), "not finite numbers"),
    ],
)
def test_what_does_not_fit_the_model_is_refused_with_the_reason(
    model: Model, file: Path, change: Change, reason: str
) -> None:
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file)
    with pytest.raises(InputError) as caught:
        read_adapter(file, model)
    assert reason in caught.value.message
    assert "does not fit this model" in caught.value.message


def test_layers_of_different_ranks_are_refused(model: Model, file: Path) -> None:
    tensors = load_file(file)
    tensors[f"{LAYER}.lora_A.weight"] = torch.zeros(2, 32)
    tensors[f"{LAYER}.lora_B.weight"] = torch.zeros(32, 2)
    save_file(tensors, file)
    with pytest.raises(InputError, match="different ranks"):
        read_adapter(file, model)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("{", "metadata cannot be understood"),
        ("[]", "metadata cannot be understood"),
        ('{"r": 0, "lora_alpha": 2}', "metadata cannot be understood"),
        ('{"r": 3, "lora_alpha": -1}', "metadata cannot be understood"),
        ('{"r": 3, "lora_alpha": NaN}', "metadata cannot be understood"),
        ('{"r": 4, "lora_alpha": 2}', "says rank 4, its weights have rank 3"),
        ('{"r": 3, "lora_alpha": 2, "use_dora": true}', "it is a DoRA adapter"),
        ('{"r": 3, "lora_alpha": 2, "lora_bias": true}', "biases of its own"),
        ('{"r": 3, "lora_alpha": 2, "bias": "all"}', "biases of its own"),
        ('{"r": 3, "lora_alpha": 2, "alpha_pattern": {"to_q": 9}}', "alphas of their own"),
    ],
)
def test_metadata_that_cannot_be_kept_is_refused(
    model: Model, file: Path, metadata: str, reason: str
) -> None:
    save_file(load_file(file), file, metadata={"lora_adapter_metadata": metadata})
    with pytest.raises(InputError, match=reason):
        read_adapter(file, model)


def test_metadata_with_the_prefix_of_pipelines_is_read(model: Model, file: Path) -> None:
    config = json.dumps({"transformer.r": 3, "transformer.lora_alpha": 7.5})
    save_file(load_file(file), file, metadata={"lora_adapter_metadata": config})
    assert read_adapter(file, model).alpha == 7.5


def test_training_reaches_the_same_layers(model: Model) -> None:
    """The configuration that training is to use names exactly the layers that are read here."""
    taught = copy.deepcopy(model)
    taught.add_adapter(
        LoraConfig(
            r=2,
            target_modules=list(TARGETS),
            layers_to_transform=[1],
            layers_pattern="transformer_blocks",
        )
    )
    names = {n for n, m in taught.named_modules() if isinstance(m, LoraLayer)}
    assert names == {f"transformer_blocks.1.{target}" for target in TARGETS}
