"""The commands that plan, check and exchange stories; none of them loads a model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.cli import planning
from pipeline.files import write_record
from pipeline.plan.exchange import FORMATS, read_plans
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Box, Key, Story
from pipeline.story_file import read_story
from pipeline.workspace import Project
from tests.pipeline.stories import make_story

IDEA = "A blue fox walks to the beach and waves at a red robot"
PLANS = Path(__file__).parent / "plan" / "exchange"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DREAMRUNNER_HOME", str(tmp_path / "home"))
    for name in ("DREAMRUNNER_PACK", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def project(home: Path, tmp_path: Path) -> Project:
    return finish(plan(IDEA, settings=Settings(home=home), path=tmp_path / "tale"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], str]:
    """Run a command; give its exit code, the lines of its results, and what else it said."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out.splitlines(), captured.err


def broken_story() -> dict[str, object]:
    """A story with a box inside out and a character that nobody knows."""
    fields = json.loads(make_story().model_dump_json())
    region = fields["scenes"][0]["regions"][0]
    region["keys"][0]["box"].update(x0=0.34, x1=0.1)
    return fields


def test_plan_says_which_motions_could_be_learned(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "tale"
    _, lines, _ = run(capsys, "plan", "A red fox dances by the sea and waves", "--out", out)
    assert lines[-1] == f"to learn: dances (python -m pipeline retrieve {out} finds clips)"
    _, lines, _ = run(capsys, "plan", "A red fox waves", "--out", tmp_path / "other")
    assert not any("to learn" in line for line in lines)


@pytest.mark.parametrize("out", ["tale", "tale/story.json"])
def test_plan_makes_the_project_where_it_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, out: str
) -> None:
    code, lines, _ = run(capsys, "plan", IDEA, "--out", tmp_path / out, "--seed", 3)
    assert (code, lines[0]) == (0, str(tmp_path / "tale"))
    made = Project(tmp_path / "tale")
    assert made.planning is not None
    assert (made.planning.planner, made.planning.idea, made.planning.seed) == ("builtin", IDEA, 3)


def test_plan_puts_a_story_beside_other_files_and_over_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert run(capsys, "plan", IDEA, "--out", tmp_path / "story.json")[0] == 0
    story = (tmp_path / "story.json").read_bytes()
    assert Project(tmp_path).has_casting
    code, _, said = run(capsys, "plan", "Another idea", "--out", tmp_path / "story.json")
    assert code == 1
    assert "there is something already" in said
    assert (tmp_path / "story.json").read_bytes() == story
    assert "no project" in run(capsys, "plan", IDEA, "--out", tmp_path / "fox.json")[2]


def test_plan_for_a_pack_that_is_not_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, said = run(capsys, "plan", IDEA, "--pack", "opera", "--out", tmp_path / "tale")
    assert code == 1
    assert "there is no pack" in said
    assert not (tmp_path / "tale").exists()


def test_a_language_model_that_nobody_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "tale"
    code, _, said = run(capsys, "plan", IDEA, "--planner", "openai", "--out", out)
    assert code == 1
    assert "OPENAI_API_KEY" in said
    assert not out.exists()


def test_replan_saves_one_scene_anew(capsys: pytest.CaptureFixture[str], project: Project) -> None:
    before, casting = project.story, project.casting
    second = before.scenes[1].id
    code, lines, said = run(capsys, "replan", project.path, second, "make it night")
    assert code == 0
    assert f"[{second}]" in lines[0]
    assert f"revision {before.revision + 1}" in said
    after = project.reload()
    assert after.scene(second) != before.scene(second)
    assert [s for s in after.scenes if s.id != second] == [
        s for s in before.scenes if s.id != second
    ]
    assert project.versions() == [before.revision]
    assert project.casting.parts[: len(casting.parts)] == casting.parts
    assert project.planning is not None
    assert project.planning.idea == IDEA
    assert "make it night" in project.planning.repairs[-1]


@pytest.mark.parametrize(
    ("scene", "note", "words"),
    [("no-such", "make it night", "there is no scene"), ("scene-1", " ", "the note is empty")],
)
def test_what_cannot_be_replanned_leaves_the_story(
    capsys: pytest.CaptureFixture[str], project: Project, scene: str, note: str, words: str
) -> None:
    before = project.story
    code, _, said = run(capsys, "replan", project.path, scene, note)
    assert code == 1
    assert words in said
    assert project.reload() == before


def test_lint_of_a_clean_plan_is_0(capsys: pytest.CaptureFixture[str], project: Project) -> None:
    code, lines, _ = run(capsys, "lint", project.path)
    assert code == 0
    assert all(line.startswith("hint: ") for line in lines)
    assert run(capsys, "lint", project.path / "story.json")[1] == lines


