"""Learning a motion and a look, from the story to the take: real clips, the real pack."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from pipeline.__main__ import main
from pipeline.artifacts import Casting
from pipeline.clips import Candidate
from pipeline.errors import InputError
from pipeline.learning import learn, learn_in, state_path
from pipeline.lessons import bring_picture, lesson_of
from pipeline.priors.store import PriorStore
from pipeline.progress import Progress, Work, finish
from pipeline.queue import Job, Queue, open_queue
from pipeline.retrieve.libraries import list_libraries
from pipeline.retrieving import add_folder
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story
from pipeline.tasks import RUN
from pipeline.theatre.library.drawing import draw_library
from pipeline.theatre.library.specs import load_specs
from pipeline.theatre.pictures import face_png
from pipeline.worker import serve
from pipeline.workspace import Project, create_project

CASTING = Casting(pack="theatre")
STEPS: dict[str, Any] = {"steps": 4, "batch_size": 1, "sample_every": 0, "rank": 2}


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bows = [one for one in load_specs() if one.motion == "bows" and not one.trouble]
    return finish(draw_library(tmp_path_factory.mktemp("videos"), bows[:2]))


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(Settings(home=tmp_path_factory.mktemp("loaded")))


@pytest.fixture
def settings(tmp_path: Path, videos: Path) -> Settings:
    return _with_clips(Settings(home=tmp_path / "home", user="ada"), videos)


@pytest.fixture
def project(settings: Settings) -> Project:
    return _approved(settings)


def _with_clips(settings: Settings, videos: Path) -> Settings:
    finish(add_folder(videos, settings=settings))
    return settings


def _approved(settings: Settings) -> Project:
    story = _story()
    project = create_project(story, CASTING, settings=settings)
    (library,) = list_libraries(settings, "theatre")
    rowids = [row for row, _ in library.catalogue.rows()]
    for clip in library.catalogue.by_rowids(rowids):
        project.decide_clip("bows", Candidate(clip=clip, found_by=("words",)), "approved")
    return project


def _story() -> Story:
    keys = tuple(
        Key(box=Box(x0=0.31, y0=0.3, x1=0.62, y1=0.9)) if k == 0 else None for k in range(6)
    )
    keys = (*keys[:5], keys[0])
    region = Region(id="r1", character_id="vio", motion_id="bows", keys=keys)
    return Story(
        id="the-bow",
        title="The bow",
        characters=(Character(id="vio", name="Vio", kind="robot", look="a red robot"),),
        motions=(Motion(id="bows", words="bows"),),
        scenes=(Scene(id="one", setting="the castle", regions=(region,)),),
    )


def _with(runner: Runner, settings: Settings) -> Runner:
    """The runner with its loaded models, at work in another home."""
    other = runner.of_user(settings.user)
    other.settings = dataclasses.replace(settings)
    return other


def _records(work: Work[object]) -> Iterator[Progress]:
    yield from work


def test_a_motion_is_learned_stored_and_played(
    project: Project, settings: Settings, runner: Runner
) -> None:
    here = _with(runner, settings)
    stored = finish(learn_in(here, project, "bows", None, changes=STEPS))
    prior = stored.prior
    assert (prior.kind, prior.words, prior.steps, prior.title) == ("motion", "bows", 4, "The bow")
    assert prior.blocks == (0, 2, 4)
    assert prior.plan is not None
    assert len(prior.plan.sources) == 2
    assert all(prior.trigger in one.prompt.split() for one in prior.plan.sources)
    assert not state_path(settings, stored.key).exists()

    from pipeline.rendering import scene_prompt_of

    prompt = scene_prompt_of(project, "one", settings)
    (binding,) = prompt.priors
    assert (binding.prior, binding.region_ids) == (stored.key, ("r1",))
    assert prior.trigger in prompt.regions[0].text
    assert here.priors(prompt) == {stored.key: stored.file}
    plain = scene_prompt_of(project, "one", settings, use_learned=False)
    assert plain.priors == ()
    assert prior.trigger not in f"{plain.regions[0].text} {plain.caption}"


def test_what_was_learned_is_found_by_another_story(
    project: Project, settings: Settings, runner: Runner
) -> None:
    here = _with(runner, settings)
    first = finish(learn(here, lesson_of(project, settings, "bows", None, **STEPS)))
    again = learn(here, lesson_of(project, settings, "bows", None, **STEPS))
    (record,) = _records(again)
    assert record.note == "learned before"
    lesson = lesson_of(project, settings, "bows", None, **STEPS, seed=7)
    assert lesson.key != first.key


def test_one_that_was_stopped_goes_on_to_the_same_weights(
    project: Project, settings: Settings, runner: Runner
) -> None:
    here = _with(runner, settings)
    lesson = lesson_of(project, settings, "bows", None, **STEPS)
    whole = load_file(finish(learn(here, lesson)).file)
    PriorStore(settings).remove(lesson.key)
    work = learn(here, lesson)
    for record in work:
        if record.stage == "train" and record.step == 2:
            break
    work.close()
    assert state_path(settings, lesson.key).exists()
    notes = [record.step for record in _records(learn(here, lesson)) if record.stage == "train"]
    assert min(step for step in notes if step) >= 3
    stored = PriorStore(settings).find(lesson.key)
    assert stored is not None
    resumed = load_file(stored.file)
    assert resumed.keys() == whole.keys()
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_a_look_is_learned_from_pictures(
    project: Project, settings: Settings, runner: Runner, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no picture of Vio"):
        lesson_of(project, settings, None, "Vio")
    file = tmp_path / "vio.png"
    file.write_bytes(face_png("robot", "orange", "top hat", size_px=160))
    for _ in range(2):  # the same picture is kept once
        bring_picture(project, project.story.characters[0], file)
    assert len(project.story.characters[0].pictures) == 1
    stored = finish(learn_in(_with(runner, settings), project, None, "vio", changes=STEPS))
    assert stored.prior.trigger.startswith("a look")
    assert stored.prior.trigger.endswith(" robot")
    assert (stored.prior.words, stored.prior.figure, stored.prior.blocks) == (
        "Vio",
        "robot",
        (1, 3, 5),
    )


def test_without_approved_clips_nothing_is_learned(settings: Settings) -> None:
    project = create_project(_story(), CASTING, settings=settings)
    with pytest.raises(InputError, match="no clip of “bows” is approved"):
        lesson_of(project, settings, "bows", None)
    with pytest.raises(InputError, match="one motion or one character"):
        lesson_of(project, settings, "bows", "vio")


def test_a_job_learns_for_its_own_user(
    project: Project, settings: Settings, runner: Runner
) -> None:
    here = _with(runner, dataclasses.replace(settings, user="local"))
    queue = open_queue(settings)
    queue.submit("train", project.path, {"motion_id": "bows", "steps": 1}, user="ada")
    job = queue.claim("1")
    assert job is not None
    key = finish(RUN["train"](here, job))
    assert PriorStore(settings).find(key) is not None
    assert PriorStore(dataclasses.replace(settings, user="local")).find(key) is None


@pytest.mark.slow
def test_learning_that_makes_way_goes_on_to_the_same_weights(
    project: Project, settings: Settings, runner: Runner
) -> None:
    here, queue = _with(runner, settings), open_queue(settings)
    told = {"motion_id": "bows", "steps": 2}
    undisturbed = queue.submit("train", project.path, told, user="ada")
    serve(queue, lambda job: RUN[job.kind](here, job), once=True)
    key = _get(queue, undisturbed).result
    whole = load_file(PriorStore(settings).file(key))
    PriorStore(settings).remove(key)

    def start(job: Job) -> Work[object]:
        work = RUN[job.kind](here, job)
        return _asking(work, queue, project) if job.id == disturbed and not job.begun else work

    disturbed = queue.submit("train", project.path, told, user="ada")
    serve(queue, start, once=True)
    film, learned = _get(queue, disturbed + 1), _get(queue, disturbed)
    assert (film.kind, film.state, learned.state, learned.begun) == (
        *("animatic", "done", "done"),
        True,
    )
    resumed = load_file(PriorStore(settings).file(key))
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def _get(queue: Queue, job_id: int) -> Job:
    job = queue.get(job_id)
    assert job is not None
    return job


def _asking(work: Work[object], queue: Queue, project: Project) -> Work[object]:
    """Learning during whose first step somebody else asks for an animatic."""
    with closing(work):
        while True:
            try:
                record = next(work)
            except StopIteration as end:
                return end.value
            if record.stage == "train" and record.step == 1:
                queue.submit("animatic", project.path, {}, user="bob")
            yield record


def test_the_command_learns_all_there_is(
    tmp_path: Path, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _with_clips(Settings(home=tmp_path / "home"), videos)
    project, home = _approved(settings), ["--home", str(settings.home)]
    code = main(["train", str(project.path), "--steps", "1", "--set", "rank=2", *home])
    (stored,) = (one for one in PriorStore(settings).all() if not one.shipped)
    assert (code, stored.prior.words, stored.prior.steps, stored.prior.rank) == (0, "bows", 1, 2)
    assert f"bows: {stored.key} (1 steps)" in capsys.readouterr().out.splitlines()
