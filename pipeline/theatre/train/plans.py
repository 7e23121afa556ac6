"""The sizes of a theatre pack and of its training: every number the trainer uses.

A plan is chosen once per pack. `nano` can be trained on two CPU cores, `pocket` needs a GPU, `tiny`
exists for tests. Sizes carry their unit in the name; rates are plain learning rates.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.errors import PipelineError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shares(_Frozen):
    """How the minutes of a whole training are shared among its timed parts; 1 in all."""

    decoder: float = 0.3
    text: float = 0.03
    images: float = 0.25
    clips: float = 0.37
    encoder: float = 0.05


class CodecPlan(_Frozen):
    """How the analytic latents are fitted: block PCA over `num_clips` drawn clips."""

    num_clips: int = 240
    block_stride: int = 3
    swap_colours: float = 0.15


class DataPlan(_Frozen):
    """Which clips are drawn, how many, and how often they have 0, 1, 2 or 3 actors.

    A `narrow` plan sets figures on the latent grid only, with few phases and backdrop variants.
    A pose stays for `frames_per_pose` frames. Names are what the pack will play; empty means all
    that the world does not hold out.
    """

    kinds: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    motions: tuple[str, ...] = ()
    backdrops: tuple[str, ...] = ()
    frames_per_pose: int = 1
    num_clips: int = 8000
    clips_per_shard: int = 250
    actor_weights: tuple[float, float, float, float] = (0.03, 0.42, 0.45, 0.1)
    narrow: bool = True
    walk_phases: int = 4
    backdrop_seeds: int = 8


class VaePlan(_Frozen):
    """Sizes of the autoencoder and the crops it is trained on (crops in latent cells).

    With `per_frame` it never looks at neighbouring frames, which needs poses that stay as long as a
    latent does: a third of the work, and no smear between poses.
    """

    per_frame: bool = False
    block_out_channels: tuple[int, ...] = (32, 32, 64, 64)
    layers_per_block: int = 1
    norm_num_groups: int = 8
    batch: int = 2
    crop_cells: int = 8
    pool_clips: int = 96
    rate: float = 1.5e-3
    encoder_batch: int = 3
    encoder_rate: float = 2e-3
    latent_noise: float = 0.4
    figure_weight: float = 1.5
    whole_frames_from: float = 0.8


class TextPlan(_Frozen):
    """Sizes of the T5 encoder, its tokens per text, and of its auxiliary pretraining."""

    d_model: int = 128
    num_layers: int = 2
    num_heads: int = 4
    max_sequence_length: int = 24
    batch: int = 96
    rate: float = 1.5e-3
    muon_rate: float = 3e-3
    joint_every: int = 4
    joint_weight: float = 0.1
    joint_rate_factor: float = 0.2


class TransformerPlan(_Frozen):
    """Sizes of the diffusion transformer and its optimiser.

    Of the batches of the clip phase some are single latent frames, some extracts of a few, which
    cost a third of a clip and teach how figures move; the rest, half as many at once, whole clips.
    """

    prediction: Literal["v_prediction", "sample"] = "v_prediction"
    num_heads: int = 3
    head_dim: int = 64
    num_layers: int = 6
    time_embed_dim: int = 128
    image_batch: int = 32
    clip_batch: int = 16
    adamw_rate: float = 1.5e-3
    muon_rate: float = 3e-3
    weight_decay: float = 0.01
    clip_rate_factor: float = 0.7
    image_share_of_clips: float = 0.15
    extract_share_of_clips: float = 0.55
    extract_latent_frames: int = 4


class BatchPlan(_Frozen):
    """Shares of the forms a training sample can take (`batches.py`), weights of cells in the loss.

    A cell full of figure counts `figure_weight` more, one whose latent is another than a frame
    before `moving_weight` times the difference: hands that wave are few cells among many.
    """

    region_share: float = 0.88
    drop_text: float = 0.1
    unknown_word: float = 0.03
    jitter_share: float = 0.65
    enlarge_share: float = 0.2
    jitter: float = 0.02
    frame_jitter: float = 0.01
    enlarge: float = 0.25
    held_area_limit: float = 0.45
    figure_weight_start: float = 4.0
    figure_weight_end: float = 1.0
    figure_decay_from: float = 0.7
    moving_weight: float = 3.0


class Plan(_Frozen):
    """Everything one pack's training needs.

    `height_px` and `width_px` are multiples of 16; `minutes` is the time of all timed parts.
    """

    name: str
    minutes: float = 150
    height_px: int = 96
    width_px: int = 144
    num_frames: int = 24
    fps: int = 8
    latent_channels: int = 16
    spatial_ratio: int = 8
    temporal_ratio: int = 4
    patch: int = 2
    ema_limit: float = 0.998
    codec: CodecPlan = CodecPlan()
    data: DataPlan = DataPlan()
    vae: VaePlan = VaePlan()
    text: TextPlan = TextPlan()
    transformer: TransformerPlan = TransformerPlan()
    batches: BatchPlan = BatchPlan()
    shares: Shares = Shares()

    @property
    def latent_frames(self) -> int:
        """Number of latent frames of one clip."""
        return self.num_frames // self.temporal_ratio

    @property
    def latent_height(self) -> int:
        """Latent rows."""
        return self.height_px // self.spatial_ratio

    @property
    def latent_width(self) -> int:
        """Latent columns."""
        return self.width_px // self.spatial_ratio

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the transformer's token grid."""
        return self.latent_height // self.patch, self.latent_width // self.patch


