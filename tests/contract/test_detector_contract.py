"""One suite for every Detector: those of the registry, the oracle, and one as a third party writes it."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.geometry import GroundPlane, Polygon
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.detection import registry
from detectors.ports import Detector
from tests.drawn_clip import START_NS, Clip
from twin.rendering.oracle import OracleDetector

Make = Callable[[Clip], Detector]
NOTHING = Detections(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, 2)))


class BrightSpot:
    """Takes whatever is bright for one car."""

    name = "bright-spot"

    def detect(self, frame: Frame) -> Detections:
        rows, columns = np.nonzero(frame.image_bgr.max(axis=2) > 200)
        if not len(rows):
            return NOTHING
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return Detections([box], [1.0], [VehicleClass.CAR], [(np.nan, np.nan)])


def surveyed(clip: Clip) -> SitePlan:
    """A site plan of the clip: eight metres above a wide road."""
    camera = PinholeCamera(
        clip.width_px, clip.height_px, 300.0, np.array([0.0, 0.0, 8.0]), math.pi / 2, math.radians(25)
    )
    road = Polygon(np.array([(-40.0, 5.0), (40.0, 5.0), (40.0, 60.0), (-40.0, 60.0)]))
    ways = (Carriageway("road", road, 0.0),)
    return SitePlan("drawn", (116.86, -1.26), camera, GroundPlane(), carriageways=ways, simulated=True)


def from_registry(name: str, *, on_site: bool, shown: bool) -> Make:
    def make(clip: Clip) -> Detector:
        return registry.build(name, surveyed(clip) if on_site else None, clip.empty() if shown else ())

    return make


MAKERS: dict[str, Make] = {
    "oracle": lambda clip: OracleDetector(clip.truth),
    "third party": lambda _clip: BrightSpot(),
}
# learned detectors know vehicles, not drawn boxes: of them only the conformance suite is asked
for known in ("motion",):
    MAKERS[known] = from_registry(known, on_site=False, shown=False)
    MAKERS[f"{known}, on a site, shown the street"] = from_registry(known, on_site=True, shown=True)


@pytest.fixture(params=MAKERS.values(), ids=MAKERS)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


def as_bytes(found: Detections) -> tuple[object, ...]:
    arrays = (found.boxes_px, found.scores, found.classes, found.contact_px)
    return (*(array.tobytes() for array in arrays), found.plates, found.oracle)


def run(detector: Detector, frames: Iterable[Frame]) -> list[tuple[object, ...]]:
    return [as_bytes(detector.detect(frame)) for frame in frames]


def check(found: Detections, frame: Frame) -> None:
    """Check all that the port promises of the detections of one frame."""
    n, (width_px, height_px) = len(found), frame.size_px
    arrays = (found.boxes_px, found.scores, found.classes, found.contact_px)
    assert [array.shape for array in arrays] == [(n, 4), (n,), (n,), (n, 2)]
    assert [array.dtype for array in arrays] == [np.float32, np.float32, np.int8, np.float32]
    assert not any(array.flags.writeable for array in arrays)
    assert np.isfinite(found.boxes_px).all()
    assert (found.boxes_px[:, 2:] > found.boxes_px[:, :2]).all()
    assert (found.boxes_px >= 0).all()
    assert (found.boxes_px <= [width_px + 1, height_px + 1] * 2).all()  # half pictures round up
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert {int(kind) for kind in found.classes} <= set(VehicleClass)
    known = np.isfinite(found.contact_px)
    assert (known.all(axis=1) | (~known).all(axis=1)).all()
    assert len(found.plates) in (0, n)


def overlap(box: np.ndarray, other: np.ndarray) -> float:
    shared = np.prod(np.clip(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0, None))
    return float(shared / (np.prod(box[2:] - box[:2]) + np.prod(other[2:] - other[:2]) - shared))


def test_it_has_a_name(make: Make) -> None:
    name = make(Clip()).name
    assert name
    assert name == name.strip()


def test_what_it_finds_has_the_promised_shapes_types_and_values(make: Make) -> None:
    detector, clip = make(Clip()), Clip()
    oracle = {detector.detect(frame).oracle for frame in clip.frames()}
    assert len(oracle) == 1
    again = make(clip)
    for frame in clip.frames():
        check(again.detect(frame), frame)


def test_it_finds_the_vehicle_and_nothing_else_while_it_moves_and_when_it_stands(make: Make) -> None:
    clip = Clip()
    detector = make(clip)
    for frame in clip.frames():
        found, truth = detector.detect(frame), clip.truth(frame)
        seconds = (frame.timestamp_ns - START_NS) / NS_PER_S
        if seconds < 10:
            assert len(found) == 0
        elif seconds > 12:
            assert len(found) == 1
            assert overlap(found.boxes_px[0], truth.boxes_px[0]) > 0.5


def test_the_same_frames_twice_in_two_instances_give_the_same_detections(make: Make) -> None:
    clip = Clip()
    assert run(make(clip), clip.frames()) == run(make(clip), clip.frames())


def test_two_instances_in_one_process_do_not_disturb_each_other(make: Make) -> None:
    clips = Clip(seed=1), Clip(seed=2, row_px=40)
    apart = [run(make(clip), clip.frames()) for clip in clips]
    one, other = (make(clip) for clip in clips)
    pairs = zip(clips[0].frames(), clips[1].frames(), strict=True)
    mixed = [(as_bytes(one.detect(a)), as_bytes(other.detect(b))) for a, b in pairs]
    assert [list(found) for found in zip(*mixed, strict=True)] == apart
    assert apart[0] != apart[1]


def test_a_frame_is_left_as_it_was(make: Make) -> None:
    clip = Clip()
    detector = make(clip)
    frames = list(clip.frames())
    before = [frame.image_bgr.tobytes() for frame in frames]
    run(detector, frames)
    assert [frame.image_bgr.tobytes() for frame in frames] == before


@pytest.mark.parametrize("size_px", [(1, 1), (2, 3), (37, 53), (640, 360)])
def test_any_size_of_picture_will_do(make: Make, size_px: tuple[int, int]) -> None:
    clip = Clip(width_px=size_px[0], height_px=size_px[1], row_px=0, fps=1)
    detector = make(clip)
    for frame in clip.frames():
        check(detector.detect(frame), frame)


def test_an_empty_street_holds_nobody(make: Make) -> None:
    clip = Clip(row_px=10_000)
    detector = make(clip)
    assert [len(detector.detect(frame)) for frame in clip.frames()] == [0] * 85


def test_a_gap_in_time_and_a_frame_told_twice_are_no_errors(make: Make) -> None:
    clip = Clip()
    detector = make(clip)
    frames = list(clip.frames())
    for frame in [*frames, frames[-1]]:
        check(detector.detect(frame), frame)
    late = replace(frames[-1], timestamp_ns=frames[-1].timestamp_ns + 600 * NS_PER_S)
    check(detector.detect(late), late)
