"""How a pack's latents are drawn: shipped, kept from before, or fitted now."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from pipeline.devices import DeviceChoice
from pipeline.diffusion.preview_map import PreviewMap
from pipeline.packs.load import Pack, load_pack
from pipeline.packs.previews import PREVIEW_FILE, find_preview
from tests.pipeline.packs.fixtures import CHANNELS, build_tiny_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = build_tiny_pack(tmp_path_factory.mktemp("previews") / "tiny")
    return load_pack(folder, DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1))


def find(pack: Pack, folder: Path) -> PreviewMap:
    return find_preview(pack, pack.record, shipped=folder, kept=folder / "kept" / "map")


def a_map(channels: int, psnr_db: float) -> PreviewMap:
    return PreviewMap(torch.full((channels, 3), 0.25), torch.zeros(3), 1, psnr_db)


def test_it_is_fitted_once_and_kept(pack: Pack, tmp_path: Path) -> None:
    found = find(pack, tmp_path)
    again = find(dataclasses.replace(pack, vae=torch.nn.Identity()), tmp_path)
    assert torch.equal(again.matrix, found.matrix)
    assert len(found.matrix) == CHANNELS


def test_the_packs_own_goes_first(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "map").write_bytes(a_map(CHANNELS, 21).save())
    assert find(pack, tmp_path).psnr_db == 21
    (tmp_path / PREVIEW_FILE).write_bytes(a_map(CHANNELS, 22).save())
    assert find(pack, tmp_path).psnr_db == 22


@pytest.mark.parametrize("content", [b"no map", a_map(CHANNELS + 1, 23).save()])
def test_one_that_is_damaged_or_of_another_pack_is_fitted_anew(
    pack: Pack, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / PREVIEW_FILE).write_bytes(content)
    assert len(find(pack, tmp_path).matrix) == CHANNELS
    assert f"{PREVIEW_FILE} cannot be used" in caplog.text


def test_a_disk_that_refuses_is_only_logged(
    pack: Pack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "kept").write_bytes(b"in the way")
    assert len(find(pack, tmp_path).matrix) == CHANNELS
    assert "not kept" in caplog.text
