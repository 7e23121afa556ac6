"""Sealing a folder of weights: sizes, revision, preview."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diffusion.model import ClipFormat
from pipeline.packs.record import load_record
from pipeline.packs.seal import compute_revision, fit_colours, main, spread_keyframes
from pipeline.theatre.world import load_world
from tests.pipeline.packs.fixtures import WORDS, build_tiny_pack, tiny_record


@pytest.fixture(scope="module")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("seal") / "tiny")


def test_sealed_record_has_the_sizes_of_the_weights(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    (folder / "pack.json").unlink()
    main([str(folder), "--fps", "6"])
    sealed, known = load_record(folder), tiny_record()
    same = set(ClipFormat.model_fields) - {"fps", "preview_matrix", "preview_bias"}
    assert {name: getattr(sealed, name) for name in same} == {
        name: getattr(known, name) for name in same
    }
    assert (sealed.fps, sealed.name) == (6, "theatre")
    assert sealed.revision == compute_revision(tiny_pack)
    assert sealed.troupe is not None
    assert sealed.troupe.motions == load_world().playable_motions
    assert sealed.troupe.learnable == load_world().held_out.motions
    assert {"fox", "walks", "forest"} <= set(sealed.vocabulary)
    assert not {"dances", "teal", "snow"} & set(sealed.vocabulary)


def test_troupe_is_what_the_training_names(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    training = {"plan": {"data": {"kinds": ["fox", "witch"], "backdrops": ["room"]}}}
    (folder / "training.json").write_text(json.dumps(training), encoding="utf-8")
    main([str(folder)])
    sealed = load_record(folder)
    assert sealed.troupe is not None
    assert sealed.troupe.kinds == ("fox", "witch")
    assert sealed.troupe.backdrops == ("room",)
    assert sealed.troupe.colours == load_world().playable_colours
    assert sealed.vocabulary == tuple(sorted(WORDS))
    assert (sealed.motion_triggers, sealed.look_triggers) == (("motion1",), ("look1",))
    assert sealed.revision == compute_revision(tiny_pack)


def test_revision_follows_names_and_bytes(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    before = compute_revision(folder)
    (folder / "pack.json").write_text("{}", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    assert compute_revision(folder) == before
    config = folder / "vae" / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + " ", encoding="utf-8")
    changed = compute_revision(folder)
    config.rename(config.with_name("other.json"))
    assert len({before, changed, compute_revision(folder)}) == 3


@given(st.integers(1, 49))
def test_keyframes_share_the_latent_frames_in_order(latent_frames: int) -> None:
    spread = spread_keyframes(latent_frames)
    assert len(spread) == 6
    assert [f for frames in spread for f in frames] == list(range(latent_frames))


def test_six_latent_frames_are_the_six_keyframes() -> None:
    assert spread_keyframes(6) == ((0,), (1,), (2,), (3,), (4,), (5,))


def test_preview_fit_finds_the_map_the_clips_were_made_by() -> None:
    rng = np.random.default_rng(5)
    latents = rng.uniform(-1, 1, (2, 4, 3, 5)).astype(np.float32)
    matrix = np.array([[0.3, 0.1, 0.0], [0.0, 0.2, 0.1], [0.1, -0.2, 0.2], [0.0, 0.0, 0.3]])
    bias = np.array([0.1, -0.05, 0.2])
    colours = np.einsum("fchw,cr->fhwr", latents, matrix) + bias
    frames = np.rint((colours + 1) * 127.5).astype(np.uint8)
    clip = frames.repeat(4, axis=0).repeat(8, axis=1).repeat(8, axis=2)
    found_matrix, found_bias = fit_colours([latents], [clip])
    assert found_matrix == pytest.approx(matrix, abs=0.01)
    assert found_bias == pytest.approx(bias, abs=0.01)
