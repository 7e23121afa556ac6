"""Which device and number type the models run on, and on how many threads."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from pipeline.errors import InputError, ModelUnavailableError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class DeviceChoice:
    """Where models run.

    Attributes:
        device: `cpu` or `cuda:<n>`.
        dtype: float32 or bfloat16.
        reason: why, in words for the log.
        threads: CPU threads for torch, at least 1.
    """

    device: torch.device
    dtype: torch.dtype
    reason: str
    threads: int


def choose(preference: str = "auto", *, bfloat16_on_cpu: bool | None = None) -> DeviceChoice:
    """The device for `auto`, `cpu`, `cuda` or `cuda:<n>`.

    `auto` takes the first CUDA device if it has bfloat16, otherwise the CPU. CUDA devices from
    compute capability 8.0 on run in bfloat16, older ones in float32; a CPU runs in bfloat16 where
    it has instructions for it (a third faster there, slower elsewhere), or as asked.

    Raises:
        InputError: the preference is unknown.
        ModelUnavailableError: that CUDA device is not there.
    """
    import torch

    cuda = _find_cuda(preference)
    threads = count_free_cores()
    if cuda is not None and (preference != "auto" or _has_bfloat16(cuda)):
        dtype = torch.bfloat16 if _has_bfloat16(cuda) else torch.float32
        return DeviceChoice(cuda, dtype, torch.cuda.get_device_name(cuda), threads)
    brief = has_cpu_bfloat16() if bfloat16_on_cpu is None else bfloat16_on_cpu
    dtype = torch.bfloat16 if brief else torch.float32
    reason = "asked for" if preference == "cpu" else "no CUDA device with bfloat16"
    return DeviceChoice(torch.device("cpu"), dtype, reason, threads)


def _find_cuda(preference: str) -> torch.device | None:
    """The CUDA device a preference names; None for the CPU, or `auto` without CUDA."""
    import torch

    kind, _, number = preference.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (number and not number.isdecimal()):
        raise InputError(
            f"unknown device {preference!r}", hint="Use auto, cpu, cuda or cuda:<number>."
        )
    if kind == "cpu" or (kind == "auto" and not torch.cuda.is_available()):
        return None
    index = int(number or 0)
    if index >= torch.cuda.device_count():
        raise ModelUnavailableError(
            f"there is no CUDA device {index}", hint="Use auto or cpu, or check the driver."
        )
    return torch.device("cuda", index)


def _has_bfloat16(device: torch.device) -> bool:
    import torch

    return torch.cuda.get_device_capability(device) >= (8, 0)


def has_cpu_bfloat16(path: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether Linux names bfloat16 instructions of the processor; elsewhere nobody knows: no."""
    try:
        flags = path.read_text(encoding="utf-8").split()
    except OSError:  # not Linux
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def count_free_cores(*, seconds: float = 0.1) -> int:
    """Cores this process may use and that were mostly idle over `seconds`; at least 1.

    Threads beyond the free cores slow torch down several-fold instead of doing nothing.
    """
    loads = psutil.cpu_percent(interval=seconds, percpu=True)
    allowed = _allowed_cores()
    free = sum(load < 50 for core, load in enumerate(loads) if core in allowed)
    return max(1, int(min(free, read_core_quota())))


def use_free_cores() -> None:
    """Let torch run on the cores that are free now: others may have come or gone."""
    import torch

    torch.set_num_threads(count_free_cores())


def read_core_quota(path: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """How many cores' worth of time a Linux container gives; infinite where nothing limits it."""
    try:
        quota, period = path.read_text(encoding="utf-8").split()
        return int(quota) / int(period)
    except (OSError, ValueError):  # no such file, or "max 100000"
        return math.inf


def _allowed_cores() -> set[int]:
    if hasattr(os, "sched_getaffinity"):  # Linux only
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))
