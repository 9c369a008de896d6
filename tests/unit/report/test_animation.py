"""The film of a training: what it shows at and between epochs, and its files."""

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file
from scipy.integrate import quad
from tests.unit.report.fakes_runs import EPOCHS, PAIRS, labels, make_results, write_networks

from siamloss.errors import ConfigError, CorruptError, MissingDataError
from siamloss.metrics.scores_file import read_scores
from siamloss.metrics.separability import separability
from siamloss.paths import Home
from siamloss.report import animation, style
from siamloss.report.animation import (
    FPS,
    STILL_DPI,
    animate_compared,
    encode_gif,
    positions,
    read_films,
    write_animation,
)
from siamloss.report.training_film import BINS, histograms, read_film
from siamloss.report.training_screen import Screen


@pytest.fixture(scope="module")
def experiment(tiny, tmp_path_factory):
    made = make_results(tiny, tmp_path_factory.mktemp("film"))
    write_networks(made, maps=True)
    return made


@pytest.fixture(scope="module")
def films(experiment):
    home = Home(experiment)
    runs = [home.run(name, 0) for name in ("logistic", "gsl")]
    return read_films(runs, ["Logistic", "GSL"], [read_scores(home.scores(name, 0)) for name in ("logistic", "gsl")])


@pytest.fixture(scope="module")
def kept(experiment):
    """Validation maps of ours, by epoch."""
    arrays = load_file(Home(experiment).run("gsl", 0) / "maps.safetensors")
    return [arrays[f"val.{epoch:03d}"].astype(np.float64) for epoch in range(1, EPOCHS + 1)]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(animation, "FILM_PX", 320)
    monkeypatch.setattr(animation, "GIF_PX", (320, 160))
    monkeypatch.setattr(animation, "MOVING", 4)


def test_every_epoch_is_as_it_was(films, kept):
    film = films[1]
    assert film.epochs == (1, 2, 3)
    assert film.pairs == PAIRS
    assert film.covered == pytest.approx(15 * 4 / 119)
    for index, maps in enumerate(kept):
        instant = film.at(float(index))
        np.testing.assert_array_equal(instant.score_map, maps[0])
        for found, sign in ((instant.negative, -1), (instant.positive, 1)):
            cells = maps[:, labels() == sign]
            np.testing.assert_allclose(found, (np.mean(cells), np.std(cells)), rtol=1e-12)
        measured = separability(maps, labels())
        assert instant.overlap == measured["gaussian_overlap"]
        assert film.dprime[index] == measured["dprime"]
        np.testing.assert_array_equal(instant.heights, histograms(maps, labels(), film.limits))


def test_between_epochs_everything_is_eased(films, kept):
    film = films[1]
    instant = film.at(0.25)
    np.testing.assert_allclose(instant.score_map, 0.75 * kept[0][0] + 0.25 * kept[1][0])
    cells = [maps[:, labels() > 0] for maps in kept]
    mean = 0.75 * cells[0].mean() + 0.25 * cells[1].mean()
    deviation = 0.75 * cells[0].std() + 0.25 * cells[1].std()
    np.testing.assert_allclose(instant.positive, (mean, deviation))

    def lower(x):
        (a, s), (b, t) = instant.negative, instant.positive
        normal = lambda m, d: np.exp(-((x - m) ** 2) / (2 * d * d)) / (d * np.sqrt(2 * np.pi))  # noqa: E731
        return min(normal(a, s), normal(b, t))

    assert instant.overlap == pytest.approx(quad(lower, -15, 15, limit=400)[0], abs=1e-6)


def test_the_screen_says_the_epoch_and_whether_it_is_eased(films):
    screen = Screen(films)

    def header(position):
        screen.show(position)
        return [text.get_text() for text in screen.figure.texts]

    assert header(0.0) == ["Epoch 1 of 3", ""]
    assert header(1.5) == ["Epoch 2 to 3", "eased between two epochs"]
    assert header(2.0) == ["Epoch 3 of 3", ""]
    shown = [text.get_text() for axes in screen.figure.axes for text in axes.texts]
    assert [f"overlap {film.overlap[-1]:.3f}" in shown for film in films] == [True, True]
    assert shown.index("Logistic") < shown.index("GSL")


