"""A folder of videos as a library: new and changed ones are looked into, the rest is as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.clips import Clip, clip_id
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.progress import Progress, Work
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.probing import facts_of_span, hash_file
from pipeline.retrieve.rows import Source
from pipeline.retrieve.sources.captions import Entry, FolderCaptions, stamp_of
from pipeline.retrieve.sources.reports import ScanReport, Tally
from pipeline.retrieve.sources.walking import files_below, is_video
from pipeline.vision.frames import VideoFacts, probe_video

_FOLDERS = ("folder", "theatre", "own")
_GONE = "the file is gone"
_NO_TEXT = "its name is no text (UTF-8); give it another one"


def scan_folder(library: OpenLibrary) -> Work[ScanReport]:
    """Bring a library up to what its folder holds now: mp4, mov, webm, mkv and gif, in all folders.

    A video as large and old as it was, with the same words, is not opened again; one that is gone
    has its clips marked bad. Each video is written down before the next one is opened: closed in
    between, the scan keeps what it has, and the next one goes on from there.

    Raises:
        InputError: the library is a list, not a folder.
        WorkspaceError: there is no such folder, or the catalogue cannot be written.
    """
    if library.record.kind not in _FOLDERS:
        raise InputError(
            f"the library {library.record.id} is a list of clips, so there is no folder to scan",
            hint="Add the list again: `python -m pipeline library add FILE`.",
        )
    tally = Tally()
    files = files_below(library.root, tally)
    captions, known = FolderCaptions(files, tally), library.catalogue.sources()
    videos = {source: path for source, path in files.items() if is_video(source)}
    for step, (source, path) in enumerate(videos.items()):
        yield Progress(stage="scan", step=step, total=len(videos), note=source)
        _take_in(library, path, _noted(source, path), known, captions.entries(source), tally)
    for name, noted in known.items():
        if noted.state == "done" and name not in videos and not Path(name).is_absolute():
            library.catalogue.lose(noted, _GONE)
            tally.gone += 1
    yield Progress(stage="scan", step=len(videos), total=len(videos))
    return tally.report()


def look_into(
    library: OpenLibrary, source: str, path: Path, entries: Sequence[Entry], *, own: bool = False
) -> list[Clip]:
    """Give the clips of a video: one for each shot, or for each part that `entries` name.

    Args:
        library: Whose clips they are.
        source: The video's path below the library's folder, parted by `/`.
        path: The video itself.
        entries: What is said of it, or of its parts.
        own: Whether the storyteller brought it.

    Returns:
        Clips with what is known of them. Of a video that cannot be read, the clips are bad and say
        why.
    """
    spans = [(entry, entry.start_seconds, entry.end_seconds) for entry in entries]
    try:
        _check_name(path)
        facts, content_hash = probe_video(path), hash_file(path)
        if not all(entry.is_part for entry in entries):
            spans = _shots_of(path, facts, entries, library)
    except UnreadableVideoError as error:
        return [_bad(_clip(library, source, *span, own=own), error) for span in spans]
    return [_known(_clip(library, source, *span, own=own), facts, content_hash) for span in spans]


Span = tuple[Entry, float | None, float | None]


def _take_in(
    library: OpenLibrary,
    path: Path,
    noted: Source,
    known: dict[str, Source],
    entries: Sequence[Entry],
    tally: Tally,
) -> None:
    tally.files += 1
    noted = noted._replace(stamp=stamp_of(entries))
    if known.get(noted.name) == noted:
        tally.unchanged += 1
        return
    own = library.record.kind == "own"
    before = {clip.id for clip in library.catalogue.clips_of(noted.name)}
    clips = look_into(library, noted.name, path, entries, own=own)
    library.catalogue.settle(noted, clips)
    tally.added += sum(clip.id not in before for clip in clips)
    reasons = [clip.reason for clip in clips if clip.state == "bad"]
    if reasons:
        tally.bad += 1
        tally.tell(noted.name, reasons[0])


def _shots_of(
    path: Path, facts: VideoFacts, entries: Sequence[Entry], library: OpenLibrary
) -> list[Span]:
    """Give the parts that are named, and the shots of the whole for words that name no part."""
    from pipeline.vision.shots import find_shots

    parts: list[Span] = [
        (entry, entry.start_seconds, entry.end_seconds) for entry in entries if entry.is_part
    ]
    is_drawn = library.record.kind == "theatre"  # one shot each
    shots = [] if is_drawn else find_shots(path)
    cuts = [(first / facts.fps, behind / facts.fps) for first, behind in shots]
    for entry in entries:
        if not entry.is_part:
            parts += [(entry, *cut) for cut in cuts] if len(cuts) > 1 else [(entry, None, None)]
    return parts


def _clip(
    library: OpenLibrary,
    source: str,
    entry: Entry,
    start: float | None,
    end: float | None,
    *,
    own: bool,
) -> Clip:
    return Clip(
        id=clip_id(source, start, end, library=library.record.id),
        library=library.record.id,
        source=source,
        start_seconds=start,
        end_seconds=end,
        caption=entry.caption,
        licence=entry.licence,
        credit=entry.credit,
        own=own,
    )


def _known(clip: Clip, facts: VideoFacts, content_hash: str) -> Clip:
    try:
        known = facts_of_span(facts, clip.start_seconds, clip.end_seconds)
    except UnreadableVideoError as error:
        return _bad(clip, error)
    return clip.model_copy(update={"state": "ok", "content_hash": content_hash, **known})


def _bad(clip: Clip, error: UnreadableVideoError) -> Clip:
    return clip.model_copy(update={"state": "bad", "reason": error.message})


def _check_name(path: Path) -> None:
    """Refuse a name whose bytes are no text: the catalogue could not lead back to the file."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise UnreadableVideoError(_NO_TEXT) from error


def _noted(source: str, path: Path) -> Source:
    """Give what is noted of a file that is done."""
    try:
        there = path.stat()
    except OSError:  # it went away meanwhile: reading it will say so
        return Source(source)
    return Source(source, there.st_size, there.st_mtime_ns)
