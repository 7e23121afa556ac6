"""A story as the page shows it: plain records of words, colours and addresses for the browser."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.settings import Settings
from pipeline.story import Motion, Scene
from pipeline.workspace import Project, ProjectSummary, list_projects
from studio.cards import Shown, View, counted, duration_words, finding_view, scene_view, sentence
from studio.costs import seconds_needed
from studio.exports import file_views
from studio.figures import actor_view
from studio.films import film_view, when
from studio.planners import model_words, planner_of, planning_view
from studio.playing_words import plays_view
from studio.projects import plan_record
from studio.signing import Links
from studio.staging import PlayedPack, Staging, stage
from studio.takes import Takes

_SHELF_LENGTH = 200


def show(project: Project, settings: Settings, links: Links) -> Shown:
    """Give a project ready to be shown to its owner."""
    return Shown(project, settings, stage(project, settings), Takes(project), links)


def story_view(shown: Shown, *, notice: View | None = None) -> View:
    """Give a whole story; as `changed_view` with every scene."""
    return changed_view(shown, [one.id for one in shown.project.story.scenes], notice=notice)


def changed_view(
    shown: Shown,
    scene_ids: Iterable[str],
    *,
    notice: View | None = None,
    selected: str | None = None,
) -> View:
    """Give what an edit has changed: the head, the order, and those of the named scenes there are.

    Args:
        shown: Whose story.
        scene_ids: The scenes that look otherwise now.
        notice: What to tell above the board: `{"title": ..., "lines": [...]}`.
        selected: The scene to show next; None = the one that is shown.
    """
    story, cost, wanted = shown.project.story, costs(shown), {*scene_ids}
    return {
        "project": shown.project.path.name,
        "revision": story.revision,
        "saved": saved_time(shown.project),
        "head": head_view(shown),
        "order": [scene.id for scene in story.scenes],
        "scenes": {
            scene.id: scene_view(shown, scene, cost) for scene in story.scenes if scene.id in wanted
        },
        "notice": notice,
        "selected": selected,
    }


def changed_scenes(before: Staging, after: Staging) -> list[str]:
    """Give the scenes that are new or staged otherwise since."""
    return [name for name, one in after.scenes.items() if before.scenes.get(name) is not one]


def head_view(shown: Shown) -> View:
    """Give all of a story but its scenes."""
    project, staging = shown.project, shown.staging
    story, record = project.story, plan_record(project)
    return {
        "project": project.path.name,
        "title": story.title,
        "idea": record.idea if record else "",
        "language": story.language,
        "cast": [actor_view(one, staging, at) for at, one in enumerate(story.characters)],
        "motions": [_motion(one, staging) for one in story.motions],
        "known_motions": list(staging.pack.names.motions),
        "notes": _notes(staging),
        "findings": [
            finding_view(one, story) for one in staging.findings if one.place.scene_id is None
        ],
        "mend": sum(one.safe for one in staging.findings),
        "model": model_words(planner_of(record, shown.settings), shown.settings),
        "planning": planning_view(record, story),
        "cost": cost_of_all(shown),
        "seconds": _seconds(shown),
        "plays": plays_view(staging.pack.record, costs(shown)["final"]),
        "files": file_views(shown),
        "film": film_view(shown),
        "animatic": _animatic(shown),
        "bin": [_binned(one.id, one.scene, one.removed) for one in project.bin()],
        "forgets": shown.settings.ephemeral,
        "stage": _stage(staging.pack),
        "obedience": staging.pack.obedience,
        "models": not shown.settings.visitors,
    }


def shelf_view(settings: Settings) -> View:
    """Give the list of a user's stories for `static/page/shelf.js`, newest first."""
    summaries = list_projects(settings)[:_SHELF_LENGTH]
    return {
        "stories": [
            {"id": one.path.name, "title": one.title, "detail": _summary_words(one)}
            for one in summaries
        ],
        "forgets": settings.ephemeral,
    }


def costs(shown: Shown) -> dict[str, str]:
    """Say what a draft and a final take need ('about 15 s'); empty where nobody knows."""
    return {"draft": _cost_words(shown, draft=True), "final": _cost_words(shown, draft=False)}


def _seconds(shown: Shown) -> View:
    """What a draft and a final take need, in seconds; None where nobody knows."""
    qualities = ("draft", "final")
    return {one: seconds_needed(shown, draft=one == "draft") for one in qualities}


def cost_of_all(shown: Shown) -> str:
    """Say what final takes of all scenes need that wait for one; empty where nobody knows."""
    return _cost_words(shown, draft=False, times=len(waiting_scenes(shown)))


def _cost_words(shown: Shown, *, draft: bool, times: int = 1) -> str:
    seconds = seconds_needed(shown, draft=draft)
    return f"about {duration_words(seconds * times)}" if seconds and times else ""


def waiting_scenes(shown: Shown) -> list[Scene]:
    """Give the scenes that have no take yet, or an outdated one, in the story's order."""
    return [one for one in shown.project.story.scenes if shown.state(one) != "done"]


def saved_time(project: Project) -> str:
    """Give when the story was saved last, ISO 8601, UTC."""
    saved = (project.path / "story.json").stat().st_mtime
    return datetime.fromtimestamp(saved, UTC).isoformat(timespec="milliseconds")


def _motion(motion: Motion, staging: Staging) -> View:
    part = next((one for one in staging.casting.motions if one.motion_id == motion.id), None)
    state = part.state if part else "known"
    played = staging.shown_as(motion)
    return {"id": motion.id, "words": motion.words, "state": state, "played": played}


def _notes(staging: Staging) -> list[str]:
    """What is cast differently from the story's words, but for what questions and cards tell."""
    asked = {question.character_id for question in staging.questions}
    parts = tuple(one for one in staging.casting.parts if one.character_id not in asked)
    casting = staging.casting.model_copy(update={"parts": parts, "places": ()})
    return [sentence(note) for note in casting.notes()]


def _stage(pack: PlayedPack) -> View:
    record = pack.record
    rows, columns = record.grid
    return {
        "aspect": record.width_px / record.height_px,
        "fps": record.fps,
        "num_frames": record.num_frames,
        "seconds": record.num_frames / record.fps,
        "latent_frames": record.latent_frames,
        "rows": rows,
        "columns": columns,
        "keyframe_to_latent": [list(frames) for frames in record.keyframe_to_latent],
    }


def _binned(bin_id: str, scene: Scene, removed: str) -> View:
    return {"id": bin_id, "title": scene.title or scene.id, "when": removed}


def _animatic(shown: Shown) -> View | None:
    """The film of the boxes; made anew, it has a new address."""
    path = shown.project.films_dir / "animatic.mp4"
    if not path.is_file():
        return None
    video = shown.address("films/animatic.mp4")
    name = f"{shown.project.path.name}-animatic.mp4"
    return {"video": f"{video}&v={path.stat().st_mtime_ns}", "file": name}


def _summary_words(summary: ProjectSummary) -> str:
    changed = datetime.fromisoformat(summary.changed).astimezone()
    return f"{counted(summary.num_scenes, 'scene')}, changed {when(changed)}"
