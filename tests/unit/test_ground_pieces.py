"""Ground that is not one plane: a crest before a camera, right in pieces and wrong on one plane."""

from math import radians
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.geometry import GroundPlane, Polygon
from detectors.datatypes.ground import GroundPiece, PiecewiseGround
from detectors.datatypes.site import DailyWindow, SitePlan
from detectors.tracking.footprint import FootprintModel
from scenarios.site_files import dump_site, load_site, site_toml
from tests.corner_street import KERB_VIEW, LIGHT_VIEW, street
from twin.cameras.ground_survey import RIGHT_M, fit_ground, survey_ground
from twin.cameras.optics import in_view
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount, site_plan
from twin.network.model import Control, Junction, Road, RoadNetwork
from twin.network.roadside import section
from twin.randomness import Seed

GRADE = 0.06  # as steep as the road down from Wika
VIEW = ViewSpec(
    "crest", "w-e", 130.0, 8.0, 9.0, 190.0, 0.0, radians(50), 2.0, survey_sigma_m=0.0, survey_sigma_rad=0.0
)
WINDOW = DailyWindow(16 * 3600, 19 * 3600)


def crest(behind: float = -GRADE) -> RoadNetwork:
    """A road of 400 m that rises by GRADE to its middle, and goes on from there at the grade `behind`."""
    points = [(-200.0, 0.0, -200 * GRADE), (0.0, 0.0, 0.0), (200.0, 0.0, 200 * behind)]
    road = Road("w-e", "w-e", "w", "e", np.array(points), lanes=2, kerb_m=2.0, zone="z", speed_limit_mps=13.9)
    ends = [Junction(n, (x, 0.0, -200 * GRADE), Control.BOUNDARY) for n, x in (("w", -200.0), ("e", 200.0))]
    return RoadNetwork("crest", (116.86, -1.26), 32750, True, tuple(ends), (road,), ())


NETWORK = crest()
CAMERA = mount(NETWORK, VIEW)


def on_the_road() -> Float64Array:
    """Return points (N, 3) of the road in view, up to 100 m away."""
    cut = section(NETWORK, NETWORK.road_of["w-e"])
    along = np.arange(150.0, 230.0, 1.5)
    points = np.vstack([cut.points_m(along, offset) for offset in (-3.0, 0.0, 3.0, 4.5)])
    return points[in_view(CAMERA, points)]


def misses_m(ground: GroundPlane | PiecewiseGround) -> Float64Array:
    """Return how far (N,) from the truth points come out that are seen and taken to the ground."""
    points = on_the_road()
    pixels, _ = CAMERA.project(points)
    return np.asarray(np.hypot(*(CAMERA.ground_points(pixels, ground) - points[:, :2]).T))


def test_one_plane_is_metres_off_on_a_crest_and_pieces_are_within_what_is_stated() -> None:
    pieces = survey_ground(NETWORK, CAMERA)
    assert isinstance(pieces, PiecewiseGround)
    assert misses_m(fit_ground(NETWORK, CAMERA)).max() > 5.0
    assert misses_m(pieces).max() <= RIGHT_M
    assert np.median(misses_m(pieces)) < 0.05
    assert len(pieces.pieces) == 2


def test_one_plane_is_kept_where_it_is_right() -> None:
    graded = crest(GRADE)
    assert isinstance(survey_ground(graded, mount(graded, VIEW)), GroundPlane)
    for view in (KERB_VIEW, LIGHT_VIEW):
        assert isinstance(survey_ground(street(), mount(street(), view)), GroundPlane)


def test_a_sag_is_right_in_pieces_too() -> None:
    sag = crest(3 * GRADE)
    camera = mount(sag, VIEW)
    points = section(sag, sag.road_of["w-e"]).points_m(np.arange(150.0, 245.0, 1.5), 0.0)
    points = points[in_view(camera, points)]
    pixels, _ = camera.project(points)
    off_m = np.hypot(*(camera.ground_points(pixels, survey_ground(sag, camera)) - points[:, :2]).T)
    assert off_m.max() <= RIGHT_M


