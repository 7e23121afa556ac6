"""Folders of weights: whole or not, which ones they are, and how large."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from pipeline.devices import DeviceChoice
from pipeline.errors import ModelUnavailableError
from pipeline.files import write_record
from pipeline.packs.load import load_pack
from pipeline.packs.record import PACK_FILE, find_pack, load_record
from pipeline.packs.weights import (
    count_parameters,
    find_weights,
    look_at,
    played_revision,
    weights_revision,
)
from tests.pipeline.packs.fixtures import build_tiny_pack, tiny_record

CPU = DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1)
TRANSFORMER = "transformer/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture
def folder(tiny_pack: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_pack, tmp_path / "weights"))


def test_parameters_are_counted_without_loading(tiny_pack: Path) -> None:
    counts, pack = count_parameters(tiny_pack), load_pack(tiny_pack, CPU)
    modules = pack.text_encoder, pack.transformer, pack.vae
    assert (counts.text_encoder, counts.transformer, counts.vae) == tuple(
        sum(one.numel() for one in module.parameters()) for module in modules
    )
    assert counts.width == 16


def test_a_whole_folder_is_ready_and_sharded_ones_too(folder: Path) -> None:
    assert look_at(folder).state == "ready"
    assert look_at(find_pack("theatre")).state == "ready"


def test_files_that_are_not_whole_are_named(folder: Path) -> None:
    weights = folder / TRANSFORMER
    weights.write_bytes(weights.read_bytes()[:-1])
    found = look_at(folder)
    assert found.state == "partly"
    assert "is not whole" in found.problems[0]
    shutil.rmtree(folder / "vae")
    assert look_at(folder).problems[0] == "vae is missing"
    weights.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "missing or broken" in look_at(folder).problems[1]


def test_a_missing_shard_is_noticed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_pack("theatre") / "transformer", tmp_path / "transformer"))
    next(folder.glob("*-00002-of-*.safetensors")).unlink()
    assert "missing or broken" in "".join(look_at(tmp_path).problems)


def test_a_header_without_shapes_is_no_weights(folder: Path) -> None:
    header = b'{"x": {"data_offsets": [0, 4]}}'
    content = len(header).to_bytes(8, "little") + header + bytes(4)
    (folder / TRANSFORMER).write_bytes(content)
    assert "missing or broken" in look_at(folder).problems[0]
    with pytest.raises(ModelUnavailableError, match="missing or broken"):
        count_parameters(folder)


def test_weights_of_another_model_are_not_taken_for_the_packs(folder: Path, home: Path) -> None:
    record = load_record("cogvideox-5b")
    found = look_at(folder, record)
    assert found.state == "partly"
    assert "that of another model (in_channels is 4, " in found.problems[0]
    assert found.problems[0].endswith("16 numbers per token)")
    with pytest.raises(ModelUnavailableError, match="not its own: the transformer is that of"):
        load_pack("cogvideox-5b", CPU, home=home, weights=folder)
    own = tiny_record().model_copy(update={"revision": "", "hub_id": "someone/tiny"})
    assert look_at(folder, own).state == "ready"


def test_nothing_there_is_absent(tmp_path: Path) -> None:
    assert look_at(tmp_path / "none").state == "absent"


def test_the_revision_of_a_local_folder_follows_sizes_and_configurations(folder: Path) -> None:
    first = weights_revision(folder)
    assert first == weights_revision(folder)
    (folder / "notes.md").write_text("x", encoding="utf-8")
    assert weights_revision(folder) == first
    config = folder / "transformer" / "config.json"
    config.write_text(config.read_text("utf-8").replace('"num_layers": 2', '"num_layers": 3'))
    assert weights_revision(folder) != first


def test_weights_are_looked_for_where_a_person_says(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tiny_record().model_copy(update={"revision": "", "hub_id": "someone/tiny"})
    pack = tmp_path / "record"
    write_record(pack / PACK_FILE, record)
    home = tmp_path / "home"
    assert find_weights(pack, record, home=home) == home / "models" / "tiny"
    assert played_revision(pack, record, home=home) == ""
    monkeypatch.setenv("DREAMRUNNER_WEIGHTS", str(folder))
    assert find_weights(pack, record, home=home) == folder
    assert played_revision(pack, record, home=home) == weights_revision(folder)
    assert load_pack(pack, CPU, home=home).record.revision == weights_revision(folder)
    assert load_pack(pack, CPU, home=home, weights=folder).record.name == "tiny"
    theatre = load_record("theatre")
    assert played_revision("theatre", theatre, home=home) == theatre.revision
    assert find_weights("theatre", theatre, home=home) == find_pack("theatre")


def test_missing_weights_say_how_to_get_them(home: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="cogvideox-2b pack are not there yet") as error:
        load_pack("cogvideox-2b", CPU, home=home)
    assert "(12.8 GiB): python -m pipeline packs fetch cogvideox-2b" in error.value.hint
    assert "Planning, boxes and the animatic work without" in error.value.hint
