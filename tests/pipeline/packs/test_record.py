"""The record of a pack and its words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import PackRecord, load_record
from pipeline.packs.seal import write_record
from tests.pipeline.packs.fixtures import TRIGGERS, WORDS, tiny_record


def test_record_survives_the_file(tmp_path: Path) -> None:
    record = tiny_record(revision="abc")
    write_record(record, tmp_path)
    assert load_record(tmp_path) == record
    assert [path.name for path in tmp_path.iterdir()] == ["pack.json"]


def test_unknown_pack_names_the_way_out() -> None:
    with pytest.raises(ModelUnavailableError) as error:
        load_record("no-such-pack")
    assert "no-such-pack" in error.value.message
    assert "pack.json" in error.value.hint


@pytest.mark.parametrize(
    ("content", "said"), [("{", "JSON"), ('{"name": "x"}', "num_frames"), ("\0", "JSON")]
)
def test_broken_record_says_where(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "pack.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailableError) as error:
        load_record(tmp_path)
    assert str(tmp_path) in error.value.message
    assert said in error.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"keyframe_to_latent": ((0,), (1,), (2,), (3,), (4,), (4,))},
        {"keyframe_to_latent": ((0, 1, 2, 3, 4, 5),)},
        {"latent_height": 5},
    ],
)
def test_record_that_does_not_hold_together_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PackRecord.model_validate({**tiny_record().model_dump(), **change})


def test_known_words_pass_unchanged() -> None:
    text = "a blue fox walks left motion1 look1"
    assert tiny_record().normalise(text) == (text, ())


def test_other_words_are_replaced_or_left_out_and_listed() -> None:
    text, changes = tiny_record().normalise(
        "The blue Foxes, a dragon's friend, jumping on the tree!"
    )
    assert text == "the blue fox a jumps on the trees"
    assert [change.split("”")[0].strip("“") for change in changes] == [
        "foxes", "dragon's", "friend", "jumping", "tree",
    ]  # fmt: skip
    assert "“fox”" in changes[0]
    assert "left out" in changes[1]


def test_pack_without_vocabulary_takes_any_text() -> None:
    open_pack = tiny_record().model_copy(update={"vocabulary": ()})
    assert open_pack.normalise("A Dragon, red!") == ("A Dragon, red!", ())


@given(st.text(max_size=60))
def test_normalised_text_is_of_the_vocabulary_and_stays(text: str) -> None:
    record = tiny_record()
    normal, _ = record.normalise(text)
    assert set(normal.split()) <= {*WORDS, *TRIGGERS}
    assert record.normalise(normal) == (normal, ())


def test_records_load_without_torch() -> None:
    code = "import sys, pipeline.packs.record; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["absent", "x" * 300, "y" * 100_000])
def test_pack_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(ModelUnavailableError, match="there is no pack") as caught:
        load_record(name)
    assert len(caught.value.message) < 300