def test_image_to_ground_to_image_is_exact_on_pieces() -> None:
    ground = survey_ground(NETWORK, CAMERA)
    pixels, _ = CAMERA.project(on_the_road())
    there = CAMERA.ground_points(pixels, ground)
    back, _ = CAMERA.project(ground.lift(there))
    exact = np.abs(back - pixels).max(axis=1) <= 1e-6
    assert exact.mean() > 0.95  # at the joint two pieces overlap, and one of them is taken


def test_the_tracker_has_vehicles_where_they_are_behind_a_crest() -> None:
    site = site_plan(NETWORK, VIEW, Seed(1), window=WINDOW)
    plane = SitePlan(
        "x", site.origin_lonlat, CAMERA, fit_ground(NETWORK, CAMERA), carriageways=site.carriageways
    )
    points = on_the_road()
    contact, _ = CAMERA.project(points)
    boxes = np.column_stack((contact - 20.0, contact + 10.0))
    placed = [
        FootprintModel(one).solve(boxes, np.ones(len(boxes)), contact).position_m for one in (site, plane)
    ]
    off_m = [np.hypot(*(at - points[:, :2]).T).max() for at in placed]
    assert off_m[0] <= RIGHT_M
    assert off_m[1] > 5.0


def test_the_nearest_piece_that_a_ray_meets_counts_and_what_lies_around_else() -> None:
    near = GroundPiece(Polygon(np.array([[5, -5], [15, -5], [15, 5], [5, 5.0]])), GroundPlane(1.0))
    far = GroundPiece(Polygon(np.array([[15, -5], [40, -5], [40, 5], [15, 5.0]])), GroundPlane(-1.0))
    ground = PiecewiseGround(GroundPlane(0.0), (far, near))
    eye = np.array([0.0, 0.0, 10.0])
    rays = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -1.0], [0.0, 1.0, -1.0], [1.0, 0.0, 1.0]])
    reach = ground.reach(eye, rays)
    assert reach[:3] == pytest.approx([9.0, 11.0, 10.0])
    assert np.isnan(reach[3])
    assert ground.height_m([[10.0, 0.0], [20.0, 0.0], [0.0, 20.0]]) == pytest.approx([1.0, -1.0, 0.0])
    assert (ground.plane_at([10.0, 0.0]).z0_m, ground.plane_at([0.0, 20.0]).z0_m) == (1.0, 0.0)


@given(st.integers(0, 2**32 - 1))
def test_rays_from_eyes_of_their_own_go_as_far_as_each_from_its_eye_alone(seed: int) -> None:
    draw = np.random.default_rng(seed)
    square = np.array([[-8.0, -8.0], [8.0, -8.0], [8.0, 8.0], [-8.0, 8.0]])
    slopes = draw.uniform(-0.1, 0.1, (3, 3))
    pieces = [GroundPiece(Polygon(square + draw.uniform(-9, 9, 2)), GroundPlane(*one)) for one in slopes[1:]]
    eyes = draw.uniform((-9, -9, 3), (9, 9, 9), (20, 3))
    rays = draw.uniform((-2, -2, -1.5), (2, 2, 0.3), (20, 3))
    for ground in (GroundPlane(*slopes[0]), PiecewiseGround(GroundPlane(*slopes[0]), tuple(pieces))):
        together = ground.reach(eyes, rays)
        alone = [ground.reach(eye, ray[None])[0] for eye, ray in zip(eyes, rays, strict=True)]
        np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_pieces_go_through_a_site_file(tmp_path: Path) -> None:
    site = site_plan(NETWORK, VIEW, Seed(1), window=WINDOW)
    dump_site(site, tmp_path / "site.toml")
    again = load_site(str(tmp_path / "site.toml"))
    assert site_toml(again) == site_toml(site)
    assert site_toml(site).count("[[ground.piece]]") == 2
    assert misses_m(again.ground) == pytest.approx(misses_m(site.ground))
