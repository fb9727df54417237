"""Things that stand beside the street, painted onto a canvas from far to near."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array, UInt8Array
from twin.environment.furniture import (
    ARM_BELOW_TOP_M,
    Building,
    Furniture,
    Mast,
    MastKind,
    Plant,
    PlantKind,
    Wire,
)
from twin.rendering.canvas import SHIFT, Canvas, clipped_px, fixed, in_sight
from twin.rendering.facades import Facade, shop_front, side_wall
from twin.rendering.shading import LANTERN

UP = (0.0, 0.0, 1.0)
STEEL_BGR = (128, 130, 130)
WIRE_BGR, CHORDS = (46, 46, 48), 8
WOOD_BGR = (60, 74, 84)
CONCRETE_BGR = (150, 154, 156)
GREENS_BGR = ((36, 80, 56), (40, 90, 72), (32, 72, 60), (44, 98, 84))
LAMP_GLOW_BGR = (205, 236, 255)
HEAD_M = (0.36, 1.05)
SIGNAL_HEADS_M = ((0.0, 3.2), (1.0, 5.4))  # share of the arm, height of the middle lamp
LEAVES_TO_M = 140.0
FROND_M = 1.9  # how far the fronds of a palm reach
Upstanding = Building | Plant | Mast | Wire
NEAREST_M = 0.5  # what stands nearer shows on no picture


def lifted(point_m: Float64Array, height_m: float) -> Float64Array:
    """Return a point (3,) raised by a height."""
    return np.array([point_m[0], point_m[1], point_m[2] + height_m])


class Standing:
    """What stands beside a street, with balls around it, so that what is out of view is skipped at once."""

    def __init__(self, furniture: Furniture) -> None:
        self._things: list[Upstanding] = [
            *furniture.buildings, *furniture.plants, *furniture.masts, *furniture.wires,
        ]  # fmt: skip
        balls = [_ball(thing) for thing in self._things]
        self._foot_m = np.array([foot for foot, _, _ in balls]).reshape(-1, 3)
        self._middle_m = np.array([middle for _, middle, _ in balls]).reshape(-1, 3)
        self._reach_m = np.array([reach for _, _, reach in balls])

    def raise_all(self, canvas: Canvas) -> None:
        """Paint everything that is in front of the camera, the farthest first."""
        camera = canvas.camera
        rows = in_sight(camera, self._middle_m, self._reach_m)
        depth_m = (self._foot_m[rows] - camera.position_m) @ camera.rotation_camera_world()[2]
        for place in np.argsort(-depth_m, kind="stable"):
            thing = self._things[rows[place]]
            if depth_m[place] <= NEAREST_M:
                break
            if isinstance(thing, Building):
                _building(canvas, thing)
            elif isinstance(thing, Plant):
                _plant(canvas, thing)
            elif isinstance(thing, Wire):
                _wire(canvas, thing)
            else:
                _mast(canvas, thing)


def _ball(thing: Upstanding) -> tuple[Float64Array, Float64Array, float]:
    """Return the foot (3,) of a thing, and the middle (3,) and radius of a ball around it."""
    if isinstance(thing, Wire):
        middle = (np.array(thing.start_m) + np.array(thing.end_m)) / 2
        return (
            middle,
            middle,
            float(np.linalg.norm(np.subtract(thing.end_m, thing.start_m)) / 2 + thing.sag_m),
        )
    if isinstance(thing, Building):
        foot = np.append(thing.corners_m.mean(axis=0), thing.base_m)
        aside = float(np.hypot(*(thing.corners_m - foot[:2]).T).max()) + 1.0
    else:
        foot = np.array(thing.position_m)
        aside = 1.5 * thing.radius_m + 0.5 if isinstance(thing, Plant) else thing.arm_m + 1.0
        aside = FROND_M if isinstance(thing, Plant) and thing.kind is PlantKind.PALM else aside
    half = thing.height_m / 2
    return foot, lifted(foot, half), float(np.hypot(half, aside)) + 0.3


def _building(canvas: Canvas, building: Building) -> None:
    eye = canvas.camera.position_m[:2]
    middle = building.corners_m.mean(axis=0)
    low, high = building.base_m - 0.4, building.base_m + building.height_m
    sides = []
    for i in range(4):
        a, b = building.corners_m[i], building.corners_m[(i + 1) % 4]
        out = np.array([b[1] - a[1], a[0] - b[0]])
        out = out * np.sign(out @ ((a + b) / 2 - middle))
        if out @ (eye - (a + b) / 2) > 0:
            sides.append((float(np.hypot(*((a + b) / 2 - eye))), i, a, b, out / max(np.hypot(*out), 1e-9)))
    for _, i, a, b, out in sorted(sides, key=lambda side: side[0], reverse=True):
        width = float(np.hypot(*(b - a)))
        make = shop_front if i == 0 else side_wall
        facade = make(width, building.height_m, building.key)
        # a reader in front of the wall has the outward normal coming towards him
        left, right = (a, b) if np.cross([*(b - a), 0], [0, 0, 1])[:2] @ out > 0 else (b, a)
        quad = np.array([[*left, high], [*right, high], [*right, low], [*left, low]])
        _hang(canvas, facade, quad, np.array([*out, 0.0]))
    if canvas.camera.position_m[2] > high:
        _roof(canvas, building, high)


def _roof(canvas: Canvas, building: Building, high_m: float) -> None:
    roof = np.column_stack((building.corners_m, np.full(4, high_m)))
    _solid(canvas, roof, (120, 124, 130), roof.mean(axis=0), UP)


def _hang(canvas: Canvas, facade: Facade, quad_m: Float64Array, normal: Float64Array) -> None:
    """Warp a facade onto a quad in the world (top left, top right, bottom right, bottom left)."""
    camera = canvas.camera
    pixels, depth = camera.project(quad_m)
    if depth.min() < 1.0:
        outline = clipped_px(camera, quad_m)
        if outline is not None:
            _fill(
                canvas,
                outline,
                tuple(facade.albedo.mean(axis=(0, 1)).tolist()),
                quad_m[2:].mean(axis=0),
                normal,
            )
        return
    box = canvas.window(pixels)
    if box is None:
        return
    x0, y0, x1, y1 = box
    albedo, glow = facade.albedo, facade.glow
    while albedo.shape[0] > 2.6 * np.ptp(pixels[:, 1]) and min(albedo.shape[:2]) > 16:
        albedo, glow = _halved(albedo), _halved(glow)
    height, width = albedo.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    to_px = cv2.getPerspectiveTransform(source, (pixels - [x0, y0]).astype(np.float32))
    size = (x1 - x0, y1 - y0)
    mask = np.zeros(size[::-1], dtype=np.uint8)
    cv2.fillConvexPoly(mask, fixed(pixels - [x0, y0]), 255, cv2.LINE_8, SHIFT)
    keep = mask > 0
    for layer, texture in ((canvas.albedo, albedo), (canvas.glow, glow)):
        warped = cv2.warpPerspective(
            texture, to_px, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        layer[y0:y1, x0:x1][keep] = warped[keep]
    canvas.cover(mask, (x0, y0), quad_m[2:].mean(axis=0), normal)


def _halved(texture: UInt8Array) -> UInt8Array:
    return np.asarray(cv2.pyrDown(texture), dtype=np.uint8)


def _solid(
    canvas: Canvas, outline_m: ArrayLike, colour: ArrayLike, foot_m: ArrayLike, normal: ArrayLike
) -> None:
    outline = clipped_px(canvas.camera, outline_m)
    if outline is not None:
        _fill(canvas, outline, tuple(np.asarray(colour).tolist()), foot_m, normal)


def _fill(
    canvas: Canvas, outline_px: Float64Array, colour: tuple[float, ...], foot_m: ArrayLike, normal: ArrayLike
) -> None:
    box = canvas.window(outline_px)
    if box is None:
        return
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    cv2.fillPoly(mask, [fixed(outline_px - [x0, y0])], 255, cv2.LINE_8, SHIFT)
    canvas.albedo[y0:y1, x0:x1][mask > 0] = colour
    canvas.glow[y0:y1, x0:x1][mask > 0] = 0
    canvas.cover(mask, (x0, y0), foot_m, normal)


def _blobs(
    canvas: Canvas, centres_m: Float64Array, radius_m: Float64Array, shades: UInt8Array, foot_m: ArrayLike
) -> None:
    """Paint leaves: discs at points (N, 3) with radii (N,) and colours (N, 3), in the given order."""
    pixels, depth = canvas.camera.project(centres_m)
    if depth.min() < 1.0:
        return
    radii = canvas.camera.focal_px * radius_m / depth
    box = canvas.window(pixels, margin_px=int(radii.max()) + 2)
    if box is None:
        return
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    picture = canvas.below(box)
    for at, radius, shade in zip(
        fixed(pixels - [x0, y0]).tolist(),
        (radii * (1 << SHIFT)).astype(int).tolist(),
        shades.tolist(),
        strict=True,
    ):
        cv2.circle(picture, at, max(radius, 8), shade, -1, cv2.LINE_AA, SHIFT)
        cv2.circle(mask, at, max(radius, 8), 255, -1, cv2.LINE_8, SHIFT)
    canvas.albedo[y0:y1, x0:x1] = picture
    canvas.glow[y0:y1, x0:x1][mask > 0] = 0
    canvas.cover(mask, (x0, y0), foot_m, (0.0, 0.0, 0.8))


def _plant(canvas: Canvas, plant: Plant) -> None:
    foot = np.array(plant.position_m)
    draw = np.random.Generator(np.random.PCG64(plant.key))
    if plant.kind is PlantKind.PALM:
        _palm(canvas, plant, draw)
        return
    crown = lifted(foot, plant.height_m - plant.radius_m) if plant.kind is PlantKind.TREE else foot
    reach = np.array([plant.radius_m, plant.radius_m, plant.radius_m * (0.8 if plant.height_m > 2 else 1.2)])
    near = np.hypot(*(foot[:2] - canvas.camera.position_m[:2])) < LEAVES_TO_M
    count = (230 if near else 24) if plant.kind is PlantKind.TREE else (46 if near else 6)
    ball = draw.normal(size=(count, 3))
    ball *= (draw.uniform(0.25, 1.0, count) ** 0.5 / np.linalg.norm(ball, axis=1))[:, None]
    ball[:, 2] = np.abs(ball[:, 2]) if plant.kind is PlantKind.SHRUB else ball[:, 2]
    ball = ball[np.argsort(ball[:, 2])]
    shade = (0.36 + 0.46 * (ball[:, 2] + 1) + draw.normal(0, 0.16, count))[:, None]
    green = np.array(GREENS_BGR[plant.key % len(GREENS_BGR)], dtype=np.float64)
    if plant.kind is PlantKind.TREE:
        _line(canvas, [foot, crown], 0.24, WOOD_BGR, foot)
    leaf = draw.uniform(0.08, 0.2, count) * plant.radius_m * (1.0 if near else 2.6)
    _blobs(canvas, crown + ball * reach, leaf, np.clip(green * shade, 0, 255).astype(np.uint8), foot)


def _palm(canvas: Canvas, plant: Plant, draw: np.random.Generator) -> None:
    foot = np.array(plant.position_m)
    head = lifted(foot, plant.height_m)
    _line(canvas, [foot, head], 0.2, WOOD_BGR, foot)
    for turn in np.linspace(0, 2 * np.pi, 11, endpoint=False) + draw.uniform(0, 1):
        along = np.linspace(0, 1, 7)
        flat = np.column_stack((np.cos(turn) * along, np.sin(turn) * along)) * 1.7
        drop = 0.7 * along - 1.5 * along**2 + draw.normal(0, 0.05)
        frond = head + np.column_stack((flat, drop))
        shade = np.array(GREENS_BGR[1]) * draw.uniform(0.75, 1.2)
        _line(canvas, frond, 0.16, tuple(shade.tolist()), foot)


def _line(
    canvas: Canvas, points_m: ArrayLike, width_m: float, colour: tuple[float, ...], foot_m: ArrayLike,
) -> None:  # fmt: skip
    """Paint a line through points (N, 3) of a thing that stands at `foot_m`."""
    pixels, depth = canvas.camera.project(points_m)
    if depth.min() < 1.0:
        return
    width = max(1, round(canvas.camera.focal_px * width_m / float(depth.mean())))
    box = canvas.window(pixels, margin_px=width + 2)
    if box is None:
        return
    x0, y0, x1, y1 = box
    mask = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    cv2.polylines(mask, [fixed(pixels - [x0, y0])], isClosed=False, color=255, thickness=width, shift=SHIFT)
    canvas.albedo[y0:y1, x0:x1][mask > 0] = colour
    canvas.glow[y0:y1, x0:x1][mask > 0] = 0
    canvas.cover(mask, (x0, y0), foot_m, (0.0, 0.0, 0.5))


def _mast(canvas: Canvas, mast: Mast) -> None:
    foot = np.array(mast.position_m)
    top = lifted(foot, mast.height_m)
    tip = top + mast.arm_m * np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad), 0.0])
    colour = CONCRETE_BGR if mast.kind is MastKind.UTILITY else STEEL_BGR
    _line(canvas, [foot, top], 0.22 if mast.kind is MastKind.UTILITY else 0.14, colour, foot)
    if mast.kind is MastKind.LAMP:
        _line(canvas, [top, tip], 0.1, STEEL_BGR, foot)
        _lantern(canvas, tip, foot)
    elif mast.kind is MastKind.SIGNAL:
        _line(canvas, [top - [0, 0, 0.2], tip - [0, 0, 0.2]], 0.12, STEEL_BGR, foot)
        for centre in signal_heads(mast):
            _housing(canvas, centre, mast.facing_rad, foot)
    elif mast.kind is MastKind.UTILITY:
        side = 0.9 * np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad), 0.0])
        down = [0.0, 0.0, ARM_BELOW_TOP_M]
        _line(canvas, [top - side - down, top + side - down], 0.1, WOOD_BGR, foot)
    else:
        _sign_disc(canvas, top - [0, 0, 0.35], mast.facing_rad, foot)


def _wire(canvas: Canvas, wire: Wire) -> None:
    """Paint a wire in short chords, each as far away as it hangs; a parabola is its catenary."""
    share = np.linspace(0.0, 1.0, CHORDS + 1)[:, None]
    hung = np.array(wire.start_m) + share * np.subtract(wire.end_m, wire.start_m)
    hung[:, 2] -= (4.0 * wire.sag_m * share * (1.0 - share))[:, 0]
    for one, other in pairwise(hung):
        _line(canvas, [one, other], 0.025, WIRE_BGR, (one + other) / 2)


def _lantern(canvas: Canvas, tip_m: Float64Array, foot_m: Float64Array) -> None:
    along = 0.35 * (tip_m - foot_m) * [1, 1, 0] / max(float(np.hypot(*(tip_m - foot_m)[:2])), 1e-9)
    _line(canvas, [tip_m - along, tip_m + along], 0.16, (190, 192, 192), foot_m)
    pixel, depth = canvas.camera.project(tip_m)
    radius = max(1, round(0.2 * canvas.camera.focal_px / float(depth[0]))) if depth[0] > 1.0 else 0
    box = canvas.window(pixel, margin_px=radius + 2) if radius else None
    if box is None:
        return
    x0, y0, x1, y1 = box
    at = np.round(pixel[0]).astype(int) - [x0, y0]
    light = np.ascontiguousarray(canvas.glow[y0:y1, x0:x1])
    cv2.circle(light, at.tolist(), radius, LAMP_GLOW_BGR, -1, cv2.LINE_AA)
    canvas.glow[y0:y1, x0:x1] = light
    thing = canvas.thing[y0:y1, x0:x1]
    thing[(thing == 0) & (light[..., 0] > 0)] = LANTERN


def _sign_disc(canvas: Canvas, centre_m: Float64Array, facing_rad: float, foot_m: Float64Array) -> None:
    """Paint a no-stopping sign: white, red ring, a black S struck through; grey from behind."""
    facing = np.array([np.cos(facing_rad), np.sin(facing_rad), 0.0])
    across = np.array([-facing[1], facing[0], 0.0])
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = np.outer(np.cos(turn), across) + np.outer(np.sin(turn), UP)
    if facing @ (canvas.camera.position_m - centre_m) < 0:
        _solid(canvas, centre_m + 0.32 * ring, (140, 142, 142), foot_m, facing)
        return
    _solid(canvas, centre_m + 0.32 * ring, (44, 36, 190), foot_m, facing)
    _solid(canvas, centre_m + 0.24 * ring, (228, 230, 230), foot_m, facing)
    curl = np.array([[0.1, 0.11], [-0.02, 0.16], [-0.1, 0.08], [0.1, -0.07], [0.02, -0.16], [-0.1, -0.11]])
    _line(canvas, centre_m + curl @ np.array([across, UP]), 0.055, (40, 40, 40), foot_m)
    slash = np.array([[-0.2, 0.2], [0.2, -0.2]])
    _line(canvas, centre_m + slash @ np.array([across, UP]), 0.06, (44, 36, 190), foot_m)


def signal_heads(mast: Mast) -> Float64Array:
    """Return the centres (N, 3) of the heads on a mast; all shine along `mast.facing_rad`."""
    arm = np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad), 0.0]) * mast.arm_m
    heads = [lifted(np.array(mast.position_m) + share * arm, height) for share, height in SIGNAL_HEADS_M]
    return np.array(heads)


def _housing(canvas: Canvas, centre_m: Float64Array, facing_rad: float, foot_m: Float64Array) -> None:
    across = np.array([-np.sin(facing_rad), np.cos(facing_rad), 0.0])
    for grow, colour in ((0.09, (210, 212, 212)), (0.0, (30, 30, 32))):
        half, tall = HEAD_M[0] / 2 + grow, HEAD_M[1] / 2 + grow
        corners = [(-half, tall), (half, tall), (half, -tall), (-half, -tall)]
        outline = centre_m + np.array([u * across + v * np.array(UP) for u, v in corners])
        _solid(canvas, outline, colour, foot_m, (np.cos(facing_rad), np.sin(facing_rad), 0.0))
