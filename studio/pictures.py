"""The storyteller's own pictures: a photo or drawing behind the boxes of a scene.

What arrives is decoded, made small and written anew, so only plain JPEG is ever kept or served.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
from pathlib import Path

from PIL import Image, ImageOps

from pipeline.errors import InputError
from pipeline.files import write_bytes
from pipeline.workspace import Project
from studio.projects import checked_id, find_scene
from studio.refusals import NotThereError

MAX_PICTURE_BYTES = 20_000_000
MAX_SIDE_PX = 1600
MAX_PIXELS = 24_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 88
_PAPER = (255, 255, 255)
_BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error),
    Image.DecompressionBombError,
)
"""What Pillow raises of files that are no picture, or a broken one."""
_decoding = threading.BoundedSemaphore(2)
"""How many pictures are decoded at once: a large one needs 200 MB."""


def keep_picture(project: Project, scene_id: object, jpeg: bytes) -> str:
    """Keep what `plain_jpeg` gave and show it behind a scene's boxes; gives the picture's id.

    Raises:
        NotThereError: there is no such scene.
        WorkspaceError: it cannot be written.
    """
    scene = find_scene(project.story, scene_id)
    picture_id = hashlib.sha256(jpeg).hexdigest()[:32]
    write_bytes(project.picture_file(picture_id), jpeg)
    project.choose_picture(scene.id, picture_id)
    return picture_id


def find_picture(project: Project, picture_id: object) -> Path:
    """Give the file of a picture; NotThereError if there is none."""
    path = project.picture_file(checked_id(picture_id, "picture"))
    if not path.is_file():
        raise NotThereError("There is no such picture", hint="Choose the picture again.")
    return path


def plain_jpeg(data: bytes) -> bytes:
    """Give a picture as JPEG: upright, on white paper, its longer side `MAX_SIDE_PX` at most.

    It may take seconds: hold no lock meanwhile.

    Raises:
        InputError: it is no PNG, JPEG or WebP, broken, or has too many pixels.
    """
    try:
        with _decoding, Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            _check_size(picture)
            picture.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))
            picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), reducing_gap=2.0)
            ImageOps.exif_transpose(picture, in_place=True)
            file = io.BytesIO()
            _on_paper(picture).save(file, "JPEG", quality=_QUALITY, optimize=True)
    except _BROKEN as error:
        raise InputError(
            "This file is no picture that the studio can read",
            hint="Choose a picture in PNG, JPEG or WebP.",
        ) from error
    return file.getvalue()


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise InputError(
            f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels",
            hint="Make it smaller first.",
        )


def _on_paper(picture: Image.Image) -> Image.Image:
    """The picture on a new sheet of white: what is clear shows the paper, hidden words stay out."""
    layer = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    paper = Image.new("RGB", layer.size, _PAPER)
    paper.paste(layer, mask=layer if layer.mode == "RGBA" else None)
    return paper
