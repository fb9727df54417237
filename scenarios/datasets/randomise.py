"""Domain randomisation: pictures of the twin that no two cameras, days or fleets have in common.

What a net should not learn is varied beyond what is real (Tobin et al. 2017, arXiv 1703.06907; Tremblay
et al. 2018, arXiv 1804.06516): pose and lens of the camera, hour, weather, exposure, colour balance, noise,
blur, colours and sizes of vehicles, textures and furniture of the street, things that are no vehicles. Boxes
stay exact: vehicles are varied before they are drawn, the street behind them where no vehicle shows. Each
draw belongs to (seed, camera, picture): the same again for the same seed.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.plans import ViewSpec
from twin.environment.weather import Sky, Weather
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.fleet import in_place
from twin.rendering.truth_boxes import in_frame
from twin.truth import VehicleStates

HOURS = (6.2, 20.5)  # dawn to night
WEATHER_SHARES = (0.5, 0.3, 0.2)  # clear, rain, haze [?]
MIX_SPREAD = 0.6  # of the logarithm of the share of each class
SIZE_SPREAD = 0.06  # of each length of a vehicle
HEIGHT_SPREAD, HEIGHTS_M = 0.35, (2.8, 18.0)  # of the logarithm of a camera's height, and its bounds
FINISH = 0.08  # mean strength of textures on vehicles: dirt, stickers, what paint mirrors
MOST_THINGS = 12
UNLIKE = 10  # grey levels by which a vehicle differs from the street behind it
OUTLINE_PX = 2  # around a vehicle, where its edge is blended with the street


@dataclass(frozen=True, slots=True)
class CameraLook:
    """What one picture's camera makes of light.

    Gains by colour, gamma, contrast about the middle, noise (grey levels), blur (px), quality of its JPEG.
    """

    gain_bgr: tuple[float, float, float]
    gamma: float
    contrast: float
    noise_sigma: float
    blur_px: float
    quality: int


def random_look(draw: np.random.Generator) -> CameraLook:
    """Return a camera's rendering of light, from good to poor."""
    balance = np.exp(draw.normal(0.0, 0.08, 3)) * math.exp(draw.normal(0.0, 0.18))
    blue, green, red = balance.tolist()
    return CameraLook(
        (blue, green, red),
        math.exp(float(draw.normal(0.0, 0.22))),
        math.exp(float(draw.normal(0.12, 0.2))),
        float(draw.exponential(3.0)),
        float(draw.uniform(0.0, 1.3)),
        int(draw.integers(30, 96)),
    )


def random_pose(network: RoadNetwork, view: ViewSpec, draw: np.random.Generator) -> ViewSpec:
    """Return the camera moved, turned and with another lens, still by its road, towards what it watched."""
    aimed = network.road_of[view.aimed_road]
    return replace(
        view,
        height_m=float(np.clip(view.height_m * math.exp(draw.normal(-0.1, HEIGHT_SPREAD)), *HEIGHTS_M)),
        offset_m=view.offset_m + float(draw.uniform(-0.5, 1.5)),
        aim_along_m=float(np.clip(view.aim_along_m + draw.normal(0.0, 6.0), 0.0, aimed.length_m)),
        aim_offset_m=view.aim_offset_m + float(draw.normal(0.0, 2.0)),
        hfov_rad=float(np.clip(view.hfov_rad * math.exp(draw.normal(0.0, 0.15)), 0.35, 1.75)),
    )


def random_mix(
    mix: tuple[float, float, float, float], draw: np.random.Generator
) -> tuple[float, float, float, float]:
    """Return other shares of the classes; they add up to 1."""
    shares = np.maximum(mix, 0.03) * np.exp(draw.normal(0.0, MIX_SPREAD, 4))
    a, b, c, d = (shares / shares.sum()).tolist()
    return a, b, c, 1.0 - a - b - c if d else 0.0


def random_hours(seed: Seed, count: int) -> tuple[float, ...]:
    """Return so many hours of the day in order, one from each part of it."""
    share = (np.arange(count) + seed.generator("hours").random(count)) / count
    return tuple(float(hour) for hour in HOURS[0] + share * (HOURS[1] - HOURS[0]))


