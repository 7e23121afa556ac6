"""Learned looks and motions as model repositories, ready to be put on a hub.

`{pytorch_lora_weights.safetensors, README.md, prior.json, samples/<step>.webp}`, which diffusers'
`load_lora_weights` reads. What names a person's folders or e-mail stays behind.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

from pipeline.errors import WorkspaceError
from pipeline.files import as_json, partial_path, short, workspace_errors, write_bytes
from pipeline.prior import Prior
from pipeline.priors.header import MADE_WITH, file_name, without_places
from pipeline.priors.importing import PUBLISHED_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.prior import Source
    from pipeline.priors.store import Stored

_KNOWN_LICENCES = {
    "agpl-3.0-only": "agpl-3.0",
    "agpl-3.0": "agpl-3.0",
    "apache-2.0": "apache-2.0",
    "cc0": "cc0-1.0",
    "cc0-1.0": "cc0-1.0",
    "cc-by-4.0": "cc-by-4.0",
    "cc-by-sa-4.0": "cc-by-sa-4.0",
    "cc-by-nc-4.0": "cc-by-nc-4.0",
    "mit": "mit",
}
"""Terms in our words, and as a hub's front matter names them."""
_NAMES = {"motion": "motion", "character": "look"}


def export_prior(stored: Stored, out: Path, *, base_model: str | None = None) -> Path:
    """Write a prior as a model repository, whole or not at all.

    Args:
        stored: What to publish.
        out: A zip where the name ends so, else a folder; either is made.
        base_model: Hub id of the model that it changes; None = that is on no hub.

    Returns:
        `out`.

    Raises:
        WorkspaceError: there is something at `out` already, or it cannot be written.
    """
    partial = partial_path(out.absolute())
    with workspace_errors(f"write {short(out)}", hint="Choose a folder that can be written."):
        if out.exists():
            raise WorkspaceError(f"{short(out)} is there already", hint="Choose another name.")
        out.parent.mkdir(parents=True, exist_ok=True)
        packed = partial.with_name(f"{partial.name}.zip")
        try:
            _write(stored, partial, base_model)
            if out.suffix.lower() == ".zip":
                _pack(partial, packed)
                packed.rename(out)
            else:
                partial.rename(out)
        finally:
            packed.unlink(missing_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
    return out


def _write(stored: Stored, folder: Path, base_model: str | None) -> None:
    prior = published(stored.prior)
    samples = {step: file for step in prior.samples if (file := stored.sample(step))}
    (folder / "samples").mkdir(parents=True)
    shutil.copyfile(stored.file, folder / PUBLISHED_FILE)
    for file in samples.values():
        shutil.copyfile(file, folder / "samples" / file.name)
    write_bytes(folder / "prior.json", as_json(prior))
    readme = _readme(prior, base_model, max(samples, default=None))
    write_bytes(folder / "README.md", readme.encode())


def _pack(folder: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "x") as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())


def published(prior: Prior) -> Prior:
    """Give the record as anyone may read it: without folders, e-mails and the story's title."""
    record = prior.model_dump(mode="json", exclude={"title"})
    record["origin"] = file_name(prior.origin)
    for source in (record["plan"] or {}).get("sources", ()):
        source["name"] = file_name(source["name"])
    return Prior.model_validate(_cleaned(record))


def _cleaned(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    if isinstance(value, str):
        return without_places(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    return value


def _readme(prior: Prior, base_model: str | None, shown: int | None) -> str:
    front = _front_matter(prior, base_model, shown)
    return f"---\n{front}\n---\n\n" + "\n".join(_lines(prior, base_model, shown)) + "\n"


def _front_matter(prior: Prior, base_model: str | None, shown: int | None) -> str:
    from huggingface_hub import ModelCardData

    licences = {one.lower().replace(" ", "-") for one in _licences(prior)}
    known = _KNOWN_LICENCES.get(licences.pop()) if len(licences) == 1 else None
    picture = {"text": _prompt(prior), "output": {"url": f"samples/{shown}.webp"}}
    card = ModelCardData(
        base_model=base_model,
        library_name="diffusers",
        pipeline_tag="text-to-video",
        tags=["cogvideox", "diffusers", "lora", "text-to-video"],
        instance_prompt=prior.trigger,
        widget=None if shown is None else [picture],
        license=known or "other",
        license_name=None if known else "see-sources",
    )
    return card.to_yaml()


def _licences(prior: Prior) -> list[str]:
    """The terms of a prior: its own, or else those of its sources, each once."""
    sources = prior.plan.sources if prior.plan else ()
    named = [prior.licence] if prior.licence else [one.licence for one in sources]
    return list(dict.fromkeys(one or "unknown" for one in named)) or ["unknown"]


def _prompt(prior: Prior) -> str:
    sources = prior.plan.sources if prior.plan else ()
    return next((one.prompt for one in sources if one.prompt), prior.trigger)


def _lines(prior: Prior, base_model: str | None, shown: int | None) -> list[str]:
    """The page of the repository, after its front matter."""
    figure = f", a {_plain(prior.figure)}" if prior.figure else ""
    blocks = ", ".join(map(str, prior.blocks))
    lines = [
        f"# {_plain(prior.words)}{figure}",
        "",
        f"A learned {_NAMES[prior.kind]}: a LoRA for {base_model or f'the {prior.pack} pack'} "
        f"(revision `{prior.pack_revision}`), made with {MADE_WITH}.",
        "",
        *([] if shown is None else [f"![A sample](samples/{shown}.webp)", ""]),
        f"- Words that call it: `{_plain(prior.trigger)}`",
        f"- Rank {prior.rank}, alpha {prior.alpha:g}, blocks {blocks}",
        f"- Licence: {_plain(', '.join(_licences(prior)))}",
    ]
    if prior.steps:
        lines.append(f"- Trained for {prior.steps} steps")
    if prior.origin:
        lines.append(f"- Brought in from: {_plain(prior.origin)}")
    lines += ["", "```python", _loading(base_model), "```"]
    if prior.plan is not None:
        lines += ["", "## Learned from", "", *map(_source_line, prior.plan.sources)]
        settings = json.dumps(prior.plan.settings.model_dump(mode="json"), indent=1)
        lines += ["", "## Settings", "", "```json", settings, "```"]
    return lines


def _loading(base_model: str | None) -> str:
    model = base_model or "path/to/the/pack"
    return (
        "from diffusers import CogVideoXPipeline\n\n"
        f"pipe = CogVideoXPipeline.from_pretrained({model!r})\n"
        'pipe.load_lora_weights("path/to/this/folder")'
    )


def _source_line(source: Source) -> str:
    credit = f", {_plain(source.credit)}" if source.credit else ""
    shown = f": {_plain(source.prompt)}" if source.prompt else ""
    licence = _plain(source.licence or "unknown")
    return f"- {source.kind} `{source.sha256[:16]}` ({licence}{credit}){shown}"


def _plain(text: str) -> str:
    """Words of others in one line that markdown leaves as they are."""
    line = " ".join(text.split())
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!" else one for one in line)
