"""Takes, cards, held frames and subtitles joined to one film."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.artifacts import Cut, Timeline
from pipeline.assemble.captions import caption_frames
from pipeline.assemble.cards import draw_card
from pipeline.assemble.copying import copy_list, reason_to_encode
from pipeline.assemble.graph import FILM, film_graph
from pipeline.assemble.sound import AAC, VOICES, voice_graph, voice_inputs
from pipeline.assemble.subtitles import write_subtitles
from pipeline.assemble.timeline import duration_frames, readable, reading_frames
from pipeline.files import SCRATCH, short, workspace_errors
from pipeline.progress import Progress, Work
from pipeline.vision.encode import H264, read_comment, write_tags
from pipeline.vision.ffmpeg import probe, run_ffmpeg, written_whole

logger = logging.getLogger(__name__)

BESIDE = (".srt", ".vtt")
"""What lies beside a film with words."""
_CRF = "18"

Arguments = list[str | Path]
_NOBODY: Mapping[str, Path] = {}


@dataclass(frozen=True)
class _Film:
    """A film to be made: what of, and how."""

    timeline: Timeline
    paths: Sequence[Path]
    """The video of each cut."""
    size: tuple[int, int]
    tags: Mapping[str, str]
    burns: bool
    """Whether the narration is drawn into the picture."""
    srt: Path
    has_words: bool
    voices: Mapping[str, Path]


def join(
    timeline: Timeline,
    videos: Mapping[str, Path],
    out: Path,
    *,
    voices: Mapping[str, Path] = _NOBODY,
    size: tuple[int, int] | None = None,
    credits: str = "",
    comment: str = "",
) -> Work[Path]:
    """Join takes to a film; gives `out`, with its narration as SRT and VTT beside it.

    `videos` maps scene ids to the video of the scene's take, `voices` the ids of recordings to
    theirs. `size` is the film's width and height in pixels, even (default: the first video's);
    videos of other sizes get bars. The narration is a subtitle track too. `credits` go into the
    file's own copyright note, `comment` into its comment. Takes that already are what the film
    shows are copied as they are, not encoded again; the log says which and why. All files appear
    only when they are whole; closing the generator stops ffmpeg and leaves nothing.

    Raises:
        AssemblyError: a video cannot be read, or ffmpeg failed.
        WorkspaceError: `out` cannot be written.
    """
    total = duration_frames(timeline)
    yield Progress(stage="film", step=0, total=total, note="joining the takes")
    paths = [videos[cut.scene_id] for cut in timeline.cuts]
    first, *_ = [probe(path) for path in paths]
    tags = {"title": readable(timeline.title), "copyright": readable(credits), "comment": comment}
    with ExitStack() as stack:
        film, srt, vtt = (
            stack.enter_context(written_whole(path))
            for path in (out, *map(out.with_suffix, BESIDE))
        )
        has_words = write_subtitles(timeline, srt, vtt)
        shown = size or (first.width, first.height)
        burns = timeline.burn_subtitles and has_words
        making = _Film(timeline, paths, shown, tags, burns, srt, has_words, voices)
        for frame in _made(making, film, out.name):
            yield Progress(stage="film", step=min(frame, total), total=total)
    if not has_words:
        _remove_beside(out)
    yield Progress(stage="film", step=total, total=total, note=f"{out.name} is ready")
    return out


def scene_film(
    video: Path, narration: str, out: Path, *, title: str = "", credits: str = ""
) -> Work[Path]:
    """Make a film of one take with its narration, held where that takes longer to be read.

    The take is copied as it is where nothing is held; its comment goes with it. What lies beside
    `out`, and what is raised: as `join` says.
    """
    info = probe(video)
    fps = max(1, round(info.fps))
    num_frames = max(1, round(info.num_frames * fps / info.fps))
    held = max(0, reading_frames(narration, fps) - num_frames)
    cut = Cut(
        scene_id="scene",
        take_id="take",
        num_frames=num_frames,
        hold_frames=held,
        narration=narration,
    )
    timeline = Timeline(title=title, fps=fps, cuts=(cut,))
    said = read_comment(video)
    return (yield from join(timeline, {"scene": video}, out, credits=credits, comment=said))


def copy_film(film: Path, out: Path) -> Path:
    """Copy a film, and its words beside it, to `out`; each file appears only when it is whole.

    Where the film has no such file, one of an earlier film at `out` goes.

    Raises:
        WorkspaceError: `out` cannot be written.
    """
    with written_whole(out) as temporary:
        shutil.copyfile(film, temporary)
    for suffix in BESIDE:
        words, target = film.with_suffix(suffix), out.with_suffix(suffix)
        if words.is_file():
            with written_whole(target) as temporary:
                shutil.copyfile(words, temporary)
        else:
            _remove(target)
    return out


def _remove_beside(film: Path) -> None:
    for suffix in BESIDE:
        _remove(film.with_suffix(suffix))


def _remove(file: Path) -> None:
    with workspace_errors(f"remove {short(file)}"):
        file.unlink(missing_ok=True)


def _made(film: _Film, target: Path, name: str) -> Iterator[int]:
    """Make the film, giving the number of frames that are written."""
    reason = reason_to_encode(film.timeline, film.paths, film.size, drawn_over=film.burns)
    logger.info("%s is %s", name, f"encoded: {reason}" if reason else "copied: its takes fit")
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        plan = _encoding(film, Path(folder)) if reason else _copying(film)
        tags = Path(folder) / "tags.txt"
        write_tags(film.tags, tags)
        sources = ["-f", "ffmetadata", "-i", tags, *_heard(film), *_read(film)]
        output = [*plan.output, *_beside(film, plan.inputs.count("-i"))]
        command = [*plan.inputs, *sources, *output, "-movflags", "+faststart", "-f", "mp4", target]
        yield from run_ffmpeg(command, pixels=plan.fed)


def _heard(film: _Film) -> Arguments:
    return voice_inputs(film.timeline, film.voices)


def _read(film: _Film) -> Arguments:
    return ["-f", "srt", "-i", film.srt] if film.has_words else []


def _beside(film: _Film, number: int) -> Arguments:
    """What the film has beside its pictures; `number` is the input of its tags."""
    output: Arguments = ["-map_metadata", str(number)]
    voices = _heard(film).count("-i")
    if voices:
        output += ["-filter_complex", voice_graph(film.timeline, number + 1)]
        output += ["-map", VOICES, *AAC]
    if film.has_words:
        output += ["-map", f"{number + 1 + voices}:s", "-c:s", "mov_text"]
        output += ["-metadata:s:s:0", "language=eng"]
    return output


class _Plan(NamedTuple):
    """What ffmpeg reads, how it writes the pictures, and its standard input."""

    inputs: Arguments
    output: Arguments
    fed: bytes


def _copying(film: _Film) -> _Plan:
    """The takes as they are, one after the other."""
    allowed = ["-protocol_whitelist", "file,pipe,fd"]
    inputs: Arguments = ["-f", "concat", "-safe", "0", *allowed, "-i", "pipe:0"]
    output: Arguments = ["-map", "0:v:0", "-c:v", "copy"]
    return _Plan(inputs, output, copy_list(film.timeline, film.paths))


def _encoding(film: _Film, folder: Path) -> _Plan:
    """Every frame drawn anew; the cards lie in `folder` as pictures."""
    timeline, inputs = film.timeline, Arguments()
    for number, part in enumerate((timeline.title_card, *film.paths, timeline.end_card)):
        if isinstance(part, Path):
            inputs += ["-threads", "1", "-i", part]
        elif part is not None:
            picture = folder / f"{number}.png"
            draw_card(part, film.size).save(picture)
            inputs += ["-f", "png_pipe", "-i", picture]
    captions, fed = None, b""
    if film.burns:
        captions, fed = inputs.count("-i"), caption_frames(timeline, film.size)
        inputs += ["-f", "image2pipe", "-c:v", "png", "-framerate", str(timeline.fps), "-i", "-"]
    graph = film_graph(timeline, film.size, captions=captions)
    return _Plan(inputs, ["-filter_complex", graph, "-map", FILM, *H264, "-crf", _CRF], fed)
