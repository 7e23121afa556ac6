"""The pack's words: a closed-vocabulary tokenizer, a small T5, and what it must know of a caption.

Left to the diffusion loss alone, the text encoder learns the backdrop and little else for a long
time. So it is first trained to tell kind, colour, motion and direction from its own features, and
is reminded of that while the transformer trains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from pipeline.theatre.captions import background_caption, caption, region_caption, vocabulary
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.optim import MixedOptimizer
from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from torch import Tensor
    from transformers import PreTrainedTokenizerFast, T5EncoderModel

    from pipeline.theatre.script import Actor
    from pipeline.theatre.train.plans import Plan, TextPlan

PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
IGNORED = -100
FACINGS = ("left", "right")


def build_tokenizer(max_sequence_length: int) -> PreTrainedTokenizerFast:
    """One token per word of the world's vocabulary; other words become `<unk>`."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = sorted({word.lower() for word in vocabulary()})
    ids = {word: index for index, word in enumerate([PAD, END, UNKNOWN, *words])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {END}", special_tokens=[(END, ids[END])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        unk_token=UNKNOWN,
        model_max_length=max_sequence_length,
        padding_side="right",
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer saved in `folder`."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder)


def build_text_encoder(plan: TextPlan, vocabulary_size: int) -> T5EncoderModel:
    """A T5 encoder of the plan's size with random weights."""
    from transformers import T5Config, T5EncoderModel

    config: dict[str, Any] = {
        "vocab_size": vocabulary_size,
        "d_model": plan.d_model,
        "d_kv": plan.d_model // plan.num_heads,
        "d_ff": 2 * plan.d_model,
        "num_layers": plan.num_layers,
        "num_heads": plan.num_heads,
        "feed_forward_proj": "gated-gelu",
        "dropout_rate": 0.0,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "tie_word_embeddings": False,
    }
    return T5EncoderModel(T5Config(**config))


def token_id(tokenizer: PreTrainedTokenizerFast, word: str) -> int:
    """The id of one word."""
    return tokenizer.encode(word)[0]


def tokenize(tokenizer: PreTrainedTokenizerFast, texts: list[str], length: int) -> Tensor:
    """Token ids int64 (len(texts), length), padded and cut."""
    encoded = tokenizer(
        texts, padding="max_length", max_length=length, truncation=True, return_tensors="pt"
    )
    return encoded.input_ids


class CaptionReader(nn.Module):
    """Linear heads that read kind, colour, motion, direction and backdrop off a text feature."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        world = load_world()
        self.classes = {
            "kind": list(world.kinds),
            "colour": list(world.colours),
            "motion": list(world.motions),
            "facing": list(FACINGS),
            "backdrop": list(world.backdrops),
        }
        self.heads = nn.ModuleDict(
            {name: nn.Linear(d_model, len(values)) for name, values in self.classes.items()}
        )

        self.phrases = {name: motion.words for name, motion in world.motions.items()}
        self.phrases |= {name: backdrop.words for name, backdrop in world.backdrops.items()}

    def labels(self, text: str, **facts: str) -> dict[str, int]:
        """Class numbers of `facts`; what the text does not say is IGNORED."""
        found = dict.fromkeys(self.classes, IGNORED)
        for name, fact in facts.items():
            if any(phrase in text for phrase in self.phrases.get(fact, (fact,))):
                found[name] = self.classes[name].index(fact)
        return found

    def loss(self, features: Tensor, labels: list[dict[str, int]]) -> dict[str, Tensor]:
        """Cross entropy per head: features (N, d), one label record per row."""
        losses = {}
        for name, head in self.heads.items():
            target = torch.tensor([row[name] for row in labels], device=features.device)
            if bool((target != IGNORED).any()):
                losses[name] = cross_entropy(head(features).float(), target, ignore_index=IGNORED)
        return losses


class CaptionLesson:
    """Batches of captions and the loss of reading them."""

    def __init__(
        self, plan: TextPlan, tokenizer: PreTrainedTokenizerFast, rng: random.Random, device: str
    ) -> None:
        self.plan, self.tokenizer, self.rng, self.device = plan, tokenizer, rng, device

    def _region_rows(self, reader: CaptionReader, count: int) -> tuple[list[str], list[dict]]:
        texts, labels = [], []
        for _ in range(count):
            script = sample_script(self.rng, num_actors=1)
            if self.rng.random() < 0.2:
                text = background_caption(script.backdrop, self.rng)
                facts = {"backdrop": script.backdrop}
            else:
                text = region_caption(script.actors[0], self.rng)
                facts = _facts(script.actors[0])
            texts.append(text)
            labels.append(reader.labels(text, **facts))
        return texts, labels

    def loss(self, encoder: T5EncoderModel, reader: CaptionReader) -> dict[str, Tensor]:
        """Losses per head: at the end token of short texts, at the kind words of whole captions."""
        texts, labels = self._region_rows(reader, 2 * self.plan.batch // 3)
        scripts = [
            sample_script(self.rng, num_actors=self.rng.choice((1, 2)))
            for _ in range(self.plan.batch - len(texts))
        ]
        short = len(texts)
        texts = texts + [caption(script, self.rng) for script in scripts]
        ids = tokenize(self.tokenizer, texts, self.plan.max_sequence_length)
        ends = (ids == 1).int().argmax(1).tolist()
        places = list(enumerate(ends[:short]))
        for row, script in enumerate(scripts, start=short):
            places.append((row, ends[row]))
            labels.append(reader.labels(texts[row], backdrop=script.backdrop))
            for actor in script.actors:
                at = (ids[row] == token_id(self.tokenizer, actor.kind)).nonzero()
                if len(at) == 1:
                    places.append((row, int(at[0])))
                    facts = {k: v for k, v in _facts(actor).items() if k != "facing"}
                    labels.append(reader.labels(texts[row], **facts))
        features = encoder(ids.to(self.device))[0]
        rows, columns = zip(*places, strict=True)
        return reader.loss(features[list(rows), list(columns)], labels)


def _facts(actor: Actor) -> dict[str, str]:
    return {
        "kind": actor.kind,
        "colour": actor.colour,
        "motion": actor.motion,
        "facing": actor.facing,
    }


def is_muon_matrix(name: str) -> bool:
    """Whether Muon trains the parameter: attention and feed-forward matrices, not tables."""
    inside = name.startswith("text.encoder.block.") and "relative_attention_bias" not in name
    return inside and name.endswith("weight") and "layer_norm" not in name


class TextTraining:
    """Auxiliary pretraining of the text encoder; see `loop.Training`."""

    def __init__(
        self, plan: Plan, tokenizer: PreTrainedTokenizerFast, *, rng: random.Random, device: str
    ) -> None:
        self.encoder = build_text_encoder(plan.text, len(tokenizer))
        self.reader = CaptionReader(plan.text.d_model)
        self.lesson = CaptionLesson(plan.text, tokenizer, rng, device)
        self.batch = plan.text.batch
        self.optimizer = MixedOptimizer(
            {"text": self.encoder, "reader": self.reader},
            adamw_rate=plan.text.rate,
            muon_rate=plan.text.muon_rate,
            is_matrix=is_muon_matrix,
            ema_limit=0.99,
            dtype=torch.float32,
            device=device,
        )

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, float], int]:
        """The sum of the reading losses."""
        losses = self.lesson.loss(self.encoder, self.reader)
        total = torch.stack(list(losses.values())).sum()
        return total, {name: float(loss.detach()) for name, loss in losses.items()}, self.batch
