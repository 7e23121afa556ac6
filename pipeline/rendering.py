"""A scene to a take: its prompt in the pack's words, the render, the look at it, the saved take."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipeline.artifacts import AppliedPrior, RenderSettings, ScenePrompt, Take, TakeReport, Timings
from pipeline.errors import InputError, ModelUnavailableError
from pipeline.files import setting_error, short, workspace_errors
from pipeline.packs.record import PackRecord, load_record
from pipeline.progress import Progress, Work

if TYPE_CHECKING:
    from pipeline.packs.load import Pack
    from pipeline.project import Project
    from pipeline.render.checkpoint import Checkpoint
    from pipeline.render.renderer import RenderedClip
    from pipeline.runner import Runner
    from pipeline.settings import Settings

logger = logging.getLogger(__name__)

VIDEO_HEIGHT_PX = 480
"""Takes are enlarged by the whole factor that makes them at least this high."""
_KEPT_SECONDS = 7 * 86_400.0
"""How long the state of an interrupted render waits to be gone on from."""
_NOBODY_LOOKS = (
    "what looks at takes cannot be used on this machine; the log says why, and it is fetched by: "
    "python -m pipeline library models --fetch"
)
_PACKAGES = ("torch", "diffusers", "transformers", "peft")


@dataclass(frozen=True)
class Rendered:
    """A rendered scene with all that its take tells."""

    clip: RenderedClip
    pack: Pack
    prompt: ScenePrompt
    settings: RenderSettings
    """Complete: nothing is left to the pack."""
    priors: tuple[AppliedPrior, ...]
    report: TakeReport
    checkpoint: Checkpoint
    """The state it can be had from again; to be cleared once the take is safe."""


def render_settings(
    record: PackRecord, *, draft: bool = False, **changes: object
) -> RenderSettings:
    """Give a pack's own settings, its draft's if asked, with changes; None stands for the default.

    Raises:
        InputError: a value is out of range; the message names it.
    """
    fields: dict[str, object] = {
        "num_inference_steps": record.num_inference_steps,
        "guidance_scale": record.guidance_scale,
        "scheduler": record.scheduler,
        "num_frames": record.num_frames,
        "height_px": record.height_px,
        "width_px": record.width_px,
        "box_timing": record.box_timing,
    }
    fields |= _draft(record) if draft else {}
    fields |= {name: value for name, value in changes.items() if value is not None}
    try:
        return RenderSettings.model_validate(fields)
    except ValidationError as error:
        raise setting_error(error) from error


def _draft(record: PackRecord) -> dict[str, object]:
    return {
        "num_inference_steps": record.draft_steps,
        "num_frames": record.draft_frames or record.num_frames,
        "height_px": record.draft_height_px or record.height_px,
        "width_px": record.draft_width_px or record.width_px,
    }


def kept_seed(project: Project, scene_id: str) -> int:
    """Give the seed of the scene's chosen take, so that only what was edited changes; 0 if none."""
    take = project.chosen_take(scene_id)
    return take.settings.seed if take else 0


def fresh_seed(project: Project, scene_id: str) -> int:
    """Give a seed that no take of the scene has: the same scene, played differently."""
    return max((take.settings.seed for take in project.takes(scene_id)), default=-1) + 1


def scene_prompt_of(
    project: Project, scene_id: str, settings: Settings, *, use_learned: bool = True
) -> ScenePrompt:
    """Give a scene of a project, as it is saved, in the words of the pack that plays.

    Without `use_learned` it plays as it would had nothing been learned.

    Raises:
        InputError: the story has no such scene.
    """
    from pipeline.blocking import cast_project
    from pipeline.playing import learned_heads, prompt_for

    story = project.reload()
    if scene_id not in {scene.id for scene in story.scenes}:
        known = ", ".join(scene.id for scene in story.scenes)
        raise InputError(f"there is no scene {scene_id!r}", hint=f"The scenes are: {known}.")
    record = load_record(settings.pack)
    casting = cast_project(project, settings.pack, learned_heads(settings))
    prompt = prompt_for(story, scene_id, record, casting, use_learned=use_learned)
    return normalise(prompt, record)


def normalise(prompt: ScenePrompt, record: PackRecord) -> ScenePrompt:
    """Give a prompt with every text in the pack's vocabulary, substitutions appended."""
    changes = list(prompt.substitutions)

    def settle(text: str) -> str:
        normal, found = record.normalise(text)
        changes.extend(found)
        return normal

    regions = tuple(r.model_copy(update={"text": settle(r.text)}) for r in prompt.regions)
    overlaps = tuple(o.model_copy(update={"text": settle(o.text)}) for o in prompt.overlaps)
    background = settle(prompt.background)
    return prompt.model_copy(
        update={
            "regions": regions,
            "overlaps": overlaps,
            "background": background,
            "caption": record.normalise(prompt.caption)[0],
            "substitutions": tuple(dict.fromkeys(changes)),
        }
    )


