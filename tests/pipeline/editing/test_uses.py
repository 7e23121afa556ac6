"""What a box uses of what was learned: how strongly, and when."""

from __future__ import annotations

import pytest

from pipeline.editing.uses import with_use, without_use
from pipeline.errors import InputError
from pipeline.story import PriorUse, Story
from tests.studio.fixtures import make_story

LOOK = PriorUse(character_id="mia", scale=0.7, from_keyframe=1, to_keyframe=4)


def uses(story: Story, region: int = 1) -> tuple[PriorUse, ...]:
    """What the fox (0) or the dragon (1) uses in the second scene."""
    return story.scenes[1].regions[region].priors


def test_a_use_is_told_of_one_box_and_told_anew() -> None:
    story = with_use(make_story(), "dusk", "dragon", LOOK)
    assert (uses(story), uses(story, 0), story.revision) == ((LOOK,), (), 1)
    assert story.scenes[0] == make_story().scenes[0]
    other = PriorUse(character_id="dragon", scale=0)
    both = with_use(story, "dusk", "dragon", other)
    stronger = LOOK.model_copy(update={"scale": 1.6})
    assert uses(with_use(both, "dusk", "dragon", stronger)) == (other, stronger)


def test_as_usual_leaves_what_is_told_of_others() -> None:
    other = PriorUse(character_id="dragon", scale=0)
    story = with_use(with_use(make_story(), "dusk", "dragon", LOOK), "dusk", "dragon", other)
    assert uses(without_use(story, "dusk", "dragon", LOOK)) == (other,)


@pytest.mark.parametrize(
    ("scene", "region", "use"),
    [
        ("noon", "mia", LOOK),
        ("dusk", "cat", LOOK),
        ("dusk", "mia", PriorUse(character_id="cat")),
        ("dusk", "mia", PriorUse(motion_id="dances")),
    ],
)
def test_what_is_not_there_is_refused(scene: str, region: str, use: PriorUse) -> None:
    with pytest.raises(InputError):
        with_use(make_story(), scene, region, use)
