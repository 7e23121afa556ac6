"""Attention by matrix products: the numbers of the exact formula, and when it is taken."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.diffusion.products import attend_by_products, prefers_products


def drawn(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Normal numbers that gradients flow to."""
    drawing = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawing.to(dtype).requires_grad_()


def exact(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Softmax of all scaled products, one query and head at a time."""
    out = torch.empty_like(query)
    for batch, token, head in torch.cartesian_prod(*map(torch.arange, query.shape[:3])).tolist():
        scores = key[batch, :, head] @ query[batch, token, head] / query.shape[-1] ** 0.5
        out[batch, token, head] = scores.softmax(0) @ value[batch, :, head]
    return out


def test_it_is_attention_and_so_are_its_gradients() -> None:
    taken = [drawn(2, 5, 3, 4, seed=1), drawn(2, 7, 3, 4, seed=2), drawn(2, 7, 3, 4, seed=3)]
    weights = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(4)).double()
    gradients = [
        torch.autograd.grad((attend(*taken) * weights).sum(), taken)
        for attend in (exact, attend_by_products)
    ]
    torch.testing.assert_close(attend_by_products(*taken), exact(*taken))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_in_half_precision_it_stays_near() -> None:
    taken = [drawn(1, 40, 3, 16, seed=seed, dtype=torch.bfloat16) for seed in (5, 6, 7)]
    wanted = exact(*(one.double() for one in taken))
    torch.testing.assert_close(attend_by_products(*taken).double(), wanted, atol=0.02, rtol=0.02)


@pytest.mark.parametrize(
    ("dtype", "tokens", "trained", "preferred"),
    [
        (torch.bfloat16, 64, True, True),
        (torch.bfloat16, 64, False, False),
        (torch.float32, 64, True, False),
        (torch.bfloat16, 2500, True, False),
    ],
)
def test_small_models_that_are_trained_in_half_precision_take_it(
    dtype: torch.dtype, tokens: int, trained: bool, preferred: bool
) -> None:
    query = torch.zeros(1, tokens, 1, 2, dtype=dtype, requires_grad=trained)
    assert prefers_products(query, query) is preferred
    with torch.no_grad():
        assert not prefers_products(query, query)
