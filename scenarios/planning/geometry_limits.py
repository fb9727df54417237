"""What gate G0 asks of the geometry of a view (DOMAIN 6): one table for every command that asks."""

from dataclasses import dataclass
from math import radians

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.optics import in_view
from twin.cameras.plans import ViewSpec
from twin.cameras.snapshots import SNAPSHOT_PX
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section

HEAD_M = 5.0  # height of a signal head over the kerb beside the stop line


@dataclass(frozen=True, slots=True)
class GeometryLimits:
    """The thresholds of G0 with the defaults of DOMAIN 6.

    `share` of the places that a view covers must keep each of them; plates are read in its
    snapshots, at its largest zoom. The letters are those of a motorcycle's plate, the smaller ones [?].
    """

    plate_px_per_m: float = 330.0  # Milestone, Axxon, ABUS
    detect_px_per_m: float = 25.0  # IEC 62676-4:2014
    vertical_rad: float = radians(30)
    horizontal_rad: float = radians(20)
    roll_rad: float = radians(10)
    share: float = 0.9
    watch_px_per_m: float = 20.0  # IEC 62676-4:2024, overview
    character_px: float = 15.0
    stroke_px: float = 2.0
    character_m: float = 0.05
    stroke_m: float = 0.007
    occluded: float = 0.1  # share of lane time that fixed objects may hide


LIMITS = GeometryLimits()


def snapshot_gain(view: ViewSpec) -> float:
    """Return how much denser a snapshot is than the picture of its view: by zoom, and by its size."""
    return view.max_zoom * SNAPSHOT_PX[0] / view.size_px[0]


def shows_evidence(network: RoadNetwork, camera: PinholeCamera, road: Road) -> bool:
    """Return whether a camera has the signal head and the junction of an approach in its picture."""
    middle_m = np.array(network.junction_of[road.end].position_m)
    return bool(in_view(camera, np.array([head_m(network, road), middle_m])).all())


def head_m(network: RoadNetwork, road: Road) -> Float64Array:
    """Return where the signal head (3,) of an approach hangs."""
    cut = section(network, road)
    foot_m = cut.points_m(road.length_m, cut.kerb_edge_m)[0]
    return np.asarray(foot_m + np.array([0.0, 0.0, HEAD_M]), dtype=np.float64)
