"""What training minimises: noised latents, the velocity to predict, and three ways to compare."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pipeline.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.diffusion.sampling import Scheduler


@dataclass(frozen=True)
class Noising:
    """The noise schedule of a model that predicts velocities.

    Attributes:
        signal: float32 (T,), the share of the clean latents at each timestep, sqrt(abar).
        noise: float32 (T,), the share of the noise, sqrt(1 - abar).
    """

    signal: Tensor
    noise: Tensor

    @classmethod
    def of(cls, scheduler: Scheduler) -> Self:
        """The schedule of a pack's scheduler, computed in float64.

        Raises:
            InputError: its model predicts something else than velocities.
        """
        predicts = scheduler.config["prediction_type"]
        if predicts != "v_prediction":
            raise InputError(
                f"this pack predicts {str(predicts)!r}, and only packs that predict velocities"
                " ('v_prediction') can learn",
                hint="Learn with another pack; CogVideoX packs all predict velocities.",
            )
        abar = scheduler.alphas_cumprod.double()
        return cls(abar.sqrt().float(), (1 - abar).sqrt().float())

    def __len__(self) -> int:
        return len(self.signal)

    def noised(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Latents (B, ...) as noisy as timesteps (B,) say, float32."""
        signal, share = self._shares(latents, timesteps)
        return signal * latents + share * noise

    def velocity(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What the model is to predict there: sqrt(abar) noise - sqrt(1 - abar) latents."""
        signal, share = self._shares(latents, timesteps)
        return signal * noise - share * latents

    def _shares(self, latents: Tensor, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        shape = (-1, *(1,) * (latents.ndim - 1))
        places = timesteps.cpu()
        signal, share = self.signal[places].view(shape), self.noise[places].view(shape)
        return signal.to(latents.device), share.to(latents.device)


def plain_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """L_org: the mean square error of velocities (B, f, C, h, w), as a float32 scalar."""
    return (prediction.float() - target.float()).square().mean()


def debiased_loss(prediction: Tensor, target: Tensor, anchor: int, *, beta: float = 1.0) -> Tensor:
    """L_ad: the error of sqrt(beta^2 + 1) z_i - beta z_anchor, z_i being latent frame i.

    What all frames share weighs little in it, what changes between them much (MotionDirector,
    equation 6; DreamRunner takes it over with beta 1).

    Args:
        prediction: velocities (B, f, C, h, w).
        target: likewise.
        anchor: number of the latent frame that the others are compared with.
        beta: how much of it goes.
    """
    error = prediction.float() - target.float()
    debiased = math.sqrt(beta * beta + 1) * error - beta * error[:, anchor : anchor + 1]
    return debiased.square().mean()


def frame_loss(prediction: Tensor, target: Tensor, frame: int) -> Tensor:
    """L_spatial: the mean square error of one latent frame of velocities (B, f, C, h, w)."""
    return plain_loss(prediction[:, frame], target[:, frame])
