"""The commands that keep house: what lies there, what can go, a report of a problem."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from tests.studio.fixtures import add_take, make_casting, make_story

SECRET = "sk-never-to-be-seen"


@pytest.fixture
def project(home: Path) -> Project:
    return create_project(make_story(), make_casting(), settings=Settings(home=home))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """Run a command; its exit code, the lines of its results, what else it said."""
    code = main([*arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out.splitlines(), captured.err


def test_the_disk_is_told_with_what_is_free(
    capsys: pytest.CaptureFixture[str], project: Project
) -> None:
    project.take_video(add_take(project, "dawn")).write_bytes(b"x" * 7_340_032)
    code, lines, said = run(capsys, "disk")
    assert code == 0
    assert lines[-1].endswith("free on this disk")
    assert "   7.3 MB  Takes" in lines
    assert str(project.path.parents[3]) in said


def test_clean_says_what_could_go_and_deletes_it_if_told(
    capsys: pytest.CaptureFixture[str], project: Project
) -> None:
    spare, kept = add_take(project, "dawn"), add_take(project, "dawn")
    code, lines, said = run(capsys, "clean", "takes")
    assert code == 0
    assert any(project.take_video(spare).name in line for line in lines)
    assert "--yes deletes this" in said
    assert project.take_video(spare).exists()
    code, lines, _ = run(capsys, "clean", "takes", "--yes")
    assert lines[-1].endswith("are free again")
    assert not project.take_video(spare).exists()
    assert project.take_video(kept).exists()
    assert "nothing to delete" in run(capsys, "clean", "takes")[2]


def test_what_cannot_be_cleaned_is_named(
    capsys: pytest.CaptureFixture[str], project: Project
) -> None:
    code, _, said = run(capsys, "clean", "stories")
    assert code == 1
    assert "stories" in said
    assert project.reload().scenes


def test_a_report_holds_no_key_and_no_word_unless_asked_for(
    capsys: pytest.CaptureFixture[str],
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    out, told = tmp_path / "report.zip", tmp_path / "told.zip"
    assert run(capsys, "report", str(project.path), "--out", str(out))[:2] == (0, [str(out)])
    assert run(capsys, "report", str(project.path), "--out", str(told), "--words")[0] == 0
    narration = make_story().scenes[0].narration
    assert SECRET not in _text(out) + _text(told)
    assert narration not in _text(out)
    assert json.dumps(narration)[1:-1] in _text(told)


def _text(file: Path) -> str:
    with zipfile.ZipFile(file) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())
