"""The page as a whole: it serialises, keeps its events private, and opens without torch."""

from __future__ import annotations

import gc
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import panels
from studio.answers import API_PREFIX
from studio.media import STATIC_DIR, STATIC_PREFIX
from studio.page import build_page, launch_options


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_page_serialises_and_its_events_are_private(settings: Settings) -> None:
    config = build_page(settings).get_config_file()
    json.dumps(config, default=str)
    events = config.get("dependencies", [])
    named = {event["api_name"] for event in events if event["backend_fn"]}
    assert named == {"make_story", "replan", "cancelled", "open_plan"}
    assert {event["api_visibility"] for event in events} == {"private"}
    gc.collect()  # Gradio leaves an event loop open: its warning belongs to this test


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_model_is_a_choice_only_where_it_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _planners(settings) == (False, 1)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-tests-0123456789abcdef")
    assert _planners(settings) == (True, 2)
    gc.collect()


def _planners(settings: Settings) -> tuple[bool, int]:
    """Whether there is a choice, and among how many; no key is in the page."""
    config = build_page(settings).get_config_file()
    assert "sk-tests" not in json.dumps(config, default=str)
    parts = [part["props"] for part in config["components"]]
    (planner,) = [props for props in parts if props.get("elem_id") == "planner"]
    return planner["visible"], len(planner["choices"])


def test_page_opens_before_torch_is_loaded() -> None:
    code = "import sys, studio.page; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_story_is_begun_with_the_browsers_own_token(settings: Settings) -> None:
    events = build_page(settings).get_config_file().get("dependencies", [])
    (begun,) = [event for event in events if "api.js" in str(event["js"])]
    assert "(await import(new URL(" in str(begun["js"])
    assert len(begun["inputs"]) == 3
    gc.collect()


def test_the_page_brings_its_look_and_its_routes(settings: Settings, queue: Queue) -> None:
    options = launch_options(settings, queue)
    assert options["max_file_size"] == "1kb"
    assert options["css_paths"][0].name == "studio.css"
    paths = {getattr(route, "path", "") for route in options["app_kwargs"]["routes"]}
    assert {f"{API_PREFIX}/{name}" for name in ("open", "edit", "picture", "import")} <= paths
    assert f"{STATIC_PREFIX}/{{name:path}}" in paths


@pytest.mark.parametrize("panel", [panels.studio, panels.shelf, panels.opener, panels.thinking])
def test_panels_mount_a_module_that_exists(panel: type) -> None:
    module = re.search(r"static/(page/\w+\.js)", panel().js_on_load)
    assert module is not None
    assert "export function mount(" in (STATIC_DIR / module[1]).read_text(encoding="utf-8")


def test_scripts_never_write_markup() -> None:
    for script in STATIC_DIR.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), (
            script
        )


def test_scripts_import_only_their_neighbours() -> None:
    for script in STATIC_DIR.rglob("*.js"):
        for name in re.findall(r"from '([^']+)'", script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


@pytest.mark.parametrize("sheet", sorted(STATIC_DIR.glob("*.css")), ids=lambda path: path.stem)
def test_rules_inside_of_media_do_not_name_gradios_container(sheet: Path) -> None:
    """Gradio puts its container before each of them: named twice, a rule meets nothing."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    inside = re.findall(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", text)
    assert len(inside) == text.count("@media")
    assert not any(".gradio-container" in rules for rules in inside)
