"""The parts of the training, each resumable: what the command line calls."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

import torch

from pipeline.errors import PipelineError
from pipeline.theatre.train.checkpoints import load_checkpoint, take_prefix
from pipeline.theatre.train.codec import BlockCodec
from pipeline.theatre.train.loop import Limits, Record, StopRequest, resume, run

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

    from pipeline.theatre.train.loop import Training
    from pipeline.theatre.train.plans import Plan

LOG = logging.getLogger(__name__)


class Workshop:
    """One training folder: reads what earlier parts left there and trains the next ones."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        *,
        limits: Limits,
        device: str = "cpu",
        float32: bool = False,
    ) -> None:
        self.plan, self.folder, self.limits, self.device = plan, folder, limits, device
        self.dtype = torch.float32 if float32 else torch.bfloat16
        self.stop = StopRequest()
        torch.manual_seed(limits.seed)

    def _path(self, part: str) -> Path:
        return self.folder / f"{part}.safetensors"

    def _rng(self, part: str) -> random.Random:
        """A generator that differs per part, seed and number of earlier runs."""
        path = self._path(part)
        earlier = load_checkpoint(path)[1]["step"] if path.exists() else 0
        return random.Random(f"{part} {self.limits.seed} {earlier}")

    def _codec(self) -> BlockCodec:
        if not self._path("codec").exists():
            raise PipelineError(
                f"there are no latents in {self.folder}", hint="run the part `codec` first"
            )
        return BlockCodec.load(self._path("codec"))

    def _tokenizer(self) -> PreTrainedTokenizerFast:
        from pipeline.theatre.train.text import build_tokenizer, load_tokenizer

        folder = self.folder / "tokenizer"
        if not folder.exists():
            build_tokenizer(self.plan.text.max_sequence_length).save_pretrained(folder)
        return load_tokenizer(folder)

    def _train(self, training: Training, part: str, record: Record) -> Record:
        return run(training, record, path=self._path(part), limits=self.limits, stop=self.stop)

    def codec(self) -> None:
        """Fit the analytic latents, once."""
        from pipeline.theatre.train.data import fit_plan_codec

        if self._path("codec").exists():
            LOG.info("the latents are fitted already")
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fit_plan_codec(self.plan, self._rng("codec")).save(self._path("codec"))

    def data(self, num_clips: int) -> None:
        """Draw clips until the data folder holds `num_clips`."""
        from pipeline.theatre.train.data import write_shards

        rng = random.Random(
            f"data {self.limits.seed} {len(list((self.folder / 'data').glob('*')))}"
        )
        write_shards(
            self.folder / "data",
            self._codec(),
            self.plan,
            num_clips=num_clips,
            rng=rng,
            stop=self.stop,
        )

    def decoder(self) -> Record:
        """Train the decoder."""
        from pipeline.theatre.train.autoencoder import DecoderTraining

        rng = self._rng("decoder")
        training = DecoderTraining(
            self.plan, self._codec(), rng=rng, device=self.device, dtype=self.dtype
        )
        return self._train(training, "decoder", resume(training, self._path("decoder")))

    def encoder(self) -> Record:
        """Train the encoder."""
        from pipeline.theatre.train.autoencoder import EncoderTraining

        rng = self._rng("encoder")
        training = EncoderTraining(
            self.plan, self._codec(), rng=rng, device=self.device, dtype=self.dtype
        )
        return self._train(training, "encoder", resume(training, self._path("encoder")))

    def text(self) -> Record:
        """Train the text encoder to read captions."""
        from pipeline.theatre.train.text import TextTraining

        training = TextTraining(
            self.plan, self._tokenizer(), rng=self._rng("text"), device=self.device
        )
        return self._train(training, "text", resume(training, self._path("text")))

    def images(self) -> Record:
        """Train the transformer on single latent frames."""
        return self._transformer("images", before="text")

    def clips(self) -> Record:
        """Train the transformer on whole clips."""
        return self._transformer("clips", before="images")

    def _transformer(self, part: str, *, before: str) -> Record:
        from pipeline.theatre.train.data import ClipPool
        from pipeline.theatre.train.transformer import TransformerTraining

        pool = ClipPool(self.folder / "data")
        pool.load()
        training = TransformerTraining(
            self.plan,
            self._tokenizer(),
            pool,
            whole_clips=part == "clips",
            rng=self._rng(part),
            device=self.device,
            dtype=self.dtype,
        )
        record = resume(training, self._path(part))
        if not record.step:
            tensors, _ = load_checkpoint(self._path(before))
            training.optimizer.start_from(take_prefix(tensors, "average."))
        return self._train(training, part, record)

    def export(self) -> Path:
        """Write the folder that the stock pipeline loads."""
        from pipeline.theatre.train.export import export

        return export(self.plan, self.folder)

    def samples(self) -> Path:
        """Draw a contact sheet of the latest averages."""
        from pipeline.theatre.train.samples import draw_sheet

        return draw_sheet(self.plan, self.folder, whole_clips=self._path("clips").exists())
