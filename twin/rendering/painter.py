"""Paints what a camera of the twin shows: a still picture of the street, traffic, signals, and the label."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.signals import Aspect
from twin.cameras.optics import resized
from twin.cameras.plans import ViewSpec
from twin.clock import to_local
from twin.environment.furniture import Mast, MastKind
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.bodies import in_frame, paint_shadows, paint_vehicles
from twin.rendering.light import Light, light_at, light_key, noise_plate
from twin.rendering.scenery import Scenery
from twin.truth import Scene

LAMPS = {
    Aspect.RED: (0, (40.0, 40.0, 255.0)),
    Aspect.YELLOW: (1, (40.0, 210.0, 255.0)),
    Aspect.GREEN: (2, (120.0, 255.0, 60.0)),
}
MARK = "SIMULATED"
NOISE_MARGIN = 64


class ViewRenderer:
    """The renderer of one view at its true pose. The still street is painted once a minute of light."""

    def __init__(self, network: RoadNetwork, spec: ViewSpec, camera: PinholeCamera, seed: Seed) -> None:
        road = network.road_of[spec.road]
        aim_m = np.array(road.point_at(spec.aim_along_m, spec.aim_offset_m))
        self._spec = spec
        self._camera = camera
        self._seed = seed
        self._scenery = Scenery(network, camera, aim_m, Seed(seed.root, ("scenery",)))
        self._still: UInt8Array | None = None
        self._light: Light | None = None
        self._noise: Float64Array | None = None

    def render(self, scene: Scene) -> UInt8Array:
        """Return the frame (h, w, 3) uint8 of a scene."""
        light = self._light_of(scene)
        if self._still is None:
            self._still = self._scenery.paint(self._camera, light)
        canvas = self._still.copy()
        self._traffic(canvas, self._camera, scene, light)
        self._add_noise(canvas, scene.timestamp_ns)
        label(canvas, self._spec.name, scene.timestamp_ns)
        return canvas

    def render_zoomed(self, scene: Scene, camera: PinholeCamera, size_px: tuple[int, int]) -> UInt8Array:
        """Return a picture of `size_px` (width, height) through other optics at the same place."""
        light = self._light_of(scene)
        zoomed = resized(camera, size_px)
        canvas = self._scenery.paint(zoomed, light)
        self._traffic(canvas, zoomed, scene, light)
        label(canvas, self._spec.name, scene.timestamp_ns)
        return canvas

    def _light_of(self, scene: Scene) -> Light:
        if self._light is None or self._light.key != light_key(scene.timestamp_ns):
            self._light = light_at(scene.timestamp_ns)
            self._still = None
            size_px = (self._camera.width_px + NOISE_MARGIN, self._camera.height_px + NOISE_MARGIN)
            self._noise = noise_plate(size_px, self._light.noise_sigma, self._seed).astype(np.int16)
        return self._light

    def _traffic(self, canvas: UInt8Array, camera: PinholeCamera, scene: Scene, light: Light) -> None:
        vehicles = in_frame(camera, scene.vehicles)
        paint_shadows(canvas, camera, vehicles, light)
        aspects = dict(scene.aspects)
        for mast in self._scenery.furniture.masts:
            if mast.kind is MastKind.SIGNAL:
                paint_signal(canvas, camera, mast, aspects.get(mast.group, Aspect.UNKNOWN))
        paint_vehicles(canvas, camera, vehicles, light)

    def _add_noise(self, canvas: UInt8Array, timestamp_ns: int) -> None:
        """Add a pre-made plate of noise at a place that depends on the time alone."""
        if self._noise is None:
            return
        step = timestamp_ns // 40_000_000
        v, u = (int(n) for n in (step * 37 % NOISE_MARGIN, step * 23 % NOISE_MARGIN))
        height, width = canvas.shape[:2]
        plate = self._noise[v : v + height, u : u + width]
        cv2.add(canvas, plate, dst=canvas, dtype=cv2.CV_8U)


def paint_signal(canvas: UInt8Array, camera: PinholeCamera, mast: Mast, aspect: Aspect) -> None:
    """Paint a signal mast with its head of three lamps; seen from behind there is only its back."""
    foot = np.array(mast.position_m)
    head = foot + np.array([0, 0, mast.height_m])
    steps = head + np.array([[0, 0, 0.35], [0, 0, 0.0], [0, 0, -0.35]])
    pixels, depth = camera.project(np.vstack((foot, head, steps)))
    if depth.min() < 2.0 or not np.isfinite(pixels).all() or np.abs(pixels).max() > 20000:
        return
    radius = max(1.0, camera.focal_px * 0.15 / float(depth[1]))
    points = [(round(float(u)), round(float(v))) for u, v in pixels]
    cv2.line(canvas, points[0], points[1], (70, 70, 70), max(1, round(radius * 0.7)), cv2.LINE_AA)
    reach = radius * 1.4
    corner = (round(points[2][0] - reach), round(points[2][1] - reach))
    cv2.rectangle(
        canvas, corner, (round(points[4][0] + reach), round(points[4][1] + reach)), (25, 25, 25), -1
    )
    facing = np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad)])
    if facing @ (camera.position_m[:2] - head[:2]) <= 0:
        return
    for lamp, bgr in LAMPS.values():
        dark = tuple(0.2 * part for part in bgr)
        cv2.circle(canvas, points[2 + lamp], max(1, round(radius)), dark, -1, cv2.LINE_AA)
    if aspect in LAMPS:
        lamp, bgr = LAMPS[aspect]
        cv2.circle(canvas, points[2 + lamp], max(1, round(radius * 1.15)), bgr, -1, cv2.LINE_AA)


def label(canvas: UInt8Array, view: str, timestamp_ns: int) -> None:
    """Write the camera, the local time and the mark SIMULATED over the picture."""
    size = canvas.shape[1] / 640
    local = to_local(timestamp_ns)
    when = f"{local:%d-%m-%Y %H:%M:%S}.{local.microsecond // 100_000} WITA"
    for text, u, v in ((f"B-CONNECT {view.upper()}", 8, 16), (when, 8, 32)):
        _write(canvas, text, (round(u * size), round(v * size)), 0.42 * size, (235, 235, 235))
    (width, _), _ = cv2.getTextSize(MARK, cv2.FONT_HERSHEY_DUPLEX, 0.5 * size, 1)
    _write(
        canvas,
        MARK,
        (canvas.shape[1] - width - round(8 * size), round(18 * size)),
        0.5 * size,
        (80, 200, 255),
    )


def _write(
    canvas: UInt8Array, text: str, at: tuple[int, int], scale: float, bgr: tuple[int, int, int]
) -> None:
    thick = max(1, round(scale * 1.6))
    shadow = (at[0] + 1, at[1] + 1)
    cv2.putText(canvas, text, shadow, cv2.FONT_HERSHEY_DUPLEX, scale, (0, 0, 0), thick, cv2.LINE_AA)
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, bgr, thick, cv2.LINE_AA)
