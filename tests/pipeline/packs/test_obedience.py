"""How well a pack obeys boxes: shipped beside its record, and only for the weights measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.files import read_record, write_record
from pipeline.packs.obedience import OBEDIENCE_FILE, Obedience, load_obedience
from pipeline.packs.record import PACK_FILE, find_pack, load_record
from pipeline.packs.seal import compute_revision
from tests.benchmarks.theatre_pack.obedience import obedience_of, write_obedience

PLACES = {f"{row} {column}" for row in ("top", "middle", "bottom")
          for column in ("left", "centre", "right")}  # fmt: skip


def shipped() -> Obedience:
    measured = load_obedience("theatre")
    assert measured is not None
    return measured


def test_the_shipped_pack_was_measured_as_it_is() -> None:
    assert shipped().pack_revision == load_record("theatre").revision
    assert shipped().pack_revision in shipped().run


def test_the_shipped_table_covers_the_stage() -> None:
    measured = shipped()
    for ranges in (measured.height, measured.overlap):
        assert ranges[0].low == 0
        assert ranges[-1].high == 1
        assert [one.high for one in ranges[:-1]] == [one.low for one in ranges[1:]]
        assert sum(one.count for one in ranges) == measured.all.count
    assert {one.place for one in measured.place} == PLACES
    assert 0.5 < measured.all.kind < 1
    assert measured.height[0].kind < measured.height[-1].kind


def test_as_json_its_ranges_are_called_from_and_to(tmp_path: Path) -> None:
    row = shipped().model_dump(mode="json")["height"][1]
    assert {*row} == {"from", "to", "colour", "kind", "iou", "count"}
    assert (row["from"], row["to"]) == (0.35, 0.5)
    write_record(tmp_path / "kept.json", shipped())
    assert read_record(tmp_path / "kept.json", Obedience) == shipped()


def make_pack(folder: Path, *, revision: str = "0123456789abcdef") -> Path:
    folder.mkdir()
    record = load_record("theatre").model_copy(update={"revision": revision})
    write_record(folder / PACK_FILE, record)
    return folder


def test_what_was_measured_of_other_weights_is_not_told(tmp_path: Path) -> None:
    pack = make_pack(tmp_path / "pack")
    assert load_obedience(pack) is None, "nothing was measured"
    shutil.copy(find_pack("theatre") / OBEDIENCE_FILE, pack)
    assert load_obedience(pack) is None
    own = shipped().model_copy(update={"pack_revision": "0123456789abcdef"})
    write_record(pack / OBEDIENCE_FILE, own)
    assert load_obedience(pack) == own


@pytest.mark.parametrize("text", ["", "{", "[]", '{"all": 3}', "\x00"])
def test_a_broken_table_is_left_out(tmp_path: Path, text: str) -> None:
    pack = make_pack(tmp_path / "pack")
    (pack / OBEDIENCE_FILE).write_text(text, encoding="utf-8")
    assert load_obedience(pack) is None


def test_the_table_is_no_part_of_the_weights(tmp_path: Path) -> None:
    before = compute_revision(make_pack(tmp_path / "pack"))
    (tmp_path / "pack" / OBEDIENCE_FILE).write_text("{}", encoding="utf-8")
    assert compute_revision(tmp_path / "pack") == before


def shares(mean: float, count: int) -> dict[str, dict[str, float]]:
    value = {"mean": mean, "low": 0.0, "high": 1.0, "count": count}
    return {
        "colour": value,
        "kind": {**value, "mean": mean / 2},
        "iou": {**value, "mean": mean / 4},
    }


def test_the_benchmark_writes_the_table_of_its_takes(tmp_path: Path) -> None:
    table = {
        "all": shares(0.8, 60),
        "box height": {"0.40 and more": shares(0.9, 40), "0.00-0.40": shares(0.6, 20)},
        "place": {"top left": shares(0.8, 60)},
        "overlap": {"0.00-0.10": shares(0.8, 60)},
    }
    run = "tiny 0a1b2c3d4e5f6789, 8 steps, guidance 4, judges x"
    results = {"run": run, "conditions": {"regions": table, "drawn": {}}}
    write_obedience(results, tmp_path)
    measured = read_record(tmp_path / OBEDIENCE_FILE, Obedience)
    assert measured == obedience_of(results)
    assert measured.pack_revision == "0a1b2c3d4e5f6789"
    assert [(one.low, one.high, one.kind) for one in measured.height] == [
        (0, 0.4, 0.3),
        (0.4, 1, 0.45),
    ]
    assert measured.all.model_dump() == {"colour": 0.8, "kind": 0.4, "iou": 0.2, "count": 60}
    kept = json.loads((tmp_path / OBEDIENCE_FILE).read_text(encoding="utf-8"))
    assert kept["place"][0]["place"] == "top left"
