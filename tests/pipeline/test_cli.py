"""The command line with a tiny random pack: what it prints, what it leaves, how it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.__main__ import main
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.vision.ffmpeg import probe
from pipeline.workspace import Project, list_projects
from tests.pipeline.packs.fixtures import build_tiny_pack

IDEA = "A blue fox walks to the beach and waves at a red robot"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_pack(tmp_path_factory.mktemp("cli") / "tiny"))


@pytest.fixture(autouse=True)
def home(pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DREAMRUNNER_PACK", pack)
    monkeypatch.setenv("DREAMRUNNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def project(pack: str, home: Path, tmp_path: Path) -> Project:
    return finish(plan(IDEA, settings=Settings(home=home, pack=pack), path=tmp_path / "tale"))


def all_paths(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def fail(capsys: pytest.CaptureFixture[str], *arguments: str, exit_code: int = 1) -> str:
    """Run a command that must fail as commands do, and give its one line."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    captured = capsys.readouterr()
    assert code == exit_code
    assert captured.out == ""
    errors = [line for line in captured.err.splitlines() if line.startswith("error: ")]
    assert captured.err.splitlines() == errors
    assert len(errors) == 1
    assert len(errors[0]) < 700
    return errors[0]


def test_help_comes_without_torch() -> None:
    code = (
        "import sys, pipeline.__main__ as m\ntry: m.main(['--help'])\nfinally: print(*sys.modules)"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert time.perf_counter() - start < 5
    assert "make" in done.stdout
    assert not {"torch", "numpy", "cv2"} & set(done.stdout.split())


def test_version_and_schema(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.strip() == __version__
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == Story.model_json_schema()


def test_any_setting_of_a_render_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["render", "absent", "--set", "steps=5"])
    assert "num_inference_steps" in capsys.readouterr().err
    assert main(["make", "x", "--out", "absent/film.mp4", "--set", "scheduler=euler"]) == 1
    assert "scheduler cannot be 'euler'" in capsys.readouterr().err


@pytest.mark.slow
def test_stages_one_by_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder, film = tmp_path / "tale", tmp_path / "gift.mp4"
    assert main(["plan", IDEA, "--out", str(folder), "--seed", "4"]) == 0
    cards = capsys.readouterr().out
    story = Project(folder).story
    assert cards.splitlines()[0] == str(folder)
    assert all(f"[{scene.id}]" in cards and scene.narration in cards for scene in story.scenes)

    first, *_ = story.scenes
    assert main(["render", str(folder), "--scene", first.id, "--steps", "1", "--seed", "9"]) == 0
    (take,) = Project(folder).takes(first.id)
    assert (take.settings.num_inference_steps, take.settings.seed) == (1, 9)
    assert capsys.readouterr().out.split() == [str(Project(folder).take_video(take))]

    assert main(["render", str(folder / "story.json"), "--draft"]) == 0
    assert len(capsys.readouterr().out.split()) == len(story.scenes) - 1
    assert [len(Project(folder).takes(scene.id)) for scene in story.scenes] == [1] * len(
        story.scenes
    )
    again = ["render", str(folder), "--scene", first.id, "--steps", "1"]
    for more in ([], ["--another"]):
        assert main([*again, *more]) == 0
    assert main(["render", str(folder), "--all", "--steps", "1", "--seed", "7"]) == 0
    for scene in story.scenes:
        seeds = [take.settings.seed for take in Project(folder).takes(scene.id)]
        assert seeds == ([9, 9, 10, 7] if scene is first else [0, 7])
    capsys.readouterr()
    assert main(["film", str(folder), "--out", str(film)]) == 0
    assert capsys.readouterr().out.split() == [str(film)]
    assert probe(film).num_frames >= 24 * len(story.scenes)
    assert film.with_suffix(".srt").is_file()


def test_make_goes_all_the_way(
    capsys: pytest.CaptureFixture[str], home: Path, pack: str, tmp_path: Path
) -> None:
    (tmp_path / "idea.txt").write_text(IDEA, encoding="utf-8")
    film = tmp_path / "film.mp4"
    code = main(["make", f"@{tmp_path / 'idea.txt'}", "--out", str(film), "--steps", "1"])
    captured = capsys.readouterr()
    assert code == 0
    assert captured.out.split() == [str(film)]
    assert probe(film).has_subtitles
    assert 5 <= len(captured.err.splitlines()) <= 60
    (made,) = list_projects(Settings(home=home, pack=pack))
    assert film.read_bytes() == (made.path / "films" / "film-01.mp4").read_bytes()


@pytest.mark.parametrize("idea", ["", " \n\t ", "x" * 100_000, "\udcff\udcfe"])
@pytest.mark.parametrize("command", ["make", "plan"])
def test_absurd_ideas(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path, command: str, idea: str
) -> None:
    out = ("--out", str(tmp_path / "film.mp4")) if command == "make" else ()
    assert "idea" in fail(capsys, command, idea, *out)
    assert all_paths(tmp_path) == []


@pytest.mark.parametrize("command", ["make", "plan"])
def test_binary_idea_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str) -> None:
    (tmp_path / "idea.bin").write_bytes(bytes(range(256)))
    out = ("--out", str(tmp_path / "film.mp4")) if command == "make" else ()
    assert "not a text" in fail(capsys, command, f"@{tmp_path / 'idea.bin'}", *out)
    assert [path.name for path in all_paths(tmp_path)] == ["idea.bin"]


