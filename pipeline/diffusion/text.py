"""Texts as the transformer reads them, encoded once and kept on disk."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from pipeline.errors import WorkspaceError
from pipeline.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor
    from transformers import PreTrainedTokenizerBase, T5EncoderModel

    from pipeline.diffusion.model import VideoModel

logger = logging.getLogger(__name__)
_EMBEDS = "prompt_embeds"


class TextCache:
    """Embeddings of texts in a folder, one file each; a damaged file counts as missing.

    Args:
        folder: made at the first writing; each revision has its own below it.
        revision: names the text encoder's weights and its number type, fit for a folder's name.
    """

    def __init__(self, folder: Path, revision: str) -> None:
        self.folder = folder / revision

    def read(self, text: str, length: int) -> Tensor | None:
        """The embedding (length, D) of a text, or None."""
        with suppress(OSError, SafetensorError, KeyError):
            embeds = load(self._path(text, length).read_bytes())[_EMBEDS]
            return embeds if embeds.ndim == 2 and len(embeds) == length else None
        return None

    def write(self, text: str, embeds: Tensor) -> None:
        """Keep the embedding (length, D) of a text; a disk that refuses is only logged."""
        content = save({_EMBEDS: embeds.contiguous().cpu()})
        try:
            write_bytes(self._path(text, len(embeds)), content)
        except WorkspaceError as error:
            logger.warning("an encoded text is not kept: %s", error)

    def _path(self, text: str, length: int) -> Path:
        name = hashlib.sha256(f"{length}\0{text}".encode()).hexdigest()
        return self.folder / f"{name}.safetensors"


def scene_embeds(
    texts: Sequence[str],
    *,
    model: VideoModel,
    max_sequence_length: int,
    cache: TextCache | None = None,
) -> Tensor:
    """One embedding per text, (n, max_sequence_length, D), from the cache or the text encoder.

    The encoder is not touched, and so need not be loaded, where the cache has them all.
    """
    kept: dict[str, Tensor] = {}
    unique = list(dict.fromkeys(texts))
    for text in unique:
        if cache and (embeds := cache.read(text, max_sequence_length)) is not None:
            kept[text] = embeds
    missing = [text for text in unique if text not in kept]
    if missing:
        with model.using("text_encoder") as encoder:
            fresh = encode_texts(
                missing,
                tokenizer=model.tokenizer,
                text_encoder=encoder,
                max_sequence_length=max_sequence_length,
            )
        kept |= dict(zip(missing, fresh, strict=True))
        if cache:
            for text in missing:
                cache.write(text, kept[text])
    return torch.stack([kept[text].to(model.device) for text in texts])


@torch.no_grad()
def encode_texts(
    texts: Sequence[str],
    *,
    tokenizer: PreTrainedTokenizerBase,
    text_encoder: T5EncoderModel,
    max_sequence_length: int,
) -> Tensor:
    """One embedding per text: (n, max_sequence_length, D) in the encoder's dtype, on its device.

    Texts are padded or cut to `max_sequence_length` tokens and encoded without an attention mask,
    as CogVideoXPipeline does. Equal texts are encoded once, each text on its own, so that its
    numbers never depend on what else is encoded. Cuts are logged.
    """
    unique = list(dict.fromkeys(texts))
    tokens = tokenizer(
        unique,
        padding="max_length",
        max_length=max_sequence_length,
        truncation=True,
        add_special_tokens=True,
        return_tensors="pt",
    ).input_ids
    _warn_of_cuts(unique, tokenizer, max_sequence_length)
    embeds = torch.cat([text_encoder(ids)[0] for ids in tokens.to(text_encoder.device).split(1)])
    return embeds[[unique.index(text) for text in texts]]


def _warn_of_cuts(
    texts: list[str], tokenizer: PreTrainedTokenizerBase, max_sequence_length: int
) -> None:
    for text, ids in zip(texts, tokenizer(texts).input_ids, strict=True):
        if len(ids) > max_sequence_length:
            logger.warning(
                "text of %d tokens is cut to %d: %r", len(ids), max_sequence_length, text
            )
