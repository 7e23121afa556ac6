"""The storyteller's own pictures: decoded, made small, written anew; all else is refused."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from pipeline.errors import InputError, WorkspaceError
from pipeline.workspace import Project
from studio import pictures
from studio.pictures import MAX_PIXELS, find_picture, keep_picture, plain_jpeg

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_ORIENTATION = 0x0112


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def half_red(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red on its left half, blue on its right."""
    picture = Image.new("RGB", size, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return picture


def bring(project: Project, scene_id: object, data: bytes) -> str:
    return keep_picture(project, scene_id, plain_jpeg(data))


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_of_three_kinds_become_plain_jpeg(kind: str) -> None:
    picture = opened(plain_jpeg(file_of(half_red(), kind)))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (40, 20))
    left, right = picture.getpixel((5, 10)), picture.getpixel((35, 10))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > 60 > left[2]
    assert right[2] > 200 > 60 > right[0]


def test_large_pictures_are_made_small_and_small_ones_stay() -> None:
    assert opened(plain_jpeg(file_of(half_red((4000, 1000)), "JPEG"))).size == (1600, 400)
    assert opened(plain_jpeg(file_of(half_red((100, 2000))))).size == (80, 1600)


def test_a_photo_stands_upright_and_tells_nothing_of_its_camera() -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif[0x010F] = "the camera's maker"
    jpeg = plain_jpeg(file_of(half_red(), "JPEG", exif=exif))
    picture = opened(jpeg)
    assert picture.size == (20, 40)
    top = picture.getpixel((10, 5))
    assert isinstance(top, tuple)
    assert top[0] > 200
    assert not picture.getexif()
    assert b"maker" not in jpeg


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_large_photo_of_any_kind_stands_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    picture = opened(plain_jpeg(file_of(half_red((3200, 1600)), kind, exif=exif)))
    assert picture.size == (800, 1600)
    top, foot = picture.getpixel((400, 300)), picture.getpixel((400, 1300))
    assert isinstance(top, tuple)
    assert isinstance(foot, tuple)
    assert (top[0] > 200, foot[2] > 200) == (True, True)


def test_two_pictures_are_decoded_at_once_and_a_third_waits() -> None:
    data, made = file_of(half_red()), threading.Event()
    third = threading.Thread(target=lambda: plain_jpeg(data) and made.set())
    with pictures._decoding, pictures._decoding:
        third.start()
        assert not made.wait(0.3)
    assert made.wait(10)
    third.join()


def test_what_is_clear_shows_white_paper() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert opened(plain_jpeg(file_of(clear))).getpixel((4, 4)) == (255, 255, 255)
    grey = Image.new("LA", (8, 8), (0, 0))
    assert opened(plain_jpeg(file_of(grey))).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        b"GIF89a" + bytes(50),
        file_of(half_red(), "GIF"),
        file_of(half_red(), "BMP"),
        file_of(half_red(), "TIFF"),
        file_of(half_red((400, 300)))[:-300],
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF\x04\x00\x00\x00WEBP",
        b"\xff\xd8\xff\xe0" + bytes(40),
    ],
    ids=["none", "svg", "gif", "real gif", "bmp", "tiff", "cut", "png", "webp", "jpeg"],
)
def test_what_is_no_such_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="PNG, JPEG or WebP"):
        plain_jpeg(data)


def test_more_pixels_than_anybody_needs_are_refused_unread() -> None:
    side = int(MAX_PIXELS**0.5) + 1
    bomb = file_of(Image.new("1", (side, side)))
    assert len(bomb) < 200_000
    with pytest.raises(InputError, match="24 million pixels"):
        plain_jpeg(bomb)
    told = bytearray(file_of(Image.new("1", (8, 8))))
    told[16:24] = (60_000).to_bytes(4, "big") * 2  # a header that lies
    with pytest.raises(InputError):
        plain_jpeg(bytes(told))


def test_words_hidden_in_a_picture_go() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", "<script>")
    assert b"<script>" not in plain_jpeg(file_of(half_red(), pnginfo=notes))


def test_a_scene_shows_the_picture_that_was_brought_last(project: Project) -> None:
    first = bring(project, "dawn", file_of(half_red()))
    assert project.picture("dawn") == first
    assert project.picture("dusk") is None
    shared = bring(project, "dusk", file_of(half_red()))
    assert shared == first
    second = bring(project, "dawn", file_of(half_red((60, 30))))
    assert project.picture("dawn") == second != first
    assert find_picture(project, first) == project.path / "media" / f"{first}.jpg"
    project.choose_picture("dusk", None)
    assert project.picture("dusk") is None
    with pytest.raises(WorkspaceError):
        find_picture(project, first)  # no scene shows it any more
    assert find_picture(project, second).is_file()


def test_choosing_a_take_keeps_the_pictures(project: Project) -> None:
    from tests.studio.fixtures import add_take

    first, _ = add_take(project, "dawn"), add_take(project, "dawn")
    picture = bring(project, "dusk", file_of(half_red()))
    project.choose_take("dawn", first.id)
    assert project.picture("dusk") == picture
    project.choose_picture("dusk", None)
    chosen = project.chosen_take("dawn")
    assert chosen is not None
    assert chosen.id == first.id


@pytest.mark.parametrize("scene", ["nowhere", "../dawn", None, 7])
def test_a_scene_that_is_not_there_gets_no_picture(project: Project, scene: object) -> None:
    with pytest.raises(WorkspaceError):
        bring(project, scene, file_of(half_red()))
    assert not (project.path / "media").exists()


@pytest.mark.parametrize("name", ["../story", "a/b", "", None, "A" * 70])
def test_nothing_else_is_found_as_a_picture(project: Project, name: object) -> None:
    with pytest.raises(WorkspaceError):
        find_picture(project, name)


def test_a_picture_that_is_gone_is_not_shown(project: Project) -> None:
    name = bring(project, "dawn", file_of(half_red()))
    Path(project.path / "media" / f"{name}.jpg").unlink()
    assert project.picture("dawn") is None