def random_weather(draw: np.random.Generator) -> Weather:
    """Return the weather of a camera: clear half of the time, else rain or haze of any strength."""
    sky = tuple(Sky)[int(draw.choice(len(WEATHER_SHARES), p=WEATHER_SHARES))]
    return Weather(sky, float(draw.uniform()))


def random_fleet(vehicles: VehicleStates, seed: Seed) -> VehicleStates:
    """Return the vehicles in other paint and of slightly other sizes, each the same in every picture."""
    draws = [seed.generator("fleet", one) for one in vehicles.vehicle_id.tolist()]
    scale = np.array([np.exp(draw.normal(0.0, SIZE_SPREAD, 3)) for draw in draws]).reshape(-1, 3)
    hue = np.array([(draw.uniform(0, 180), 255 * draw.beta(1, 1.6), draw.uniform(20, 250)) for draw in draws])
    paint = np.clip(hue, 0, 255).astype(np.uint8).reshape(-1, 1, 3)
    colour = cv2.cvtColor(paint, cv2.COLOR_HSV2BGR).reshape(-1, 3) if draws else vehicles.colour_bgr
    return replace(vehicles, size_m=vehicles.size_m * scale, colour_bgr=colour)


def vehicle_mask(camera: PinholeCamera, vehicles: VehicleStates) -> BoolArray:
    """Return (H, W) where the outlines of the vehicles are, whether or not something hides them."""
    mask = np.zeros((camera.height_px, camera.width_px), dtype=np.uint8)
    for _, _, points in in_place(in_frame(camera, vehicles)):
        flat, _ = camera.project(points.reshape(-1, 3))
        for pixels in flat.reshape(*points.shape[:2], 2):
            hull = cv2.convexHull(np.round(pixels).astype(np.int32))
            cv2.fillConvexPoly(mask, hull, 1)
    return mask > 0


def varied(
    picture: UInt8Array,
    street: UInt8Array,
    vehicles: BoolArray,
    draw: np.random.Generator,
    backdrop: Float64Array | None = None,
) -> UInt8Array:
    """Return a picture with another street behind its vehicles, as some other camera would show it.

    A `backdrop` (H, W, 3) is what stands there in place of the street in other colours.
    """
    behind = retextured(street, draw) if backdrop is None else backdrop
    return photographed(restreeted(picture, street, vehicles, behind, draw), random_look(draw), draw)


