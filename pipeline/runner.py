"""Renders and joins: the one place that loads models and knows every stage.

Each function is a work function (see `pipeline.progress`) that command line and worker both call.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipeline.artifacts import RenderSettings, ScenePrompt, Take
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.packs.record import PackRecord, load_record
from pipeline.planning import load_troupe, plan
from pipeline.progress import Progress, T, Work
from pipeline.workspace import Project

if TYPE_CHECKING:
    from pipeline.packs.load import Pack
    from pipeline.render.renderer import RenderedClip
    from pipeline.settings import Settings
    from pipeline.vision.sight import Sight

VIDEO_HEIGHT_PX = 480
"""Takes are enlarged by the whole factor that makes them at least this high."""


def render_settings(record: PackRecord, **changes: object) -> RenderSettings:
    """Give a pack's own settings with changes; a change that is None stands for the default.

    Raises:
        InputError: a value is out of range; the message names it.
    """
    fields: dict[str, object] = {
        "num_inference_steps": record.num_inference_steps,
        "guidance_scale": record.guidance_scale,
    }
    fields |= {name: value for name, value in changes.items() if value is not None}
    try:
        return RenderSettings.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where} cannot be {first['input']!r}: {first['msg']}") from error


def another(render: RenderSettings, project: Project, scene_id: str) -> RenderSettings:
    """Give the settings of a scene's next take: the seed raised by the takes that are there."""
    return render.model_copy(update={"seed": render.seed + len(project.takes(scene_id))})


class Runner:
    """Renders scenes and joins films; loads the pack on first use and keeps it."""

    def __init__(self, settings: Settings, device: str = "auto") -> None:
        self.settings, self.device = settings, device
        self._pack: Pack | None = None
        self._sight: Sight | None = None

    def render(self, project: Project, scene_id: str, render: RenderSettings) -> Work[Take]:
        """Render one take of a scene and save it; the same seed gives the same frames.

        Raises:
            InputError: the story has no such scene.
            ModelUnavailableError: the pack cannot be loaded.
            RenderError: the model failed.
            WorkspaceError: the take cannot be saved.
        """
        from pipeline.devices import use_free_cores
        from pipeline.render.renderer import count_steps, render_scene

        prompt = self._prompt(project, scene_id)
        revision = project.story.revision
        total = count_steps(render)
        if self._pack is None:
            note = "loading the model"
            loading = Progress(stage="render", step=0, total=total, note=note, scene_id=scene_id)
            yield loading
            self._load()
            yield loading.model_copy(update={"note": "the model is loaded"})
        pack = self._load()
        use_free_cores()
        work = render_scene(prompt, model=pack, clip=pack.record, settings=render)
        rendered = yield from work
        return _save(
            project, rendered, prompt=prompt, render=render, pack=pack, story_revision=revision
        )

    def render_all(
        self,
        project: Project,
        render: RenderSettings,
        *,
        only_missing: bool = True,
        vary: bool = False,
    ) -> Work[list[Take]]:
        """Render a take of every scene, or of those without one; progress counts the whole.

        With `vary`, no scene gets the take it has again (see `another`).
        """
        from pipeline.render.renderer import count_steps

        scenes = [scene.id for scene in project.story.scenes]
        if only_missing:
            scenes = [name for name in scenes if project.chosen_take(name) is None]
        span = count_steps(render)
        takes = []
        for number, scene_id in enumerate(scenes):
            chosen = another(render, project, scene_id) if vary else render
            work = self.render(project, scene_id, chosen)
            total = span * len(scenes)
            takes.append((yield from _within(work, offset=number * span, span=span, total=total)))
        return takes

    def film(self, project: Project, *, only_rendered: bool = False) -> Work[Path]:
        """Join the chosen takes to a new film of the project.

        With `only_rendered`, scenes without a take are left out.

        Raises:
            InputError: scenes have no take yet; the message names them.
            AssemblyError: the takes could not be joined.
        """
        from pipeline.assemble.join import join
        from pipeline.assemble.timeline import timeline
        from pipeline.crediting import film_credits

        story = project.reload()
        chosen = {scene.id: project.chosen_take(scene.id) for scene in story.scenes}
        takes = {scene_id: take for scene_id, take in chosen.items() if take is not None}
        if not takes or (len(takes) < len(chosen) and not only_rendered):
            raise InputError(
                f"no take yet of {', '.join(name for name in chosen if name not in takes)}",
                hint=f"Press Render all, or: python -m pipeline render {project.path}",
            )
        filmed = story.revised(scenes=tuple(s for s in story.scenes if s.id in takes))
        videos = {scene_id: project.take_video(take) for scene_id, take in takes.items()}
        credits = film_credits(project, filmed)
        out = project.new_film_path()
        return (yield from join(timeline(filmed, takes), videos, out, credits=credits))

    def animatic(self, project: Project) -> Work[Path]:
        """Film the boxes of a story as it stands, before anything is rendered.

        Gives `films/animatic.mp4` of the project, which takes the place of an earlier one.
        Loads no model.

        Raises:
            AssemblyError: the film could not be written.
        """
        from pipeline.assemble.animatic import film_boxes
        from pipeline.blocking import staged_scenes

        story, record = project.reload(), load_record(self.settings.pack)
        scenes = staged_scenes(project, self.settings.pack)
        out = project.films_dir / "animatic.mp4"
        with workspace_errors(f"make the folder {short(out.parent)}"):
            out.parent.mkdir(parents=True, exist_ok=True)
        return (
            yield from film_boxes(
                story.title,
                scenes,
                out,
                num_frames=record.num_frames,
                fps=record.fps,
                aspect=record.width_px / record.height_px,
            )
        )

    def make(
        self,
        idea: str,
        out: Path,
        render: RenderSettings,
        *,
        path: Path | None = None,
        seed: int = 0,
    ) -> Work[Path]:
        """Plan, render and join: a new project, and its film (with its subtitles) at `out`.

        Progress counts the whole from the moment the story is planned: the steps of every scene,
        and one scene's worth for the film.
        """
        from pipeline.assemble.join import copy_film
        from pipeline.render.renderer import count_steps

        check_film_path(out)
        project = yield from plan(idea, settings=self.settings, path=path, seed=seed)
        span, scenes = count_steps(render), len(project.story.scenes)
        total = span * (scenes + 1)
        work = self.render_all(project, render)
        yield from _within(work, offset=0, span=span * scenes, total=total)
        work = self.film(project)
        film = yield from _within(work, offset=span * scenes, span=span, total=total)
        return copy_film(film, out)

    def load_sight(self) -> Sight:
        """Give what looks at clips for the pack, loaded once."""
        if self._sight is None:
            from pipeline.devices import choose, use_free_cores
            from pipeline.packs.sight import load_sight

            device = str(choose(self.device).device)
            self._sight = load_sight(self.settings.pack, home=self.settings.home, device=device)
            use_free_cores()
        return self._sight

    def _load(self) -> Pack:
        if self._pack is None:
            from pipeline.devices import choose
            from pipeline.packs.load import load_pack

            self._pack = load_pack(self.settings.pack, choose(self.device))
        return self._pack

    def _prompt(self, project: Project, scene_id: str) -> ScenePrompt:
        """The scene in the pack's words, with all that was changed on the way."""
        from pipeline.blocking import cast_project
        from pipeline.plan.prompts import free_prompt, scene_prompt

        project.reload()
        if scene_id not in {scene.id for scene in project.story.scenes}:
            known = ", ".join(scene.id for scene in project.story.scenes)
            raise InputError(f"there is no scene {scene_id!r}", hint=f"The scenes are: {known}.")
        record = load_record(self.settings.pack)
        if record.troupe is None:
            return normalise(free_prompt(project.story, scene_id), record)
        troupe, casting = load_troupe(self.settings.pack), cast_project(project, self.settings.pack)
        prompt = scene_prompt(project.story, scene_id, casting, troupe=troupe)
        return normalise(prompt, record)


