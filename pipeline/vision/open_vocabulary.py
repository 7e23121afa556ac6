"""Finding whatever words name in pictures: OWLv2 of transformers (Minderer et al., 2023).

OWLv2 and not Grounding DINO, because it takes each region's words as a query of its own and scores
every box against every query; Grounding DINO reads all as one caption, and which of its words
belong to which region would have to be guessed from tokens. Both are Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ModelUnavailableError
from pipeline.vision.encoders import explain_missing, hash_weights
from pipeline.vision.finding import Found, distinct, is_solid

OWLV2 = "google/owlv2-base-patch16-ensemble"
OWLV2_REVISION = "7c77fc1316a353da3109f81d80ae118dd58fd55b"
"""The commit that brought its weights as safetensors."""
LEAST_SCORE = 0.1
"""As in the model's documentation; how far it can be trusted on rendered clips is not measured."""
LEAST_OF_BEST = 0.5
"""Finds less sure than this share of the best one for the same words in a picture do not count:
else the weakest of them all that happens to lie in the box would pass for what was asked."""
SAME_OVERLAP = 0.6
"""Of two finds for the same words that overlap (IoU) more, the weaker is dropped."""
_MOST_FINDS = 200
_HINT = (
    "Give the folder of an OWLv2 model (config.json, model.safetensors, preprocessor_config.json "
    f"and a tokenizer), or fetch it: hf download {OWLV2} --revision {OWLV2_REVISION} "
    '--exclude "*.bin"'
)


class OwlFinder:
    """Finds what any words name, each region's words being a query of its own.

    The model reads the first words only (`max_words` tokens, 16 as published): who it is should
    come before what it does.

    Args:
        model: a folder, or a model's id on the Hugging Face hub.
        revision: the commit of a hub's model; None = `OWLV2_REVISION` of `OWLV2`, of others the
            newest one.
        may_download: whether a model that is not on this machine may be fetched.
        device: `cpu` or `cuda:<n>`; it lies there only while it looks.

    Raises:
        ModelUnavailableError: a package or the model's files are missing or do not fit.
    """

    reads_any_words = True

    def __init__(
        self,
        model: Path | str,
        *,
        revision: str | None = None,
        may_download: bool = False,
        device: str = "cpu",
    ) -> None:
        with explain_missing(f"the open-vocabulary detector {model}", _HINT):
            self._model, self._processor = _load(str(model), revision, may_download)
            self.max_words = int(self._model.config.text_config.max_position_embeddings)
        self._device = device
        name = Path(model).name if Path(model).is_dir() else str(model)
        self.id = f"{name}:{hash_weights(self._model)}"

    def knows(self, text: str) -> str:
        """Say why it cannot look for what these words name: only where there are none."""
        return "" if text.strip() else "the region has no words"

    def find(self, frames: np.ndarray, texts: Sequence[str]) -> list[list[tuple[Found, ...]]]:
        """Give for each frame and text what was found, best first; see `BoxFinder.find`.

        Each box belongs to the words that fit it best.

        Raises:
            ModelUnavailableError: the device has no memory left for it.
        """
        import torch

        queries = list(dict.fromkeys(text for text in texts if not self.knows(text)))
        if not queries:
            return [[() for _ in texts] for _ in frames]
        try:
            self._model.to(self._device)
            found = [self._find(frame, queries) for frame in frames]
        except torch.OutOfMemoryError as error:
            raise ModelUnavailableError(
                f"the detector does not fit on {self._device} beside what lies there"
            ) from error
        finally:
            self._model.to("cpu")
        return [[by_query.get(text, ()) for text in texts] for by_query in found]

    def _find(self, frame: np.ndarray, queries: Sequence[str]) -> dict[str, tuple[Found, ...]]:
        """What is found in one picture for different texts."""
        import torch

        height, width = frame.shape[:2]
        asked = self._processor(
            text=list(queries),
            images=np.ascontiguousarray(frame),
            padding="max_length",
            truncation=True,
            max_length=self.max_words,
            return_tensors="pt",
        ).to(self._device)
        with torch.inference_mode():
            (seen,) = self._processor.image_processor.post_process_object_detection(
                self._model(**asked), threshold=LEAST_SCORE, target_sizes=[(height, width)]
            )
        boxes, scores, labels = (seen[name].cpu().numpy() for name in ("boxes", "scores", "labels"))
        boxes = (boxes / (width, height, width, height)).clip(0, 1)
        return {
            query: _best(boxes[labels == number], scores[labels == number])
            for number, query in enumerate(queries)
        }


def _best(boxes: np.ndarray, scores: np.ndarray) -> tuple[Found, ...]:
    """The sure ones among boxes (n, 4) that were found for the same words."""
    order = [at for at in np.argsort(-scores)[:_MOST_FINDS] if is_solid(boxes[at])]
    sure = [at for at in order if scores[at] >= LEAST_OF_BEST * scores[order[0]]]
    return distinct((Found(boxes[at], float(scores[at])) for at in sure), overlap=SAME_OVERLAP)


def _load(model: str, revision: str | None, may_download: bool) -> tuple[Any, Any]:
    """Load the model in eval mode, and what prepares pictures and words for it."""
    import torch
    from transformers import AutoProcessor, Owlv2ForObjectDetection
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    pinned = revision or (OWLV2_REVISION if model == OWLV2 else "main")
    where: dict[str, Any] = {"local_files_only": not may_download, "revision": pinned}
    made = Owlv2ForObjectDetection.from_pretrained(
        model, use_safetensors=True, dtype=torch.float32, **where
    )
    return made.eval(), AutoProcessor.from_pretrained(model, **where)
