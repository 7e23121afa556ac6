"""What fits on which device, and what is said where nothing does or memory runs out."""

from __future__ import annotations

import re
from itertools import pairwise, product
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.devices import DeviceFacts
from pipeline.errors import InputError, ModelUnavailableError, RenderError
from pipeline.packs.placement import (
    UNASKED,
    WORDS,
    Choice,
    PackSizes,
    fits,
    lighter_than,
    measure_pack,
    memory_errors,
    memory_gib,
    peak_gib,
    plan_placement,
)
from pipeline.packs.record import load_record

README = Path(__file__).resolve().parents[3] / "README.md"
_CELL = r" [^|]*\(`(?P<c{0}>\w+)`\), (?P<g{0}>[\d.]+) GiB \|"
ROW = re.compile(r"\| (?P<card>\d+) GB \|" + _CELL.format("2b") + _CELL.format("5b"))


def card(free: float, ram: float = 40.0) -> DeviceFacts:
    return DeviceFacts("Card 9", free + 0.5, free, ram, (8, 6), has_bfloat16=True, has_fp8=True)


def sizes(name: str) -> PackSizes:
    record = load_record(name)
    assert record.counts is not None
    return measure_pack(record, record.counts)


@pytest.mark.parametrize(
    ("name", "free", "choice"),
    [
        ("cogvideox-2b", 23.5, "resident"),
        ("cogvideox-2b", 15.0, "resident"),
        ("cogvideox-2b", 11.5, "model_offload"),
        ("cogvideox-2b", 10.5, "model_offload_tiled"),
        ("cogvideox-2b", 7.5, "group_offload"),
        ("cogvideox-5b", 23.0, "resident"),
        ("cogvideox-5b", 15.5, "model_offload"),
        ("cogvideox-5b", 11.5, "group_offload"),
    ],
)
def test_the_fastest_that_fits_is_taken_and_says_why(name: str, free: float, choice: str) -> None:
    placed = plan_placement(sizes(name), card(free))
    assert placed.choice == choice
    assert placed.needs_gib <= free
    assert placed.reason.startswith(f"the fastest that fits: {WORDS[placed.choice]}")
    assert f"{placed.needs_gib:.1f} of {free:.1f} GiB free on Card 9" in placed.reason
    assert not placed.fp8


def test_the_counts_of_the_records_are_those_of_the_models() -> None:
    two, five = sizes("cogvideox-2b"), sizes("cogvideox-5b")
    assert (two.transformer, five.transformer) == pytest.approx((3.155, 10.375), abs=0.001)
    assert (two.text_encoder, two.vae) == pytest.approx((8.870, 0.402), abs=0.001)


def test_the_readme_names_what_is_chosen_on_which_card() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    rows = [found for line in lines if (found := ROW.fullmatch(line))]
    assert [int(row["card"]) for row in rows] == [8, 12, 16, 24]
    for row, name in product(rows, ("2b", "5b")):
        placed = plan_placement(sizes(f"cogvideox-{name}"), card(int(row["card"]) - 0.5, 24.0))
        assert (row[f"c{name}"], row[f"g{name}"]) == (placed.choice, f"{placed.needs_gib:.1f}")
    (told,) = [line for line in lines if "machine's memory (" in line]
    memory = [memory_gib(sizes(f"cogvideox-{name}"), "group_offload") for name in ("2b", "5b")]
    assert "({:.1f} and {:.1f} GiB)".format(*memory) in told


@given(st.floats(0.5, 60), st.floats(1, 80), st.sampled_from(["cogvideox-2b", "cogvideox-5b"]))
def test_nothing_is_taken_that_does_not_fit(free: float, ram: float, name: str) -> None:
    facts = card(free, ram)
    if not any(fits(sizes(name), choice, facts) for choice in UNASKED):
        with pytest.raises(ModelUnavailableError, match="too small"):
            plan_placement(sizes(name), facts)
        return
    placed = plan_placement(sizes(name), facts)
    assert placed.needs_gib <= free
    earlier = UNASKED[: UNASKED.index(placed.choice)]
    assert not any(fits(sizes(name), choice, facts) for choice in earlier)
    more = plan_placement(sizes(name), card(free + 20, ram + 40))
    assert UNASKED.index(more.choice) <= len(earlier)