def normalise(prompt: ScenePrompt, record: PackRecord) -> ScenePrompt:
    """Give a prompt with every text in the pack's vocabulary, substitutions appended."""
    changes = list(prompt.substitutions)

    def settle(text: str) -> str:
        normal, found = record.normalise(text)
        changes.extend(found)
        return normal

    regions = tuple(r.model_copy(update={"text": settle(r.text)}) for r in prompt.regions)
    background = settle(prompt.background)
    texts = {"regions": regions, "background": background}
    return prompt.model_copy(update={**texts, "substitutions": tuple(dict.fromkeys(changes))})


def _save(
    project: Project,
    rendered: RenderedClip,
    *,
    prompt: ScenePrompt,
    render: RenderSettings,
    pack: Pack,
    story_revision: int,
) -> Take:
    from pipeline.vision.encode import encode_frames

    record = pack.record
    factor = -(-VIDEO_HEIGHT_PX // record.height_px)
    width, height = record.width_px * factor, record.height_px * factor
    take = Take(
        id=project.reserve_take_id(prompt.scene_id),
        scene_id=prompt.scene_id,
        pack=record.name,
        pack_revision=record.revision,
        settings=render,
        prompt=prompt,
        num_frames=len(rendered.frames),
        fps=record.fps,
        width=width,
        height=height,
        seconds_taken=round(rendered.seconds, 3),
        story_revision=story_revision,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    folder = project.take_dir(prompt.scene_id)
    with workspace_errors(f"write in {folder}"), tempfile.TemporaryDirectory(dir=folder) as name:
        video = Path(name) / "take.mp4"
        encode_frames(rendered.frames, video, fps=record.fps, size=(width, height))
        return project.save_take(take, video)


def check_film_path(out: Path) -> None:
    """Make sure, before any long work, that the film can be written.

    Raises:
        InputError: the name does not end in `.mp4`, or is a folder's.
        WorkspaceError: the folder is not there or cannot be written.
    """
    if out.suffix.lower() != ".mp4":
        raise InputError(f"a film cannot be called {short(out)}", hint="Let its name end in .mp4.")
    doing = f"write {short(out)}"
    with workspace_errors(doing, hint="Choose a folder that can be written."):
        if out.is_dir():
            raise InputError(f"cannot {doing}: it is a folder")
        with tempfile.TemporaryFile(dir=out.parent):
            pass


def _within(work: Work[T], *, offset: int, span: int, total: int) -> Work[T]:
    """Work whose steps count as `span` steps from `offset` within a larger whole."""
    with closing(work):
        while True:
            try:
                record = next(work)
            except StopIteration as end:
                return end.value
            done = record.step * span // max(1, record.total)
            yield record.model_copy(update={"step": offset + done, "total": total})
