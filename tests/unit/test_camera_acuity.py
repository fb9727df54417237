"""What a camera can make out: density classes, the shutter, plates in a row, what stands in the way."""

from math import degrees, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cameras.acuity import PARKED_ROW, SCALE_2014, SCALE_2024, ParkedRow, class_of, shutter_bound_s
from twin.cameras.obstruction import Obstacles
from twin.environment.furniture import Building, Furniture, Mast, MastKind, Plant, PlantKind

EYE = np.array([0.0, 0.0, 10.0])


@pytest.mark.parametrize(
    ("density", "old", "new"),
    [
        (10.0, "", ""),
        (25.0, "detect", "overview"),
        (62.4, "detect", "outline"),
        (125.0, "recognise", "perceive"),
        (330.0, "identify", "characterise"),
        (1500.0, "identify", "scrutinise"),
    ],
)
def test_a_density_has_a_class_on_both_scales(density: float, old: str, new: str) -> None:
    assert (class_of(density, SCALE_2014), class_of(density, SCALE_2024)) == (old, new)


def test_the_shutter_at_50_km_h_is_at_most_a_550th() -> None:
    assert shutter_bound_s(50 / 3.6) == pytest.approx(1 / 550)


def test_a_row_of_cars_needs_19_degrees_and_44_behind_a_high_front() -> None:
    assert degrees(PARKED_ROW.depression_rad) == pytest.approx(19.3, abs=0.1)
    assert degrees(ParkedRow(front_m=1.5).depression_rad) == pytest.approx(43.5, abs=0.1)
    steep, flat, aside = radians(20), radians(18), radians(45)
    assert PARKED_ROW.shown(np.array([steep, flat, flat]), np.array([0.0, 0.0, aside])).tolist() == [
        True, False, True,
    ]  # fmt: skip


@given(st.floats(0.0, 1.4), st.floats(0.0, 1.4), st.floats(0.0, 0.1))
def test_looking_down_more_steeply_hides_no_plate(vertical: float, aside: float, more: float) -> None:
    before, after = PARKED_ROW.shown(np.array([vertical, vertical + more]), np.array([aside, aside]))
    assert after >= before


def standing(
    *, houses: tuple[Building, ...] = (), plants: tuple[Plant, ...] = (), masts: tuple[Mast, ...] = ()
) -> Obstacles:
    return Obstacles.of(Furniture(houses, plants, masts))


def test_a_house_hides_what_is_behind_it_and_lower_than_the_line_over_its_roof() -> None:
    corners = np.array([[10.0, -3.0], [10.0, 3.0], [14.0, 3.0], [14.0, -3.0]])
    house = standing(houses=(Building(corners, 0.0, 5.0, 0),))
    points = np.array(
        [[20.0, 0.0, 0.0], [40.0, 0.0, 0.0], [40.0, 0.0, 8.0], [20.0, 15.0, 0.0], [8.0, 0.0, 0.0]]
    )
    # over the far edge of the roof, 14 m away, the line to 20 m is 3 m high, that to 40 m 6.5 m
    assert house.hide(EYE, points).tolist() == [True, False, False, False, False]


def test_a_crown_hides_what_a_trunk_leaves_free() -> None:
    tree = standing(plants=(Plant(PlantKind.TREE, (20.0, 0.0, 0.0), 6.0, 2.0, 0),))
    through_crown, below, beside = [30.0, 1.0, 0.5], [22.0, 1.0, 0.0], [30.0, 4.0, 0.5]
    assert tree.hide(EYE, np.array([through_crown, below, beside])).tolist() == [True, False, False]


def test_nobody_plans_a_camera_behind_a_mast_or_a_tree_but_a_signal_stays() -> None:
    aim = np.array([30.0, 0.0, 0.0])
    lamp = Mast(MastKind.LAMP, (10.0, 1.0, 0.0), 9.0, 0.0)
    signal = Mast(MastKind.SIGNAL, (10.0, -1.0, 0.0), 5.6, 0.0)
    tree = Plant(PlantKind.TREE, (26.0, 0.5, 0.0), 5.0, 1.8, 0)
    found = standing(plants=(tree,), masts=(lamp, signal)).before(EYE, aim, 100.0)
    assert found.uprights[:, 1].tolist() == [-1.0]
    assert len(standing(masts=(signal,)).before(EYE, aim, 3.0).uprights) == 0  # too far to be in the way


@given(st.lists(st.tuples(st.floats(5, 60), st.floats(-20, 20)), min_size=1, max_size=8))
def test_one_thing_more_shows_no_point_that_was_hidden(feet: list[tuple[float, float]]) -> None:
    trees = tuple(Plant(PlantKind.TREE, (x, y, 0.0), 6.0, 2.0, 0) for x, y in feet)
    points = np.array([[x, y, 0.5] for x in range(10, 70, 5) for y in range(-20, 21, 5)], dtype=float)
    fewer, all_of_them = standing(plants=trees[:-1]), standing(plants=trees)
    assert (all_of_them.hide(EYE, points) >= fewer.hide(EYE, points)).all()
