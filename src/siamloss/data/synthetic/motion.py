"""Smooth signals and paths over T frames. Speeds are px per frame."""

import numpy as np


def wander(rng: np.random.Generator, frames: int, period: float) -> np.ndarray:
    """Smooth random signal ``(T,)`` in [-1, 1]: three sine waves with periods of about ``period`` frames."""
    time = np.arange(frames)
    periods = period * rng.uniform(0.7, 1.4, 3) * np.array([0.6, 1.0, 1.8])
    phases = rng.uniform(0, 2 * np.pi, 3)
    return np.sin(2 * np.pi * time[:, None] / periods + phases) @ np.array([0.2, 0.35, 0.45])


def swing(frames: int, amplitude: float, fastest: float) -> np.ndarray:
    """Sine ``(T,)`` that starts at 0 and never changes faster than ``fastest`` per frame."""
    period = max(2 * np.pi * abs(amplitude) / fastest, 24.0)
    return amplitude * np.sin(2 * np.pi * np.arange(frames) / period)


def swell(frames: int, amplitude: float, fastest: float) -> np.ndarray:
    """Raised cosine ``(T,)`` from 0 to ``amplitude`` and back, never changing faster than ``fastest`` per frame."""
    period = max(np.pi * abs(amplitude) / fastest, 24.0)
    return amplitude * (1.0 - np.cos(2 * np.pi * np.arange(frames) / period)) / 2.0


def bump(frames: int, center: float, rise: float, hold: float) -> np.ndarray:
    """Weight ``(T,)``: 1 for ``hold`` frames about ``center``, cosine flanks of ``rise`` frames, 0 elsewhere."""
    away = np.abs(np.arange(frames) - center) - hold / 2.0
    return (1.0 + np.cos(np.pi * np.clip(away / rise, 0.0, 1.0))) / 2.0


def roam(
    rng: np.random.Generator,
    low: np.ndarray,
    high: np.ndarray,
    speed: float,
    bursts: dict[int, float] | None = None,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Path that curves smoothly and bounces off bounds which may change over time.

    Parameters
    ----------
    rng : source of heading and speed.
    low, high : ``(T, 2)`` bounds of the position, px; where they cross, the path keeps to their middle.
    speed : mean speed.
    bursts : frame -> speed of the step that leads to it, towards the roomier side.
    start : first position, or None to draw one within the bounds.

    Returns
    -------
    path ``(T, 2)``, px, and the steps that bursts added ``(T, 2)``, px (0 elsewhere).
    """
    frames, bursts = len(low), bursts or {}
    middle, half = (low + high) / 2.0, np.maximum((high - low) / 2.0, 0.0)
    heading = rng.uniform(0, 2 * np.pi) + 1.6 * wander(rng, frames, 60.0)
    pace = speed * (1.0 + 0.5 * wander(rng, frames, 40.0))
    steps = pace[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    position = middle[0] + half[0] * rng.uniform(-0.8, 0.8, 2) if start is None else np.asarray(start, float)
    path, extra, mirror, burst = np.zeros((frames, 2)), np.zeros((frames, 2)), np.ones(2), np.zeros(2)
    for frame in range(frames):
        step = steps[frame] * mirror if frame else np.zeros(2)
        if frame in bursts:
            if frame - 1 not in bursts:
                burst = _roomier(rng, position - middle[frame], half[frame])
            step = extra[frame] = burst * bursts[frame]
        position = position + step
        offset = position - middle[frame]
        outside = np.abs(offset) > half[frame]
        folded = np.sign(offset) * np.maximum(2 * half[frame] - np.abs(offset), -half[frame])
        offset = np.where(outside, folded, offset)
        mirror = np.where(outside & (frame > 0), -mirror, mirror)
        position = path[frame] = middle[frame] + offset
    return path, extra


def burst_schedule(
    rng: np.random.Generator, frames: int, speed: float, length: int = 2, every: int = 14
) -> dict[int, float]:
    """Frames of fast motion, ``length`` in a row about every ``every``, and their speeds, up to 1.15 ``speed``."""
    schedule = {}
    first = max(int(rng.integers(every // 2, every + 1)), 1)
    for begin in range(min(first, max(frames - length, 1)), frames, every):
        for frame in range(begin, min(begin + length, frames)):
            schedule[frame] = float(speed * rng.uniform(1.0, 1.15))
    return schedule


def _roomier(rng: np.random.Generator, offset: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Unit vector towards the far bounds, weighted by the room there is on each axis."""
    room = half + np.abs(offset)
    direction = -np.where(offset >= 0, 1.0, -1.0) * room * rng.uniform(0.5, 1.0, 2)
    return direction / max(float(np.hypot(*direction)), 1e-9)
