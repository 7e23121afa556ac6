"""Training of the diffusion transformer, with the text encoder along."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import torch
from diffusers.models.attention_processor import CogVideoXAttnProcessor2_0
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from pipeline.theatre.train import text
from pipeline.theatre.train.ahead import Ahead, depth
from pipeline.theatre.train.batches import Batch, BatchMaker, draw_timesteps
from pipeline.theatre.train.names import played_names
from pipeline.theatre.train.optim import MixedOptimizer
from pipeline.theatre.train.text import CaptionReader, LessonMaker, build_text_encoder

if TYPE_CHECKING:
    from diffusers.models.attention_processor import Attention
    from transformers import PreTrainedTokenizerFast

    from pipeline.theatre.train.data import ClipPool
    from pipeline.theatre.train.plans import Plan

RESCAN_STEPS = 100
SMALLEST_NOISE = 0.02
"""Variance of the noise below which errors of clean latents are not weighed any higher."""


def build_transformer(plan: Plan) -> CogVideoXTransformer3DModel:
    """A transformer of the plan's size; every block starts as the identity, the output as zero."""
    sizes = plan.transformer
    model = CogVideoXTransformer3DModel(
        num_attention_heads=sizes.num_heads,
        attention_head_dim=sizes.head_dim,
        in_channels=plan.latent_channels,
        out_channels=plan.latent_channels,
        time_embed_dim=sizes.time_embed_dim,
        text_embed_dim=plan.text.d_model,
        num_layers=sizes.num_layers,
        sample_width=plan.latent_width,
        sample_height=plan.latent_height,
        sample_frames=(plan.latent_frames - 1) * plan.temporal_ratio + 1,
        temporal_compression_ratio=plan.temporal_ratio,
        patch_size=plan.patch,
        max_text_seq_length=plan.text.max_sequence_length,
        # The tanh form takes three times as long on a CPU.
        activation_fn="gelu",
        spatial_interpolation_scale=1.0,
    )
    gates = ("norm1.linear", "norm2.linear")
    zeroed = [block.get_submodule(name) for block in model.transformer_blocks for name in gates]
    for layer in [*zeroed, model.proj_out]:
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)
    return model


def build_scheduler(plan: Plan) -> CogVideoXDDIMScheduler:
    """The scheduler of training and rendering: zero terminal signal, trailing steps."""
    return CogVideoXDDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=plan.transformer.prediction,
        timestep_spacing="trailing",
        rescale_betas_zero_snr=True,
        snr_shift_scale=1.0,
        clip_sample=False,
        set_alpha_to_one=True,
    )


class PlainAttention(CogVideoXAttnProcessor2_0):
    """What the stock attention processor computes, as two matrix products and a softmax.

    In bfloat16 on a CPU its backward pass takes a quarter of the fused kernel's time at these
    lengths.
    """

    def __call__(  # pyright: ignore[reportIncompatibleMethodOverride]  (diffusers declares one tensor)
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        image_rotary_emb: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Joint attention of visual and text tokens; the mask is additive (B, L, L)."""
        num_text = encoder_hidden_states.shape[1]
        joint = torch.cat([encoder_hidden_states, hidden_states], dim=1)
        query, key, value = (
            attn.get_submodule(name)(joint).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for name in ("to_q", "to_k", "to_v")
        )
        query, key = attn.get_submodule("norm_q")(query), attn.get_submodule("norm_k")(key)
        mask = None if attention_mask is None else attention_mask.unsqueeze(1)
        seen = self.attend(query, key, value, mask).transpose(1, 2).flatten(2)
        answers = attn.get_submodule("to_out.0")(seen)
        return answers[:, num_text:], answers[:, :num_text]

    def attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Attention of (B, heads, L, d) with an additive mask (B, 1, L, L)."""
        scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-1, -2))
        if mask is not None:
            scores = scores + mask
        return torch.matmul(scores.softmax(-1), value)


