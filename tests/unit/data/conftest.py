"""Images on disk, each unlike the others, and copies of drawn datasets."""

import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest

from siamloss.data.open import dataset_root


@pytest.fixture
def draw_frames():
    """``draw_frames(folder, numbers, digits, size, ending)``: images of noise, the same for the same number."""

    def draw(folder, numbers, digits=8, size=(30, 20), ending=".jpg"):
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            noise = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"{number:0{digits}d}{ending}"), noise)

    return draw


@pytest.fixture
def copied(tiny, tmp_path):
    """Copy a drawn test dataset to ``data_root/otb``, ...: (experiment, dataset, root)."""

    def copy(form):
        drawn = next(item for item in tiny.datasets.test if item.format == form)
        root = tmp_path / "data" / form
        shutil.copytree(dataset_root(tiny, drawn), root)
        real = replace(drawn, synthetic=None, path=form, how_to_get="restore the copy")
        return (
            replace(tiny, data_root=str(tmp_path / "data"), datasets=replace(tiny.datasets, test=(real,))),
            real,
            root,
        )

    return copy
