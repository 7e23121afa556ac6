"""Rendering one scene with a tiny random pack."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.artifacts import (
    OverlapPrompt,
    PriorBinding,
    RegionPrompt,
    RenderSettings,
    ScenePrompt,
)
from pipeline.devices import DeviceChoice
from pipeline.diffusion.adapters import RegionalAdapters, uses_of
from pipeline.diffusion.preview_map import PreviewMap
from pipeline.diffusion.text import TextCache, scene_embeds
from pipeline.errors import InputError, RenderError
from pipeline.packs.load import Pack, load_pack
from pipeline.progress import Work, finish
from pipeline.render.checkpoint import Checkpoint
from pipeline.render.renderer import RenderedClip, render_scene
from pipeline.story import Box
from tests.pipeline.diffusion.lora_files import write_adapter
from tests.pipeline.packs.fixtures import build_tiny_pack

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
    """Words without a place on the stage are not even encoded."""
    alone = render(pack, make_prompt("a blue fox walks left"))
    ghost = make_prompt("a blue fox walks left", "a red witch waves", boxes=(LEFT, None))
    assert np.array_equal(alone, render(pack, ghost))


def test_words_for_an_overlap_take_the_place_of_its_regions_there(pack: Pack) -> None:
    plain = make_prompt("a blue fox", "a red witch", boxes=(LEFT, LEFT))
    shared = OverlapPrompt(region_ids=("r0", "r1"), text="a green robot waves")
    told = plain.model_copy(update={"overlaps": (shared,)})
    alone = make_prompt("a green robot waves", boxes=(LEFT,))
    assert not np.array_equal(render(pack, plain), render(pack, told))
    assert np.array_equal(render(pack, told), render(pack, alone))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"overlaps": (OverlapPrompt(region_ids=("r0", "r9"), text="they wave"),)}, "not have"),
        ({"overlaps": (OverlapPrompt(region_ids=("r0", "r0"), text="it waves"),)}, "two regions"),
        (
            {"priors": (PriorBinding(prior="luna", kind="character", region_ids=("r9",)),)},
            "'luna' is bound to a region",
        ),
    ],
)
def test_what_names_other_regions_is_refused(
    pack: Pack, change: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        render(pack, make_prompt("a blue fox", "a red witch").model_copy(update=change))


def test_what_was_learned_changes_the_frames_where_its_region_is(
    pack: Pack, tmp_path: Path
) -> None:
    prompt = make_prompt("a blue fox walks left", "a red witch waves")
    binding = PriorBinding(prior="luna", kind="character", region_ids=("r0",))
    prompt = prompt.model_copy(update={"priors": (binding,)})
    base = render(pack, prompt).astype(int)
    file = write_adapter(pack.transformer, tmp_path / "luna.safetensors", blocks=(0, 1), seed=4)
    adapters = RegionalAdapters(pack.transformer, uses_of(prompt, {"luna": file}, pack.record))
    work = render_scene(prompt, model=pack, clip=pack.record, settings=SETTINGS, adapters=adapters)
    change = np.abs(finish(work).frames - base).mean((0, 1, 3))
    assert change[:16].mean() > 2 * change[32:].mean()
    assert np.array_equal(render(pack, prompt), base)  # still loaded, not at work
    adapters.remove()
    assert np.array_equal(render(pack, prompt), base)


def test_each_text_has_the_negative_prompt_beside_it(pack: Pack) -> None:
    seen: list[torch.Tensor] = []
    hook = pack.transformer.register_forward_pre_hook(
        lambda _model, _inputs, given: seen.append(given["encoder_hidden_states"]),
        with_kwargs=True,
    )
    prompt = make_prompt("a blue fox walks left", "a red witch waves")
    render(pack, prompt, SETTINGS.model_copy(update={"negative_prompt": "a red robot"}))
    hook.remove()
    texts = [region.text for region in prompt.regions]
    length = pack.record.max_sequence_length
    fox, witch, stage, robot = scene_embeds(
        [*texts, prompt.background, "a red robot"], model=pack, max_sequence_length=length
    )
    assert torch.equal(seen[0][0], torch.cat([robot, robot, robot]))
    assert torch.equal(seen[0][1], torch.cat([fox, witch, stage]))


def test_without_regions_the_caption_is_all_there_is(pack: Pack) -> None:
    settings = SETTINGS.model_copy(update={"use_regions": False})
    prompt = make_prompt("a blue fox", "a red witch").model_copy(update={"caption": "a fox waves"})
    other = make_prompt().model_copy(update={"caption": "a fox waves"})
    assert np.array_equal(render(pack, prompt, settings), render(pack, other, settings))
    assert not np.array_equal(render(pack, prompt, settings), render(pack, prompt))
    with pytest.raises(InputError, match="no words for the whole"):
        render(pack, make_prompt("a blue fox"), settings)


@pytest.mark.parametrize(
    "change",
    [
        {"negative_prompt": "a red robot"},
        {"scheduler": "dpm"},
        {"guidance_scale": 1.0},
        {"num_inference_steps": 3},
    ],
    ids=lambda change: next(iter(change)),
)
def test_settings_matter(pack: Pack, change: dict[str, object]) -> None:
    prompt = make_prompt("a blue fox walks left")
    changed = render(pack, prompt, SETTINGS.model_copy(update=change))
    assert not np.array_equal(changed, render(pack, prompt))


def test_box_timing_matters_where_boxes_move(pack: Pack) -> None:
    boxes = tuple(Box(x0=0.1 * k, y0=0.1, x1=0.1 * k + 0.4, y1=0.9) for k in range(6))
    region = RegionPrompt(region_id="r", text="a blue fox walks", boxes=boxes)
    prompt = ScenePrompt(scene_id="s", regions=(region,), background="an empty stage")
    clip = pack.record.sized(16)
    takes = [
        finish(
            render_scene(
                prompt,
                model=pack,
                clip=clip,
                settings=SETTINGS.model_copy(update={"box_timing": timing}),
            )
        ).frames
        for timing in ("hold", "interpolate")
    ]
    assert takes[0].shape == (16, 32, 48, 3)
    assert not np.array_equal(takes[0], takes[1])
    with pytest.raises(InputError, match="12 latent frames"):
        render(pack, prompt, SETTINGS.model_copy(update={"box_timing": "reference"}))


def test_other_sizes_are_rendered(pack: Pack) -> None:
    clip = pack.record.sized(9, height_px=48, width_px=32)
    prompt = make_prompt("a blue fox walks left", "a red witch waves")
    frames = finish(render_scene(prompt, model=pack, clip=clip, settings=SETTINGS)).frames
    assert frames.shape == (9, 48, 32, 3)
    assert frames.std() > 1


def test_scene_without_regions_is_rendered(pack: Pack) -> None:
    assert render(pack, make_prompt()).shape == (24, 32, 48, 3)


def test_each_step_is_reported_with_a_picture(pack: Pack) -> None:
    drawn_by = PreviewMap(torch.eye(4)[:, :3].contiguous(), torch.zeros(3), 1, 20.0)
    work = render_scene(
        make_prompt("a blue fox walks left"),
        model=pack,
        clip=pack.record,
        settings=SETTINGS,
        preview=drawn_by,
    )
    records = list(work)
    assert [(record.step, record.note) for record in records] == [
        (0, "encoding words"),
        (1, "step 1 of 2"),
        (2, "step 2 of 2"),
        (2, "decoding"),
        (3, "frames drawn"),
    ]
    assert {(record.total, record.scene_id) for record in records} == {(3, "harbour")}
    pictures = [record.preview for record in records]
    assert [picture is None for picture in pictures] == [True, False, False, True, True]
    assert pictures[1] != pictures[2]


def test_texts_are_kept_for_the_next_render(pack: Pack, tmp_path: Path) -> None:
    prompt, cache = make_prompt("a blue fox walks left"), TextCache(tmp_path, "tiny")
    first = render_kept(pack, prompt, cache)
    silent = dataclasses.replace(pack, text_encoder=torch.nn.Identity(), tokenizer=None)
    second = render_kept(silent, prompt, cache)
    assert np.array_equal(first.frames, second.frames)
    assert np.array_equal(first.frames, render(pack, prompt))
    assert min(first.timings.text, first.timings.denoise, first.timings.decode) > 0
    assert first.attention


def render_kept(pack: Pack, prompt: ScenePrompt, cache: TextCache) -> RenderedClip:
    work = render_scene(prompt, model=pack, clip=pack.record, settings=SETTINGS, texts=cache)
    return finish(work)


@pytest.mark.parametrize("scheduler", ["ddim", "dpm"])
@pytest.mark.parametrize("records", [2, 3, 5])
def test_an_interrupted_render_goes_on(
    pack: Pack, tmp_path: Path, scheduler: str, records: int
) -> None:
    settings = SETTINGS.model_copy(update={"num_inference_steps": 3, "scheduler": scheduler})
    prompt = make_prompt("a blue fox walks left", "a red witch waves")

    def work(key: str) -> Work[RenderedClip]:
        kept = Checkpoint(tmp_path / "state", key, seconds_between=0)
        return render_scene(
            prompt, model=pack, clip=pack.record, settings=settings, checkpoint=kept
        )

    interrupted = work("this")
    for _ in range(records):
        next(interrupted)
    interrupted.close()
    other, resumed = finish(work("that")), None
    assert other.resumed_from == 0
    interrupted = work("this")
    for _ in range(records):
        next(interrupted)
    interrupted.close()
    resumed = finish(work("this"))
    assert resumed.resumed_from == min(records - 1, 3)
    assert np.array_equal(resumed.frames, render(pack, prompt, settings))


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