def test_lint_names_the_place_and_fix_saves_the_next_revision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "story.json"
    file.write_text(json.dumps(broken_story()), "utf-8")
    code, lines, _ = run(capsys, "lint", tmp_path)
    assert code == 1
    assert any(line.startswith("error: Scene 1, keyframe 1, Fen") for line in lines)

    code, lines, said = run(capsys, "lint", tmp_path, "--fix")
    assert "mended: Scene 1, keyframe 1, Fen" in lines[0]
    assert "saved as revision 1" in said
    mended = Project(tmp_path).story
    box = mended.scenes[0].regions[0].box_at(0)
    assert box is not None
    assert (box.x0, box.x1, mended.revision) == (0.1, 0.34, 1)
    assert json.loads((tmp_path / "versions" / "0.json").read_text("utf-8")) == broken_story()
    again = run(capsys, "lint", tmp_path, "--fix")
    assert "nothing to mend" in again[2]
    assert Project(tmp_path).story == mended


def test_fix_keeps_the_old_story_in_the_versions_of_a_project(
    capsys: pytest.CaptureFixture[str], project: Project
) -> None:
    scene = project.story.scenes[0]
    tiny = Key(box=Box(x0=0.5, y0=0.5, x1=0.51, y1=0.52))
    region = scene.regions[0].model_copy(update={"keys": (tiny, *[None] * 4, tiny)})
    regions = (region, *scene.regions[1:])
    project.save_story(project.story.replace_scene(scene.model_copy(update={"regions": regions})))
    before = project.story
    run(capsys, "lint", project.path, "--fix")
    assert project.reload().revision == before.revision + 1
    assert project.version(before.revision) == before


def test_a_loose_story_file_is_mended_in_place_and_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "kite.json"
    file.write_text(json.dumps(broken_story()), "utf-8")
    run(capsys, "lint", file, "--fix")
    assert read_story(file).revision == 1
    assert json.loads((tmp_path / "kite.0.json").read_text("utf-8")) == broken_story()


@pytest.mark.parametrize(
    ("name", "kept"), [("kite.json", "kite.0"), ("story.json", "versions/0")], ids=["loose", "home"]
)
def test_what_is_kept_is_written_over_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, kept: str
) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / name).write_text(json.dumps(broken_story()), "utf-8")
    for mine in (f"{kept}.json", f"{kept}-2.json"):
        (tmp_path / mine).write_text("mine", "utf-8")
    run(capsys, "lint", tmp_path / name, "--fix")
    assert read_story(tmp_path / name).revision == 1
    for mine in (f"{kept}.json", f"{kept}-2.json"):
        assert (tmp_path / mine).read_text("utf-8") == "mine"
    assert json.loads((tmp_path / f"{kept}-3.json").read_text("utf-8")) == broken_story()


@pytest.mark.parametrize("name", ["two_scenes.txt", "kite.fountain", "oddities.jsonl"])
def test_other_formats_are_checked_but_not_mended_in_place(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, lines, _ = run(capsys, "lint", PLANS / name)
    assert code == int(any(not line.startswith("hint: ") for line in lines))
    code, lines, said = run(capsys, "lint", PLANS / name, "--fix")
    assert (code, lines) == (1, [])
    assert "plan-import" in said


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("two_scenes.txt", ["two-scenes-1", "two-scenes-2"]),
        ("oddities.jsonl", [f"000{n}" for n in range(1, 7)]),
        ("kite.fountain", ["the-kite-over-the-bay"]),
        ("../../story_v1.json", ["lost-kite"]),
    ],
)
def test_import_makes_a_project_of_every_plan(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, folders: list[str]
) -> None:
    code, lines, _ = run(capsys, "plan-import", PLANS / name, "--out", tmp_path / "in")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == folders
    for folder in folders:
        made = Project(tmp_path / "in" / folder)
        assert made.has_casting
        assert made.planning is not None
        assert made.planning.planner == "import"
        assert all(f"  mended: {change}" in lines for change in made.planning.repairs)
    code, _, said = run(capsys, "plan-import", PLANS / name, "--out", tmp_path / "in")
    assert code == 1
    assert "there is something already" in said


def test_plans_that_cannot_be_imported_are_listed_and_nothing_of_them_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = (PLANS / "oddities.jsonl").read_text("utf-8").splitlines()
    rows[1] = rows[1].replace("Frame_5", "Frame_9")
    (tmp_path / "rows.jsonl").write_text("\n".join(rows[:3]), "utf-8")
    code, lines, said = run(
        capsys, "plan-import", tmp_path / "rows.jsonl", "--out", tmp_path / "in"
    )
    assert code == 1
    assert "error: 0002 is not imported: line 2, Frame_9: expected Frame_1 to Frame_6" in said
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["0001", "0003"]
    assert len([line for line in lines if not line.startswith("  ")]) == 2