def render_prompt(runner: Runner, prompt: ScenePrompt, render: RenderSettings) -> Work[Rendered]:
    """Render a scene's prompt on the runner's pack, and look at what came out.

    A render that was interrupted goes on where its state was saved last; the same prompt, settings
    and pack give the same frames either way. The state stays until the caller clears it.

    Raises:
        InputError: the settings do not fit the pack.
        ModelUnavailableError: the pack cannot be loaded, or does not fit the device.
        RenderError: the model failed.
    """
    from pipeline.devices import use_free_cores
    from pipeline.diffusion.adapters import RegionalAdapters, uses_of
    from pipeline.packs.placement import memory_errors
    from pipeline.render.renderer import count_steps, render_scene

    pack = yield from runner.loaded(prompt.scene_id)
    record = pack.record
    given = {name: value for name, value in render.model_dump().items() if value is not None}
    render = render_settings(record, **given)
    clip = record.sized(render.num_frames, render.height_px, render.width_px)
    if not (render.use_priors and render.use_regions):
        prompt = prompt.model_copy(update={"priors": ()})
    use_free_cores()
    with memory_errors(pack.placement):
        adapters = RegionalAdapters(pack.transformer, uses_of(prompt, runner.priors(prompt), clip))
        weights = (record.revision, str(pack.device), _dtype(pack), *adapters.hashes.values())
        if pack.placement.fp8:
            weights = (*weights, pack.placement.choice)
        checkpoint = _checkpoint(runner.settings.home, prompt, render, weights)
        made = yield from render_scene(
            prompt,
            model=pack,
            clip=clip,
            settings=render,
            adapters=adapters if prompt.priors else None,
            texts=runner.texts(pack),
            preview=runner.preview(pack),
            checkpoint=checkpoint,
        )
    total = count_steps(render)
    yield Progress(
        stage="render", step=total, total=total, note="looking", scene_id=prompt.scene_id
    )
    report, seconds = _look(runner, made, prompt)
    seconds_of = {**made.timings.model_dump(), "report": seconds}
    timings = Timings(**{part: round(spent, 3) for part, spent in seconds_of.items()})
    priors = tuple(AppliedPrior(binding=b, sha256=adapters.hashes[b.prior]) for b in prompt.priors)
    made = replace(made, timings=timings)
    return Rendered(made, pack, prompt, render, priors, report, checkpoint)


def save_take(project: Project, rendered: Rendered, *, story_revision: int) -> Take:
    """Write a rendered scene into its project, as the newest take of the scene.

    Raises:
        AssemblyError: ffmpeg failed.
        WorkspaceError: the take cannot be saved.
    """
    take_id = project.reserve_take_id(rendered.prompt.scene_id)
    take = take_of(rendered, take_id=take_id, story_revision=story_revision)
    folder = project.take_dir(take.scene_id)
    with workspace_errors(f"write in {folder}"), tempfile.TemporaryDirectory(dir=folder) as name:
        video = Path(name) / "take.mp4"
        write_take(rendered, take, video)
        take = project.save_take(take, video)
    rendered.checkpoint.clear()
    return take


def write_take(rendered: Rendered, take: Take, path: Path) -> None:
    """Write the frames as an MP4 with the take's record inside; raises as `encode_frames` does."""
    from pipeline.vision.encode import encode_frames

    encode_frames(
        rendered.clip.frames,
        path,
        fps=take.fps,
        size=(take.width, take.height),
        comment=take.model_dump_json(),
    )


def take_of(rendered: Rendered, *, take_id: str, story_revision: int) -> Take:
    """Give the record of a rendered scene: all that it takes to render it again."""
    record, frames = rendered.pack.record, rendered.clip.frames
    height, width = frames.shape[1:3]
    factor = -(-VIDEO_HEIGHT_PX // record.height_px)
    return Take(
        id=take_id,
        scene_id=rendered.prompt.scene_id,
        pack=record.name,
        pack_revision=record.revision,
        settings=rendered.settings,
        prompt=rendered.prompt,
        num_frames=len(frames),
        fps=record.fps,
        width=width * factor,
        height=height * factor,
        seconds_taken=round(rendered.clip.seconds, 3),
        story_revision=story_revision,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        device=f"{rendered.pack.device}, {_dtype(rendered.pack)}",
        attention=rendered.clip.attention,
        placement=rendered.pack.placement.reason,
        timings=rendered.clip.timings,
        priors=rendered.priors,
        report=rendered.report,
        versions={name: version(name) for name in _PACKAGES},
    )


def _dtype(pack: Pack) -> str:
    return str(pack.transformer.dtype).removeprefix("torch.")


def _look(runner: Runner, clip: RenderedClip, prompt: ScenePrompt) -> tuple[TakeReport, float]:
    """What stands where, and the seconds it took to see it."""
    from pipeline.render.report import report_take, unmeasured

    start = time.perf_counter()
    try:
        report = report_take(clip.frames, prompt, runner.finder())
    except ModelUnavailableError as error:  # the take is good without
        logger.warning("nobody looks at the take: %s", error)
        report = unmeasured(_NOBODY_LOOKS)  # no words of the error: takes are given away
    return report, time.perf_counter() - start


def _checkpoint(
    home: Path, prompt: ScenePrompt, render: RenderSettings, weights: tuple[str, ...]
) -> Checkpoint:
    """Where the state of that render is kept; states that nobody went on from in a week go."""
    from pipeline.render.checkpoint import Checkpoint

    told = "\0".join((prompt.model_dump_json(), render.model_dump_json(), *weights))
    key = hashlib.sha256(told.encode()).hexdigest()[:32]
    folder = home / "cache" / "renders"
    with workspace_errors(f"keep the state of the render in {short(folder)}"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():  # also what a killed process had not written whole
            with suppress(FileNotFoundError):  # another process was first
                if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                    old.unlink()
    return Checkpoint(folder / f"{key}.safetensors", key=key)
