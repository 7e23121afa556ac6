from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import torch
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

from pipeline.diffusion.text import encode_texts

WORDS = ["<pad>", "</s>", "<unk>", "a", "blue", "fox", "robot", "walks", "jumps", "left"]
Build = Callable[..., CogVideoXPipeline]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()  # type: ignore[assignment]
    inner.post_processor = processors.TemplateProcessing(  # type: ignore[assignment]
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.fixture(scope="module")
def encoder() -> T5EncoderModel:
    torch.manual_seed(9)
    config = T5Config(
        vocab_size=len(WORDS),
        d_model=12,
        d_kv=6,
        d_ff=16,
        num_layers=1,
        num_heads=2,
        dropout_rate=0,
    )
    return T5EncoderModel(config).eval()


def test_equals_the_pipelines_own_encoding(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel, build_stock: Build
) -> None:
    texts = ["a blue fox walks", "a robot jumps left", ""]
    pipe = build_stock(tokenizer=tokenizer, text_encoder=encoder)
    with torch.no_grad():
        expected = pipe._get_t5_prompt_embeds(texts, max_sequence_length=7)
    embeds = encode_texts(texts, tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=7)
    assert embeds.shape == (3, 7, 12)
    assert not embeds.requires_grad
    assert torch.equal(embeds, expected)


def test_equal_texts_are_encoded_once_and_come_back_in_order(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel
) -> None:
    batches: list[int] = []
    hook = encoder.register_forward_pre_hook(lambda _, args: batches.append(len(args[0])))
    texts = ["a fox", "", "a fox", "a robot", ""]
    embeds = encode_texts(texts, tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=7)
    hook.remove()
    assert batches == [3]
    assert torch.equal(embeds[2], embeds[0])
    assert torch.equal(embeds[4], embeds[1])
    assert len({embeds[i].sum().item() for i in (0, 1, 3)}) == 3


def test_a_cut_text_is_logged(
    tokenizer: PreTrainedTokenizerFast, encoder: T5EncoderModel, caplog: pytest.LogCaptureFixture
) -> None:
    fits, long = "a blue fox", "a blue fox walks left"
    with caplog.at_level(logging.WARNING):
        embeds = encode_texts(
            [fits, long], tokenizer=tokenizer, text_encoder=encoder, max_sequence_length=4
        )
    assert embeds.shape == (2, 4, 12)
    assert [record.getMessage() for record in caplog.records] == [
        "text of 6 tokens is cut to 4: 'a blue fox walks left'"
    ]
