"""Paints what a camera of the twin shows: street, signals, traffic, noise of the sensor, label."""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.signals import Aspect
from twin.cameras.optics import resized
from twin.cameras.plans import ViewSpec
from twin.environment.furniture import Mast, MastKind
from twin.environment.weather import CLEAR, Weather
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.backdrop import Backdrop, Still
from twin.rendering.bodies import bodies, paint_bodies
from twin.rendering.canvas import SHIFT
from twin.rendering.faults import Faults, knocked
from twin.rendering.glare import Spot, add_halos, add_streaks
from twin.rendering.ground_light import beam_cover, lamp_spots, shadow_cover
from twin.rendering.lens_view import LensView
from twin.rendering.light import Light, light_at, light_key, noise_plate, scattering
from twin.rendering.osd import write_osd
from twin.rendering.part import WHOLE, Part, part_of
from twin.rendering.plate_truth import PlateTruth, plate_truth
from twin.rendering.rain import Rain
from twin.rendering.raster import add_share, take_share
from twin.rendering.scenery import Scenery
from twin.rendering.truth_boxes import in_frame
from twin.rendering.uprights import HEAD_M, signal_heads
from twin.rendering.wet import dim_reflections, lamp_drop_px
from twin.truth import Scene, VehicleStates

LENSES = {
    Aspect.RED: (1, (48.0, 40.0, 255.0)),
    Aspect.YELLOW: (0, (40.0, 205.0, 255.0)),
    Aspect.GREEN: (-1, (150.0, 255.0, 70.0)),
}
LENS_M = 0.14
NOISE_MARGIN_PX = 64
NOISE_STEP_NS = 40_000_000
SPARE = 4.0  # so many standard deviations may a head miss its direction by
FINER = 2  # the street is painted this much finer than the picture and averaged


