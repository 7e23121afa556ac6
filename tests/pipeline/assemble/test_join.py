from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pysubs2
import pytest

from pipeline.artifacts import Cut, Timeline
from pipeline.assemble.join import copy_film, join, scene_film
from pipeline.assemble.subtitles import are_in_picture
from pipeline.errors import AssemblyError, WorkspaceError
from pipeline.progress import finish
from pipeline.vision.encode import encode_frames, read_comment
from pipeline.vision.ffmpeg import probe
from tests.pipeline.assemble.conftest import BLUE, CLIP_FRAMES, FPS, GREEN, RED, YELLOW
from tests.pipeline.decoded import all_frames

HOLDS = {"wood": 4, "lake": 0, "hill": 6}


def make_timeline(*, narrated: bool = True, holds: dict[str, int] = HOLDS) -> Timeline:
    cuts = tuple(
        Cut(
            scene_id=name,
            take_id="take-01",
            num_frames=CLIP_FRAMES[name],
            hold_frames=hold,
            narration=f"We see the {name}." if narrated else "",
        )
        for name, hold in holds.items()
    )
    return Timeline(title="A fox; 'the' = \"sea\"", fps=FPS, cuts=cuts)


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(picture.mean(axis=(0, 1)) - colour).max() < 8)


def test_every_frame_is_in_its_place(videos: dict[str, Path], tmp_path: Path) -> None:
    film = finish(join(make_timeline(), videos, tmp_path / "film.mp4"))
    frames = all_frames(film)
    expected = [RED] * 4 + [YELLOW] * 5 + [GREEN] * 8 + [YELLOW] + [BLUE] * 6 + [YELLOW] * 7
    assert len(frames) == len(expected)
    wrong = [n for n, colour in enumerate(expected) if not near(frames[n], colour)]
    assert wrong == []


def test_film_is_what_players_expect(videos: dict[str, Path], tmp_path: Path) -> None:
    film = finish(join(make_timeline(), videos, tmp_path / "film.mp4"))
    info = probe(film)
    assert (info.num_frames, info.fps, info.width, info.height) == (31, 8.0, 144, 96)
    assert info.has_subtitles
    content = film.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    assert b"avc1" in content
    assert b"tx3g" in content
    assert make_timeline().title.encode() in content


def test_narration_lies_beside_the_film(videos: dict[str, Path], tmp_path: Path) -> None:
    film = finish(join(make_timeline(), videos, tmp_path / "film.mp4"))
    cues = pysubs2.load(str(film.with_suffix(".srt")))
    assert [(cue.start, cue.end, cue.plaintext) for cue in cues] == [
        (0, 1125, "We see the wood."),
        (1125, 2250, "We see the lake."),
        (2250, 3875, "We see the hill."),
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"film.mp4", "film.srt", "film.vtt"}
    web = film.with_suffix(".vtt").read_text("utf-8")
    assert web.startswith("WEBVTT\n")
    assert "00:00:01.125 --> 00:00:02.250\nWe see the lake.\n" in web
    assert not are_in_picture(film.with_suffix(".vtt"))


def test_film_without_narration_has_no_subtitles(videos: dict[str, Path], tmp_path: Path) -> None:
    for suffix in (".srt", ".vtt"):
        (tmp_path / f"film{suffix}").write_bytes(b"words of the film before")
    film = finish(join(make_timeline(narrated=False), videos, tmp_path / "film.mp4"))
    assert not probe(film).has_subtitles
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_other_sizes_get_bars(videos: dict[str, Path], tmp_path: Path) -> None:
    frames = np.full((CLIP_FRAMES["lake"], 64, 64, 3), 255, np.uint8)
    encode_frames(frames, tmp_path / "square.mp4", fps=FPS)
    mixed = {**videos, "lake": tmp_path / "square.mp4"}
    film = finish(join(make_timeline(), mixed, tmp_path / "film.mp4"))
    picture = all_frames(film)[10].mean(axis=2)
    assert picture.shape == (96, 144)
    assert picture[:, :20].max() < 20
    assert picture[:, -20:].max() < 20
    assert picture[2:-2, 28:-28].min() > 230


def test_progress_counts_the_films_frames(videos: dict[str, Path], tmp_path: Path) -> None:
    records = list(join(make_timeline(), videos, tmp_path / "film.mp4"))
    assert {record.total for record in records} == {31}
    steps = [record.step for record in records]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, 31)


