"""The one command: every part in order, gone on with, begun from a pack, kept in one record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from pipeline.errors import PipelineError
from pipeline.packs.record import load_record as load_pack_record
from pipeline.packs.seal import main as seal
from pipeline.theatre.train.__main__ import main
from pipeline.theatre.train.checkpoints import load_checkpoint, load_record, take_prefix
from pipeline.theatre.train.export import latest_phase
from pipeline.theatre.train.plans import NANO, PLANS, TINY, Plan
from pipeline.theatre.train.settings import Settings, change_plan, note_phase, read_settings
from pipeline.theatre.train.whole import ORDER, TIMED

FEW = ("--max-steps", "2", "--device", "cpu", "--seed", "5")


@pytest.fixture(scope="module")
def whole_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one call of the command leaves, with two of the kinds and one backdrop."""
    folder = tmp_path_factory.mktemp("whole") / "runs"
    names = ("--set", 'data.kinds=["fox", "witch"]', "--set", 'data.backdrops=["beach"]')
    assert main(["--dir", str(folder), "--plan", "tiny", *names, *FEW]) == 0
    return folder


@pytest.fixture(scope="module")
def pack(whole_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported folder, sealed."""
    folder = tmp_path_factory.mktemp("sealed") / "pack"
    shutil.copytree(whole_folder / "export", folder)
    seal([str(folder)])
    return folder


def test_one_command_trains_exports_and_describes(whole_folder: Path) -> None:
    for part in TIMED:
        assert load_record(whole_folder / f"{part}.safetensors")["step"] == 2
    export = whole_folder / "export"
    assert {"codec.safetensors", "training.json", "curves.png", "sheet.png", "README.md"} <= {
        path.name for path in export.iterdir()
    }
    card = (export / "README.md").read_text(encoding="utf-8")
    assert "kinds: fox, witch\n" in card
    assert "backdrops: beach\n" in card
    assert [path.name for path in (whole_folder / "samples").iterdir()] == ["000-clips.png"]


def test_settings_keep_plan_options_seed_and_versions(whole_folder: Path) -> None:
    settings = read_settings(whole_folder)
    assert settings is not None
    assert settings.plan.data.kinds == ("fox", "witch")
    assert settings.phase == "clips"
    (call,) = settings.calls
    assert (call.options["seed"], call.options["device"], call.options["minutes"]) == (5, "cpu", 1)
    assert call.versions["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert "dir" not in call.options
    training = json.loads((whole_folder / "export" / "training.json").read_text())
    assert training["calls"] == [call.model_dump(mode="json")]


def test_sealed_pack_plays_and_knows_what_the_plan_names(pack: Path) -> None:
    record = load_pack_record(pack)
    assert record.troupe is not None
    assert record.troupe.kinds == ("fox", "witch")
    assert record.troupe.backdrops == ("beach",)
    assert {"fox", "sea", ","} <= set(record.vocabulary)
    assert set(record.vocabulary).isdisjoint({"robot", "forest", "look1", "</s>", "<unk>"})
    assert (record.look_triggers[0], len(record.motion_triggers)) == ("look1", 16)


def test_called_again_it_goes_on_with_the_folders_own_plan(
    whole_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "runs"
    shutil.copytree(whole_folder, folder)
    (folder / "text.safetensors").unlink()
    assert main(["--resume", str(folder), "--part", "images", *FEW]) == 0
    assert load_record(folder / "images.safetensors")["step"] == 4
    settings = read_settings(folder)
    assert settings is not None
    assert settings.phase == "images"
    assert len(settings.calls) == 2
    with pytest.raises(PipelineError, match="begun with the plan 'tiny'"):
        main(["--dir", str(folder), "--plan", "nano", *FEW])
    with pytest.raises(PipelineError, match="no folder"):
        main(["--resume", str(tmp_path / "elsewhere"), *FEW])


def test_parts_that_had_their_minutes_are_passed_over(whole_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    shutil.copytree(whole_folder, folder)
    began = [load_record(folder / f"{part}.safetensors")["step"] for part in TIMED]
    assert main(["--resume", str(folder), "--minutes", "0.0001", *FEW]) == 0
    assert [load_record(folder / f"{part}.safetensors")["step"] for part in TIMED] == began


def test_a_call_that_is_over_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    call = ("--dir", str(folder), "--plan", "tiny", "--call-minutes", "0.00001", *FEW)
    assert main([*call]) == 0
    assert (folder / "settings.json").exists()
    assert not (folder / "decoder.safetensors").exists()


def test_a_pack_is_gone_on_with(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    call = ["--dir", str(folder), "--from", str(pack), "--max-steps", "1", "--device", "cpu"]
    assert main([*call, "--part", "data"]) == 0
    before = {part: load_checkpoint(folder / f"{part}.safetensors") for part in TIMED}
    for part, (tensors, record) in before.items():
        assert record["step"] == 2
        names = [name for name in tensors if name.startswith("average.")]
        assert names
        assert all(torch.equal(tensors[n], tensors[n.replace("average", "master")]) for n in names)
        assert not take_prefix(tensors, "state."), part
    assert main([*call, "--part", "clips"]) == 0
    assert main([*call, "--part", "decoder"]) == 0
    for part in ("clips", "decoder"):
        tensors, record = load_checkpoint(folder / f"{part}.safetensors")
        assert (record["step"], len(record["seeds"])) == (3, 2)
        averages = take_prefix(before[part][0], "average.")
        masters = take_prefix(tensors, "master.")
        assert averages.keys() == {n for n in masters if not n.startswith("reader.")}
        moved = max(float((masters[n] - weight).abs().max()) for n, weight in averages.items())
        assert 0 < moved < 0.01


def test_only_an_exported_folder_can_be_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"no codec\.safetensors"):
        main(["--dir", str(tmp_path / "runs"), "--from", str(tmp_path), *FEW])


def test_transformer_goes_on_from_the_phase_that_was_trained_last(tmp_path: Path) -> None:
    assert latest_phase(tmp_path) is None
    for phase in ("images", "clips"):
        (tmp_path / f"{phase}.safetensors").touch()
        assert latest_phase(tmp_path) == phase
    note_phase(tmp_path, "images")
    assert latest_phase(tmp_path) == "clips"
    Settings(plan=TINY).write(tmp_path)
    note_phase(tmp_path, "images")
    assert latest_phase(tmp_path) == "images"


def test_plans_are_changed_by_name() -> None:
    plan = change_plan(NANO, ["vae.batch=7", "transformer.prediction=sample", "fps=12"])
    assert (plan.vae.batch, plan.transformer.prediction, plan.fps) == (7, "sample", 12)
    for wrong in ("vae.bath=7", "vae=", "fps", "fps.x=3"):
        with pytest.raises(PipelineError, match="no setting"):
            change_plan(NANO, [wrong])
    with pytest.raises(PipelineError, match=r"vae\.batch"):
        change_plan(NANO, ["vae.batch=many"])


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.name)
def test_shares_make_one_whole(plan: Plan) -> None:
    shares = plan.shares.model_dump()
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == set(TIMED) < set(ORDER)
