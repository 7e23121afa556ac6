"""An adapter and its optimiser: gradients in, a step taken, and all of it kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from pipeline.priors.state import below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from pipeline.prior import TrainSettings
    from pipeline.priors.adapter import TrainedAdapter

_WEIGHT, _SCALER = "weight/", "scaler/"
_LEAST_SCALE = 1.0
"""Of gradients: those that overflow even so are not the scale's fault."""
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def rate_factor(settings: TrainSettings, step: int) -> float:
    """The learning rate of a step, counted from 1, as a share of the settings'."""
    warm_up = min(1.0, step / settings.warmup_steps) if settings.warmup_steps else 1.0
    if settings.schedule == "constant":
        return warm_up
    return warm_up * 0.5 * (1 + math.cos(math.pi * (step - 1) / settings.steps))


class Fitting:
    """An adapter with AdamW.

    Args:
        adapter: what is trained.
        settings: learning rate, weight decay and clipping.
        scaled: whether gradients are scaled, as they would vanish in float16.
    """

    def __init__(self, adapter: TrainedAdapter, settings: TrainSettings, *, scaled: bool) -> None:
        self.adapter = adapter
        self._rate, self._max_norm = settings.learning_rate, settings.max_grad_norm
        self._parameters = adapter.parameters()
        device = self._parameters[0].device.type
        self._optimizer = torch.optim.AdamW(
            self._parameters, lr=self._rate, weight_decay=settings.weight_decay, fused=True
        )
        self._scaler = torch.amp.GradScaler(device, enabled=scaled)

    def freeze(self, frozen: bool) -> None:
        """Keep the weights as they are in the passes to come, or train them again."""
        for parameter in self._parameters:
            parameter.requires_grad_(not frozen)

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of a loss, or of a part of it."""
        self._scaler.scale(loss).backward()

    def norm(self) -> Tensor:
        """The norm of the gradients, once a step, when all are there; it stays on the device."""
        self._scaler.unscale_(self._optimizer)
        return get_total_norm([p.grad for p in self._parameters if p.grad is not None])

    def accepts(self, norm: float) -> bool:
        """Whether a step may be taken: scaled gradients overflow now and then, and are skipped."""
        return math.isfinite(norm) or self._scaler.get_scale() > _LEAST_SCALE

    def drop(self) -> None:
        """Drop the gradients."""
        self._optimizer.zero_grad(set_to_none=True)

    def step(self, norm: Tensor, factor: float) -> None:
        """Take a step and drop the gradients; scaled ones that are not finite are only dropped.

        Args:
            norm: of the gradients, from `norm`.
            factor: of the settings' learning rate.
        """
        if self._max_norm:
            clip_grads_with_norm_(self._parameters, self._max_norm, norm)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * factor
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self.drop()

    def state(self) -> dict[str, Tensor]:
        """A copy of what the steps to come depend on: weights, moments, the scale."""
        told = {_WEIGHT + name: tensor for name, tensor in self.adapter.state().items()}
        for name, weight in self.adapter.weights.items():
            moments = self._optimizer.state.get(weight, {})
            told |= {f"{part}/{name}": tensor.cpu().clone() for part, tensor in moments.items()}
        for name, value in self._scaler.state_dict().items():
            told[_SCALER + name] = torch.tensor(value, dtype=torch.float64)
        return told

    def load(self, told: Mapping[str, Tensor]) -> None:
        """Take over what `state` gave, and go on as if there had been no break.

        Raises:
            KeyError, ValueError: it is the state of another fitting.
        """
        self.adapter.load(below(told, _WEIGHT))
        moments = {
            number: {part: told[f"{part}/{name}"] for part in _MOMENTS}
            for number, name in enumerate(self.adapter.weights)
            if f"step/{name}" in told
        }
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": moments, "param_groups": groups})
        if scaler := self._scaler.state_dict():
            kept = {name: type(was)(told[_SCALER + name]) for name, was in scaler.items()}
            self._scaler.load_state_dict(kept)
