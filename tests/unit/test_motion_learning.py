"""The motion detector on what it learns the street from: vehicles that stand in most of the pictures."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.detection.motion import MotionDetector

FPS, SECONDS, EVERY_S = 5, 40, 1
WIDTH_PX, HEIGHT_PX = 320, 180
VEHICLE = (130, 80, 190, 120)
Stands = Callable[[float], bool]


def shade(rows: int, columns: int, seed: int, low: int, high: int) -> NDArray[np.uint8]:
    """Return patches of a few pixels, so that there is something to see on a surface."""
    patches = np.random.default_rng(seed).integers(low, high, (rows // 8, columns // 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(patches, (columns, rows), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


STREET = shade(HEIGHT_PX, WIDTH_PX, 1, 90, 110)
BODY = shade(VEHICLE[3] - VEHICLE[1], VEHICLE[2] - VEHICLE[0], 2, 0, 60)


def clip(stands: Stands) -> Iterator[Frame]:
    """Yield a noisy film in which one dark vehicle is in its place at the seconds that `stands` says."""
    noise = np.random.default_rng(3)
    x0, y0, x1, y1 = VEHICLE
    for index in range(FPS * SECONDS):
        picture = STREET.copy()
        if stands(index / FPS):
            picture[y0:y1, x0:x1] = BODY
        grain = noise.normal(0, 2, picture.shape)
        grained = np.clip(picture + grain, 0, 255).astype(np.uint8)
        yield Frame("drawn", index, index * NS_PER_S // FPS, grained, simulated=True)


def found(stands: Stands) -> list[tuple[float, bool, int]]:
    """Return of each frame its second, whether the vehicle was found in its place, and how much else was."""
    detector = MotionDetector()
    detector.learn_from(frame for frame in clip(stands) if frame.index % (FPS * EVERY_S) == 0)
    said = []
    for frame in clip(stands):
        boxes = detector.detect(frame).boxes_px
        hits = [np.abs(box - VEHICLE).max() <= 6 for box in boxes]
        said.append((frame.index / FPS, any(hits), len(boxes) - sum(hits)))
    return said


@pytest.mark.parametrize(
    "stands",
    [lambda s: s < 24, lambda s: s < 20, lambda s: s >= 16, lambda s: 5 <= s < 33],
    ids=["leaves", "leaves half-way", "comes", "comes and leaves"],
)
def test_a_vehicle_in_most_of_the_pictures_is_no_street(stands: Stands) -> None:
    for second, is_found, others in found(stands):
        assert others == 0, f"{second} s"
        changed_lately = stands(second) != stands(second - 1.0)
        assert is_found == stands(second) or changed_lately, f"{second} s"


def test_a_street_in_which_nobody_stands_shows_nobody() -> None:
    assert not [second for second, is_found, others in found(lambda _: False) if is_found or others]
