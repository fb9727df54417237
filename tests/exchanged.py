"""What must be the same in a network that went out in a format of others and came back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twin.network.importers import load_network
from twin.network.model import RoadNetwork

KEPT = (
    *("id", "name", "start", "end", "lanes", "lane_width_m", "kerb_m", "priority", "highway", "zone"),
    *("median", "reverse", "motorcycle_box_m"),
)
HALF_A_MM = 0.0006


def same_roads(one: RoadNetwork, other: RoadNetwork) -> None:
    """Both have the same roads, to the half millimetre; turns; and junctions, as they are controlled."""
    for name in KEPT:
        assert [getattr(r, name) for r in one.roads] == [getattr(r, name) for r in other.roads], name
    for road, back in zip(one.roads, other.roads, strict=True):
        assert np.abs(road.centreline_m - back.centreline_m).max() < HALF_A_MM
        assert back.length_m == pytest.approx(road.length_m, abs=2 * HALF_A_MM)
        assert back.speed_limit_mps == pytest.approx(road.speed_limit_mps, rel=1e-5)
        assert back.stop_rate == pytest.approx(road.stop_rate, rel=1e-5)
    assert one.turns == other.turns
    controls = [sorted((j.id, j.control, j.name, j.countdown) for j in net.junctions) for net in (one, other)]
    assert controls[0] == controls[1]
    assert (one.left_hand, one.epsg, one.origin_lonlat) == (other.left_hand, other.epsg, other.origin_lonlat)


def comes_back(network: RoadNetwork, path: Path, write: Callable[[RoadNetwork, Path], object]) -> RoadNetwork:
    """Write a network, read it again, and return what came back: the same roads, turns and plans."""
    write(network, path)
    back = load_network(path)
    same_roads(network, back)
    assert back.signal_plans == network.signal_plans
    return back
