from __future__ import annotations

import pytest

from pipeline.plan.draft import DraftBox, DraftCharacter, DraftKey, DraftRegion, DraftScene
from pipeline.plan.draft import DraftStory as Draft
from pipeline.plan.lint import repair


@pytest.mark.parametrize(
    ("asked", "joined"), [("The RED fox!", "red"), ("Bär", "bar"), ("熊", "x-2"), ("bür", "b-r")]
)
def test_an_unknown_id_is_joined_by_its_letters_alone(asked: str, joined: str) -> None:
    cast = (
        DraftCharacter(id="red", name="the red fox"),
        DraftCharacter(id="bar", name="Bär"),
        DraftCharacter(id="x", name="狐狸"),
        DraftCharacter(id="x-2", name="熊"),
    )
    key = DraftKey(box=DraftBox(x0=0.1, y0=0.2, x1=0.4, y1=0.9))
    region = DraftRegion(id="r", character_id=asked, keys=(key, *[None] * 4, key))
    draft = Draft(
        id="s", title="S", characters=cast, scenes=(DraftScene(id="a", regions=(region,)),)
    )
    mended = repair(draft).draft
    assert mended.scenes[0].regions[0].character_id == joined