def test_cancelled_film_leaves_nothing(videos: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"the film before")
    holds = dict.fromkeys(HOLDS, 4000)
    work = join(make_timeline(holds=holds), videos, tmp_path / "film.mp4", size=(720, 480))
    while next(work).step == 0:
        pass
    children = [p for p in psutil.Process().children() if "ffmpeg" in p.name()]
    assert len(children) == 1
    work.close()
    assert not children[0].is_running()
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert (tmp_path / "film.mp4").read_bytes() == b"the film before"


def test_broken_take_is_named_and_nothing_is_left(videos: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(videos["lake"].read_bytes()[:300])
    with pytest.raises(AssemblyError, match=r"broken\.mp4"):
        finish(join(make_timeline(), {**videos, "lake": broken}, tmp_path / "film.mp4"))
    assert [path.name for path in tmp_path.iterdir()] == ["broken.mp4"]


def test_unwritable_place_is_a_workspace_error(videos: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot write"):
        finish(join(make_timeline(), videos, tmp_path / "absent" / "film.mp4"))


def test_copy_brings_the_subtitles(tmp_path: Path) -> None:
    (tmp_path / "film-01.mp4").write_bytes(b"film")
    (tmp_path / "film-01.srt").write_bytes(b"words")
    (tmp_path / "film-01.vtt").write_bytes(b"WEBVTT words")
    copy_film(tmp_path / "film-01.mp4", tmp_path / "gift.mp4")
    assert (tmp_path / "gift.mp4").read_bytes() == b"film"
    assert (tmp_path / "gift.srt").read_bytes() == b"words"
    assert (tmp_path / "gift.vtt").read_bytes() == b"WEBVTT words"


def test_a_film_without_words_leaves_none_of_the_film_before(tmp_path: Path) -> None:
    (tmp_path / "film-02.mp4").write_bytes(b"silent film")
    for suffix in (".srt", ".vtt"):
        (tmp_path / f"gift{suffix}").write_bytes(b"words of the film before")
    copy_film(tmp_path / "film-02.mp4", tmp_path / "gift.mp4")
    assert (tmp_path / "gift.mp4").read_bytes() == b"silent film"
    assert {path.name for path in tmp_path.iterdir()} == {"film-02.mp4", "gift.mp4"}


def test_credits_stand_in_the_file(videos: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    finish(join(make_timeline(), videos, out, credits="Movement after Ann (CC0); after Bo (CC-BY)"))
    assert b"Movement after Ann (CC0); after Bo (CC-BY)" in out.read_bytes()


def test_a_film_has_its_own_tags_and_none_of_its_takes(tmp_path: Path) -> None:
    frames = np.full((5, 32, 48, 3), 90, np.uint8)
    for name in CLIP_FRAMES:
        encode_frames(frames, tmp_path / f"{name}.mp4", fps=FPS, comment="the recipe of one take")
    takes = {name: tmp_path / f"{name}.mp4" for name in CLIP_FRAMES}
    silent = finish(join(make_timeline(), takes, tmp_path / "film.mp4"))
    assert read_comment(silent) == ""
    said = finish(join(make_timeline(), takes, tmp_path / "film.mp4", comment="of three takes"))
    assert read_comment(said) == "of three takes"


def test_a_scene_alone_is_its_take_with_its_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    frames = rng.integers(0, 256, (24, 8, 12, 3)).astype(np.uint8).repeat(8, 1).repeat(8, 2)
    encode_frames(frames, tmp_path / "take.mp4", fps=FPS, comment="its recipe")
    out = finish(scene_film(tmp_path / "take.mp4", "A fox walks by.", tmp_path / "scene.mp4"))
    assert np.array_equal(all_frames(out), all_frames(tmp_path / "take.mp4"))
    assert probe(out).has_subtitles
    assert read_comment(out) == "its recipe"
    assert {path.suffix for path in tmp_path.glob("scene.*")} == {".mp4", ".srt", ".vtt"}


def test_a_scene_alone_is_held_until_its_words_are_read(tmp_path: Path) -> None:
    encode_frames(np.full((5, 64, 96, 3), 90, np.uint8), tmp_path / "take.mp4", fps=FPS)
    words = "A fox walks by the lake, and then it does so again."
    out = finish(scene_film(tmp_path / "take.mp4", words, tmp_path / "scene.mp4", title="The lake"))
    assert probe(out).num_frames == -(-len(words) * FPS // 15) == 28
    assert b"The lake" in out.read_bytes()
