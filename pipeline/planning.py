"""Plans, replans, imports, checks and exports stories: what command line and page call for it.

Each planning function is a work function (see `pipeline.progress`). No model is loaded here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pipeline.artifacts import Casting, PlanAttempt, PlanRecord
from pipeline.errors import InputError, InvalidStoryError, StaleStoryError, WorkspaceError
from pipeline.files import short, workspace_errors, write_record
from pipeline.packs.record import TroupeNames, load_record
from pipeline.progress import Progress, Work
from pipeline.settings import Settings
from pipeline.story import Character, Motion, PriorUse, Region, Scene, Story, slug
from pipeline.workspace import Project, create_project

if TYPE_CHECKING:
    from pipeline.plan.llm import Planned

logger = logging.getLogger(__name__)

Planner = Literal["builtin", "openai"]
R = TypeVar("R")
T = TypeVar("T", Character, Motion)
U = TypeVar("U", Region, PriorUse)
_STORY = "story.json"
_LONGEST_ANSWERS = 500_000
"""Characters of all answers of models that `planning.json` keeps, the newest first."""


def plan(
    idea: str,
    *,
    settings: Settings,
    path: Path | None = None,
    seed: int = 0,
    planner: Planner = "builtin",
) -> Work[Project]:
    """Turn an idea into a new project: a story with boxes, cast for the pack that plays.

    Args:
        idea: One line up to a whole narration.
        settings: Whose projects, and which pack plays.
        path: The project's folder or the `story.json` in it; None = a free name in the home.
        seed: Another seed gives another story (of the built-in planner always the same one).
        planner: "openai" asks the language model that the environment names.

    Raises:
        InputError: the idea cannot be used, or the environment names no language model.
        PlanningError: no story could be made of the idea.
        WorkspaceError: the project cannot be written.
    """
    if path is not None:
        _check_free(path)
    if planner == "builtin":
        story, casting, record = yield from _plan_here(idea, settings, seed)
    else:
        planned = yield from _ask(idea, settings, seed)
        story, record = _thinned(planned.story, settings), planned.record
        casting = _cast(story, settings)
    project = _keep(story, casting, record, settings=settings, path=path)
    note = f"{len(story.scenes)} scenes planned"
    yield Progress(stage="plan", step=1, total=1, note=note)
    return project


def replan(
    project: Project,
    scene_id: str,
    note: str,
    *,
    settings: Settings,
    planner: Planner = "builtin",
    seed: int = 0,
) -> Work[Story]:
    """Plan one scene anew with a note ('make it night') and save the story's next revision.

    Other scenes, takes and the casting stay, also where they were edited meanwhile; who is new in
    the story is cast. The note is added to `planning.json`, with the answers of a language model.

    Raises:
        InputError: there is no such scene, or the note says nothing that can be done.
        PlanningError: no scene could be made of it.
        StaleStoryError: this scene was edited elsewhere meanwhile.
        WorkspaceError: it cannot be written.
    """
    before = project.story
    _check_scene(before, scene_id)
    if not note.strip():
        raise InputError("the note is empty", hint="Say in a few words what shall be different.")
    yield Progress(stage="replan", step=0, total=1, note="planning the scene", scene_id=scene_id)
    record = PlanRecord(planner=planner)
    if planner == "builtin":
        from pipeline.plan.replanning import replan_scene
        from pipeline.playing import names_of

        names = names_of(load_record(settings.pack))
        planned = replan_scene(before, scene_id, note, troupe=names, seed=seed)
    else:
        answered = yield from _ask_again(before, scene_id, note, settings)
        planned, record = _thinned(answered.story, settings, scene_id), answered.record
    told = f"scene {scene_id!r} was planned anew with the note “{note.strip()}”"
    planning = _continued(_readable(lambda: project.planning), record, told)
    try:
        story = _save_joined(project, before, planned, scene_id, settings)
    except StaleStoryError:  # an edit came between reading and saving: join with that, too
        story = _save_joined(project, before, planned, scene_id, settings)
    project.save_planning(planning)
    yield Progress(stage="replan", step=1, total=1, note="scene planned", scene_id=scene_id)
    return story


def load_troupe(pack: str) -> TroupeNames:
    """Give the closed cast of a pack. Loads no model.

    Raises:
        InputError: the pack has none: it plays anyone.
        ModelUnavailableError: there is no such pack.
    """
    troupe = load_record(pack).troupe
    if troupe is None:
        raise InputError(
            f"the pack {pack!r} plays anyone, so nobody stands in for anybody",
            hint="Say how the character looks, or choose the theatre pack.",
        )
    return troupe


def project_folder(path: Path) -> Path:
    """Give the folder that a path means: itself, or the one its `story.json` lies in.

    Raises:
        InputError: it is a JSON file of another name.
    """
    if path.suffix.lower() != ".json":
        return path
    if path.name != _STORY:
        raise InputError(f"{short(path)} is no project", hint=f"Name a folder or its {_STORY}.")
    return path.parent


def keep_story(
    story: Story, planning: PlanRecord, *, settings: Settings, path: Path | None = None
) -> Project:
    """Cast a story that came from elsewhere and make a project of it (see `create_project`)."""
    return _keep(story, _cast(story, settings), planning, settings=settings, path=path)


def _plan_here(idea: str, settings: Settings, seed: int) -> Work[tuple[Story, Casting, PlanRecord]]:
    from pipeline.plan.planner import invented, left_out, plan_story
    from pipeline.playing import cast_for, names_of

    yield Progress(stage="plan", step=0, total=1, note="planning the story")
    record = load_record(settings.pack)
    story, parts = plan_story(idea, troupe=names_of(record), seed=seed, pack=settings.pack)
    casting = cast_for(story, record, pack=settings.pack, previous=parts)
    repairs = (*left_out(idea, story), *invented(idea, story))
    return story, casting, PlanRecord(planner="builtin", idea=idea, seed=seed, repairs=repairs)


def _ask(idea: str, settings: Settings, seed: int) -> Work[Planned]:
    from pipeline.plan.llm import language_model, plan_story

    troupe = load_record(settings.pack).troupe
    return (yield from plan_story(idea, options=language_model(settings), troupe=troupe, seed=seed))


def _ask_again(story: Story, scene_id: str, note: str, settings: Settings) -> Work[Planned]:
    from pipeline.plan.llm import language_model, replan_scene

    troupe = load_record(settings.pack).troupe
    options = language_model(settings)
    return (yield from replan_scene(story, scene_id, note, options=options, troupe=troupe))


def _thinned(story: Story, settings: Settings, scene_id: str | None = None) -> Story:
    """The story, or one scene of it, with no more keys than the paths need: models set all six."""
    from pipeline.editing import reduce_scene, reduce_story

    grid = load_record(settings.pack).grid
    if scene_id is None:
        return reduce_story(story, grid)
    return story.replace_scene(reduce_scene(story.scene(scene_id), grid))


def _cast(story: Story, settings: Settings, *, previous: Casting | None = None) -> Casting:
    """The casting for the pack that plays; one of another pack is kept."""
    from pipeline.playing import cast_for

    if previous is not None and previous.pack != settings.pack:
        return previous
    return cast_for(story, load_record(settings.pack), pack=settings.pack, previous=previous)


def _continued(before: PlanRecord | None, record: PlanRecord, told: str) -> PlanRecord:
    """The record of a plan with what was done to one of its scenes later."""
    whole = before or record.model_copy(update={"attempts": (), "repairs": ()})
    attempts = _shortened((*whole.attempts, *record.attempts))
    repairs = (*whole.repairs, told, *record.repairs)
    return whole.model_copy(update={"attempts": attempts, "repairs": repairs})


def _shortened(attempts: Sequence[PlanAttempt]) -> tuple[PlanAttempt, ...]:
    """The attempts, the oldest answers cut where all are too much to be read again."""
    room, kept = _LONGEST_ANSWERS, []
    for attempt in reversed(attempts):
        kept.append(attempt.model_copy(update={"answer": attempt.answer[:room]}))
        room -= len(kept[-1].answer)
    return tuple(reversed(kept))


def _readable(read: Callable[[], R]) -> R | None:
    """What is read; None where the file is broken, which is logged."""
    try:
        return read()
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("left out and written anew: %s", error)
        return None


def _joined(now: Story, before: Story, planned: Story, scene_id: str) -> Story:
    """The next revision of the saved story: the planned scene, and who and what is new in it.

    Who is new under an id that somebody else has by now gets another one.
    """
    if now == before:
        return planned.model_copy(update={"revision": before.revision + 1})
    if before.scene(scene_id) not in now.scenes:
        raise StaleStoryError(
            f"scene {scene_id!r} was edited elsewhere while it was planned", hint="Plan it again."
        )
    characters, who = _merged(now.characters, before.characters, planned.characters)
    motions, moves = _merged(now.motions, before.motions, planned.motions)
    scene = _renamed(planned.scene(scene_id), who, moves)
    return now.revised(
        characters=characters,
        motions=motions,
        scenes=tuple(scene if one.id == scene_id else one for one in now.scenes),
    )


def _save_joined(
    project: Project, before: Story, planned: Story, scene_id: str, settings: Settings
) -> Story:
    """Save the next revision, and who plays whom in it where that was decided already."""
    story, casting = _joined(project.reload(), before, planned, scene_id), None
    if project.has_casting:
        casting = _cast(story, settings, previous=_readable(lambda: project.casting))
    project.save_story(story)
    if casting is not None:
        project.save_casting(casting)
    return story


def _merged(
    now: tuple[T, ...], before: tuple[T, ...], planned: tuple[T, ...]
) -> tuple[tuple[T, ...], dict[str, str]]:
    """All records that are there and all that are new, and the new ids of some of these."""
    known = {one.id for one in before}
    there = {one.id: one for one in now}
    ids: dict[str, str] = {}
    for one in planned:
        if one.id not in there:
            there[one.id] = one
        elif one.id not in known and there[one.id] != one:
            taken = [*there, *(other.id for other in planned)]
            ids[one.id] = slug(one.id, taken=taken)
            there[ids[one.id]] = one.model_copy(update={"id": ids[one.id]})
    return tuple(there.values()), ids


def _renamed(scene: Scene, who: Mapping[str, str], moves: Mapping[str, str]) -> Scene:
    """The scene with those characters and motions under their new ids."""

    def renamed(one: U) -> U:
        character_id, motion_id = one.character_id or "", one.motion_id or ""
        changes = {
            "character_id": who.get(character_id, one.character_id),
            "motion_id": moves.get(motion_id, one.motion_id),
        }
        return one.model_copy(update=changes)

    regions = (
        renamed(region).model_copy(update={"priors": tuple(map(renamed, region.priors))})
        for region in scene.regions
    )
    return scene.model_copy(update={"regions": tuple(regions)})


def _check_scene(story: Story, scene_id: str) -> None:
    known = [scene.id for scene in story.scenes]
    if scene_id not in known:
        raise InputError(
            f"there is no scene {scene_id[:80]!r}", hint=f"The story has {', '.join(known)}."
        )


def _check_free(path: Path) -> None:
    """Refuse a place that is taken before anything is planned for it."""
    folder = project_folder(path)
    with workspace_errors(f"look into {short(folder)}", hint="Choose another folder."):
        there = {one.name for one in folder.iterdir()} if folder.exists() else set()
    mine = {_STORY, "casting.json", "planning.json"}
    taken = there if path == folder else there & mine
    if taken:
        raise WorkspaceError(
            f"cannot make a project at {short(folder)}: there is something already",
            hint="Choose another folder, or move what is there.",
        )


def _keep(
    story: Story,
    casting: Casting,
    record: PlanRecord,
    *,
    settings: Settings,
    path: Path | None,
) -> Project:
    """Make the project; a named `story.json` may join other files in a folder that is there."""
    folder = path and project_folder(path)
    if folder is None or folder == path or not folder.exists() or not any(folder.iterdir()):
        return create_project(story, casting, planning=record, settings=settings, path=folder)
    write_record(folder / "planning.json", record)
    write_record(folder / "casting.json", casting)
    write_record(folder / _STORY, story)
    return Project(folder)
