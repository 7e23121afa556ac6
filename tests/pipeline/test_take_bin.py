"""Takes that are taken out: they come back whole, until the bin is emptied."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipeline.bundle import write_bundle
from pipeline.errors import InputError
from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.take_bin import (
    binned_takes,
    empty_take_bin,
    is_recoverable,
    recover_take,
    throw_take,
)
from pipeline.workspace import create_project
from tests.studio.fixtures import add_take, make_casting, make_story


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A story whose first scene has three takes."""
    made = create_project(make_story(), make_casting(), settings=Settings(home=tmp_path / "home"))
    for seed in (3, 5, 8):
        add_take(made, "dawn", seed=seed)
    return made


def ids(project: Project) -> list[str]:
    return [take.id for take in project.takes("dawn")]


def test_a_take_goes_and_comes_back_as_it_was(project: Project) -> None:
    whole = project.takes("dawn")
    video = project.take_video(whole[1]).read_bytes()
    throw_take(project, "dawn", "take-02")
    assert ids(project) == ["take-01", "take-03"]
    assert binned_takes(project, "dawn") == [whole[1]]
    recover_take(project, "dawn", "take-02")
    assert project.takes("dawn") == whole
    assert project.take_video(whole[1]).read_bytes() == video
    assert binned_takes(project, "dawn") == []


def test_another_take_is_chosen_until_it_comes_back(project: Project) -> None:
    project.choose_take("dawn", "take-01")
    throw_take(project, "dawn", "take-01")
    chosen = project.chosen_take("dawn")
    assert chosen is not None
    assert chosen.id == "take-03"
    recover_take(project, "dawn", "take-01")
    again = project.chosen_take("dawn")
    assert again is not None
    assert again.id == "take-01"


def test_no_later_take_gets_its_id(project: Project) -> None:
    throw_take(project, "dawn", "take-03")
    assert add_take(project, "dawn", seed=13).id == "take-04"
    throw_take(project, "dawn", "take-04")
    empty_take_bin(project)
    assert project.reserve_take_id("dawn") == "take-05"


def test_an_emptied_bin_frees_videos_and_sheets_and_nothing_else(project: Project) -> None:
    throw_take(project, "dawn", "take-02")
    video = project.take_video(binned_takes(project, "dawn")[0])
    video.with_suffix(".jpg").write_bytes(b"a sheet")
    size = video.stat().st_size + len(b"a sheet")
    assert empty_take_bin(project, dry=True) == size
    assert video.is_file()
    assert empty_take_bin(project) == size
    assert not video.exists()
    assert not video.with_suffix(".jpg").exists()
    assert empty_take_bin(project) == 0
    (gone,) = binned_takes(project, "dawn")
    assert not is_recoverable(project, gone)
    with pytest.raises(InputError, match="no longer in the bin") as error:
        recover_take(project, "dawn", "take-02")
    assert error.value.hint
    assert ids(project) == ["take-01", "take-03"]
    assert project.take_video(project.takes("dawn")[0]).is_file()


@pytest.mark.parametrize("wrong", ["take-09", "decisions", "../../decisions", "TAKE"])
def test_what_is_no_take_stays_where_it_is(project: Project, wrong: str) -> None:
    for change in (throw_take, recover_take):
        with pytest.raises(InputError):
            change(project, "dawn", wrong)
    assert len(ids(project)) == 3


def test_a_broken_one_in_the_bin_is_left_out(project: Project) -> None:
    throw_take(project, "dawn", "take-02")
    (project.path / "takes" / "dawn" / "take-02.binned").write_text("{", "utf-8")
    assert binned_takes(project, "dawn") == []
    assert binned_takes(project, "dusk") == []


def test_takes_in_the_bin_go_into_no_zip(project: Project) -> None:
    for take in project.takes("dawn"):
        project.take_video(take).write_bytes(b"\0\0\0\x18ftypmp42" + take.id.encode())
    throw_take(project, "dawn", "take-02")
    file = io.BytesIO()
    write_bundle(project, file)
    assert b"take-01.mp4" in file.getvalue()
    assert b"take-02" not in file.getvalue()
