"""LoRA files of strangers: those that fit come in as they are, others are refused with a reason."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from safetensors.torch import load_file, save_file

from pipeline.diffusion.adapter_config import TARGETS, Acting
from pipeline.diffusion.adapter_files import read_acting, read_adapter
from pipeline.errors import InputError, ModelUnavailableError, WorkspaceError
from pipeline.packs.record import find_pack
from pipeline.priors.header import metadata_of
from pipeline.priors.importing import MAX_BYTES, Said, import_prior, look_into
from pipeline.priors.lora_header import read_header
from pipeline.priors.matching import Fit, fit_of, sides_of
from pipeline.priors.publishing import export_prior
from pipeline.priors.store import PriorStore
from tests.pipeline.diffusion.conftest import build_transformer
from tests.pipeline.diffusion.lora_files import write_adapter
from tests.pipeline.priors.kept import (
    FIT,
    WEBP,
    config,
    lora,
    make_prior,
    make_settings,
    write_lora,
)

Weights = dict[str, np.ndarray]
Change = Callable[[Weights], object]
LAYER = "transformer.transformer_blocks.2.attn1.to_k"
KOHYA = "lora_unet_transformer_blocks_2_attn1_to_k.lora_down.weight"


@pytest.fixture
def store(tmp_path: Path) -> PriorStore:
    return PriorStore(make_settings(tmp_path / "home"))


@pytest.fixture(scope="module")
def model() -> CogVideoXTransformer3DModel:
    return build_transformer(rotary=False)


@pytest.fixture(scope="module")
def fit(model: CogVideoXTransformer3DModel, tmp_path_factory: pytest.TempPathFactory) -> Fit:
    folder = tmp_path_factory.mktemp("weights")
    model.save_config(folder / "transformer")
    return fit_of(folder, "tiny", "abc")


def test_sides_of_layers_are_those_of_real_transformers() -> None:
    for heads in (3, 30):
        with torch.device("meta"):
            model = CogVideoXTransformer3DModel(
                num_attention_heads=heads, attention_head_dim=64, num_layers=1
            )
        for target in TARGETS:
            layer = model.get_submodule(f"transformer_blocks.0.{target}")
            assert isinstance(layer, torch.nn.Linear)
            assert sides_of(target, 64 * heads) == (layer.in_features, layer.out_features)


def test_what_an_adapter_must_fit_is_read_from_a_packs_weights(tmp_path: Path) -> None:
    fit = fit_of(find_pack("theatre"), "theatre", "r1")
    assert (fit.num_blocks, fit.width) == (6, 192)
    with pytest.raises(ModelUnavailableError, match="packs fetch big"):
        fit_of(tmp_path, "big", "r1")


@pytest.mark.parametrize("rslora", [False, True])
def test_an_adapter_comes_in_with_the_same_weights_and_alpha(
    store: PriorStore, model: CogVideoXTransformer3DModel, fit: Fit, tmp_path: Path, rslora: bool
) -> None:
    file = write_adapter(
        model, tmp_path / "bow.safetensors", blocks=[1], seed=5, rank=4, use_rslora=rslora
    )
    kept = import_prior(store, file, fit, kind="motion", words=" bows  deeply ", licence="MIT")
    theirs, ours = read_adapter(file, model), read_adapter(kept.file, model)
    assert ours.tensors.keys() == theirs.tensors.keys()
    assert all(torch.equal(ours.tensors[name], theirs.tensors[name]) for name in ours.tensors)
    assert not ours.use_rslora
    assert ours.alpha == (12.0 if rslora else 6.0)
    prior = kept.prior
    assert (prior.rank, prior.alpha, prior.blocks) == (4, ours.alpha, (1,))
    assert (prior.words, prior.trigger) == ("bows deeply", "bows deeply")
    assert (prior.plan, prior.origin, prior.licence) == (None, "bow.safetensors", "MIT")
    assert (prior.pack, prior.pack_revision, kept.whole) == ("tiny", "abc", True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_every_type_stay_as_they_are(
    store: PriorStore, tmp_path: Path, dtype: torch.dtype
) -> None:
    tensors = {name: torch.from_numpy(one).to(dtype) for name, one in lora(rank=5).items()}
    save_file(tensors, tmp_path / "a.safetensors")
    kept = import_prior(store, tmp_path / "a.safetensors", FIT, kind="motion", words="bows")
    loaded = load_file(kept.file)
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    tensors[f"{LAYER}.lora_A.weight"][2, 3] = torch.nan
    save_file(tensors, tmp_path / "b.safetensors")
    with pytest.raises(InputError, match=r"b.safetensors” cannot be used: .* not finite numbers"):
        look_into(tmp_path / "b.safetensors", FIT)


@pytest.mark.parametrize(
    "prefix", ["", "transformer.", "diffusion_model.", "base_model.model.", "default"]
)
def test_names_of_several_programs_are_read(store: PriorStore, tmp_path: Path, prefix: str) -> None:
    tensors = lora(prefix="" if prefix == "default" else prefix)
    if prefix == "default":
        tensors = {name.replace(".weight", ".default.weight"): t for name, t in tensors.items()}
    kept = import_prior(
        store, write_lora(tmp_path / "a.safetensors", tensors), FIT, kind="motion", words="bows"
    )
    assert load_file(kept.file).keys() == lora().keys()
    assert (kept.prior.alpha, kept.prior.blocks) == (3.0, (0, 2))


def rename(old: str, new: str) -> Change:
    return lambda tensors: tensors.update({new: tensors.pop(old)})


REFUSED: dict[str, tuple[Change, str]] = {
    "kohya": (
        rename(f"{LAYER}.lora_A.weight", KOHYA),
        "as kohya's trainers name them",
    ),
    "an alpha beside": (
        lambda tensors: tensors.update({f"{LAYER}.alpha": np.ones(1, np.float32)}),
        "as kohya's trainers",
    ),
    "fused": (
        rename(f"{LAYER}.lora_A.weight", "diffusion_model.transformer.layers.2.query_key_value.x"),
        "query, key and value as one layer",
    ),
    "text encoder": (
        rename(f"{LAYER}.lora_A.weight", "text_encoder.encoder.block.0.q.lora_A.weight"),
        "changes the text encoder, too",
    ),
    "DoRA": (
        lambda tensors: tensors.update({f"{LAYER}.lora_magnitude_vector": np.ones(16)}),
        "it is a DoRA adapter",
    ),
    "biases": (
        lambda tensors: tensors.update({f"{LAYER}.lora_B.bias": np.ones(16, np.float32)}),
        "biases of its own",
    ),
    "a whole weight": (
        lambda tensors: tensors.update({f"{LAYER}.weight": np.ones((16, 16), np.float32)}),
        "which is no LoRA weight",
    ),
    "another layer": (
        lambda tensors: tensors.update(lora(prefix="transformer.", blocks=[2])) or tensors.update({
            f"{LAYER.replace('to_k', 'norm_q')}.lora_{side}.weight": np.ones((3, 3), np.float32)
            for side in "AB"
        }),
        "cannot be confined to a region",
    ),
    "one side": (
        lambda tensors: tensors.pop(f"{LAYER}.lora_B.weight"),
        "only one of its two weights",
    ),
    "another rank": (
        lambda tensors: tensors.update({
            f"{LAYER}.lora_A.weight": np.ones((7, 16), np.float32),
            f"{LAYER}.lora_B.weight": np.ones((16, 7), np.float32),
        }),
        "layers have different ranks",
    ),
    "another shape": (
        lambda tensors: tensors.update({f"{LAYER}.lora_A.weight": np.ones((3, 17), np.float32)}),
        r"has weights \(3, 17\) and \(16, 3\), the model needs \(rank, 16\) and \(16, rank\)",
    ),
    "a number": (
        lambda tensors: tensors.update({f"{LAYER}.lora_A.weight": np.array(1.0, np.float32)}),
        r"has weights \(\) and",
    ),
    "too many blocks": (
        lambda tensors: tensors.update(lora(blocks=[4])),
        "it changes block 4, and the model has 4 blocks",
    ),
    "whole numbers": (
        lambda tensors: tensors.update({f"{LAYER}.lora_A.weight": np.ones((3, 16), np.int8)}),
        "not finite numbers",
    ),
    "twice": (
        lambda tensors: tensors.update(lora(prefix="", blocks=[2])),
        "a layer twice",
    ),
    "nothing": (lambda tensors: tensors.clear(), "it holds no weights"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_its_reason(
    store: PriorStore, tmp_path: Path, name: str
) -> None:
    tensors, (change, reason) = lora(), REFUSED[name]
    change(tensors)
    file = write_lora(tmp_path / "x.safetensors", tensors)
    with pytest.raises(InputError, match=rf"dance\.st” cannot be used: .*{reason}"):
        import_prior(store, file, FIT, kind="motion", words="bows", name="/home/ann/dance.st")
    assert [one for one in store.all() if not one.shipped] == []


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (config(use_dora=True), "DoRA"),
        (config(lora_bias=True), "biases"),
        (config(rank_pattern={"to_q": 9}), "ranks or alphas of their own"),
        (config(r=5), "its metadata says rank 5, its weights have rank 3"),
        (config(lora_alpha=-1), "cannot be understood"),
        ({"lora_adapter_metadata": "[3"}, "cannot be understood"),
        ({"lora_adapter_metadata": "[3]"}, "cannot be understood"),
    ],
)
def test_what_its_configuration_says_is_heeded(
    tmp_path: Path, texts: dict[str, str], reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        look_into(write_lora(tmp_path / "a.safetensors", metadata=texts), FIT)


def test_pickles_are_refused_by_what_they_hold(tmp_path: Path) -> None:
    new, old = tmp_path / "new.safetensors", tmp_path / "old.safetensors"
    torch.save({"a": torch.ones(2)}, new)
    old.write_bytes(pickle.dumps({"a": 1}))
    for file in (new, old):
        with pytest.raises(InputError, match="it is a pickle"):
            look_into(file, FIT)


def test_damaged_and_huge_files_are_refused(tmp_path: Path) -> None:
    whole = write_lora(tmp_path / "a.safetensors").read_bytes()
    broken = {
        "cut": whole[:-9],
        "longer": whole + b"123",
        "empty": b"",
        "words": b"no safetensors at all",
        "header": (2**60).to_bytes(8, "little") + whole[8:],
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=f"{name}” cannot be used: it is no safetensors file"):
            look_into(tmp_path / name, FIT)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="more than 800 MB"):
        look_into(tmp_path / "huge", FIT)
    with pytest.raises(WorkspaceError, match="cannot read the adapter: no such file"):
        look_into(tmp_path / "gone", FIT)


def test_what_nobody_says_is_asked_for(store: PriorStore, tmp_path: Path) -> None:
    file = write_lora(tmp_path / "a.safetensors")
    assert look_into(file, FIT) == Said(rank=3, alpha=3.0, blocks=(0, 2), origin="a.safetensors")
    for given in ({}, {"kind": "motion"}, {"words": "bows"}, {"kind": "motion", "words": "  "}):
        with pytest.raises(InputError, match="does not say what it was learned for"):
            import_prior(store, file, FIT, **given)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="trigger are longer than 200"):
        import_prior(store, file, FIT, kind="motion", words="bows", trigger="x" * 201)


def test_the_same_file_brought_in_twice_is_one_prior(store: PriorStore, tmp_path: Path) -> None:
    file = write_lora(tmp_path / "a.safetensors", metadata=config())
    first = import_prior(store, file, FIT, kind="motion", words="bows")
    again = import_prior(store, file, FIT, kind="motion", words="bows")
    other = import_prior(store, file, FIT, kind="character", words="bows", figure="witch")
    assert first.key == again.key != other.key
    assert {one.key for one in store.all() if not one.shipped} == {first.key, other.key}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_was_published_comes_back_by_what_it_says_itself(
    store: PriorStore, tmp_path: Path, name: str
) -> None:
    prior = make_prior(
        kind="character", words="Luna", figure="witch", trigger="look3", licence="MIT"
    )
    assert prior.plan is not None
    train = prior.plan.settings.model_copy(update={"min_timestep": 350, "guided": True})
    plan = prior.plan.model_copy(update={"settings": train})
    prior = prior.model_copy(update={"plan": plan})
    made = write_lora(tmp_path / "a.st", metadata={**config(), **metadata_of(prior)})
    out = export_prior(store.save(prior, made, {7: WEBP}), tmp_path / name)
    file = out if out.is_file() else out / "pytorch_lora_weights.safetensors"
    bob = PriorStore(make_settings(tmp_path / "home", "bob"))
    kept = import_prior(bob, file, FIT)
    brought = kept.prior
    assert (brought.kind, brought.words, brought.figure) == ("character", "Luna", "witch")
    assert (brought.trigger, brought.licence) == ("look3", "MIT")
    assert (brought.alpha, brought.origin) == (6.0, file.name)
    sources = json.loads(read_header(kept.file).texts["sources"])
    assert [one["licence"] for one in sources] == ["CC BY 4.0", "unknown"]
    assert read_acting(kept.file) == Acting(min_timestep=350, guided=True)
    other = FIT.model_copy(update={"pack_revision": "new"})
    assert look_into(file, other).origin.endswith(
        "learned with another model: tiny 5e8d11ab3c907f24"
    )


def test_a_zip_of_anything_else_is_a_pickle_to_us(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("archive/data.pkl", b"x")
    with pytest.raises(InputError, match="it is a pickle"):
        look_into(tmp_path / "a.zip", FIT)
