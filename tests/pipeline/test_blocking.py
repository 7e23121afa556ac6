"""A project's scenes ready to be filmed as boxes, and the runner that films them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.blocking import cast_project, mark_colour, staged_scenes
from pipeline.files import write_record
from pipeline.packs.record import PACK_FILE, load_record
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.queue import open_queue
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.tasks import RUN
from pipeline.theatre.world import load_world
from pipeline.vision.ffmpeg import probe
from pipeline.workspace import Project

IDEA = "A blue fox walks to the beach. Then it waves at a red robot in the forest."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Project:
    return finish(plan(IDEA, settings=settings, path=tmp_path / "tale", seed=4))


def test_every_box_has_its_players_name_colour_and_face(project: Project) -> None:
    story, scenes = project.story, staged_scenes(project, "theatre")
    assert [staged.scene for staged in scenes] == list(story.scenes)
    casting = cast_project(project, "theatre")
    colours = {part.character_id: part.colour for part in casting.parts}
    for staged in scenes:
        assert staged.backdrop is not None
        assert staged.backdrop.size == (720, 480)
        for region in staged.scene.regions:
            player = staged.players[region.id]
            assert region.character_id is not None
            assert player.name == story.character(region.character_id).name
            assert player.colour == load_world().colours[colours[region.character_id]]
            assert player.face is not None


def test_places_that_differ_have_backdrops_that_differ(project: Project) -> None:
    places = {place.scene_id: place.backdrop for place in cast_project(project, "theatre").places}
    pictures = {one.scene.id: one.backdrop for one in staged_scenes(project, "theatre")}
    drawn = {places[name]: picture.tobytes() for name, picture in pictures.items() if picture}
    assert len({*drawn.values()}) == len({*places.values()}) > 1


def test_a_picture_of_the_storytellers_own_goes_before_the_backdrop(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (scene.id for scene in project.story.scenes[:2])
    Image.new("RGB", (60, 40), (10, 200, 90)).save(_place(project, "mine"))
    _place(project, "broken").write_bytes(b"\xff\xd8 no more")
    Image.new("RGB", (4001, 2)).save(_place(project, "huge"))
    drawn = staged_scenes(project, "theatre")[1].backdrop
    project.choose_picture(first, "mine")
    for unreadable in ("broken", "huge"):
        project.choose_picture(second, unreadable)
        mine, other, *_ = (one.backdrop for one in staged_scenes(project, "theatre"))
        assert mine is not None
        assert other is not None
        assert drawn is not None
        assert mine.size == (60, 40)
        assert other.tobytes() == drawn.tobytes()
        assert f"the picture of scene '{second}' is left out" in caplog.text
        assert f"scene '{first}'" not in caplog.text
        caplog.clear()


def _place(project: Project, name: str) -> Path:
    path = project.picture_file(name)
    path.parent.mkdir(exist_ok=True)
    return path


def test_whoever_the_pack_does_not_play_is_a_plain_box(project: Project, tmp_path: Path) -> None:
    pack = tmp_path / "any"
    pack.mkdir()
    record = load_record("theatre").model_copy(update={"troupe": None, "vocabulary": ()})
    write_record(pack / PACK_FILE, record)
    cave = project.story.scenes[0].model_copy(
        update={"setting": "the cave", "background": "the cave in dull grey light"}
    )
    project.save_story(project.story.replace_scene(cave))
    assert cast_project(project, str(pack)).parts == ()
    first, *others = staged_scenes(project, str(pack))
    assert first.backdrop is None, "nobody draws a cave, so it is plain paper"
    for staged in others:
        assert staged.backdrop is not None, "a forest and a beach are sketched"
        assert all(player.face is None and player.name for player in staged.players.values())
    assert mark_colour(None, 1) == mark_colour(None, 5) != mark_colour(None, 2)


def test_a_job_films_the_boxes_anew_without_any_model(project: Project, settings: Settings) -> None:
    queue = open_queue(settings)
    queue.submit("animatic", project.path, {}, user="local")
    job = queue.claim("worker-1")
    assert job is not None
    steps = list(RUN["animatic"](Runner(settings), job))
    out = project.films_dir / "animatic.mp4"
    info = probe(out)
    assert steps[-1].step == steps[-1].total == info.num_frames
    assert info.num_frames >= 24 * len(project.story.scenes)
    assert project.films() == [], "it is none of the films"
    before = out.stat().st_mtime_ns
    finish(Runner(settings).animatic(project))
    assert out.stat().st_mtime_ns > before
    assert [path.name for path in project.films_dir.iterdir()] == ["animatic.mp4"]


def test_the_command_films_the_boxes(
    project: Project, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "boxes.mp4"
    assert main(["animatic", str(project.path), "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert probe(out).width == 720
    assert main(["animatic", str(project.path), "--out", str(tmp_path / "boxes.gif")]) == 1
    assert main(["animatic", str(tmp_path / "nowhere")]) == 1


def test_boxes_are_filmed_without_torch(project: Project, home: Path) -> None:
    code = (
        "import sys; from pipeline.__main__ import main; "
        f"main(['animatic', {str(project.path)!r}]); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
