"""What a take will need: as the story's own did, else as renders of other stories did here."""

from __future__ import annotations

import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import costs
from studio.cards import Shown
from studio.costs import seconds_needed
from studio.signing import Links
from studio.views import show
from tests.studio.fixtures import add_take


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    costs._paces.cache_clear()


def render_elsewhere(queue: Queue, project: Project) -> None:
    """Let a final render of six steps end well; the clock of a test tells next to no time."""
    job = queue.submit("render", project.path, {"scene_id": "dusk", "quality": "final"})
    queue.claim("w-1")
    for step in range(7):
        queue.report(job, Progress(stage="rendering", step=step, total=6))
    queue.finish(job, None, pack="theatre")


def test_before_anything_was_rendered_the_example_tells(shown: Shown) -> None:
    (draft, final) = (seconds_needed(shown, draft=draft) for draft in (True, False))
    assert draft is not None
    assert final is not None
    assert 0 < draft < final


def test_without_an_example_nobody_knows(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "example_takes", list)
    assert [seconds_needed(shown, draft=draft) for draft in (True, False)] == [None, None]


def test_renders_of_other_stories_tell_what_one_needs(
    shown: Shown, project: Project, queue: Queue
) -> None:
    render_elsewhere(queue, project)
    needed = seconds_needed(shown, draft=False)
    assert needed is not None
    assert needed < 60
    draft = seconds_needed(shown, draft=True)
    assert draft is not None
    assert draft == pytest.approx(needed * 8 / 6)  # eight steps, where the final one had six


def test_a_take_of_the_story_tells_it_better(
    project: Project, settings: Settings, links: Links, queue: Queue
) -> None:
    render_elsewhere(queue, project)
    add_take(project, "dawn", seconds=8.0, steps=16)
    needed = seconds_needed(show(project, settings, links), draft=False)
    assert needed == pytest.approx(10.0)  # twenty steps, where the take had sixteen
