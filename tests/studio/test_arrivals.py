"""Files that a storyteller opens on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError, InvalidStoryError
from pipeline.settings import Settings
from pipeline.workspace import list_projects
from studio.arrivals import MAX_PLANS, mended_notice, open_text
from studio.projects import plan_record

EXCHANGE = Path(__file__).resolve().parents[1] / "pipeline" / "plan" / "exchange"


def plan(right: float = 0.82) -> str:
    """A girl who walks along a beach; at the last keyframe her box ends at `right`."""
    lines = ["Background: a windy beach"]
    for k, edge in enumerate([0.32, 0.42, 0.52, 0.62, 0.72, right], start=1):
        box = [round(edge - 0.29, 2), 0.31, edge, 0.87]
        lines.append(f'Frame_{k}: [["Mia", "walks", "a girl in a red coat walks"], {box}]')
    return "\n".join(lines) + "\n"


def test_a_plan_becomes_a_story_and_mends_are_told(settings: Settings) -> None:
    opened = open_text("The Kite.txt", plan(right=1.91), settings)
    assert opened.project.story.characters[0].name == "Mia"
    record = plan_record(opened.project)
    assert record is not None
    assert record.planner == "import"
    assert record.repairs
    assert "1 thing was mended" in opened.notice["title"]
    assert opened.notice["lines"][0] == record.repairs[0]


def test_several_plans_become_a_story_each_and_the_first_is_shown(settings: Settings) -> None:
    text = plan() + "\n" + plan().replace("beach", "pier")
    opened = open_text("kites.txt", text, settings)
    assert len(list_projects(settings)) == 2
    assert "beach" in opened.project.story.scenes[0].background
    assert "2 stories were opened" in opened.notice["title"]


def test_the_same_file_can_be_opened_again(settings: Settings) -> None:
    first = open_text("kite.txt", plan(), settings).project
    again = open_text("kite.txt", plan(), settings).project
    assert first.path != again.path
    assert len(list_projects(settings)) == 2


def test_a_screenplay_is_opened(settings: Settings) -> None:
    text = (EXCHANGE / "kite.fountain").read_text(encoding="utf-8")
    assert len(open_text("kite.fountain", text, settings).project.story.scenes) >= 1


def test_what_cannot_be_read_of_a_file_is_told_beside_the_rest(settings: Settings) -> None:
    broken = "Background: a pier\nFrame_1: [[1, 2\n"
    opened = open_text("kites.txt", plan() + broken, settings)
    assert "1 plan could not be read" in opened.notice["title"]
    assert any("Frame_1" in line for line in opened.notice["lines"])
    assert len(list_projects(settings)) == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", "{", "a.json"),
        ("a.txt", "Background: a pier\nFrame_1: [[1, 2\n", "Frame_1"),
        ("a.txt", "", "no story or plan"),
        ("../../a/b.txt", "nothing", "no story or plan"),
    ],
)
def test_bad_files_are_told_back_and_leave_nothing(
    settings: Settings, name: str, text: str, told: str
) -> None:
    with pytest.raises(InvalidStoryError, match=told) as caught:
        open_text(name, text, settings)
    assert "/" not in str(caught.value).replace("line/", "")
    assert list_projects(settings) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [(None, "x"), ("a.txt", None), ("a.txt", {}), ("a.txt", "x" * 5_000_001),
     ("a.txt", plan() * (MAX_PLANS + 1))],
    ids=["no name", "no text", "a record", "too long", "too many"],
)  # fmt: skip
def test_what_is_no_file_is_refused(settings: Settings, name: object, text: object) -> None:
    with pytest.raises(InputError):
        open_text(name, text, settings)
    assert list_projects(settings) == []


@pytest.mark.parametrize("name", ["", ".", "..", "/", "\\x00", "x" * 5000, "CON.txt", "a\\b/c"])
def test_any_name_of_a_file_will_do(settings: Settings, name: str) -> None:
    assert open_text(name, plan(), settings).project.story.scenes


def test_long_lists_of_mends_are_cut() -> None:
    notice = mended_notice([f"mend {number}" for number in range(15)])
    assert notice["title"] == "15 things were mended"
    assert notice["lines"][-1] == "and 3 more"
    assert mended_notice([])["title"] == "There was nothing to mend"
