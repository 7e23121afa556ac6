"""Loading a pack, and what is said when it cannot be loaded."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest
import torch
from transformers import T5EncoderModel

from pipeline.devices import DeviceChoice
from pipeline.errors import ModelUnavailableError, RenderError
from pipeline.packs.load import load_pack
from pipeline.packs.seal import compute_revision, write_record
from tests.pipeline.packs.fixtures import build_tiny_pack, tiny_record

CPU = DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1)


@pytest.fixture(scope="module")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("packs") / "tiny")


def test_pack_is_loaded_frozen(tiny_pack: Path) -> None:
    pack = load_pack(tiny_pack, CPU)
    modules = pack.text_encoder, pack.transformer, pack.vae
    assert all(module.dtype == torch.float32 and not module.training for module in modules)
    assert not any(p.requires_grad for module in modules for p in module.parameters())
    assert pack.record.name == "tiny"
    assert pack.scheduler.config.prediction_type == "v_prediction"


def test_weights_are_those_of_the_files(tiny_pack: Path) -> None:
    one, two = load_pack(tiny_pack, CPU), load_pack(tiny_pack, CPU)
    first, second = one.transformer.state_dict(), two.transformer.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert float(one.transformer.proj_out.weight.std()) == pytest.approx(0.25, abs=0.03)


def test_memory_that_runs_out_while_loading_is_no_broken_file(
    tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9.00 GiB")

    monkeypatch.setattr(T5EncoderModel, "from_pretrained", run_out)
    with pytest.raises(RenderError, match="memory ran out with the placement 'resident'"):
        load_pack(tiny_pack, CPU)


def test_a_processor_used_for_want_of_cuda_in_torch_is_warned_of(
    tiny_pack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    load_pack(tiny_pack, CPU)
    assert not caplog.records
    monkeypatch.setattr("pipeline.packs.load.lacks_cuda", lambda: True)
    load_pack(tiny_pack, CPU)
    assert "on cpu (asked for)" in caplog.text


def test_missing_part_is_named(tiny_pack: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    shutil.rmtree(tmp_path / "pack" / "vae")
    with pytest.raises(ModelUnavailableError, match="lacks its vae") as error:
        load_pack(tmp_path / "pack", CPU)
    assert error.value.hint


def test_changed_file_is_noticed(tiny_pack: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    weights = tmp_path / "pack" / "vae" / "diffusion_pytorch_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelUnavailableError, match="not the ones"):
        load_pack(tmp_path / "pack", CPU)


@pytest.mark.parametrize("part", ["vae", "transformer"])
@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n"])
def test_broken_weights_are_a_model_error(
    tiny_pack: Path, tmp_path: Path, part: str, content: bytes
) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    (folder / part / "diffusion_pytorch_model.safetensors").write_bytes(content)
    write_record(tiny_record(revision=compute_revision(folder)), folder)
    with pytest.raises(ModelUnavailableError, match="missing or broken"):
        load_pack(folder, CPU)


def test_missing_weights_are_a_model_error(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    (folder / "text_encoder" / "model.safetensors").unlink()
    write_record(tiny_record(revision=compute_revision(folder)), folder)
    with pytest.raises(ModelUnavailableError, match="missing or broken"):
        load_pack(folder, CPU)
