"""What comes of reading a file: plans that arrived, plans that were refused, texts to write."""

from __future__ import annotations

from pipeline.errors import InvalidStoryError
from pipeline.plan.draft import DraftStory
from pipeline.story import MAX_CHARACTERS, Record

_MAX_SCENES, _MAX_REGIONS, _MAX_IN_SCENE, _MAX_LISTED = 100, 1000, 50, 50
_MAX_MOTIONS = 200
_LONGEST_SHOWN = 60


class Imported(Record):
    """A plan as it stands in a file. Nothing is mended yet; `notes` say what was left behind."""

    draft: DraftStory
    name: str
    """What the file calls it: '0001', 'the-lost-kite'; never a path."""
    notes: tuple[str, ...] = ()


class Refused(Record):
    """A plan of a file that cannot be read."""

    name: str
    message: str
    """One sentence that names line, frame and what was expected."""
    problems: tuple[tuple[str, str], ...] = ()


class Exported(Record):
    """A story in a format, and what that format cannot hold, one sentence each."""

    text: str
    notes: tuple[str, ...] = ()


def unexpected(place: str, expected: str, found: str) -> InvalidStoryError:
    """Give the error of a place in a file where something else was expected."""
    shown = " ".join(found.split())
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}..."
    message = f"expected {expected}, found {shown or 'nothing'}"
    return InvalidStoryError(f"{place}: {message}", problems=[(place, message)])


def check_size(draft: DraftStory) -> None:
    """Refuse a draft with much more in it than a story holds: to look through it takes minutes.

    Raises:
        InvalidStoryError: it is such a draft; what there is too much of is named.
    """
    regions = [region for scene in draft.scenes for region in scene.regions]
    overlaps = [overlap for scene in draft.scenes for overlap in scene.overlaps]
    lists = [
        *(scene.overlaps for scene in draft.scenes),
        *(overlap.region_ids for overlap in overlaps),
        *(region.priors for region in regions),
        *(character.pictures for character in draft.characters),
    ]
    in_scene = (len(scene.regions) for scene in draft.scenes)
    for what, count, most in (
        ("characters", len(draft.characters), MAX_CHARACTERS),
        ("motions", len(draft.motions), _MAX_MOTIONS),
        ("scenes", len(draft.scenes), _MAX_SCENES),
        ("boxes", len(regions), _MAX_REGIONS),
        ("boxes in a scene", max(in_scene, default=0), _MAX_IN_SCENE),
        ("overlaps, priors or pictures together", max(map(len, lists), default=0), _MAX_LISTED),
    ):
        if count > most:
            raise unexpected("the whole", f"at most {most:,} {what}", f"{count:,}")


def refused(name: str, error: InvalidStoryError) -> Refused:
    """Give the record of a plan that an error kept out."""
    return Refused(name=name, message=str(error), problems=error.problems)
