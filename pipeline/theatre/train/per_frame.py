"""An autoencoder that works on every frame by itself: the last tap of its causal convolutions.

Where poses stay as long as a latent does, the neighbouring frames tell the decoder nothing. Its
convolutions over three frames are then trained as convolutions over one, in a third of the time;
the other taps stay zero, so that the stock class gives the same frames.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING

import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import CogVideoXCausalConv3d
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor, nn


@torch.no_grad()
def forget_neighbours(part: nn.Module) -> None:
    """Let every causal convolution of `part` see one frame only, in training and after export."""
    for module in part.modules():
        if isinstance(module, CogVideoXCausalConv3d):
            module.conv.weight[:, :, :-1] = 0
            module.forward = MethodType(_convolve, module)


def _convolve(
    self: CogVideoXCausalConv3d, inputs: Tensor, conv_cache: Tensor | None = None
) -> tuple[Tensor, None]:
    batch, _, frames = inputs.shape[:3]
    flat = inputs.transpose(1, 2).flatten(0, 1)
    kernel = self.conv.weight[:, :, -1]
    padding = (self.height_pad, self.width_pad)
    flat = functional.conv2d(flat, kernel, self.conv.bias, self.conv.stride[1:], padding)
    return flat.unflatten(0, (batch, frames)).transpose(1, 2), None
