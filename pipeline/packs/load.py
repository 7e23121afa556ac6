"""Loading a pack's weights: local files only, safetensors only, laid out as its placement says."""

from __future__ import annotations

import gc
import importlib.util
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.devices import lacks_cuda, probe
from pipeline.diffusion.model import Part, VideoModel
from pipeline.errors import ModelUnavailableError
from pipeline.packs.placement import (
    Placement,
    is_of_memory,
    measure_pack,
    memory_errors,
    plan_placement,
)
from pipeline.packs.record import PackRecord, load_record
from pipeline.packs.seal import compute_revision
from pipeline.packs.weights import (
    PARTS,
    WEIGHTS_VARIABLE,
    Weights,
    count_parameters,
    find_weights,
    look_at,
    weights_revision,
)
from pipeline.settings import load_settings

if TYPE_CHECKING:
    import torch
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

    from pipeline.devices import DeviceChoice

logger = logging.getLogger(__name__)
_MODELS: tuple[Part, ...] = ("text_encoder", "transformer", "vae")
_WHOLE_AGAIN = "Fetch the project's files again; the weights are part of it."


@dataclass(frozen=True)
class Pack(VideoModel):
    """A loaded pack: its parts, its record, how it is laid out. Parameters are frozen.

    `text_encoder` is None where it waits on the disk: take it by `using`, as every part that is to
    be worked with. The record's revision is that of the weights that are loaded.
    """

    record: PackRecord
    placement: Placement
    source: _Source
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @contextmanager
    def using(self, part: Part) -> Iterator[Any]:
        """Give a part, on its device for as long as the block lasts."""
        module = getattr(self, part)
        if module is None:
            module = self._kept.get(part) or self._read_text_encoder()
        if not _visits(part, self.placement, self.device):
            yield module
            return
        stays = getattr(self, part) is not None or part in self._kept
        try:
            module.to(self.device)  # may run out of memory half way
            yield module
        finally:
            # Whoever asked may still hold the module, so its memory is given back by moving it.
            module.to("cpu" if stays else "meta")
            _free_memory(self.device)

    def _read_text_encoder(self) -> torch.nn.Module:
        """Read the text encoder: to be kept in memory, or onto the device for this once."""
        keeps = self.placement.keeps_text_encoder
        module = self.source.read_all(("text_encoder",), None if keeps else self.device)[
            "text_encoder"
        ]
        _settled(module)
        if keeps:
            self._kept["text_encoder"] = module
        if _streams(self.placement, self.device):
            stream_weights(module, self.device, by_block=False)
        return module


@dataclass(frozen=True)
class _Source:
    """Where the parts of a pack are read from, and in which number types."""

    folder: Path
    dtype: torch.dtype
    text_dtype: torch.dtype
    scheduler: str
    hint: str

    def read_all(
        self, parts: tuple[str, ...] = PARTS, device: torch.device | None = None
    ) -> dict[str, Any]:
        """Read parts from their files: into memory, the text encoder onto a device if named."""
        from safetensors import SafetensorError

        try:
            return {part: self._read(part, device) for part in parts}
        except ImportError as error:
            raise _lacking(error.name or "of the requirements") from error
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            if is_of_memory(error):
                raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelUnavailableError(
                f"a file of the pack {self.folder} is missing or broken: {reason}", hint=self.hint
            ) from error

    def _read(self, part: str, device: torch.device | None) -> object:
        from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
        from diffusers.models.transformers.cogvideox_transformer_3d import (
            CogVideoXTransformer3DModel,
        )
        from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
        from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler
        from transformers import AutoTokenizer, T5EncoderModel

        path = self.folder / part
        local: dict[str, Any] = {"local_files_only": True}
        if part == "tokenizer":
            return AutoTokenizer.from_pretrained(path, **local)
        if part == "scheduler":
            dpm = self.scheduler == "dpm"
            kind = CogVideoXDPMScheduler if dpm else CogVideoXDDIMScheduler
            return kind.from_pretrained(path, **local)
        weights: dict[str, Any] = {"use_safetensors": True, **local}
        if part == "text_encoder":
            straight = {} if device is None else {"device_map": {"": device}}
            return T5EncoderModel.from_pretrained(
                path, dtype=self.text_dtype, **straight, **weights
            )
        lean = {"low_cpu_mem_usage": importlib.util.find_spec("accelerate") is not None}
        model = CogVideoXTransformer3DModel if part == "transformer" else AutoencoderKLCogVideoX
        return model.from_pretrained(path, torch_dtype=self.dtype, **weights, **lean)


