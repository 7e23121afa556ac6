"""FLOPs and memory of a computation on the meta device: nothing is computed, all is counted."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

MIB, GIB = 2**20, 2**30


@dataclass(frozen=True)
class Counted:
    """What a computation takes.

    Attributes:
        flops: floating point operations, a multiply-add being two.
        largest: bytes of the largest tensor made on the way.
        peak: bytes of all tensors made on the way that lived at one time.
    """

    flops: int
    largest: int
    peak: int


class FusedAttention(TorchFunctionMode):
    """Counts unmasked attention as a GPU computes it: by a kernel that keeps no scores.

    Meta tensors are of no device, so torch would write out all scores of softmax(QK).
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        given = dict(kwargs or {})
        if func is scaled_dot_product_attention and given.get("attn_mask") is None:
            states = [*args, *(given[name] for name in ("query", "key", "value") if name in given)]
            return torch.ops.aten._scaled_dot_product_flash_attention(*states[:3])[0]
        return func(*args, **given)


class Allocations(TorchDispatchMode):
    """Watches which tensors are made and how long they live."""

    def __init__(self) -> None:
        super().__init__()
        self.largest = self.peak = self._live = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        given = {_storage(leaf)._cdata for leaf in tree_leaves((args, kwargs)) if _is_tensor(leaf)}
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if _is_tensor(leaf) and _storage(leaf)._cdata not in given | self._known:
                self._count(_storage(leaf))
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        size, name = storage.nbytes(), storage._cdata
        self._known.add(name)
        self._live += size
        self.largest, self.peak = max(self.largest, size), max(self.peak, self._live)
        weakref.finalize(storage, self._forget, name, size)

    def _forget(self, name: int, size: int) -> None:
        self._known.discard(name)
        self._live -= size


def _is_tensor(leaf: object) -> bool:
    return isinstance(leaf, torch.Tensor)


def _storage(tensor: torch.Tensor) -> torch.UntypedStorage:
    return tensor.untyped_storage()


class Meter:
    """Counts what is done inside the block; `counted` afterwards."""

    def __init__(self) -> None:
        self._flops, self._allocations = FlopCounterMode(display=False), Allocations()
        self._entered = ExitStack()

    def __enter__(self) -> Self:
        for mode in (torch.no_grad(), self._flops, self._allocations, FusedAttention()):
            self._entered.enter_context(mode)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.__exit__(kind, error, trace)

    @property
    def counted(self) -> Counted:
        """What was counted so far."""
        watched = self._allocations
        return Counted(self._flops.get_total_flops(), watched.largest, watched.peak)