class ViewRenderer:
    """The renderer of one view at its true pose. The still street is painted once and lit once a minute.

    What stands in the street depends on the root seed alone, so that all views show the same one.
    """

    def __init__(
        self,
        network: RoadNetwork,
        spec: ViewSpec,
        camera: PinholeCamera,
        seed: Seed,
        weather: Weather = CLEAR,
    ) -> None:
        road = network.road_of[spec.road]
        aim_m = np.array(road.point_at(spec.aim_along_m, spec.aim_offset_m))
        self.lens = LensView(camera, SPARE * spec.repeatability_rad)
        self._spec, self._camera, self._seed, self._weather = spec, self.lens.painted, seed, weather
        self._scenery = Scenery(network, camera, aim_m, Seed(seed.root, ("scenery",)))
        self._backdrop = Backdrop(self._scenery, self._camera, FINER)
        self._light = self._light_at(0)
        self._still: Still | None = None
        self._rain: Rain | None = None
        self._behind: UInt8Array | None = None  # scratch: fresh memory for every frame costs more than a copy
        self._noise: tuple[UInt8Array, UInt8Array] | None = None
        self._own_faults = Faults(spec.faults, spec.size_px, seed.child("faults"))
        self._knocked: tuple[Backdrop, int, Still] | None = None
        self._closest: Backdrop | None = None
        self._lenses: tuple[PinholeCamera, list[_Lens]] | None = None
        self.light_shift_ns = 0  # how much later in the day it looks than it is: an exercise

    @property
    def noise_sigma(self) -> float:
        """The noise of the sensor in the last picture, in grey levels."""
        return self._light.noise_sigma

    def looks(self, timestamp_ns: int) -> tuple[PinholeCamera, Float32Array]:
        """Return the camera as it then hangs, and the depth (H, W) of what stands at each pixel.

        The depth is infinite where nothing stands.
        """
        backdrop, _ = self._street_at(timestamp_ns)
        return self.lens.real(backdrop.camera), self.lens.depth_m(backdrop.upright_m, backdrop.camera)

    def render(self, scene: Scene) -> UInt8Array:
        """Return the frame (H, W, 3) uint8 BGR of a scene."""
        backdrop, still = self._street_at(scene.timestamp_ns)
        vehicles = in_frame(backdrop.camera, scene.vehicles)
        if self._behind is None:
            self._behind = np.empty_like(still.lit)
        np.copyto(self._behind, still.lit)
        self._shade(self._behind, backdrop.camera, still, vehicles)
        painted = self._traffic(self._behind, backdrop, still, (scene, vehicles))
        canvas = self.lens.picture(painted, backdrop.camera)
        return self._through_glass(canvas, scene.timestamp_ns, WHOLE)

    def _through_glass(self, canvas: UInt8Array, timestamp_ns: int, part: Part) -> UInt8Array:
        """Return a picture of a part of the view after weather before the lens, faults, noise and label."""
        self._own_faults.before_lens(canvas, timestamp_ns, part)
        if self._rain is not None:
            self._rain.fall(canvas, timestamp_ns)
            self._rain.sit(canvas, timestamp_ns, part)
        self._add_noise(canvas, timestamp_ns)
        self._own_faults.behind_lens(canvas, timestamp_ns)
        write_osd(canvas, self._spec.name, timestamp_ns + self._spec.clock_error_ns)
        return self._own_faults.held(canvas, timestamp_ns)

    def _street_at(self, timestamp_ns: int) -> tuple[Backdrop, Still]:
        """Return the street as the camera then looks at it: elsewhere after a blow."""
        still = self._still_at(timestamp_ns)
        camera = knocked(self._camera, self._spec.faults, timestamp_ns, self._seed)
        if camera is self._camera:
            return self._backdrop, still
        kept = self._knocked
        same = kept is not None and kept[0].camera.yaw_rad == camera.yaw_rad
        if kept is None or not same or kept[1] != self._light.key:
            backdrop = kept[0] if kept is not None and same else Backdrop(self._scenery, camera, FINER)
            kept = self._knocked = (backdrop, self._light.key, Still(backdrop, self._light))
        return kept[0], kept[2]

    def render_zoomed(self, scene: Scene, camera: PinholeCamera, size_px: tuple[int, int]) -> UInt8Array:
        """Return a picture of `size_px` (width, height) with the pose and field of view of `camera`."""
        self._still_at(scene.timestamp_ns)
        lens = LensView(resized(camera, size_px))
        own = lens.painted
        backdrop = self._close_up(own)
        vehicles, light = in_frame(own, scene.vehicles), self._light
        dim, _ = shadow_cover(own, vehicles, light, (own.height_px, own.width_px))
        beam = beam_cover(own, vehicles, light, (own.height_px, own.width_px))
        still = Still(backdrop, light, dim, beam)
        canvas = lens.picture(self._traffic(still.lit, backdrop, still, (scene, vehicles)), own)
        part = part_of(self.lens.real(self._camera), lens.real(own))
        return self._through_glass(canvas, scene.timestamp_ns, part)

    def plate_zoomed(
        self, scene: Scene, camera: PinholeCamera, size_px: tuple[int, int], number: str
    ) -> PlateTruth | None:
        """Return how the plate of a number shows in such a picture, before a lens bends it."""
        own = LensView(resized(camera, size_px)).painted
        found = bodies(own, in_frame(own, scene.vehicles), self._light_at(scene.timestamp_ns))
        self._closest = Backdrop(self._scenery, own, 1)  # the picture itself may be asked for next
        return plate_truth(found, number, self._closest.upright)

    def _close_up(self, camera: PinholeCamera) -> Backdrop:
        """Return the street before a camera that was turned and zoomed; it is large, and not kept."""
        kept, self._closest = self._closest, None
        if kept is not None and _same_look(kept.camera, camera):
            return kept
        return Backdrop(self._scenery, camera, 1)

    def _still_at(self, timestamp_ns: int) -> Still:
        looks_ns = timestamp_ns + self.light_shift_ns
        if self._still is None or self._light.key != light_key(looks_ns):
            self._light = self._light_at(looks_ns)
            self._still = Still(self._backdrop, self._light)
            size = (self._camera.width_px + NOISE_MARGIN_PX, self._camera.height_px + NOISE_MARGIN_PX)
            if self._light.rain > 0:
                self._rain = Rain(self.lens.size_px, self._camera.focal_px, self._light, self._seed)
            plate = np.round(noise_plate(size, self._light.noise_sigma, self._seed))
            self._noise = (np.maximum(plate, 0).astype(np.uint8), np.maximum(-plate, 0).astype(np.uint8))
        return self._still

    def _light_at(self, timestamp_ns: int) -> Light:
        light, shutter_s = light_at(timestamp_ns, self._weather), self._spec.shutter_s
        return light if shutter_s is None else replace(light, shutter_s=shutter_s)

    def _shade(
        self, street: UInt8Array, camera: PinholeCamera, still: Still, vehicles: VehicleStates
    ) -> None:
        """Darken a street where vehicles keep the light away, and light it ahead of their headlamps."""
        light = self._light
        if not len(vehicles):
            return
        dim, area = shadow_cover(camera, vehicles, light, street.shape[:2])
        take_share(street[area], still.shade[area], dim[area])
        beam = beam_cover(camera, vehicles, light, street.shape[:2])
        if beam.size:
            add_share(street, still.beam, beam)

    def _traffic(
        self, street: UInt8Array, backdrop: Backdrop, still: Still, who: tuple[Scene, VehicleStates]
    ) -> UInt8Array:
        """Return the picture of a street, its shadows cast, with the vehicles of a scene that show."""
        camera, light = backdrop.camera, self._light
        scene, vehicles = who
        spots = self._signals(street, camera, scene)
        found = bodies(camera, vehicles, light, scene.timestamp_ns)
        if still.dazzle is not None:
            size = (camera.width_px, camera.height_px)
            still.dazzle.over_colours([one.colours for one in found], [one.box_px for one in found], size)
        spots += lamp_spots(found)
        if still.gloss is not None:
            dim_reflections(street, camera, vehicles, light, still.gloss)
            add_streaks(street, spots, still.gloss)
        canvas = street.copy()
        paint_bodies(canvas, found, street, backdrop.upright)
        add_halos(canvas, spots, scattering(light))
        return canvas

    def _signals(self, canvas: UInt8Array, camera: PinholeCamera, scene: Scene) -> list[Spot]:
        aspects = dict(scene.aspects)
        if self._lenses is None or self._lenses[0] is not camera:
            masts = [mast for mast in self._scenery.furniture.masts if mast.kind is MastKind.SIGNAL]
            self._lenses = camera, [lens for mast in masts for lens in _lenses(camera, mast)]
        spots: list[Spot] = []
        for lens in self._lenses[1]:
            lit = aspects.get(lens.group, Aspect.UNKNOWN) is lens.aspect
            colour = [(1.0 if lit else 0.16) * part for part in LENSES[lens.aspect][1]]
            cv2.circle(canvas, lens.point, lens.radius, colour, -1, cv2.LINE_AA, SHIFT)
            if lit:
                shine = (0.3 + 0.4 * self._light.lamps) * self._light.through_air(lens.depth_m)
                spots.append(Spot(lens.at_px, lens.halo_px, shine * np.array(colour), lens.drop_px))
        return spots

    def _add_noise(self, canvas: UInt8Array, timestamp_ns: int) -> None:
        """Add a pre-made plate of noise, in tiles, shifted by an amount that depends on the time alone."""
        if self._noise is None:
            return
        step = timestamp_ns // NOISE_STEP_NS
        y, x = step * 37 % NOISE_MARGIN_PX, step * 23 % NOISE_MARGIN_PX
        brighter, darker = (plate[y:, x:] for plate in self._noise)
        tall, wide = brighter.shape[:2]
        for top in range(0, canvas.shape[0], tall):
            for left in range(0, canvas.shape[1], wide):
                tile = canvas[top : top + tall, left : left + wide]
                area = (slice(tile.shape[0]), slice(tile.shape[1]))
                cv2.add(tile, brighter[area], tile)
                cv2.subtract(tile, darker[area], tile)


