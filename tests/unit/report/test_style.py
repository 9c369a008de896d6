"""The style: distinct looks, reproducible files, nothing global changed."""

import matplotlib
import matplotlib.style
import numpy as np
import pytest

from siamloss.config import Variant
from siamloss.errors import ConfigError
from siamloss.report import style


def draw():
    with style.applied():
        figure = style.new_figure(3, 2)
        axes = figure.subplots()
        axes.plot([0, 1, 2], [3, 1, 2], label="$a_b$")
        axes.fill_between([0, 1, 2], 1, 2, hatch=style.HATCH["overlap"])
        axes.legend()
    return figure


def test_equal_figures_give_equal_bytes(tmp_path):
    first = [path.read_bytes() for path in style.save(draw(), tmp_path / "a")]
    second = [path.read_bytes() for path in style.save(draw(), tmp_path / "b")]
    assert first == second
    assert b"CreationDate" not in first[1]
    assert b"Software" not in first[0]
    assert b"<dc:date>" not in first[2]
    assert b"Matplotlib v" not in b"".join(first)


def test_a_matplotlibrc_has_no_say(tmp_path):
    first = [path.read_bytes() for path in style.save(draw(), tmp_path / "a")]
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "yellow", "xtick.direction": "in"}):
        second = [path.read_bytes() for path in style.save(draw(), tmp_path / "b")]
    assert first == second


def test_png_has_200_dpi(tmp_path):
    from PIL import Image

    with Image.open(style.save(draw(), tmp_path / "a")[0]) as image:
        assert image.size == (600, 400)


def test_a_pdf_holds_its_fonts_and_an_svg_needs_none(tmp_path):
    _, pdf, svg = (path.read_bytes() for path in style.save(draw(), tmp_path / "a"))
    assert b"/FontFile2" in pdf, "TrueType, whole"
    assert b"/Type3" not in pdf
    assert b"<text" not in svg
    assert b"font-family" not in svg


def test_a_file_has_the_format_of_its_suffix(tmp_path):
    heads = {"png": b"\x89PNG", "pdf": b"%PDF", "SVG": b"<?xml"}
    for suffix, head in heads.items():
        assert style.save_as(draw(), tmp_path / f"a.{suffix}").read_bytes().startswith(head)
    with pytest.raises(ConfigError, match=r"a\.jpg does not end in a known format; end the name in one of: \.png"):
        style.save_as(draw(), tmp_path / "a.jpg")
    assert not (tmp_path / "a.jpg").exists()


def test_the_style_file_is_matplotlibs_and_agrees_with_the_colours_of_the_code(tmp_path):
    with matplotlib.style.context(style.STYLE_FILE):
        found = dict(matplotlib.rcParams)
    assert (found["text.color"], found["axes.edgecolor"]) == (style.INK, style.MUTED)
    cycle = found["axes.prop_cycle"].by_key()["color"]
    assert cycle == [style.BASELINE, style.OURS, *style.OTHERS[: len(cycle) - 2]]
    sizes = ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
    assert min(found[name] for name in sizes) >= 6
    with style.applied():
        assert matplotlib.rcParams["legend.fontsize"] == found["legend.fontsize"]
        assert matplotlib.rcParams["text.parse_math"] is False


def test_dots_of_an_instance_name_stay(tmp_path):
    names = [path.name for path in style.save(draw(), tmp_path / "gsl[eta=0.5]")]
    assert names == ["gsl[eta=0.5].png", "gsl[eta=0.5].pdf", "gsl[eta=0.5].svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_nothing_global_changes():
    before = dict(matplotlib.rcParams)
    draw()
    assert dict(matplotlib.rcParams) == before
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == []


def test_every_variant_looks_different():
    variants = [Variant(name, name, label=name) for name in "abcdefghij"]
    variants += [Variant(name, control=name, label=name) for name in ("never-moves", "untrained", "oracle")]
    looks = style.looks(variants, "a", "b")
    assert len(set(looks.values())) == len(variants)
    assert len({looks[v.name].color for v in variants if not v.control}) == 10
    assert (looks["a"].color, looks["b"].color) == (style.BASELINE, style.OURS)
    assert {looks[v.name].color for v in variants if v.control} == {style.CONTROL}


def test_looks_survive_without_colour():
    variants = [Variant(name, name, label=name) for name in "abcdefghij"]
    drawn = {(look.marker, look.dashes) for look in style.looks(variants, "a", "b").values()}
    assert len(drawn) == 10


def luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("color", [style.BASELINE, style.OURS, style.POSITIVE, style.NEGATIVE, style.OVERLAP])
def test_colours_that_carry_meaning_stand_out_from_white(color):
    assert 1.05 / (luminance(color) + 0.05) > 3


def test_labels_are_wrapped_and_shortened():
    assert style.wrap("l_dis (GSL without hard term)", 18) == "l_dis (GSL without\nhard term)"
    assert style.shorten("one two three", 9) == "one two …"
    assert style.shorten("x" * 20, 9) == "x" * 8 + "…"
