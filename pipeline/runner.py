"""Renders and joins: the one place that loads models and knows every stage.

Each function is a work function (see `pipeline.progress`) that command line and worker both call.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts import RenderSettings, Take
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.packs.record import find_pack, load_record
from pipeline.planning import plan
from pipeline.progress import Progress, T, Work, retold
from pipeline.workspace import Project

if TYPE_CHECKING:
    from pipeline.artifacts import ScenePrompt
    from pipeline.diffusion.preview_map import PreviewMap
    from pipeline.diffusion.text import TextCache
    from pipeline.packs.load import Pack
    from pipeline.settings import Settings
    from pipeline.vision.finding import BoxFinder
    from pipeline.vision.sight import Sight


SeedOf = Callable[["Project", str], int]
"""Gives the seed of a scene of a project, such as `rendering.kept_seed`."""


@dataclass
class _Models:
    """What was loaded so far."""

    pack: Pack | None = None
    sight: Sight | None = None
    preview: PreviewMap | None = None
    finder: BoxFinder | None = None


class Runner:
    """Renders scenes and joins films; loads the pack on first use and keeps it."""

    def __init__(
        self, settings: Settings, device: str | None = None, *, placement: str | None = None
    ) -> None:
        """Take the pack of the settings, and the device where none is given.

        `placement` says how the pack lies (see `packs.placement`).
        """
        self.settings, self.device = settings, device or settings.device
        self.placement = placement
        self._models = _Models()

    def of_user(self, user: str) -> Runner:
        """Give a runner that works for a user, with the same models in memory."""
        other = copy(self)
        other.settings = replace(self.settings, user=user)
        return other

    def render(self, project: Project, scene_id: str, render: RenderSettings) -> Work[Take]:
        """Render one take of a scene and save it; the same seed gives the same frames.

        Raises:
            InputError: the story has no such scene.
            ModelUnavailableError: the pack cannot be loaded.
            RenderError: the model failed.
            WorkspaceError: the take cannot be saved.
        """
        from pipeline.rendering import render_prompt, save_take, scene_prompt_of

        learned = render.use_priors and render.use_regions  # a caption alone calls nothing
        prompt = scene_prompt_of(project, scene_id, self.settings, use_learned=learned)
        revision = project.story.revision
        rendered = yield from render_prompt(self, prompt, render)
        return save_take(project, rendered, story_revision=revision)

    def render_all(
        self,
        project: Project,
        render: RenderSettings,
        *,
        only_missing: bool = True,
        seed_of: SeedOf | None = None,
    ) -> Work[list[Take]]:
        """Render a take of every scene, or of those without one; progress counts the whole.

        Each scene gets the seed that `seed_of` says; None = that of the settings.
        """
        from pipeline.render.renderer import count_steps

        scenes = [scene.id for scene in project.story.scenes]
        if only_missing:
            scenes = [name for name in scenes if project.chosen_take(name) is None]
        span = count_steps(render)
        takes = []
        for number, scene_id in enumerate(scenes):
            seed = render.seed if seed_of is None else seed_of(project, scene_id)
            work = self.render(project, scene_id, render.model_copy(update={"seed": seed}))
            total = span * len(scenes)
            takes.append((yield from _within(work, offset=number * span, span=span, total=total)))
        return takes

    def film(self, project: Project, *, only_rendered: bool = False) -> Work[Path]:
        """Join the chosen takes to a new film of the project (see `filming.make_film`)."""
        from pipeline.filming import make_film

        return make_film(project, self.settings, only_rendered=only_rendered)

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
        if self._models.sight is None:
            from pipeline.devices import choose, use_free_cores
            from pipeline.packs.sight import load_sight

            device = str(choose(self.device).device)
            self._models.sight = load_sight(
                self.settings.pack, home=self.settings.home, device=device
            )
            use_free_cores()
        return self._models.sight

    def loaded(self, scene_id: str | None = None) -> Work[Pack]:
        """Load the pack if it is not, saying so, and give it.

        Raises:
            ModelUnavailableError: the pack cannot be loaded.
            RenderError: memory ran out while it was loaded.
        """
        if self._models.pack is None:
            from pipeline.devices import choose
            from pipeline.packs.load import load_pack

            loading = Progress(
                stage="render", step=0, total=1, note="loading the model", scene_id=scene_id
            )
            yield loading
            self._models.pack = load_pack(
                self.settings.pack,
                choose(self.device),
                home=self.settings.home,
                placement=self.placement,
            )
            yield loading.model_copy(update={"note": "the model is loaded"})
        return self._models.pack

    def texts(self, pack: Pack) -> TextCache:
        """Give the texts that the pack has encoded before."""
        from pipeline.diffusion.text import TextCache

        number_type = str(pack.source.text_dtype).removeprefix("torch.")
        revision = f"{pack.record.revision}-{number_type}"
        return TextCache(self.settings.home / "cache" / "text", revision)

    def preview(self, pack: Pack) -> PreviewMap:
        """Give what draws the pack's latents while they come out of the noise."""
        if self._models.preview is None:
            from pipeline.packs.previews import find_preview

            kept = self.settings.home / "cache" / "previews"
            self._models.preview = find_preview(
                pack,
                pack.record,
                shipped=find_pack(self.settings.pack),
                kept=kept / f"{pack.record.revision}.safetensors",
            )
        return self._models.preview

    def priors(self, prompt: ScenePrompt) -> dict[str, Path]:
        """Give the file of each prior of a prompt, from the store of the user who works.

        Raises:
            InputError: one of them is not there any more.
        """
        from pipeline.priors.store import PriorStore

        store = PriorStore(self.settings)
        return {one.prior: store.file(one.prior) for one in prompt.priors}

    def finder(self) -> BoxFinder:
        """Give what looks for the regions' figures in the pack's takes, loaded once.

        Raises:
            ModelUnavailableError: its weights are not on this machine.
        """
        if self._models.finder is None:
            from pipeline.devices import choose
            from pipeline.vision.finding import JudgeFinder
            from pipeline.vision.open_vocabulary import OwlFinder

            detector = load_record(self.settings.pack).detector
            if detector is None:
                self._models.finder = JudgeFinder.load()
            else:
                self._models.finder = OwlFinder(detector, device=str(choose(self.device).device))
        return self._models.finder


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

    def tell(record: Progress) -> Progress:
        done = record.step * span // max(1, record.total)
        return record.model_copy(update={"step": offset + done, "total": total})

    return retold(work, tell)
