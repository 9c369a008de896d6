"""The target: how large it is, how it moves and turns, and what it looks like."""

import numpy as np

from siamloss.data.synthetic.motion import bump, burst_schedule, roam, swell, swing, wander
from siamloss.data.synthetic.poses import Poses, rotate, to_object_axes
from siamloss.data.synthetic.setting import Setting
from siamloss.data.synthetic.sprites import PERIOD_PX
from siamloss.data.synthetic.textures import Style, draw_style

SCALE_RATE = 0.018
TURN_RATE_RAD = 0.06
YAW_RATE_RAD = 0.06
_CONTRAST = 45.0


def pick_style(rng: np.random.Generator, picture: np.ndarray, tries: int = 8) -> Style:
    """A style of target texture whose colours stand out from most of a picture, uint8 BGR ``(H, W, 3)``."""
    sample = picture[::23, ::23].reshape(-1, 3).astype(np.float32)
    best, best_contrast = None, -1.0
    for _ in range(tries):
        style = draw_style(rng, PERIOD_PX)
        distance = np.linalg.norm(sample[:, None] - style.palette.mean(axis=0), axis=2)
        contrast = float(np.quantile(distance, 0.3))
        if contrast > best_contrast:
            best, best_contrast = style, contrast
        if contrast > _CONTRAST:
            break
    return best


def draw_poses(rng: np.random.Generator, setting: Setting, outline: np.ndarray) -> tuple[Poses, np.ndarray]:
    """Poses of the target, and the steps ``(T, 2)`` by which the camera jerks with it, px."""
    frames, level, wanted = setting.frames, setting.level, setting.wanted
    size, log_scale = _draw_size(rng, setting)
    aspect = np.exp(rng.uniform(np.log(0.62), np.log(1.6)))
    half = size / 2.0 * np.array([np.sqrt(aspect), np.sqrt(1.0 / aspect)])
    turn = np.deg2rad(rng.uniform(45, 100) if "IPR" in wanted else 7.0) * min(level("IPR"), 1.5) * rng.choice([-1, 1])
    yaw = np.deg2rad(rng.uniform(38, 52) if "OPR" in wanted else 6.0) * min(level("OPR"), 1.25) * rng.choice([-1, 1])
    bend = rng.uniform(0.09, 0.15, 2) * min(level("DEF"), 1.6) if "DEF" in wanted else np.zeros(2)
    pace = 2 * np.pi / rng.uniform(18, 32, 2)
    poses = Poses(
        center=np.zeros((frames, 2)),
        half_size=half * np.exp(log_scale)[:, None],
        angle=np.deg2rad(rng.uniform(-25, 25)) + swing(frames, turn, TURN_RATE_RAD),
        yaw=swing(frames, yaw, YAW_RATE_RAD),
        bend=np.broadcast_to(bend, (frames, 2)),
        phase=rng.uniform(0, 2 * np.pi, 2) + np.arange(frames)[:, None] * pace,
    )
    return _place(rng, setting, poses, outline, size)


def draw_blur(rng: np.random.Generator, setting: Setting, poses: Poses) -> tuple[np.ndarray, np.ndarray]:
    """Way ``(T, 2)`` of the target and of the whole frame while the shutter is open, px."""
    velocity = np.gradient(poses.center, axis=0)
    size = 2.0 * np.sqrt(poses.half_size.prod(axis=1))
    target = 0.3 * min(setting.level("MB"), 1.5) * velocity
    camera = np.zeros_like(target)
    if "MB" in setting.wanted:
        length = np.clip(rng.uniform(0.16, 0.24) * size, 5.0, None) * min(setting.level("MB"), 1.5)
        direction = np.unwrap(np.arctan2(velocity[:, 1], velocity[:, 0])) + rng.normal(0, 0.2)
        smear = (length * _spells(rng, setting.frames))[:, None] * np.stack([np.cos(direction), np.sin(direction)], 1)
        if rng.random() < 0.5:
            camera = smear
        else:
            target = np.where(np.hypot(*smear.T)[:, None] > np.hypot(*target.T)[:, None], smear, target)
    reach = np.hypot(*target.T)
    return target * np.minimum(1.0, 0.4 * size / np.maximum(reach, 1e-9))[:, None], camera


