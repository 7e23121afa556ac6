"""A tiny model, and what it is taught: real classes, random numbers."""

from __future__ import annotations

import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler

from pipeline.prior import TrainSettings
from pipeline.priors.trainer import Example
from tests.pipeline.diffusion.conftest import (
    LATENT_FRAMES,
    LATENT_HEIGHT,
    LATENT_WIDTH,
    TEXT_LENGTH,
    build_transformer,
)

Model = CogVideoXTransformer3DModel
SHAPE = (LATENT_FRAMES, 3, LATENT_HEIGHT, LATENT_WIDTH)


def tiny_model(*, rotary: bool = False, dtype: torch.dtype = torch.float32) -> Model:
    return build_transformer(rotary=rotary).to(dtype=dtype)  # pyright: ignore[reportCallIssue]


def tiny_scheduler() -> CogVideoXDDIMScheduler:
    return CogVideoXDDIMScheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True)


def tiny_settings(**fields: object) -> TrainSettings:
    given: dict[str, object] = {
        "steps": 6,
        "rank": 3,
        "alpha": 6.0,
        "batch_size": 2,
        "learning_rate": 1e-2,
        "seed": 5,
        "sample_every": 0,
    }
    return TrainSettings.model_validate(given | fields)


def examples(count: int = 5, shape: tuple[int, ...] = SHAPE) -> list[Example]:
    """Windows of clips, two of each."""
    generator = torch.Generator().manual_seed(17)

    def draw(*sizes: int) -> torch.Tensor:
        return torch.randn(sizes, generator=generator)

    return [
        Example(draw(*shape), draw(TEXT_LENGTH, 12), f"clip {number // 2}")
        for number in range(count)
    ]


def predict(model: Model) -> torch.Tensor:
    """What a model says about the same noise every time."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        return model(
            hidden_states=torch.randn(2, *SHAPE, generator=generator).to(model.dtype),
            encoder_hidden_states=torch.randn(2, TEXT_LENGTH, 12, generator=generator).to(
                model.dtype
            ),
            timestep=torch.tensor([300, 800]),
            return_dict=False,
        )[0]
