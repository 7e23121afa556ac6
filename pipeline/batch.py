"""Plans of a file to films in a folder, one after another on one loaded pack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from pipeline.artifacts import RenderSettings, ScenePrompt
from pipeline.checking import limits_of
from pipeline.errors import InputError, StageError
from pipeline.files import short, workspace_errors, write_record
from pipeline.packs.record import load_record
from pipeline.plan.draft import DraftKey, DraftRegion, DraftStory, story_of
from pipeline.plan.exchange import Imported, Refused, read_each
from pipeline.plan.lint import repair
from pipeline.playing import cast_for, learned_heads, prompt_for
from pipeline.progress import Progress, Work, retold
from pipeline.recipes import Recipe, as_published
from pipeline.rendering import normalise, render_prompt, take_of, write_take
from pipeline.story import Story

if TYPE_CHECKING:
    from pipeline.runner import Runner

_MOST_SEED = 2**63
_MOST_NAME_BYTES = 200
"""File systems take 255, with the suffix and what is put around a file that is not whole."""


@dataclass(frozen=True)
class PlanFilm:
    """A plan's film; `Refused` stands for a plan that has none."""

    name: str
    path: Path
    was_there: bool
    """Whether it was there before, so that nothing was rendered."""


Outcome = PlanFilm | Refused


def render_plans(
    runner: Runner,
    file: Path,
    out: Path,
    render: RenderSettings,
    *,
    shard: tuple[int, int] = (0, 1),
    recipe: Recipe | None = None,
) -> Work[tuple[Outcome, ...]]:
    """Render every plan of a file to `out/<the plan's name>.mp4`, its recipe as JSON beside it.

    Films that are there are passed over, and a render that was interrupted goes on, so the same
    call again does what is left. The plan in the n-th place gets the seed `render.seed + n`. With
    the shard (i, of) only every plan in a place n with n mod `of` = i is rendered: several
    processes share a file so. Without a recipe plans are mended as at an import; with one they are
    rendered as they stand, and a box that is none (upside down, flat) is no box.

    A plan that cannot be read or rendered comes back as `Refused`; the others go on.

    Raises:
        AssemblyError: ffmpeg failed, as it would for every plan.
        InvalidStoryError: the file as a whole cannot be read.
        ModelUnavailableError: the pack cannot be loaded, or does not fit the device.
        WorkspaceError: the file cannot be read, or the folder not be written.
    """
    with workspace_errors(f"make {short(out)}", hint="Choose a folder that can be written."):
        out.mkdir(parents=True, exist_ok=True)
    plans = [(n, one) for n, one in enumerate(_named_once(file)) if n % shard[1] == shard[0]]
    outcomes: list[Outcome] = []
    for number, plan in plans:
        own = render.model_copy(update={"seed": (render.seed + number) % _MOST_SEED})
        work = _film(runner, plan, out, own, recipe)
        outcomes.append((yield from _counted(work, done=len(outcomes), of=len(plans))))
    return tuple(outcomes)


def _named_once(file: Path) -> Iterator[Imported | Refused]:
    """The plans of a file; one whose film cannot have its name is refused."""
    seen: set[str] = set()
    for one in read_each(file):
        if isinstance(one, Imported) and one.name.casefold() in seen:
            one = Refused(name=one.name, message="another plan has this name")
        elif not _is_file_name(one.name):
            one = Refused(name=one.name, message="this is no name for a file")
        seen.add(one.name.casefold())
        yield one


def _is_file_name(name: str) -> bool:
    return len(name.encode()) <= _MOST_NAME_BYTES and PureWindowsPath(name).name == name


def _film(
    runner: Runner,
    plan: Imported | Refused,
    out: Path,
    render: RenderSettings,
    recipe: Recipe | None,
) -> Work[Outcome]:
    path = out / f"{plan.name}.mp4"
    if isinstance(plan, Refused):
        return plan
    if path.exists():
        return PlanFilm(plan.name, path, was_there=True)
    try:
        prompt = _prompt(plan, runner, recipe, use_learned=render.use_priors)
        rendered = yield from render_prompt(runner, prompt, render)
    except (InputError, StageError) as error:
        return Refused(name=plan.name, message=str(error))
    take = take_of(rendered, take_id="take-1", story_revision=0)
    write_record(path.with_suffix(".json"), take)
    write_take(rendered, take, path)  # last: where the film is, the plan is done
    rendered.checkpoint.clear()
    return PlanFilm(plan.name, path, was_there=False)


def _prompt(
    plan: Imported, runner: Runner, recipe: Recipe | None, *, use_learned: bool
) -> ScenePrompt:
    """The plan's one scene in the words of the pack; a recipe's are of no learned motion.

    Raises:
        InvalidStoryError: the plan makes no whole story.
    """
    record = load_record(runner.settings.pack)
    if recipe is None:
        draft = repair(plan.draft, limits=limits_of(runner.settings)).draft
    else:
        draft = _without_boxless_keys(plan.draft)
    story = story_of(draft)
    scene = story.scenes[0]
    heads = learned_heads(runner.settings) if use_learned and recipe is None else ()
    casting = cast_for(story, record, pack=record.name, priors=heads)
    prompt = prompt_for(story, scene.id, record, casting)
    if record.troupe is not None:
        return normalise(prompt, record)
    # a plan says nothing of shot and camera, so its background is all there is
    prompt = prompt.model_copy(update={"background": scene.background})
    if recipe is not None:
        prompt = as_published(prompt, _event(story))
    return normalise(prompt, record)


def _event(story: Story) -> str:
    """What a plan's background says after its usual first words; empty if it lacked them."""
    scene = story.scenes[0]
    return scene.narration if scene.narration == scene.background else ""


def _without_boxless_keys(draft: DraftStory) -> DraftStory:
    scenes = tuple(
        scene.model_copy(update={"regions": tuple(map(_boxed, scene.regions))})
        for scene in draft.scenes
    )
    return draft.model_copy(update={"scenes": scenes})


def _boxed(region: DraftRegion) -> DraftRegion:
    """The region with keys hidden whose box covers nothing, such as one upside down."""
    keys = tuple(key and (key if _is_upright(key) else _HIDDEN) for key in region.keys)
    return region.model_copy(update={"keys": keys})


def _is_upright(key: DraftKey) -> bool:
    return key.box.x0 < key.box.x1 and key.box.y0 < key.box.y1


_HIDDEN = DraftKey.model_validate({"box": {"x0": 0, "y0": 0, "x1": 1, "y1": 1}, "visible": False})


def _counted(work: Work[Outcome], *, done: int, of: int) -> Work[Outcome]:
    """A plan's work within the whole: a plan is a hundred steps."""

    def tell(record: Progress) -> Progress:
        step = 100 * done + 100 * record.step // max(1, record.total)
        note = f"plan {done + 1} of {of}: {record.note}"
        return Progress(stage="render", step=step, total=100 * of, note=note)

    return retold(work, tell)
