"""Knobs, presets and one's own pictures of the synthetic generator."""

import json

import cv2
import numpy as np
import pytest

from siamloss.cli import main
from siamloss.config import Dataset, SyntheticConfig
from siamloss.config_io import with_preset
from siamloss.data.synthetic import pictures, write_dataset
from siamloss.data.synthetic.attributes import measure
from siamloss.data.synthetic.pictures import alike, cut_photo, open_cutouts
from siamloss.data.synthetic.render import collect_facts, render
from siamloss.data.synthetic.scene import draw_scene
from siamloss.errors import ConfigError, MissingDataError, UnknownKeyError, UnknownNameError, UnreadableImageError

KEY = (3, 0)


def scene(index=0, keep_in_view=False, **values):
    config = SyntheticConfig(**{"frames": 40, "width": 160, "height": 120, **values})
    return draw_scene(config, KEY, index, keep_in_view)


def facts(drawn):
    seen = np.array([shares for _, *shares in render(drawn)])
    return collect_facts(drawn, seen[:, 0], seen[:, 1])


def same_target(one, other):
    return np.array_equal(one.target.boxes, other.target.boxes) and np.array_equal(
        one.target.sprite.textures[0], other.target.sprite.textures[0]
    )


def texture_distance(one, other):
    """Mean difference of colours between the target and its look-alikes."""
    mean = [actor.sprite.textures[-1].reshape(-1, 3).mean(axis=0) for actor in (one, other)]
    return float(np.linalg.norm(mean[0] - mean[1]))


@pytest.mark.parametrize("index", range(4))
def test_similarity_changes_the_look_alikes_and_nothing_else(index):
    low, high = (scene(index, knobs={"similarity": value, "distractors": 3, "nearness": 1.0}) for value in (0.0, 1.0))
    assert same_target(low, high)
    assert np.array_equal(low.background.picture, high.background.picture)
    assert np.array_equal(low.noise, high.noise)
    assert np.array_equal(low.light.gain, high.light.gain)
    assert np.array_equal(low.similarity, [0.0] * 3)
    assert np.array_equal(high.similarity, [1.0] * 3)
    for one, other in zip(low.distractors, high.distractors, strict=True):
        np.testing.assert_array_equal(one.poses.center, other.poses.center)
        np.testing.assert_array_equal(one.poses.half_size, other.poses.half_size)
    for one, other in zip(low.occluders, high.occluders, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
    assert all(np.array_equal(actor.sprite.outline, high.target.sprite.outline) for actor in high.distractors)


def test_similarity_brings_the_colours_nearer():
    distances = {
        value: np.mean(
            [
                texture_distance(drawn.target, actor)
                for index in range(6)
                for drawn in [scene(index, knobs={"similarity": value, "distractors": 3})]
                for actor in drawn.distractors
            ]
        )
        for value in (0.0, 0.5, 1.0)
    }
    assert distances[0.0] > 1.3 * distances[0.5] > 1.3 * 1.3 * distances[1.0]


def test_number_and_nearness_of_look_alikes():
    assert len(scene(knobs={"distractors": 0}).distractors) == 0
    assert len(scene(knobs={"distractors": 7}).distractors) == 7

    def gaps(value):
        drawn = [
            scene(index, attributes=("LR",), knobs={"distractors": 3, "nearness": value}, width=320, height=240)
            for index in range(4)
        ]
        return [
            np.median(np.linalg.norm(actor.poses.center - one.target.poses.center, axis=1))
            / one.target.poses.half_size.mean()
            for one in drawn
            for actor in one.distractors
        ]

    assert max(gaps(1.0)) < 5 < np.median(gaps(0.0))


@pytest.mark.parametrize("name", ["IV", "SV", "OCC", "DEF", "MB", "FM", "IPR", "OPR", "BC", "LR"])
def test_an_attribute_can_be_given_and_its_knob_takes_it_away(name):
    size = {"frames": 60, "width": 320, "height": 240}
    calm = {"distractors": 0} if name != "BC" else {}
    given = facts(scene(1, attributes=(name,), knobs=calm, **size))
    taken = facts(scene(1, attributes=(name,), knobs={**calm, name: 0.0}, **size))
    assert name in measure(given)
    if name != "BC":  # a look-alike may come near by chance
        assert name not in measure(taken)


@pytest.mark.parametrize(
    ("knob", "of"),
    [
        ("IV", lambda drawn: np.ptp(np.log(drawn.light.gain))),
        ("IPR", lambda drawn: np.ptp(drawn.target.poses.angle)),
        ("OPR", lambda drawn: np.ptp(drawn.target.poses.yaw)),
        ("DEF", lambda drawn: drawn.target.poses.bend.max()),
        ("SV", lambda drawn: np.ptp(np.log(drawn.target.poses.half_size[:, 0]))),
        ("noise", lambda drawn: drawn.noise.std()),
        ("camera", lambda drawn: np.abs(drawn.background.shift).max()),
    ],
)
def test_a_factor_makes_its_challenge_weaker(knob, of):
    given = {"attributes": (knob if knob.isupper() else "IPR",)}
    half, whole = (
        np.mean([of(scene(index, knobs={knob: value}, **given)) for index in range(3)]) for value in (0.4, 1.0)
    )
    assert 0 < half < 0.8 * whole


def test_a_clean_scene_has_no_attribute_whatever_is_asked_for():
    clean = scene(attributes=("OCC", "MB", "IV"), difficulty=0.0)
    assert clean.setting.wanted == frozenset()
    assert clean.occluders == ()


def test_without_knobs_nothing_changes_and_with_them_each_part_has_its_own_stream():
    plain, again = scene(), scene()
    assert same_target(plain, again)
    turned = scene(knobs={"noise": 0.5})
    assert same_target(turned, scene(knobs={"IV": 0.5}))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"knobs": {"similarty": 0.5}}, UnknownKeyError, r"knobs.similarty'; did you mean 'similarity'\?"),
        ({"knobs": {"similarity": 1.5}}, ConfigError, r"knobs.similarity is 1.5; set it between 0 and 1"),
        ({"knobs": {"MB": -1}}, ConfigError, r"knobs.MB is -1; set it between 0 and 4"),
        ({"knobs": {"noise": "much"}}, ConfigError, r"knobs.noise is 'much'; set it between"),
        ({"attributes": ("BX",)}, UnknownNameError, r"attributes has 'BX'; "),
        ({"attributes": ("FM", "LR")}, ConfigError, r"\['FM', 'LR'\] leave nothing to track together; choose fewer"),
        ({"photos": "nowhere"}, MissingDataError, r"nowhere holds no pictures .* give a folder that does"),
    ],
)
def test_impossible_settings_are_named(tmp_path, values, error, message):
    dataset = Dataset("drawn", "otb", "test", synthetic=SyntheticConfig(sequences=1, frames=3, **values))
    with pytest.raises(error, match=message):
        write_dataset(dataset, tmp_path)
    assert not list(tmp_path.rglob("*.jpg"))


