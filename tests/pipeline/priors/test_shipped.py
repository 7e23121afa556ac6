"""What the theatre brings along: a learned look and a learned motion, with their terms."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.diffusion.adapter_files import read_acting
from pipeline.packs.record import load_record
from pipeline.priors.header import acting_of
from pipeline.priors.keys import key_of
from pipeline.priors.store import PriorStore, Stored
from pipeline.settings import Settings
from pipeline.theatre.world import load_world


@pytest.fixture
def shipped(tmp_path: Path) -> dict[str, Stored]:
    """All that a new home has, by its words."""
    return {one.prior.words: one for one in PriorStore(Settings(home=tmp_path)).all()}


def test_they_are_of_those_that_the_pack_was_not_trained_on(shipped: dict[str, Stored]) -> None:
    assert {words: one.prior.kind for words, one in shipped.items()} == {
        "Luna": "character",
        "bows": "motion",
    }
    held_out = load_world().held_out
    assert "luna" in held_out.looks
    assert "bows" in held_out.motions


@pytest.mark.parametrize("words", ["Luna", "bows"])
def test_they_are_what_the_training_command_gives(shipped: dict[str, Stored], words: str) -> None:
    one, record = shipped[words], load_record("theatre")
    plan = one.prior.plan
    assert plan is not None
    assert one.key == key_of(plan)
    assert one.prior.sha256 == hashlib.sha256(one.file.read_bytes()).hexdigest()
    assert one.prior.pack_revision == record.revision
    assert one.prior.steps == plan.settings.steps
    own = record.training[one.prior.kind]
    assert plan.settings.model_dump(exclude={"steps"}) == own.model_dump(exclude={"steps"})
    assert read_acting(one.file) == acting_of(own)
    assert one.newest_sample is not None


@pytest.mark.parametrize("words", ["Luna", "bows"])
def test_their_terms_are_told_and_no_folder_of_anybody(
    shipped: dict[str, Stored], words: str
) -> None:
    one = shipped[words]
    assert one.prior.plan is not None
    licences = {source.licence for source in one.prior.plan.sources}
    assert {one.prior.licence, *licences} == {"AGPL-3.0-only, drawn by this project"}
    told = (one.folder / "prior.json").read_text("utf-8") + one.file.read_bytes()[:9000].decode(
        errors="replace"
    )
    assert "/tmp" not in told
    assert "/home" not in told