def test_the_curve_is_drawn_as_far_as_the_film_is(films):
    screen = Screen(films)
    by_name = {axes.get_ylabel(): axes for axes in screen.figure.axes[4:]}
    for position, epochs in ((0.0, [1, 1]), (1.5, [1, 2, 2.5]), (2.0, [1, 2, 3, 3])):
        screen.show(position)
        for name, values in (("d′", films[1].dprime), ("overlap", films[1].overlap)):
            line, dot = by_name[name].lines[-2:]
            assert line.get_xdata() == epochs
            expected = np.interp(np.array(epochs) - 1, [0, 1, 2], values)
            np.testing.assert_allclose(line.get_ydata(), expected)
            assert (dot.get_xdata(), dot.get_ydata()) == ([epochs[-1]], [pytest.approx(expected[-1])])


def test_a_picture_drawn_on_what_stands_still_is_the_whole_figure(films):
    """Whatever came before, a picture is that of a screen which shows nothing else."""
    moved, fresh = Screen(films), Screen(films)
    for position in (0.0, 1.5):
        moved.show(position)
        moved.picture(40)
    moved.show(2.0)
    fresh.show(2.0)
    np.testing.assert_array_equal(moved.picture(40), fresh.picture(40))
    assert (moved.picture(40) != 255).mean() > 0.05
    # Every moving dot is where its curve ends: nothing was left out.
    picture = moved.picture(200)
    dots = [line for axes in moved.figure.axes for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == 4
    for dot in dots:
        x, y = dot.axes.transData.transform((dot.get_xdata()[0], dot.get_ydata()[0]))
        found = picture[picture.shape[0] - 1 - int(y), int(x) + 3]  # beyond the end of its line
        wanted = [int(dot.get_color()[place : place + 2], 16) for place in (1, 3, 5)]
        assert np.abs(found.astype(int) - wanted).max() < 30


@pytest.mark.parametrize("count", [1, 2, 4, 50, 200])
def test_every_epoch_rests_and_the_last_one_longest(count):
    shown = positions(count)
    assert [position for position, _ in shown] == sorted({position for position, _ in shown})
    whole = {position: seconds for position, seconds in shown if position == int(position)}
    assert list(whole) == list(range(count))
    assert max(whole.values()) == whole[count - 1]
    assert len(shown) <= count + 90
    assert all(seconds * FPS == pytest.approx(round(seconds * FPS)) for _, seconds in shown)


def test_files_hold_every_picture_and_are_the_same_every_time(films, quick, tmp_path):
    for name in ("one", "two"):
        assert [path.suffix for path in write_animation(films, tmp_path / name)] == [".mp4", ".gif", ".png"]
    for kind in ("mp4", "gif", "png"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()
    shown = positions(EPOCHS)
    video = cv2.VideoCapture(str(tmp_path / "one.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == sum(round(seconds * FPS) for _, seconds in shown)
    assert video.get(cv2.CAP_PROP_FPS) == FPS
    with Image.open(tmp_path / "one.gif") as gif:
        assert gif.n_frames == len(shown)
        assert gif.info["loop"] == 0
        total = 0
        for frame in range(gif.n_frames):
            gif.seek(frame)
            total += gif.info["duration"]
        assert total == pytest.approx(1000 * sum(seconds for _, seconds in shown), abs=10 * len(shown))
    with Image.open(tmp_path / "one.png") as still:
        assert still.width == round(6.4 * STILL_DPI)


def test_one_ending_is_one_file(films, quick, tmp_path):
    assert write_animation(films[:1], tmp_path / "gsl[eta=0.5].gif") == [tmp_path / "gsl[eta=0.5].gif"]
    assert [path.name for path in tmp_path.iterdir()] == ["gsl[eta=0.5].gif"]
    named = write_animation(films[:1], tmp_path / "gsl[eta=0.5]")
    assert [path.name for path in named] == [f"gsl[eta=0.5].{kind}" for kind in ("mp4", "gif", "png")]


def test_a_gif_that_is_too_large_is_made_smaller(monkeypatch):
    monkeypatch.setattr(animation, "GIF_PX", (120, 60))
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (40, 120, 3), dtype=np.uint8) for _ in range(3)]
    large = encode_gif(pictures, [0.1] * 3)
    with Image.open(io.BytesIO(large)) as gif:
        assert gif.size == (120, 40)
    for most in (len(large) - 1, 0):
        with Image.open(io.BytesIO(encode_gif(pictures, [0.1] * 3, most))) as gif:
            assert gif.size == (60, 20)


def test_colors_survive_the_palette(films, monkeypatch):
    """The blue of the overlap, the red and the green are found in the GIF as they were drawn."""
    screen = Screen(films)
    screen.show(2.0)
    picture = screen.picture(100)
    monkeypatch.setattr(animation, "GIF_PX", (picture.shape[1],))
    with Image.open(io.BytesIO(encode_gif([picture], [1.0]))) as gif:
        found = np.asarray(gif.convert("RGB")).reshape(-1, 3).astype(int)
    for color in (style.POSITIVE, style.NEGATIVE, style.OVERLAP):
        wanted = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
        assert np.abs(found - wanted).max(axis=1).min() <= 12, color


def test_a_diverged_epoch_ends_the_film_and_a_flat_one_does_not(experiment, films):
    home = Home(experiment)
    film = films[0]
    maps = np.stack([np.full((PAIRS, 15, 15), 0.5)] * 2)
    assert histograms(maps[0], labels(), (0.0, 1.0)).shape == (2, BINS)
    flat = replace(film, moments=film.moments * [1, 0, 1, 0])
    screen = Screen([flat])
    screen.show(0.5)
    assert screen.picture(40).shape[2] == 3
    assert read_film(home.run("gsl", 0), "x", read_scores(home.scores("gsl", 0)), 1).search.shape == (119, 119, 3)


def test_only_epochs_that_all_runs_kept_are_shown(films):
    shorter = replace(
        films[1],
        epochs=(2, 3),
        **{n: getattr(films[1], n)[1:] for n in ("maps", "moments", "heights", "overlap", "dprime")},
    )
    cut = animation._of_epochs(films[0], shorter.epochs)
    assert cut.epochs == (2, 3)
    np.testing.assert_array_equal(cut.at(0.0).score_map, films[0].at(1.0).score_map)


def test_what_is_not_there_is_named(experiment, tmp_path):
    home = Home(experiment)
    run, scores = home.run("gsl", 0), read_scores(home.scores("gsl", 0))
    with pytest.raises(ConfigError, match="there is no picture of pair 3; choose one from 1 to 2"):
        read_film(run, "x", scores, 2)
    with pytest.raises(MissingDataError, match=r"the images that belong to .*seed00 are missing; run snakemake"):
        read_films([run], ["x"], [None])
    bare = replace(experiment, results=str(tmp_path))
    write_networks(bare)
    with pytest.raises(ConfigError, match=r"kept no score maps by epoch; train it with train\.epoch_maps above 0"):
        read_film(Home(bare).run("gsl", 0), "x", scores)
    assert animate_compared(bare, Home(bare), tmp_path) == []
    path = Home(bare).run("gsl", 0) / "maps.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CorruptError, match=r"maps\.safetensors"):
        read_film(Home(bare).run("gsl", 0), "x", scores)


def test_the_report_has_the_film_of_the_compared_runs(experiment, quick, tmp_path):
    made = animate_compared(experiment, Home(experiment), tmp_path)
    assert [path.name for path in made] == [f"training-film-logistic-and-gsl.{kind}" for kind in ("mp4", "gif")]
    assert all(path.stat().st_size > 1000 for path in made)
