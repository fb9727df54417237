"""Analytic sensing: the chance that a plan catches a violation, in closed form, without a picture.

The curves are assumptions of the right shape. They are NOT CALIBRATED on rendered or real pictures,
and every number that rests on them says so. Nothing stands in the way of a sight line (free of
occlusion), and views catch independently of one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array, finite_array, frozen_array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import CameraPlan
from twin.cameras.survey import APPROACH_M, mount
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section

S = 1e-9  # nanoseconds to seconds


@dataclass(frozen=True, slots=True)
class SensingCurves:
    """Parameters of the curves, all of them judgement [?].

    Half of the vehicles `half_px` large (the root of height times width as seen) are found; the
    chance rises with the logarithm of the size, `spread` wide (shape: Johnson, 1958; sizes after the
    least densities of IEC 62676-4). `size_m` is that root by class: motorcycle, car, bus, truck. Beyond
    `far_m` the chance fades to nothing over `fade_m`. By night it is multiplied by `night`, between
    day and night in proportion to the daylight; `weather` multiplies it always. `alert` is the chance
    that a vehicle in plain view is judged rightly at all.
    """

    half_px: float = 12.0
    spread: float = 0.18
    size_m: tuple[float, float, float, float] = (1.2, 1.6, 2.8, 2.6)
    far_m: float = 90.0
    fade_m: float = 30.0
    night: float = 0.8
    weather: float = 1.0
    alert: float = 0.97
    calibrated: bool = False

    def chance(self, density: Float64Array, distance_m: Float64Array, kind: Int64Array) -> Float64Array:
        """Return the chance (N,) by pixel density (px/m), distance and class, by day."""
        size_px = np.maximum(density * np.asarray(self.size_m)[kind], 1e-9)
        sharp = 1.0 / (1.0 + np.exp(-np.log(size_px / self.half_px) / self.spread))
        near = np.clip(1.0 - (distance_m - self.far_m) / self.fade_m, 0.0, 1.0)
        return np.asarray(self.alert * self.weather * sharp * near, dtype=np.float64)

    def light(self, daylight: Float64Array) -> Float64Array:
        """Return the factor (N,) by daylight, 0 (night) to 1 (day)."""
        return np.asarray(self.night + (1.0 - self.night) * daylight, dtype=np.float64)


CURVES = SensingCurves()


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """N violations as arrays: where, by what class, in what daylight (0..1), for how long.

    `lasting_s` is how long it went on after it had become a violation (0 for a crossing).
    `approach` is the number of the stop line that was crossed, -1 for a stand.
    """

    position_m: Float64Array
    vehicle_class: Int64Array
    daylight: Float64Array
    lasting_s: Float64Array
    approach: Int64Array

    def __post_init__(self) -> None:
        n = len(self.position_m)
        for name, shape in (("position_m", (n, 3)), ("daylight", (n,)), ("lasting_s", (n,))):
            object.__setattr__(self, name, finite_array(f"Acts.{name}", getattr(self, name), shape))
        for name in ("vehicle_class", "approach"):
            array = frozen_array(f"Acts.{name}", getattr(self, name), (n,), np.int64)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.position_m)


@dataclass(frozen=True, slots=True)
class Duty:
    """How a view is watched: the share of the time, and the longest time that it is not looked at."""

    share: float = 1.0
    gap_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class SensingView:
    """A view as the closed form needs it: its true camera, and how it is watched."""

    name: str
    camera: PinholeCamera
    duty: Duty = Duty()


def sensing_views(plan: CameraPlan, network: RoadNetwork) -> tuple[SensingView, ...]:
    """Return the views of a plan on a network; raises ValueError for one off the map."""
    return tuple(SensingView(view.name, mount(network, view), _duty(plan, view.name)) for view in plan.views)


def _duty(plan: CameraPlan, view: str) -> Duty:
    tour = plan.camera_of(view).tour
    return Duty() if tour is None else Duty(tour.duty(view), tour.longest_gap_ns(view) * S)


def approach_m(network: RoadNetwork, road: Road) -> Float64Array:
    """Return what a view must show to judge a stop line (4, 3): its ends, and those of the approach."""
    cut = section(network, road)
    along = np.repeat([road.length_m, max(road.length_m - APPROACH_M, 0.0)], 2)
    return cut.points_m(along, np.tile([cut.kerb_edge_m, -cut.lane_edge_m], 2))


def capture_by_view(
    views: Sequence[SensingView],
    acts: Acts,
    approaches: Sequence[Float64Array],
    curves: SensingCurves = CURVES,
) -> Float64Array:
    """Return the chance (V, N) that each view alone catches each act.

    A stand is caught by a touring view if it lasts over the view's absence: it must be seen before
    and after, so the chance is `lasting_s` over the gap, 1 at most. A crossing is an instant: it is
    caught in the share of the time in which the view is looked at, by a view that shows the
    line and the approach: `approaches` are the points (4, 3) of each, see `approach_m`.
    """
    light = curves.light(acts.daylight)
    rows = [_plain(view, acts, curves) * light * _watched(view, acts, approaches) for view in views]
    return np.asarray(np.vstack(rows) if rows else np.zeros((0, len(acts))), dtype=np.float64)


def capture(by_view: Float64Array) -> Float64Array:
    """Return the chance (N,) that at least one view catches each act: 1 - the product of misses."""
    return np.asarray(1.0 - np.prod(1.0 - by_view, axis=0), dtype=np.float64)


def _plain(view: SensingView, acts: Acts, curves: SensingCurves) -> Float64Array:
    """Return the chance (N,) by day for a view that is looked at."""
    camera = view.camera
    distance_m = np.linalg.norm(acts.position_m - camera.position_m, axis=1)
    density = density_px_per_m(camera, acts.position_m)
    chance = curves.chance(density, distance_m, acts.vehicle_class)
    return np.where(in_view(camera, acts.position_m), chance, 0.0)


def _watched(view: SensingView, acts: Acts, approaches: Sequence[Float64Array]) -> Float64Array:
    """Return the chance (N,) that the view is looked at when it must be."""
    gap_s = max(view.duty.gap_s, 1e-9)
    stands = np.clip(acts.lasting_s / gap_s, 0.0, 1.0) if view.duty.gap_s > 0 else np.ones(len(acts))
    shown = np.array([bool(in_view(view.camera, one).all()) for one in approaches] or [False])
    crossings = view.duty.share * shown[np.maximum(acts.approach, 0)]
    return np.asarray(np.where(acts.approach < 0, stands, crossings), dtype=np.float64)