def load_pack(
    name_or_path: str | Path,
    device: DeviceChoice,
    *,
    home: Path | None = None,
    weights: Path | None = None,
    placement: str | None = None,
) -> Pack:
    """Load a pack by its built-in name or folder onto a device.

    Weights run in the choice's number type, or in float32 if the pack needs it; those of a pack
    in float16 run in it on a graphics card, but for the text encoder, which needs bfloat16's range
    where the device has it. Sets torch's number of CPU threads to the choice's.

    Args:
        name_or_path: A built-in name, or a folder with a `pack.json`.
        device: Where, and on how many threads.
        home: The home folder that weights were fetched to; None = the studio's own.
        weights: A folder of weights, for a pack of a hub (see `find_weights`).
        placement: How it is laid out, see `plan_placement`; None = the fastest that fits.

    Raises:
        InputError: there is no such placement.
        ModelUnavailableError: the pack, a file or a package is missing, a file is broken, or the
            pack is too large for the device.
        RenderError: memory ran out while it was loaded.
    """
    record = load_record(name_or_path)
    folder = find_weights(name_or_path, record, home=home or load_settings().home, given=weights)
    record = _checked(folder, record)
    source = _source(folder, record, device)
    placed = _place(source, record, device, placement)
    _quieten()
    waits = record.hub_id is not None and device.device.type == "cuda"
    waits = waits or not placed.keeps_text_encoder
    read = tuple(part for part in PARTS if not (waits and part == "text_encoder"))
    with memory_errors(placed):
        parts = {"text_encoder": None, **source.read_all(read)}
        pack = Pack(device=device.device, record=record, placement=placed, source=source, **parts)
        _settle(pack, device)
    level = logging.WARNING if not placed.on_card and lacks_cuda() else logging.INFO
    told = record.name, device.device, device.reason, placed.reason
    logger.log(level, "pack %s on %s (%s): %s", *told)
    return pack


def _checked(folder: Path, record: PackRecord) -> PackRecord:
    """Check the files; the record with the revision of the weights that are there."""
    if record.hub_id is None:
        _check_sealed(folder, record)
        return record
    found = look_at(folder, record)
    if found.state != "ready":
        raise missing_weights(record, found)
    return record.model_copy(update={"revision": weights_revision(folder)})


def _check_sealed(folder: Path, record: PackRecord) -> None:
    missing = [part for part in PARTS if not (folder / part).is_dir()]
    if missing:
        raise ModelUnavailableError(
            f"the pack {folder} lacks its {', '.join(missing)}", hint=_WHOLE_AGAIN
        )
    if compute_revision(folder) != record.revision:
        raise ModelUnavailableError(
            f"the files of the pack {folder} are not the ones its pack.json was made for",
            hint="Fetch the project's files again, or seal the pack if you changed it yourself: "
            f"python -m pipeline.packs.seal {folder}",
        )


def missing_weights(record: PackRecord, found: Weights) -> ModelUnavailableError:
    """Give the error for weights of a hub that are not there, or not whole."""
    size = f" ({record.size_gib:.1f} GiB)" if record.size_gib else ""
    state = (
        "are not there yet"
        if found.state == "absent"
        else f"are not whole, or not its own: {found.problems[0]}"
    )
    return ModelUnavailableError(
        f"the weights of the {record.name} pack {state}",
        hint=f"{'Fetch' if found.state == 'absent' else 'Go on fetching'} them{size}: "
        f"python -m pipeline packs fetch {record.name}, or name a folder that has them in "
        f"{WEIGHTS_VARIABLE}. Planning, boxes and the animatic work without.",
    )


