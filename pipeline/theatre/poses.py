"""How each motion moves a puppet: slow and big, so that one latent (half a second) stays crisp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Track = NDArray[np.float64]


@dataclass
class Pose:
    """A motion over the clip's frames; every track has shape (F,), angles in radians, clockwise.

    `angles` turns single joints, `lean` everything above the hip, `tilt` the whole figure.
    `lift` raises the feet, in figure heights; `wide` and `tall` stretch the figure; `reach`
    lengthens single limbs; `parcel` says whether the far hand holds one.
    """

    tilt: Track
    lean: Track
    lift: Track
    wide: Track
    tall: Track
    angles: dict[str, Track] = field(default_factory=dict)
    reach: dict[str, float] = field(default_factory=dict)
    asleep: bool = False
    parcel: bool = False


def pose_motion(
    motion: str, num_frames: int, phase: float, *, cycle_frames: int | None = None
) -> Pose:
    """The pose of a motion at every frame; a motion without a pose of its own stands.

    A clip of any length shows the same cycles: one hop, one and a half double steps. With
    `cycle_frames` those take as many frames, and a longer clip shows them again and again.
    """
    time = (np.arange(num_frames) + 0.5) / (cycle_frames or num_frames)
    still, unit = np.zeros(num_frames), np.ones(num_frames)
    pose = Pose(tilt=still, lean=still, lift=still, wide=unit, tall=unit)
    pose.angles = {"near_arm": still + 0.3, "far_arm": still - 0.3}
    _MOTIONS.get(motion, _stand)(pose, time, phase)
    return pose


def _wave_of(time: Track, cycles: float, phase: float = 0.0) -> Track:
    return np.sin(2 * np.pi * cycles * time + phase)


def _progress(time: Track, shift: float) -> Track:
    """How far a motion is that is done once, 0..1; a longer clip begins it anew."""
    return np.clip(time + shift, 0, 1) if time[-1] <= 1 else (time + shift) % 1


def _stand(pose: Pose, time: Track, phase: float) -> None:
    breath = _wave_of(time, 1, phase)
    pose.tall = 1 + 0.012 * breath
    pose.angles["tail"] = 0.06 * breath


def _walk(pose: Pose, time: Track, phase: float) -> None:
    swing = _wave_of(time, 1.5, phase)
    pose.angles |= {"far_leg": -0.85 * swing, "near_leg": 0.85 * swing}
    pose.angles |= {"far_arm": 0.7 * swing - 0.2, "near_arm": -0.7 * swing + 0.2}
    pose.angles |= {"tail": 0.1 * swing, "head": -0.05 * swing}
    pose.reach = {"far_leg": 1.15, "near_leg": 1.15}
    pose.lean = 0.08 + 0.05 * swing
    pose.lift = 0.02 + 0.04 * (1 - swing**2)


def _jump(pose: Pose, time: Track, phase: float) -> None:
    hop = np.sin(np.pi * _progress(time, 0.1 * phase))
    pose.lift = 0.26 * hop
    pose.tall = 0.94 + 0.08 * hop
    pose.wide = 1.03 - 0.04 * hop
    pose.angles |= {"far_leg": -0.5 * hop, "near_leg": 0.5 * hop}
    pose.angles |= {"far_arm": -0.7 - 1.4 * hop, "near_arm": 0.7 + 1.4 * hop}
    pose.reach = {"far_arm": 1.25, "near_arm": 1.25}
    pose.angles["tail"] = -0.35 * hop


def _greet(pose: Pose, time: Track, phase: float) -> None:
    swing = _wave_of(time, 1, phase)
    pose.angles["far_arm"] = -2.15 + 0.45 * swing
    pose.reach = {"far_arm": 1.7}
    pose.angles["head"] = -0.08 + 0.05 * swing
    pose.lean = -0.05 - 0.03 * swing


def _fly(pose: Pose, time: Track, phase: float) -> None:
    bob = _wave_of(time, 1, phase)
    pose.tilt = 0.6 + 0.06 * bob
    pose.lift = 0.05 * bob
    pose.angles |= {"far_arm": -2.0 + 0.2 * bob, "near_arm": 1.3 - 0.2 * bob}
    pose.reach = {"far_arm": 1.5, "near_arm": 1.3}
    pose.angles |= {"far_leg": 0.25 - 0.1 * bob, "near_leg": 0.5 + 0.1 * bob}
    pose.angles |= {"head": np.full_like(time, -0.35), "tail": -0.2 + 0.1 * bob}


def _sleep(pose: Pose, time: Track, phase: float) -> None:
    pose.asleep = True
    pose.tilt = np.full_like(time, -np.pi / 2)
    pose.wide = 1 + 0.03 * _wave_of(time, 1, phase)
    turns = {"near_arm": 0.15, "far_arm": -0.9, "head": 0.75, "tail": -2.0}
    pose.angles = {joint: np.full_like(time, turn) for joint, turn in turns.items()}


def _give(pose: Pose, time: Track, phase: float) -> None:
    offer = _wave_of(time, 1, phase)
    pose.parcel = True
    pose.lean = 0.1 + 0.07 * offer
    pose.angles |= {"far_arm": -1.5 + 0.15 * offer, "head": 0.06 * offer}
    pose.reach = {"far_arm": 1.4}


def _hug(pose: Pose, time: Track, phase: float) -> None:
    squeeze = _wave_of(time, 1, phase)
    pose.lean = 0.24 + 0.1 * squeeze
    pose.angles |= {"far_arm": -2.2 + 0.3 * squeeze, "near_arm": -1.2 - 0.3 * squeeze}
    pose.angles |= {"head": np.full_like(time, -0.1), "tail": 0.1 * squeeze}
    pose.reach = {"far_arm": 1.6, "near_arm": 1.6}


def _chase(pose: Pose, time: Track, phase: float) -> None:
    swing = _wave_of(time, 1.5, phase)
    pose.lean = 0.4 + 0.06 * swing
    pose.lift = 0.03 + 0.08 * (1 - swing**2)
    pose.angles |= {"far_leg": 0.15 - 1.1 * swing, "near_leg": 0.15 + 1.1 * swing}
    pose.angles |= {"far_arm": -1.9 + 0.25 * swing, "near_arm": -1.7 - 0.25 * swing}
    pose.angles |= {"head": np.full_like(time, -0.3), "tail": 0.25 + 0.15 * swing}
    pose.reach = {"far_leg": 1.25, "near_leg": 1.25, "far_arm": 1.5, "near_arm": 1.4}


def _dance(pose: Pose, time: Track, phase: float) -> None:
    sway = _wave_of(time, 1.5, phase)
    pose.lean = 0.3 * sway
    pose.lift = 0.05 * (1 - sway**2)
    pose.angles |= {"far_arm": -1.5 + 1.0 * sway, "near_arm": 1.5 + 1.0 * sway}
    pose.angles |= {"far_leg": -0.3 * sway, "near_leg": -0.3 * sway, "head": -0.2 * sway}


def _spin(pose: Pose, time: Track, phase: float) -> None:
    turn = np.cos(2 * np.pi * time + phase)
    pose.wide = np.copysign(np.maximum(np.abs(turn), 0.1), turn)
    pose.angles |= {"near_arm": time * 0 + 1.0, "far_arm": time * 0 - 1.0}


def _bow(pose: Pose, time: Track, phase: float) -> None:
    pose.lean = 0.95 * np.sin(np.pi * _progress(time, 0.02 * np.sin(phase))) ** 2
    pose.angles |= {"near_arm": 0.3 + pose.lean, "far_arm": -0.3 - 0.4 * pose.lean}


_MOTIONS: dict[str, Callable[[Pose, Track, float], None]] = {
    "stands": _stand,
    "walks": _walk,
    "jumps": _jump,
    "waves": _greet,
    "flies": _fly,
    "sleeps": _sleep,
    "gives": _give,
    "hugs": _hug,
    "chases": _chase,
    "dances": _dance,
    "spins": _spin,
    "bows": _bow,
}
