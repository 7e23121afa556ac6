"""Drawn clips: pixels follow the script, boxes and masks follow the pixels."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import PipelineError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import NUM_MARKS, Actor, Facing, Mark, Script, sample_script
from pipeline.theatre.world import load_world


def _actor(
    kind: str = "fox", motion: str = "stands", facing: Facing = "right", **mark: float
) -> Actor:
    place = {"x": 0.5, "y": 0.9, "height": 0.6} | mark
    return Actor(kind, "blue", motion, facing, None, (Mark(**place),) * NUM_MARKS, 0.3)


def _mask_box(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    height, width = mask.shape
    return (
        columns[0] / width,
        rows[0] / height,
        (columns[-1] + 1) / width,
        (rows[-1] + 1) / height,
    )


def test_shapes_and_ranges() -> None:
    script = Script("forest", (_actor(x=0.3), _actor("witch", x=0.7)), 3)
    clip = draw_clip(script, width_px=72, height_px=56, num_frames=12)
    assert clip.frames.shape == (12, 56, 72, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.boxes.shape == (2, 12, 4)
    assert clip.masks.shape == (2, 12, 56, 72)
    assert clip.masks.dtype == np.bool_
    assert clip.depth.shape == (12, 56, 72)
    assert clip.depth.dtype == np.float32
    assert 0 <= clip.depth.min() < clip.depth.max() <= 1


def test_an_empty_stage_stands_still_without_boxes() -> None:
    clip = draw_clip(Script("beach", (), 9))
    assert clip.boxes.shape == (0, 24, 4)
    assert clip.masks.shape == (0, 24, 96, 144)
    assert (clip.frames == clip.frames[:1]).all()


def test_a_script_alone_decides_the_pixels() -> None:
    script = sample_script(random.Random(8), num_actors=2)
    first, second = draw_clip(script), draw_clip(script)
    assert (first.frames == second.frames).all()
    assert (first.masks == second.masks).all()
    assert (first.frames != draw_clip(replace(script, seed=script.seed + 1)).frames).any()


@pytest.mark.parametrize("motion", list(load_world().motions))
@pytest.mark.parametrize("kind", load_world().kinds)
def test_boxes_are_tight_around_masks(kind: str, motion: str) -> None:
    clip = draw_clip(Script("room", (_actor(kind, motion, height=0.5),), 4))
    pixel = np.array([1 / 144, 1 / 96] * 2)
    for mask, box in zip(clip.masks[0], clip.boxes[0], strict=True):
        assert np.abs(np.array(_mask_box(mask)) - box).max() <= 2 * pixel.max()


def test_masks_of_actors_never_share_a_pixel_and_the_last_is_in_front() -> None:
    back, front = _actor("robot", x=0.45), _actor("fox", x=0.5)
    clip = draw_clip(Script("castle", (back, front), 4))
    assert not (clip.masks[0] & clip.masks[1]).any()
    alone = draw_clip(Script("castle", (front,), 4))
    assert (clip.masks[1] == alone.masks[0]).all()
    assert clip.depth[clip.masks[1]].min() > clip.depth[clip.masks[0]].max()


@pytest.mark.parametrize("kind", load_world().kinds)
@pytest.mark.parametrize("height", [0.31, 0.74])
def test_a_standing_figure_is_as_tall_as_its_mark(kind: str, height: float) -> None:
    clip = draw_clip(Script("room", (_actor(kind, height=height),), 4))
    drawn = clip.boxes[0, :, 3] - clip.boxes[0, :, 1]
    assert drawn == pytest.approx(np.full(24, height * 1.05), rel=0.06)
    assert clip.boxes[0, :, 3] == pytest.approx(np.full(24, 0.9 + 0.03 * height), abs=0.01)


def test_feet_reach_every_mark_in_the_middle_of_its_latent() -> None:
    marks = tuple(Mark(0.2 + 0.1 * k, 0.9 - 0.02 * k, 0.5) for k in range(NUM_MARKS))
    actor = replace(_actor("robot"), marks=marks)
    boxes = draw_clip(Script("room", (actor,), 4)).boxes[0]
    centres = (boxes[:, 0] + boxes[:, 2]) / 2
    steps = np.diff((centres[1::4] + centres[2::4]) / 2)
    assert steps == pytest.approx(np.full(5, 0.1), abs=0.012)


def test_facing_left_mirrors_the_figure() -> None:
    right = draw_clip(Script("room", (_actor("fox", "waves"),), 4))
    left = draw_clip(Script("room", (_actor("fox", "waves", "left"),), 4))
    differing = (right.masks[0] != left.masks[0][:, :, ::-1]).mean()
    unmirrored = (right.masks[0] != left.masks[0]).mean()
    assert differing < 0.004 < 0.02 < unmirrored


def test_a_figure_may_leave_the_frame_and_its_box_goes_with_it() -> None:
    clip = draw_clip(Script("room", (_actor(x=-0.01),), 4))
    assert (clip.boxes[0, :, 0] < -0.05).all()
    assert clip.masks[0].any()
    gone = draw_clip(Script("room", (_actor(x=2.5),), 4))
    assert not gone.masks.any()


def test_a_jump_rises_once_and_lands() -> None:
    feet = draw_clip(Script("room", (_actor(motion="jumps"),), 4)).boxes[0, :, 3]
    top = int(feet.argmin())
    assert 8 <= top <= 15
    assert feet[0] - feet[top] > 0.1
    assert (np.diff(feet[:top]) <= 0.001).all()
    assert (np.diff(feet[top:]) >= -0.001).all()


def test_a_sleeper_lies_down() -> None:
    box = draw_clip(Script("room", (_actor("robot", "sleeps"),), 4)).boxes[0, 5]
    assert (box[2] - box[0]) * 144 > 1.15 * (box[3] - box[1]) * 96


@pytest.mark.parametrize("motion", load_world().playable_motions)
def test_motions_in_place_move_little_within_half_a_second(motion: str) -> None:
    boxes = draw_clip(Script("room", (_actor("witch", motion, height=0.55),), 4)).boxes[0]
    pixels = boxes * np.array([144, 96, 144, 96])
    moved = np.abs(pixels[3::4] - pixels[::4])
    assert np.median(moved) <= 4


def _share_of(colour: str, pixels: NDArray[np.uint8]) -> float:
    """The share of pixels (N, 3) that are in a colour or in its shade, as the judges see it."""
    shades = [np.array(load_world().colours[colour]) * factor for factor in (1.0, 0.8)]
    distance = np.min([np.abs(pixels - shade).max(-1) for shade in shades], axis=0)
    return float((distance < 42).mean())


@pytest.mark.parametrize("name", list(load_world().backdrops))
def test_backdrops_keep_clear_of_the_figures_colours(name: str) -> None:
    pale = name not in ("night", "rain")  # white paper lies in the oldest backdrops
    for seed in range(5):
        stage = draw_clip(Script(name, (), seed), num_frames=1).frames[0].reshape(-1, 3)
        for colour in load_world().colours:
            if not (pale and colour == "white"):
                assert _share_of(colour, stage) < 0.005, (name, colour)


@pytest.mark.parametrize("kind", load_world().kinds)
def test_a_figure_shows_its_own_colour_and_no_other(kind: str) -> None:
    colours = [name for name in load_world().colours if name != "white"]
    for own in colours:
        actor = replace(_actor(kind), colour=own)
        clip = draw_clip(Script("room", (actor,), 4), num_frames=1)
        figure = clip.frames[clip.masks[0]]
        assert _share_of(own, figure) > 0.25
        assert max(_share_of(other, figure) for other in colours if other != own) < 0.06


@pytest.mark.parametrize("kind", load_world().kinds)
def test_who_gives_holds_a_parcel_before_the_body_and_nobody_else_does(kind: str) -> None:
    def parcel_columns(motion: str) -> NDArray[np.intp]:
        clip = draw_clip(Script("room", (_actor(kind, motion, height=0.7),), 4))
        paper = np.abs(clip.frames[5].astype(int) - (206, 170, 130)).max(-1) < 6
        return np.nonzero(paper & clip.masks[0, 5])[1]

    assert len(parcel_columns("hugs")) < 5
    held = parcel_columns("gives")
    assert len(held) > 25
    assert held.min() > 0.5 * 144


def test_held_out_looks_and_motions_are_drawn_differently() -> None:
    world = load_world()
    plain = draw_clip(Script("snow", (_actor("rabbit"),), 4))
    for look in world.held_out.looks.values():
        actor = replace(_actor(look.kind), colour=look.colour)
        bare = draw_clip(Script("snow", (actor,), 4))
        hatted = draw_clip(Script("snow", (replace(actor, hat=look.hat),), 4))
        assert (bare.frames != hatted.frames).any()
    for motion in world.held_out.motions:
        moving = draw_clip(Script("snow", (_actor("rabbit", motion),), 4))
        assert (moving.masks != plain.masks).mean() > 0.005


def test_unknown_names_are_refused_with_what_there_is() -> None:
    with pytest.raises(PipelineError, match="swamp") as refusal:
        draw_clip(Script("swamp", (), 1))
    assert "forest" in refusal.value.hint
    with pytest.raises(PipelineError, match="unicorn"):
        draw_clip(Script("room", (_actor("unicorn"),), 1))
