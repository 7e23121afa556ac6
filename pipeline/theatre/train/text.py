"""The pack's words: a closed-vocabulary tokenizer, a small T5, and what it must know of a caption.

Left to the diffusion loss alone, the text encoder learns the backdrop and little else for a long
time. So it is first trained to tell kind, colour, motion and direction from its own features, and
is reminded of that while the transformer trains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from pipeline.theatre.captions import background_caption, caption, region_caption
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.ahead import Ahead, depth, to_device
from pipeline.theatre.train.names import played_names, spoken_words
from pipeline.theatre.train.optim import MixedOptimizer
from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor
    from transformers import PreTrainedTokenizerFast, T5EncoderModel

    from pipeline.theatre.script import Actor, Script
    from pipeline.theatre.train.names import Names
    from pipeline.theatre.train.plans import Plan, TextPlan

PAD, END, UNKNOWN = "<pad>", "</s>", "<unk>"
IGNORED = -100
FACINGS = ("left", "right")


def build_tokenizer(plan: Plan) -> PreTrainedTokenizerFast:
    """One token per word of the plan's captions; other words become `<unk>`."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = spoken_words(played_names(plan.data))
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
        model_max_length=plan.text.max_sequence_length,
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


@dataclass(frozen=True)
class Lesson:
    """Captions to read: token ids int64 (B, T), and what stands at which of their tokens.

    `rows` and `columns` int64 (N) are places in the ids, `labels` int64 (N) per head the class
    told there or IGNORED; a head of which no text tells anything is left out.
    """

    ids: Tensor
    rows: Tensor
    columns: Tensor
    labels: dict[str, Tensor]


class CaptionReader(nn.Module):
    """Linear heads that read kind, colour, motion, direction and backdrop off a text feature."""

    def __init__(self, d_model: int, names: Names) -> None:
        super().__init__()
        self.classes = {
            "kind": names.kinds,
            "colour": names.colours,
            "motion": names.motions,
            "facing": FACINGS,
            "backdrop": names.backdrops,
        }
        self.heads = nn.ModuleDict(
            {name: nn.Linear(d_model, len(values)) for name, values in self.classes.items()}
        )
        world = load_world()
        self.phrases = {name: world.motions[name].words for name in names.motions}
        self.phrases |= {name: world.backdrops[name].words for name in names.backdrops}

    def labels(self, text: str, **facts: str) -> dict[str, int]:
        """Class numbers of `facts`; what the text does not say is IGNORED."""
        found = dict.fromkeys(self.classes, IGNORED)
        for name, fact in facts.items():
            if any(phrase in text for phrase in self.phrases.get(fact, (fact,))):
                found[name] = self.classes[name].index(fact)
        return found

    def loss(self, encoder: T5EncoderModel, lesson: Lesson) -> dict[str, Tensor]:
        """Cross entropy per head of reading a lesson that lies on the encoder's device."""
        features = encoder(lesson.ids)[0][lesson.rows, lesson.columns]
        return {
            name: cross_entropy(self.heads[name](features).float(), labels, ignore_index=IGNORED)
            for name, labels in lesson.labels.items()
        }


class LessonMaker:
    """Makes lessons of captions that only use a plan's names."""

    def __init__(
        self,
        plan: Plan,
        tokenizer: PreTrainedTokenizerFast,
        reader: CaptionReader,
        *,
        rng: random.Random,
        device: str,
    ) -> None:
        self.plan, self.tokenizer, self.reader = plan.text, tokenizer, reader
        self.rng, self.device = rng, device
        self.names = vars(played_names(plan.data))

    def make(self) -> Lesson:
        """What to read at the end of short texts, and at the kind words of whole captions."""
        short, labels = self._short_texts(2 * self.plan.batch // 3)
        scripts = [
            sample_script(self.rng, num_actors=self.rng.choice((1, 2)), **self.names)
            for _ in range(self.plan.batch - len(short))
        ]
        texts = short + [caption(script, self.rng) for script in scripts]
        ids = tokenize(self.tokenizer, texts, self.plan.max_sequence_length)
        ends = (ids == 1).int().argmax(1).tolist()
        places = list(enumerate(ends[: len(short)]))
        for row, script in enumerate(scripts, start=len(short)):
            places.append((row, ends[row]))
            labels.append(self.reader.labels(texts[row], backdrop=script.backdrop))
            for column, actor in self._kind_words(ids[row], script):
                places.append((row, column))
                facts = {name: fact for name, fact in _facts(actor).items() if name != "facing"}
                labels.append(self.reader.labels(texts[row], **facts))
        return self._assemble(ids, places, labels)

    def _short_texts(self, count: int) -> tuple[list[str], list[dict[str, int]]]:
        texts, labels = [], []
        for _ in range(count):
            script = sample_script(self.rng, num_actors=1, **self.names)
            if self.rng.random() < 0.2:
                text = background_caption(script.backdrop, self.rng)
                facts = {"backdrop": script.backdrop}
            else:
                text = region_caption(script.actors[0], self.rng)
                facts = _facts(script.actors[0])
            texts.append(text)
            labels.append(self.reader.labels(text, **facts))
        return texts, labels

    def _kind_words(self, ids: Tensor, script: Script) -> Iterator[tuple[int, Actor]]:
        """Where each actor's kind stands in a caption, if it stands there once."""
        for actor in script.actors:
            at = (ids == token_id(self.tokenizer, actor.kind)).nonzero()
            if len(at) == 1:
                yield int(at[0]), actor

    def _assemble(
        self, ids: Tensor, places: list[tuple[int, int]], labels: list[dict[str, int]]
    ) -> Lesson:
        rows, columns = torch.tensor(places).T
        targets = {
            name: torch.tensor([label[name] for label in labels]) for name in self.reader.classes
        }
        told = {name: t for name, t in targets.items() if bool((t != IGNORED).any())}
        return Lesson(
            to_device(ids, self.device),
            to_device(rows, self.device),
            to_device(columns, self.device),
            {name: to_device(target, self.device) for name, target in told.items()},
        )


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
        self.reader = CaptionReader(plan.text.d_model, played_names(plan.data))
        lessons = LessonMaker(plan, tokenizer, self.reader, rng=rng, device=device)
        self.lessons = Ahead(lessons.make, ahead=depth(device))
        self.batch = plan.text.batch
        self.optimizer = MixedOptimizer(
            {"text": self.encoder, "reader": self.reader},
            adamw_rate=plan.text.rate,
            muon_rate=plan.text.muon_rate,
            is_matrix=is_muon_matrix,
            ema_limit=0.99,
            dtype=torch.float32,
            device=device,
            renewable=("reader",),
        )

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        """The sum of the reading losses."""
        losses = self.reader.loss(self.encoder, self.lessons.next())
        return torch.stack(list(losses.values())).sum(), losses, self.batch

    def close(self) -> None:
        """End the making of lessons."""
        self.lessons.close()
