"""The film of a project: its chosen takes joined as the storyteller's edit of it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.artifacts import FilmSettings, Take, Timeline
from pipeline.assemble.timeline import timeline
from pipeline.crediting import film_credits
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import read_record, write_record
from pipeline.film_edit import FilmEdit, has_film_edit, read_film_edit, voice_file
from pipeline.preferences import read_preferences
from pipeline.progress import Work
from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.story import Story

SMOOTHED = "Pictures in between drawn by ffmpeg"
"""How a film names that most of its pictures are of no model."""


def film_edit_of(project: Project, settings: Settings) -> FilmEdit:
    """Give a project's edit of the film; where it has none yet, as films are made in this home.

    Raises:
        InputError: it cannot be made out.
        WorkspaceError: it, or what was chosen for this home, cannot be read.
    """
    if has_film_edit(project):
        return read_film_edit(project)
    return FilmEdit(settings=FilmSettings(rate=read_preferences(settings.home).film_rate))


def make_film(project: Project, settings: Settings, *, only_rendered: bool = False) -> Work[Path]:
    """Join the chosen takes to a new film of the project, as its edit says.

    With `only_rendered`, scenes without a take are left out. What the film was made of lies
    beside it (see `film_timeline`).

    Raises:
        InputError: scenes have no take yet; the message names them. Or as `film_edit_of`.
        AssemblyError: the takes could not be joined.
    """
    from pipeline.assemble.join import join

    story, edit = project.reload(), film_edit_of(project, settings)
    takes = _chosen(project, story, edit)
    _check(project, story, edit, takes, only_rendered=only_rendered)
    line, credits = planned_timeline(project, takes, edit), credits_of(project, takes, edit)
    videos = {scene_id: project.take_video(take) for scene_id, take in takes.items()}
    voices = {one: voice_file(project, one) for one in edit.used_voices()}
    note, out = SMOOTHED if line.interpolated else "", project.new_film_path()
    yield from join(line, videos, out, voices=voices, credits=credits, comment=note)
    write_record(out.with_suffix(".json"), line)
    return out


def planned_timeline(project: Project, takes: Mapping[str, Take], edit: FilmEdit) -> Timeline:
    """Give the cuts of the film of these takes; scenes without one are left out.

    Raises:
        InputError: nothing is left to be shown.
    """
    filmed = _filmed(project.story, takes, edit)
    if not filmed.scenes:
        raise InputError("no scene can be shown", hint="Render one, or put one back.")
    credits = credits_of(project, takes, edit)
    heard = {one for one in edit.used_voices() if voice_file(project, one).is_file()}
    return timeline(filmed, takes, _spoken(edit, heard), credits=credits)


def credits_of(project: Project, takes: Mapping[str, Take], edit: FilmEdit) -> str:
    """Give whom the film of these takes names, and what of it ffmpeg draws, parted by "; "."""
    named = film_credits(project, _filmed(project.story, takes, edit))
    return "; ".join(filter(None, [named, SMOOTHED if edit.settings.rate == "smooth" else ""]))


def film_timeline(film: Path) -> Timeline | None:
    """Give what a film was made of; None of one that does not say it."""
    file = film.with_suffix(".json")
    try:
        return read_record(file, Timeline) if file.is_file() else None
    except (InvalidStoryError, WorkspaceError):
        return None


def _chosen(project: Project, story: Story, edit: FilmEdit) -> dict[str, Take]:
    scenes = [scene.id for scene in story.scenes if not edit.of(scene.id).left_out]
    chosen = {scene_id: project.chosen_take(scene_id) for scene_id in scenes}
    return {scene_id: take for scene_id, take in chosen.items() if take is not None}


def _check(
    project: Project,
    story: Story,
    edit: FilmEdit,
    takes: Mapping[str, Take],
    *,
    only_rendered: bool,
) -> None:
    wanted = [scene.id for scene in story.scenes if not edit.of(scene.id).left_out]
    if not wanted:
        raise InputError("every scene is left out of the film", hint="Put one back.")
    missing = [name for name in wanted if name not in takes]
    if not takes or (missing and not only_rendered):
        raise InputError(
            f"no take yet of {', '.join(missing)}",
            hint=f"Press Render all, or: python -m pipeline render {project.path}",
        )


def _filmed(story: Story, takes: Mapping[str, Take], edit: FilmEdit) -> Story:
    """The story of those scenes alone that are shown."""
    shown = (s for s in story.scenes if s.id in takes and not edit.of(s.id).left_out)
    return story.model_copy(update={"scenes": tuple(shown)})


def _spoken(edit: FilmEdit, heard: set[str]) -> FilmEdit:
    """The edit without recordings whose files are gone."""
    scenes = {
        name: one if one.voice in heard else one.model_copy(update={"voice": None})
        for name, one in edit.scenes.items()
    }
    return edit.model_copy(update={"scenes": scenes})
