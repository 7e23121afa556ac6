"""Draws the theatre's library: a folder of short videos with a table of their captions."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import WorkspaceError
from pipeline.files import read_text, workspace_errors, write_bytes
from pipeline.progress import Progress, Work
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.library.specs import (
    CREDIT,
    CYCLE_FRAMES,
    FPS,
    LICENCE,
    ClipSpec,
    load_specs,
)
from pipeline.vision.encode import frame_writer

TABLE = "clips.jsonl"
"""The table in a drawn folder: `path`, `caption`, `licence` and `credit` of each clip."""
_REVISION_FILE = "drawn-from.txt"
_DRAWING = "1"
"""Raised when the same specs are drawn or encoded otherwise."""
_THREADS = 2


def revision_of(specs: Sequence[ClipSpec]) -> str:
    """Give the hash of what a library is drawn from: another one means other clips."""
    lines = (spec.model_dump_json(exclude_defaults=True) for spec in specs)
    return hashlib.sha256("\n".join([_DRAWING, *lines]).encode()).hexdigest()[:16]


def is_drawn(folder: Path, specs: Sequence[ClipSpec] | None = None) -> bool:
    """Whether the folder holds the whole library as it is now."""
    revision = revision_of(load_specs() if specs is None else specs)
    return (folder / TABLE).is_file() and _drawn_revision(folder) == revision


def draw_library(folder: Path, specs: Sequence[ClipSpec] | None = None) -> Work[Path]:
    """Draw the library's clips and then its table into a folder, and give the folder.

    Clips that are there stay; those of an older revision are drawn anew. A folder without its
    table is not whole yet.

    Args:
        folder: made if there is none.
        specs: what to draw (default: the whole library).

    Raises:
        WorkspaceError: the folder cannot be written, or holds something else.
        AssemblyError: a clip cannot be encoded.
    """
    specs = load_specs() if specs is None else specs
    if not is_drawn(folder, specs):
        _begin(folder, revision_of(specs))
        missing = [spec for spec in specs if not (folder / spec.path).is_file()]
        yield from _draw_all(missing, folder, len(specs))
        write_bytes(folder / TABLE, _table(specs).encode())
    return folder


def draw_spec(spec: ClipSpec) -> DrawnClip:
    """Draw one clip, with the truth: `boxes` and `masks` in the order of the spec's figures."""
    return draw_clip(
        spec.script(),
        width_px=spec.width_px,
        height_px=spec.height_px,
        num_frames=spec.num_frames,
        cycle_frames=CYCLE_FRAMES,
    )


def _begin(folder: Path, revision: str) -> None:
    """Make the folder ready for a revision: what another one left in it goes."""
    if folder.is_dir() and _drawn_revision(folder) != revision:
        _clear(folder)
    write_bytes(folder / _REVISION_FILE, f"{revision}\n".encode())


def _clear(folder: Path) -> None:
    """Remove drawn films; a folder with anything else in it was never the library's."""
    with workspace_errors(f"empty {folder}"):
        there = sorted(folder.iterdir())
        ours = (TABLE, _REVISION_FILE)
        if any(path.name not in ours and not path.name.startswith("film-") for path in there):
            raise WorkspaceError(
                f"{folder} holds more than drawn clips", hint="Choose an empty folder."
            )
        for path in there:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _drawn_revision(folder: Path) -> str:
    path = folder / _REVISION_FILE
    return read_text(path, "revision").strip() if path.is_file() else ""


def _draw_all(specs: Sequence[ClipSpec], folder: Path, total: int) -> Iterator[Progress]:
    done = total - len(specs)
    with _pool() as pool:
        drawn = [pool.submit(_draw_file, spec, folder) for spec in specs]
        for number, one in enumerate(as_completed(drawn), start=done + 1):
            yield Progress(stage="library", step=number, total=total, note=one.result())


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Threads that draw (drawing and encoding free the interpreter); none is begun in vain."""
    pool = ThreadPoolExecutor(_THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _draw_file(spec: ClipSpec, folder: Path) -> str:
    """Draw a clip to its file; the file appears only when it is whole."""
    path = folder / spec.path
    size = (spec.width_px, spec.height_px)
    with workspace_errors(f"make {path.parent}"):
        path.parent.mkdir(parents=True, exist_ok=True)
    with frame_writer(path, fps=FPS, size=size) as write:
        for frame in draw_spec(spec).frames:
            write(frame.tobytes())
    return spec.path


def _table(specs: Sequence[ClipSpec]) -> str:
    rows = (
        {"path": spec.path, "caption": spec.caption, "licence": LICENCE, "credit": CREDIT}
        for spec in specs
    )
    return "".join(json.dumps(row) + "\n" for row in rows)
