"""Train the theatre's video-text model: `python -m pipeline.theatre.sight.video_text --help`."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch.nn import functional

from pipeline.theatre.library.phrases import training_words
from pipeline.theatre.sight.clip import WEIGHTS as CLIP_WEIGHTS
from pipeline.theatre.sight.contrast import as_half, run_training
from pipeline.theatre.sight.inherit import from_clip
from pipeline.theatre.sight.pairs import FRAME_PX, NUM_FRAMES
from pipeline.theatre.sight.words import MAX_TOKENS, build_tokenizer

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PreTrainedTokenizerFast, XCLIPConfig

DIM = 64


class VideoTextTowers:
    """A small X-CLIP: frames pass messages to each other, then their order is looked at.

    X-CLIP (Ni et al., 2022) also has a prompt generator that bends each text to each video. It is
    left out, here and where the model is used: a search compares one text with stored vectors.
    """

    dim = DIM

    def __init__(self, start: Path | None = None) -> None:
        """Make the towers, from a folder of `pipeline.theatre.sight.clip` where one is given."""
        from transformers import XCLIPModel

        self.tokenizer: PreTrainedTokenizerFast = build_tokenizer(training_words())
        self.module: Any = XCLIPModel(model_config(len(self.tokenizer)))
        # Its own start, as large as the frames' features, takes long to unlearn.
        self.module.mit.position_embedding.data.mul_(0.1)
        if start is not None:
            self._begin_with(start)

    def _begin_with(self, folder: Path) -> None:
        from safetensors.torch import load_file

        known = from_clip(load_file(folder / CLIP_WEIGHTS))
        left = self.module.load_state_dict(known, strict=False)
        assert not left.unexpected_keys, left.unexpected_keys

    def look_at(self, rng: random.Random) -> list[int]:
        """Choose all eight frames, in their order."""
        return [*range(NUM_FRAMES)]

    def encode_clips(self, frames: Tensor) -> Tensor:
        """Encode frames float32 (B, 8, 3, 64, 64) in [-1, 1] as unit vectors (B, D)."""
        seen = self.module.get_video_features(pixel_values=frames).pooler_output
        return functional.normalize(seen, dim=-1)

    def encode_words(self, ids: Tensor) -> Tensor:
        """Encode token ids (B, L) as unit vectors (B, D)."""
        told = self.module.get_text_features(input_ids=ids).pooler_output
        return functional.normalize(told, dim=-1)

    def scale(self) -> nn.Parameter:
        """Give the logarithm of what similarities are multiplied by."""
        return self.module.logit_scale

    def save(self, folder: Path) -> None:
        """Write the folder as `from_pretrained` wants it, weights in half precision."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(folder)
        self.module.config.save_pretrained(folder)
        numbers = {
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
            "size": {"height": FRAME_PX, "width": FRAME_PX}, "do_center_crop": False,
        }  # fmt: skip
        text = json.dumps(numbers, indent=1)
        (folder / "preprocessor_config.json").write_text(text + "\n", encoding="utf-8")
        save_file(as_half(self.module), folder / "model.safetensors", metadata={"format": "pt"})


def model_config(vocab_size: int) -> XCLIPConfig:
    """Give the sizes of the towers."""
    from transformers import XCLIPConfig

    return XCLIPConfig(
        text_config={
            "vocab_size": vocab_size, "hidden_size": 64, "intermediate_size": 128,
            "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_act": "gelu",
            "max_position_embeddings": MAX_TOKENS,
        },
        vision_config={
            "image_size": FRAME_PX, "patch_size": 16, "num_frames": NUM_FRAMES,
            "hidden_size": 64, "intermediate_size": 192, "num_hidden_layers": 4,
            "num_attention_heads": 4, "mit_hidden_size": DIM, "mit_intermediate_size": 192,
            "mit_num_hidden_layers": 2, "mit_num_attention_heads": 4, "hidden_act": "gelu",
        },
        projection_dim=DIM,
        prompt_layers=0,
        prompt_num_attention_heads=4,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Train for some minutes and write the folder."""
    return run_training(VideoTextTowers, __doc__ or "", arguments)


if __name__ == "__main__":
    sys.exit(main())
