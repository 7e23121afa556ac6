"""What is learned: motions from clips of the theatre's library, looks from drawn pictures."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.clips import Track
from pipeline.lessons import MOST_CLIPS
from pipeline.plan.lessons import clip_prompt, clip_texts, look_trigger, picture_prompt, trigger_of
from pipeline.prior import PriorKind, TrainSettings
from pipeline.priors.footage import WHOLE, Footage, Window, footage_of, windows_of
from pipeline.priors.pictures import fit_picture, still_video
from pipeline.priors.recipes import settings_of
from pipeline.retrieve.crop import plan_crop
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.library.drawing import draw_spec
from pipeline.theatre.library.specs import FPS, ClipSpec, approvable, load_specs
from pipeline.theatre.script import NUM_MARKS, Actor, Mark, Script
from pipeline.theatre.world import Look, load_world
from pipeline.vision.cropping import cut_crop

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.diffusion.model import ClipFormat
    from pipeline.packs.record import PackRecord

EMBER = "ember"
LOOKS: dict[str, Look] = {
    **load_world().held_out.looks,
    EMBER: Look(kind="fox", colour="orange", hat="scarf"),
}
"""The looks held out of training, and a fox's to stand beside them."""
CLIPS = MOST_CLIPS
"""Clips that a motion is learned from."""
PICTURES, HELD_BACK = 10, 4
"""Pictures that a look is learned from, and others that losses are measured on."""
_POSES = ("stands", "waves", "walks")
_PICTURE_PX = (288, 192)


@dataclass(frozen=True)
class Lesson:
    """What one adapter is trained by.

    Attributes:
        name: the motion or the look.
        trigger: the word that calls it.
        windows: clips of the size that is learned at, each with its actor's box.
        sources: the clip or picture that each window is of.
        texts: what each window is shown with.
        around: what is around its actor, where motions are learned in regions.
    """

    name: str
    kind: PriorKind
    trigger: str
    settings: TrainSettings
    windows: tuple[Window, ...]
    sources: tuple[str, ...]
    texts: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def key(self) -> str:
        """What tells it from other lessons: a hash of all that its weights follow from."""
        told = repr((self.kind, self.trigger, self.settings, self.sources, self.texts, self.around))
        digest = hashlib.sha256(told.encode())
        for window in self.windows:
            digest.update(window.frames.tobytes() + window.box.tobytes())
        return f"{self.name}-{digest.hexdigest()[:16]}"


def own_settings(record: PackRecord, kind: PriorKind, **changes: object) -> TrainSettings:
    """How the pack trains a prior of a kind, but for the changes; None changes nothing."""
    return made_settings(record, kind, "own", **changes)


def made_settings(
    record: PackRecord, kind: PriorKind, recipe: str, **changes: object
) -> TrainSettings:
    """The settings of a recipe for a pack, without preview samples."""
    own = record.training.get(kind)
    return settings_of(record, kind, recipe, own=own, **{"sample_every": 0, **changes})


def motion_specs(motion: str) -> list[ClipSpec]:
    """The library's clips that a person would approve for a motion, no one twice."""
    return [
        spec
        for spec in load_specs()
        if spec.motion == motion and approvable(spec) and not spec.duplicate_of
    ]


def motion_lesson(
    motion: str,
    record: PackRecord,
    settings: TrainSettings,
    specs: Sequence[ClipSpec] | None = None,
) -> Lesson:
    """A lesson from clips of the library, by default the first of those that would be approved."""
    specs = motion_specs(motion)[:CLIPS] if specs is None else specs
    trigger = trigger_of(motion, record.motion_triggers)
    clip = record.sized(settings.num_frames, settings.height_px, settings.width_px)
    clips = [_footage(spec, record, clip, cropped=settings.cropped) for spec in specs]
    cut = windows_of(clips, clip.num_frames, aligned=settings.aligned)
    windows = [(spec, window) for spec, some in zip(specs, cut, strict=True) for window in some]
    told = [_clip_texts(spec, motion, trigger, record, settings) for spec, _ in windows]
    return Lesson(
        name=motion,
        kind="motion",
        trigger=trigger,
        settings=settings,
        windows=tuple(window for _, window in windows),
        sources=tuple(spec.path for spec, _ in windows),
        texts=tuple(who for who, _ in told),
        around=tuple(where for _, where in told),
    )


