"""Loading a pack's weights: local files only, safetensors only, ready for inference."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.diffusion.model import VideoModel
from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import PackRecord, find_pack, load_record
from pipeline.packs.seal import compute_revision

if TYPE_CHECKING:
    import torch

    from pipeline.devices import DeviceChoice

logger = logging.getLogger(__name__)
_PARTS = ("tokenizer", "text_encoder", "transformer", "vae", "scheduler")


@dataclass(frozen=True)
class Pack(VideoModel):
    """A loaded pack: its parts and its record. Parameters are frozen, modules in eval mode."""

    record: PackRecord


def load_pack(name_or_path: str | Path, device: DeviceChoice) -> Pack:
    """Load a pack by its built-in name or folder onto a device.

    Weights run in the choice's number type, or in float32 if the pack needs it. Sets torch's
    number of CPU threads to the choice's.

    Raises:
        ModelUnavailableError: the pack, a file or a package is missing, or a file is broken.
    """
    folder, record = find_pack(name_or_path), load_record(name_or_path)
    _check_files(folder, record)
    try:
        parts = _load_parts(folder, record, _number_type(record, device))
    except ImportError as error:
        raise ModelUnavailableError(
            f"a package that the {record.name} pack needs is missing: {error.name}",
            hint="Install the requirements: pip install -r requirements.txt",
        ) from error
    pack = Pack(device=device.device, record=record, **parts)
    _settle(pack, device)
    logger.info("pack %s on %s (%s)", record.name, device.device, device.reason)
    return pack


def _number_type(record: PackRecord, device: DeviceChoice) -> torch.dtype:
    """The device's own, unless the pack needs float32."""
    import torch

    return torch.float32 if record.dtype == "float32" else device.dtype


def _check_files(folder: Path, record: PackRecord) -> None:
    missing = [part for part in _PARTS if not (folder / part).is_dir()]
    if missing:
        raise ModelUnavailableError(
            f"the pack {folder} lacks its {', '.join(missing)}",
            hint="Fetch the project's files again; the weights are part of it.",
        )
    if compute_revision(folder) != record.revision:
        raise ModelUnavailableError(
            f"the files of the pack {folder} are not the ones its pack.json was made for",
            hint="Fetch the project's files again, or seal the pack if you changed it yourself: "
            f"python -m pipeline.packs.seal {folder}",
        )


def _load_parts(folder: Path, record: PackRecord, dtype: torch.dtype) -> dict[str, Any]:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
    from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
    from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler
    from diffusers.utils import logging as diffusers_logging
    from safetensors import SafetensorError
    from transformers import AutoTokenizer, T5EncoderModel
    from transformers.utils import logging as transformers_logging

    for logs in (diffusers_logging, transformers_logging):
        logs.disable_progress_bar()
    scheduler = CogVideoXDDIMScheduler if record.scheduler == "ddim" else CogVideoXDPMScheduler
    weights: dict[str, Any] = {"use_safetensors": True, "local_files_only": True}
    lean = {"low_cpu_mem_usage": importlib.util.find_spec("accelerate") is not None}
    try:
        return {
            "tokenizer": AutoTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
            "text_encoder": T5EncoderModel.from_pretrained(
                folder / "text_encoder", dtype=dtype, **weights
            ),
            "transformer": CogVideoXTransformer3DModel.from_pretrained(
                folder / "transformer", torch_dtype=dtype, **weights, **lean
            ),
            "vae": AutoencoderKLCogVideoX.from_pretrained(
                folder / "vae", torch_dtype=dtype, **weights, **lean
            ),
            "scheduler": scheduler.from_pretrained(folder / "scheduler", local_files_only=True),
        }
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelUnavailableError(
            f"a file of the pack {folder} is missing or broken: {reason}",
            hint="Fetch the project's files again; the weights are part of it.",
        ) from error


def _settle(pack: Pack, device: DeviceChoice) -> None:
    import torch

    from pipeline.diffusion.vae import speed_up

    torch.set_num_threads(device.threads)
    for module in (pack.text_encoder, pack.transformer, pack.vae):
        module.eval().requires_grad_(False).to(device.device)
    speed_up(pack.vae)
