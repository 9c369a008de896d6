"""The synthetic datasets as they lie on disk."""

import configparser
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from siamloss.config import Dataset, SyntheticConfig
from siamloss.data.synthetic import write_dataset
from siamloss.data.synthetic.attributes import ORDER
from siamloss.errors import ConfigError, MissingDataError

FRAMES = 40
IMAGES = {"otb": "img/{:04d}.jpg", "vot": "color/{:08d}.jpg", "got10k": "{:08d}.jpg"}
TRUTH = {"otb": "groundtruth_rect.txt", "vot": "groundtruth.txt", "got10k": "groundtruth.txt"}
TAGS = ("camera_motion", "illum_change", "motion_change", "occlusion", "size_change")


def draw(root: Path, layout: str = "got10k", role: str = "train", **values) -> Path:
    config = SyntheticConfig(**{"sequences": 2, "frames": 8, "seed": 5, "width": 160, "height": 120, **values})
    root.mkdir()
    write_dataset(Dataset(name="drawn", format=layout, role=role, synthetic=config), root)
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def sequence_folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and path.name != "anno")


def labels(path: Path) -> np.ndarray:
    return np.loadtxt(path, dtype=int)


def attributes(folder: Path) -> set[str]:
    parser = configparser.ConfigParser()
    parser.read(folder / "meta_info.ini")
    return set(filter(None, parser["METAINFO"]["attributes"].split(",")))


@pytest.fixture(scope="module")
def got10k(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("drawn") / "got10k"
    return draw(root, sequences=12, frames=FRAMES, width=320, height=240)


@pytest.fixture(scope="module")
def otb(tmp_path_factory) -> Path:
    return draw(tmp_path_factory.mktemp("drawn") / "otb", "otb", sequences=2, frames=FRAMES, width=320, height=240)


@pytest.fixture(scope="module")
def vot(tmp_path_factory) -> Path:
    return draw(tmp_path_factory.mktemp("drawn") / "vot", "vot", sequences=6, frames=FRAMES)


@pytest.mark.parametrize("layout", ["otb", "vot", "got10k"])
def test_same_configuration_gives_same_bytes(tmp_path, layout):
    assert contents(draw(tmp_path / "a", layout)) == contents(draw(tmp_path / "b", layout))


@pytest.mark.parametrize("other", [{"seed": 6}, {"role": "test"}])
def test_other_seed_or_role_gives_other_videos(tmp_path, other):
    first, second = contents(draw(tmp_path / "a")), contents(draw(tmp_path / "b", **other))
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first if name.endswith((".jpg", "groundtruth.txt")))


@pytest.mark.parametrize("layout", ["otb", "vot", "got10k"])
def test_sequence_does_not_depend_on_size_of_dataset(tmp_path, layout):
    one, three = (contents(draw(tmp_path / str(n), layout, sequences=n, frames=4)) for n in (1, 3))
    shared = set(one) - {"list.txt"}
    assert shared < set(three)
    assert all(one[name] == three[name] for name in shared)


@pytest.mark.parametrize("layout", ["otb", "vot", "got10k"])
def test_layout_is_complete(request, layout):
    root = request.getfixturevalue(layout)
    folders = sequence_folders(root)
    assert len(folders) == {"otb": 2, "vot": 6, "got10k": 12}[layout]
    size = (120, 160, 3) if layout == "vot" else (240, 320, 3)
    for folder in folders:
        images = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg"))
        assert images == [IMAGES[layout].format(frame + 1) for frame in range(FRAMES)]
        assert cv2.imread(str(folder / images[-1])).shape == size
        rows = np.loadtxt(folder / TRUTH[layout], delimiter=",")
        assert rows.shape == (FRAMES, 8 if layout == "vot" else 4)
    if layout != "otb":
        assert (root / "list.txt").read_text().split() == [folder.name for folder in folders]


def test_otb_attribute_file_has_eleven_flags(otb, got10k):
    for folder, same in zip(sequence_folders(otb), sequence_folders(got10k), strict=False):
        lines = (otb / "anno" / "att" / f"{folder.name}.txt").read_text().splitlines()
        assert len(lines) == 1
        flags = lines[0].split(",")
        assert len(flags) == 11
        assert {name for name, flag in zip(ORDER, flags, strict=True) if flag == "1"} == attributes(same)


def test_otb_is_one_based(otb, got10k):
    for one_based, zero_based in zip(sequence_folders(otb), sequence_folders(got10k), strict=False):
        shifted = np.loadtxt(one_based / TRUTH["otb"], delimiter=",")
        boxes = np.loadtxt(zero_based / TRUTH["got10k"], delimiter=",")
        np.testing.assert_allclose(shifted - boxes, np.tile([1.0, 1.0, 0.0, 0.0], (FRAMES, 1)), atol=1e-9)


def test_boxes_lie_in_the_image_and_have_area(got10k):
    for folder in sequence_folders(got10k):
        boxes = np.loadtxt(folder / "groundtruth.txt", delimiter=",")
        assert (boxes[:, 2:] >= 2.0 - 1e-4).all()
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= np.array([320, 240]) + 1e-3).all()


def test_vot_tags_have_a_line_a_frame(vot):
    seen = dict.fromkeys(TAGS, 0)
    for folder in sequence_folders(vot):
        for tag in TAGS:
            values = labels(folder / f"{tag}.tag")
            assert values.shape == (FRAMES,)
            assert set(values) <= {0, 1}
            seen[tag] += values.sum()
    assert all(count > 0 for count in seen.values())


