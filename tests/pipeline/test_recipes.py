"""The paper's settings by name, and plans as its code reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.artifacts import RegionPrompt, ScenePrompt
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.packs.seal import write_record
from pipeline.recipes import RECIPES, as_published, find_recipe, settings_for
from pipeline.rendering import render_settings
from pipeline.settings import Settings
from pipeline.story import Box
from tests.pipeline.packs.fixtures import tiny_record

HERE, THERE = Box(x0=0.1, y0=0.2, x1=0.4, y1=0.8), Box(x0=0.5, y0=0.3, x1=0.9, y1=0.7)


def make_region(name: str, text: str, *boxes: Box | None) -> RegionPrompt:
    return RegionPrompt(region_id=name, text=text, boxes=(*boxes, *[None] * (6 - len(boxes))))


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_gives_twelve_latents_on_its_own_pack(name: str) -> None:
    recipe = RECIPES[name]
    record = load_record(recipe.pack)
    render = render_settings(record, **recipe.changes())
    clip = record.sized(render.num_frames, render.height_px, render.width_px)
    assert (clip.latent_frames, *clip.grid) == (12, 30, 45)
    assert clip.keyframe_to_latent == tuple((2 * k, 2 * k + 1) for k in range(6))
    assert (render.num_inference_steps, render.guidance_scale) == (50, 9)
    assert (render.scheduler, render.box_timing) == ("dpm", "reference")


def test_unknown_recipe_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="dreamrunner-2b, dreamrunner-5b"):
        find_recipe("dreamrunner-7b")


def test_a_draft_of_a_recipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["render", str(tmp_path / "plans.jsonl"), "--out", str(tmp_path / "films")]
    assert main([*given, "--recipe", "dreamrunner-2b", "--draft"]) == 1
    assert "--draft and --recipe do not go together" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_recipe_takes_its_pack_but_leaves_a_folder_that_holds_it(tmp_path: Path) -> None:
    recipe = find_recipe("dreamrunner-5b")
    settings = Settings(home=tmp_path)
    assert settings_for(recipe, settings).pack == "cogvideox-5b"
    write_record(tiny_record().model_copy(update={"name": "cogvideox-5b"}), tmp_path)
    own = Settings(home=tmp_path, pack=str(tmp_path))
    assert settings_for(recipe, own) == own


def test_equal_captions_become_one_region_where_it_has_one_box_at_a_time() -> None:
    prompt = ScenePrompt(
        scene_id="s",
        regions=(
            make_region("a", "a fox runs", HERE, None, None),
            make_region("b", "a kite", THERE, THERE, THERE),
            make_region("c", "a fox runs", None, THERE, None),
            make_region("d", "a fox runs", HERE, None, HERE),
        ),
        background="a field",
        caption="a fox and a kite",
    )
    plain = as_published(prompt, "")
    assert [region.region_id for region in plain.regions] == ["a", "b", "d"]
    assert plain.regions[0].boxes[:3] == (HERE, THERE, None)
    assert (plain.background, plain.caption) == ("a field", "a fox and a kite")
    event = as_published(prompt, "a fox under a kite")
    assert event.background == "the background of the event: a fox under a kite"
    assert event.caption == "a fox under a kite"