def test_lighter_placements_take_less() -> None:
    for name in ("cogvideox-2b", "cogvideox-5b"):
        peaks = [peak_gib(sizes(name), choice) for choice in UNASKED]
        assert all(one >= next_one for one, next_one in pairwise(peaks))


def test_where_nothing_fits_the_numbers_are_named() -> None:
    with pytest.raises(
        ModelUnavailableError, match=r"4\.8 GiB of the card .* 3\.0 and 40\.0"
    ) as at:
        plan_placement(sizes("cogvideox-5b"), card(3.0))
    assert "--placement group_offload" in at.value.hint
    with pytest.raises(ModelUnavailableError, match=r"and 9\.0 GiB are free"):
        plan_placement(sizes("cogvideox-2b"), DeviceFacts("processor", None, 9.0, 9.0))


def test_a_person_can_force_any(monkeypatch: pytest.MonkeyPatch) -> None:
    forced = plan_placement(sizes("cogvideox-5b"), card(6.0), asked="model_offload_fp8")
    assert (forced.kind, forced.fp8, forced.vae_tiling) == ("model_offload", True, True)
    assert forced.reason.startswith("asked for")
    monkeypatch.setenv("DREAMRUNNER_PLACEMENT", "group_offload")
    assert plan_placement(sizes("cogvideox-2b"), card(90)).kind == "group_offload"
    with pytest.raises(InputError, match="of graphics cards"):
        plan_placement(sizes("cogvideox-2b"), DeviceFacts("processor", None, 90, 90))
    with pytest.raises(InputError, match="no placement 'best'") as error:
        plan_placement(sizes("cogvideox-2b"), card(90), asked="best")
    assert "resident_tiled" in error.value.hint


def test_a_processor_short_of_memory_leaves_the_text_encoder_on_the_disk() -> None:
    two = sizes("cogvideox-2b")
    ample, short = (plan_placement(two, DeviceFacts("p", None, ram, ram)) for ram in (30, 14))
    assert (ample.keeps_text_encoder, short.keeps_text_encoder) == (True, False)
    assert plan_placement(two, DeviceFacts("p", None, 13.0, 13.0)).vae_tiling


def test_what_streams_through_a_small_card_is_never_read_onto_it_whole() -> None:
    two, facts = sizes("cogvideox-2b"), card(7.5, ram=16.0)
    placed = plan_placement(two, facts)
    assert two.text_encoder > facts.free_gib
    assert (placed.choice, placed.keeps_text_encoder) == ("group_offload", True)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_memory_that_runs_out_names_the_next_lighter_placement(error: Exception) -> None:
    placed = plan_placement(sizes("cogvideox-2b"), card(11.5))
    ran_out = pytest.raises(RenderError, match="the memory ran out with the placement")
    with ran_out as caught, memory_errors(placed):
        raise error
    assert "--placement model_offload_tiled" in caught.value.hint
    assert "DREAMRUNNER_PLACEMENT=model_offload_tiled" in caught.value.hint
    assert "11.2 GiB" in caught.value.message


def test_other_errors_pass() -> None:
    placed = plan_placement(sizes("cogvideox-2b"), card(11.5))
    with pytest.raises(RuntimeError, match="shapes"), memory_errors(placed):
        raise RuntimeError("shapes differ")


@pytest.mark.parametrize(
    ("choice", "lighter"),
    [("resident", "resident_tiled"), ("group_offload", None), ("model_offload_fp8", None)],
)
def test_after_the_lightest_comes_none(choice: Choice, lighter: str | None) -> None:
    assert lighter_than(plan_placement(sizes("cogvideox-2b"), card(90), asked=choice)) == lighter


def test_a_processor_is_told_of_its_own_placements_only() -> None:
    two, facts = sizes("cogvideox-2b"), DeviceFacts("p", None, 90.0, 90.0)
    assert lighter_than(plan_placement(two, facts)) == "resident_tiled"
    assert lighter_than(plan_placement(two, facts, asked="resident_tiled")) is None
