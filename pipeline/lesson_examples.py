"""What a lesson's clips and pictures become before training: latents, with their words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from pipeline.diffusion.model import ClipFormat
    from pipeline.diffusion.text import TextCache
    from pipeline.lessons import Lesson, Material
    from pipeline.packs.load import Pack
    from pipeline.priors.footage import Footage, Window
    from pipeline.priors.trainer import Example
    from pipeline.progress import Work


def clip_format(lesson: Lesson, pack: ClipFormat) -> ClipFormat:
    """Give the size of the clips that a lesson is learned at."""
    train = lesson.plan.settings
    return pack.sized(train.num_frames, train.height_px, train.width_px)


def examples_of(
    pack: Pack, lesson: Lesson, home: Path, texts: TextCache
) -> Work[tuple[list[Example], Tensor]]:
    """Give each source's windows as latents, with its words; and the empty text (L, D).

    Args:
        pack: encodes them.
        lesson: what is learned, and from what.
        home: latents are kept in its cache.
        texts: those that were encoded before.

    Raises:
        InputError: a source cannot be learned from; the message names it.
        UnreadableVideoError: a clip is damaged.
    """
    from pipeline.diffusion.text import scene_embeds
    from pipeline.priors.latents import LatentCache, encode_windows

    shown = yield from _windows(pack, lesson)
    cache = LatentCache(home / "cache" / "latents", _revision(pack))
    latents = yield from encode_windows(pack, [one.frames for _, one in shown], cache)
    sources = [material.source for material, _ in shown]
    words = [*(one.prompt for one in sources), *(one.surroundings for one in sources), ""]
    length = pack.record.max_sequence_length
    embeds = scene_embeds(words, model=pack, max_sequence_length=length, cache=texts)
    *told, nothing = embeds.cpu()
    make = partial(_example, lesson, clip_format(lesson, pack.record))
    around = told[len(shown) :]
    return [make(*one) for one in zip(shown, latents, told, around, strict=False)], nothing


def _example(
    lesson: Lesson,
    clip: ClipFormat,
    shown: tuple[Material, Window],
    latents: Tensor,
    words: Tensor,
    around: Tensor,
) -> Example:
    """A window with its words: one text for all, or the actor's and that of what is around."""
    import torch

    from pipeline.priors.in_regions import figure_layout
    from pipeline.priors.trainer import Example

    (material, window), train = shown, lesson.plan.settings
    name = material.source.sha256
    if lesson.plan.kind == "character" or train.form == "caption":
        return Example(latents, words, name)
    layout = figure_layout(window.box, clip, len(words))
    return Example(latents, torch.cat([words, around]), name, layout)


def _windows(pack: Pack, lesson: Lesson) -> Work[list[tuple[Material, Window]]]:
    """What is encoded of every source."""
    from pipeline.priors.footage import WHOLE, Window, windows_of

    clip, train = clip_format(lesson, pack.record), lesson.plan.settings
    shown: list[tuple[Material, Window]] = []
    clips: list[tuple[Material, Footage]] = []
    for number, material in enumerate(lesson.materials):
        note = f"reading {material.source.name[:60]}"
        yield Progress(stage="read", step=number, total=len(lesson.materials), note=note)
        if material.source.kind == "picture":
            shown.append((material, Window(_still(material, lesson, pack, clip), WHOLE)))
        else:
            clips.append((material, _footage(material, clip)))
    cut = windows_of([one for _, one in clips], clip.num_frames, aligned=train.aligned)
    for (material, _), windows in zip(clips, cut, strict=True):
        shown += [(material, window) for window in windows]
    return shown


def _footage(material: Material, clip: ClipFormat) -> Footage:
    from pipeline.priors.footage import footage_of
    from pipeline.priors.windows import read_source

    source = material.source
    frames, fps, numbers = read_source(
        material.file, fps=clip.fps, span=material.span, crop=source.crop
    )
    name = f"“{source.name[:60]}”"
    return footage_of(frames, fps, numbers, clip, track=source.track, crop=source.crop, name=name)


def _still(material: Material, lesson: Lesson, pack: Pack, clip: ClipFormat) -> NDArray[np.uint8]:
    """A picture as a still video, or as the one frame of a single latent."""
    from pipeline.priors.cutout import cut_out
    from pipeline.priors.pictures import fit_picture, open_picture, still_video
    from pipeline.priors.roundtrip import refuse_strangers

    train, name = lesson.plan.settings, material.source.name
    picture = open_picture(material.file, name)
    if train.background == "remove":
        picture = cut_out(picture)
    refuse_strangers(pack, [picture], pack.record, pack.record.picture_psnr_db)
    pixels = fit_picture(picture, clip.height_px, clip.width_px)
    return still_video(pixels, 1 if train.pictures == "latent" else clip.num_frames)


def _revision(pack: Pack) -> str:
    """Names the autoencoder's weights and their number type, fit for a folder's name."""
    number_type = str(pack.vae.dtype).removeprefix("torch.")
    return f"{pack.record.revision}-{number_type}"
