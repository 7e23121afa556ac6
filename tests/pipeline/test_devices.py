from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from pipeline.devices import choose, count_free_cores, has_cpu_bfloat16, read_core_quota
from pipeline.errors import InputError, ModelUnavailableError


@pytest.mark.parametrize(("half", "dtype"), [(False, torch.float32), (True, torch.bfloat16)])
def test_the_cpu_can_be_asked_for(half: bool, dtype: torch.dtype) -> None:
    choice = choose("cpu", bfloat16_on_cpu=half)
    assert (choice.device, choice.dtype) == (torch.device("cpu"), dtype)
    assert choice.reason == "asked for"


@pytest.mark.parametrize(
    ("flags", "known"),
    [("fpu avx2 avx512_bf16 amx", True), ("fpu amx_bf16", True), ("avx512f", False), (None, False)],
)
def test_the_processor_says_whether_it_has_bfloat16(
    tmp_path: Path, flags: str | None, known: bool
) -> None:
    if flags is not None:
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\n", encoding="utf-8")
    assert has_cpu_bfloat16(tmp_path / "cpuinfo") == known


def test_unasked_the_cpu_runs_in_what_it_has() -> None:
    dtype = torch.bfloat16 if has_cpu_bfloat16() else torch.float32
    assert choose("cpu").dtype == dtype


def test_auto_says_why() -> None:
    choice = choose()
    assert choice.threads >= 1
    assert choice.reason
    assert (choice.device.type == "cuda") <= torch.cuda.is_available()


@pytest.mark.parametrize("preference", ["gpu", "", "cuda:x", "cuda:-1"])
def test_unknown_devices_are_named(preference: str) -> None:
    with pytest.raises(InputError, match=f"unknown device {preference!r}"):
        choose(preference)


def test_a_missing_cuda_device_is_an_error() -> None:
    with pytest.raises(ModelUnavailableError, match="no CUDA device 99"):
        choose("cuda:99")


def test_free_cores_stay_within_the_machine() -> None:
    assert 1 <= count_free_cores(seconds=0.01) <= torch.get_num_threads() * 64


@pytest.mark.parametrize(
    ("content", "cores"),
    [("150000 100000\n", 1.5), ("max 100000\n", math.inf), ("", math.inf), (None, math.inf)],
)
def test_a_containers_share_of_the_cores_is_read(
    tmp_path: Path, content: str | None, cores: float
) -> None:
    if content is not None:
        (tmp_path / "cpu.max").write_text(content, encoding="utf-8")
    assert read_core_quota(tmp_path / "cpu.max") == cores
