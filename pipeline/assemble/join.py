"""Takes, held frames and subtitles joined to one film."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pipeline.artifacts import Cut, Timeline
from pipeline.assemble.subtitles import subtitles
from pipeline.assemble.timeline import cut_frames, duration_frames, readable
from pipeline.files import short, workspace_errors
from pipeline.progress import Progress, Work
from pipeline.vision.encode import ENLARGE, H264
from pipeline.vision.ffmpeg import probe, run_ffmpeg, written_whole

_CRF = "18"


def join(
    timeline: Timeline,
    videos: Mapping[str, Path],
    out: Path,
    *,
    size: tuple[int, int] | None = None,
    credits: str = "",
) -> Work[Path]:
    """Join takes to a film with straight cuts; gives `out`, with an SRT file beside it.

    `videos` maps scene ids to the video of the scene's take. `size` is the film's width and
    height in pixels, even (default: the first video's); videos of other sizes get bars. The
    narration is a subtitle track too; `credits` go into the file's own copyright note. Film and SRT
    appear only when they are whole; closing the generator stops ffmpeg and leaves nothing.

    Raises:
        AssemblyError: a video cannot be read, or ffmpeg failed.
        WorkspaceError: `out` cannot be written.
    """
    total = duration_frames(timeline)
    yield Progress(stage="film", step=0, total=total, note="joining the takes")
    paths = [videos[cut.scene_id] for cut in timeline.cuts]
    first, *_ = [probe(path) for path in paths]
    narration = out.with_suffix(".srt")
    captions = subtitles(timeline).to_string("srt", fps=timeline.fps)
    with written_whole(out) as film, written_whole(narration) as srt:
        srt.write_text(captions, encoding="utf-8", newline="\n")
        command = _command(timeline, paths, size or (first.width, first.height), srt)
        noted = ["-metadata", f"copyright={readable(credits)}"] if credits else []
        for frame in run_ffmpeg([*command, *noted, "-f", "mp4", film]):
            yield Progress(stage="film", step=min(frame, total), total=total)
    if not captions:
        narration.unlink(missing_ok=True)
    yield Progress(stage="film", step=total, total=total, note=f"{out.name} is ready")
    return out


def copy_film(film: Path, out: Path) -> Path:
    """Copy a film, and the SRT file beside it, to `out`; each appears only when it is whole.

    Where the film has no SRT file, one of an earlier film at `out` goes.

    Raises:
        WorkspaceError: `out` cannot be written.
    """
    with written_whole(out) as temporary:
        shutil.copyfile(film, temporary)
    narration, target = film.with_suffix(".srt"), out.with_suffix(".srt")
    if narration.is_file():
        with written_whole(target) as temporary:
            shutil.copyfile(narration, temporary)
    else:
        with workspace_errors(f"remove {short(target)}"):
            target.unlink(missing_ok=True)
    return out


def _command(
    timeline: Timeline, paths: list[Path], size: tuple[int, int], srt: Path
) -> list[str | Path]:
    inputs: list[str | Path] = []
    for path in paths:
        inputs += ["-threads", "1", "-i", path]
    mapped = ["-filter_complex", _graph(timeline, size), "-map", "[film]"]
    if srt.stat().st_size > 0:
        inputs += ["-f", "srt", "-i", srt]
        mapped += ["-map", f"{len(paths)}:s", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng"]
    title = ["-metadata", f"title={readable(timeline.title)}"]
    return [*inputs, *mapped, *H264, "-crf", _CRF, *title]


def _graph(timeline: Timeline, size: tuple[int, int]) -> str:
    """The filters that trim, hold, fit and join the inputs, as ffmpeg writes them."""
    chains = [
        f"[{index}:v:0]{_cut_filters(cut, timeline.fps, size)}[cut{index}]"
        for index, cut in enumerate(timeline.cuts)
    ]
    cuts = "".join(f"[cut{index}]" for index in range(len(timeline.cuts)))
    joined = f"{cuts}concat=n={len(timeline.cuts)}:v=1,fps={timeline.fps}[film]"
    return ";".join([*chains, joined])


def _cut_filters(cut: Cut, fps: int, size: tuple[int, int]) -> str:
    """Filters of one cut: its own frames, the last one held, exactly as long as the cut."""
    width, height = size
    filters = (
        f"fps={fps}",
        f"trim=end_frame={cut.num_frames}",
        "tpad=stop=-1:stop_mode=clone",
        f"trim=end_frame={cut_frames(cut)}",
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:{ENLARGE}",
        f"pad={width}:{height}:-1:-1",
        "setsar=1",
        f"setpts=N/({fps}*TB)",
    )
    return ",".join(filters)
