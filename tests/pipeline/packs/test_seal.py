"""Sealing a folder of weights: sizes, revision, preview."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.diffusion.model import ClipFormat
from pipeline.diffusion.preview_map import load_preview
from pipeline.packs.previews import PREVIEW_FILE
from pipeline.packs.record import load_record
from pipeline.packs.seal import compute_revision, main
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
    same = set(ClipFormat.model_fields) - {"fps"}
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


def test_sealing_draws_the_latents_too(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    main([str(folder)])
    found = load_preview(folder / PREVIEW_FILE)
    assert found.matrix.shape == (tiny_record().latent_channels, 3 * found.block**2)
    assert compute_revision(folder) == compute_revision(tiny_pack)