def _clip_texts(
    spec: ClipSpec, motion: str, trigger: str, record: PackRecord, settings: TrainSettings
) -> tuple[str, str]:
    """What a clip is shown with, and what is around its actor."""
    regional, told = settings.form == "regions", (spec.caption, motion, trigger, record.troupe)
    who, where = clip_texts(*told) if regional else (clip_prompt(*told), "")
    return _text(settings, trigger, record.normalise(who)[0]), record.normalise(where)[0]


def _footage(spec: ClipSpec, record: PackRecord, clip: ClipFormat, *, cropped: bool) -> Footage:
    """A clip, or what is cut out of it around its actor, as behind a tracker that never errs."""
    drawn = draw_spec(spec)
    boxes = drawn.boxes[0].clip(-0.9, 1.9).tolist()
    track = Track(
        label=spec.figures[0].kind,
        frames=tuple(range(len(boxes))),
        boxes=tuple(tuple(box) for box in boxes),
        scores=(1.0,) * len(boxes),
    )
    if not cropped:
        numbers = np.arange(len(boxes))
        return footage_of(drawn.frames, FPS, numbers, clip, track=track, crop=None, name=spec.path)
    size = (spec.width_px, spec.height_px)
    crop = plan_crop(track, len(boxes), size, record.width_px / record.height_px)
    numbers = np.arange(crop.start_frame, crop.end_frame)
    frames = cut_crop(drawn.frames[numbers], crop)
    return footage_of(frames, FPS, numbers, clip, track=track, crop=crop, name=spec.path)


def look_lesson(
    name: str, record: PackRecord, settings: TrainSettings, *, held_back: bool = False
) -> Lesson:
    """A lesson from drawn pictures of a look; `held_back`: from those that nobody learns from."""
    look = LOOKS[name]
    trigger = look_trigger(name, look.kind, record.look_triggers, record.troupe)
    clip = record.sized(settings.num_frames, settings.height_px, settings.width_px)
    numbers = range(PICTURES, PICTURES + HELD_BACK) if held_back else range(PICTURES)
    num_frames = 1 if settings.pictures == "latent" else clip.num_frames
    pictures = [draw_picture(picture_script(look, number, record)) for number in numbers]
    windows = tuple(
        Window(still_video(fit_picture(one, clip.height_px, clip.width_px), num_frames), WHOLE)
        for one in pictures
    )
    told = record.normalise(picture_prompt(name, look.kind, trigger, record.troupe))[0]
    texts = (_text(settings, trigger, told),) * len(windows)
    sources = tuple(f"{name} {number}" for number in numbers)
    around = ("",) * len(windows)
    return Lesson(name, "character", trigger, settings, windows, sources, texts, around)


def picture_script(look: Look, number: int, record: PackRecord) -> Script:
    """Who is where on a look's picture of that number: backdrops and poses take turns."""
    assert record.troupe is not None
    rng = random.Random(f"picture {number} of {look}")
    backdrop = record.troupe.backdrops[number % len(record.troupe.backdrops)]
    mark = Mark(rng.uniform(0.35, 0.65), rng.uniform(0.86, 0.96), rng.uniform(0.6, 0.8))
    motion, facing = _POSES[number % len(_POSES)], rng.choice(("left", "right"))
    phase = rng.uniform(0, 6.283)
    actor = Actor(look.kind, look.colour, motion, facing, look.hat, (mark,) * NUM_MARKS, phase)
    return Script(backdrop, (actor,), rng.randrange(1 << 30))


def draw_picture(script: Script) -> NDArray[np.uint8]:
    """The picture, uint8 (H, W, 3), larger than a pack's frames."""
    width, height = _PICTURE_PX
    frames = draw_clip(script, width_px=width, height_px=height).frames
    return frames[len(frames) // 2]


def _text(settings: TrainSettings, trigger: str, told: str) -> str:
    return {"each": told, "shared": trigger, "none": ""}[settings.prompts]
