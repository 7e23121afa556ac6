"""A file of plans becomes films with the plans' names, and again nothing; on a tiny random pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.artifacts import RenderSettings, Take
from pipeline.batch import PlanFilm, render_plans
from pipeline.plan.exchange import Refused
from pipeline.progress import finish
from pipeline.recipes import Recipe
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.vision.encode import read_comment
from tests.pipeline.decoded import all_frames
from tests.pipeline.packs.fixtures import build_tiny_pack

QUICK = RenderSettings(seed=40, num_inference_steps=1, guidance_scale=2)


def make_plan(who: str, *, left: float = 0.1, bad_frame: int | None = None) -> str:
    frames = []
    for k in range(1, 7):
        box = [left, 0.9, left + 0.4, 0.2] if k == bad_frame else [left, 0.2, left + 0.4, 0.9]
        entry = json.dumps([[f"{who}", "waving", f"a {who} waves"], box])
        frames.append(f"Frame_{k}: {entry}")
    start = f"Background: the background of the event: a {who} waves in the forest"
    return "\n".join([start, *frames])


def write_plans(path: Path, *rows: tuple[str, str]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_pack(tmp_path_factory.mktemp("batch") / "tiny"))


@pytest.fixture
def runner(pack: str, tmp_path: Path) -> Runner:
    return Runner(Settings(home=tmp_path / "home", pack=pack), device="cpu")


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    return write_plans(
        tmp_path / "plans.jsonl",
        ("0001.mp4", make_plan("blue fox")),
        ("0002.mp4", "no plan at all"),
        ("0003.mp4", make_plan("red robot", left=0.5)),
        ("0001.mp4", make_plan("green witch")),
        ("a\\b.mp4", make_plan("green witch")),
    )


def test_films_are_named_as_the_plans_and_those_that_fail_are_told(
    runner: Runner, plans: Path, tmp_path: Path
) -> None:
    out = tmp_path / "films"
    first, second, third, again, odd = finish(render_plans(runner, plans, out, QUICK))
    assert isinstance(first, PlanFilm)
    assert isinstance(third, PlanFilm)
    assert [first.path.name, third.path.name] == ["0001.mp4", "0003.mp4"]
    assert sorted(path.name for path in out.glob("*.mp4")) == ["0001.mp4", "0003.mp4"]
    for refused, words in ((second, "line 2"), (again, "has this name"), (odd, "name for a file")):
        assert isinstance(refused, Refused)
        assert words in refused.message
    take = Take.model_validate_json(read_comment(third.path))
    assert take.settings.seed == 40 + 2
    beside = Take.model_validate_json(third.path.with_suffix(".json").read_text("utf-8"))
    assert take == beside
    assert len(all_frames(third.path)) == take.num_frames
    assert list((runner.settings.home / "cache" / "renders").iterdir()) == []


def test_names_no_file_system_takes_and_names_it_takes_for_one_are_refused(
    runner: Runner, tmp_path: Path
) -> None:
    fox = make_plan("blue fox")
    names = ("Harbour.mp4", "harbour.mp4", f"{'é' * 130}.mp4")
    plans = write_plans(tmp_path / "odd.jsonl", *((name, fox) for name in names))
    first, *others = finish(render_plans(runner, plans, tmp_path / "films", QUICK))
    assert isinstance(first, PlanFilm)
    said = [one.message for one in others if isinstance(one, Refused)]
    assert said == ["another plan has this name", "this is no name for a file"]


def test_what_is_there_is_passed_over_and_shards_share_the_rest(
    runner: Runner, plans: Path, tmp_path: Path
) -> None:
    out = tmp_path / "films"
    (one, three, odd) = finish(render_plans(runner, plans, out, QUICK, shard=(0, 2)))
    assert isinstance(odd, Refused)
    assert [type(found) for found in (one, three)] == [PlanFilm, PlanFilm]
    assert isinstance(one, PlanFilm)
    before = one.path.stat().st_mtime_ns
    found = finish(render_plans(runner, plans, out, QUICK))
    assert [f.was_there for f in found if isinstance(f, PlanFilm)] == [True, True]
    assert one.path.stat().st_mtime_ns == before
    others = finish(render_plans(runner, plans, tmp_path / "others", QUICK, shard=(1, 2)))
    assert [other.name for other in others] == ["0002", "0001"]
    assert all(isinstance(other, Refused) for other in others)


def test_progress_counts_all_plans_of_the_shard(
    runner: Runner, plans: Path, tmp_path: Path
) -> None:
    records = list(render_plans(runner, plans, tmp_path / "films", QUICK))
    steps = [record.step for record in records]
    assert steps == sorted(steps)
    assert {record.total for record in records} == {500}
    assert records[-1].note.startswith("plan 3 of 5: ")


def test_a_recipe_renders_plans_as_they_stand(runner: Runner, tmp_path: Path) -> None:
    plans = write_plans(tmp_path / "one.jsonl", ("7.mp4", make_plan("blue fox", bad_frame=6)))
    takes = []
    for recipe in (None, Recipe(pack="tiny")):
        out = tmp_path / ("mended" if recipe is None else "as-it-stands")
        (film,) = finish(render_plans(runner, plans, out, QUICK, recipe=recipe))
        assert isinstance(film, PlanFilm)
        takes.append(Take.model_validate_json(read_comment(film.path)))
    mended, stands = (take.prompt.regions[0].boxes for take in takes)
    assert mended[5] is not None
    assert stands[5] is None
    assert stands[:5] == mended[:5]


def test_command_line_renders_plans_and_says_what_is_missing(
    pack: str,
    plans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DREAMRUNNER_PACK", pack)
    home, out = ["--home", str(tmp_path / "home")], ["--out", str(tmp_path / "films")]
    common = ["render", str(plans), *home]
    assert main([*common, *out, "--steps", "1", "--shard", "0/4"]) == 1
    told = capsys.readouterr()
    assert told.out.split() == [str(tmp_path / "films" / "0001.mp4")]
    assert "1 rendered, 0 there before, 1 not" in told.err
    assert main([*common, "--steps", "1"]) == 1
    assert "Add --out DIR" in capsys.readouterr().err
    assert main([*common, *out, "--all"]) == 1
    assert "are for projects" in capsys.readouterr().err
    assert main(["render", str(tmp_path), *home, *out]) == 1
    assert "is none" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([*common, *out, "--shard", "4/4"])
