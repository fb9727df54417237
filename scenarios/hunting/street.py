"""The street of a hunt: a view of a plan, its true camera, and vehicles that stop and go along its kerb."""

import math
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import LineSegment, Polygon
from detectors.datatypes.site import SitePlan
from scenarios.hunting.nuisance import Nuisance, normal
from scenarios.offences import KTL_WINDOW
from scenarios.results import Scenario
from scenarios.spec import load_plan, load_scenario
from twin.cameras.curves import DetectorCurves, curves_of
from twin.cameras.plans import ViewSpec
from twin.cameras.sign_survey import Marks, as_seen
from twin.cameras.survey import mount, site_plan, survey_errors
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed

SURVEYED = ("x", "y", "z", "yaw", "tilt", "roll")
FAR_M = 90.0  # who is farther is not followed
BRAKES_MPS2, SPEEDS_UP_MPS2, COMES_MPS = 2.0, 1.5, 6.0
LENGTHS_M = (1.9, 4.3)  # of a motorcycle and a car
APART_M = 0.5  # nobody drives nearer behind another


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """One view of a scenario: network, true camera and a site plan whose survey was free of error."""

    scenario: Scenario
    network: RoadNetwork
    view: ViewSpec
    camera: PinholeCamera
    site: SitePlan
    curves: DetectorCurves

    def surveyed(self, told: dict[str, float]) -> SitePlan:
        """Return the site plan by a survey that is off as the values of `survey_nuisances` say.

        Its stop lines are those that one marks in the picture, `marked` (px) too low.
        """
        x, y, z, yaw, tilt, roll = (told[f"survey {what}"] for what in SURVEYED)
        camera = replace(
            self.camera,
            position_m=self.camera.position_m + np.array([x, y, z]),
            yaw_rad=self.camera.yaw_rad + yaw,
            tilt_rad=self.camera.tilt_rad + tilt,
            roll_rad=self.camera.roll_rad + roll,
        )
        marks = Marks(camera, np.array([0.0, told.get("marked", 0.0)]))
        lines = tuple(replace(one, line=self._marked(one.line, marks)) for one in self.site.stop_lines)
        return replace(self.site, camera=camera, stop_lines=lines)

    def _marked(self, line: LineSegment, marks: Marks) -> LineSegment:
        ground, ends_m = self.site.ground, np.array([(line.x0_m, line.y0_m), (line.x1_m, line.y1_m)])
        shown = as_seen(self.camera, ground, ground.lift(ends_m), marks)
        return LineSegment(*(float(value) for value in shown.ravel()))

    def shows(self, at_m: Float64Array) -> BoolArray:
        """Return (N,) which places (N, 2) are in the picture and near enough to be followed."""
        pixels, depth = self.camera.project(self.site.ground.lift(at_m))
        size_px = np.array([self.camera.width_px, self.camera.height_px])
        inside = (pixels > 0).all(axis=1) & (pixels < size_px).all(axis=1)
        return np.asarray(inside & (depth > 1.0) & (depth < FAR_M))


def survey_nuisances(view: ViewSpec) -> tuple[Nuisance, ...]:
    """Return how far off the survey of a view may be: place in m, angles in rad."""
    sigmas = (view.survey_sigma_m,) * 3 + (view.survey_sigma_rad,) * 3
    units = ("m",) * 3 + ("rad",) * 3
    return tuple(
        Nuisance(f"survey {what}", unit, normal(sigma), f"survey of {view.name}")
        for what, unit, sigma in zip(SURVEYED, units, sigmas, strict=True)
    )


def street(scenario: str, view: str, detector: str) -> Street:
    """Return a view of a scenario's plan, with the errors of place of a detector's curves."""
    told = load_scenario(scenario)
    network = library.resolve(told.network)
    spec = next(one for one in load_plan(told.plan).views if one.name == view)
    curves = curves_of(detector) or curves_of("motion")
    if curves is None:
        msg = "the curves of `motion` are missing from the package"
        raise FileNotFoundError(msg)
    camera = mount(network, spec)
    exact = site_plan(
        network, replace(spec, survey_sigma_m=0.0, survey_sigma_rad=0.0), Seed(0), window=KTL_WINDOW
    )
    return Street(told, network, spec, camera, replace(exact, survey=survey_errors(spec)), curves)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A band of the ground along a road: its edges (K, 2) beside the lanes and away from them."""

    inner_m: Float64Array
    outer_m: Float64Array

    @classmethod
    def of(cls, area: Polygon) -> "Strip":
        """Return the strip of a polygon whose first half of corners runs along one edge, the rest back."""
        half = len(area.corners_m) // 2
        return cls(area.corners_m[:half], area.corners_m[half:][::-1])

    @property
    def length_m(self) -> float:
        """Return how long its inner edge is."""
        return float(np.hypot(*np.diff(self.inner_m, axis=0).T).sum())

    @property
    def width_m(self) -> float:
        """Return how wide it is at its middle."""
        return float(np.hypot(*(self.outer_m - self.inner_m)[len(self.inner_m) // 2]))

    def at(self, along_m: Float64Array, beyond_m: float) -> Float64Array:
        """Return places (N, 2) so far along the inner edge and `beyond_m` from it: to the outer edge and on.

        Before its beginning and after its end it goes straight on.
        """
        steps = np.hypot(*np.diff(self.inner_m, axis=0).T)
        ends = np.concatenate(([0.0], np.cumsum(steps)))
        piece = np.clip(np.searchsorted(ends, along_m, side="right") - 1, 0, len(steps) - 1)
        first, second = self.inner_m[piece], self.inner_m[piece + 1]
        share = ((along_m - ends[piece]) / steps[piece])[:, None]
        across = self.outer_m[piece] - first
        across = across / np.maximum(np.hypot(*across.T), 1e-9)[:, None]
        return np.asarray(first + share * (second - first) + beyond_m * across)


def stopping(times_s: Float64Array, from_s: float, to_s: float, at_m: float) -> Float64Array:
    """Return where along the road (N,) a vehicle is that stands at `at_m` between two instants.

    It brakes and speeds up steadily, to and from COMES_MPS, and is driven at that before and after.
    """
    before, after = np.maximum(from_s - times_s, 0.0), np.maximum(times_s - to_s, 0.0)
    return np.asarray(at_m - _way_m(before, BRAKES_MPS2) + _way_m(after, SPEEDS_UP_MPS2))


def follows_s(long_m: float) -> float:
    """Return how soon after one sets out the next, as long as he, may stand in his place: neither touches.

    Between one who speeds up from rest and one who comes to rest T later there are at least
    T2 / (2 / a + 2 / b); both are slower than COMES_MPS meanwhile.
    """
    return math.sqrt(2.0 * (long_m + APART_M) * (1.0 / SPEEDS_UP_MPS2 + 1.0 / BRAKES_MPS2))


def _way_m(times_s: Float64Array, rate_mps2: float) -> Float64Array:
    """Return how far (N,) one comes from rest in so many seconds, up to COMES_MPS."""
    full_s = COMES_MPS / rate_mps2
    slow = np.minimum(times_s, full_s)
    return np.asarray(rate_mps2 * slow**2 / 2 + COMES_MPS * (times_s - slow))
