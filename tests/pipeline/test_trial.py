"""A tiny pack tried on one scene, from the command line too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.artifacts import RenderSettings
from pipeline.cli.check import describe_trial
from pipeline.errors import InputError, WorkspaceError
from pipeline.packs.record import load_record
from pipeline.progress import finish
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.trial import SCENE, Trial, check_sheet_path, trial_prompt, try_pack
from tests.pipeline.packs.fixtures import build_tiny_pack, tiny_record

QUICK = RenderSettings(seed=5, num_inference_steps=1, guidance_scale=2)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_pack(tmp_path_factory.mktemp("trial") / "tiny"))


@pytest.fixture(scope="module")
def trial(pack: str, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("tried")
    runner = Runner(Settings(home=folder / "home", pack=pack), device="cpu")
    return finish(try_pack(runner, QUICK, folder / "sheets" / "tiny.png"))


def test_both_takes_are_of_one_scene_and_one_seed(trial: Trial) -> None:
    one, other = trial.with_boxes, trial.without_boxes
    assert (one.settings.use_regions, other.settings.use_regions) == (True, False)
    assert one.settings == other.settings.model_copy(update={"use_regions": True})
    assert one.prompt.regions == other.prompt.regions
    assert one.clip.frames.shape == other.clip.frames.shape
    assert not np.array_equal(one.clip.frames, other.clip.frames)


def test_no_state_of_the_renders_stays(trial: Trial) -> None:
    assert list((trial.sheet.parents[1] / "home" / "cache" / "renders").iterdir()) == []


def test_both_takes_are_reported_against_the_boxes(trial: Trial) -> None:
    for take in (trial.with_boxes, trial.without_boxes):
        assert take.report is not None
        assert [region.region_id for region in take.report.regions] == ["fox", "robot"]
        assert all(len(region.keyframes) == 6 for region in take.report.regions)


def test_the_sheet_shows_both(trial: Trial) -> None:
    with Image.open(trial.sheet) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 1500
        assert sheet.height > 2 * 200


def test_the_table_tells_both(trial: Trial) -> None:
    told = describe_trial(trial)
    head, with_boxes, without, *_ = told.splitlines()
    assert head.split() == ["IoU", "on", "its", "mark", "near", "missed"]
    assert with_boxes.startswith("with boxes ")
    assert without.startswith("without boxes ")
    assert with_boxes.count("%") == without.count("%") == 3
    assert told.count("a red fox walks right: ") == 2
    assert told.endswith(str(trial.sheet))


def test_a_pack_without_a_troupe_gets_the_scenes_own_words() -> None:
    record = tiny_record().model_copy(update={"troupe": None, "vocabulary": ()})
    prompt = trial_prompt(record)
    assert [region.text for region in prompt.regions] == [
        "a red fox walks to the right",
        "a blue robot waves",
    ]
    assert prompt.background.startswith(SCENE.scenes[0].background)
    assert "red fox" in prompt.caption


def test_the_theatre_plays_the_scene_as_it_is_written() -> None:
    prompt = trial_prompt(load_record("theatre"))
    assert [region.text for region in prompt.regions] == [
        "a red fox walks right",
        "a blue robot waves facing left",
    ]
    assert prompt.substitutions == ()


def test_a_sheet_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sheet\.mp4"):
        check_sheet_path(tmp_path / "sheet.mp4")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(WorkspaceError, match="write"):
        check_sheet_path(tmp_path / "file" / "sheet.png")


def test_check_prints_the_table_and_leaves_a_jpeg(
    pack: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tiny.jpg"
    assert main(["check", "--pack", pack, "--draft", "--seed", "4", "--out", str(out)]) == 0
    assert "without boxes" in capsys.readouterr().out
    with Image.open(out) as sheet:
        assert sheet.format == "JPEG"


def test_check_of_a_pack_that_is_not_there_fails(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--pack", "no-such-pack"]) == 1
    assert "there is no pack" in capsys.readouterr().err
