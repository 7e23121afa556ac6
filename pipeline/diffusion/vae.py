"""The CogVideoX autoencoder, made faster without changing what it computes."""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import (
    CogVideoXSafeConv3d,
    CogVideoXSpatialNorm3D,
)

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from torch import Tensor

# Above this many input values the stock layer cuts its input to save memory; so it stays in charge.
MAX_DIRECT_VALUES = 2**30


def speed_up(vae: AutoencoderKLCogVideoX) -> None:
    """Replace slow steps of this one instance by equal faster ones (differences below 1e-4).

    The decoder's norms apply 1x1x1 convolutions to latents repeated to full size; here they are
    applied to the latents, and their results are repeated. On a CPU, float32 convolutions of one
    clip are sent to oneDNN, which PyTorch otherwise leaves for a slow path.
    """
    for module in vae.modules():
        if isinstance(module, CogVideoXSpatialNorm3D):
            module.forward = MethodType(_normalise, module)
        elif isinstance(module, CogVideoXSafeConv3d) and torch.backends.mkldnn.is_available():
            module.forward = MethodType(_convolve, module)


def _normalise(
    self: CogVideoXSpatialNorm3D,
    f: Tensor,
    zq: Tensor,
    conv_cache: dict[str, Tensor] | None = None,
) -> tuple[Tensor, dict[str, Any]]:
    normed = self.norm_layer(f).contiguous()
    scale, shift = self.conv_y.conv(zq), self.conv_b.conv(zq)
    frames = f.shape[2]
    if frames > 1 and frames % 2 == 1:
        # An odd chunk begins with a frame that has a latent of its own.
        first = _modulate(normed[:, :, :1].contiguous(), scale[:, :, :1], shift[:, :, :1])
        rest = _modulate(normed[:, :, 1:].contiguous(), scale[:, :, 1:], shift[:, :, 1:])
        return torch.cat([first, rest], dim=2), {"conv_y": None, "conv_b": None}
    return _modulate(normed, scale, shift), {"conv_y": None, "conv_b": None}


def _modulate(normed: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """`normed * scale + shift` with scale and shift repeated (nearest) to the size of `normed`."""
    batch, channels, frames, height, width = normed.shape
    t, h, w = scale.shape[2:]
    # Columns are repeated in memory, so that the innermost loop stays contiguous.
    scale, shift = (
        x.repeat_interleave(width // w, -1)[:, :, :, None, :, None] for x in (scale, shift)
    )
    blocks = normed.view(batch, channels, t, frames // t, h, height // h, width)
    return torch.addcmul(shift, blocks, scale).view(normed.shape)


def _convolve(self: CogVideoXSafeConv3d, input: Tensor) -> Tensor:
    direct = input.device.type == "cpu" and input.dtype == torch.float32
    if not direct or input.numel() > MAX_DIRECT_VALUES:
        return CogVideoXSafeConv3d.forward(self, input)
    return torch.ops.aten.mkldnn_convolution(
        input, self.weight, self.bias, self.padding, self.stride, self.dilation, self.groups
    )
