"""How near a picture is to what a pack can draw: what its autoencoder leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from pipeline.diffusion.latents import decode, encode
from pipeline.errors import InputError
from pipeline.priors.pictures import Picture, fit_figure, fit_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.diffusion.model import ClipFormat, VideoModel

_RIM = 1 / 36
"""Of the frame's width: how far around a figure its edge is looked at, where blur shows."""
_NAMED = 3
"""Pictures that an error names."""


def round_trip_db(model: VideoModel, picture: Picture, clip: ClipFormat) -> float:
    """Give the peak signal-to-noise ratio, in dB, of a picture after encoding and decoding.

    It is measured in the frames of `clip`, where the picture is and a little around it: neither
    its bars nor what is clear of it counts. The higher, the nearer it is to what the pack can draw.
    """
    pixels = fit_picture(picture, clip.height_px, clip.width_px)
    figure = fit_figure(picture, clip.height_px, clip.width_px).astype(np.uint8)
    rim = 2 * round(_RIM * clip.width_px) + 1
    seen = cv2.dilate(figure, np.ones((rim, rim), np.uint8)) > 0
    with model.using("vae") as vae:
        drawn = decode(vae, encode(vae, pixels[None]))[0]
    error = np.square(drawn[seen].astype(float) - pixels[seen]).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def refuse_strangers(
    model: VideoModel, pictures: Sequence[Picture], clip: ClipFormat, least_db: float | None
) -> None:
    """Refuse pictures that the pack could not draw even if it had learned them by heart.

    Args:
        model: The pack; its autoencoder is asked.
        pictures: As they are learned from: without their background where it is removed.
        clip: The size they are learned in.
        least_db: The least of `round_trip_db` (`PackRecord.picture_psnr_db`); None = all will do.

    Raises:
        InputError: the message names the pictures.
    """
    if least_db is None:
        return
    strange = [one.name for one in pictures if round_trip_db(model, one, clip) < least_db]
    if strange:
        more = len(strange) - _NAMED
        named = ", ".join(strange[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        raise InputError(
            f"too far from what these models can draw: {named}",
            hint="Choose pictures in their style, or models that draw the real world.",
        )
