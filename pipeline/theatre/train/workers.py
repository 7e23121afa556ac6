"""Drawing in several processes: a clip is drawn by one process, many at a time."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Given = TypeVar("Given")
Made = TypeVar("Made")


def start_workers(workers: int) -> ProcessPoolExecutor:
    """A pool of processes with one thread each, deaf to the signals that end training."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_settle)


def spread(
    function: Callable[[Given], Made], items: Iterable[Given], workers: int
) -> Iterator[Made]:
    """`map` over several processes, in order; with fewer than two workers in this one."""
    if workers < 2:
        yield from map(function, items)
        return
    with start_workers(workers) as processes:
        yield from processes.map(function, items)


def _settle() -> None:
    import cv2
    import torch

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
