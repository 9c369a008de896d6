"""One's own data as a COCO-style file."""

import json

import numpy as np
import pytest

from siamloss.data.coco import read_coco
from siamloss.errors import AnnotationError, MissingDataError


def image(number, file, **more):
    return {"id": number, "file_name": file, "width": 30, "height": 20, **more}


def shown(number, box=(1, 2, 5, 6), **more):
    return {"id": 100 + number, "image_id": number, "bbox": list(box), "category_id": 1, **more}


@pytest.fixture
def write(tmp_path, draw_frames):
    """``write(images, annotations, ...)``: the images on disk and the file."""

    def dataset(images, annotations, place="annotations.json", under="", **more):
        for each in images:
            folder, _, name = each["file_name"].rpartition("/")
            draw_frames(tmp_path / under / folder, [int(name.split(".")[0])], digits=1)
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"images": images, "annotations": annotations, **more}))
        return tmp_path

    return dataset


def test_boxes_without_tracks_are_one_sequence_per_folder(write):
    images = [image(1, "a/10.jpg"), image(2, "a/9.jpg"), image(3, "b/1.jpg"), image(4, "b/2.jpg")]
    boxes = [shown(1, (3, 4, 5, 6)), shown(2), shown(3), shown(4)]
    first, second = read_coco(write(images, boxes, categories=[{"id": 1, "name": "fox"}]))
    assert (first.name, second.name, first.object_class) == ("a", "b", "fox")
    assert [path.name for path in first.frame_paths] == ["9.jpg", "10.jpg"]
    np.testing.assert_array_equal(first.boxes, [[1, 2, 5, 6], [3, 4, 5, 6]])


def test_a_track_runs_from_its_first_to_its_last_image(write):
    images = [image(n, f"{n}.jpg", video_id=7) for n in range(1, 7)]
    boxes = [shown(n, track_id="x") for n in (2, 3, 5)] + [shown(n, track_id="y") for n in (1, 6)]
    x, y = read_coco(write(images, boxes, videos=[{"id": 7, "name": "clips/street"}]))
    assert (x.name, y.name) == ("clips_street-x", "clips_street-y")
    assert [path.name for path in x.frame_paths] == ["2.jpg", "3.jpg", "4.jpg", "5.jpg"]
    assert x.visible.tolist() == [True, True, False, True]
    assert y.visible.tolist() == [True, False, False, False, False, True]


def test_frame_numbers_go_before_file_names(write):
    images = [image(n, f"{n}.jpg", frame_id=10 - n) for n in (1, 2, 3)]
    found = read_coco(write(images, [shown(n) for n in (1, 2, 3)]))[0]
    assert [path.name for path in found.frame_paths] == ["3.jpg", "2.jpg", "1.jpg"]
    assert found.name == "annotations"


def test_the_file_and_the_images_may_lie_in_folders_of_their_own(write):
    root = write([image(1, "a/1.jpg")], [shown(1)], place="annotations/instances.json", under="images")
    assert read_coco(root)[0].frame_paths == (root / "images" / "a" / "1.jpg",)
    assert [item.name for item in read_coco(root, ("a",))] == ["a"]
    with pytest.raises(MissingDataError, match=r"1 of 2 listed sequences are missing in .*: z; restore"):
        read_coco(root, ("a", "z"))


def test_missing_images_are_named(write):
    root = write([image(1, "a/1.jpg"), image(2, "a/2.jpg")], [shown(1), shown(2)])
    (root / "a" / "2.jpg").unlink()
    with pytest.raises(MissingDataError, match=r"sequence 'a' lacks 1 of 2 images in .*: a/2\.jpg; restore"):
        read_coco(root)


