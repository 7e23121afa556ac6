"""Making a folder of diffusers weights a pack: measures it and writes its `pack.json`.

`python -m pipeline.packs.seal DIR` seals a theatre pack.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.clips import SearchSettings
from pipeline.diffusion.model import ClipFormat, spread_keyframes
from pipeline.packs.obedience import OBEDIENCE_FILE
from pipeline.packs.previews import PREVIEW_FILE, fit_on_drawings
from pipeline.packs.record import PACK_FILE, Licence, PackRecord, SightRecord, TroupeNames

if TYPE_CHECKING:
    from pipeline.diffusion.preview_map import PreviewMap
    from pipeline.theatre.train.names import Names

_COUNTED = (".json", ".safetensors", ".model", ".txt")
_SIGHT = "sight"
"""The folder of what looks at clips; takes do not depend on it, nor does the revision."""
_PRIORS = "priors"
"""The folder of what was learned with the pack, which is known by the pack's revision."""
_TRAINING = "training.json"
_RECORDS = (PACK_FILE, _TRAINING, OBEDIENCE_FILE, PREVIEW_FILE)
_THEATRE_SIGHT = SightRecord(
    detector=f"{_SIGHT}/detector/yolov5n.pt",
    detector_px=192,
    clip=f"{_SIGHT}/clip",
    video_text=f"{_SIGHT}/video_text",
)
_EXAMINED = 120
"""Clips of the theatre's own library that are tracked in one search: about a third of them."""
_TOKENIZER_MARKS = ("<pad>", "</s>", "<unk>")
_LICENCE = Licence(
    part="all",
    licence="AGPL-3.0-only",
    source="trained on drawings of this project",
    words="free software: whoever passes it on, changed or not, passes on the same freedom",
)


def compute_revision(folder: Path) -> str:
    """Give the hash (16 hex digits) of the names and bytes of a pack's files, its records aside."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if _counts(p.relative_to(folder))):
        data = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:16]


def _counts(path: Path) -> bool:
    """Whether a file makes the pack what it is: no record, nothing hidden, nothing Python left."""
    hidden = any(part.startswith((".", "__")) for part in path.parts)
    aside = path.name in _RECORDS or path.parts[0] in (_SIGHT, _PRIORS)
    return not hidden and not aside and path.suffix in _COUNTED


def seal_theatre_pack(
    folder: Path,
    *,
    name: str = "theatre",
    fps: int = 8,
    names: Names | None = None,
    num_inference_steps: int = 20,
    draft_steps: int = 8,
    guidance_scale: float = 4.0,
) -> PackRecord:
    """Write the record and the preview map of a theatre pack exported to `folder`; give the record.

    Sizes come from the folder's own configurations, words from its tokenizer. Its troupe are
    `names`, or what the plan in its training record plays, or else the whole world; it can learn
    the world's other motions.
    """
    from pipeline.theatre.world import load_world

    world, sizes, words = load_world(), _read_sizes(folder), _read_words(folder)
    names = names or _read_names(folder / _TRAINING)
    triggers = {*world.reserved.motions, *world.reserved.looks}
    record = PackRecord(
        name=name,
        title="The paper theatre",
        revision=compute_revision(folder),
        fps=fps,
        keyframe_to_latent=spread_keyframes(sizes["latent_frames"], sizes["num_frames"]),
        num_inference_steps=num_inference_steps,
        draft_steps=draft_steps,
        guidance_scale=guidance_scale,
        box_timing="hold",
        dtype="bfloat16",
        motion_triggers=tuple(word for word in world.reserved.motions if word in words),
        look_triggers=tuple(word for word in world.reserved.looks if word in words),
        vocabulary=tuple(word for word in words if word not in triggers),
        licences=(_LICENCE,),
        troupe=TroupeNames(
            **vars(names), learnable=tuple(m for m in world.motions if m not in names.motions)
        ),
        sight=_THEATRE_SIGHT,
        search=SearchSettings(examined=_EXAMINED),
        **sizes,
        **_kept(folder),
    )
    (folder / PREVIEW_FILE).write_bytes(_fit_preview(folder, record).save())
    write_record(record, folder)
    return record


def _kept(folder: Path) -> dict[str, Any]:
    """What a person found out about the pack and wrote into its record: how it learns."""
    told = _read(folder / PACK_FILE) if (folder / PACK_FILE).is_file() else {}
    return {name: told[name] for name in ("training", "picture_psnr_db") if name in told}


def _read_names(training: Path) -> Names:
    """What a pack with that record was trained to play; all of the world where there is none."""
    from pipeline.theatre.train.names import played_names
    from pipeline.theatre.train.plans import DataPlan

    data = _read(training)["plan"]["data"] if training.is_file() else {}
    return played_names(DataPlan.model_validate(data))


def _read_words(folder: Path) -> list[str]:
    """Every word of the pack's tokenizer, sorted."""
    vocabulary = _read(folder / "tokenizer" / "tokenizer.json")["model"]["vocab"]
    return sorted(word for word in vocabulary if word not in _TOKENIZER_MARKS)


def write_record(record: PackRecord, folder: Path) -> None:
    """Write `pack.json` into a pack's folder, whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".pack-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(record.model_dump_json(indent=1) + "\n")
    Path(temporary).chmod(0o644)
    Path(temporary).replace(folder / PACK_FILE)


def _read_sizes(folder: Path) -> dict[str, Any]:
    """Sizes of the clips, as the configurations of transformer, VAE and scheduler have them."""
    transformer, vae = (_read(folder / part / "config.json") for part in ("transformer", "vae"))
    scheduler = _read(folder / "scheduler" / "scheduler_config.json")["_class_name"]
    spatial, temporal = 2 ** (len(vae["block_out_channels"]) - 1), vae["temporal_compression_ratio"]
    latent_frames = (transformer["sample_frames"] - 1) // temporal + 1
    whole = latent_frames % 2 == 0  # odd counts decode their first latent to a single frame
    return {
        "num_frames": latent_frames * temporal if whole else (latent_frames - 1) * temporal + 1,
        "height_px": transformer["sample_height"] * spatial,
        "width_px": transformer["sample_width"] * spatial,
        "latent_frames": latent_frames,
        "latent_channels": vae["latent_channels"],
        "latent_height": transformer["sample_height"],
        "latent_width": transformer["sample_width"],
        "patch_size": transformer["patch_size"],
        "max_sequence_length": transformer["max_text_seq_length"],
        "scheduler": "dpm" if "DPM" in scheduler else "ddim",
    }


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _fit_preview(folder: Path, clip: ClipFormat) -> PreviewMap:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

    from pipeline.diffusion.vae import speed_up

    vae = AutoencoderKLCogVideoX.from_pretrained(
        folder / "vae", use_safetensors=True, local_files_only=True, low_cpu_mem_usage=False
    )
    speed_up(vae)
    return fit_on_drawings(vae, clip)


def main(arguments: Sequence[str] | None = None) -> None:
    """Seal the theatre pack in the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Write the pack.json of an exported theatre pack.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fps", type=int, default=8, help="frames per second of its clips")
    parser.add_argument("--guidance", type=float, default=4.0, help="guidance scale of its takes")
    parser.add_argument("--training", type=Path, help="its training.json, if it lies elsewhere")
    options = parser.parse_args(arguments)
    names = _read_names(options.training or options.folder / _TRAINING)
    seal_theatre_pack(
        options.folder,
        fps=options.fps,
        names=names,
        guidance_scale=options.guidance,
    )


if __name__ == "__main__":
    main()
