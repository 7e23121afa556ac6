"""Idea to film with a tiny random pack, through the real stages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt, Take
from pipeline.errors import InputError, WorkspaceError
from pipeline.files import write_record
from pipeline.packs.record import load_record
from pipeline.planning import load_troupe, plan
from pipeline.progress import Progress, Work, finish
from pipeline.queue import Job, open_queue
from pipeline.rendering import fresh_seed, kept_seed, normalise, render_settings
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.story import Box
from pipeline.tasks import RUN
from pipeline.vision.encode import read_comment
from pipeline.workspace import Project, open_project
from tests.pipeline.decoded import all_frames
from tests.pipeline.packs.fixtures import TROUPE, build_tiny_pack, tiny_record

IDEA = "A blue fox walks to the beach and waves at a red robot"
QUICK = RenderSettings(seed=3, num_inference_steps=1, guidance_scale=2)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_pack(tmp_path_factory.mktemp("runner") / "tiny"))


@pytest.fixture(scope="module")
def runner(pack: str, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(Settings(home=tmp_path_factory.mktemp("home"), pack=pack), device="cpu")


@pytest.fixture
def project(runner: Runner, tmp_path: Path) -> Project:
    return finish(plan(IDEA, settings=runner.settings, path=tmp_path / "tale", seed=4))


def steps_of(work: Work[object]) -> list[tuple[int, int]]:
    return [(record.step, record.total) for record in work]


def test_plan_makes_a_project_cast_for_the_pack(project: Project) -> None:
    again = open_project(project.path)
    assert again.story == project.story
    assert {part.kind for part in again.casting.parts} <= set(TROUPE.kinds)


def test_take_is_saved_with_all_it_was_made_of(runner: Runner, project: Project) -> None:
    scene = project.story.scenes[0]
    take = finish(runner.render(project, scene.id, QUICK))
    assert project.takes(scene.id) == [take]
    record = load_record(runner.settings.pack)
    whole = render_settings(record, seed=QUICK.seed, num_inference_steps=1, guidance_scale=2.0)
    assert (take.settings, take.story_revision) == (whole, project.story.revision)
    assert None not in take.settings.model_dump().values()
    assert take.pack_revision == load_record(runner.settings.pack).revision
    assert len(take.prompt.regions) == len(scene.regions)
    frames = all_frames(project.take_video(take))
    assert frames.shape == (24, take.height, take.width, 3) == (24, 480, 720, 3)
    inside = Take.model_validate_json(read_comment(project.take_video(take)))
    assert inside == take
    assert json.loads(read_comment(project.take_video(take)))["settings"]["guidance_scale"] == 2.0
    assert "seed" in json.loads(read_comment(project.take_video(take)))["settings"]
    assert take.report is not None
    assert [one.region_id for one in take.report.regions] == [one.id for one in scene.regions]


def test_a_pack_that_reads_any_text_gets_the_storys_own_words(
    runner: Runner, project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "any"
    shutil.copytree(runner.settings.pack, folder)
    record = load_record(folder).model_copy(update={"troupe": None, "vocabulary": ()})
    write_record(folder / "pack.json", record)
    scene = project.story.scenes[0].model_copy(
        update={"background": "a windy pier", "shot_size": "wide", "camera": "slowly closer"}
    )
    project.save_story(project.story.replace_scene(scene))
    free = Runner(Settings(home=tmp_path, pack=str(folder)), device="cpu")
    take = finish(free.render(project, scene.id, RenderSettings(num_inference_steps=1)))
    assert take.prompt.background == "a windy pier, wide shot, camera slowly closer"
    words = [region.text for region in take.prompt.regions]
    assert words == [region.description for region in scene.regions]


def test_cancelled_take_leaves_nothing(runner: Runner, project: Project) -> None:
    project.take_dir(project.story.scenes[0].id)
    before = sorted(project.path.rglob("*"))
    work = runner.render(project, project.story.scenes[0].id, QUICK)
    next(work)
    next(work)
    work.close()
    assert sorted(project.path.rglob("*")) == before


def test_unknown_scene_is_an_input_error(runner: Runner, project: Project) -> None:
    with pytest.raises(InputError, match="no-such-scene") as error:
        finish(runner.render(project, "no-such-scene", QUICK))
    assert project.story.scenes[0].id in error.value.hint


def test_film_names_the_scenes_without_a_take(runner: Runner, project: Project) -> None:
    first, *others = [scene.id for scene in project.story.scenes]
    finish(runner.render(project, first, QUICK))
    with pytest.raises(InputError) as error:
        finish(runner.film(project))
    assert all(scene_id in error.value.message for scene_id in others)
    assert first not in error.value.message
    assert str(project.path) in error.value.hint


@pytest.mark.slow
def test_render_all_counts_the_whole_and_skips_what_is_there(
    runner: Runner, project: Project
) -> None:
    count = len(project.story.scenes)
    finish(runner.render(project, project.story.scenes[1].id, QUICK))
    steps = steps_of(runner.render_all(project, QUICK))
    assert sorted({step for step, _ in steps}) == list(range(2 * (count - 1) + 1))
    assert [step for step, _ in steps] == sorted(step for step, _ in steps)
    assert {total for _, total in steps} == {2 * (count - 1)}
    assert steps_of(runner.render_all(project, QUICK)) == []
    assert all(len(project.takes(scene.id)) == 1 for scene in project.story.scenes)
    finish(runner.render_all(project, QUICK, only_missing=False))
    assert all(len(project.takes(scene.id)) == 2 for scene in project.story.scenes)


def test_a_scene_keeps_its_seed_or_draws_another(runner: Runner, project: Project) -> None:
    first, *others = [scene.id for scene in project.story.scenes]
    finish(runner.render(project, first, QUICK))
    work = runner.render_all(project, QUICK, only_missing=False, seed_of=fresh_seed)
    takes = finish(work)
    assert [take.settings.seed for take in takes] == [QUICK.seed + 1, *[0] * len(others)]
    project.choose_take(first, project.takes(first)[0].id)
    assert kept_seed(project, first) == QUICK.seed
    assert fresh_seed(project, first) == QUICK.seed + 2


def test_without_boxes_the_caption_is_all_there_is(runner: Runner, project: Project) -> None:
    scene_id = project.story.scenes[0].id
    plain = QUICK.model_copy(update={"use_regions": False})
    with_boxes, without = (finish(runner.render(project, scene_id, one)) for one in (QUICK, plain))
    assert without.is_comparison
    assert not with_boxes.is_comparison
    assert without.prompt.caption == with_boxes.prompt.caption != ""
    videos = [all_frames(project.take_video(take)) for take in (with_boxes, without)]
    assert (videos[0] != videos[1]).any()


def test_loading_the_model_is_over_before_the_first_step(project: Project, pack: str) -> None:
    fresh = Runner(Settings(home=project.path.parent, pack=pack), device="cpu")
    records = list(fresh.render(project, project.story.scenes[0].id, QUICK))
    notes = [record.note for record in records]
    assert notes[:2] == ["loading the model", "the model is loaded"]
    assert [record.step for record in records] == [0, 0, 0, 1, 1, 2, 2]


@pytest.mark.slow
def test_make_goes_from_idea_to_film(runner: Runner, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    records: list[Progress] = []
    work = runner.make(IDEA, out, QUICK, path=tmp_path / "made", seed=4)
    film = yield_into(records, work)
    project = open_project(tmp_path / "made")
    assert film == out
    assert len(all_frames(out)) >= 24 * len(project.story.scenes)
    assert out.with_suffix(".srt").is_file()
    totals = {record.total for record in records if record.stage != "plan"}
    assert totals == {2 * (len(project.story.scenes) + 1)}
    steps = [record.step for record in records if record.stage != "plan"]
    assert steps == sorted(steps)
    assert steps[-1] == totals.pop()


def yield_into(records: list[Progress], work: Work[Path]) -> Path:
    """Run a work function, keeping its progress; give its result."""
    while True:
        try:
            records.append(next(work))
        except StopIteration as end:
            return end.value


def test_make_refuses_a_film_it_cannot_write_before_it_plans(
    runner: Runner, tmp_path: Path
) -> None:
    with pytest.raises(WorkspaceError, match="film"):
        finish(runner.make(IDEA, tmp_path / "absent" / "film.mp4", QUICK, path=tmp_path / "made"))
    assert list(tmp_path.iterdir()) == []


def make_job(runner: Runner, project: Project, kind: str, arguments: dict[str, object]) -> Job:
    queue = open_queue(runner.settings)
    job = queue.get(queue.submit(kind, project.path, arguments))
    assert job is not None
    return job


def test_render_job_takes_its_settings_from_its_arguments(runner: Runner, project: Project) -> None:
    scene_id = project.story.scenes[0].id
    arguments = {"scene_id": scene_id, "seed": 9, "steps": 1, "guidance": None}
    take = finish(RUN["render"](runner, make_job(runner, project, "render", arguments)))
    assert project.takes(scene_id) == [take]
    record = load_record(runner.settings.pack)
    assert take.settings == render_settings(record, seed=9, num_inference_steps=1)


def test_film_job_may_leave_out_scenes_without_a_take(runner: Runner, project: Project) -> None:
    finish(runner.render(project, project.story.scenes[1].id, QUICK))
    job = make_job(runner, project, "film", {"only_rendered": True})
    film = finish(RUN["film"](runner, job))
    assert project.films() == [film]


@pytest.mark.parametrize("arguments", [{}, {"scene_id": "../x"}, {"steps": "many"}, {"what": 1}])
def test_job_with_unknown_arguments_is_an_input_error(
    runner: Runner, project: Project, arguments: dict[str, object]
) -> None:
    with pytest.raises(InputError, match="cannot be run"):
        finish(RUN["render"](runner, make_job(runner, project, "render", arguments)))


def test_settings_out_of_range_are_an_input_error() -> None:
    with pytest.raises(InputError, match="num_inference_steps cannot be 0"):
        render_settings(tiny_record(), num_inference_steps=0)


def test_texts_are_put_into_the_packs_words() -> None:
    box = Box(x0=0.1, y0=0.1, x1=0.5, y1=0.9)
    region = RegionPrompt(region_id="r", text="a blue dragon walks", boxes=(box,) * 6)
    prompt = ScenePrompt(
        scene_id="s", regions=(region,), background="an empty meadow", substitutions=("before",)
    )
    normal = normalise(prompt, tiny_record())
    assert normal.regions[0].text == "a blue walks"
    assert normal.background == "an empty"
    first, dragon, meadow = normal.substitutions
    assert first == "before"
    assert "dragon" in dragon
    assert "meadow" in meadow


def test_troupe_is_the_packs_own(pack: str) -> None:
    assert load_troupe(pack) == TROUPE