class FusedAttention(PlainAttention):
    """The same by the fused kernel, for GPUs; unlike the stock one with one mask for all heads."""

    def attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Attention of (B, heads, L, d) with an additive mask (B, 1, L, L)."""
        return scaled_dot_product_attention(query, key, value, attn_mask=mask)


class Positions:
    """Positional embeddings for any number of text tokens and any first latent frame.

    The stock patch embedding adds a table for exactly one text of full length. This one, set on a
    model, gives zeros to every text token and to each sample the rows of its own latent frames.
    """

    def __init__(self, model: CogVideoXTransformer3DModel, plan: Plan, device: str) -> None:
        embed = model.patch_embed
        table = embed.pos_embedding
        assert isinstance(table, Tensor)
        visual = table[0, plan.text.max_sequence_length :].detach().clone()
        self.per_frame = visual.view(plan.latent_frames, -1, visual.shape[-1]).to(device)
        self.current: Tensor = table
        # No clip has -1 frames, so the embedding always asks for its table anew.
        embed.sample_frames = -1
        embed._get_positional_embeddings = self._get

    def _get(
        self,
        sample_height: int,
        sample_width: int,
        sample_frames: int,
        device: torch.device | None = None,
    ) -> Tensor:
        return self.current

    def set(self, num_text_tokens: int, first_frames: Tensor, num_latent_frames: int) -> None:
        """Choose the table for the next call: samples begin at `first_frames` (B,)."""
        device = self.per_frame.device
        offsets = torch.arange(num_latent_frames, device=device)
        visual = self.per_frame[first_frames.to(device)[:, None] + offsets].flatten(1, 2)
        zeros = visual.new_zeros(len(visual), num_text_tokens, visual.shape[-1])
        self.current = torch.cat([zeros, visual], dim=1)


def is_muon_matrix(name: str) -> bool:
    """Whether Muon trains the parameter: attention and feed-forward matrices of both networks."""
    inside = "transformer_blocks" in name and (".attn1.to_" in name or ".ff." in name)
    return (inside and name.endswith("weight")) or text.is_muon_matrix(name)


def predict(
    model: CogVideoXTransformer3DModel,
    positions: Positions,
    noisy: Tensor,
    *,
    prompt_embeds: Tensor,
    timesteps: Tensor,
    first_frames: Tensor,
    mask: Tensor | None,
) -> Tensor:
    """The transformer's float32 answer (B, f, C, h, w), with its own dtype inside."""
    positions.set(prompt_embeds.shape[1], first_frames, noisy.shape[1])
    kwargs = None if mask is None else {"attention_mask": mask}
    return model(
        hidden_states=noisy.to(model.dtype),
        encoder_hidden_states=prompt_embeds.to(model.dtype),
        timestep=timesteps,
        attention_kwargs=kwargs,
        return_dict=False,
    )[0].float()


def encode_texts(encoder: nn.Module, token_ids: Tensor) -> Tensor:
    """Features (B, n * T, d) of token ids (B, n, T); every text is encoded alone."""
    batch, texts, length = token_ids.shape
    return encoder(token_ids.reshape(-1, length))[0].reshape(batch, texts * length, -1)