def test_lint_of_a_file_tells_of_its_good_plans_and_names_the_bad(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = (PLANS / "oddities.jsonl").read_text("utf-8").splitlines()
    rows[1] = rows[1].replace("Frame_5", "Frame_9")
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), "utf-8")
    code, lines, _ = run(capsys, "lint", tmp_path / "rows.jsonl")
    assert code == 1
    bad = "error: 0002 cannot be read: line 2, Frame_9: expected Frame_1 to Frame_6"
    assert any(line.startswith(bad) for line in lines)
    assert any("0003: " in line for line in lines)


def test_half_a_character_keeps_one_plan_out_and_no_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = (PLANS / "oddities.jsonl").read_text("utf-8").splitlines()[:2]
    rows.append(json.dumps(["0009.mp4", "Background: a \ud800 beach"]))
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), "utf-8")
    code, _, said = run(capsys, "plan-import", tmp_path / "rows.jsonl", "--out", tmp_path / "in")
    assert code == 1
    assert "0009 is not imported: line 3: expected whole characters" in said
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["0001", "0002"]


def test_import_of_what_is_no_plan_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "tale.txt").write_text("Once upon a time.", "utf-8")
    code, lines, said = run(capsys, "plan-import", tmp_path / "tale.txt", "--out", tmp_path / "in")
    assert (code, lines) == (1, [])
    assert said.startswith("error: this is no story or plan")
    assert not (tmp_path / "in").exists()


def test_a_hundred_plans_are_imported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    row = (PLANS / "oddities.jsonl").read_text("utf-8").splitlines()[0]
    rows = [row.replace("0001.mp4", f"{n:04d}.mp4") for n in range(100)]
    (tmp_path / "many.jsonl").write_text("\n".join(rows), "utf-8")
    code, _, _ = run(capsys, "plan-import", tmp_path / "many.jsonl", "--out", tmp_path / "in")
    assert code == 0
    assert len(list((tmp_path / "in").glob("*/story.json"))) == 100


def test_export_and_import_bring_the_scenes_back(
    capsys: pytest.CaptureFixture[str], project: Project, tmp_path: Path
) -> None:
    code, lines, said = run(capsys, "plan-export", project.path)
    assert code == 0
    assert lines[0].startswith("Background: ")
    assert "note: titles, narration" in said
    for name, file in (("plan", "plans.txt"), ("jsonl", "plans.jsonl"), ("story", "copy.json")):
        out = tmp_path / file
        code, lines, _ = run(capsys, "plan-export", project.path, "--format", name, "--out", out)
        assert (code, lines) == (0, [str(out)])
        scenes = [scene for one in read_plans(out) for scene in one.draft.scenes]
        assert len(scenes) == len(project.story.scenes)
    assert (tmp_path / "plans.txt").read_text("utf-8").count("Frame_6") == len(project.story.scenes)
    assert read_story(tmp_path / "copy.json") == project.story


@pytest.mark.parametrize("name", ["story.json", "casting.json", "planning.json", "notes.txt"])
def test_export_writes_over_nothing_unless_it_is_told_to(
    capsys: pytest.CaptureFixture[str], project: Project, name: str
) -> None:
    file = project.path / name
    (project.path / "notes.txt").write_text("mine", "utf-8")
    before = file.read_bytes()
    code, lines, said = run(capsys, "plan-export", project.path, "--out", file)
    assert (code, lines) == (1, [])
    assert "there is something already" in said
    assert "--force" in said
    assert file.read_bytes() == before
    assert run(capsys, "plan-export", project.path, "--out", file, "--force")[0] == 0
    assert file.read_bytes().startswith(b"Background: ")


def test_the_command_line_offers_every_format_that_is_written() -> None:
    assert set(planning.FORMATS) == {name for name, kind in FORMATS.items() if kind.write}


def test_export_of_an_old_story_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "story_v1.json", tmp_path / "old.json")
    code, lines, said = run(capsys, "plan-export", tmp_path / "old.json", "--format", "story")
    assert (code, said) == (0, "")
    assert Story.model_validate_json("\n".join(lines)).schema_version == 3


def test_a_story_that_no_fix_makes_whole_stays_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_record(tmp_path / "story.json", make_story())
    fields = {**json.loads(make_story().model_dump_json()), "scenes": []}
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    code, lines, said = run(capsys, "lint", tmp_path, "--fix")
    assert (code, lines) == (1, [])
    assert "no whole story" in said
    assert "scenes" in said
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["story.json"]


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("schema | true; exit ${PIPESTATUS[0]}", ""),
        ("schema > /dev/full", "error: cannot write the output: no space left on device"),
    ],
    ids=["no-reader", "no-space"],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_output_that_cannot_be_written_is_no_traceback(shell: str, said: str) -> None:
    root = Path(__file__).parents[2]
    command = ["bash", "-c", f"{sys.executable} -m pipeline {shell}"]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (1, said)
