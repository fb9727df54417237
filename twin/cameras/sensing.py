"""Analytic sensing: the chance that a plan catches a violation, in closed form, without a picture.

Two kinds of curves: those fitted to rendered runs of one detector (`curves.py`), with the chance of two
finds far enough apart or of enough finds before a line (`capturing.py`), and stated ones, assumptions of
the right shape that are NOT CALIBRATED. Every number says on which it rests. Views catch independently of
one another; stated curves know no occlusion, fitted ones that which was met on average.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array, finite_array, frozen_array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.appearance import Appearance, light_number
from twin.cameras.capturing import crossing_chance, finding_chain, stand_chance
from twin.cameras.curves import LEAST_PX, DetectorCurves, curves_of
from twin.cameras.ground_survey import REACH_M
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import CameraPlan
from twin.cameras.survey import APPROACH_M, mount
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section

S = 1e-9  # nanoseconds to seconds
STAND_S = 60.0  # so far apart in time must two finds of a stand be
FINDS, AHEAD_M, AHEAD_MPS, AFTER_S = 3, 16.0, 8.0, 1.5  # before and after a line: what the tracker needs [?]
USUAL_SIZE_M = np.array([[1.9, 0.7, 1.6], [4.3, 1.7, 1.6], [9.0, 2.5, 3.1], [7.0, 2.3, 2.8]])  # by class [?]


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
Curves = SensingCurves | DetectorCurves


def curves_for(detector: str) -> Curves:
    """Return the fitted curves of a detector, and the stated ones where there are none."""
    return curves_of(detector) or CURVES


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """N violations as arrays: where, by what class, in what daylight (0..1), for how long.

    `lasting_s` is how long it went on after it had become a violation (0 for a crossing).
    `approach` is the number of the stop line that was crossed, -1 for a stand. `heading_rad` is where
    the vehicle was turned, NaN (or none at all) where that is not known; `weather` a row of
    `appearance.WEATHERS`, which only fitted curves know.
    """

    position_m: Float64Array
    vehicle_class: Int64Array
    daylight: Float64Array
    lasting_s: Float64Array
    approach: Int64Array
    heading_rad: Float64Array = field(default_factory=lambda: np.zeros(0))
    weather: int = 0

    def __post_init__(self) -> None:
        n = len(self.position_m)
        turned = self.heading_rad if len(self.heading_rad) else np.full(n, np.nan)
        turned = frozen_array("Acts.heading_rad", turned, (n,), np.float64)
        object.__setattr__(self, "heading_rad", turned)
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
    """A view as the closed form needs it: its true camera, how it is watched, how far it zooms."""

    name: str
    camera: PinholeCamera
    duty: Duty = Duty()
    fps: float = 1.0
    max_zoom: float = 25.0


def sensing_views(plan: CameraPlan, network: RoadNetwork) -> tuple[SensingView, ...]:
    """Return the views of a plan on a network; raises ValueError for one off the map."""
    return tuple(
        SensingView(view.name, mount(network, view), _duty(plan, view.name), view.fps, view.max_zoom)
        for view in plan.views
    )


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
    curves: Curves = CURVES,
) -> Float64Array:
    """Return the chance (V, N) that each view alone catches each act.

    By fitted curves a stand needs two finds STAND_S apart, a crossing FINDS finds before the line and
    one after it; raises CurvesError for light that they were not fitted for. A stand is caught by a
    touring view if it lasts over the view's absence: it must be seen before and after, so the chance
    is `lasting_s` over the gap, 1 at most. A crossing is an instant: it is caught in the share of the
    time in which the view is looked at, by a view that shows the line and the approach:
    `approaches` are the points (4, 3) of each, see `approach_m`.
    """
    rows = [_alone(view, acts, curves) * _watched(view, acts, approaches) for view in views]
    return np.asarray(np.vstack(rows) if rows else np.zeros((0, len(acts))), dtype=np.float64)


def capture(by_view: Float64Array) -> Float64Array:
    """Return the chance (N,) that at least one view catches each act: 1 - the product of misses."""
    return np.asarray(1.0 - np.prod(1.0 - by_view, axis=0), dtype=np.float64)


def _alone(view: SensingView, acts: Acts, curves: Curves) -> Float64Array:
    if isinstance(curves, DetectorCurves):
        return _by_finds(view, acts, curves)
    return _plain(view, acts, curves) * curves.light(acts.daylight)


def _by_finds(view: SensingView, acts: Acts, curves: DetectorCurves) -> Float64Array:
    """Return the chance (N,) of the finds that each act needs, for a view that is looked at."""
    seen = seen_from(view.camera, acts)
    rows = curves.rows(seen.light, seen.weather)
    missing_s = curves.missing_s[rows, seen.still.astype(np.int64)]
    chain = finding_chain(curves.typical_chance(seen), missing_s * view.fps)
    looked_fps = view.fps * view.duty.share
    stands = stand_chance(
        chain, (STAND_S + acts.lasting_s) * looked_fps, np.full(len(acts), STAND_S * looked_fps)
    )
    before, after = round(AHEAD_M / AHEAD_MPS * view.fps), round(AFTER_S * view.fps)
    crossings = crossing_chance(chain, max(before, FINDS), FINDS, max(after, 1))
    distance_m = np.hypot(*(acts.position_m - view.camera.position_m)[:, :2].T)
    shows = in_view(view.camera, acts.position_m) & (distance_m <= REACH_M) & (seen.height_px >= LEAST_PX)
    return np.where(shows, np.where(acts.approach < 0, stands, crossings), 0.0)


def seen_from(camera: PinholeCamera, acts: Acts) -> Appearance:
    """Return how vehicles of usual sizes, turned any way, appear at the places of acts, in the clear."""
    sight = acts.position_m - camera.position_m
    down = -sight[:, 2] / np.maximum(np.linalg.norm(sight, axis=1), 1e-9)
    length, width, height = USUAL_SIZE_M[acts.vehicle_class].T
    tall_m = height * np.sqrt(1.0 - down**2) + (length + width) / 2 * down
    n = len(acts)
    bearing = np.arctan2(-sight[:, 1], -sight[:, 0])
    return Appearance(
        height_px=np.maximum(density_px_per_m(camera, acts.position_m) * tall_m, 0.0),
        visible=np.ones(n),
        lone=np.ones(n),
        kind=acts.vehicle_class,
        light=light_number(acts.daylight, acts.weather),
        weather=np.full(n, acts.weather, dtype=np.int64),
        toward=np.nan_to_num(np.cos(acts.heading_rad - bearing)),
        still=(acts.approach < 0).astype(np.float64),
        down_rad=np.arcsin(np.clip(down, -1.0, 1.0)),
    )


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