def _source(folder: Path, record: PackRecord, device: DeviceChoice) -> _Source:
    import torch

    dtype = _number_type(record, device)
    wide = dtype == torch.float16 and device.dtype == torch.bfloat16
    hint = _WHOLE_AGAIN
    if record.hub_id is not None:
        hint = (
            f"Fetch them anew: python -m pipeline packs remove {record.name}, then packs fetch "
            f"{record.name}; in a folder of your own, put its files there again."
        )
        _check_tokenizer(folder / "tokenizer")
    return _Source(folder, dtype, device.dtype if wide else dtype, record.scheduler, hint)


def _number_type(record: PackRecord, device: DeviceChoice) -> torch.dtype:
    """The device's own, unless the pack needs float32, or float16 and the device has it."""
    import torch

    if record.dtype == "float16" and device.device.type == "cuda":
        return torch.float16
    return torch.float32 if record.dtype == "float32" else device.dtype


def _check_tokenizer(folder: Path) -> None:
    """Stock T5 tokenizers come as a SentencePiece model, which two packages are needed to read."""
    if not (folder / "tokenizer.json").is_file():
        for package, module in (
            ("sentencepiece", "sentencepiece"),
            ("protobuf", "google.protobuf"),
        ):
            try:
                importlib.import_module(module)
            except ImportError as error:
                raise _lacking(package) from error


def _lacking(package: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"a package that the pack needs is missing: {package}",
        hint="Install the requirements: pip install -r requirements.txt",
    )


def _place(
    source: _Source, record: PackRecord, device: DeviceChoice, asked: str | None
) -> Placement:
    counts = count_parameters(source.folder)
    sizes = measure_pack(record, counts, element_bytes=source.dtype.itemsize)
    return plan_placement(sizes, probe(device.device), asked=asked)


def _visits(part: Part, placement: Placement, device: torch.device) -> bool:
    """Whether a part is on the device only while it is used, and elsewhere between."""
    if device.type != "cuda":
        return part == "text_encoder" and not placement.keeps_text_encoder
    if _streams(placement, device):
        return part == "vae"
    return placement.kind == "model_offload" or part == "text_encoder"


def _streams(placement: Placement, device: torch.device) -> bool:
    return placement.kind == "group_offload" and device.type == "cuda"


def stream_weights(module: torch.nn.Module, device: torch.device, *, by_block: bool) -> None:
    """Let the weights of a model stream through a device, block by block or layer by layer.

    They are copied one after another, not ahead in a stream of their own: that would need each
    tensor to be there beforehand, and adapters and position tables come later.
    """
    from diffusers.hooks.group_offloading import apply_group_offloading

    apply_group_offloading(
        module,
        onload_device=device,
        offload_type="block_level" if by_block else "leaf_level",
        num_blocks_per_group=1 if by_block else None,
    )


def decode_in_tiles(vae: AutoencoderKLCogVideoX) -> None:
    """Let frames be decoded in tiles of half the sides of the model's own frames, or a bit more.

    Tiles overlap by a sixth of their height and a fifth of their width. Where that is no whole
    number of latents, diffusers puts them together to frames that are too large.
    """
    config: Any = vae.config
    scale = 2 ** (len(config.block_out_channels) - 1)
    height, width = (
        math.ceil(side / (2 * scale * parts)) * parts * scale
        for side, parts in ((config.sample_height, 6), (config.sample_width, 5))
    )
    vae.enable_tiling(height, width)


def _settle(pack: Pack, device: DeviceChoice) -> None:
    import torch

    from pipeline.diffusion.vae import speed_up

    torch.set_num_threads(device.threads)
    speed_up(pack.vae)
    if pack.placement.vae_tiling:
        decode_in_tiles(pack.vae)
    if pack.placement.fp8:
        dtype = pack.transformer.dtype
        pack.transformer.enable_layerwise_casting(torch.float8_e4m3fn, dtype)
    streams = _streams(pack.placement, pack.device)
    if streams:
        stream_weights(pack.transformer, pack.device, by_block=True)
    for part in _MODELS:
        module = getattr(pack, part)
        if module is not None:
            _settled(module)
            if not _visits(part, pack.placement, pack.device) and not streams:
                module.to(pack.device)


def _settled(module: torch.nn.Module) -> torch.nn.Module:
    return module.eval().requires_grad_(False)


def _free_memory(device: torch.device) -> None:
    import torch

    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _quieten() -> None:
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for logs in (diffusers_logging, transformers_logging):
        logs.disable_progress_bar()
