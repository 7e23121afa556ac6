"""Pictures of a character as people have them, read so that a look can be learned from them."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms, ImageOps

from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.story import Box
from pipeline.vision.cropping import fill_size, resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PICTURE_BYTES = 40_000_000
MAX_SIDE_PX = 12_000
MAX_PIXELS = 50_000_000
"""As many as the largest pictures of common telephones have; decoded they take 200 MB."""
MIN_SIDE_PX = 32
KEPT_SIDE_PX = 1600
PAPER = (244, 238, 226)
"""What clear pixels and removed backgrounds show. Pure white lies at the edge of what the theatre's
autoencoder keeps: its figures come back with 25.7 dB on white, with 28.2 on this."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_TOO_LARGE = "Make it smaller first."
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error)
"""What Pillow raises of files that are no picture, or a broken one."""
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_decoding = threading.BoundedSemaphore(2)
"""How many pictures are decoded at once."""


@dataclass(frozen=True)
class Picture:
    """A picture in memory, upright.

    Attributes:
        colours: Uint8 sRGB (H, W, 3); what is clear shows paper.
        alpha: Uint8 (H, W), 0 = clear; None = nothing of it is clear.
        sha256: Of the file it came from, in hex.
        name: What people call it.
    """

    colours: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    sha256: str
    name: str

    def cropped(self, box: Box) -> Picture:
        """Give the part of it in a box, to the nearest pixels.

        Raises:
            InputError: a side of that part has fewer than `MIN_SIDE_PX` pixels.
        """
        height, width = self.colours.shape[:2]
        columns = slice(*(round(min(max(x, 0), 1) * width) for x in (box.x0, box.x1)))
        rows = slice(*(round(min(max(y, 0), 1) * height) for y in (box.y0, box.y1)))
        colours = self.colours[rows, columns]
        if min(colours.shape[:2]) < MIN_SIDE_PX:
            raise InputError(
                f"this part of {self.name} has too few pixels to see a figure",
                hint="Choose a larger part, or a larger picture.",
            )
        alpha = self.alpha if self.alpha is None else self.alpha[rows, columns]
        return replace(self, colours=colours, alpha=alpha)

    def as_png(self) -> bytes:
        """Give it as a PNG without anything but its pixels; what is clear stays clear."""
        planes = self.colours if self.alpha is None else np.dstack([self.colours, self.alpha])
        file = io.BytesIO()
        Image.fromarray(planes).save(file, "PNG")
        return file.getvalue()


def open_picture(source: Path | bytes, name: str = "") -> Picture:
    """Read a picture of a person's own: PNG, JPEG, WebP, GIF or BMP.

    It is turned as its camera says, brought to sRGB (CMYK, palettes, 16 bits, colour profiles) and
    made smaller until its longer side has `KEPT_SIDE_PX`. Its size is checked before its pixels are
    decoded. What moves (animated GIF, PNG, WebP) is refused: it is a clip, and of its frames nobody
    but the person knows which shows the figure.

    Args:
        source: A file, or what is in one.
        name: What errors call it; empty = the file's name.

    Raises:
        InputError: it is no such picture, damaged, too large, too small, or it moves.
        WorkspaceError: the file cannot be read.
    """
    name = name or (short(Path(source.name)) if isinstance(source, Path) else "the picture")
    data = _bytes_of(source, name)
    try:
        with _decoding, Image.open(io.BytesIO(data), formats=_FORMATS) as file:
            _check(file, name)
            colours, alpha = _pixels(file)
    except _BOMB as error:
        raise InputError(f"{name} has too many pixels", hint=_TOO_LARGE) from error
    except _BROKEN as error:
        raise InputError(
            f"{name} is damaged, or no picture that can be read",
            hint="Save it again as PNG or JPEG.",
        ) from error
    return Picture(colours, alpha, hashlib.sha256(data).hexdigest(), name)


