"""Attention in parts, put together by their log-sum-exps: each visual token is computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.attention import SDPBackend

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.diffusion.regions import RegionLayout


def merge_texts(query: Tensor, key: Tensor, value: Tensor, regions: RegionLayout) -> Tensor:
    """What the visual tokens attend to: their segments' texts and one another, (B, V, H, D).

    All visual tokens see one another in a single call; each text is then added for the tokens of
    its segment. With `o` and `l` the output and log-sum-exp so far, `n` and `m` those of a text,
    the joint output is `o + sigmoid(m - l) * (n - o)` and the joint log-sum-exp `logaddexp(l, m)`.
    Half-precision parts are accumulated in float32. Has no gradient.

    Args:
        query: of the joint sequence, (B, S, H, D).
        key: likewise.
        value: likewise.
        regions: which texts a visual token sees.
    """
    length, start = regions.text_length, regions.joint_text_length
    part, total_lse = attend_with_lse(query[:, start:], key[:, start:], value[:, start:])
    total = part.to(total_lse.dtype)
    for i, idx in enumerate(regions.text_idx):
        if not len(idx):
            continue
        text = slice(i * length, (i + 1) * length)
        tokens = query.index_select(1, idx + start)
        new, new_lse = attend_with_lse(tokens, key[:, text], value[:, text])
        old, old_lse = total.index_select(1, idx), total_lse.index_select(1, idx)
        merged = torch.lerp(old, new.to(old.dtype), torch.sigmoid(new_lse - old_lse))
        total.index_copy_(1, idx, merged)
        total_lse.index_copy_(1, idx, torch.logaddexp(old_lse, new_lse))
    return total.to(query.dtype)


@torch.no_grad()
def attend_with_lse(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Plain attention by the kernel torch itself would take, and the log-sum-exp of its scores.

    Returns:
        Output (B, S, H, D) in the query's dtype; log-sum-exp (B, S, H, 1) in float32, or float64
        for float64 inputs.

    Raises:
        RuntimeError: torch has no kernel here that tells its log-sum-exp.
    """
    inputs = query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
    kernel = SDPBackend(torch.ops.aten._fused_sdp_choice(*inputs))
    out, lse = run_kernel(kernel, *inputs)
    return out.transpose(1, 2), lse.transpose(1, 2).unsqueeze(-1)


def run_kernel(
    kernel: SDPBackend, query: Tensor, key: Tensor, value: Tensor
) -> tuple[Tensor, Tensor]:
    """Output (B, H, S, D) and log-sum-exp (B, H, S) of one of torch's attention kernels.

    Raises:
        RuntimeError: the kernel does not tell its log-sum-exp.
    """
    inputs, aten = (query, key, value), torch.ops.aten
    if kernel == SDPBackend.FLASH_ATTENTION and query.device.type == "cpu":
        out, lse = aten._scaled_dot_product_flash_attention_for_cpu(*inputs)
    elif kernel == SDPBackend.FLASH_ATTENTION:
        out, lse, *_ = aten._scaled_dot_product_flash_attention(*inputs)
    elif kernel == SDPBackend.CUDNN_ATTENTION:
        # the bare operation gives wrong numbers for tensors that are not contiguous
        out, lse, *_ = aten._scaled_dot_product_cudnn_attention(
            *(x.contiguous() for x in inputs), attn_bias=None, compute_log_sumexp=True
        )
    elif kernel == SDPBackend.EFFICIENT_ATTENTION:
        out, lse, *_ = aten._scaled_dot_product_efficient_attention(
            *inputs, attn_bias=None, compute_log_sumexp=True
        )
    else:
        raise RuntimeError(f"{kernel.name} attention does not tell its log-sum-exp")
    # cuDNN gives (B, H, S, 1), the efficient kernel more than S rows
    return out, lse.reshape(*out.shape[:2], -1)[:, :, : out.shape[2]]
