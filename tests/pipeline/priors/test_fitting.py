from __future__ import annotations

import math

import pytest
import torch

from pipeline.prior import TrainSettings
from pipeline.priors.adapter import add_adapter
from pipeline.priors.fitting import Fitting, rate_factor
from tests.pipeline.priors.training import tiny_model, tiny_settings

NAME = "transformer_blocks.0.attn1.to_q.lora_B.weight"


def fitting(*, scaled: bool = False, **fields: object) -> Fitting:
    settings = tiny_settings(**fields)
    adapter = add_adapter(tiny_model(), "motion", settings, torch.Generator().manual_seed(1))
    return Fitting(adapter, settings, scaled=scaled)


def loss(of: Fitting, times: float = 1.0) -> torch.Tensor:
    return torch.stack([(w * times).sum() for w in of.adapter.parameters()]).sum()


def norm_of(of: Fitting, lost: torch.Tensor) -> torch.Tensor:
    of.backward(lost)
    return of.norm()


@pytest.mark.parametrize(
    ("fields", "step", "expected"),
    [
        ({}, 1, 1.0),
        ({"warmup_steps": 4}, 1, 0.25),
        ({"warmup_steps": 4}, 4, 1.0),
        ({"warmup_steps": 4}, 9, 1.0),
        ({"schedule": "cosine"}, 1, 1.0),
        ({"schedule": "cosine"}, 6, 0.5),
        ({"schedule": "cosine", "warmup_steps": 12}, 6, 0.25),
    ],
)
def test_how_the_rate_goes(fields: dict[str, object], step: int, expected: float) -> None:
    settings = TrainSettings.model_validate({"steps": 10, **fields})
    assert rate_factor(settings, step) == pytest.approx(expected)


def test_a_step_goes_against_the_gradient_by_the_rate() -> None:
    fit = fitting(weight_decay=0.0, learning_rate=0.01)
    norm = norm_of(fit, loss(fit))
    assert norm.item() == pytest.approx(
        math.sqrt(sum(weight.numel() for weight in fit.adapter.parameters()))
    )
    fit.step(norm, 0.5)  # Adam's first step is as long as the rate, whatever the gradient
    after = fit.adapter.state()[NAME]
    torch.testing.assert_close(after, torch.full_like(after, -0.005))
    assert all(weight.grad is None for weight in fit.adapter.parameters())


def test_gradients_are_clipped_to_a_norm() -> None:
    fit = fitting(max_grad_norm=0.3)
    norm = norm_of(fit, loss(fit))
    fit.step(norm, 1.0)
    moments = [tensor for name, tensor in fit.state().items() if name.startswith("exp_avg/")]
    total = torch.cat([moment.flatten() for moment in moments]).norm()
    assert total.item() == pytest.approx(0.3 * 0.1, rel=1e-4)  # a tenth of the gradient enters


@pytest.mark.parametrize("scaled", [False, True])
def test_a_fitting_goes_on_from_its_state(scaled: bool) -> None:
    first, second = (fitting(scaled=scaled) for _ in range(2))
    for _ in range(3):
        first.step(norm_of(first, loss(first)), 1.0)
    second.load(first.state())
    for fit in (first, second):
        fit.step(norm_of(fit, loss(fit, 3.0)), 0.7)
    told, again = first.state(), second.state()
    assert told.keys() == again.keys()
    assert all(torch.equal(told[name], again[name]) for name in told)
    assert ("scaler/scale" in told) == scaled


def test_scaled_gradients_that_overflow_are_skipped_until_the_scale_is_spent() -> None:
    fit = fitting(scaled=True)
    before, steps = fit.adapter.state(), 0
    while True:
        norm = norm_of(fit, loss(fit, math.inf))
        if not fit.accepts(norm.item()):
            break
        fit.step(norm, 1.0)
        steps += 1
    assert steps == 16
    assert all(torch.equal(before[n], w) for n, w in fit.adapter.state().items())
    plain = fitting()
    assert not plain.accepts(norm_of(plain, loss(plain, math.inf)).item())
