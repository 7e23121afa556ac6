"""A render that is stopped, runs out of memory or cannot be saved; and what a take gives away."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt
from pipeline.errors import RenderError, WorkspaceError
from pipeline.files import write_record
from pipeline.packs.record import load_record
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.rendering import render_prompt, save_take
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.story import Box
from pipeline.vision.encode import read_comment
from tests.pipeline.packs.fixtures import build_tiny_pack

QUICK = RenderSettings(seed=6, num_inference_steps=2, guidance_scale=2)
BOXES = (Box(x0=0.1, y0=0.1, x1=0.6, y1=0.9),) * 6
PROMPT = ScenePrompt(
    scene_id="pier",
    regions=(RegionPrompt(region_id="fox", text="a blue fox walks", boxes=BOXES),),
    background="the beach",
    caption="a blue fox walks at the beach",
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_pack(tmp_path_factory.mktemp("rendering") / "tiny")


@pytest.fixture
def runner(pack: Path, tmp_path: Path) -> Runner:
    return Runner(Settings(home=tmp_path / "home", pack=str(pack)), device="cpu")


def states(runner: Runner) -> list[Path]:
    """The states of renders that are kept."""
    return list((runner.settings.home / "cache" / "renders").iterdir())


@contextmanager
def no_memory_for_decoding(runner: Runner) -> Iterator[None]:
    """Let decoding fail as it does where the device's memory is full."""

    def run_out(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 7.00 GiB")

    vae = finish(runner.loaded()).vae
    hook = vae.decoder.register_forward_pre_hook(run_out)
    yield
    hook.remove()


def test_a_stopped_render_goes_on_to_the_same_frames(runner: Runner) -> None:
    whole = finish(render_prompt(runner, PROMPT, QUICK))
    whole.checkpoint.clear()
    work = render_prompt(runner, PROMPT, QUICK)
    for record in work:
        if record.note == "decoding":
            break
    work.close()
    resumed = finish(render_prompt(runner, PROMPT, QUICK))
    assert (whole.clip.resumed_from, resumed.clip.resumed_from) == (0, 2)
    assert np.array_equal(whole.clip.frames, resumed.clip.frames)


def test_memory_that_runs_out_half_way_loses_no_steps(runner: Runner) -> None:
    with (
        no_memory_for_decoding(runner),
        pytest.raises(RenderError, match="memory ran out with the placement 'resident'") as error,
    ):
        finish(render_prompt(runner, PROMPT, QUICK))
    assert "--placement resident_tiled" in error.value.hint
    lighter = Runner(runner.settings, device="cpu", placement="resident_tiled")
    rendered = finish(render_prompt(lighter, PROMPT, QUICK))
    assert rendered.clip.resumed_from == 2
    assert rendered.pack.placement.vae_tiling


def test_a_take_that_cannot_be_saved_is_not_rendered_again(runner: Runner, tmp_path: Path) -> None:
    project = finish(plan("A fox walks", settings=runner.settings, path=tmp_path / "tale"))
    first = finish(render_prompt(runner, PROMPT, QUICK))
    (project.path / "takes").write_text("no folder", encoding="utf-8")
    with pytest.raises(WorkspaceError):
        save_take(project, first, story_revision=1)
    (project.path / "takes").unlink()
    second = finish(render_prompt(runner, PROMPT, QUICK))
    assert second.clip.resumed_from == 2
    save_take(project, second, story_revision=1)
    assert states(runner) == []


def test_states_nobody_goes_on_from_are_deleted(runner: Runner) -> None:
    folder = runner.settings.home / "cache" / "renders"
    folder.mkdir(parents=True)
    for name, days in (("old.safetensors", 8), (".old.part", 8), ("new.safetensors", 6)):
        (folder / name).touch()
        moment = time.time() - days * 86_400
        os.utime(folder / name, (moment, moment))
    finish(render_prompt(runner, PROMPT, QUICK)).checkpoint.clear()
    assert [path.name for path in states(runner)] == ["new.safetensors"]


def test_a_take_tells_nobody_where_the_home_lies(
    pack: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "away"
    shutil.copytree(pack, folder)
    record = load_record(folder).model_copy(update={"detector": str(tmp_path / "absent")})
    write_record(folder / "pack.json", record)
    runner = Runner(Settings(home=tmp_path / "home", pack=str(folder)), device="cpu")
    project = finish(plan("A fox walks", settings=runner.settings, path=tmp_path / "tale"))
    take = finish(runner.render(project, project.story.scenes[0].id, QUICK))
    assert take.report is not None
    assert "library models --fetch" in take.report.not_measured
    assert str(tmp_path / "absent") in caplog.text
    comment = read_comment(project.take_video(take))
    assert take.model_dump_json() == comment
    assert str(tmp_path) not in comment
    assert str(Path.home()) not in comment
