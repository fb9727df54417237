"""What stands still around one view, whoever looks at it and in whatever light."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.ground_survey import fit_ground, roads_near
from twin.environment.furniture import Furniture, Mast, MastKind, furnish
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.canvas import SHIFT, Canvas, Ground, fixed, noise_tile
from twin.rendering.ground_rows import TILE_ONE, TILE_PX
from twin.rendering.shading import SKYLINE
from twin.rendering.street import lay_street
from twin.rendering.sunlight import CastShadows
from twin.rendering.uprights import Standing

REACH_M = 220.0
OWN_LAMP = 0.35  # where that lantern hangs, as a share of the way to the aim


class Scenery:
    """What stands still around one view."""

    def __init__(self, network: RoadNetwork, camera: PinholeCamera, aim_m: Float64Array, seed: Seed) -> None:
        roads = roads_near(network, camera, REACH_M)
        self.patches = Ground(lay_street(network, roads, (camera.position_m[:2], REACH_M)))
        self.furniture: Furniture = furnish(
            network, roads, (camera.position_m, aim_m), seed.child("furniture")
        )
        self.standing = Standing(self.furniture)
        self.ground = fit_ground(network, camera)
        self.shadows = CastShadows(self.furniture, self.ground)
        self.tile = noise_tile(seed.generator("texture"))
        self.grain = np.clip(np.round(TILE_ONE * self.tile), -127, 127).astype(np.int8)
        lanterns = [lantern_m(mast) for mast in self.furniture.masts if mast.kind is MastKind.LAMP]
        # the camera hangs on a lamp post, as many do: its own lantern lights the ground before it
        self.lamps_m = np.array(
            [*lanterns, camera.position_m[:2] + OWN_LAMP * (aim_m - camera.position_m)[:2]]
        )


def lantern_m(mast: Mast) -> Float64Array:
    """Return where on the map (2,) a lamp hangs."""
    arm = mast.arm_m * np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad)])
    return np.asarray(np.array(mast.position_m[:2]) + arm, dtype=np.float64)


def skyline(canvas: Canvas, tile: Float32Array) -> None:
    """Raise hills and trees on the horizon, a degree or two high."""
    camera = canvas.camera
    rays = camera.rays(
        np.column_stack((np.arange(camera.width_px), np.full(camera.width_px, camera.centre_px[1])))
    )
    turn = np.mod(np.arctan2(rays[:, 1], rays[:, 0]) * 160, TILE_PX)
    swell = np.interp(turn, np.arange(TILE_PX), tile[7]) * 0.006
    trees = np.interp(np.mod(turn * 9, TILE_PX), np.arange(TILE_PX), tile[31]) * 0.0025
    rise = np.clip(0.022 + swell + trees, 0.004, 0.06)
    direction = rays[:, :2] / np.linalg.norm(rays[:, :2], axis=1, keepdims=True)
    far = 1200.0
    top = np.column_stack((camera.position_m[:2] + far * direction, camera.position_m[2] + far * rise))
    foot = top - [0.0, 0.0, 90.0]
    (above, _), (below, _) = camera.project(top), camera.project(foot)
    outline = np.vstack((above, below[::-1]))
    cv2.fillPoly(canvas.thing, [fixed(np.clip(outline, -20000, 20000))], SKYLINE, cv2.LINE_8, SHIFT)
