"""A project folder: its story with earlier versions and bin, its takes, decisions and films."""

from __future__ import annotations

import logging
import re
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from pipeline.artifacts import Casting, PlanRecord, Take
from pipeline.bin import Binned, find_binned, put_in, read_bin, take_out
from pipeline.clips import Candidate, Clip, ClipDecision, Retrieval, Verdict
from pipeline.decisions import Decisions
from pipeline.errors import InputError, InvalidStoryError, StaleStoryError, WorkspaceError
from pipeline.files import (
    checked_id,
    partial_path,
    read_record,
    replace_file,
    short,
    workspace_errors,
    write_record,
)
from pipeline.story import Scene, Story
from pipeline.story_file import read_story
from pipeline.versions import Version, keep_version, list_versions, prune_versions, version_of

logger = logging.getLogger(__name__)

_LOCKS = tuple(threading.Lock() for _ in range(64))
"""Each project has one of them, by its path; now and then two share one.

Threads of one program wait for each other. Where another program saved meanwhile, the revision
says so.
"""


class Project:
    """A project folder. The story is read once; `reload()` reads it again."""

    def __init__(self, path: Path) -> None:
        """Open the folder; raises as `open_project`."""
        self.path = path.absolute()
        self.reload()

    def __str__(self) -> str:
        return str(self.path)

    @property
    def id(self) -> str:
        """Give the story's id."""
        return self.story.id

    @property
    def story(self) -> Story:
        """Give the story as last read or saved."""
        return self._story

    def reload(self) -> Story:
        """Read the story from the folder again and give it."""
        self._story = read_story(self._file("story.json"))
        return self._story

    def save_story(self, story: Story, *, base_revision: int | None = None) -> None:
        """Save an edited story; the one before goes to `versions/<revision>.json`.

        Args:
            story: the edited story; its revision is above the saved one's.
            base_revision: the revision the edits started from; by default the one before
                `story.revision`.

        Raises:
            StaleStoryError: the saved story is another revision by now.
            WorkspaceError: it cannot be written.
        """
        base = story.revision - 1 if base_revision is None else base_revision
        with self.lock:
            saved = self.reload()
            if saved == story:
                return
            if saved.revision != base or story.revision <= base:
                raise StaleStoryError(
                    f"story {story.id!r} was edited elsewhere: revision {saved.revision} is saved, "
                    f"the edits started from {base}",
                    hint="Open the story again and repeat the edit.",
                )
            keep_version(self._file("versions"), base, self._file("story.json"))
            write_record(self._file("story.json"), story)
            self._story = story
            prune_versions(self._file("versions"))

    def versions(self) -> list[int]:
        """Give the revisions kept in `versions/`, oldest first."""
        return list_versions(self._file("versions"))

    def version(self, revision: int) -> Story:
        """Give the saved story or an earlier one; WorkspaceError if it was not kept."""
        if revision == self.story.revision:
            return self.story
        return read_story(self._file("versions", f"{revision}.json"))

    def history(self) -> list[Version]:
        """Give what `restore` brings back, newest first; the first one is the saved story."""
        kept = self._file("versions")
        earlier = [version_of(kept / f"{one}.json", one) for one in reversed(self.versions())]
        return [version_of(self._file("story.json"), self.story.revision), *earlier]

    def restore(self, revision: int) -> Story:
        """Save an earlier story anew, as the next revision, and give it.

        The saved story itself is given as it is.

        Raises:
            InputError: that revision was not kept.
            WorkspaceError: the version cannot be read, or the story was edited meanwhile.
        """
        saved = self.reload()
        if revision == saved.revision:
            return saved
        if revision not in self.versions():
            raise InputError("This version is no longer kept", hint="Choose a later one.")
        changes = {"id": saved.id, "revision": saved.revision + 1}
        self.save_story(self.version(revision).model_copy(update=changes))
        return self.story

    def bin(self) -> list[Binned]:
        """Give the scenes that were taken out, the last one first.

        One that is in the story just so is left out: it was restored with an earlier version, or
        never left.
        """
        binned = reversed(read_bin(self._file("bin.json")).scenes)
        return [one for one in binned if one.scene not in self.story.scenes]

    def binned(self, bin_id: str) -> Binned:
        """Give the scene of that id in the bin; InputError if it is not there."""
        return find_binned(read_bin(self._file("bin.json")), bin_id)

    def throw(self, scene: Scene, index: int) -> Binned:
        """Put a scene into the bin, before the story without it is saved: so it is never lost."""
        with self.lock:
            return put_in(self._file("bin.json"), scene, index)

    def take_back(self, bin_id: str) -> Binned:
        """Take a scene out of the bin, after the story with it was saved; give it.

        Raises:
            InputError: it is not in the bin.
        """
        with self.lock:
            return take_out(self._file("bin.json"), bin_id)

    def used_scene_ids(self) -> set[str]:
        """Give the ids that no new scene may get: of the story, the bin, takes and pictures."""
        binned = (one.scene.id for one in read_bin(self._file("bin.json")).scenes)
        folders = (path.name for path in self._file("takes").glob("*"))
        pictures = self.decisions().pictures
        return {*(scene.id for scene in self.story.scenes), *binned, *folders, *pictures}

    @property
    def has_casting(self) -> bool:
        """Say whether a casting was made (a story from elsewhere comes without one)."""
        return self._file("casting.json").is_file()

    @property
    def casting(self) -> Casting:
        """Give who plays whom; WorkspaceError if no casting was made yet."""
        return read_record(self._file("casting.json"), Casting)

    def save_casting(self, casting: Casting) -> None:
        """Save who plays whom."""
        write_record(self._file("casting.json"), casting)

    @property
    def planning(self) -> PlanRecord | None:
        """Give how the story was planned; None for one that came from elsewhere."""
        file = self._file("planning.json")
        return read_record(file, PlanRecord) if file.is_file() else None

    def save_planning(self, planning: PlanRecord) -> None:
        """Save how the story was planned."""
        write_record(self._file("planning.json"), planning)

    def take_dir(self, scene_id: str) -> Path:
        """Give the folder of a scene's takes, made if it is not there."""
        folder = self._file("takes", checked_id(scene_id))
        with workspace_errors(f"make the folder {short(folder)}"):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def takes(self, scene_id: str) -> list[Take]:
        """Give a scene's takes, oldest first; a broken one is left out and logged."""
        files = self._file("takes", checked_id(scene_id)).glob("take-*.json")
        return [take for file in sorted(files, key=_number) if (take := _read_take(file))]

    def reserve_take_id(self, scene_id: str) -> str:
        """Give the id of the scene's next take: `take-01`, `take-02`, ..."""
        return _next_name(self._file("takes", checked_id(scene_id)), "take")

    def save_take(self, take: Take, video: Path) -> Take:
        """Move a finished video in and write the take beside it, the JSON last.

        Gives the take as saved: under the next free id if its own was taken meanwhile. It is the
        scene's chosen one until another is chosen: who has rendered wants to see that.
        """
        folder = self.take_dir(take.scene_id)
        with workspace_errors(f"save a take in {short(folder)}"):
            while not _claim(folder / f"{checked_id(take.id)}.mp4"):
                take = take.model_copy(update={"id": self.reserve_take_id(take.scene_id)})
            target = folder / f"{take.id}.mp4"
            try:
                _move(video, target)
            except OSError:
                target.unlink(missing_ok=True)
                raise
        write_record(folder / f"{take.id}.json", take)
        if not take.is_comparison:
            self._forget_choice(take.scene_id)
        return take

    def take_video(self, take: Take) -> Path:
        """Give the path of a take's video."""
        return self._file("takes", take.scene_id, f"{take.id}.mp4")

    def chosen_take(self, scene_id: str) -> Take | None:
        """Give the take that goes into the film: the chosen one, else the newest; None if none."""
        return self.decisions().take_of(scene_id, self.takes(scene_id))

    def choose_take(self, scene_id: str, take_id: str) -> None:
        """Choose the take that goes into the film; InputError if the scene has no such take."""
        with self.lock:
            if all(take.id != take_id for take in self.takes(scene_id)):
                raise InputError(f"scene {scene_id!r} has no take {take_id!r}")
            decided = self.decisions()
            takes = {**decided.takes, scene_id: take_id}
            self._decide(decided.model_copy(update={"takes": takes}))

    def _forget_choice(self, scene_id: str) -> None:
        with self.lock:
            decided = self.decisions()
            if scene_id in decided.takes:
                takes = {one: take for one, take in decided.takes.items() if one != scene_id}
                self._decide(decided.model_copy(update={"takes": takes}))

    def picture(self, scene_id: str) -> str | None:
        """Give the id of the storyteller's own picture for a scene; None if there is none."""
        chosen = self.decisions().pictures.get(scene_id)
        return chosen if chosen and self.picture_file(chosen).is_file() else None

    def choose_picture(self, scene_id: str, picture_id: str | None) -> None:
        """Show a picture behind a scene's boxes, or none; one that no scene shows any more goes."""
        with self.lock:
            decided = self.decisions()
            pictures = {k: v for k, v in decided.pictures.items() if k != scene_id}
            if picture_id is not None:
                pictures[checked_id(scene_id)] = checked_id(picture_id)
            self._decide(decided.model_copy(update={"pictures": pictures}))
        before = decided.pictures.get(scene_id)
        if before is not None and before not in pictures.values():
            with workspace_errors("remove a picture"):
                self.picture_file(before).unlink(missing_ok=True)

    def picture_file(self, picture_id: str) -> Path:
        """Give the path of a picture of the storyteller's own, whether it is there or not."""
        return self._file("media", f"{checked_id(picture_id)}.jpg")

    def look_file(self, picture_id: str) -> Path:
        """Give the path of a picture that a character's look is learned from, there or not."""
        return self._file("media", f"{checked_id(picture_id)}.png")

    def retrieval(self, motion_id: str) -> Retrieval | None:
        """Give what the last search for a motion's clips found; None before there was one."""
        file = self._file("motions", f"{checked_id(motion_id)}.json")
        return read_record(file, Retrieval) if file.is_file() else None

    def save_retrieval(self, found: Retrieval) -> None:
        """Save what a search found, in place of the motion's earlier one; decisions stay."""
        folder = self._file("motions")
        with workspace_errors(f"make the folder {short(folder)}"):
            folder.mkdir(exist_ok=True)
        file = self._file("motions", f"{checked_id(found.motion_id)}.json")
        write_record(file, found, compact=True)

    def clip_decisions(self, motion_id: str) -> Mapping[str, ClipDecision]:
        """Give the clips that were decided on for a motion, by their ids."""
        return self.decisions().clips_of(motion_id)

    def decide_clip(self, motion_id: str, candidate: Candidate, verdict: Verdict | None) -> None:
        """Approve or reject a clip for a motion, or take that back (None)."""
        with self.lock:
            decided = self.decisions()
            self._decide(decided.with_verdict(checked_id(motion_id), candidate, verdict))

    def candidate(self, motion_id: str, clip_id: str) -> Candidate:
        """Give a clip that was found for a motion, or decided on; InputError if it was neither."""
        found = self.retrieval(motion_id)
        for one in found.candidates if found else ():
            if one.clip.id == clip_id:
                return one
        decided = self.clip_decisions(motion_id).get(clip_id)
        if decided is None:
            raise InputError(
                f"no clip {clip_id[:40]!r} was found for this motion",
                hint="Search for clips first.",
            )
        return Candidate(clip=decided.clip, track=decided.track, crop=decided.crop)

    def keep_footage(self, clip: Clip) -> None:
        """Keep what is known of a clip that boxes are taken from: a film names it."""
        with self.lock:
            decided = self.decisions()
            footage = {**decided.footage, clip.id: clip}
            self._decide(decided.model_copy(update={"footage": footage}))

    @property
    def films_dir(self) -> Path:
        """Give the folder of the finished films."""
        return self._file("films")

    def films(self) -> list[Path]:
        """Give the finished films, oldest first."""
        return sorted(self.films_dir.glob("film-*.mp4"), key=_number)

    def new_film_path(self) -> Path:
        """Give the path of the next film: `films/film-01.mp4`, ..., in a folder that is there."""
        with workspace_errors(f"make the folder {short(self.films_dir)}"):
            self.films_dir.mkdir(parents=True, exist_ok=True)
        return self.films_dir / f"{_next_name(self.films_dir, 'film')}.mp4"

    def decisions(self) -> Decisions:
        """Give what the storyteller decided; a broken file counts as nothing, and is logged."""
        file = self._file("decisions.json")
        try:
            return read_record(file, Decisions) if file.is_file() else Decisions()
        except (InvalidStoryError, WorkspaceError) as error:
            logger.warning("decisions left out: %s", error)
            return Decisions()

    @property
    def lock(self) -> threading.Lock:
        """Give what holds back other changes of the folder: whoever looks first and then acts."""
        return _LOCKS[hash(self.path) % len(_LOCKS)]

    def _decide(self, decisions: Decisions) -> None:
        write_record(self._file("decisions.json"), decisions, compact=True)

    def _file(self, *names: str) -> Path:
        """Give a path inside the folder; WorkspaceError if a link leads out of it."""
        path = self.path.joinpath(*names)
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise WorkspaceError(f"{short(path)} leads out of the project")
        return path


def _read_take(file: Path) -> Take | None:
    try:
        take = read_record(file, Take)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("take left out: %s", error)
        return None
    if take.id != file.stem or not file.with_suffix(".mp4").is_file():
        logger.warning("take left out: %s has another id or no video", file)
        return None
    return take


def _number(file: Path) -> int:
    match = re.fullmatch(r"[a-z]+-(\d+)", file.stem)
    return int(match[1]) if match else 0


def _next_name(folder: Path, word: str) -> str:
    """Give `<word>-NN`, one above every file of that name, whatever its suffix."""
    last = max((_number(file) for file in folder.glob(f"{word}-*")), default=0)
    return f"{word}-{last + 1:02d}"


def _claim(path: Path) -> bool:
    """Make an empty file; False if one is there already, so that two writers never share a name."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def _move(source: Path, target: Path) -> None:
    """Move a file over `target` at once, also from another file system."""
    partial = partial_path(target)
    try:
        shutil.move(source, partial)
        replace_file(partial, target)
    finally:
        partial.unlink(missing_ok=True)
