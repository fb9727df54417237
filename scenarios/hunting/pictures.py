"""The worst scenes of a hunt as somebody would want to see them: rendered, with what the engine believed."""

import math

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.signals import Aspect
from scenarios.hunting.scenes import Judged, Scene
from scenarios.hunting.street import Street
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.truth import Scene as TrueScene
from twin.truth import VehicleStates

SIZES_M = ((1.9, 0.75, 1.6), (4.3, 1.75, 1.5), (11.0, 2.5, 3.1), (7.5, 2.3, 2.9))
COLOURS_BGR = ((60, 60, 200), (200, 160, 60), (70, 160, 70))
TRUE_BGR, BELIEVED_BGR, WHITE_BGR = (90, 220, 90), (40, 60, 255), (255, 255, 255)
FRAMES = 4
LEAST_SPEED_MPS = 0.5  # of a heading that speed tells


def sheet(street: Street, scene: Scene, said: Judged) -> UInt8Array:
    """Return FRAMES pictures of a scene side by side (two rows), from the first verdict's beginning on.

    Green rings are where vehicles truly stand, red ones where the engine takes them to be.
    """
    view = TwinView(street.network, street.view, Seed(0).child("view", street.view.name))
    shots = [_shot(view, scene, said, row) for row in _moments(scene, said)]
    rows = [np.hstack(shots[at : at + 2]) for at in range(0, len(shots), 2)]
    return np.asarray(np.vstack(rows), dtype=np.uint8)


def _moments(scene: Scene, said: Judged) -> list[int]:
    """Return the frames to show: from when the conduct is said to begin to when that is proved."""
    stamps = scene.stamps_ns
    named = [one for one in said.verdicts if one.plate and one.plate.text in said.accused] or said.verdicts
    if named:
        first, last = named[0].opened_ns, max(one.updated_ns for one in named)
    else:
        rows = np.flatnonzero(scene.seen[0])
        first, last = int(stamps[rows[0]]), int(stamps[rows[-1]])
    at = np.linspace(first, last, FRAMES)
    return [int(np.abs(stamps - moment).argmin()) for moment in at]


def _shot(view: TwinView, scene: Scene, said: Judged, row: int) -> UInt8Array:
    image = view.frame(_true(scene, row), row).image_bgr.copy()
    for number, actor in enumerate(scene.actors):
        if not scene.seen[number, row]:
            continue
        for at_m, colour in ((actor.at_m[row], TRUE_BGR), (said.believed_m[number, row], BELIEVED_BGR)):
            pixels, depth = scene.camera.project(scene.site.ground.lift(at_m[None]))
            if depth[0] > 1.0:
                middle = (round(float(pixels[0, 0])), round(float(pixels[0, 1])))
                cv2.circle(image, middle, 6, colour, 2, cv2.LINE_AA)
    if scene.signals:
        told = ", ".join(f"{one.group}: {one.aspect.value}" for one in scene.signals[row].states)
        cv2.putText(image, told, (10, 340), cv2.FONT_HERSHEY_SIMPLEX, 0.45, WHITE_BGR, 1, cv2.LINE_AA)
    seconds = f"{scene.times_s[row]:.1f} s"
    cv2.putText(image, seconds, (560, 340), cv2.FONT_HERSHEY_SIMPLEX, 0.5, WHITE_BGR, 1, cv2.LINE_AA)
    return np.asarray(image, dtype=np.uint8)


def _true(scene: Scene, row: int) -> TrueScene:
    """Return what truly stands there at an instant, as the renderer wants it."""
    shown = [number for number in range(len(scene.actors)) if scene.seen[number, row]]
    aspects = tuple((one.group, one.aspect) for one in scene.signals[row].states) if scene.signals else ()
    known = tuple(pair for pair in aspects if pair[1] is not Aspect.UNKNOWN)
    stamp_ns = int(scene.stamps_ns[row])
    if not shown:
        return TrueScene(stamp_ns, VehicleStates.none(), known)
    actors = [scene.actors[number] for number in shown]
    kinds = np.array([int(actor.kind) for actor in actors], dtype=np.int8)
    at_m = np.stack([actor.at_m[row] for actor in actors])
    n = len(actors)
    states = VehicleStates(
        vehicle_id=np.array(shown, dtype=np.int64) + 1,
        vehicle_class=kinds,
        position_m=scene.site.ground.lift(at_m),
        heading_rad=np.array([_heading_rad(actor.speed_mps, row) for actor in actors]),
        pitch_rad=np.zeros(n),
        speed_mps=np.array([float(np.hypot(*actor.speed_mps[row])) for actor in actors]),
        size_m=np.array([SIZES_M[int(kind)] for kind in kinds]),
        colour_bgr=np.array([COLOURS_BGR[number % 3] for number in shown], dtype=np.uint8),
        braking=np.zeros(n, dtype=np.bool_),
        at_kerb=np.zeros(n, dtype=np.bool_),
        plates=tuple(actor.plate for actor in actors),
    )
    return TrueScene(stamp_ns, states, known)


def _heading_rad(speed_mps: np.ndarray, row: int) -> float:
    """Return where a vehicle is turned: as it went when it last moved, else as it will."""
    moves = np.flatnonzero(np.hypot(*speed_mps.T) > LEAST_SPEED_MPS)
    before = moves[moves <= row]
    if not len(moves):
        return 0.0
    at = before[-1] if len(before) else moves[0]
    return math.atan2(float(speed_mps[at, 1]), float(speed_mps[at, 0]))
