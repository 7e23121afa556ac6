"""Jobs become work with the settings that their arguments name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.queue import Job, open_queue
from pipeline.rendering import render_settings
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.tasks import RUN
from pipeline.workspace import Project
from tests.pipeline.packs.fixtures import build_tiny_pack


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    pack = build_tiny_pack(tmp_path_factory.mktemp("tasks") / "tiny")
    return Runner(Settings(home=tmp_path_factory.mktemp("home"), pack=str(pack)), device="cpu")


@pytest.fixture
def project(runner: Runner, tmp_path: Path) -> Project:
    idea = "A blue fox walks to the beach and waves at a red robot"
    return finish(plan(idea, settings=runner.settings, path=tmp_path / "tale", seed=4))


def make_job(runner: Runner, project: Project, **arguments: object) -> Job:
    queue = open_queue(runner.settings)
    told = {"scene_id": project.story.scenes[0].id, **arguments}
    job = queue.get(queue.submit("render", project.path, told))
    assert job is not None
    return job


def test_a_job_names_any_setting_of_a_take(runner: Runner, project: Project) -> None:
    others: dict[str, Any] = {
        "negative_prompt": "a red robot",
        "scheduler": "dpm",
        "box_timing": "hold",
    }
    job = make_job(
        runner, project, seed=9, steps=1, guidance=5.5, render={**others, "guidance_scale": 2.5}
    )
    take = finish(RUN["render"](runner, job))
    record = load_record(runner.settings.pack)
    assert take.settings == render_settings(
        record, seed=9, num_inference_steps=1, guidance_scale=5.5, **others
    )


@pytest.mark.parametrize("other", [{"num_frames": 0}, {"colour": "red"}])
def test_a_setting_that_there_is_not_is_an_input_error(
    runner: Runner, project: Project, other: dict[str, object]
) -> None:
    with pytest.raises(InputError, match=next(iter(other))):
        finish(RUN["render"](runner, make_job(runner, project, render=other)))
