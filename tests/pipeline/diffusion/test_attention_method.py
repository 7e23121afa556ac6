from __future__ import annotations

import pytest
import torch

from pipeline.artifacts import AttentionMethod
from pipeline.diffusion.attention_method import Chosen, choose_method
from pipeline.diffusion.regions import RegionLayout
from pipeline.errors import InputError


def layout(num_classes: int, num_texts: int, tokens_each: int = 3) -> RegionLayout:
    """Single texts and pairs of them, as many tokens for each class."""
    alone = torch.eye(num_texts, dtype=torch.bool)
    pairs = [alone[i] | alone[j] for i in range(num_texts) for j in range(i)]
    membership = torch.stack([*alone, *pairs][:num_classes]).T
    return RegionLayout.from_membership(membership.repeat(1, tokens_each), text_length=2)


def choose(num_classes: int, num_texts: int, **changes: object) -> Chosen:
    options = {"device": torch.device("cpu"), "dtype": torch.float32, "needs_grad": False}
    return choose_method(layout(num_classes, num_texts), **{**options, **changes})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("num_classes", "num_texts", "device", "method"),
    [
        (6, 4, "cpu", "classes"),
        (7, 4, "cpu", "lse"),
        (10, 9, "cpu", "classes"),
        (5, 3, "cuda", "classes"),
        (6, 4, "cuda", "lse"),
    ],
)
def test_many_classes_are_merged(
    num_classes: int, num_texts: int, device: str, method: str
) -> None:
    chosen = choose(num_classes, num_texts, device=torch.device(device))
    assert chosen.method == method
    assert chosen.reason == f"{num_classes} kinds of places in the picture, {num_texts} texts"


@pytest.mark.parametrize(("num_classes", "method"), [(4, "classes"), (5, "lse")])
def test_with_many_tokens_merging_pays_earlier(num_classes: int, method: str) -> None:
    chosen = choose_method(
        layout(num_classes, 4, tokens_each=250),
        device=torch.device("cpu"),
        dtype=torch.bfloat16,
        needs_grad=False,
    )
    assert chosen.method == method


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"needs_grad": True}, "merging has no gradient"),
        ({"backend": "sage"}, "the attention backend 'sage' keeps log-sum-exps to itself"),
        ({"device": torch.device("mps")}, "torch has no kernel that tells log-sum-exps on 'mps'"),
        (
            {"device": torch.device("cuda"), "dtype": torch.float64},
            "torch has no float64 kernel that tells log-sum-exps on a GPU",
        ),
    ],
)
def test_what_cannot_be_merged_goes_by_classes_and_says_why(
    changes: dict[str, object], reason: str
) -> None:
    chosen = choose(9, 4, **changes)
    counts = "9 kinds of places in the picture, 4 texts"
    assert str(chosen) == f"place by place (classes): {counts}; {reason}"
    assert choose(2, 2, **changes).reason == "2 kinds of places in the picture, 2 texts"
    with pytest.raises(InputError, match=reason):
        choose(2, 2, **changes, method="lse")


@pytest.mark.parametrize("method", ["classes", "lse"])
def test_what_is_asked_for_is_taken(method: AttentionMethod) -> None:
    assert choose(9, 4, method=method) == Chosen(method, "asked for")  # pyright: ignore[reportArgumentType]
    assert choose(2, 2, method=method).method == method


@pytest.mark.parametrize("method", ["auto", "classes", "lse"])
def test_one_text_is_plain_attention(method: AttentionMethod) -> None:
    assert "plain attention" in choose(1, 1, method=method).reason