def _draw_size(rng: np.random.Generator, setting: Setting) -> tuple[float, np.ndarray]:
    """Mean side in the first frame, px, and the logarithm ``(T,)`` of the scale relative to it."""
    wanted, strength = setting.wanted, setting.level("SV")
    grows = "LR" in wanted or rng.random() < 0.5
    low, high = (44, 64) if "FM" in wanted else (28, 40) if grows and "SV" in wanted else (36, 62)
    least = 34.0 if "FM" in wanted else 21.0
    size = min(max(rng.uniform(low, high) * setting.unit, least), 0.4 * setting.side)
    if "LR" in wanted:
        size = rng.uniform(13.0, 16.5) / np.clip(setting.knobs.get("LR", 1.0), 0.85, 2.0)
    if "SV" not in wanted:
        calm = wander(rng, setting.frames, 90.0)
        return float(size), 0.06 * min(strength, 1.0) * (calm - calm[0])
    amplitude = min(rng.uniform(0.48, 0.62) * strength, 0.9)
    amplitude = min(amplitude, np.log(0.48 * setting.side / size)) if grows else -amplitude
    return float(size), swell(setting.frames, amplitude, SCALE_RATE)


def _place(
    rng: np.random.Generator, setting: Setting, poses: Poses, outline: np.ndarray, size: float
) -> tuple[Poses, np.ndarray]:
    """Move the poses along a path that keeps the whole outline in the image, unless it is meant to leave."""
    points = rotate(to_object_axes(poses, outline), poses.angle)
    before, after = points.min(axis=1), points.max(axis=1)
    low, high = 1.0 - before, np.array([setting.width, setting.height]) - 1.0 - after
    bursts = {}
    if "FM" in setting.wanted:
        bursts = burst_schedule(rng, setting.frames, min(rng.uniform(23, 26) * setting.level("FM"), 0.6 * size))
    speed = size * rng.uniform(0.03, 0.07)
    path, extra = roam(rng, low, high, speed, bursts)
    if "OV" in setting.wanted:
        path = _leave(rng, setting, path, before, after, size)
    jerk = extra if rng.random() < 0.5 else np.zeros_like(extra)
    return Poses(path, poses.half_size, poses.angle, poses.yaw, poses.bend, poses.phase), jerk


def _leave(
    rng: np.random.Generator, setting: Setting, path: np.ndarray, before: np.ndarray, after: np.ndarray, size: float
) -> np.ndarray:
    """Bend a path so that it leaves the image through the nearest border once, and comes back."""
    center = float(rng.uniform(0.5, 0.6)) * setting.frames
    middle = int(center)
    share = rng.uniform(0.3, 0.4) if setting.keep_in_view else rng.choice([rng.uniform(0.5, 0.7), 1.1])
    share *= min(setting.level("OV"), 1.0)
    frame = np.array([setting.width, setting.height])
    room = np.concatenate([path[middle] + before[middle], frame - path[middle] - after[middle]])
    side = int(np.argmin(room))
    axis = side % 2
    extent = after[:, axis] - before[:, axis]
    out = -before[:, axis] - share * extent if side < 2 else frame[axis] - after[:, axis] + share * extent
    travel = abs(out[middle] - path[middle, axis])
    hold = min(4.0, 0.1 * setting.frames)
    rise = float(np.clip(1.6 * travel / (0.16 * size), 3.0, max(0.4 * setting.frames, 1.0)))
    rise = max(min(rise, center - hold / 2.0 - 1.0), 1.0)
    weight = bump(setting.frames, center, rise, hold)
    bent = path.copy()
    bent[:, axis] = (1.0 - weight) * path[:, axis] + weight * out
    return bent


def _spells(rng: np.random.Generator, frames: int, every: int = 22) -> np.ndarray:
    """Weight ``(T,)`` of a few spells of about ten frames."""
    centers = np.arange(rng.uniform(0.4, 0.8) * min(every, frames), frames, every)
    return np.max([bump(frames, center, 4.0, 4.0) for center in centers], axis=0)
