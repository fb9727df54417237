"""What vehicles look like: the same for good, of every kind, with the plates that the law gives them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, NIGHT_NS, street, vehicles
from twin.cameras.survey import mount
from twin.randomness import Seed
from twin.rendering.bodies import BLINK_NS, bodies
from twin.rendering.fleet import STYLES, all_shapes, in_place, mesh
from twin.rendering.light import light_at
from twin.rendering.looks import FIRST_WHITE, OJOL_BGR, VALID_MONTHS, Look, PlateKind, looks
from twin.rendering.meshes import Paint
from twin.rendering.plates import Plate, paint_plate
from twin.traffic.drivers import ANGKOT_BGR, ANGKOT_M, Registry, Use
from twin.traffic.drivers import STYLES as DRIVEN
from twin.truth import VehicleStates

CAMERA = mount(street(), KERB_VIEW)
CAR, BIKE, BUS, TRUCK = VehicleClass.CAR, VehicleClass.MOTORCYCLE, VehicleClass.BUS, VehicleClass.TRUCK
NOV_2025, NOV_2026 = 2025 * 12 + 10, 2026 * 12 + 10


def many(kind: VehicleClass, size_m: tuple[float, float, float], count: int = 1500) -> list[Look]:
    one = vehicles(*[(kind, -88.0, 5.0, 0.0)] * count)
    plates = tuple(f"KX {number + 1} LX" for number in range(count))
    return looks(replace(one, size_m=np.tile(size_m, (count, 1)), plates=plates))


def share(found: list[Look], style: str) -> float:
    return sum(style in look.style for look in found) / len(found)


def test_a_vehicle_looks_the_same_whatever_else_is_there_and_whichever_trip_it_is_on() -> None:
    alone = vehicles((BIKE, -88.0, 5.0, 0.0))
    among = vehicles((CAR, -60.0, 5.0, 0.0), (BIKE, -30.0, 2.0, 180.0))
    among = replace(among, plates=("KX 7 AA", alone.plates[0]), vehicle_id=np.array([90, 91]))
    one, other = looks(alone)[0], looks(among)[1]
    assert one.style == other.style
    assert (one.paints == other.paints).all()
    assert one.plate_at(NOV_2026) == other.plate_at(NOV_2026)


@pytest.mark.parametrize(
    ("kind", "size_m", "styles"),
    [
        (BIKE, (1.9, 0.75, 1.6), {"scooter", "scooter-two", "scooter-box", "underbone", "underbone-two"}),
        (CAR, (4.3, 1.75, 1.5), {"sedan", "hatchback"}),
        (CAR, (3.8, 1.68, 1.5), {"hatchback"}),
        (CAR, (4.4, 1.75, 1.7), {"mpv"}),
        (CAR, (4.7, 1.82, 1.8), {"suv", "mpv"}),
        (CAR, ANGKOT_M, {"angkot"}),
        (BUS, (11.0, 2.5, 3.1), {"bus"}),
        (BUS, (7.3, 2.2, 2.9), {"medium-bus"}),
        (TRUCK, (7.5, 2.3, 2.9), {"box-truck", "open-truck", "open-truck-loaded"}),
        (TRUCK, (4.2, 1.68, 1.9), {"pickup", "pickup-loaded"}),
    ],
)
def test_class_and_size_allow_certain_bodies(
    kind: VehicleClass, size_m: tuple[float, float, float], styles: set[str]
) -> None:
    assert styles <= {look.style for look in many(kind, size_m)} <= styles | {"underbone-box"}


def test_shares_are_what_they_are_said_to_be() -> None:
    riders = many(BIKE, (1.9, 0.75, 1.6))
    assert share(riders, "-two") == pytest.approx(0.24, abs=0.04)
    assert share(riders, "scooter") == pytest.approx(0.75, abs=0.04)
    green = sum(tuple(look.paints[Paint.CLOTH].tolist()) == OJOL_BGR for look in riders)
    assert green / len(riders) == pytest.approx(0.09, abs=0.03)


@pytest.mark.parametrize(("month", "black"), [(NOV_2025, 0.32), (NOV_2026, 0.12)])
def test_old_black_plates_run_out_as_they_are_renewed(month: int, black: float) -> None:
    kinds = Counter(look.plate_at(month)[0] for look in many(CAR, (4.4, 1.75, 1.7)))
    private = kinds[PlateKind.BLACK] + kinds[PlateKind.WHITE]
    assert kinds[PlateKind.BLACK] / private == pytest.approx(black, abs=0.03)
    assert 0.01 < kinds[PlateKind.RED] / kinds.total() < 0.06
    assert kinds[PlateKind.YELLOW] == 0


def test_a_plate_is_valid_for_five_years_and_black_only_if_issued_before_july_2022() -> None:
    for look in many(CAR, (4.4, 1.75, 1.7), 300):
        for month in range(NOV_2025, NOV_2025 + 70):
            kind, until = look.plate_at(month)
            number = (2000 + int(until[3:])) * 12 + int(until[:2]) - 1
            assert month <= number < month + VALID_MONTHS
            assert (kind is PlateKind.BLACK) == (
                look.kind is PlateKind.WHITE and number - VALID_MONTHS < FIRST_WHITE
            )


def test_who_carries_people_for_money_has_a_yellow_plate() -> None:
    for kind, size_m in ((CAR, ANGKOT_M), (BUS, (11.0, 2.5, 3.1))):
        assert {look.kind for look in many(kind, size_m, 100)} == {PlateKind.YELLOW}


def test_an_angkot_is_a_small_van_in_the_colour_of_a_route() -> None:
    registry = Registry(Seed(3), (0.0, 1.0, 0.0, 0.0))
    found = [registry.issue(number) for number in range(800)]
    picks_up = [one for one in found if one.use is Use.ANGKOT]
    assert picks_up
    assert {one.size_m for one in picks_up} == {ANGKOT_M}
    assert {one.colour_bgr for one in picks_up} <= set(ANGKOT_BGR)
    assert ANGKOT_M not in DRIVEN[CAR].sizes_m


def test_paper_and_ink_are_those_of_the_kind() -> None:
    corners = np.array([[2.0, 110.0], [346.0, 110.0], [346.0, 2.0], [2.0, 2.0]])
    for kind in PlateKind:
        paper, ink = (255.0 * np.array(bgr) for bgr in kind.value)
        canvas = np.full((114, 350, 3), 128, dtype=np.uint8)
        paint_plate(canvas, corners, Plate("KX 1234 LX", kind, "11.29"), paper, ink)
        face = canvas[4:108, 4:344].reshape(-1, 3)
        assert np.abs(np.median(face, axis=0) - paper).max() < 2
        assert np.abs(face - ink).sum(axis=1).min() < 12


def test_letters_of_a_black_plate_are_as_bright_as_the_paper_of_a_white_one() -> None:
    rows = vehicles(*[(CAR, -60.0, 5.0, 0.0)] * 60)
    here = replace(rows, plates=tuple(f"KX {number} LX" for number in range(1, 61)))
    for at_ns in (AFTERNOON_NS, NIGHT_NS):
        shown = bodies(CAMERA, here, light_at(at_ns))
        white = next(body.plate_bgr for body in shown if body.plate.kind is PlateKind.WHITE)
        black = next(body.ink_bgr for body in shown if body.plate.kind is PlateKind.BLACK)
        assert black == pytest.approx(white, abs=12)


def test_a_plate_shines_back_by_night_the_nearer_the_more() -> None:
    at_m = (-98.0, -50.0)
    rows = vehicles(*[(CAR, x, 5.0, 0.0) for x in at_m])
    white = next(
        f"KX {number} LX"
        for number in range(1, 50)
        if looks(replace(rows, plates=(f"KX {number} LX",) * 2))[0].plate_at(NOV_2025)[0] is PlateKind.WHITE
    )
    here = replace(rows, plates=(white, white))
    by_night, by_day = (
        [body.plate_bgr.mean() for body in bodies(CAMERA, here, light_at(at))]
        for at in (NIGHT_NS, AFTERNOON_NS)
    )
    assert by_night[1] > 1.5 * by_night[0]  # the farthest comes first
    assert by_day[1] == pytest.approx(by_day[0], rel=0.1)


def test_hazard_lights_flash_where_somebody_stands_at_a_kerb_and_nowhere_else() -> None:
    count = 60
    here = vehicles(*[(CAR, -88.0, 5.0, 0.0)] * count)
    here = replace(here, plates=tuple(f"KX {number + 1} AA" for number in range(count)))
    flashing = np.array([look.flashes for look in looks(here)])
    assert 0 < flashing.sum() < count
    one = here.select(np.flatnonzero(flashing)[:1])
    light = light_at(AFTERNOON_NS)

    def reds(states: VehicleStates) -> list[float]:
        lit = (bodies(CAMERA, states, light, AFTERNOON_NS + part * BLINK_NS // 8)[0] for part in range(8))
        return [float(body.colours[:, 2].sum()) for body in lit]

    standing, driving = reds(replace(one, at_kerb=np.array([True]))), reds(one)
    assert max(standing) > min(standing) + 60.0
    assert len(set(standing)) == 2
    assert set(driving) == {min(standing)}


def test_every_mesh_is_in_the_table_of_all_as_it_is_alone() -> None:
    table = all_shapes()
    for row, style in enumerate(STYLES):
        alone = mesh(style)
        faces = slice(table.face_from[row], table.face_from[row + 1])
        assert (table.faces[faces] == alone.faces).all()
        assert (table.unit[table.vertex_from[row] : table.vertex_from[row + 1]] == alone.unit).all()
        assert alone.front_plate >= 0
        assert alone.rear_plate >= 0
        assert len(alone.faces) <= 160  # each costs time in every frame


@pytest.mark.parametrize("visiting", [False, True])
def test_a_body_keeps_to_the_size_of_its_vehicle(visiting: bool) -> None:
    for kind, size_m in ((CAR, (4.3, 1.75, 1.5)), (BIKE, (1.9, 0.75, 1.6)), (TRUCK, (7.5, 2.3, 2.9))):
        rows = vehicles(*[(kind, 0.0, 0.0, 0.0)] * 40)
        plates = tuple(f"KX {n + 1} AB" for n in range(40))
        guests = np.full(40, visiting)
        rows = replace(rows, size_m=np.tile(size_m, (40, 1)), plates=plates, visiting=guests)
        for _, _, points in in_place(rows):
            wide = np.ptp(points, axis=1)
            assert (wide <= np.array(size_m) * [1.06, 1.2, 1.1] + 0.05).all()
            assert (wide >= 0.9 * np.array(size_m) - 0.12).all()


def test_visitors_have_bodies_that_nobody_else_has() -> None:
    for kind, size_m in ((CAR, (4.3, 1.75, 1.5)), (BIKE, (1.9, 0.75, 1.6)), (BUS, (11.5, 2.5, 3.2))):
        rows = vehicles(*[(kind, 0.0, 0.0, 0.0)] * 200)
        plates = tuple(f"KX {n + 1} AB" for n in range(200))
        usual = replace(rows, size_m=np.tile(size_m, (200, 1)), plates=plates)
        guests = replace(usual, visiting=np.ones(200, dtype=bool))
        assert not {look.style for look in looks(usual)} & {look.style for look in looks(guests)}
        assert not usual.visiting.any()
        assert guests.select(np.arange(3)).visiting.all()
