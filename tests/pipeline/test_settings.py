"""Where the studio keeps its things."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import load_settings


def test_the_home_is_the_one_that_is_named(home: Path) -> None:
    settings = load_settings()
    assert (settings.home, settings.user, settings.pack) == (home, "local", "theatre")


def test_a_home_may_start_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("DREAMRUNNER_HOME", "~/films")
    assert load_settings().home == tmp_path / "films"


def test_without_a_name_it_is_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DREAMRUNNER_HOME", "SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    assert load_settings().home.name == "dreamrunner-studio"


def test_the_pack_may_be_named(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("DREAMRUNNER_PACK", "cogvideox-2b")
    assert load_settings().pack == "cogvideox-2b"


def test_folders_become_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "theatre").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DREAMRUNNER_HOME", "films")
    monkeypatch.setenv("DREAMRUNNER_PACK", "mine")
    settings = load_settings()
    assert (settings.home, settings.pack) == (tmp_path / "films", str(tmp_path / "mine"))
    assert load_settings(Path("tales")).home == tmp_path / "tales"
    for built_in in ("theatre", ""):
        monkeypatch.setenv("DREAMRUNNER_PACK", built_in)
        assert load_settings().pack == "theatre"


def test_visitors_are_told_apart_where_it_is_asked_for_and_on_a_space(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert [load_settings(visitors=asked).visitors for asked in (False, True)] == [False, True]
    monkeypatch.setenv("SPACE_ID", "somebody/studio")
    assert load_settings().visitors


@pytest.mark.parametrize(
    ("space", "folder", "forgets"),
    [("", "/tmp/home", False), ("a/b", "/tmp/home", True), ("a/b", "/data/dreamrunner", False)],
)
def test_a_space_forgets_what_lies_outside_its_data_folder(
    monkeypatch: pytest.MonkeyPatch, space: str, folder: str, forgets: bool
) -> None:
    monkeypatch.setenv("SPACE_ID", space)
    assert load_settings(Path(folder)).ephemeral is forgets
