from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.attention import SDPBackend, sdpa_kernel

from pipeline.diffusion.lse import attend_with_lse, run_kernel

Draw = Callable[..., Tensor]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 2e-2}


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_output_and_log_sum_exp_by_hand(dtype: torch.dtype, draw: Draw) -> None:
    query, key, value = (draw(2, n, 3, 16, dtype=torch.float64).to(dtype) for n in (7, 5, 5))
    out, lse = attend_with_lse(query, key, value)
    scores = torch.einsum("bqhd,bkhd->bqhk", query.double(), key.double()) / 4
    expected = torch.einsum("bqhk,bkhd->bqhd", scores.softmax(-1), value.double())
    assert (out.dtype, lse.dtype) == (dtype, torch.promote_types(dtype, torch.float32))
    assert lse.shape == (2, 7, 3, 1)
    assert (out.double() - expected).abs().max() <= TOLERANCE[dtype]
    assert (lse[..., 0].double() - scores.logsumexp(-1)).abs().max() <= TOLERANCE[torch.float32]


def test_a_kernel_that_keeps_its_log_sum_exp_is_refused(draw: Draw) -> None:
    query = draw(1, 4, 2, 16)
    with sdpa_kernel(SDPBackend.MATH), pytest.raises(RuntimeError, match="MATH attention"):
        attend_with_lse(query, query, query)


@pytest.mark.parametrize(
    "kernel",
    [
        SDPBackend.FLASH_ATTENTION,
        SDPBackend.CUDNN_ATTENTION,
        SDPBackend.EFFICIENT_ATTENTION,
    ],
)
def test_the_kernels_of_a_gpu_are_called_as_they_declare(kernel: SDPBackend) -> None:
    """Shapes only: nothing is computed."""
    with FakeTensorMode():
        query, key = (
            torch.empty(2, 3, n, 64, dtype=torch.bfloat16, device="cuda") for n in (37, 5)
        )
        out, lse = run_kernel(kernel, query, key, key)
    assert (out.shape, out.dtype) == ((2, 3, 37, 64), torch.bfloat16)
    assert (lse.shape, lse.dtype) == ((2, 3, 37), torch.float32)


@pytest.mark.gpu
@pytest.mark.parametrize(
    "kernel",
    [
        SDPBackend.FLASH_ATTENTION,
        SDPBackend.CUDNN_ATTENTION,
        SDPBackend.EFFICIENT_ATTENTION,
    ],
)
def test_the_kernels_of_a_gpu_by_hand(kernel: SDPBackend, draw: Draw) -> None:
    parts = (draw(2, 3, n, 64).to("cuda", torch.bfloat16) for n in (300, 226, 226))
    query, key, value = parts
    out, lse = run_kernel(kernel, query, key, value)
    scores = query.double() @ key.double().transpose(-1, -2) / 8
    assert (out.double() - scores.softmax(-1) @ value.double()).abs().max() <= 2e-2
    assert (lse.double() - scores.logsumexp(-1)).abs().max() <= 1e-3
