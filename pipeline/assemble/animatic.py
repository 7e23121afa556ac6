"""The animatic: a story's boxes as a film, drawn over its backdrops, with the narration below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts import Cut
from pipeline.assemble.lettering import lettered
from pipeline.assemble.subtitles import timed_cues
from pipeline.assemble.timeline import cut_frames, readable, reading_frames
from pipeline.progress import Progress, Work
from pipeline.story import NUM_KEYFRAMES, Box, Region, Scene
from pipeline.vision.encode import frame_writer

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH_PX = 720
_BAND_PX = 84
_PAPER, _INK, _BAND = (236, 230, 218), (36, 32, 42), (28, 26, 33)
_CAPTION_PX, _TITLE_PX, _NAME_PX = 23, 19, 17
_FILL_ALPHA, _LINE_PX, _PAD_PX = 62, 3, 6

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Player:
    """How a region is drawn: its name, its colour, and perhaps who plays it (a clear picture)."""

    name: str
    colour: Colour
    face: Image | None = None
    """RGBA, looking right."""
    looks_left: bool = False
    drawn: dict[tuple[int, int], Image] = field(default_factory=dict, repr=False, compare=False)
    """The face as it was drawn last, by its size in pixels: most boxes keep theirs."""


@dataclass(frozen=True)
class StagedScene:
    """A scene and how it is drawn: its backdrop (RGB; None = plain paper), and who is who."""

    scene: Scene
    backdrop: Image | None = None
    players: Mapping[str, Player] = field(default_factory=dict)
    """By region id; a region that is not named here is left out."""


def film_boxes(
    title: str,
    scenes: Sequence[StagedScene],
    out: Path,
    *,
    num_frames: int,
    fps: int,
    aspect: float = 1.5,
) -> Work[Path]:
    """Film the boxes of a story: a cut per scene, `num_frames` long or as its narration needs.

    Gives `out`, which appears only when it is whole; closing the generator between two scenes
    leaves nothing. The picture is `WIDTH_PX` wide and `aspect` times as wide as high, with the
    narration on a band below it.

    Raises:
        AssemblyError: ffmpeg failed.
        WorkspaceError: `out` cannot be written.
    """
    cuts = [_cut(staged.scene, num_frames, fps) for staged in scenes]
    total = sum(cut_frames(cut) for cut in cuts)
    stage = WIDTH_PX, round(WIDTH_PX / aspect / 2) * 2
    size = stage[0], stage[1] + _BAND_PX
    done = 0
    yield Progress(stage="animatic", step=0, total=total, note="drawing the boxes")
    with frame_writer(out, fps=fps, size=size, title=readable(title)) as write:
        for number, (staged, cut) in enumerate(zip(scenes, cuts, strict=True), 1):
            for frame in _scene_frames(staged, cut, stage, f"{number} of {len(scenes)}"):
                write(frame)
            done += cut_frames(cut)
            yield Progress(stage="animatic", step=done, total=total, scene_id=cut.scene_id)
    return out


def drawn_box(region: Region, time: float) -> Box | None:
    """Give a region's box at a time in keyframes, 0..5; None where it is not on stage.

    The first and the last reach half a keyframe beyond themselves.
    """
    set_at = [k for k, key in enumerate(region.keys) if key]
    within = set_at[0] <= time <= set_at[-1]
    return region.box_between(time if within else int(time + 0.5))


def time_of(frame: int, num_frames: int) -> float:
    """Give the time in keyframes of a frame: keyframe k lies in the middle of the k-th sixth."""
    time = (frame + 0.5) * NUM_KEYFRAMES / num_frames - 0.5
    return min(max(time, 0.0), NUM_KEYFRAMES - 1.0)


def draw_boxes(staged: StagedScene, time: float, size: tuple[int, int]) -> Image:
    """Draw a scene's stage at a time between keyframes, the nearer layers over the farther."""
    picture = _backdrop(staged, size)
    for region in sorted(staged.scene.regions, key=lambda one: one.layer):
        player, box = staged.players.get(region.id), drawn_box(region, time)
        if player is not None and box is not None:
            _draw_player(picture, player, _pixels(box, size))
    return picture


def _cut(scene: Scene, num_frames: int, fps: int) -> Cut:
    held = max(0, reading_frames(scene.narration, fps) - num_frames)
    return Cut(
        scene_id=scene.id,
        take_id="animatic",
        num_frames=num_frames,
        hold_frames=held,
        narration=scene.narration,
    )


