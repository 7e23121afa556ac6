"""Train the theatre's CLIP: `python -m pipeline.theatre.sight.clip --help`."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch.nn import functional

from pipeline.theatre.library.phrases import training_words
from pipeline.theatre.sight.contrast import as_half, run_training
from pipeline.theatre.sight.pairs import FRAME_PX, NUM_FRAMES
from pipeline.theatre.sight.words import MAX_TOKENS, build_tokenizer

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedTokenizerFast

DIM = 64
WEIGHTS = "open_clip_model.safetensors"


class ClipTowers:
    """A small open_clip model that looks at single frames; a clip is the mean of its frames."""

    dim = DIM

    def __init__(self, start: Path | None = None) -> None:
        """Make the towers, with the weights of a folder that `save` wrote where one is given."""
        import open_clip

        self.tokenizer: PreTrainedTokenizerFast = build_tokenizer(training_words())
        self.config = model_config(len(self.tokenizer))
        self.module: Any = open_clip.CLIP(**self.config)
        if start is not None:
            from safetensors.torch import load_file

            self.module.load_state_dict(load_file(start / WEIGHTS))

    def look_at(self, rng: random.Random) -> list[int]:
        """Choose two frames of eight, half a clip apart: more would teach little more."""
        first = rng.randrange(NUM_FRAMES // 2)
        return [first, first + NUM_FRAMES // 2]

    def encode_clips(self, frames: Tensor) -> Tensor:
        """Encode frames float32 (B, F, 3, 64, 64) in [-1, 1] as unit vectors (B, D)."""
        seen = self.module.encode_image(frames.flatten(0, 1), normalize=True)
        return functional.normalize(seen.unflatten(0, frames.shape[:2]).mean(1), dim=-1)

    def encode_words(self, ids: Tensor) -> Tensor:
        """Encode token ids (B, L) as unit vectors (B, D)."""
        padded = functional.pad(ids, (0, MAX_TOKENS - ids.shape[1]))
        return self.module.encode_text(padded, normalize=True)

    def scale(self) -> nn.Parameter:
        """Give the logarithm of what similarities are multiplied by."""
        return self.module.logit_scale

    def save(self, folder: Path) -> None:
        """Write the folder as `local-dir:` of open_clip wants it, weights in half precision."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(folder)
        config = {
            "model_cfg": self.config,
            "preprocess_cfg": {
                "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
                "interpolation": "bicubic", "resize_mode": "squash",
            },
        }  # fmt: skip
        text = json.dumps(config, indent=1)
        (folder / "open_clip_config.json").write_text(text + "\n", encoding="utf-8")
        save_file(as_half(self.module), folder / WEIGHTS)


def model_config(vocab_size: int) -> dict[str, Any]:
    """Give the sizes of both towers; a text's features stand where the highest id, `<eos>`, is."""
    return {
        "embed_dim": DIM,
        "vision_cfg": {
            "image_size": FRAME_PX, "patch_size": 16, "width": 64, "layers": 4, "head_width": 16,
            "mlp_ratio": 3.0,
        },
        "text_cfg": {
            "context_length": MAX_TOKENS, "vocab_size": vocab_size, "width": 64, "heads": 4,
            "layers": 2, "mlp_ratio": 2.0, "pool_type": "argmax",
            "hf_tokenizer_name": "local",
        },
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Train for some minutes and write the folder."""
    return run_training(ClipTowers, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
