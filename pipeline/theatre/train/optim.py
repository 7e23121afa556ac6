"""One optimiser for low-precision weights: float32 masters, Muon for matrices, AdamW for the rest.

The model computes in bfloat16, about twice as fast as float32 where the processor knows it.
Updates are made on float32 copies, because bfloat16 loses small ones; a moving average of the
copies is what is shown and shipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from torch import Tensor, nn


_STATE = ("step", "exp_avg", "exp_avg_sq", "momentum_buffer")


def never(name: str) -> bool:
    """No parameter is a Muon matrix."""
    return False


def _copy_all(targets: list[Tensor], sources: list[Tensor]) -> None:
    torch._foreach_copy_(targets, sources)  # pyright: ignore[reportPrivateImportUsage]


def _mix_all(targets: list[Tensor], sources: list[Tensor], share: float) -> None:
    torch._foreach_lerp_(targets, sources, share)  # pyright: ignore[reportPrivateImportUsage]


class MixedOptimizer:
    """Muon and AdamW on float32 copies of the parameters of several modules.

    Args:
        modules: what is trained, by name; `weight` of module `text` is called `text.weight`.
        adamw_rate: learning rate of AdamW.
        muon_rate: learning rate of Muon.
        is_matrix: says by name which two-dimensional parameters Muon updates.
        rate_factors: for some modules, a factor on both rates.
        ema_limit: the moving average's decay at most; in the first steps it is (1 + n) / (10 + n).
        dtype: what the modules compute in.
        device: where they are put.
        renewable: modules that begin anew where a checkpoint has them in another size.
    """

    def __init__(
        self,
        modules: Mapping[str, nn.Module],
        *,
        adamw_rate: float,
        muon_rate: float = 0.0,
        is_matrix: Callable[[str], bool] = never,
        rate_factors: Mapping[str, float] | None = None,
        ema_limit: float = 0.998,
        weight_decay: float = 0.01,
        dtype: torch.dtype = torch.bfloat16,
        device: str = "cpu",
        renewable: Collection[str] = (),
    ) -> None:
        self.renewable = renewable
        for module in modules.values():
            module.to(device)
        named = [
            (f"{name}.{key}", parameter)
            for name, module in modules.items()
            for key, parameter in module.named_parameters()
        ]
        self.names = [name for name, _ in named]
        self.weights: list[Tensor] = [parameter for _, parameter in named]
        self.masters = [parameter.detach().float().clone() for parameter in self.weights]
        self.averages = [master.clone() for master in self.masters]
        self.ema_limit = ema_limit
        self.num_updates = 0
        for module in modules.values():
            module.to(dtype)
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                self._groups(
                    lambda name: not is_matrix(name), adamw_rate, weight_decay, rate_factors
                ),
                betas=(0.9, 0.98),
                fused=True,
            )
        ]
        matrices = self._groups(is_matrix, muon_rate, weight_decay, rate_factors)
        if matrices:
            self.optimizers.append(
                torch.optim.Muon(matrices, adjust_lr_fn="match_rms_adamw", ns_steps=4)
            )

    def _groups(
        self,
        belongs: Callable[[str], bool],
        rate: float,
        weight_decay: float,
        factors: Mapping[str, float] | None,
    ) -> list[dict[str, Any]]:
        """Parameter groups by module and by whether they have weight decay."""
        groups: dict[tuple[float, float], list[Tensor]] = {}
        for name, master in zip(self.names, self.masters, strict=True):
            if belongs(name):
                module_rate = rate * (factors or {}).get(name.split(".")[0], 1.0)
                decay = weight_decay if master.ndim > 1 else 0.0
                groups.setdefault((module_rate, decay), []).append(master)
        return [
            {"params": masters, "lr": lr, "initial_lr": lr, "weight_decay": decay}
            for (lr, decay), masters in groups.items()
        ]

    @torch.no_grad()
    def step(self, rate_factor: float) -> Tensor:
        """Update once with all learning rates times `rate_factor`; return the gradient's norm."""
        for weight, master in zip(self.weights, self.masters, strict=True):
            master.grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        norm = torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * rate_factor
            optimizer.step()
        self.num_updates += 1
        decay = min(self.ema_limit, (1 + self.num_updates) / (10 + self.num_updates))
        _mix_all(self.averages, self.masters, 1 - decay)
        _copy_all(self.weights, self.masters)
        return norm

    def tensors(self) -> dict[str, Tensor]:
        """Everything to save: `master.`, `average.` and the optimisers' state."""
        saved = {f"master.{n}": m for n, m in zip(self.names, self.masters, strict=True)}
        saved |= {f"average.{n}": a for n, a in zip(self.names, self.averages, strict=True)}
        names = {id(m): n for n, m in zip(self.names, self.masters, strict=True)}
        for optimizer in self.optimizers:
            for master, state in optimizer.state.items():
                saved |= {f"state.{k}.{names[id(master)]}": v for k, v in state.items()}
        return saved

    @torch.no_grad()
    def load(self, tensors: dict[str, Tensor], num_updates: int) -> None:
        """Continue from what `tensors` gave; parameters it does not name keep their values.

        Raises:
            PipelineError: a parameter has another size there.
        """
        self.num_updates = num_updates
        known = self._fitting(tensors, "master.")
        for name, master, average in zip(self.names, self.masters, self.averages, strict=True):
            if name in known:
                master.copy_(tensors[f"master.{name}"])
                average.copy_(tensors[f"average.{name}"])
        by_id = {id(m): n for n, m in zip(self.names, self.masters, strict=True)}
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                for master in group["params"]:
                    if (name := by_id[id(master)]) in known:
                        self._load_state(optimizer, master, name, tensors)
        _copy_all(self.weights, self.masters)

    @staticmethod
    def _load_state(
        optimizer: torch.optim.Optimizer, master: Tensor, name: str, tensors: dict[str, Tensor]
    ) -> None:
        for key in _STATE:
            if f"state.{key}.{name}" in tensors:
                optimizer.state[master][key] = tensors[f"state.{key}.{name}"].to(master.device)

    @torch.no_grad()
    def start_from(self, weights: dict[str, Tensor], num_updates: int = 0) -> None:
        """Set masters and averages to `weights` (by full name), with fresh optimiser state.

        Raises:
            PipelineError: a parameter has another size there.
        """
        self.num_updates = num_updates
        known = self._fitting(weights, "")
        for name, master, average in zip(self.names, self.masters, self.averages, strict=True):
            if name in known:
                master.copy_(weights[name])
                average.copy_(weights[name])
        for optimizer in self.optimizers:
            optimizer.state.clear()
        _copy_all(self.weights, self.masters)

    def _fitting(self, tensors: dict[str, Tensor], prefix: str) -> set[str]:
        """The parameters that `tensors` has in the same size."""
        known = set()
        for name, master in zip(self.names, self.masters, strict=True):
            given = tensors.get(prefix + name)
            if given is not None and given.shape == master.shape:
                known.add(name)
            elif given is not None and name.split(".")[0] not in self.renewable:
                raise PipelineError(
                    f"the checkpoint's {name} has size {tuple(given.shape)}, "
                    f"not {tuple(master.shape)}",
                    hint="The plan's sizes were changed since; begin a new folder.",
                )
        return known