def _same_look(one: PinholeCamera, other: PinholeCamera) -> bool:
    """Return whether two cameras at one place show the same."""
    looks = [(c.yaw_rad, c.tilt_rad, c.roll_rad, c.focal_px, c.width_px, c.height_px) for c in (one, other)]
    return looks[0] == looks[1]


class _Lens(NamedTuple):
    """A lamp of a signal before a camera: `point` and `radius` as OpenCV draws them, `at_px` (2,)."""

    group: str
    aspect: Aspect
    point: list[int]
    radius: int
    at_px: Float64Array
    halo_px: float
    depth_m: float
    drop_px: float


def _lenses(camera: PinholeCamera, mast: Mast) -> list[_Lens]:
    """Return the three lenses of each head on a mast that faces the camera."""
    front = np.array([np.cos(mast.facing_rad), np.sin(mast.facing_rad), 0.0])
    heads = signal_heads(mast)
    if front @ (camera.position_m - heads[0]) <= 0:
        return []
    rows = np.array([[0.0, 0.0, row * HEAD_M[1] / 3] for row, _ in LENSES.values()])
    pixels, depth = camera.project((heads[:, None] + 0.1 * front + rows).reshape(-1, 3))
    found = []
    for i, (at, far) in enumerate(zip(pixels, depth.tolist(), strict=True)):
        if far < 1.0 or not (np.abs(at) < 9000).all():
            continue
        radius = max(1.0, camera.focal_px * LENS_M / far)
        height_m = heads[i // len(LENSES), 2] - mast.position_m[2]
        drop = float(lamp_drop_px(camera, np.array([height_m]), np.array([far]))[0])
        point = np.round(at * (1 << SHIFT)).astype(int).tolist()
        aspect = list(LENSES)[i % len(LENSES)]
        sizes = round(radius * (1 << SHIFT)), at, 0.8 * radius
        found.append(_Lens(mast.group, aspect, point, *sizes, far, drop))
    return found
