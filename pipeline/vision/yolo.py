"""ultralytics, kept offline: the one place that imports it and reads its weights.

As it comes, ultralytics asks the network who is there, fetches fonts and weights, installs what it
misses and reports what it does. The switches below end that; they only work before its import.
"""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from pipeline.errors import ModelUnavailableError
from pipeline.files import SCRATCH

if TYPE_CHECKING:
    from ultralytics import YOLO

_PACKAGES = 'pip install "ultralytics>=8.4,<8.5" "lap>=0.5.12,<1"'
_SWITCHES = {
    "YOLO_OFFLINE": "1",
    "YOLO_AUTOINSTALL": "False",
    "YOLO_VERBOSE": "False",
    "ULTRALYTICS_SAFE_LOAD": "1",
}
_CV2_FUNCTIONS = ("read", "write", "show")


def import_ultralytics() -> type[YOLO]:
    """Import ultralytics with its network, its installer and its unsafe loading switched off.

    Returns:
        Its class `YOLO`.

    Raises:
        ModelUnavailableError: it, lap or a torchvision that fits torch is missing.
    """
    folder = Path(platformdirs.user_cache_dir("dreamrunner-studio", appauthor=False)) / "yolo"
    os.environ.update(_SWITCHES, YOLO_CONFIG_DIR=str(folder))
    try:
        _put_font(folder / "Ultralytics")
        import lap  # noqa: F401  (the tracker's; ultralytics would install it at run time)

        with _left_as_they_were():
            from ultralytics import YOLO, settings
            from ultralytics.utils import SAFE_LOAD
    except ImportError as error:
        raise ModelUnavailableError(
            f"figures cannot be tracked: {error}", hint=f"Install what is missing: {_PACKAGES}"
        ) from error
    except RuntimeError as error:
        raise _mismatch(error) from error
    if not SAFE_LOAD:
        raise ModelUnavailableError(
            "ultralytics was imported before its safe loading was switched on",
            hint="Import it through pipeline.vision.yolo only.",
        )
    if settings["sync"]:
        settings.update(sync=False)
    return YOLO


@contextmanager
def _left_as_they_were() -> Iterator[None]:
    """Take back what ultralytics puts in place of functions of other packages.

    Its way to open a picture, for one, asks for a package to be installed where there is none.
    """
    import cv2
    import torch
    from PIL import Image

    names = [(Image, "open"), (torch, "save"), *((cv2, f"im{one}") for one in _CV2_FUNCTIONS)]
    before = [(owner, name, getattr(owner, name)) for owner, name in names]
    try:
        yield
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _put_font(folder: Path) -> None:
    """Lay a font where ultralytics looks for Arial, which it would fetch otherwise."""
    import matplotlib

    font = folder / "Arial.ttf"
    if not font.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", font)


def _mismatch(error: RuntimeError) -> ModelUnavailableError | RuntimeError:
    """What to say of the error that torchvision raises beside a torch it was not built for."""
    if "torchvision" not in str(error):
        return error
    return ModelUnavailableError(
        f"torchvision does not fit torch: {error}",
        hint="Install the pair that belongs together: "
        'pip install --force-reinstall "torch>=2.13,<2.16" "torchvision>=0.28,<0.30"',
    )


def load_yolo(weights: Path) -> YOLO:
    """Load a detector of this computer, reading nothing but tensors and known layers from it.

    Args:
        weights: a `.pt` file of ultralytics, an absolute path.

    Raises:
        ModelUnavailableError: ultralytics or the file is missing, or the file is not such a
            detector.
    """
    weights = _existing(weights)
    yolo = import_ultralytics()
    logging.getLogger("ultralytics").setLevel(logging.ERROR)
    try:
        with _plainly_named(weights) as plain:
            model = yolo(plain, task="detect")
    except (TypeError, RuntimeError, ImportError, OSError, pickle.UnpicklingError) as error:
        raise ModelUnavailableError(
            f"{weights} is not a detector that can be loaded safely: {error}",
            hint="Use the .pt file of a detector trained with ultralytics, such as yolov5nu.pt.",
        ) from error
    if model.task != "detect":
        raise ModelUnavailableError(
            f"{weights} does not detect; its task is {model.task}", hint="Use a detector."
        )
    return model


def _existing(weights: Path) -> Path:
    """The file itself: a name that ultralytics does not find it would look for on the network."""
    if not weights.is_absolute() or weights.suffix != ".pt" or not weights.is_file():
        raise ModelUnavailableError(
            f"there are no detector's weights at {weights}",
            hint="Give the full path of a .pt file.",
        )
    return weights


@contextmanager
def _plainly_named(weights: Path) -> Iterator[Path]:
    """Give the file under another name: ultralytics reads `yolov5n.pt` as `yolov5nu.pt`.

    It does so with whole paths too, and fetches that file where it is not there.
    """
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        yield Path(shutil.copyfile(weights, Path(folder) / "weights.pt"))
