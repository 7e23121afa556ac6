"""The newest film as the page shows it, and how much older it is than its story."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.artifacts import Cut, Take, Timeline
from pipeline.assemble.subtitles import are_in_picture
from pipeline.errors import InputError, WorkspaceError
from pipeline.film_edit import FilmEdit
from pipeline.filming import (
    SMOOTHED,
    credits_of,
    film_edit_of,
    film_timeline,
    planned_timeline,
)
from pipeline.story import slug
from studio.cards import Shown, View, counted
from studio.takes import is_draft

_OWN_OF_A_CUT = {"scene_id", "take_id", "narration"}


def film_view(shown: Shown) -> View | None:
    """Give the newest film of a project; None where there is none."""
    films = shown.project.films()
    return _film(shown, films[-1]) if films else None


def chosen_takes(shown: Shown) -> dict[str, Take]:
    """Give the take of each scene that a film would show now."""
    chosen = {one.id: shown.takes.chosen(one.id) for one in shown.project.story.scenes}
    return {scene_id: take for scene_id, take in chosen.items() if take is not None}


def file_stem(title: str) -> str:
    """Give what the files of a film are called that somebody keeps: its title in plain letters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return slug(plain, fallback="film")


def when(made: datetime) -> str:
    """Say when something was made: 'today at 14:05', or on which day."""
    today = time.strftime("%Y-%m-%d") == made.strftime("%Y-%m-%d")
    return made.strftime("today at %H:%M" if today else "on %Y-%m-%d at %H:%M")


def _film(shown: Shown, path: Path) -> View:
    address, name = f"films/{path.stem}", file_stem(shown.project.story.title)
    has_words = path.with_suffix(".srt").is_file()
    changed = path.stat().st_mtime_ns
    made, line = datetime.fromtimestamp(changed / 1e9), film_timeline(path)
    number = _newer(shown, made) if line is None else _other_takes(shown, line)
    edit = _edit(shown)
    changes = [] if line is None or edit is None else [*_changes(shown, line, edit)]
    return {
        "id": f"{path.stem}-{changed}",
        "video": shown.address(f"{address}.mp4"),
        "captions": shown.address(f"{address}.vtt") if has_words else None,
        "in_picture": are_in_picture(path.with_suffix(".vtt")),
        "file": f"{name}.mp4",
        "narration": [
            {
                "words": f"Download the narration ({kind})",
                "address": shown.address(f"{address}.{kind}"),
                "file": f"{name}.{kind}",
            }
            for kind in ("srt", "vtt")
            if has_words
        ],
        "language": shown.project.story.language,
        "note": _note(made, line, number, changes),
        "made": _made(made),
        "drafts": line is not None and _shows_drafts(shown, line),
        "mark": _mark(number, changes),
        "credits": credits_of(shown.project, chosen_takes(shown), edit or FilmEdit()),
    }


def _note(made: datetime, line: Timeline | None, newer: int, changes: list[str]) -> str:
    told = [_made(made)]
    if line is not None and line.interpolated:
        told.append(f"{SMOOTHED}.")
    if newer:
        told.append("There are newer takes: make it again.")
    elif changes:
        told.append(f"Since then {' and '.join(changes)}: make it again.")
    return " ".join(told)


def _made(made: datetime) -> str:
    return f"Made {when(made)} from the chosen takes."


def _shows_drafts(shown: Shown, line: Timeline) -> bool:
    """Whether a film has scenes of which better pictures can be made."""
    record = shown.staging.pack.record
    cuts = {(cut.scene_id, cut.take_id) for cut in line.cuts}
    takes = (take for scene in shown.project.story.scenes for take in shown.takes.of(scene.id))
    return any(is_draft(take, record) for take in takes if (take.scene_id, take.id) in cuts)


def _mark(newer: int, changes: list[str]) -> str:
    if newer:
        return f"older than {counted(newer, 'take')}"
    return "older than your changes" if changes else ""


def _newer(shown: Shown, made: datetime) -> int:
    """Count the takes that would go into a film now and are newer than it."""
    moments = (datetime.fromisoformat(one.created) for one in chosen_takes(shown).values())
    return sum(moment.timestamp() > made.timestamp() for moment in moments)


def _other_takes(shown: Shown, line: Timeline) -> int:
    """Count the scenes of a film that would be shown by another take now."""
    now = chosen_takes(shown)
    shown_now = {cut.scene_id: now.get(cut.scene_id) for cut in line.cuts}
    return sum(
        take is not None and take.id != cut.take_id
        for cut, take in zip(line.cuts, shown_now.values(), strict=True)
    )


def _edit(shown: Shown) -> FilmEdit | None:
    """The edit of the film; None of one that cannot be read, so that its story opens all the same.

    The film desk, where it is edited, says why.
    """
    try:
        return film_edit_of(shown.project, shown.settings)
    except (InputError, WorkspaceError):
        return None


def _changes(shown: Shown, made: Timeline, edit: FilmEdit) -> Iterator[str]:
    """Say what would be otherwise in a film made now, but for its takes."""
    try:
        now = planned_timeline(shown.project, chosen_takes(shown), edit)
    except InputError:
        return  # nothing could be filmed now
    before = {cut.scene_id: cut for cut in made.cuts}
    if [cut.scene_id for cut in now.cuts] != [*before]:
        yield "scenes came, went or moved"
    both = [(cut, before[cut.scene_id]) for cut in now.cuts if cut.scene_id in before]
    if any(one.narration != other.narration for one, other in both):
        yield "the narration was changed"
    elif _plan(now) != _plan(made) or any(_place(one) != _place(other) for one, other in both):
        yield "its cut was changed"


def _plan(line: Timeline) -> Timeline:
    """A film but for its scenes."""
    return line.model_copy(update={"cuts": ()})


def _place(cut: Cut) -> dict[str, object]:
    return cut.model_dump(exclude=_OWN_OF_A_CUT)