def _scene_frames(
    staged: StagedScene, cut: Cut, stage: tuple[int, int], number: str
) -> Iterator[bytes]:
    """The RGB bytes of each frame of a cut: the boxes move, then they stand."""
    label = " · ".join(filter(None, (number, readable(staged.scene.title))))
    cues = [(first, _band(text, stage[0])) for first, _, text in timed_cues(cut)]
    cues = cues or [(0, _band("", stage[0]))]
    staged, top = replace(staged, backdrop=_backdrop(staged, stage)), b""
    for frame in range(cut_frames(cut)):
        if frame < cut.num_frames:
            picture = draw_boxes(staged, time_of(frame, cut.num_frames), stage)
            _draw_tag(picture, label, (10, 10), _INK, _TITLE_PX)
            top = picture.tobytes()
        yield top + [band for first, band in cues if first <= frame][-1]


def _band(text: str, width: int) -> bytes:
    """The band below the picture with a caption of one or two lines."""
    from PIL import Image, ImageDraw

    band = Image.new("RGB", (width, _BAND_PX), _BAND)
    words, font = lettered(text, _CAPTION_PX)
    place = width / 2, _BAND_PX / 2
    ImageDraw.Draw(band).multiline_text(
        place, words, (246, 242, 234), font, anchor="mm", align="center", spacing=7
    )
    return band.tobytes()


def _backdrop(staged: StagedScene, size: tuple[int, int]) -> Image:
    from PIL import Image, ImageOps

    if staged.backdrop is None:
        return Image.new("RGB", size, _PAPER)
    if staged.backdrop.size == size:
        return staged.backdrop.copy()
    return ImageOps.fit(staged.backdrop, size)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (
        round(edge * side) for edge, side in zip(box.as_list(), (*size, *size), strict=True)
    )
    return x0, y0, max(x0 + 1, x1) - 1, max(y0 + 1, y1) - 1


def _draw_player(picture: Image, player: Player, box: tuple[int, int, int, int]) -> None:
    from PIL import ImageDraw

    x0, y0, x1, y1 = box
    ImageDraw.Draw(picture, "RGBA").rectangle(box, (*player.colour, _FILL_ALPHA))
    if player.face is not None:
        _draw_face(picture, player, player.face, box)
    ImageDraw.Draw(picture).rectangle(box, outline=player.colour, width=_LINE_PX)
    if x1 > 0 and y1 > 0 and x0 < picture.width and y0 < picture.height:
        _draw_tag(picture, player.name, (x0, y0), player.colour, _NAME_PX)


def _draw_face(picture: Image, player: Player, face: Image, box: tuple[int, int, int, int]) -> None:
    """Whoever plays a region, standing at the foot of its box."""
    x0, y0, x1, y1 = box
    scale = min((x1 - x0) / face.width, (y1 - y0) / face.height)
    wide, high = round(face.width * scale), round(face.height * scale)
    if min(wide, high) >= 2 * _LINE_PX:
        small = _sized(player, face, (wide, high))
        picture.paste(small, ((x0 + x1 - wide) // 2, y1 - high), small)


def _sized(player: Player, face: Image, size: tuple[int, int]) -> Image:
    from PIL import Image

    if size not in player.drawn:
        small = face.resize(size, reducing_gap=2.0)
        player.drawn.clear()
        player.drawn[size] = (
            small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if player.looks_left else small
        )
    return player.drawn[size]


def _draw_tag(
    picture: Image, text: str, corner: tuple[int, int], colour: Colour, size_px: int
) -> None:
    """Words on a tag of that colour, kept within the picture."""
    from PIL import ImageDraw

    words, font = lettered(text, size_px)
    draw = ImageDraw.Draw(picture)
    if not words.strip():
        return
    wide, high = round(draw.textlength(words, font)) + 2 * _PAD_PX, size_px + _PAD_PX
    x = min(max(corner[0], 0), max(0, picture.width - wide))
    y = min(max(corner[1], 0), picture.height - high)
    draw.rectangle((x, y, x + wide, y + high), colour)
    ink = (255, 255, 255) if _is_dark(colour) else _INK
    draw.text((x + _PAD_PX, y + high / 2), words, ink, font, anchor="lm")


def _is_dark(colour: Colour) -> bool:
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue < 150
