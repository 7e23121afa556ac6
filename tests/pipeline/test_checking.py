"""Fixing one finding of a project, and importing into the user's own projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.checking import Arrival, Checked, check, fix, import_plans
from pipeline.errors import InputError, WorkspaceError
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Box, Key
from pipeline.workspace import Project, list_projects, projects_dir

PLANS = Path(__file__).parent / "plan" / "exchange" / "two_scenes.txt"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings) -> Project:
    return finish(plan("A fox and a robot meet by the sea.", settings=settings))


def test_one_finding_is_fixed_and_the_others_stay(settings: Settings, project: Project) -> None:
    hidden = Key(box=Box(x0=1.13, y0=0.4, x1=1.45, y1=0.9))
    for scene in project.story.scenes[:2]:
        away = scene.regions[0].model_copy(update={"keys": (hidden,) * 6})
        regions = (away, *scene.regions[1:])
        project.save_story(
            project.story.replace_scene(scene.model_copy(update={"regions": regions}))
        )
    (before,) = check(project.path, settings=settings)
    assert isinstance(before, Checked)
    first, second = [one for one in before.findings if one.rule == "box-unseen"]
    story = fix(project, first, settings=settings)
    assert (story.revision, project.versions()) == (3, [0, 1, 2])
    (after,) = check(project.path, settings=settings)
    assert isinstance(after, Checked)
    assert first not in after.findings
    assert second in after.findings
    with pytest.raises(InputError, match="nothing to fix"):
        fix(project, first, settings=settings)
    assert project.story.revision == 3


def test_plans_are_imported_under_free_names(settings: Settings) -> None:
    for _ in range(2):
        results = finish(import_plans(PLANS, None, settings=settings))
        assert all(isinstance(one, Arrival) for one in results)
    assert len(list_projects(settings)) == 4


def test_no_more_plans_are_imported_than_asked_for(settings: Settings) -> None:
    with pytest.raises(InputError, match="2 plans; at most 1"):
        finish(import_plans(PLANS, None, settings=settings, at_most=1))
    assert not projects_dir(settings).exists()


def test_an_import_that_fails_half_way_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "in"
    out.mkdir()
    (out / "two-scenes-2").symlink_to(tmp_path / "nowhere" / "at-all")
    with pytest.raises(WorkspaceError):
        finish(import_plans(PLANS, out, settings=settings))
    assert [path.name for path in out.iterdir()] == ["two-scenes-2"]


def test_an_import_that_is_stopped_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    work = import_plans(PLANS, tmp_path / "in", settings=settings)
    records = [next(work) for _ in range(4)]
    assert [(one.step, one.total) for one in records] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert (tmp_path / "in" / "two-scenes-1").is_dir()
    work.close()
    assert list((tmp_path / "in").iterdir()) == []
