"""What a LoRA adapter may be: the layers it may change and how its deltas are scaled. No torch."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

TARGETS = ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "ff.net.0.proj", "ff.net.2")
"""The linear layers of a block that adapters may change: each sees all tokens, so masks apply."""
METADATA_KEY = "lora_adapter_metadata"
"""Entry of a file's header that holds peft's LoraConfig, as diffusers' `save_lora_adapter` has it.
"""
PREFIX = "transformer."
"""What diffusers' pipelines write before each name."""
LAYER = re.compile(
    rf"transformer_blocks\.(0|[1-9]\d{{0,3}})\.({'|'.join(map(re.escape, TARGETS))})"
)
START_BYTES = 9
"""Of a file, which tell a pickle: a safetensors file has its header's length first, then '{'."""
_PICKLES = (b"PK", b"\x80")
"""How torch.save's files begin, today's and the older ones."""


def is_pickle(start: bytes) -> bool:
    """Whether a file with these first `START_BYTES` is one of torch.save's, and not safetensors.

    The length of a safetensors header may begin with the same bytes.
    """
    return start.startswith(_PICKLES) and start[8:START_BYTES] != b"{"


class Acting(BaseModel):
    """When an adapter acts and how, as its file's header says; always, where it says nothing."""

    model_config = ConfigDict(frozen=True)

    min_timestep: int = Field(default=0, ge=0, lt=1000)
    """The least timestep of 1000 that it acts at."""
    guided: bool = False
    """Whether it acts with the text alone, and not in the half that guidance leads away from."""
    still: float = Field(default=1.0, ge=0, le=10, allow_inf_nan=False)
    """Guided: how much it counts what it changes alike in all frames, which is how things look."""
    moving: float = Field(default=1.0, ge=0, le=10, allow_inf_nan=False)
    """Guided: how much it counts what it changes between the frames, which is how they move."""

    def acts(self, timestep: int) -> bool:
        """Whether it acts at a timestep."""
        return timestep >= self.min_timestep

    def entries(self) -> dict[str, str]:
        """The entries of a header that say so; none where it always acts."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        return {name: str(value).lower() for name, value in said.items()}


class AdapterConfig(BaseModel):
    """What matters here of peft's LoraConfig, the rest of which concerns training alone."""

    r: int = Field(ge=1)
    lora_alpha: float = Field(ge=0, allow_inf_nan=False)
    use_rslora: bool = False
    use_dora: bool = False
    lora_bias: bool = False
    bias: str = "none"
    rank_pattern: dict[str, int] = {}
    alpha_pattern: dict[str, float] = {}

    def unfit(self) -> str:
        """What a mask on the rank-r activation could not do justice to; empty = nothing."""
        if self.use_dora:
            return "it is a DoRA adapter"
        if self.lora_bias or self.bias != "none":
            return "it has biases of its own"
        if self.rank_pattern or self.alpha_pattern:
            return "its layers have ranks or alphas of their own"
        return ""