def _bytes_of(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        data = source
    else:
        with workspace_errors(f"read {name}"), source.open("rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    if len(data) > MAX_PICTURE_BYTES:
        raise InputError(f"{name} has more than {MAX_PICTURE_BYTES // 10**6} MB", hint=_TOO_LARGE)
    return data


def _check(file: Image.Image, name: str) -> None:
    """Refuse by what the file's head says, before any pixel is decoded."""
    width, height = file.size
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise InputError(
            f"{name} has {width} x {height} pixels: too many",
            hint=f"{_TOO_LARGE} {KEPT_SIDE_PX} pixels on its longer side are enough.",
        )
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(
            f"{name} has {width} x {height} pixels: too few to see a figure",
            hint="Choose a larger picture.",
        )
    if file.format != "MPO" and getattr(file, "is_animated", False):  # MPO: a JPEG and its twin
        raise InputError(
            f"{name} moves, and a look is learned from still pictures",
            hint="Save one of its frames as PNG, or bring it as a clip of a motion.",
        )


def _pixels(file: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Colours on paper and, where some of it is clear, the alpha."""
    file.draft(None, (KEPT_SIDE_PX, KEPT_SIDE_PX))
    picture = _of_8_bits(ImageOps.exif_transpose(file))
    clear = picture.convert("RGBA") if picture.has_transparency_data else None
    colours = _in_srgb(clear.convert("RGB") if clear else picture, file.info.get("icc_profile"))
    if clear is None:
        return _made_small(colours), None
    alpha = clear.getchannel("A")
    paper = Image.new("RGB", colours.size, PAPER)
    paper.paste(colours, mask=alpha)
    return _made_small(paper), _made_small(alpha)


def _made_small(picture: Image.Image) -> NDArray[np.uint8]:
    picture.thumbnail((KEPT_SIDE_PX, KEPT_SIDE_PX))
    return np.array(picture, np.uint8)


def _of_8_bits(picture: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel: Pillow itself would clip grey ones of 16."""
    if picture.mode[0] not in "IF":
        return picture
    grey = (np.asarray(picture, np.float64) / 257).round().clip(0, 255)
    return Image.fromarray(grey.astype(np.uint8))


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours of a picture as sRGB, by its profile where it has one that fits them."""
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        with suppress(OSError, ImageCms.PyCMSError):  # a profile of other colours, or broken
            target = ImageCms.createProfile("sRGB")
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, meant, target, outputMode="RGB")
            assert made is not None  # None only where it is changed in place
            return made
    return picture.convert("RGB")


def fit_picture(
    picture: Picture | NDArray[np.uint8], height_px: int, width_px: int, *, fill: bool = False
) -> NDArray[np.uint8]:
    """Give a picture in the size of a pack's frames, never stretched.

    Args:
        picture: Or its colours, uint8 (H, W, 3).
        height_px: Of what is given back.
        width_px: The same.
        fill: Whether its middle fills the frame; else the whole of it is seen, on bars of the
            colour that its border has most.

    Returns:
        Uint8 (height_px, width_px, 3).
    """
    pixels = picture.colours if isinstance(picture, Picture) else picture
    if fill:
        return fill_size(pixels, height_px, width_px)
    frame = np.empty((height_px, width_px, 3), np.uint8)
    frame[:] = border_colour(pixels)
    return _laid(pixels, frame)


def fit_figure(picture: Picture, height_px: int, width_px: int) -> NDArray[np.bool_]:
    """Say where in the frame of `fit_picture`, unfilled, the picture is and not clear: (H, W)."""
    alpha = picture.alpha
    if alpha is None:
        alpha = np.full(picture.colours.shape[:2], 255, np.uint8)
    return _laid(alpha, np.zeros((height_px, width_px), np.uint8)) >= 128


def _laid(pixels: NDArray[np.uint8], frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The whole picture in the middle of a frame, as large as fits."""
    scale = min(frame.shape[0] / pixels.shape[0], frame.shape[1] / pixels.shape[1])
    tall, wide = (max(1, round(side * scale)) for side in pixels.shape[:2])
    top, left = (frame.shape[0] - tall) // 2, (frame.shape[1] - wide) // 2
    frame[top : top + tall, left : left + wide] = resize(pixels, tall, wide)
    return frame


def border_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the middle colour (3,) of the pixels along the edge of a picture (H, W, 3)."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.median(edge, axis=0).astype(np.uint8)


def still_video(pixels: NDArray[np.uint8], num_frames: int) -> NDArray[np.uint8]:
    """Give a picture (h, w, 3) as a video (num_frames, h, w, 3) in which nothing moves."""
    return np.repeat(pixels[None], num_frames, axis=0)
