from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.steps import SnapshotRequest
from scenarios.experiments.plate_scenes import letters_px
from tests.corner_street import AFTERNOON_NS, vehicles
from tests.plate_pictures import OWN, Row, view
from twin.cameras.optics import resized
from twin.cameras.snapshots import SNAPSHOT_PX
from twin.rendering.bodies import Body, bodies
from twin.rendering.light import light_at
from twin.rendering.plate_truth import PlateTruth, plate_truth
from twin.rendering.raster import Upright
from twin.truth import Scene

KERB: Row = (1, -84.0, 9.3, 0.0)
OTHER = "KX 4958 YM"


def truth(*rows: Row, zoom: float = 8.0, aside_px: float = 0.0) -> PlateTruth | None:
    """Return how the plate of the first vehicle shows in a picture of it."""
    scene = Scene(AFTERNOON_NS, replace(vehicles(*rows), plates=(OWN, OTHER)[: len(rows)]))
    found = view().truth(scene)
    box = found.boxes_px[int(np.flatnonzero(found.vehicle_id == 1)[0])]
    target = ((box[0] + box[2]) / 2 + aside_px, (box[1] + box[3]) / 2)
    asked = SnapshotRequest("a", "a", target, zoom, AFTERNOON_NS)
    return view().snapshot_plate(scene, asked, OWN)


def test_a_plate_that_nothing_hides_shows_in_full() -> None:
    found = truth(KERB)
    assert found is not None
    assert found.shown == 1.0
    assert found.plate.number == OWN
    assert letters_px(found) > 15.0
    half = truth(KERB, zoom=4.0)
    assert letters_px(half) == pytest.approx(letters_px(found) / 2, rel=0.02)


def test_a_rider_before_the_middle_of_a_plate_hides_it_where_its_corners_show() -> None:
    found = truth(KERB, (0, -88.2, 9.3, 0.0))
    assert found is not None
    assert 0.0 < found.shown < 0.9
    assert letters_px(found) == 0.0


def test_a_plate_beyond_the_edge_of_the_picture_does_not_show() -> None:
    found = truth(KERB, aside_px=42.0)
    assert found is not None
    assert found.shown == 0.0


def test_a_number_that_nobody_there_has_has_no_truth() -> None:
    scene = Scene(AFTERNOON_NS, replace(vehicles(KERB), plates=(OTHER,)))
    asked = SnapshotRequest("a", "a", (320.0, 180.0), 1.0, AFTERNOON_NS)
    assert view().snapshot_plate(scene, asked, OWN) is None
    assert letters_px(None) == 0.0


def scene_before_the_camera() -> tuple[list[Body], tuple[int, int], np.ndarray]:
    """Return the bodies in a picture of one car, its size, and the corners of the plate."""
    own = replace(vehicles(KERB), plates=(OWN,))
    middle = view().camera.project(own.position_m + np.array([0.0, 0.0, 0.7]))[0][0]
    camera = resized(view().camera.aimed_at((float(middle[0]), float(middle[1])), 8.0), SNAPSHOT_PX)
    found = bodies(camera, own, light_at(AFTERNOON_NS))
    corners = found[0].plate_px
    assert corners is not None
    return found, (camera.height_px, camera.width_px), corners


@pytest.mark.parametrize(("nearer_m", "shown"), [(-1.0, 0.5), (1.0, 1.0)])
def test_a_pole_hides_what_is_behind_it_alone(nearer_m: float, shown: float) -> None:
    found, size, corners = scene_before_the_camera()
    thing = np.zeros(size, dtype=np.uint16)
    thing[:, round(float(corners[:, 0].mean())) :] = 1  # a wall from the middle of the plate to the right
    depths = np.array([np.inf, found[0].depth_m + nearer_m], dtype=np.float32)
    seen = plate_truth(found, OWN, Upright(thing, depths))
    assert seen is not None
    assert seen.shown == pytest.approx(shown, abs=0.03)


def test_to_ask_for_the_truth_changes_no_picture() -> None:
    scene = Scene(AFTERNOON_NS, replace(vehicles(KERB), plates=(OWN,)))
    asked, other = (SnapshotRequest("a", "a", (x, 180.0), 6.0, AFTERNOON_NS) for x in (320.0, 400.0))
    before = [view().snapshot(scene, one).image_bgr for one in (asked, other)]
    view().snapshot_plate(scene, asked, OWN)
    after = [view().snapshot(scene, one).image_bgr for one in (other, asked)]
    assert np.array_equal(before[1], after[0])
    assert np.array_equal(before[0], after[1])
    view().snapshot_plate(scene, asked, OWN)
    assert np.array_equal(before[0], view().snapshot(scene, asked).image_bgr)