NANO = Plan(
    name="nano",
    temporal_ratio=2,
    data=DataPlan(
        kinds=("witch", "fox", "robot", "rabbit"),
        motions=("stands", "walks", "jumps", "waves", "flies", "sleeps"),
        backdrops=("forest", "beach", "castle", "room"),
        frames_per_pose=2,
    ),
    vae=VaePlan(per_frame=True, batch=12, encoder_batch=12, pool_clips=400),
)

POCKET = Plan(
    name="pocket",
    minutes=27,
    height_px=128,
    width_px=192,
    latent_channels=32,
    temporal_ratio=2,
    ema_limit=0.999,
    data=DataPlan(num_clips=24000, clips_per_shard=500, narrow=False, frames_per_pose=2),
    vae=VaePlan(
        per_frame=True,
        block_out_channels=(32, 64, 64, 96),
        batch=64,
        crop_cells=12,
        pool_clips=1024,
        encoder_batch=64,
    ),
    text=TextPlan(batch=256),
    transformer=TransformerPlan(
        num_heads=6, image_batch=256, clip_batch=128, adamw_rate=1e-3, muon_rate=3e-3
    ),
    shares=Shares(decoder=0.2, text=0.03, images=0.2, clips=0.52, encoder=0.05),
)
"""The whole world at 128x192, for one GPU.

Expected from operation counts at 60 TFLOP/s for the transformer and 30 for convolutions, not yet
measured: 27 minutes of an H200, in calls of at most 10. A step of 128 clips takes 19 TFLOP (2,600
steps), of 256 images 4 (4,400), of 64 crops 0.4 (10,000). The clips take 7 GB of its memory, and 16
processes draw them in half a minute. Poses on twos make latents stand still, as in `nano`, where
figures reached 24 dB after 150 steps of the decoder.
"""

TINY = Plan(
    name="tiny",
    minutes=1,
    height_px=32,
    width_px=48,
    latent_channels=8,
    codec=CodecPlan(num_clips=6, block_stride=1),
    data=DataPlan(num_clips=20, clips_per_shard=12),
    vae=VaePlan(
        block_out_channels=(8, 8, 8, 8), norm_num_groups=4, batch=1, crop_cells=2, pool_clips=4
    ),
    text=TextPlan(d_model=16, num_layers=1, num_heads=2, batch=8, joint_every=2),
    transformer=TransformerPlan(
        num_heads=2, head_dim=8, num_layers=1, time_embed_dim=16, image_batch=4, clip_batch=2
    ),
)

PLANS = {plan.name: plan for plan in (NANO, POCKET, TINY)}


def get_plan(name: str) -> Plan:
    """The plan called `name`.

    Raises:
        PipelineError: no plan has that name.
    """
    if name not in PLANS:
        raise PipelineError(
            f"there is no training plan called {name!r}", hint=f"choose one of {', '.join(PLANS)}"
        )
    return PLANS[name]
