"""From a box to a footprint: what the edge of the picture hides, and that a vehicle keeps its track there."""

import numpy as np
import pytest

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import GroundPlane, Polygon
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.tracking.footprint import FootprintModel
from detectors.tracking.ground import GroundTracker

FPS = 24
NORTH = np.pi / 2
SIZE_M = np.array([4.6, 1.8, 1.5])
CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
UNKNOWN = np.array([float(VehicleClass.UNKNOWN)])
UNSEEN = np.full((1, 2), np.nan)


def plan() -> SitePlan:
    """A low camera that looks north along a lane towards it, which leaves the picture to the right."""
    camera = PinholeCamera(640, 352, 600.0, np.array([0.0, 0.0, 3.5]), NORTH, np.radians(8.6))
    lane = Polygon(np.array([[-6.0, 5.0], [6.0, 5.0], [6.0, 60.0], [-6.0, 60.0]]))
    return SitePlan(
        "low", (0.0, 0.0), camera, GroundPlane(), carriageways=(Carriageway("lane", lane, -NORTH),)
    )


def box_of(site: SitePlan, x_m: float, y_m: float) -> np.ndarray:
    """Return the box (4,) of a car that drives south at (x, y), cut to the picture."""
    local = CORNERS * SIZE_M
    points = np.column_stack((x_m + local[:, 1], y_m - local[:, 0], local[:, 2]))
    pixels, _ = site.camera.project(points)
    edge = np.array([site.camera.width_px, site.camera.height_px])
    low, high = np.clip(pixels.min(axis=0), 0, edge), np.clip(pixels.max(axis=0), 0, edge)
    return np.concatenate((low, high))


def test_a_cut_box_is_unsure_along_the_way_only() -> None:
    site = plan()
    whole = FootprintModel(site).solve(box_of(site, 0.0, 15.0)[None], UNKNOWN, UNSEEN)
    cut_box = box_of(site, 2.0, 8.0)
    assert cut_box[3] == pytest.approx(352)
    cut = FootprintModel(site).solve(cut_box[None], UNKNOWN, UNSEEN)
    across, along = np.sqrt(np.diag(cut.covariance_m2[0]))
    assert np.sqrt(whole.covariance_m2[0].max()) < 1.0
    assert along > 2.0
    assert across < 0.6


def test_a_contact_point_that_is_known_stays_sure_at_the_edge() -> None:
    site = plan()
    contact, _ = site.camera.project([[2.0, 8.0, 0.0]])
    cut = FootprintModel(site).solve(box_of(site, 2.0, 8.0)[None], UNKNOWN, contact)
    assert np.sqrt(cut.covariance_m2[0].max()) < 1.0


def test_a_vehicle_keeps_its_track_until_it_has_left_the_picture() -> None:
    site = plan()
    tracker, ids = GroundTracker(site), []
    for index in range(3 * FPS):
        y_m = 40.0 - 12.0 * index / FPS
        box = box_of(site, 3.0 - y_m / 13, y_m)
        if box[3] - box[1] < 12 or box[2] - box[0] < 12:
            break
        found = Detections(box[None], np.ones(1, np.float32), UNKNOWN.astype(np.int8), UNSEEN)
        ids += [track.track_id for track in tracker.update(found, index * NS_PER_S // FPS) if track.observed]
    assert len(ids) > 60
    assert set(ids) == {1}