def test_a_preset_gives_what_the_dataset_does_not_say():
    raw = {"synthetic": {"preset": "stress", "frames": 20, "knobs": {"noise": 2}}}
    assert with_preset(raw, "mine")["synthetic"] == {
        "sequences": 12,
        "frames": 20,
        "difficulty": 1.6,
        "knobs": {"distractors": 5, "similarity": 0.9, "noise": 2},
    }
    with pytest.raises(UnknownNameError, match=r"unknown preset 'strss' of dataset 'mine'; did you mean 'stress'"):
        with_preset({"synthetic": {"preset": "strss"}}, "mine")


@pytest.fixture
def cutouts(tmp_path):
    """Two cut-outs: a red disc and a blue cross, and beside the disc a speck that does not count."""
    folder = tmp_path / "cutouts"
    folder.mkdir()
    alpha = np.zeros((80, 120), np.uint8)
    cv2.circle(alpha, (50, 40), 30, 255, -1)
    alpha[2:5, 110:113] = 255
    cv2.imwrite(str(folder / "disc.png"), np.dstack([np.full((80, 120, 3), (0, 0, 200), np.uint8), alpha]))
    alpha = np.zeros((90, 90), np.uint8)
    alpha[30:60, 5:85], alpha[5:85, 30:60] = 255, 255
    cv2.imwrite(str(folder / "cross.png"), np.dstack([np.full((90, 90, 3), (200, 0, 0), np.uint8), alpha]))
    return folder


def test_a_cutout_has_its_outline_and_its_colours(cutouts):
    cross, disc = open_cutouts(str(cutouts))
    assert disc.colour.shape == (61, 61, 3)
    np.testing.assert_allclose(np.hypot(*disc.outline.T), 1.0, atol=0.04)
    assert np.hypot(*cross.outline.T).min() < 0.6
    rng = np.random.default_rng(0)
    assert np.array_equal(alike(rng, disc, (cross,), 1.0).colour, disc.colour)
    assert (alike(rng, disc, (cross,), 0.0).colour == (200, 0, 0)).all()


