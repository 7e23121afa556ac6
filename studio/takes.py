"""The takes of a story as the page shows them: read once, until the folder holds others."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pipeline.artifacts import ScenePrompt, Take
from pipeline.decisions import Decisions
from pipeline.packs.record import PackRecord
from pipeline.project import Project
from pipeline.take_bin import BINNED, binned_takes, is_recoverable

_MOST_KEPT = 4000


class _Folder(NamedTuple):
    """Which folder it is, as of when, and the names in it; of none there are no names."""

    inode: int = 0
    changed_ns: int = 0
    names: frozenset[str] = frozenset()


class _Read(NamedTuple):
    """The takes of a scene and those in its bin, each oldest first."""

    takes: tuple[Take, ...] = ()
    binned: tuple[Take, ...] = ()


_kept: OrderedDict[tuple[str, str], tuple[_Folder, _Read]] = OrderedDict()
_keeping = threading.Lock()


class Takes:
    """The takes of a project while it is looked at; each scene's are read when asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seen: dict[str, _Read] = {}

    def of(self, scene_id: str) -> tuple[Take, ...]:
        """Give a scene's takes, oldest first; comparisons are among them."""
        return self._of(scene_id).takes

    def binned(self, scene_id: str) -> tuple[Take, ...]:
        """Give the takes of a scene that were taken out, as `binned_takes`."""
        return self._of(scene_id).binned

    def recoverable(self, scene_id: str) -> list[Take]:
        """Give those of them that can come back."""
        return [one for one in self.binned(scene_id) if is_recoverable(self._project, one)]

    def _of(self, scene_id: str) -> _Read:
        if scene_id not in self._seen:
            self._seen[scene_id] = self._read(scene_id)
        return self._seen[scene_id]

    def _read(self, scene_id: str) -> _Read:
        """A take never changes, so nothing is read where the folder is known as it is now.

        One that could not be read is tried again the next time.
        """
        key = (str(self._project.path), scene_id)
        there = _look(self._project.path / "takes" / scene_id)
        with _keeping:
            known, read = _kept.get(key, (None, _Read()))
        if known != there:
            read = _read_all(self._project, scene_id) if there.names else _Read()
            if len(read.takes) + len(read.binned) == sum(map(_is_record, there.names)):
                _keep(key, there, read)
        return read

    def chosen(self, scene_id: str) -> Take | None:
        """Give the take that goes into the film, as `Project.chosen_take`; None if none."""
        return self._decisions.take_of(scene_id, self.of(scene_id))

    def all(self) -> list[Take]:
        """Give the takes of every scene of the story."""
        return [take for scene in self._project.story.scenes for take in self.of(scene.id)]

    def picture(self, scene_id: str) -> str | None:
        """Give the id of the storyteller's own picture for a scene; None if there is none."""
        wanted = self._decisions.pictures.get(scene_id)
        return wanted if wanted and self._project.picture_file(wanted).is_file() else None

    @cached_property
    def _decisions(self) -> Decisions:
        return self._project.decisions()


def compared_with(take: Take, takes: Sequence[Take]) -> Take | None:
    """Give the take that a comparison belongs to: the newest one made as it was made.

    None where there is none, and for a take that is no comparison.
    """
    others = (
        one
        for one in reversed(takes)
        if not one.is_comparison
        if _made(one) == _made(take) and same_but_learned(one.prompt, take.prompt)
    )
    return next(others, None) if take.is_comparison else None


def played(prompt: ScenePrompt) -> tuple[object, ...]:
    """Give all of a prompt that a take with boxes shows."""
    return prompt.regions, prompt.overlaps, prompt.background, prompt.priors


def same_but_learned(one: ScenePrompt, other: ScenePrompt) -> bool:
    """Whether two prompts show the same but for what was learned, which has words of its own."""
    bound = {name for each in (one, other) for prior in each.priors for name in prior.region_ids}
    return _unlearned(one, bound) == _unlearned(other, bound)


def _unlearned(prompt: ScenePrompt, bound: AbstractSet[str]) -> tuple[object, ...]:
    """All that a take shows, without the words of those regions."""
    regions = [
        one.model_copy(update={"text": ""}) if one.region_id in bound else one
        for one in prompt.regions
    ]
    overlaps = [
        one if bound.isdisjoint(one.region_ids) else one.model_copy(update={"text": ""})
        for one in prompt.overlaps
    ]
    return regions, overlaps, prompt.background


def _made(take: Take) -> tuple[object, ...]:
    """How a take was made, but for its words and the use of boxes and of what was learned."""
    how = take.settings
    numbers = (how.seed, how.num_inference_steps, how.guidance_scale, how.negative_prompt)
    return *numbers, take.pack_revision, take.num_frames, take.width, take.height


def _look(folder: Path) -> _Folder:
    try:
        there = folder.stat()
        names = frozenset(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return _Folder()
    return _Folder(there.st_ino, there.st_mtime_ns, names)


def _is_record(name: str) -> bool:
    return name.endswith((".json", BINNED))


def _read_all(project: Project, scene_id: str) -> _Read:
    return _Read(tuple(project.takes(scene_id)), tuple(binned_takes(project, scene_id)))


def _keep(key: tuple[str, str], folder: _Folder, read: _Read) -> None:
    with _keeping:
        _kept[key] = folder, read
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)


def is_draft(take: Take, record: PackRecord) -> bool:
    """Whether a take was rendered with as few steps as a draft."""
    return take.settings.num_inference_steps <= record.draft_steps


def seconds_for(takes: list[Take], record: PackRecord, *, draft: bool) -> float | None:
    """Give what a take will need, as the newest of its quality did; None where nobody knows.

    Where there is none of that quality, the newest of the other one is counted by its steps.
    """
    whole = [take for take in takes if not take.is_comparison]
    same = [take for take in whole if is_draft(take, record) == draft]
    newest = max(same or whole, key=lambda take: take.created, default=None)
    if newest is None:
        return None
    steps = record.draft_steps if draft else record.num_inference_steps
    return newest.seconds_taken / newest.settings.num_inference_steps * steps