def test_endless_idea_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "idea.txt").write_text("a" + "é" * 100_000, encoding="utf-8")
    assert "longer than" in fail(capsys, "plan", f"@{tmp_path / 'idea.txt'}")


def test_absent_idea_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "cannot read" in fail(capsys, "plan", f"@{tmp_path / 'absent.txt'}")


@pytest.mark.parametrize("command", ["render", "film"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no valid story"),
        (bytes(range(256)) * 50, "not a text file"),
        (b"x" * 100_000, "is no valid story"),
        (b" " * 6_000_000, "larger than"),
        (b'{"id": "a"}', "title"),
    ],
)
def test_absurd_stories(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, content: bytes, words: str
) -> None:
    (tmp_path / "story.json").write_bytes(content)
    assert words in fail(capsys, command, str(tmp_path / "story.json"))
    assert words in fail(capsys, command, str(tmp_path))
    assert [path.name for path in all_paths(tmp_path)] == ["story.json"]


@pytest.mark.parametrize("command", ["render", "film"])
def test_story_with_nan_boxes(
    capsys: pytest.CaptureFixture[str], project: Project, command: str
) -> None:
    file = project.path / "story.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    key = next(k for s in content["scenes"] for r in s["regions"] for k in r["keys"] if k)
    key["box"]["x0"] = float("nan")
    file.write_text(json.dumps(content), encoding="utf-8")
    before = all_paths(project.path)
    line = fail(capsys, command, str(project.path))
    assert "scene 1" in line
    assert "keyframe 1" in line
    assert all_paths(project.path) == before


@pytest.mark.parametrize("command", ["render", "film"])
@pytest.mark.parametrize("name", ["", "absent", "x" * 100_000, "story.json/below"])
def test_project_that_is_not_there(
    capsys: pytest.CaptureFixture[str], project: Project, command: str, name: str
) -> None:
    fail(capsys, command, str(project.path / "absent" / name))


def test_places_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path
) -> None:
    wall = tmp_path / "wall"
    wall.write_text("a file where a folder should be", encoding="utf-8")
    film = str(tmp_path / "film.mp4")
    assert "cannot" in fail(capsys, "make", IDEA, "--out", str(wall / "film.mp4"))
    assert "cannot" in fail(capsys, "make", IDEA, "--out", str(tmp_path / "absent" / "film.mp4"))
    assert ".mp4" in fail(capsys, "make", IDEA, "--out", str(tmp_path / "film.txt"))
    assert all_paths(tmp_path) == [wall]
    assert "cannot" in fail(capsys, "plan", IDEA, "--out", str(wall / "tale"))
    assert "cannot" in fail(capsys, "worker", "--once", "--home", str(wall / "home"))
    assert all_paths(tmp_path) == [wall]
    assert "cannot" in fail(capsys, "make", IDEA, "--out", film, "--home", str(wall))
    assert "name too long" in fail(capsys, "plan", IDEA, "--home", str(tmp_path / ("x" * 300)))
    assert all_paths(tmp_path) == [wall]


@pytest.mark.parametrize("out", ["absent/film.mp4", "film.txt", "tale"])
def test_film_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], project: Project, out: str
) -> None:
    before = all_paths(project.path)
    fail(capsys, "film", str(project.path), "--out", str(project.path.parent / out))
    assert all_paths(project.path) == before


def test_film_names_scenes_without_a_take(
    capsys: pytest.CaptureFixture[str], project: Project
) -> None:
    before = all_paths(project.path)
    assert project.story.scenes[-1].id in fail(capsys, "film", str(project.path))
    assert all_paths(project.path) == before


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sing",),
        ("x" * 100_000,),
        ("make", IDEA),
        ("plan", IDEA, "--seed", "-1"),
        ("plan", IDEA, "--seed", "9" * 100),
        ("plan", IDEA, "--seed", "one"),
        ("render", "tale", "--steps", "many"),
        ("render", "tale", "--draft", "--steps", "4"),
        ("worker", "--twice"),
        ("schema", "story"),
        ("plan", IDEA, "--planner", "oracle"),
        ("replan", "tale", "scene-1"),
        ("lint",),
        ("plan-import", "plans.txt"),
        ("plan-export", "tale", "--format", "fountain"),
    ],
)
def test_usage_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert "--help" in fail(capsys, *arguments, exit_code=2)


@pytest.mark.parametrize("steps", ["0", "-3", "1000"])
def test_steps_out_of_range(
    capsys: pytest.CaptureFixture[str], project: Project, steps: str
) -> None:
    assert "num_inference_steps" in fail(capsys, "render", str(project.path), "--steps", steps)


def test_unknown_scene(capsys: pytest.CaptureFixture[str], project: Project) -> None:
    assert "no-such" in fail(capsys, "render", str(project.path), "--scene", "no-such")


def test_worker_once_ends_with_an_empty_queue(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "worker", "--once"], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0
    assert (home / "jobs.sqlite").is_file()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches the whole console on Windows")
def test_ctrl_c_stops_cleanly(project: Project) -> None:
    command = [sys.executable, "-m", "pipeline", "render", str(project.path), "--steps", "200"]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "step" in line:
                break
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "stopped"
    assert out == ""
    assert not list(project.path.rglob("*.mp4"))
    assert not list(project.path.rglob(".*"))
