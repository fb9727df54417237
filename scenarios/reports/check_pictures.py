"""A picture of each view of a plan: what it would show, what it is there for, and what fails."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from scenarios.errors import InputError
from scenarios.planning.gates import GateRow, Verdict
from scenarios.planning.geometry_limits import head_m
from scenarios.planning.places import PLATE_M, Street
from scenarios.planning.view_check import ViewCheck, Watched, aimed_at_m, barred, good_plates, reasons
from scenarios.texts import Texts
from twin.cameras.optics import resized
from twin.cameras.plans import Purpose
from twin.cameras.sensing import approach_m
from twin.clock import from_local
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.truth import Scene, VehicleStates

WIDTH_PX = 800
GOOD, BAD, HIDDEN, LINE, AIM = (60, 200, 60), (40, 120, 250), (60, 60, 220), (255, 230, 60), (250, 250, 250)
PAPER, INK = (238, 244, 246), (54, 47, 43)
STRIP_PX, LINE_PX = 14, 20
FONT = cv2.FONT_HERSHEY_SIMPLEX
AT_NS = from_local(date(2026, 11, 26), time(16, 30))
CAR_M = (4.4, 1.7, 1.5)
EVERY = 2  # places of 5 m: a car each, one length of a car and a gap


def view_picture(one: Watched, street: Street, check: ViewCheck, texts: Texts, seed: Seed) -> UInt8Array:
    """Return the picture (H, W, 3) BGR: the street rendered, a row of parked cars, and what is judged."""
    height = round(WIDTH_PX * one.camera.height_px / one.camera.width_px)
    view = replace(one.view, size_px=(WIDTH_PX, height))
    scene = Scene(AT_NS, _parked(one))
    picture = np.array(TwinView(street.network, view, seed).frame(scene, 0).image_bgr)
    camera = resized(one.camera, (WIDTH_PX, height))
    hidden = one.lanes.select(barred(one, street, one.lanes))
    for at in _pixels(camera, hidden.points_m):
        cv2.drawMarker(picture, at, HIDDEN, cv2.MARKER_TILTED_CROSS, 7, 1, cv2.LINE_AA)
    good = good_plates(one, street)
    for at, well in zip(_pixels(camera, one.plates.points_m), good, strict=True):
        cv2.circle(picture, at, 4, GOOD if well else BAD, -1, cv2.LINE_AA)
        cv2.circle(picture, at, 4, INK, 1, cv2.LINE_AA)
    _draw_lines(picture, one, street.network, camera)
    (aim,) = _pixels(camera, aimed_at_m(one.view, street.network)[None])
    cv2.drawMarker(picture, aim, AIM, cv2.MARKER_CROSS, 17, 1, cv2.LINE_AA)
    return np.vstack((picture, _strip(check, good, texts)))


def write_picture(png: Path, picture: UInt8Array) -> None:
    """Write a picture as a PNG; raises InputError where the file cannot be written."""
    try:
        png.parent.mkdir(parents=True, exist_ok=True)
        png.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    except OSError as error:
        msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another folder"
        raise InputError(msg) from error


def _parked(one: Watched) -> VehicleStates:
    """Return a row of cars at the kerb that a view is there for."""
    if Purpose.KERB not in one.purposes or not len(one.kerb):
        return VehicleStates.none()
    feet = one.kerb.points_m[:, :] - np.array([0.0, 0.0, PLATE_M])
    n = len(feet)
    return VehicleStates(
        vehicle_id=np.arange(1, n + 1, dtype=np.int64),
        vehicle_class=np.full(n, VehicleClass.CAR, dtype=np.int8),
        position_m=feet,
        heading_rad=one.kerb.headings_rad,
        pitch_rad=np.zeros(n),
        speed_mps=np.zeros(n),
        size_m=np.tile(CAR_M, (n, 1)).astype(np.float64),
        colour_bgr=np.full((n, 3), 205, dtype=np.uint8),
        braking=np.zeros(n, dtype=np.bool_),
        at_kerb=np.ones(n, dtype=np.bool_),
        plates=tuple(f"KX {1000 + number} LX" for number in range(n)),
    )


def _pixels(camera: PinholeCamera, points_m: Float64Array) -> list[tuple[int, int]]:
    pixels, _ = camera.project(points_m)
    whole = np.clip(np.nan_to_num(pixels, nan=-9999.0), -9999, 9999).round().astype(int)
    return [(int(u), int(v)) for u, v in whole]


def _draw_lines(picture: UInt8Array, one: Watched, network: RoadNetwork, camera: PinholeCamera) -> None:
    """Mark the stop lines that are judged, their signal heads and their junctions."""
    for road in one.lines if Purpose.RED_LIGHT in one.purposes else ():
        ends = _pixels(camera, approach_m(network, road)[:2])
        cv2.line(picture, ends[0], ends[1], LINE, 2, cv2.LINE_AA)
        (head,) = _pixels(camera, head_m(network, road)[None])
        cv2.circle(picture, head, 9, LINE, 2, cv2.LINE_AA)
        (middle,) = _pixels(camera, np.array([network.junction_of[road.end].position_m]))
        cv2.drawMarker(picture, middle, LINE, cv2.MARKER_DIAMOND, 14, 2, cv2.LINE_AA)


def _strip(check: ViewCheck, good: BoolArray, texts: Texts) -> UInt8Array:
    """Return what is said below a picture: the verdict, and a line for each row that is not passed."""
    purposes = ", ".join(texts.text(f"purpose {purpose.value}") for purpose in check.purposes)
    lines = [
        f"{texts.text(check.verdict)}  {check.view}: {purposes}",
        texts.text(
            "{density} px/m at the aim, IEC 62676-4: {old} (2014), {new} (2024)",
            density=f"{check.density_px_per_m:.0f}",
            old=texts.text(check.classes[0]) or "-",
            new=texts.text(check.classes[1]) or "-",
        ),
    ]
    if len(good):
        lines.append(texts.text("plates read at {good} of {all} places", good=int(good.sum()), all=len(good)))
    lines += [said(row, texts) for row in reasons(check)]
    strip = np.full((2 * STRIP_PX + LINE_PX * len(lines), WIDTH_PX, 3), PAPER, dtype=np.uint8)
    colour = {Verdict.PASS: (70, 140, 40), Verdict.FAIL: (50, 50, 200)}.get(check.verdict, (40, 130, 200))
    for number, line in enumerate(lines):
        ink = colour if number == 0 else INK
        at = (STRIP_PX, STRIP_PX + LINE_PX * number + 12)
        cv2.putText(strip, line, at, FONT, 0.5, ink, 1 + (number == 0), cv2.LINE_AA)
    return strip


def said(row: GateRow, texts: Texts) -> str:
    """Return a row that is not passed in a few words."""
    note = f", {texts.text(row.note)}" if row.note else ""
    return f"{texts.text(row.criterion)} {row.found} ({row.limit}{note})"


def all_said(rows: Sequence[GateRow], texts: Texts) -> str:
    """Return the rows that are not passed in one line."""
    return "; ".join(said(row, texts) for row in rows)