class TransformerTraining:
    """Training on latent frames (`images`) or on whole clips (`clips`); see `loop.Training`."""

    def __init__(
        self,
        plan: Plan,
        tokenizer: PreTrainedTokenizerFast,
        pool: ClipPool,
        *,
        whole_clips: bool,
        rng: random.Random,
        device: str,
        dtype: torch.dtype = torch.bfloat16,
        compiled: bool = False,
    ) -> None:
        self.plan, self.pool, self.rng, self.device = plan, pool, rng, device
        self.whole_clips, self.dtype = whole_clips, dtype
        self.generator = torch.Generator(device).manual_seed(rng.getrandbits(48))
        self.encoder = build_text_encoder(plan.text, len(tokenizer))
        self.reader = CaptionReader(plan.text.d_model, played_names(plan.data))
        self.model = build_transformer(plan)
        self.model.set_attn_processor(PlainAttention() if device == "cpu" else FusedAttention())
        self.positions = Positions(self.model, plan, device)
        lesson_rng = random.Random(rng.getrandbits(64))
        lessons = LessonMaker(plan, tokenizer, self.reader, rng=lesson_rng, device=device)
        self.lessons = Ahead(lessons.make, ahead=min(2, depth(device)))
        self.maker = BatchMaker(plan, tokenizer, pool, rng=rng)
        self.batches_made = 0
        self.batches = Ahead(self._make_batch, ahead=depth(device))
        factor = plan.transformer.clip_rate_factor if whole_clips else 1.0
        self.optimizer = MixedOptimizer(
            {"text": self.encoder, "reader": self.reader, "transformer": self.model},
            adamw_rate=plan.transformer.adamw_rate * factor,
            muon_rate=plan.transformer.muon_rate * factor,
            is_matrix=is_muon_matrix,
            rate_factors=dict.fromkeys(("text", "reader"), plan.text.joint_rate_factor),
            ema_limit=plan.ema_limit,
            weight_decay=plan.transformer.weight_decay,
            dtype=dtype,
            device=device,
            renewable=("reader",),
        )
        if compiled:
            compile_blocks(self.model)
        self.alphas = build_scheduler(plan).alphas_cumprod.float().to(device)

    def _make_batch(self) -> Batch:
        if self.batches_made % RESCAN_STEPS == 0:
            self.pool.rescan()
        self.batches_made += 1
        sizes, chance = self.plan.transformer, self.rng.random()
        if not self.whole_clips or chance < sizes.image_share_of_clips:
            return self.maker.make(sizes.image_batch, 1)
        if chance < sizes.image_share_of_clips + sizes.extract_share_of_clips:
            return self.maker.make(sizes.clip_batch, sizes.extract_latent_frames)
        return self.maker.make(max(1, sizes.clip_batch // 2), self.plan.latent_frames)

    def close(self) -> None:
        """End the making of batches and lessons."""
        self.batches.close()
        self.lessons.close()

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        """The weighted loss, now and then with the text encoder's own lesson."""
        batch = self.batches.next()
        errors = self.squared_errors(batch)
        weights = 1 + self.figure_weight(fraction) * batch.coverage
        weights = weights + self.plan.batches.moving_weight * movement(batch.latents)
        total = (errors * weights).mean() / weights.mean()
        form = "plain" if batch.membership is None else "region"
        values = {f"{form}_{batch.latents.shape[1]}": errors.detach().mean()}
        if step % self.plan.text.joint_every == 0:
            read = self.reader.loss(self.encoder, self.lessons.next())
            values["text"] = torch.stack(list(read.values())).sum()
            total = total + self.plan.text.joint_weight * values["text"]
        return total, values, len(batch.latents)

    def figure_weight(self, fraction: float) -> float:
        """How much more a cell full of figure counts; falls towards the end of a run."""
        plan = self.plan.batches
        late = max(0.0, (fraction - plan.figure_decay_from) / (1 - plan.figure_decay_from))
        return plan.figure_weight_start + late * (plan.figure_weight_end - plan.figure_weight_start)

    def squared_errors(self, batch: Batch) -> Tensor:
        """Squared errors (B, f, C, h, w) of the velocity, at random times and with random noise."""
        clean = batch.latents
        timesteps = draw_timesteps(len(clean), self.generator)
        noise = torch.randn(clean.shape, generator=self.generator, device=self.device)
        signal = self.alphas[timesteps].view(-1, 1, 1, 1, 1)
        noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
        predicted = predict(
            self.model,
            self.positions,
            noisy,
            prompt_embeds=encode_texts(self.encoder, batch.token_ids),
            timesteps=timesteps,
            first_frames=batch.first_frames,
            mask=batch.attention_mask(self.dtype),
        )
        if self.plan.transformer.prediction == "sample":
            return sample_errors(predicted, clean, signal)
        velocity = signal.sqrt() * noise - (1 - signal).sqrt() * clean
        return (predicted - velocity).pow(2)


def movement(latents: Tensor) -> Tensor:
    """How much each cell differs from a latent frame before, (B, f, 1, h, w) from (B, f, C, h, w).

    The mean absolute difference, 1 at most; the first frame has that of the second, one alone 0.
    """
    if latents.shape[1] == 1:
        return torch.zeros_like(latents[:, :, :1])
    differences = latents.diff(dim=1).abs().mean(2, keepdim=True).clamp(max=1)
    return torch.cat([differences[:, :1], differences], dim=1)


def sample_errors(predicted: Tensor, clean: Tensor, signal: Tensor) -> Tensor:
    """Squared errors of predicted clean latents, as large as those of the velocities they imply.

    `signal` is the share of the variance that is no noise; where the noise is less than
    SMALLEST_NOISE errors are not weighed any higher.
    """
    return (predicted - clean).pow(2) / (1 - signal).clamp(min=SMALLEST_NOISE)


def compile_blocks(model: CogVideoXTransformer3DModel) -> None:
    """Compile what every block computes, once for all blocks, lengths and batch sizes."""
    for block in model.transformer_blocks:
        block.compile(dynamic=True)
