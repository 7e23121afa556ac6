"""Data made ahead in the background, so that a GPU never waits for it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

T = TypeVar("T")


class Ahead(Generic[T]):
    """Calls `make` again and again and hands out what it gave, in order.

    With `ahead` > 0 one thread keeps so many results ready; nothing else may then use the random
    generators that `make` draws from. With 0 each result is made when it is asked for, which suits
    a CPU that trains on all its cores.
    """

    def __init__(self, make: Callable[[], T], *, ahead: int) -> None:
        self.make = make
        self.executor: Executor | None = ThreadPoolExecutor(1) if ahead else None
        self.ready: deque[Future[T]] = deque()
        for _ in range(ahead):
            self._begin()

    def _begin(self) -> None:
        assert self.executor is not None
        self.ready.append(self.executor.submit(self.make))

    def next(self) -> T:
        """The next result; raises what `make` raised for it."""
        if self.executor is None:
            return self.make()
        self._begin()
        return self.ready.popleft().result()

    def close(self) -> None:
        """End the thread; what was made ahead is lost."""
        if self.executor:
            self.executor.shutdown(cancel_futures=True)


def depth(device: str) -> int:
    """How many results to keep ready for a device."""
    return 8 if device.startswith("cuda") else 0


def to_device(tensor: Tensor, device: str) -> Tensor:
    """The tensor on a device, without waiting for what a GPU still has to do."""
    if not device.startswith("cuda"):
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
