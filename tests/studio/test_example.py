"""The example: one for all who look at it, a copy of one's own for whoever changes it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.bundle import write_bundle
from pipeline.errors import InputError
from pipeline.files import write_bytes
from pipeline.priors.store import PriorStore
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import NUM_KEYFRAMES
from pipeline.workspace import Project, create_project, list_projects
from studio import example, projects
from studio.api import api_routes
from studio.refusals import NotThereError
from studio.visitors import Visitors
from tests.studio.fixtures import add_take, make_casting, make_story
from tests.studio.talking import Page


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A zip of the small story with a take."""
    made = create_project(make_story(), make_casting(), path=tmp_path / "the-shy-fox")
    take = add_take(made, "dawn", seed=7)
    write_bytes(made.take_video(take), b"\0\0\0\x18ftypisom")
    write_bundle(made, tmp_path / "example.zip")
    return tmp_path / "example.zip"


def users(settings: Settings) -> set[str]:
    return {path.name for path in (settings.home / "users").iterdir()}


def test_all_look_at_one_example(settings: Settings, bundle: Path) -> None:
    mine = replace(settings, user="v-mine", visitors=True)
    yours = replace(settings, user="v-yours", visitors=True)
    one, other = example.shared_example(mine, bundle), example.shared_example(yours, bundle)
    assert one is not None
    assert other is not None
    assert one.path == other.path
    assert users(settings) == {example.example_settings(mine, bundle).user}
    assert one.story.title == "The shy fox"
    assert [take.settings.seed for take in one.takes("dawn")] == [7]


def test_the_shipped_one_shows_what_was_learned(settings: Settings) -> None:
    shown = example.shared_example(settings)
    assert shown is not None
    bound = {
        scene.id: [PriorStore(settings).find(one.prior) for one in take.prompt.priors]
        for scene in shown.story.scenes
        for take in shown.takes(scene.id)
        if take.settings.use_regions
    }
    words = {
        scene: sorted(one.prior.words for one in found if one and one.shipped)
        for scene, found in bound.items()
    }
    assert words["scene-5"] == ["Luna", "bows"]
    assert words["scene-3"] == words["scene-4"] == ["Luna"]


def test_another_bundle_is_another_example(settings: Settings, bundle: Path) -> None:
    before = example.shared_example(settings, bundle)
    shutil.rmtree(bundle.parent / "the-shy-fox")
    other = make_story().model_copy(update={"title": "The bold fox"})
    write_bundle(create_project(other, make_casting(), path=bundle.parent / "the-shy-fox"), bundle)
    after = example.shared_example(settings, bundle)
    assert before is not None
    assert after is not None
    assert after.path != before.path
    assert after.story.title == "The bold fox"


def test_without_a_bundle_there_is_no_example(settings: Settings, tmp_path: Path) -> None:
    assert example.shared_example(settings, tmp_path / "none.zip") is None
    with pytest.raises(NotThereError, match="no example"):
        example.copy_example(settings, tmp_path / "none.zip")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip at all")
    assert example.shared_example(settings, broken) is None


def test_a_copy_belongs_to_whoever_changed_it(settings: Settings, bundle: Path) -> None:
    mine = replace(settings, user="v-mine", visitors=True)
    yours = replace(settings, user="v-yours", visitors=True)
    copied = example.copy_example(mine, bundle)
    assert [one.id for one in list_projects(mine)] == ["the-shy-fox"]
    assert list_projects(yours) == []
    assert [take.settings.seed for take in copied.takes("dawn")] == [7]
    again = example.copy_example(mine, bundle)
    assert again.story.id == "the-shy-fox-2"


def test_a_copy_needs_room(
    settings: Settings, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = replace(settings, user="v-mine", visitors=True)
    monkeypatch.setattr(projects, "MAX_STORIES", 1)
    example.copy_example(mine, bundle)
    with pytest.raises(InputError, match="more are not kept"):
        example.copy_example(mine, bundle)


def test_no_token_is_the_examples_user(settings: Settings) -> None:
    assert example.example_settings(settings).user.startswith(example.OWNER)
    visitors = Visitors(replace(settings, visitors=True))
    assert visitors.user_of("a" * 43).startswith("v-")
    assert not "v-".startswith(example.OWNER)


def test_the_shipped_example_is_whole(settings: Settings) -> None:
    shipped = example.shared_example(settings)
    assert shipped is not None
    assert example.BUNDLE.stat().st_size < 1_500_000
    assert len(shipped.story.scenes) == 6
    assert len(shipped.films()) == 2
    for scene in shipped.story.scenes:
        assert_pair(shipped, scene.id)


def assert_pair(shipped: Project, scene_id: str) -> None:
    """A scene has a take with its boxes and one without, from the same noise; the boxes count."""
    without, boxed = shipped.takes(scene_id)
    assert (without.settings.use_regions, boxed.settings.use_regions) == (False, True)
    assert without.settings.seed == boxed.settings.seed
    assert shipped.chosen_take(scene_id) == boxed
    assert boxed.report is not None
    marks = [one.mark for region in boxed.report.regions for one in region.keyframes]
    assert len(marks) >= NUM_KEYFRAMES
    assert "missed" not in marks


def test_nobody_edits_the_shared_example(settings: Settings, queue: Queue) -> None:
    page = Page(TestClient(FastAPI(routes=api_routes(settings, queue))))
    told = page.ask("first")
    name = told["first"]["story"]["project"]
    assert told["mine"] is False
    page.refused("edit", 404, project=name, base=0, op="title", value="Mine")
    page.refused("render", 404, project=name, scenes=None)
    page.refused("whole_film", 404, project=name)
    assert page.ask("example_copy")["project"] == name
    assert page.edit("title", project=name, value="Mine")["head"]["title"] == "Mine"
    shared = example.shared_example(settings)
    assert shared is not None
    assert shared.story.title == told["first"]["story"]["head"]["title"] != "Mine"