def test_vot_polygons_are_rectangles_in_order(vot):
    for folder in sequence_folders(vot):
        points = np.loadtxt(folder / "groundtruth.txt", delimiter=",").reshape(FRAMES, 4, 2)
        sides = np.roll(points, -1, axis=1) - points
        cosine = (sides[:, 0] * sides[:, 1]).sum(axis=1) / np.prod(np.linalg.norm(sides[:, :2], axis=2), axis=1)
        np.testing.assert_allclose(cosine, 0.0, atol=1e-3)
        np.testing.assert_allclose(sides[:, 0], -sides[:, 2], atol=3e-4)
        clockwise = sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]
        assert (clockwise > 0).all()


def test_all_attributes_occur_in_every_block_of_six(got10k):
    folders = sequence_folders(got10k)
    for block in (folders[:6], folders[6:]):
        assert set.union(*map(attributes, block)) == set(ORDER)


def test_measurable_attributes_follow_from_the_written_boxes(got10k):
    for folder in sequence_folders(got10k):
        boxes = np.loadtxt(folder / "groundtruth.txt", delimiter=",")
        whole = labels(folder / "cut_by_image.label") == 0
        area = boxes[:, 2] * boxes[:, 3]
        ratio = area[whole] / area[0]
        motion = np.hypot(*np.diff(boxes[:, :2] + boxes[:, 2:] / 2, axis=0).T)[whole[1:] & whole[:-1]]
        found = attributes(folder)
        assert ("SV" in found) == bool(((ratio < 0.5) | (ratio > 2.0)).any())
        assert ("FM" in found) == bool((motion > 20).any())
        assert ("LR" in found) == bool((area[whole] < 400).any())
        assert ("OCC" in found) <= bool((labels(folder / "cover.label") < 8).any())
        assert ("OV" in found) <= bool(not whole.all())


def test_absence_cover_and_cut_agree(got10k):
    absences, partial = 0, 0
    for folder in sequence_folders(got10k):
        absence, cover, cut = (labels(folder / f"{name}.label") for name in ("absence", "cover", "cut_by_image"))
        assert absence.shape == cover.shape == cut.shape == (FRAMES,)
        assert set(absence) | set(cut) <= {0, 1}
        assert cover.min() >= 0
        assert cover.max() <= 8
        np.testing.assert_array_equal(absence == 1, cover == 0)
        assert (absence[0], cover[0], cut[0]) == (0, 8, 0)
        if not {"OCC", "OV"} & attributes(folder):
            assert (cover == 8).all()
        absences += absence.sum()
        partial += ((cover > 0) & (cover < 8)).sum()
    assert absences > 0
    assert partial > 0


def test_target_moves_so_that_a_tracker_can_follow(got10k):
    for folder in sequence_folders(got10k):
        boxes = np.loadtxt(folder / "groundtruth.txt", delimiter=",")
        whole = labels(folder / "cut_by_image.label") == 0
        motion = np.hypot(*np.diff(boxes[:, :2] + boxes[:, 2:] / 2, axis=0).T) / np.sqrt(boxes[1:, 2] * boxes[1:, 3])
        motion = motion[whole[1:] & whole[:-1]]
        assert motion.max() < 0.85
        assert np.median(motion) < (0.25 if "OV" in attributes(folder) else 0.12)


def test_clean_dataset_has_no_attributes(tmp_path):
    root = draw(tmp_path / "clean", sequences=3, frames=20, difficulty=0.0, width=320, height=240)
    for folder in sequence_folders(root):
        assert attributes(folder) == set()
        assert (labels(folder / "cover.label") == 8).all()


@pytest.mark.parametrize(
    ("values", "key", "remedy"),
    [
        ({"frames": 0}, "frames", "2 or more"),
        ({"frames": 1}, "frames", "2 or more"),
        ({"sequences": 0}, "sequences", "1 or more"),
        ({"seed": -1}, "seed", "0 or more"),
        ({"width": 16}, "width", "between 64"),
        ({"height": 100000}, "height", "between 64"),
        ({"difficulty": -0.5}, "difficulty", "set it to 0"),
        ({"difficulty": float("nan")}, "difficulty", "set it to 0"),
    ],
)
def test_impossible_value_is_named_with_a_remedy(tmp_path, values, key, remedy):
    with pytest.raises(ConfigError) as caught:
        draw(tmp_path / "bad", **values)
    message = str(caught.value)
    assert f"synthetic.{key}" in message
    assert remedy in message
    assert "\n" not in message
    assert list((tmp_path / "bad").iterdir()) == []


def test_dataset_without_synthetic_part_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="add 'synthetic"):
        write_dataset(Dataset(name="real", format="otb", role="test"), tmp_path)


def test_folder_must_exist_and_be_empty(tmp_path):
    dataset = Dataset(name="drawn", format="otb", role="test", synthetic=SyntheticConfig(sequences=1, frames=2))
    with pytest.raises(MissingDataError, match="create it"):
        write_dataset(dataset, tmp_path / "nowhere")
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(ConfigError, match="not empty"):
        write_dataset(dataset, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_progress_is_silent_when_not_a_terminal(tmp_path, capfd):
    dataset = Dataset("drawn", "got10k", "train", synthetic=SyntheticConfig(1, 2, width=64, height=64))
    write_dataset(dataset, tmp_path, progress=True)
    assert capfd.readouterr() == ("", "")


def test_drawing_is_fast_enough(tmp_path):
    begin = time.process_time()
    draw(tmp_path / "timed", sequences=1, frames=60, width=320, height=240)
    assert 60 / (time.process_time() - begin) > 40
