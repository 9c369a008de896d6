"""The objects that make tracking hard: look-alikes behind the target and occluders in front of it."""

import numpy as np

from siamloss.data.synthetic.facts import tight_boxes
from siamloss.data.synthetic.looks import Look
from siamloss.data.synthetic.motion import roam, swing, wander
from siamloss.data.synthetic.poses import Poses
from siamloss.data.synthetic.setting import Actor, Setting, Source
from siamloss.data.synthetic.shapes import KINDS, draw_outline, vary_outline
from siamloss.data.synthetic.sprites import PERIOD_PX, make_sprite
from siamloss.data.synthetic.textures import Style, draw_style, similar_style


def draw_distractors(
    source: Source, setting: Setting, target: Actor, look: Look
) -> tuple[tuple[Actor, ...], np.ndarray]:
    """Objects of the target's family, some of which keep near it.

    Returns
    -------
    actors : behind the target.
    similarity : ``(D,)`` in 0..1, from low to high; only high with background clutter.
    """
    clutter, rng = "BC" in setting.wanted, source.of("distractors")
    count = round((3 if clutter else int(rng.integers(1, 4))) * min(setting.strength, 2.0))
    count = int(setting.knobs.get("distractors", count))
    low, high = (0.75, 0.95) if clutter else (0.1, 0.9)
    similarity = rng.uniform(low, high, count) * min(setting.strength, 1.0)
    if "similarity" in setting.knobs:
        similarity = np.full(count, setting.knobs["similarity"])
    actors = [
        _distractor(source.of("distractor", number), setting, target, look, value)
        for number, value in enumerate(similarity)
    ]
    return tuple(actors), similarity


def _distractor(rng: np.random.Generator, setting: Setting, target: Actor, look: Look, similarity: float) -> Actor:
    """Drawn so that the path does not depend on the similarity where the knob sets one."""
    path, rng = (rng, rng) if "similarity" not in setting.knobs else rng.spawn(2)
    like = rng.random() < similarity
    outline = target.sprite.outline if like else draw_outline(rng, str(rng.choice(KINDS)))
    outline = vary_outline(rng, outline, 0.4 * (1.0 - similarity))
    frames, poses = setting.frames, target.poses
    near = path.random() < setting.knobs.get("nearness", 0.7 if "BC" in setting.wanted else 0.35)
    spread = 0.15 if near else 0.3
    half = poses.half_size if near else np.repeat(poses.half_size[:1], frames, axis=0)
    half = half * path.uniform(1.0 - spread, 1.0 + spread)
    turn = np.deg2rad(path.uniform(5, 40)) * setting.strength * path.choice([-1, 1])
    own = Poses(
        center=_near(path, poses) if near else _far(path, setting, half),
        half_size=half,
        angle=poses.angle[0] + path.uniform(-0.3, 0.3) + swing(frames, turn, 0.05),
        yaw=np.zeros(frames),
        bend=poses.bend,
        phase=poses.phase + path.uniform(0, 2 * np.pi, 2),
    )
    sprite = look.similar(rng, outline, similarity)
    return Actor(sprite, own, tight_boxes(own, sprite.outline))


def _near(rng: np.random.Generator, poses: Poses) -> np.ndarray:
    """Path that circles slowly about the smoothed path of the target, in its search region."""
    frames = len(poses)
    window = min(15, frames)
    padded = np.pad(poses.center, ((window // 2, window - 1 - window // 2), (0, 0)), mode="edge")
    smooth = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0).mean(axis=2)
    reach = poses.half_size.mean(axis=1) * 2.0 * (rng.uniform(1.2, 1.7) + 0.3 * wander(rng, frames, 50.0))
    turn = rng.uniform(0, 2 * np.pi) + rng.choice([-1, 1]) * rng.uniform(0.01, 0.04) * np.arange(frames)
    return smooth + reach[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def _far(rng: np.random.Generator, setting: Setting, half: np.ndarray) -> np.ndarray:
    size = np.array([setting.width, setting.height], dtype=np.float64)
    return roam(rng, half * 0.5, size - half * 0.5, float(half.mean()) * rng.uniform(0.04, 0.12))[0]


def draw_occluders(rng: np.random.Generator, setting: Setting, target: Actor, style: Style) -> tuple[Actor, ...]:
    """Objects that pass in front of the target, about one in 60 frames; none unless occlusion is wanted."""
    if "OCC" not in setting.wanted:
        return ()
    count = max(round(setting.frames / 60), 1)
    times = (np.arange(count) + rng.uniform(0.45, 0.75, count)) / count * setting.frames
    return tuple(_occluder(rng, setting, target, style, max(int(time), 1)) for time in times)


def _occluder(rng: np.random.Generator, setting: Setting, target: Actor, style: Style, time: int) -> Actor:
    """An object that crosses the target at frame ``time``: a plate that hides it, or a bar that hides a part."""
    frames = setting.frames
    width, height = target.boxes[time, 2:]
    full = not setting.keep_in_view and setting.level("OCC") >= 0.75 and rng.random() < 0.5
    if full:
        half = np.full(2, 0.62 * np.hypot(width, height)) * rng.uniform(1.0, 1.25, 2)
        outline = draw_outline(rng, "box")
    else:
        thin = rng.uniform(0.22, 0.3) * min(setting.level("OCC"), 1.0)
        half = np.array([thin * min(width, height), 1.3 * max(width, height)])
        outline = draw_outline(rng, str(rng.choice(["ellipse", "box"])))
    duration = min(rng.uniform(11, 17), time)  # so it cannot reach the first frame
    speed = (half[0] * 2.0 + np.hypot(width, height)) / duration
    meeting = target.poses.center[time] + 0.1 * rng.uniform(-1, 1, 2) * (width, height)
    headings = rng.uniform(0, 2 * np.pi) + np.arange(8) * np.pi / 4
    directions = np.stack([np.cos(headings), np.sin(headings)], axis=1)
    clearance = np.linalg.norm(meeting - speed * time * directions - target.poses.center[0], axis=1)
    best = int(np.argmax(clearance))
    poses = Poses(
        center=meeting + speed * (np.arange(frames) - time)[:, None] * directions[best],
        half_size=np.repeat(half[None], frames, axis=0),
        angle=np.full(frames, headings[best]),
        yaw=np.zeros(frames),
        bend=np.zeros((frames, 2)),
        phase=np.zeros((frames, 2)),
    )
    look = similar_style(rng, style, 0.6) if rng.random() < 0.35 else draw_style(rng, PERIOD_PX)
    return Actor(make_sprite(rng, outline, look), poses, tight_boxes(poses, outline))
