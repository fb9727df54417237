"""How often passing traffic hides a target: by the closed form, and counted in scenes drawn at random."""

from collections.abc import Iterator
from dataclasses import replace
from math import exp

import cv2
import numpy as np
import pytest

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from scenarios.estate import plan_and_network
from scenarios.planning.view_check import street_of, watched_views
from twin.cameras.passing import USUAL_TRAFFIC, LaneSteps, PassingTraffic, own_places, passing_share
from twin.randomness import Seed
from twin.rendering.fleet import in_place
from twin.truth import VehicleStates

LANE = LaneSteps(
    np.column_stack((np.arange(-100.25, 100.0, 0.5), np.zeros(401), np.zeros(401))), np.zeros(401)
)
EYE = np.array([0.0, -10.0, 6.0])
BLOCKS = (((1.9, 0.75, 1.5),), ((4.4, 1.75, 1.6),), ((10.0, 2.5, 3.1),), ((7.0, 2.2, 2.8),))
CARS = PassingTraffic(720.0, 10.0, (0.0, 1.0, 0.0, 0.0), BLOCKS)
DRAWS = 400
SIZES_M = np.array([(1.9, 0.75, 1.6), (4.4, 1.75, 1.65), (10.0, 2.5, 3.1), (7.0, 2.2, 2.8)])


def test_a_car_hides_a_point_across_its_lane_for_as_long_as_it_takes_to_pass() -> None:
    x_m = np.arange(0.0, 0.5, 0.01)  # within a step
    behind = np.column_stack((x_m, np.full(50, 2.0), np.zeros(50)))
    # at the lane the sight is 1 m high, lower than a car of 1.6 m
    expected = 720.0 / 3600.0 * 4.4 / 10.0  # cars a second times seconds a car
    assert passing_share(EYE, behind, LANE, CARS).mean() == pytest.approx(1.0 - exp(-expected), rel=0.06)


def test_over_a_car_one_sees_and_over_a_bus_one_does_not() -> None:
    over = np.array([[0.0, 2.0, 1.5]])
    assert passing_share(EYE, over, LANE, CARS)[0] == 0.0
    buses = replace(CARS, mix=(0.0, 0.0, 1.0, 0.0))
    assert passing_share(EYE, over, LANE, buses)[0] > 0.1


def test_before_the_lane_nothing_hides_and_more_traffic_hides_more() -> None:
    before, behind = np.array([[0.0, -4.0, 0.5]]), np.array([[6.0, 2.0, 0.5]])
    assert passing_share(EYE, before, LANE)[0] == 0.0
    shares = [passing_share(EYE, behind, LANE, replace(CARS, vph_per_lane=q))[0] for q in (0, 300, 900)]
    assert shares[0] == 0.0 < shares[1] < shares[2] < 1.0


def test_nobody_passes_where_the_vehicle_itself_is() -> None:
    in_lane = np.array([[0.0, 0.0, 0.5]])
    along = np.array([-40.0, 0.0, 6.0])
    alone = passing_share(along, in_lane, LANE, replace(CARS, mix=(1.0, 0.0, 0.0, 0.0)))[0]
    assert alone < 0.2  # of those who follow, none nearer than OWN_M


def scenes(lanes: LaneSteps, traffic: PassingTraffic, seed: Seed) -> Iterator[VehicleStates]:
    """Yield the vehicles at DRAWS instants far apart: Poisson on every step of every lane."""
    for number in range(DRAWS):
        draw = seed.generator("instant", number)
        rows = np.flatnonzero(draw.random(len(lanes.points_m)) < 1.0 - exp(-0.5 * traffic.per_metre))
        kind = draw.choice(4, len(rows), p=traffic.mix)
        n = len(rows)
        yield VehicleStates(
            vehicle_id=np.arange(n) + 1,
            vehicle_class=kind.astype(np.int8),
            position_m=lanes.points_m[rows],
            heading_rad=lanes.headings_rad[rows],
            pitch_rad=np.zeros(n),
            speed_mps=np.full(n, traffic.speed_mps),
            size_m=SIZES_M[kind],
            colour_bgr=np.full((n, 3), 200, dtype=np.uint8),
            braking=np.zeros(n, dtype=bool),
            at_kerb=np.zeros(n, dtype=bool),
            plates=tuple(f"KX {1000 + row} LX" for row in range(n)),
        )


def hidden(camera: PinholeCamera, points_m: Float64Array, vehicles: VehicleStates) -> Float64Array:
    """Return 1.0 (N,) for points behind the painted outline of a vehicle that is nearer."""
    pixels, depth = camera.project(points_m)
    found = np.zeros(len(points_m))
    axis = camera.rotation_camera_world()[2]
    for _, rows, corners in in_place(vehicles):
        flat, far = camera.project(corners.reshape(-1, 3))
        for n, row in enumerate(rows.tolist()):
            outline = flat.reshape(*corners.shape[:2], 2)[n]
            if not (far.reshape(corners.shape[:2])[n] > 1.0).all():
                continue
            hull = cv2.convexHull(outline.astype(np.float32))
            ahead = (vehicles.position_m[row] - camera.position_m) @ axis < depth
            for one in np.flatnonzero(ahead):
                inside = cv2.pointPolygonTest(hull, tuple(map(float, pixels[one])), measureDist=False)
                found[one] = max(found[one], float(inside >= 0))
    return found


@pytest.mark.parametrize(
    ("name", "view"), [("today", "lab-coal-ke-barat"), ("contoh-g0", "merah-baik-simpang")]
)
def test_the_share_is_that_counted_from_painted_outlines_on_the_corridor(name: str, view: str) -> None:
    plan, network = plan_and_network(name, "mt-haryono")
    camera = plan.camera_of(view)
    plan = replace(plan, views=tuple(v for v in plan.views if v.name == view), cameras=(camera,))
    street = street_of(plan, network, Seed(1))
    one = next(one for one in watched_views(plan, street) if one.view.name == view)
    lanes = street.lane_steps.near(one.camera.position_m, 100.0)
    points = one.plates.points_m[:8]
    traffic = replace(USUAL_TRAFFIC, vph_per_lane=1800.0)
    elsewhere = ~own_places(points, lanes).any(axis=0)
    free = LaneSteps(lanes.points_m[elsewhere], lanes.headings_rad[elsewhere])
    stated = passing_share(one.camera.position_m, points, free, traffic)
    counted = np.mean([hidden(one.camera, points, v) for v in scenes(free, traffic, Seed(3))], axis=0)
    assert (stated.mean() > 0.08) == (name == "today")  # across the lanes of the other side
    assert stated.mean() == pytest.approx(counted.mean(), abs=0.03)
