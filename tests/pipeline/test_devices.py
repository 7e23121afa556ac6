from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from pipeline.devices import (
    choose,
    count_free_cores,
    has_cpu_bfloat16,
    lacks_cuda,
    mending,
    probe,
    probe_unloaded,
    read_core_quota,
)
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


def test_the_processor_is_probed_alike_with_torch_and_without() -> None:
    facts = probe(torch.device("cpu"))
    assert (facts.vram_gib, facts.capability) == (None, None)
    assert facts.free_gib == facts.ram_gib > 0.1
    if not torch.cuda.is_available():
        assert probe_unloaded().name == facts.name
        assert probe_unloaded().no_card == facts.no_card == choose("auto").reason


def test_a_card_is_asked_of_its_drivers_own_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'Card 9, 12288, 11264, 8.6'\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    facts = probe_unloaded()
    if torch.version.cuda is None:
        assert facts.driver_without_cuda
        with pytest.raises(ModelUnavailableError, match="built without CUDA") as error:
            choose("cuda")
        assert "pip install --force-reinstall torch" in error.value.hint
    else:
        assert (facts.name, facts.vram_gib, facts.free_gib) == ("Card 9", 12.0, 11.0)
        assert (facts.capability, facts.has_bfloat16) == ((8, 6), True)
    tool.write_text("#!/bin/sh\necho 'No devices were found'; exit 6\n", encoding="utf-8")
    assert probe_unloaded().vram_gib is None


@pytest.mark.parametrize(
    ("built", "lacks"), [("'13.2'", False), ("None", True), ("None\nhip = '6.4'", False)]
)
def test_a_driver_without_cuda_in_torch_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: str, lacks: bool
) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").touch()
    (tmp_path / "torch" / "version.py").write_text(f"cuda: str | None = {built}\n", "utf-8")
    (tmp_path / "driver").touch()
    code = (
        "import sys; from pathlib import Path; from pipeline.devices import lacks_cuda;"
        f"sys.path.insert(0, {str(tmp_path)!r});"
        f"sys.exit(lacks_cuda(Path({str(tmp_path / 'driver')!r})))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == lacks


def test_without_a_driver_nothing_is_lacking(tmp_path: Path) -> None:
    if shutil.which("nvidia-smi") is None:
        assert not lacks_cuda(tmp_path / "none")


@pytest.mark.parametrize(("system", "index"), [("linux", "pypi.org"), ("win32", "pytorch.org")])
def test_the_mending_command_is_that_of_the_system(system: str, index: str) -> None:
    assert index in mending(system)
