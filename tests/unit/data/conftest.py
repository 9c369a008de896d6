"""Images on disk, each unlike the others."""

import cv2
import numpy as np
import pytest


@pytest.fixture
def draw_frames():
    """``draw_frames(folder, numbers, digits, size, ending)``: images of noise, the same for the same number."""

    def draw(folder, numbers, digits=8, size=(30, 20), ending=".jpg"):
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            noise = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"{number:0{digits}d}{ending}"), noise)

    return draw