def test_the_box_of_a_drawn_cutout_is_exact(cutouts):
    drawn = scene(2, cutouts=str(cutouts), knobs={"distractors": 0, "noise": 0, "IV": 0}, difficulty=0.0)
    white = np.full_like(drawn.background.picture, 255)
    drawn.background.picture[:] = white
    image = next(iter(render(drawn)))[0]
    inside = np.abs(image.astype(int) - image[0, 0].astype(int)).sum(axis=2) > 60
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    x, y, w, h = drawn.target.boxes[0]
    found = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    np.testing.assert_allclose(found, [x, y, x + w, y + h], atol=1.5)
    assert drawn.kind == "cutout"


def test_photographs_are_the_background(tmp_path):
    photo = np.zeros((300, 400, 3), np.uint8)
    photo[:, :200] = (10, 200, 30)
    photo[:, 200:] = (200, 10, 30)
    cv2.imwrite(str(tmp_path / "one.png"), photo)
    picture = scene(photos=str(tmp_path)).background.picture
    assert picture.shape == (180, 240, 3)
    assert ((np.abs(picture.astype(int) - (10, 200, 30)).sum(axis=2) < 40) | (picture[..., 0] > 100)).mean() > 0.9
    parts = [cut_photo(np.random.default_rng(seed), (photo,), 160, 120) for seed in range(4)]
    assert len({part.tobytes() for part in parts}) == 4


def test_a_photograph_is_decoded_when_it_is_chosen_and_few_are_kept(tmp_path):
    images = [np.full((200, 300, 3), 10 * number, np.uint8) for number in range(12)]
    images[5][:, ::2] = 200
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / f"{number:02d}.png"), image)
    pictures._photo.cache_clear()
    photos = pictures.open_photos(str(tmp_path))
    assert (len(photos), pictures._photo.cache_info().misses) == (12, 0)
    for seed in range(20):
        drawn, known = (cut_photo(np.random.default_rng(seed), each, 160, 120) for each in (photos, tuple(images)))
        np.testing.assert_array_equal(drawn, known)
    assert pictures._photo.cache_info().currsize == pictures.KEPT_PHOTOS
    (tmp_path / "03.png").write_bytes(b"no image")
    pictures._photo.cache_clear()
    with pytest.raises(UnreadableImageError, match=r"03\.png is not a readable picture; replace or remove it"):
        photos[3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros((40, 40, 3), np.uint8), "has no 8-bit alpha channel; save the cut-out as a PNG with transparency"),
        (np.zeros((40, 40, 4), np.uint8), "has no opaque part of 16 px or more"),
        (None, "is not a readable picture; replace or remove it"),
    ],
)
def test_a_bad_cutout_is_named(tmp_path, content, message):
    data = b"no image" if content is None else cv2.imencode(".png", content)[1].tobytes()
    (tmp_path / "bad.png").write_bytes(data)
    with pytest.raises(UnreadableImageError, match=message):
        open_cutouts(str(tmp_path))


def draw_from_the_command_line(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["siamloss", "draw", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code


def test_draw_writes_a_whole_dataset(tmp_path, monkeypatch, capsys):
    out = tmp_path / "mine"
    options = ["--format", "got10k", "--sequences", 1, "--frames", 3, "--knob", "similarity=0.9"]
    assert not draw_from_the_command_line(monkeypatch, out, *options)
    assert "mine: 1 sequences of 3 frames, got10k layout" in capsys.readouterr().out
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["drawn"]["knobs"] == {"similarity": 0.9}
    assert len([name for name in manifest["files"] if name.endswith(".jpg")]) == 3
    assert draw_from_the_command_line(monkeypatch, out, *options) == 2
    assert "exists; give another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--knob", "similarity"], "--knob similarity is not name=value with a number"),
        (["--format", "folder"], "cannot be drawn in format folder; choose one of: otb, vot, got10k"),
        (["--format", "coco"], "cannot be drawn in format coco; choose one of: otb, vot, got10k"),
        (["--format", "davis"], "'draw.format' is 'davis'"),
        (["--preset", "hard"], "unknown preset 'hard'"),
        (["--knob", "glare=1"], "knobs.glare'"),
    ],
)
def test_draw_names_bad_input_and_leaves_nothing(tmp_path, monkeypatch, capsys, arguments, message):
    assert draw_from_the_command_line(monkeypatch, tmp_path / "mine", *arguments) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