@pytest.mark.parametrize(
    ("images", "annotations", "problem"),
    [
        ([image(1, "1.jpg")], [shown(1), shown(1)], r"image '1\.jpg' has two boxes of one track; give each target"),
        ([image(1, "1.jpg")], [shown(2)], "annotates images that it does not list: 2; add them"),
        ([image(1, "1.jpg")], [shown(1, (1, 2, 3))], r"'bbox' of image '1\.jpg' is \[1, 2, 3\]; write"),
        ([image(1, "1.jpg")], [shown(1, (1, 2, 3, float("nan")))], r"'bbox' of image '1\.jpg' is .*nan\]; write"),
        ([image(1, "1.jpg")], [{"image_id": 1}], "lacks or misplaces 'bbox'; see docs"),
        ([image(1, "../1.jpg")], [shown(1)], r"sequence name '\.\.' of .* leads out of that folder"),
        ([image(1, "a/../1.jpg")], [shown(1)], r"file_name 'a/\.\./1\.jpg' leaves the dataset's folder"),
        ([image(1, "1.jpg")], [shown(1, (1, 2, 0, 3))], "box without area at frame 1"),
        (
            [image(1, "1.jpg"), image(1, "2.jpg")],
            [shown(1)],
            r"annotations\.json: '2\.jpg' under 'images' has id 1, as another has; number anew",
        ),
        (
            [image(1, "1.jpg"), image(2, "2.jpg")],
            [shown(1, track_id=1), shown(2)],
            r"image '2\.jpg' of video 'annotations' has a box without track_id, and others of the video have one",
        ),
        (
            [image(1, "1.jpg"), image(2, "2.jpg")],
            [shown(1, track_id=1), shown(1, track_id=2), shown(2)],
            r"image '2\.jpg' of video 'annotations' has a box without track_id, and others of the video have one",
        ),
        ([image(1, "1.jpg")], [{**shown(1), "category_id": [1]}], r"'category_id' of image '1\.jpg' is \[1\]; write"),
        (
            [image(1, "a/b/1.jpg"), image(2, "a_b/2.jpg")],
            [shown(1), shown(2)],
            r"image 'a_b/2\.jpg' of folder 'a_b' and images of folder 'a/b' would both be video 'a_b'; rename",
        ),
        (
            [image(1, "a/1.jpg"), image(2, "a-1/2.jpg")],
            [shown(1, track_id=1), shown(1, track_id=2), shown(2)],
            "'a-1'; rename one",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_said(write, images, annotations, problem):
    with pytest.raises(AnnotationError, match=problem):
        read_coco(write(images, annotations))


def test_other_json_is_no_dataset(tmp_path):
    with pytest.raises(MissingDataError, match=r"holds no annotations\.json"):
        read_coco(tmp_path)
    (tmp_path / "own.json").write_text("{")
    with pytest.raises(AnnotationError, match=r"own\.json is not valid JSON"):
        read_coco(tmp_path)
    (tmp_path / "own.json").write_text("[]")
    with pytest.raises(AnnotationError, match="has no 'images' and 'annotations'"):
        read_coco(tmp_path)
    (tmp_path / "own.json").write_text('{"images": [], "annotations": []}')
    with pytest.raises(MissingDataError, match="holds no sequence"):
        read_coco(tmp_path)


@pytest.mark.parametrize(
    ("videos", "problem"),
    [
        (
            [{"id": 1, "name": "street"}, {"id": 2, "name": "street"}],
            r"image '2\.jpg' of video_id 2 and images of video_id 1 would both be video 'street'; rename one",
        ),
        (
            [{"id": 1, "name": "day/street"}, {"id": 2, "name": "day_street"}],
            r"image '2\.jpg' of video_id 2 and images of video_id 1 would both be video 'day_street'; rename one",
        ),
        (
            [{"id": 1, "name": "street"}, {"id": 1, "name": "park"}],
            r"annotations\.json: 'park' under 'videos' has id 1, as another has; number anew",
        ),
    ],
)
def test_two_videos_are_not_taken_for_one(write, videos, problem):
    images = [image(number, f"{number}.jpg", video_id=number) for number in (1, 2)]
    with pytest.raises(AnnotationError, match=problem):
        read_coco(write(images, [shown(1), shown(2)], videos=videos))


def test_a_video_without_tracks_may_lie_beside_one_with_tracks(write):
    images = [image(1, "a/1.jpg"), image(2, "b/2.jpg")]
    found = read_coco(write(images, [shown(1, track_id=1), shown(2)]))
    assert [item.name for item in found] == ["a", "b"]
