"""Regional LoRA: learned looks and motions that act in their regions and nowhere else."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, NoReturn

import torch
from diffusers.hooks.group_offloading import _maybe_remove_and_reapply_group_offloading

from pipeline.diffusion.adapter_files import adapter_hash, read_acting, read_adapter
from pipeline.diffusion.feed_forward import part_lengths
from pipeline.diffusion.guided import Guided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from peft.tuners.lora.layer import LoraLayer
    from torch import Tensor
    from torch.utils.hooks import RemovableHandle

    from pipeline.artifacts import PriorBinding, ScenePrompt
    from pipeline.diffusion.adapter_config import Acting
    from pipeline.diffusion.adapter_files import AdapterFile
    from pipeline.diffusion.model import ClipFormat
    from pipeline.diffusion.regions import RegionLayout

logger = logging.getLogger(__name__)

_NOISIEST = 999
_SLUG = "prior-"  # peft's names may hold no dots; content, not names, tells adapters apart


@dataclass(frozen=True)
class AdapterUse:
    """One learned look or motion at work in some segments of a scene.

    Attributes:
        name: what people know it by; the key of the prior in the store.
        file: its `.safetensors`.
        kind: what it was learned for; which blocks it changes is up to the file.
        segments: numbers of the segments it acts in, as in the scene's full layout.
        scale: times the adapter's own alpha / rank.
        frames: the latent frames it acts in; None = all.
    """

    name: str
    file: Path
    kind: Literal["character", "motion"]
    segments: tuple[int, ...]
    scale: float = 1.0
    frames: range | None = None


def uses_of(
    prompt: ScenePrompt, files: Mapping[str, Path], clip: ClipFormat
) -> tuple[AdapterUse, ...]:
    """The uses of a prompt's priors, one per binding; `files` has the file of each by its name.

    A prior also acts where its region overlaps others and the overlap has words of its own.
    Segments are numbered as in `make_layout`: regions, overlaps, background.
    """
    return tuple(
        AdapterUse(
            name=binding.prior,
            file=files[binding.prior],
            kind=binding.kind,
            segments=_segments(prompt, binding),
            scale=binding.scale,
            frames=_latent_frames(binding, clip),
        )
        for binding in prompt.priors
    )


def _segments(prompt: ScenePrompt, binding: PriorBinding) -> tuple[int, ...]:
    owners = [{region.region_id} for region in prompt.regions]
    owners += [{*overlap.region_ids} for overlap in prompt.overlaps]
    bound = {*binding.region_ids}
    return tuple(number for number, owner in enumerate(owners) if owner & bound)


def _latent_frames(binding: PriorBinding, clip: ClipFormat) -> range:
    keyframes = clip.keyframe_to_latent[binding.from_keyframe : binding.to_keyframe + 1]
    frames = [frame for latents in keyframes for frame in latents]
    return range(min(frames), max(frames) + 1) if frames else range(0)


class RegionalAdapters:
    """The adapters of a scene on a CogVideoX transformer; off, but for `with active(layout):`.

    An adapter's change to a layer is `B(A(m * x)) * scale * alpha / rank`, m being 1 on the tokens
    of its segments and 0 elsewhere; the rank-r activation A(x) is what gets masked, as
    A(m * x) = m * A(x). Where several uses of one adapter meet, the larger scale holds; nothing
    adds up. Different adapters add up, each in its own place.

    Adapters that an earlier scene left on the transformer and this one uses again (the same
    content, wherever it lies) stay; the others go. All of the transformer's weights are frozen by
    this. Off, it is the base model bit for bit; fusing is refused, as a fused adapter would act
    everywhere.

    Attributes:
        hashes: the SHA-256 of each file by the name of its use.

    Raises:
        InputError, ModelUnavailableError: a file is missing, damaged or does not fit
            (see `read_adapter`); the transformer is as it was.
        ValueError: the transformer carries adapters that are not from here.
    """

    def __init__(
        self, transformer: CogVideoXTransformer3DModel, uses: Iterable[AdapterUse]
    ) -> None:
        self._transformer = transformer
        self._uses = tuple(uses)
        self.hashes = {use.name: adapter_hash(use.file) for use in self._uses}
        self._slugs = {name: _SLUG + sha[:24] for name, sha in self.hashes.items()}
        self._install({self._slugs[use.name]: use for use in self._uses})
        self._acting = {self._slugs[use.name]: read_acting(use.file) for use in self._uses}
        self._layers = _lora_layers(transformer)
        self._kept: tuple[RegionLayout, Sequence[int] | None, dict[str, Tensor]] | None = None

    def _install(self, wanted: Mapping[str, AdapterUse]) -> None:
        present = _present(self._transformer)
        fresh = {slug: use.file for slug, use in wanted.items() if slug not in present}
        files = {slug: read_adapter(file, self._transformer) for slug, file in fresh.items()}
        if not wanted:
            self.remove()
            return
        if gone := sorted(present - wanted.keys()):
            self._transformer.delete_adapters(gone)
        try:
            for slug, file in files.items():
                _load(self._transformer, slug, file)
        finally:  # a freshly loaded adapter is on, and acts everywhere
            _settle(self._transformer)

    def guided(
        self, layout: RegionLayout, segments: Sequence[int] | None = None, *, timestep: int
    ) -> tuple[Guided, ...]:
        """Those that act with the text alone at a timestep, grouped by how they do.

        Groups come in the order of their first adapter.
        """
        places: dict[Acting, Tensor] = {}
        for slug, mask in self._masks_of(layout, segments).items():
            acting, here = self._acting[slug], mask[layout.joint_text_length :, 0] > 0
            if acting.guided and acting.acts(timestep):
                places[acting] = here | places.get(acting, here)
        return tuple(Guided(acting, tokens) for acting, tokens in places.items())

    @contextmanager
    def active(
        self,
        layout: RegionLayout,
        segments: Sequence[int] | None = None,
        *,
        timestep: int = _NOISIEST,
        guided: Sequence[Acting] | None = None,
    ) -> Iterator[None]:
        """Let the adapters act in their regions in the forwards inside the block.

        With gradient checkpointing the backward belongs inside too: it runs forwards again.

        Args:
            layout: the layout of those forwards, on their device.
            segments: the scene's numbers of the layout's segments, where some were dropped
                (`RegionLayout.without_empty`); None = none were.
            timestep: of those forwards; at the noisiest, all adapters act.
            guided: of those that act with the text alone, only those that do it in one of these
                manners; None = all.

        Raises:
            ValueError: already active, or the transformer got the adapters of another scene since.
        """
        masks = {
            slug: mask
            for slug, mask in self._masks_of(layout, segments).items()
            if takes_part(self._acting[slug], timestep, guided)
        }
        if not masks.keys() <= _present(self._transformer):
            raise ValueError("these adapters made way for those of another scene")
        if any(not layer.disable_adapters for layer in self._layers):
            raise ValueError("the transformer's adapters are active already")
        parts = {slug: by_length(mask, layout) for slug, mask in masks.items()}
        hooks: list[RemovableHandle] = []
        try:
            hooks += [
                down.register_forward_hook(partial(confine, parts[slug]))
                for layer in self._layers
                for slug, down in layer.lora_A.items()
                if slug in parts
            ]
            _switch(self._layers, list(masks))
            yield
        finally:
            for hook in hooks:
                hook.remove()
            _switch(self._layers, [])

    def remove(self) -> None:
        """Take all adapters off the transformer; its layers are the plain ones again."""
        if _present(self._transformer):
            self._transformer.unload_lora()
            del self._transformer.fuse_lora

    def _masks_of(self, layout: RegionLayout, segments: Sequence[int] | None) -> dict[str, Tensor]:
        """Scale times mask (S, 1) of each adapter that acts anywhere; kept for the next step."""
        if self._kept is None or self._kept[0] is not layout or self._kept[1] != segments:
            self._kept = (layout, segments, self._draw_masks(layout, segments))
        return self._kept[2]

    def _draw_masks(
        self, layout: RegionLayout, segments: Sequence[int] | None
    ) -> dict[str, Tensor]:
        numbers = range(layout.num_segments) if segments is None else segments
        masks: dict[str, Tensor] = {}
        for use in self._uses:
            here = [at for at, number in enumerate(numbers) if number in use.segments]
            where = layout.adapter_mask(here, use.frames)
            if not use.scale or not bool(where[layout.joint_text_length :].any()):
                logger.warning("%s acts nowhere in this scene", use.name)
                continue
            mask, slug = where.to(self._transformer.dtype) * use.scale, self._slugs[use.name]
            masks[slug] = torch.maximum(mask, masks.get(slug, mask))
        return {slug: mask.unsqueeze(1) for slug, mask in masks.items()}


def takes_part(acting: Acting, timestep: int, guided: Sequence[Acting] | None) -> bool:
    """Whether an adapter acts in a forward in which, of the guided ones, only these do."""
    return acting.acts(timestep) and (not acting.guided or guided is None or acting in guided)


def by_length(mask: Tensor, layout: RegionLayout) -> dict[int, Tensor]:
    """The mask of the joint sequence and of the parts that feed-forwards may run in."""
    return {len(part): part for part in (mask, *mask.split(part_lengths(layout)))}


def confine(masks: Mapping[int, Tensor], _down: object, _inputs: object, low: Tensor) -> Tensor:
    """The rank-r activation (B, S, r) of a layer, or of a part of it, masked and scaled."""
    length = low.shape[1]
    if length not in masks:
        known = " or ".join(map(str, masks))
        raise ValueError(f"the mask is for {known} tokens, the layer got {length}")
    return low * masks[length].to(low)


def _present(transformer: CogVideoXTransformer3DModel) -> set[str]:
    """Slugs of the adapters on a transformer; ValueError if there are any but ours."""
    names: set[str] = set(getattr(transformer, "peft_config", ()))
    if foreign := sorted(name for name in names if not name.startswith(_SLUG)):
        raise ValueError(f"the transformer carries other adapters: {', '.join(foreign)}")
    return names


def _load(transformer: CogVideoXTransformer3DModel, slug: str, file: AdapterFile) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")  # we mean it
        transformer.load_lora_adapter(
            dict(file.tensors),
            prefix=None,  # pyright: ignore[reportArgumentType]  (declared as a string only)
            adapter_name=slug,
            metadata=file.lora_config(),
        )
    logger.info("%s is loaded: %d layers, rank %d", slug, len(file.layers), file.rank)


def _settle(transformer: CogVideoXTransformer3DModel) -> None:
    """Turn the adapters off, bar the ways to fuse them, and let offloading know of them."""
    layers, dtype = _lora_layers(transformer), transformer.dtype
    _switch(layers, [])
    for layer in layers:
        layer.merge = _refuse_fusing
        for part in (*layer.lora_A.values(), *layer.lora_B.values()):
            part.to(dtype)  # not the 8 bits in which a base layer may be stored
    transformer.fuse_lora = _refuse_fusing
    _maybe_remove_and_reapply_group_offloading(transformer)


def _switch(layers: Iterable[LoraLayer], slugs: list[str]) -> None:
    """Let the layers use these adapters, or none.

    At every step; peft's own `enable_adapters` also visits each weight to make it trainable.
    """
    for layer in layers:
        layer._active_adapter, layer._disable_adapters = slugs, not slugs


def _lora_layers(transformer: CogVideoXTransformer3DModel) -> list[LoraLayer]:
    from peft.tuners.lora.layer import LoraLayer

    return [module for module in transformer.modules() if isinstance(module, LoraLayer)]


def _refuse_fusing(*_args: object, **_options: object) -> NoReturn:
    raise ValueError(
        "adapters that act in regions cannot be fused or merged: they would act everywhere;"
        " take them off first (RegionalAdapters.remove)"
    )
