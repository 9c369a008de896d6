"""Everything a sequence contains, drawn once; rendering only reads it."""

from dataclasses import dataclass

import numpy as np

from siamloss.config import SyntheticConfig
from siamloss.data.synthetic.attributes import deal
from siamloss.data.synthetic.background import Background, add_clutter, paint_picture, point_camera
from siamloss.data.synthetic.facts import tight_boxes
from siamloss.data.synthetic.light import Light, draw_light
from siamloss.data.synthetic.looks import Look
from siamloss.data.synthetic.others import draw_distractors, draw_occluders
from siamloss.data.synthetic.pictures import cut_photo, open_cutouts, open_photos
from siamloss.data.synthetic.setting import Actor, Setting, Source
from siamloss.data.synthetic.shapes import KINDS, draw_outline
from siamloss.data.synthetic.target import draw_blur, draw_poses, pick_style

NOISE_ROOM = 32


@dataclass(frozen=True)
class Scene:
    """One sequence before it is rendered.

    Attributes
    ----------
    setting : size, length, difficulty and attributes.
    kind : silhouette of the target, one of :data:`siamloss.data.synthetic.shapes.KINDS`, or ``cutout``.
    background, target, light : what their names say.
    distractors : objects behind the target. occluders : objects in front of it.
    similarity : ``(D,)`` how much each distractor looks like the target, 0..1.
    target_blur, camera_blur : ``(T, 2)`` way of the target, and of the whole frame, during the exposure, px.
    noise : int16 ``(H + NOISE_ROOM, W + NOISE_ROOM, 3)`` sensor noise, of which every frame uses another cut.
    """

    setting: Setting
    kind: str
    background: Background
    target: Actor
    distractors: tuple[Actor, ...]
    similarity: np.ndarray
    occluders: tuple[Actor, ...]
    light: Light
    target_blur: np.ndarray
    camera_blur: np.ndarray
    noise: np.ndarray


def draw_scene(config: SyntheticConfig, key: tuple[int, ...], index: int, keep_in_view: bool) -> Scene:
    """Draw a sequence; a function of its arguments alone, ``config.sequences`` excepted.

    Parameters
    ----------
    config : frames, size and difficulty.
    key : non-negative numbers that name the dataset's draw, such as (seed, role).
    index : 0-based number of the sequence.
    keep_in_view : the target is never fully occluded or out of view (VOT).
    """
    source = Source([*key, 0, index], apart=bool(config.knobs))
    rng = source.of("look")
    setting = _draw_setting(config, key, index, rng, keep_in_view)
    kind = str(rng.choice(KINDS))
    outline = draw_outline(rng, kind)
    cutouts = open_cutouts(config.cutouts)
    cutout = cutouts[int(rng.integers(len(cutouts)))] if cutouts else None
    if cutout is not None:
        kind, outline = "cutout", cutout.outline
    poses, jerk = draw_poses(source.of("poses"), setting, outline)
    rng = source.of("picture")
    photos = open_photos(config.photos)
    picture = (
        cut_photo(rng, photos, setting.width, setting.height)
        if photos
        else paint_picture(rng, setting.width, setting.height)
    )
    style = pick_style(rng, picture)
    look = Look(style, cutout, cutouts)
    target = Actor(look.own(rng, outline), poses, tight_boxes(poses, outline))
    if "BC" in setting.wanted:
        likeness = setting.knobs.get("BC", 1.0)
        picture = add_clutter(source.of("clutter"), picture, setting.width, setting.height, style, likeness)
    rng = source.of("pan")
    pan = (
        0.0 if rng.random() < 0.25 else float(rng.uniform(0.4, 2.0)) * min(setting.level("camera"), 2.0) * setting.unit
    )
    distractors, similarity = draw_distractors(source, setting, target, look)
    target_blur, camera_blur = draw_blur(source.of("blur"), setting, poses)
    width, height, frames = setting.width, setting.height, setting.frames
    return Scene(
        setting=setting,
        kind=kind,
        background=point_camera(source.of("camera"), picture, width, height, frames, pan, jerk),
        target=target,
        distractors=distractors,
        similarity=similarity,
        occluders=draw_occluders(source.of("occluders"), setting, target, style),
        light=draw_light(source.of("light"), frames, width, height, setting.level("IV"), "IV" in setting.wanted),
        target_blur=target_blur,
        camera_blur=camera_blur,
        noise=_draw_noise(source.of("noise"), setting),
    )


def _draw_setting(
    config: SyntheticConfig, key: tuple[int, ...], index: int, rng: np.random.Generator, keep_in_view: bool
) -> Setting:
    wanted = frozenset(config.attributes)
    if config.difficulty > 0 and not config.attributes:
        wanted = deal(key, index, rng)
    wanted = frozenset(name for name in wanted if config.difficulty * config.knobs.get(name, 1.0) > 0)
    sizes = config.width, config.height, config.frames
    return Setting(*sizes, config.difficulty, wanted, keep_in_view, dict(config.knobs))


def _draw_noise(rng: np.random.Generator, setting: Setting) -> np.ndarray:
    sigma = rng.uniform(1.0, 4.0) * min(setting.level("noise"), 2.0)
    shape = (setting.height + NOISE_ROOM, setting.width + NOISE_ROOM, 3)
    return np.round(sigma * rng.standard_normal(shape, dtype=np.float32)).astype(np.int16)
