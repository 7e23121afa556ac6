"""Rendering one scene with a tiny random pack."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch

from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt
from pipeline.devices import DeviceChoice
from pipeline.errors import RenderError
from pipeline.packs.load import Pack, load_pack
from pipeline.progress import Progress, finish
from pipeline.render.preview import PREVIEW_WIDTH_PX
from pipeline.render.renderer import latent_boxes, render_scene
from pipeline.story import Box
from tests.pipeline.packs.fixtures import build_tiny_pack, tiny_record

LEFT, RIGHT = Box(x0=0, y0=0.1, x1=0.4, y1=0.9), Box(x0=0.6, y0=0.1, x1=1.0, y1=0.9)
SETTINGS = RenderSettings(seed=5, num_inference_steps=2, guidance_scale=3.0)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = build_tiny_pack(tmp_path_factory.mktemp("render") / "tiny")
    return load_pack(folder, DeviceChoice(torch.device("cpu"), torch.float32, "asked for", 1))


def make_prompt(*texts: str, boxes: tuple[Box | None, ...] = (LEFT, RIGHT)) -> ScenePrompt:
    regions = tuple(
        RegionPrompt(region_id=f"r{n}", text=text, boxes=(box,) * 6)
        for n, (text, box) in enumerate(zip(texts, boxes, strict=False))
    )
    return ScenePrompt(
        scene_id="harbour", regions=regions, background="an empty stage in the forest"
    )


def render(pack: Pack, prompt: ScenePrompt, settings: RenderSettings = SETTINGS) -> np.ndarray:
    return finish(render_scene(prompt, model=pack, clip=pack.record, settings=settings)).frames


def test_frames_have_the_shape_of_the_pack(pack: Pack) -> None:
    frames = render(pack, make_prompt("a blue fox walks left", "a red witch waves"))
    assert frames.shape == (24, 32, 48, 3)
    assert frames.dtype == np.uint8
    assert frames.std() > 1


def test_same_seed_gives_same_frames_and_another_seed_others(pack: Pack) -> None:
    prompt = make_prompt("a blue fox walks left")
    first = render(pack, prompt)
    other = render(pack, prompt, SETTINGS.model_copy(update={"seed": 6}))
    assert np.array_equal(first, render(pack, prompt))
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "other",
    [
        make_prompt("a red fox walks left", "a red witch waves"),
        make_prompt("a blue fox walks left", "a red witch waves", boxes=(RIGHT, LEFT)),
        make_prompt("a blue fox walks left"),
    ],
    ids=["words", "boxes", "regions"],
)
def test_words_and_boxes_matter(pack: Pack, other: ScenePrompt) -> None:
    prompt = make_prompt("a blue fox walks left", "a red witch waves")
    assert not np.array_equal(render(pack, prompt), render(pack, other))


def test_absent_region_changes_nothing(pack: Pack) -> None:
    """Words without a place on the stage are seen by no picture token."""
    alone = render(pack, make_prompt("a blue fox walks left"))
    ghost = make_prompt("a blue fox walks left", "a red witch waves", boxes=(LEFT, None))
    assert np.abs(alone.astype(int) - render(pack, ghost)).max() <= 1


def test_scene_without_regions_is_rendered(pack: Pack) -> None:
    assert render(pack, make_prompt()).shape == (24, 32, 48, 3)


def test_each_step_is_reported_with_a_picture(pack: Pack) -> None:
    work = render_scene(
        make_prompt("a blue fox walks left"), model=pack, clip=pack.record, settings=SETTINGS
    )
    records = list(work)
    assert [record.step for record in records] == [1, 2, 3]
    assert {(record.total, record.scene_id) for record in records} == {(3, "harbour")}
    for record in records[:-1]:
        assert_is_strip(record)
    assert records[0].preview != records[1].preview


def assert_is_strip(record: Progress) -> None:
    assert record.preview is not None
    assert len(record.preview) <= 15_000
    picture = cv2.imdecode(np.frombuffer(record.preview, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (107, PREVIEW_WIDTH_PX, 3)


def test_closing_between_steps_leaves_the_model_whole(pack: Pack) -> None:
    prompt = make_prompt("a blue fox walks left", "a red witch waves")
    before = render(pack, prompt)
    work = render_scene(prompt, model=pack, clip=pack.record, settings=SETTINGS)
    next(work)
    work.close()
    assert np.array_equal(before, render(pack, prompt))


@pytest.fixture
def broken(pack: Pack) -> Iterator[Pack]:
    weight = pack.transformer.proj_out.weight
    kept = weight.clone()
    weight.fill_(torch.nan)
    yield pack
    weight.copy_(kept)


def test_numbers_out_of_range_are_a_render_error(broken: Pack) -> None:
    with pytest.raises(RenderError, match="harbour"):
        render(broken, make_prompt("a blue fox walks left"))


def test_boxes_follow_the_keyframes() -> None:
    boxes = tuple(Box(x0=k / 10, y0=0.2, x1=k / 10 + 0.3, y1=0.9) for k in range(5))
    regions = [RegionPrompt(region_id="r", text="a fox", boxes=(*boxes, None))]
    clip = tiny_record().model_copy(
        update={"keyframe_to_latent": ((1,), (0,), (2,), (), (3, 4), (5,))}
    )
    found = latent_boxes(regions, clip)[0]
    assert found[:5, 0].tolist() == pytest.approx([0.1, 0.0, 0.2, 0.4, 0.4])
    assert bool(found[5].isnan().all())
