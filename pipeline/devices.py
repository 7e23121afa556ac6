"""Which device and number type the models run on, and on how many threads."""

from __future__ import annotations

import importlib.util
import math
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from pipeline.errors import InputError, ModelUnavailableError

if TYPE_CHECKING:
    import torch


GIB = 2**30
LACKS_CUDA = "there is an NVIDIA driver, but the torch that is installed is built without CUDA"
SEES_NO_CARD = "PyTorch sees no NVIDIA card"
NO_CARD = f"{SEES_NO_CARD}; install its CUDA build if there is one"
_NO_DRIVER = f"{SEES_NO_CARD}; look at its driver if there is one"
_ASKED = "name,memory.total,memory.free,compute_cap"
_SECONDS = 10


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


@dataclass(frozen=True)
class DeviceFacts:
    """What a device has.

    Attributes:
        name: As its maker calls it.
        vram_gib: Memory of the graphics card; None = models run on the processor.
        free_gib: What of it is free; of the processor, what of the memory is.
        ram_gib: Memory of the machine that is free.
        capability: Compute capability of a CUDA device.
        has_bfloat16: Whether it computes in bfloat16.
        has_fp8: Whether torch can keep weights in 8 bits on it.
        driver_without_cuda: Whether there is an NVIDIA driver but no CUDA in this torch.
        no_card: Of the processor: why no graphics card is used, and what would change that.
    """

    name: str
    vram_gib: float | None
    free_gib: float
    ram_gib: float
    capability: tuple[int, int] | None = None
    has_bfloat16: bool = False
    has_fp8: bool = False
    driver_without_cuda: bool = False
    no_card: str = NO_CARD


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
    passed_over = None if cuda is None else torch.cuda.get_device_name(cuda)
    reason = "asked for" if preference == "cpu" else _no_card(passed_over)
    return DeviceChoice(torch.device("cpu"), dtype, reason, threads)


def probe(device: torch.device) -> DeviceFacts:
    """What the device has, as torch sees it."""
    import torch

    if device.type != "cuda":
        return probe_processor()
    free, total = torch.cuda.mem_get_info(device)
    major, minor = torch.cuda.get_device_capability(device)
    name = torch.cuda.get_device_name(device)
    return _of_card(name, total / GIB, free / GIB, (major, minor))


def probe_processor(*, passed_over: str | None = None) -> DeviceFacts:
    """What the processor has. Loads no torch.

    Args:
        passed_over: A graphics card that is there and lacks bfloat16, by its name.
    """
    free = psutil.virtual_memory().available / GIB
    name = f"the processor ({platform.machine()})"
    brief = has_cpu_bfloat16()
    return DeviceFacts(
        name=name,
        vram_gib=None,
        free_gib=free,
        ram_gib=free,
        has_bfloat16=brief,
        driver_without_cuda=lacks_cuda(),
        no_card=_no_card(passed_over),
    )


def _no_card(passed_over: str | None) -> str:
    """Say in plain words why models run on the processor."""
    if lacks_cuda():
        return f"{LACKS_CUDA}; mend it with: {mending()}"
    if passed_over:
        return f"{passed_over} is too old: it does not compute in bfloat16"
    return _NO_DRIVER if _torch_has_cuda() else NO_CARD


def probe_unloaded() -> DeviceFacts:
    """What the device that `choose` takes has, asked of the driver's own tool: loads no torch.

    Of several cards the first one that this process may see counts.
    """
    if lacks_cuda() or not _torch_has_cuda():
        return probe_processor()
    shown = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    asked = (
        "nvidia-smi",
        f"--query-gpu={_ASKED}",
        "--format=csv,noheader,nounits",
        f"--id={shown}",
    )
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=True)
        name, total, free, capability = done.stdout.splitlines()[0].split(", ")
        major, minor = capability.split(".")
        card = _of_card(name, int(total) / 1024, int(free) / 1024, (int(major), int(minor)))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return probe_processor()
    return card if card.has_bfloat16 else probe_processor(passed_over=card.name)


def _of_card(name: str, total: float, free: float, capability: tuple[int, int]) -> DeviceFacts:
    return DeviceFacts(
        name=name,
        vram_gib=total,
        free_gib=free,
        ram_gib=psutil.virtual_memory().available / GIB,
        capability=capability,
        has_bfloat16=capability >= (8, 0),
        has_fp8=capability >= (7, 5),
    )


def lacks_cuda(driver: Path = Path("/proc/driver/nvidia/version")) -> bool:
    """Whether this machine has an NVIDIA driver and a torch that cannot use it."""
    return (driver.exists() or shutil.which("nvidia-smi") is not None) and not _torch_has_cuda()


@cache
def _torch_has_cuda() -> bool:
    """Whether torch is built with CUDA or ROCm, read from its files: importing it takes seconds."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    built = Path(found.origin).with_name("version.py").read_text(encoding="utf-8")
    return re.search(r"^(cuda|hip)\b.*= *['\"]", built, re.MULTILINE) is not None


def mending(system: str = sys.platform) -> str:
    """The command that installs a torch with CUDA: on Linux PyPI's own build has it."""
    windows = "https://download.pytorch.org/whl/cu126"
    index = "https://pypi.org/simple" if system == "linux" else windows
    return f"python -m pip install --force-reinstall torch torchvision --index-url {index}"


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
    if lacks_cuda():
        raise ModelUnavailableError(LACKS_CUDA, hint=f"Install one that has it: {mending()}")
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