def restreeted(
    picture: UInt8Array,
    street: UInt8Array,
    vehicles: BoolArray,
    other: Float64Array,
    draw: np.random.Generator,
) -> UInt8Array:
    """Return the picture with another street, and things in it, behind its vehicles.

    `street` is the same picture without vehicles, `vehicles` (H, W) where they may show, `other` (H, W, 3)
    what is to be there. Outside of vehicles the picture keeps its ratio to the street, and so its shadows
    and beams.
    """
    other = with_things(other, draw)
    ratio = (picture.astype(np.float32) + 4.0) / (street.astype(np.float32) + 4.0)
    behind = np.clip(other * ratio, 0, 255)
    differs = np.abs(picture.astype(np.int16) - street).max(axis=2) > UNLIKE
    shows = (differs & vehicles).astype(np.uint8)
    kept = cv2.morphologyEx(shows, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    inside = cv2.erode(vehicles.astype(np.uint8), np.ones((7, 7), np.uint8))
    kept = np.maximum(kept, inside)  # dark paint on a dark street
    share = cv2.GaussianBlur(kept.astype(np.float32), (0, 0), OUTLINE_PX / 2)[..., None]
    shown = share * np.clip(finished(picture, draw), 0, 255) + (1.0 - share) * behind
    return np.asarray(shown, dtype=np.float32).round().astype(np.uint8)


def finished(picture: UInt8Array, draw: np.random.Generator) -> Float64Array:
    """Return the picture (H, W, 3) with a texture on all of it, as paint and glass have."""
    grain_px = float(draw.choice([1.5, 3.0, 8.0, 20.0]))
    texture = _texture((picture.shape[0], picture.shape[1]), grain_px, draw)
    return np.asarray(picture * (1.0 + float(draw.exponential(FINISH)) * texture[..., None]))


def retextured(street: UInt8Array, draw: np.random.Generator) -> Float64Array:
    """Return a street (H, W, 3) of other colours and textures: each of its shades gets its own."""
    height, width = street.shape[:2]
    shades = _shades(street, int(draw.integers(4, 8)))
    found = street.astype(np.float64)
    for shade in range(int(shades.max()) + 1):
        tint = np.exp(draw.normal(0.0, 0.22, 3))
        strength = float(draw.exponential(0.12))
        texture = _texture((height, width), float(draw.choice([1.0, 2.5, 6.0, 16.0, 40.0])), draw)
        where = (shades == shade)[..., None]
        found = np.where(where, found * tint * (1.0 + strength * texture[..., None]), found)
    return np.asarray(np.clip(found, 0, 255), dtype=np.float64)


def _shades(street: UInt8Array, count: int) -> np.ndarray:
    """Return (H, W) the number of the shade of each pixel: even shares by brightness of a softened street."""
    grey = cv2.GaussianBlur(cv2.cvtColor(street, cv2.COLOR_BGR2GRAY), (0, 0), 3)
    bounds = np.quantile(grey, np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(bounds, grey)


def _texture(size: tuple[int, int], grain_px: float, draw: np.random.Generator) -> Float64Array:
    """Return noise (H, W) of unit deviation whose grains are so large."""
    rows, columns = (max(2, round(side / grain_px)) for side in size)
    coarse = draw.normal(0.0, 1.0, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.float64)


def with_things(street: Float64Array, draw: np.random.Generator) -> Float64Array:
    """Return the street with things in it that are no vehicles: flat polygons, rounds, poles."""
    height, width = street.shape[:2]
    canvas = street.astype(np.float32)
    for _ in range(int(draw.integers(0, MOST_THINGS + 1))):
        middle = draw.uniform((0, 0.2 * height), (width, height))
        size = float(draw.uniform(3, 0.12 * width)) * (0.3 + 0.7 * middle[1] / height)
        colour = draw.uniform(0, 255, 3).tolist()
        kind = int(draw.integers(3))
        if kind == 0:
            turns = np.sort(draw.uniform(0, 2 * np.pi, int(draw.integers(3, 8))))
            around = middle + size * 0.5 * np.column_stack((np.cos(turns), np.sin(turns)))
            cv2.fillPoly(canvas, [np.round(around).astype(np.int32)], colour, cv2.LINE_AA)
        elif kind == 1:
            axes = (max(1, round(size * 0.4)), max(1, round(size * float(draw.uniform(0.2, 0.6)))))
            spot = tuple(np.round(middle).astype(int).tolist())
            cv2.ellipse(canvas, spot, axes, float(draw.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        else:
            top = np.round(middle - [float(draw.normal(0, 2)), 2.5 * size]).astype(int).tolist()
            thick = max(1, round(size * 0.08))
            cv2.line(canvas, np.round(middle).astype(int).tolist(), top, colour, thick, cv2.LINE_AA)
    return canvas.astype(np.float64)


def photographed(picture: UInt8Array, look: CameraLook, draw: np.random.Generator) -> UInt8Array:
    """Return what that camera makes of a picture."""
    soft = picture if look.blur_px < 0.3 else cv2.GaussianBlur(picture, (0, 0), look.blur_px)
    bright = 255.0 * (np.clip(soft / 255.0 * look.gain_bgr, 0.0, 1.0) ** look.gamma)
    bright = (bright - 127.5) * look.contrast + 127.5
    grain = draw.normal(0.0, look.noise_sigma, picture.shape)
    shown = np.asarray(np.clip(np.round(bright + grain), 0, 255), dtype=np.uint8)
    done, jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, look.quality])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), dtype=np.uint8) if done else shown
