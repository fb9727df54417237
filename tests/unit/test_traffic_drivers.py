import re
from collections import Counter

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import PLATE_RANGE, Registry

MIX = DemandSpec().mix


def registry(root: int = 1) -> Registry:
    return Registry(Seed(root), MIX)


def test_plates_never_repeat_and_tell_the_class() -> None:
    issue = registry()
    vehicles = [issue.issue(i) for i in range(3000)]
    assert len({v.plate for v in vehicles}) == 3000
    for vehicle in vehicles:
        found = re.fullmatch(r"KX ([1-9]\d{0,3}) [AKLYZ][A-Z]", vehicle.plate)
        assert found is not None
        low, high = PLATE_RANGE[vehicle.kind]
        assert low <= int(found[1]) <= high


def test_the_mix_is_that_of_the_demand() -> None:
    issue = registry()
    counts = Counter(issue.issue(i).kind for i in range(4000))
    shares = np.array([counts[VehicleClass(k)] for k in range(4)]) / 4000
    assert shares == pytest.approx(np.array(MIX) / sum(MIX), abs=0.025)


def test_a_vehicle_is_drawn_by_its_id_alone() -> None:
    one, other = registry(), registry()
    other.issue(99)
    a, b = one.issue(7), other.issue(7)
    assert (a.kind, a.size_m, a.dynamics) == (b.kind, b.size_m, b.dynamics)
    assert registry(2).issue(7) != a


def test_no_bus_where_buses_make_no_sense() -> None:
    buses = Registry(Seed(1), (0.0, 0.0, 1.0, 0.0))
    assert buses.issue(1).kind is VehicleClass.BUS
    assert buses.issue(2, with_bus=False).kind is VehicleClass.CAR
