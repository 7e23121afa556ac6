"""Texts as the transformer reads them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from transformers import PreTrainedTokenizerBase, T5EncoderModel

logger = logging.getLogger(__name__)


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
    as CogVideoXPipeline does; equal texts are encoded once, all in one batch. Cuts are logged.
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
    embeds = text_encoder(tokens.to(text_encoder.device))[0]
    return embeds[[unique.index(text) for text in texts]]


def _warn_of_cuts(
    texts: list[str], tokenizer: PreTrainedTokenizerBase, max_sequence_length: int
) -> None:
    for text, ids in zip(texts, tokenizer(texts).input_ids, strict=True):
        if len(ids) > max_sequence_length:
            logger.warning(
                "text of %d tokens is cut to %d: %r", len(ids), max_sequence_length, text
            )
