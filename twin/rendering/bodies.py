"""Vehicles as a camera sees them: meshes in place, shaded, with shadows, lamps and plates.

All vehicles go through each step together, whatever their body style.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.clock import to_local
from twin.rendering.faces import Coat, Eye, Seen, Shine, Stand, room_for, see
from twin.rendering.fleet import all_shapes, mesh, style_rows
from twin.rendering.grading import grade_colours
from twin.rendering.light import STEP_NS, Light
from twin.rendering.looks import Look, look_of
from twin.rendering.meshes import PLATE_CAR_M, Mesh, Paint
from twin.rendering.motion_blur import box_along, is_drawn_out, sheet_for, spread, ways_px
from twin.rendering.plates import TEXT_FROM_PX, Plate, paint_plate
from twin.rendering.raster import Upright, fill_faces, keep_nearer, scratch
from twin.rendering.wet import lamp_drop_px
from twin.truth import VehicleStates

GLOSS = np.zeros(len(Paint))
# two surfaces of glass and one of lacquer reflect 0.09 and 0.045; pictures show the square root of it or more
GLOSS[Paint.GLASS], GLOSS[Paint.BODY] = 0.19, 0.10
GLOSS[[Paint.HELMET, Paint.HELMET_BEHIND]] = 0.09
LAMP_M = 0.16
DIM = 25.0  # lamps darker than this do not dazzle
LAMP_AT = 0.4  # the height of lamps as a share of that of the vehicle
HEADLAMP_BGR = np.array([222.0, 244.0, 255.0])
TAILLAMP_BGR = np.array([42.0, 36.0, 190.0])
BRAKE_BGR = np.array([70.0, 60.0, 255.0])
AMBER_BGR = np.array([30.0, 150.0, 255.0])
BLINK_NS = 720_000_000  # 83 flashes a minute; UN R6 wants 60 to 120
RETRO, RETRO_M = 0.8, 22.0  # what a plate sends back of an illuminator beside the lens, and its reach [?]


class Body(NamedTuple):
    """One vehicle ready to paint: faces (F, K, 2) in pixels and in order, `corners` (F,), colours (F, 3).

    `box_px` (4,) is x0, y0, x1, y1; `lamps_px` (L, 2) are the lamps that show, `lamp_bgr` their light;
    `lamp_drop_px` is how far below them a wet street mirrors them;
    `plate_px` (4, 2) is the plate if it shows: bottom left, bottom right, top right, top left, `plate`
    what is on it, `plate_bgr` and `ink_bgr` (3,) its paper and what is written on it in the light that
    falls on it; `way_px` (2,) is how far it moves in the picture
    while the shutter is open.
    """

    depth_m: float
    faces_px: Float64Array
    corners: Int64Array
    colours: Float64Array
    box_px: Int64Array
    lamps_px: Float64Array
    lamp_bgr: Float64Array
    lamp_radius_px: float
    lamp_drop_px: float
    plate_px: Float64Array | None
    plate: Plate
    plate_bgr: Float64Array
    ink_bgr: Float64Array
    way_px: Float64Array


NO_LAMPS = np.empty((0, 2))


class _Wardrobe(NamedTuple):
    """How N vehicles look in a month.

    `styles` (N,), `paints` (N, P, 3), `inks` of plates (N, 3), `flashes` and `indicates` (N,).
    """

    looks: list[Look]
    plates: list[Plate]
    styles: Int64Array
    paints: Float64Array
    inks: Float64Array
    flashes: BoolArray
    indicates: BoolArray


def _wardrobe_of(vehicles: VehicleStates, light: Light) -> _Wardrobe:
    local = to_local(light.key * STEP_NS)
    sizes = tuple(map(tuple, vehicles.size_m.tolist()))
    return _wardrobe(
        (vehicles.plates, tuple(vehicles.visiting.tolist())),
        tuple(vehicles.vehicle_class.tolist()),
        sizes,
        12 * local.year + local.month - 1,
    )


@lru_cache(maxsize=64)
def _wardrobe(
    whose: tuple[tuple[str, ...], tuple[bool, ...]],
    kinds: tuple[int, ...],
    sizes_m: tuple[tuple[float, ...], ...],
    month: int,
) -> _Wardrobe:
    """Return how vehicles look; from one frame to the next they are mostly the same.

    `whose` are their plates, and which of them are visiting.
    """
    numbers, visiting = whose
    found = [
        look_of(kind, size[0], size[2], number, guest)
        for kind, size, number, guest in zip(kinds, sizes_m, numbers, visiting, strict=True)
    ]
    plates = [Plate(number, *look.plate_at(month)) for number, look in zip(numbers, found, strict=True)]
    paints = np.stack([look.paints for look in found])
    paints[:, Paint.PLATE], inks = np.array([plate.kind.value for plate in plates]).swapaxes(0, 1)
    flashes, indicates = np.array([(look.flashes, look.indicates) for look in found]).T
    return _Wardrobe(found, plates, style_rows(found), paints, inks, flashes, indicates)


def bodies(camera: PinholeCamera, vehicles: VehicleStates, light: Light, timestamp_ns: int = 0) -> list[Body]:
    """Return the vehicles ready to paint, the farthest first; lamps that flash do so by the timestamp."""
    if not len(vehicles):
        return []
    return sorted(_Traffic.of(camera, vehicles, light, timestamp_ns).each(), key=lambda body: -body.depth_m)


@dataclass(frozen=True, slots=True, eq=False)
class _Traffic:
    """N vehicles before a camera: what is worked out for all of them at once."""

    camera: PinholeCamera
    light: Light
    worn: _Wardrobe
    ahead: BoolArray
    depth_m: Float64Array
    through: Float64Array
    drop_px: Float64Array
    lamp_bgr: Float64Array
    shines: list[bool]
    inks_bgr: Float64Array
    ways_px: Float64Array
    seen: Seen

    @classmethod
    def of(cls, camera: PinholeCamera, vehicles: VehicleStates, light: Light, timestamp_ns: int) -> Self:
        """Return what there is to know of vehicles, their faces seen and coloured."""
        axes, heading = camera.rotation_camera_world(), vehicles.heading_rad
        turn = np.column_stack((np.cos(heading), np.sin(heading), np.tan(vehicles.pitch_rad)))
        offset = camera.position_m - vehicles.position_m
        ahead = turn[:, 0] * offset[:, 0] + turn[:, 1] * offset[:, 1] > 0
        depth_m = -offset @ axes[2]
        through = np.exp(-light.veil_per_m * np.maximum(depth_m, 0.0))
        brakes = vehicles.braking * (0.2 + 0.8 * light.lamps)
        behind = BRAKE_BGR * np.maximum(0.5 * light.lamps, brakes)[:, None]
        own = np.where(ahead[:, None], HEADLAMP_BGR * light.lamps, behind)
        worn = _wardrobe_of(vehicles, light)
        stand = Stand(vehicles.position_m, vehicles.size_m, turn, worn.styles)
        seen = room_for(stand.style, all_shapes())
        eye = Eye(camera.position_m, axes, np.array(camera.centre_px), camera.focal_px)
        shine = Shine(
            light.sun, light.sun_bgr, light.sky_bgr, light.lamp_bgr, light.horizon_bgr, light.zenith_bgr
        )
        coat = _coat(vehicles, worn, light, depth_m, timestamp_ns)
        see(stand, ahead, all_shapes(), coat, eye, shine, seen)
        drop_px = lamp_drop_px(camera, LAMP_AT * vehicles.size_m[:, 2], depth_m)
        return cls(
            camera, light, worn, ahead, depth_m, through, drop_px, own * through[:, None],
            ((own * through[:, None]).max(axis=1, initial=0.0) > DIM).tolist(),
            _inks(worn, seen), ways_px(camera, vehicles, light.shutter_s), seen,
        )  # fmt: skip

    def each(self) -> Iterator[Body]:
        """Yield the vehicles of which anything is large enough to paint."""
        self._veil()
        first = self.seen.first.tolist()
        for n, look in enumerate(self.worn.looks):
            if first[n + 1] > first[n]:
                yield self._body(mesh(look.style), n, slice(first[n], first[n + 1]))

    def _body(self, shape: Mesh, n: int, faces: slice) -> Body:
        depth_m, seen = float(self.depth_m[n]), self.seen
        return Body(
            depth_m=depth_m,
            faces_px=seen.faces_px[faces],
            corners=seen.corners[faces],
            colours=seen.colours[faces],
            box_px=seen.box_px[n],
            lamps_px=self._lamps_px(shape, n),
            lamp_bgr=self.lamp_bgr[n],
            lamp_radius_px=self.camera.focal_px * LAMP_M / depth_m,
            lamp_drop_px=float(self.drop_px[n]),
            plate_px=self._plate_px(shape, n, depth_m),
            plate=self.worn.plates[n],
            plate_bgr=seen.colours[seen.plate_row[n]],
            ink_bgr=self.inks_bgr[n],
            way_px=self.ways_px[n],
        )

    def _veil(self) -> None:
        """Let the colours fade into the airlight: L = L0 T + A (1 - T), T = exp(-k d) (Koschmieder, 1924).

        Then the camera grades them.
        """
        shares = np.repeat(self.through, np.diff(self.seen.first)), self.through
        for colours, through in zip(
            (self.seen.colours[: self.seen.first[-1]], self.inks_bgr), shares, strict=True
        ):
            if self.light.veil_per_m > 0:
                share = through[:, None]
                colours[:] = colours * share + self.light.air_bgr * (1.0 - share)
            grade_colours(colours, self.light)

    def _lamps_px(self, shape: Mesh, n: int) -> Float64Array:
        """Return the pixels (L, 2) of the lamps that show, none where they do not shine."""
        if not self.shines[n]:
            return NO_LAMPS
        lamps = shape.lamps[bool(self.ahead[n])]
        shown = lamps[self.seen.shown[n, lamps]]
        return np.asarray(0.25 * self.seen.pixels[n][shape.faces[shown, :4]].sum(axis=1), dtype=np.float64)

    def _plate_px(self, shape: Mesh, n: int, depth_m: float) -> Float64Array | None:
        """Return the corners of the plate, None where it does not show or is too small for letters."""
        if self.seen.plate_row[n] < 0 or self.camera.focal_px * sum(PLATE_CAR_M) < TEXT_FROM_PX * depth_m:
            return None
        plate = shape.front_plate if self.ahead[n] else shape.rear_plate
        return self.seen.pixels[n, shape.faces[plate, :4]] if self.seen.shown[n, plate] else None


def _coat(
    vehicles: VehicleStates, worn: _Wardrobe, light: Light, depth_m: Float64Array, timestamp_ns: int
) -> Coat:
    """Return the colours of vehicles, and the light of their own lamps."""
    table = worn.paints.copy()
    table[:, Paint.BODY] = np.clip(vehicles.colour_bgr / 255.0 * 0.86, 0.04, 1.0)
    own = np.zeros_like(table)
    own[:, Paint.TAILLAMP] = np.where(vehicles.braking[:, None], BRAKE_BGR, light.lamps * TAILLAMP_BGR)
    own[:, Paint.HEADLAMP] = light.lamps * HEADLAMP_BGR
    left, right = _flashing(vehicles, worn, timestamp_ns)
    own[:, Paint.INDICATOR] = left[:, None] * AMBER_BGR
    own[:, Paint.INDICATOR_RIGHT] = right[:, None] * AMBER_BGR
    if light.lamps > 0:
        near = RETRO * light.lamps * np.minimum(1.0, (RETRO_M / np.maximum(depth_m, 1.0)) ** 2)
        own[:, Paint.PLATE] = 255.0 * table[:, Paint.PLATE] * near[:, None]
    return Coat(table, own, GLOSS)


def _inks(worn: _Wardrobe, seen: Seen) -> Float64Array:
    """Return the colours (N, 3) of what is written on plates, in the light that falls on their paper."""
    lit = seen.colours[np.maximum(seen.plate_row, 0)] / worn.paints[:, Paint.PLATE]
    return np.asarray(np.clip(lit * worn.inks, 0.0, 255.0), dtype=np.float64)


def _flashing(vehicles: VehicleStates, worn: _Wardrobe, timestamp_ns: int) -> tuple[BoolArray, BoolArray]:
    """Return (N,) whose indicators are lit at an instant, left and right; some at the kerb have both."""
    phase = (timestamp_ns + vehicles.vehicle_id * 170_000_000) % BLINK_NS
    lit = phase < BLINK_NS // 2
    hazard = worn.flashes & vehicles.at_kerb
    side = vehicles.turning * worn.indicates
    return lit & (hazard | (side > 0)), lit & (hazard | (side < 0))


def paint_bodies(canvas: UInt8Array, found: list[Body], still: UInt8Array, upright: Upright) -> None:
    """Paint bodies from far to near; things nearer in `upright` stay as in `still`."""
    room = scratch(canvas)
    for body in found:
        if is_drawn_out(body.way_px):
            box_px = _paint_drawn_out(canvas, body)
        else:
            box_px = body.box_px
            _paint(canvas, body, body.faces_px, body.plate_px, room)
        keep_nearer(canvas, still, upright, body.depth_m, box_px)


def _paint(
    canvas: UInt8Array, body: Body, faces_px: Float64Array, plate_px: Float64Array | None, room: Float64Array
) -> None:
    fill_faces(canvas, faces_px, body.corners, body.colours, room)
    if plate_px is not None:
        paint_plate(canvas, plate_px, body.plate, body.plate_bgr, body.ink_bgr)


def _paint_drawn_out(canvas: UInt8Array, body: Body) -> Int64Array:
    """Paint a body that moves while the shutter is open; return the box (4,) that it takes."""
    box_px = box_along(body.box_px, body.way_px)
    sheet = sheet_for(canvas, box_px)
    if sheet is not None:
        faces_px = body.faces_px - sheet.corner_px
        plate_px = None if body.plate_px is None else body.plate_px - sheet.corner_px
        _paint(sheet.picture, body, faces_px, plate_px, scratch(sheet.picture))
        spread(canvas, sheet, faces_px, body.corners, body.way_px)
    return box_px
