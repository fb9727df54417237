"""How fast a tracked vehicle was, and how wrong that may be: time stamps, survey and track each add to it."""

from dataclasses import replace

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.lens import Lens
from detectors.datatypes.measures import Interval
from detectors.datatypes.site import SitePlan
from detectors.datatypes.survey import SurveyErrors
from detectors.datatypes.violations import Reason
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

CURVED = 3  # coefficients of the motion that is fitted: place, speed, acceleration


class Speedometer:
    """Measures speeds in one view."""

    def __init__(self, site: SitePlan, noise: TrackNoise = DEFAULT_NOISE) -> None:
        self._site = site
        self._noise = noise
        errors = site.survey
        self._others = () if errors is None else _other_cameras(site.camera, errors, noise.contact_m)

    def reach_m(self) -> float:
        """Return how far from the camera places are fine enough: a pixel is R^2 / (h f) long there."""
        camera = self._site.camera
        eye_m = float(camera.position_m[2] - self._site.ground.height_m(camera.position_m[:2])[0])
        noise = self._noise
        return float(np.sqrt(noise.coarse_m * max(eye_m, 0.0) * camera.focal_px / max(noise.box_px, 1e-9)))

    def measure(self, times_s: Float64Array, places_m: Float64Array) -> Interval | Reason:
        """Return the speed in m/s in the middle of the times (N,) at which a vehicle was at places (N, 2).

        It is the slope of the parabola that fits its way best (least squares), so that a steady braking or
        acceleration is no error. Errors are carried to it to first order and added in quadrature. A reason
        where it cannot be said: no survey, a track that is not smooth, or places beyond the horizon.
        """
        errors = self._site.survey
        if errors is None:
            return Reason.SURVEY_UNKNOWN
        weights, along_m, rest_m, course = _fit(times_s, places_m)
        if np.abs(rest_m).max() > self._noise.uneven_m:
            return Reason.TRACK_UNEVEN
        speed = float(weights @ along_m)
        variance = (
            self._track_variance(times_s, places_m, course, weights, (rest_m, errors.place_m))
            + float(weights @ weights) * (speed * errors.frame_time_s) ** 2
            + self._survey_variance(places_m, course, weights)
        )
        if not np.isfinite(variance):
            return Reason.TRACK_UNEVEN
        wide = self._noise.sigmas * float(np.sqrt(variance))
        return Interval(speed, max(speed - wide, 0.0), speed + wide)

    def place_sigma_m(self, place_m: Float64Array, course: Float64Array) -> float:
        """Return the standard error along `course` (2,) of a tracked place (2,); no survey: infinite."""
        errors = self._site.survey
        if errors is None:
            return float("inf")
        there = place_m.reshape(1, 2)
        moved = self._moved(there, course)[:, 0]
        own = float(self._place_m(there, course)[0]) ** 2 + errors.place_m**2
        return float(np.sqrt(own + moved @ moved))

    def _track_variance(
        self,
        times_s: Float64Array,
        places_m: Float64Array,
        course: Float64Array,
        weights: Float64Array,
        more: tuple[Float64Array, float],
    ) -> float:
        """Return the variance from places that are off; where they scatter more than stated, that counts."""
        rest_m, ground_m = more
        sigma = np.sqrt(self._place_m(places_m, course) ** 2 + ground_m**2)
        scatter = float(np.sqrt(np.square(rest_m).sum() / max(len(rest_m) - CURVED, 1)))
        sigma = np.maximum(sigma, scatter)
        alike = np.exp(-np.abs(times_s[:, None] - times_s) / self._noise.lasts_s)
        felt = weights * sigma
        return float(felt @ alike @ felt)

    def _survey_variance(self, places_m: Float64Array, course: Float64Array, weights: Float64Array) -> float:
        """Return the variance from a survey that is off: each error moves all places at once."""
        off = self._moved(places_m, course) @ weights
        return float(off @ off)

    def _moved(self, places_m: Float64Array, course: Float64Array) -> Float64Array:
        """Return (K, N) by how much each of K errors of the survey moves places (N, 2) along the course."""
        ground = self._site.ground
        pixels, _ = self._site.camera.project(ground.lift(places_m))
        rays = np.concatenate([camera.rays(pixels) for camera in self._others])
        eyes = np.repeat([camera.position_m for camera in self._others], len(places_m), axis=0)
        seen = eyes[:, :2] + ground.reach(eyes, rays)[:, None] * rays[:, :2]  # of all cameras in one call
        return np.asarray((seen.reshape(-1, len(places_m), 2) - places_m) @ course)

    def _place_m(self, places_m: Float64Array, course: Float64Array) -> Float64Array:
        """Return (N,) by how much the detector sets places (N, 2) wrong along the course."""
        foot_m = self._site.camera.position_m[:2]
        measured = self._noise.measured_m(places_m - foot_m, course)
        return (
            np.hypot(self._noise.place_m, self._pixel_m(places_m, course)) if measured is None else measured
        )

    def _pixel_m(self, places_m: Float64Array, course: Float64Array) -> Float64Array:
        """Return (N,) how far along the course an error of `box_px` up or down the picture moves places."""
        camera, ground = self._site.camera, self._site.ground
        pixels, _ = camera.project(ground.lift(places_m))
        off = camera.ground_points(pixels + np.array([0.0, 1.0]), ground) - places_m
        return np.asarray(np.abs(off @ course) * self._noise.box_px)


def _fit(
    times_s: Float64Array, places_m: Float64Array
) -> tuple[Float64Array, Float64Array, Float64Array, Float64Array]:
    """Return weights (N,) of the speed, ways (N,) along the course, what is left of them (N,), course."""
    t = times_s - (times_s[0] + times_s[-1]) / 2
    rows = np.stack((np.ones_like(t), t, t * t), axis=1)
    solve = np.linalg.pinv(rows)
    velocity = solve[1] @ (places_m - places_m[0])
    course = velocity / max(float(np.hypot(*velocity)), 1e-9)
    along = (places_m - places_m[0]) @ course
    across = (places_m - places_m[0]) @ np.array([-course[1], course[0]])
    rest = np.hypot(along - rows @ (solve @ along), across - rows @ (solve @ across))
    return np.asarray(solve[1]), np.asarray(along), np.asarray(rest), np.asarray(course)


def _other_cameras(
    camera: PinholeCamera, errors: SurveyErrors, contact_m: float
) -> tuple[PinholeCamera, ...]:
    """Return the cameras that it may be instead, each off by one standard error of one thing."""
    shifts = np.eye(3) * errors.position_m
    lens = camera.lens
    bent = replace(camera, lens=Lens(lens.k1 * (1 + errors.lens), lens.k2 * (1 + errors.lens)))
    return (
        *(replace(camera, position_m=camera.position_m + shift) for shift in shifts),
        replace(camera, yaw_rad=camera.yaw_rad + errors.angle_rad),
        replace(camera, tilt_rad=camera.tilt_rad + errors.angle_rad),
        replace(camera, roll_rad=camera.roll_rad + errors.angle_rad),
        replace(camera, focal_px=camera.focal_px * (1 + errors.focal)),
        replace(camera, position_m=camera.position_m - np.array([0.0, 0.0, contact_m])),
        *((bent,) if lens.bends else ()),
    )
