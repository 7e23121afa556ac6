"""The parts of the training, each resumable: what the command line calls."""

from __future__ import annotations

import logging
import random
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Literal

import torch

from pipeline.errors import PipelineError
from pipeline.theatre.train.checkpoints import load_checkpoint, save_checkpoint, take_prefix
from pipeline.theatre.train.codec import BlockCodec
from pipeline.theatre.train.loop import Limits, Record, StopRequest, read_record, resume, run
from pipeline.theatre.train.settings import note_phase

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

    from pipeline.theatre.train.loop import Training
    from pipeline.theatre.train.plans import Plan
    from pipeline.theatre.train.transformer import TransformerTraining

LOG = logging.getLogger(__name__)
_LOOK_SCENES, _LOOK_STEPS = 4, 12


class Workshop:
    """One training folder: reads what earlier parts left there and trains the next ones.

    Args:
        plan: what is trained.
        folder: where everything lies.
        limits: of the next timed part; may be set anew before each.
        device: where it is trained.
        float32: compute in float32, not bfloat16.
        workers: processes that draw clips.
        compiled: compile the transformer's blocks.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        *,
        limits: Limits,
        device: str = "cpu",
        float32: bool = False,
        workers: int = 1,
        compiled: bool = False,
    ) -> None:
        self.plan, self.folder, self.limits, self.device = plan, folder, limits, device
        self.dtype = torch.float32 if float32 else torch.bfloat16
        self.workers, self.compiled = workers, compiled
        self.stop = StopRequest()

    def path(self, part: str) -> Path:
        """Where a part's checkpoint lies."""
        return self.folder / f"{part}.safetensors"

    def _rng(self, part: str) -> random.Random:
        """A generator that differs per part, seed and number of earlier steps; seeds torch too."""
        path = self.path(part)
        earlier = 0 if part == "codec" else read_record(path).step
        rng = random.Random(f"{part} {self.limits.seed} {earlier}")
        torch.manual_seed(rng.getrandbits(48))
        return rng

    def _codec(self) -> BlockCodec:
        if not self.path("codec").exists():
            raise PipelineError(
                f"there are no latents in {self.folder}", hint="run the part `codec` first"
            )
        return BlockCodec.load(self.path("codec"))

    def _tokenizer(self) -> PreTrainedTokenizerFast:
        from pipeline.theatre.train.text import build_tokenizer, load_tokenizer

        folder = self.folder / "tokenizer"
        if not folder.exists():
            build_tokenizer(self.plan).save_pretrained(folder)
        return load_tokenizer(folder)

    def _train(self, training: Training, part: str, record: Record) -> Record:
        return run(
            training,
            record,
            path=self.path(part),
            limits=self.limits,
            stop=self.stop,
            look=partial(self._look, part),
        )

    def _look(self, part: str) -> None:
        """Write the curves so far, and a small sheet of what the part has learnt."""
        from pipeline.theatre.train.curves import draw_curves, read_records
        from pipeline.theatre.train.samples import SHEETS, draw_sheet

        draw_curves(read_records(self.folder), self.folder / "curves.png")
        if part in SHEETS:
            draw_sheet(
                self.plan,
                self.folder,
                part,
                count=_LOOK_SCENES,
                num_steps=_LOOK_STEPS,
                device=self.device,
            )

    def codec(self) -> None:
        """Fit the analytic latents, once."""
        from pipeline.theatre.train.data import fit_plan_codec

        if self.path("codec").exists():
            LOG.info("the latents are fitted already")
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fit_plan_codec(self.plan, self._rng("codec")).save(self.path("codec"))

    def data(self, num_clips: int | None = None) -> None:
        """Draw clips until the data folder holds `num_clips`, or as many as the plan says."""
        from pipeline.theatre.train.data import write_shards

        folder = self.folder / "data"
        rng = random.Random(f"data {self.limits.seed} {len(list(folder.glob('*')))}")
        write_shards(
            folder,
            self._codec(),
            self.plan,
            num_clips=num_clips or self.plan.data.num_clips,
            rng=rng,
            stop=self.stop,
            workers=self.workers,
        )

    def decoder(self) -> Record:
        """Train the decoder."""
        from pipeline.theatre.train.autoencoder import DecoderTraining

        training = DecoderTraining(
            self.plan,
            self._codec(),
            rng=self._rng("decoder"),
            device=self.device,
            dtype=self.dtype,
            workers=self.workers,
        )
        return self._train(training, "decoder", resume(training, self.path("decoder")))

    def encoder(self) -> Record:
        """Train the encoder."""
        from pipeline.theatre.train.autoencoder import EncoderTraining

        training = EncoderTraining(
            self.plan,
            self._codec(),
            rng=self._rng("encoder"),
            device=self.device,
            dtype=self.dtype,
            workers=self.workers,
        )
        return self._train(training, "encoder", resume(training, self.path("encoder")))

    def text(self) -> Record:
        """Train the text encoder to read captions."""
        from pipeline.theatre.train.text import TextTraining

        training = TextTraining(
            self.plan, self._tokenizer(), rng=self._rng("text"), device=self.device
        )
        return self._train(training, "text", resume(training, self.path("text")))

    def images(self) -> Record:
        """Train the transformer on single latent frames."""
        return self._transformer("images")

    def clips(self) -> Record:
        """Train the transformer on whole clips."""
        return self._transformer("clips")

    def _transformer(self, phase: Literal["images", "clips"]) -> Record:
        from pipeline.theatre.train.data import ClipPool
        from pipeline.theatre.train.transformer import TransformerTraining

        pool = ClipPool(self.folder / "data", self.device)
        pool.load()
        training = TransformerTraining(
            self.plan,
            self._tokenizer(),
            pool,
            whole_clips=phase == "clips",
            rng=self._rng(phase),
            device=self.device,
            dtype=self.dtype,
            compiled=self.compiled,
        )
        return self._train(training, phase, self._begin_phase(training, phase))

    def _begin_phase(
        self, training: TransformerTraining, phase: Literal["images", "clips"]
    ) -> Record:
        """Go on with the phase, or begin it from the weights that the last one left."""
        from pipeline.theatre.train.export import latest_phase

        path, last = self.path(phase), latest_phase(self.folder)
        if last == phase:
            return resume(training, path)
        record = read_record(path)
        tensors, _ = load_checkpoint(self.path(last or "text"))
        training.optimizer.start_from(take_prefix(tensors, "average."), record.step)
        save_checkpoint(path, training.optimizer.tensors(), asdict(record))
        note_phase(self.folder, phase)
        return record

    def export(self) -> Path:
        """Write the folder that the stock pipeline loads."""
        from pipeline.theatre.train.export import export

        return export(self.plan, self.folder)

    def samples(self) -> Path:
        """Draw a contact sheet of the latest averages."""
        from pipeline.theatre.train.export import latest_phase
        from pipeline.theatre.train.samples import draw_sheet

        part = latest_phase(self.folder) or "decoder"
        return draw_sheet(self.plan, self.folder, part, device=self.device)

    def card(self) -> Path:
        """Write the card of the exported folder, with the latest contact sheet."""
        from pipeline.theatre.train.card import write_card

        return write_card(self.folder)
