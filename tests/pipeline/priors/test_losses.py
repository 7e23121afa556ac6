from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler

from pipeline.errors import InputError
from pipeline.priors.losses import Noising, debiased_loss, frame_loss, plain_loss
from tests.pipeline.priors.training import tiny_scheduler

SHAPE = (2, 4, 3, 2, 5)


def drawn(seed: int) -> torch.Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("timesteps", [[0, 999], [1, 500], [250, 250]])
def test_noise_and_velocity_are_those_of_the_schedule(timesteps: list[int]) -> None:
    scheduler, clean, noise = tiny_scheduler(), drawn(1), drawn(2)
    abar = scheduler.alphas_cumprod.numpy().astype(np.float64)[timesteps].reshape(2, 1, 1, 1, 1)
    x, e = clean.numpy().astype(np.float64), noise.numpy().astype(np.float64)
    noising, places = Noising.of(scheduler), torch.tensor(timesteps)
    noised, velocity = (f(clean, noise, places) for f in (noising.noised, noising.velocity))
    assert noised.dtype == velocity.dtype == torch.float32
    np.testing.assert_allclose(noised, np.sqrt(abar) * x + np.sqrt(1 - abar) * e, atol=1e-6)
    np.testing.assert_allclose(velocity, np.sqrt(abar) * e - np.sqrt(1 - abar) * x, atol=1e-6)
    np.testing.assert_allclose(
        noised, scheduler.add_noise(clean, noise, torch.IntTensor(timesteps)), atol=1e-5
    )


def test_all_of_the_noise_is_there_at_the_last_step() -> None:
    noising, clean, noise = Noising.of(tiny_scheduler()), drawn(1), drawn(2)
    last = torch.full((2,), len(noising) - 1)
    assert torch.equal(noising.noised(clean, noise, last), noise)
    assert torch.equal(noising.velocity(clean, noise, last), -clean)


@pytest.mark.parametrize("predicts", ["epsilon", "sample"])
def test_models_that_predict_something_else_are_refused(
    predicts: Literal["epsilon", "sample"],
) -> None:
    scheduler = CogVideoXDDIMScheduler(prediction_type=predicts)
    with pytest.raises(InputError, match=f"predicts '{predicts}'"):
        Noising.of(scheduler)


@pytest.mark.parametrize("anchor", [0, 3])
@pytest.mark.parametrize("beta", [1.0, 0.5])
def test_losses_are_the_formulas(anchor: int, beta: float) -> None:
    prediction, target = drawn(3), drawn(4)
    p, v = prediction.numpy().astype(np.float64), target.numpy().astype(np.float64)

    def phi(z: np.ndarray) -> np.ndarray:
        return np.sqrt(beta**2 + 1) * z - beta * z[:, [anchor]]

    expected = np.mean((phi(p) - phi(v)) ** 2)
    assert debiased_loss(prediction, target, anchor, beta=beta).item() == pytest.approx(expected)
    assert plain_loss(prediction, target).item() == pytest.approx(np.mean((p - v) ** 2))
    frame = np.mean((p[:, anchor] - v[:, anchor]) ** 2)
    assert frame_loss(prediction, target, anchor).item() == pytest.approx(frame)


def test_what_all_frames_share_weighs_a_sixth_and_what_changes_thrice() -> None:
    target = torch.zeros(SHAPE)
    shared = drawn(5)[:, :1].expand(SHAPE)
    assert (debiased_loss(shared, target, 2) / plain_loss(shared, target)).item() == pytest.approx(
        (2**0.5 - 1) ** 2, rel=1e-5
    )
    many = torch.randn(2, 60, 8, 8, 8, generator=torch.Generator().manual_seed(6))
    ratio = debiased_loss(many, torch.zeros_like(many), 7) / plain_loss(
        many, torch.zeros_like(many)
    )
    assert ratio.item() == pytest.approx(3, rel=0.05)


def test_halves_are_compared_in_float32() -> None:
    prediction = torch.full(SHAPE, 300.0, dtype=torch.float16)
    assert plain_loss(prediction, torch.zeros(SHAPE)).item() == 90_000
