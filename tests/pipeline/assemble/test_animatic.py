"""The animatic: boxes that move as their paths say, as long as the narration needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.assemble.animatic import (
    WIDTH_PX,
    Player,
    StagedScene,
    draw_boxes,
    drawn_box,
    film_boxes,
    time_of,
)
from pipeline.errors import AssemblyError, WorkspaceError
from pipeline.progress import finish
from pipeline.story import Box, Ease, Key, Region, Scene
from pipeline.vision.encode import frame_writer
from pipeline.vision.ffmpeg import probe
from tests.pipeline.decoded import all_frames

LEFT, RIGHT = Box(x0=0.0, y0=0.4, x1=0.2, y1=0.9), Box(x0=0.5, y0=0.4, x1=0.7, y1=0.9)
PINK, GREEN, SKY = (240, 90, 200), (30, 160, 60), (190, 220, 250)
SIZE = (300, 200)


def make_region(name: str = "mia", layer: int = 0, **keys: Key) -> Region:
    """A region with keys `k0`, ..., `k5`."""
    return Region(id=name, layer=layer, keys=tuple(keys.get(f"k{k}") for k in range(6)))


def x0_at(region: Region, time: float) -> float | None:
    box = drawn_box(region, time)
    return None if box is None else round(box.x0, 4)


@pytest.mark.parametrize(
    ("ease", "expected"),
    [("linear", [0.0, 0.125, 0.25, 0.375, 0.5]),
     ("ease", [0.0, 0.0781, 0.25, 0.4219, 0.5]),
     ("hold", [0.0, 0.0, 0.0, 0.0, 0.5])],
)  # fmt: skip
def test_a_box_goes_the_way_its_ease_says(ease: Ease, expected: list[float]) -> None:
    region = make_region(k1=Key(box=LEFT, ease=ease), k5=Key(box=RIGHT))
    assert [x0_at(region, time) for time in (1, 2, 3, 4, 5)] == expected


def test_the_way_is_the_storys_own_at_each_keyframe() -> None:
    hidden = Key(box=RIGHT, visible=False)
    ways = [
        make_region(k0=Key(box=LEFT), k5=Key(box=RIGHT)),
        make_region(k1=Key(box=LEFT, ease="ease"), k4=Key(box=RIGHT)),
        make_region(k0=Key(box=LEFT), k2=hidden, k4=Key(box=RIGHT), k5=hidden),
        make_region(k0=hidden, k3=Key(box=LEFT, ease="hold"), k5=Key(box=RIGHT)),
        make_region(k3=Key(box=LEFT)),
    ]
    for region in ways:
        for keyframe in range(6):
            assert drawn_box(region, keyframe) == region.box_at(keyframe)


def test_first_and_last_keyframe_are_seen_as_long_as_others() -> None:
    region = make_region(k2=Key(box=LEFT), k3=Key(box=RIGHT))
    assert [x0_at(region, time) for time in (1.4, 1.5, 2, 3, 3.4, 3.5)] == [
        *(None, 0.0, 0.0, 0.5, 0.5, None),
    ]


def test_a_hidden_box_stays_hidden_until_the_next_key() -> None:
    region = make_region(k0=Key(box=LEFT, visible=False), k2=Key(box=RIGHT), k5=Key(box=LEFT))
    assert [x0_at(region, time) for time in (0, 0.9, 1.9, 2)] == [None, None, None, 0.5]


def test_keyframes_lie_in_the_middle_of_each_sixth() -> None:
    assert [time_of(frame, 24) for frame in (0, 1, 2, 23)] == [0, 0, 0.125, 5]
    assert time_of(6, 24) == pytest.approx(1.125)
    assert [time_of(frame, 6) for frame in range(6)] == [0, 1, 2, 3, 4, 5]


def test_nearer_boxes_are_drawn_over_farther_ones_on_the_backdrop() -> None:
    near = make_region("near", 2, k0=Key(box=LEFT))
    far = make_region("far", 1, k0=Key(box=LEFT), k5=Key(box=LEFT))
    scene = Scene(id="dawn", regions=(near, far))
    backdrop = Image.new("RGB", (600, 400), SKY)
    players = {"near": Player("Near", PINK), "far": Player("Far", GREEN)}
    both = draw_boxes(StagedScene(scene, backdrop, players), 0, SIZE)
    assert both.size == SIZE
    assert both.getpixel((1, 150)) == PINK, "the frame of the nearer one"
    later = draw_boxes(StagedScene(scene, backdrop, players), 4, SIZE)
    assert later.getpixel((1, 150)) == GREEN
    assert both.getpixel((250, 100)) == SKY
    nobody = draw_boxes(StagedScene(scene, backdrop, {}), 0, SIZE)
    assert nobody.getpixel((1, 150)) == SKY


def test_who_plays_stands_at_the_foot_of_the_box_looking_the_right_way() -> None:
    face = Image.new("RGBA", (20, 40), (0, 0, 255, 255))
    face.paste((255, 0, 0, 255), (10, 0, 20, 40))  # its right half, where it looks
    scene = Scene(
        id="dawn", regions=(make_region(k0=Key(box=Box(x0=0.2, y0=0.1, x1=0.8, y1=0.9))),)
    )
    for looks_left in (False, True):
        player = Player("Mia", GREEN, face, looks_left=looks_left)
        picture = draw_boxes(StagedScene(scene, None, {"mia": player}), 0, SIZE)
        left, right = picture.getpixel((140, 150)), picture.getpixel((160, 150))
        assert {left, right} == {(0, 0, 255), (255, 0, 0)}
        assert (left == (255, 0, 0)) is looks_left
        assert picture.getpixel((70, 150)) not in ((0, 0, 255), (255, 0, 0))


def test_a_face_is_scaled_anew_only_for_a_box_of_another_size() -> None:
    face = Image.new("RGBA", (20, 40), (0, 0, 255, 255))
    still, grown = Key(box=LEFT), Key(box=Box(x0=0.5, y0=0.1, x1=0.9, y1=0.9))
    player = Player("Mia", GREEN, face, looks_left=True)
    scene = Scene(id="dawn", regions=(make_region(k0=still, k3=still, k5=grown),))
    staged = StagedScene(scene, None, {"mia": player})
    draw_boxes(staged, 0, SIZE)
    ((size, first),) = player.drawn.items()
    draw_boxes(staged, 2.5, SIZE)
    assert player.drawn == {size: first}
    assert player.drawn[size] is first
    draw_boxes(staged, 5, SIZE)
    ((larger, second),) = player.drawn.items()
    assert larger[1] > size[1]
    assert second.size == larger


def test_a_scene_of_boxes_is_drawn_on_its_backdrop_and_leaves_it_as_it_was() -> None:
    backdrop = Image.new("RGB", SIZE, SKY)
    scene = Scene(id="dawn", regions=(make_region(k0=Key(box=LEFT), k5=Key(box=LEFT)),))
    draw_boxes(StagedScene(scene, backdrop, {"mia": Player("Mia", PINK)}), 0, SIZE)
    assert backdrop.getcolors() == [(SIZE[0] * SIZE[1], SKY)]


def film(tmp_path: Path, *narrations: str) -> Path:
    region = make_region(k0=Key(box=LEFT), k5=Key(box=RIGHT))
    scenes = [
        StagedScene(
            Scene(id=f"s{at}", narration=words, regions=(region,)), None, {"mia": Player("", PINK)}
        )
        for at, words in enumerate(narrations)
    ]
    work = film_boxes("A tale", scenes, tmp_path / "animatic.mp4", num_frames=24, fps=8)
    return finish(work)


def test_scenes_last_as_long_as_their_narration(tmp_path: Path) -> None:
    path = film(tmp_path, "", "x" * 60, "Short.")
    info = probe(path)
    assert (info.width, info.height, info.fps) == (WIDTH_PX, 480 + 84, 8)
    assert info.num_frames == 24 + 60 * 8 // 15 + 24
    frames = all_frames(path)
    boxes = [np.abs(one[300:400].astype(int) - one[300, 700]).max(-1) > 16 for one in frames[24:56]]
    middles = [float(np.nonzero(box)[1].mean()) for box in boxes]
    assert np.diff(middles[2:22]).min() > 8, "it moves in every frame"
    assert middles[23] - middles[0] == pytest.approx(0.5 * WIDTH_PX, abs=20)
    assert np.ptp(middles[24:]) < 2, "then the boxes stand"
    bands = [one[484:].max() > 200 for one in frames]
    assert bands == [False] * 24 + [True] * (32 + 24)


def test_long_narration_is_shown_in_turn(tmp_path: Path) -> None:
    words = "The first sentence is rather long, as sentences go. " * 2 + "And a last one."
    frames = all_frames(film(tmp_path, words))
    first, last = frames[2, 484:].astype(int), frames[-2, 484:].astype(int)
    assert np.abs(first - last).max() > 100


def test_nothing_is_left_when_it_is_stopped(tmp_path: Path) -> None:
    scenes = [StagedScene(Scene(id=f"s{at}")) for at in range(3)]
    work = film_boxes("A tale", scenes, tmp_path / "animatic.mp4", num_frames=24, fps=8)
    steps = [next(work) for _ in range(2)]
    assert [(one.step, one.total, one.scene_id) for one in steps] == [(0, 72, None), (24, 72, "s0")]
    work.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", ["Füchse \u2013 ganz groß…", "Лиса идёт", "狐が歩く", "\u200d", "a\x00b"]
)
def test_any_words_can_be_shown(tmp_path: Path, words: str) -> None:
    assert probe(film(tmp_path, words)).num_frames >= 24


def write_film(path: Path, size: tuple[int, int]) -> None:
    with frame_writer(path, fps=8, size=size) as write:
        for _ in range(50):
            write(bytes(size[0] * size[1] * 3))


def test_a_film_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="ffmpeg could not write"):
        write_film(tmp_path / "odd.mp4", (33, 21))
    with pytest.raises(WorkspaceError):
        write_film(tmp_path / "no" / "folder.mp4", SIZE)
    assert list(tmp_path.iterdir()) == []
