"""Cases that the engine never opened: mistakes for an officer to find in the evidence."""

from dataclasses import dataclass

import numpy as np

from detectors.cases.evidence import cropped, outlined, zoom_to_fill
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack, EvidencePicture, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect
from detectors.datatypes.steps import SnapshotRequest
from scenarios.trainer.session import Session
from twin.truth import Scene

LEAST_PX, LEAST_VISIBLE = 34.0, 0.85
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A case with its pictures, and what is wrong with it (a code)."""

    case: Case
    pictures: tuple[EvidencePicture, ...]
    wrong: str


def before_the_ban(session: Session, number: int) -> Planted | None:
    """Return a kerb case from before the hours of the ban: the clock in the picture says so."""
    kerb = next(iter(session.views))
    found = _standing(session, kerb)
    if found is None:
        return None
    return _planted(session, kerb, found, "kerb_parking", number, "outside-hours")


def on_green(session: Session, number: int) -> Planted | None:
    """Return a red-light case of somebody who drives while the signal in the picture is green."""
    _, signal = session.views
    scene = session.scenes.get(signal)
    road = session.views[signal].aim_road or session.views[signal].road
    if scene is None or dict(scene.aspects).get(road) is not Aspect.GREEN:
        return None
    found = _moving(session, signal)
    return None if found is None else _planted(session, signal, found, "red_light", number, "green-light")


def of_another(session: Session, number: int) -> Planted | None:
    """Return a red-light case whose close pictures show another vehicle than the outlined one."""
    _, signal = session.views
    boxes = _large(session, signal)
    if len(boxes) < 2:
        return None
    one, other = boxes[0], boxes[-1]
    made = _planted(session, signal, one, "red_light", number, "other-vehicle")
    swapped = _pictures(session, signal, other, made.case)[1:]
    return Planted(made.case, (made.pictures[0], *swapped), made.wrong)


def _planted(
    session: Session, view: str, found: tuple[int, Box], rule: str, number: int, wrong: str
) -> Planted:
    kind, _ = found
    case_id = f"{view}_planted_{number:04d}"
    moving = rule == "red_light"
    now_ns = session.looks[view].timestamp_ns
    first = CaseEvent(case_id, now_ns, CaseState.CAPTURED, "violation")
    case = Case(
        case_id=case_id,
        enforcement=CaseTrack.MOVING if moving else CaseTrack.STANDING,
        rule=rule,
        article="287(2)" if moving else "287(1)",
        view=view,
        place=session.views[view].aim_road or session.views[view].road,
        track_id=-number,  # of no track: each is a violation of its own
        vehicle_class=VehicleClass(kind),
        opened_ns=now_ns,
        offence_ns=now_ns,
        simulated=True,
        oracle=False,
        plate=None,
        extremum=0.0,
        unit="s",
        history=(first,),
    )
    return Planted(case, _pictures(session, view, found, case), wrong)


def _pictures(session: Session, view: str, found: tuple[int, Box], case: Case) -> tuple[EvidencePicture, ...]:
    look, (_, box) = session.looks[view], found
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    zoom = zoom_to_fill((look.bare.shape[1], look.bare.shape[0]), box)
    request = SnapshotRequest("planted", case.case_id, middle, zoom, look.timestamp_ns)
    close = session.work[view].view.snapshot(session.scenes[view], request).image_bgr
    images: tuple[tuple[PictureKind, UInt8Array], ...] = (
        (PictureKind.CONTEXT, outlined(look.bare, box)),
        (PictureKind.VEHICLE, cropped(look.bare, box)),
        (PictureKind.ZOOMED, close),
    )
    return tuple(
        EvidencePicture(case.case_id, kind, look.timestamp_ns, image, simulated=True)
        for kind, image in images
    )


def _large(session: Session, view: str, rows: np.ndarray | None = None) -> list[tuple[int, Box]]:
    """Return (class, box) of the vehicles that show well, the largest first; `rows` of the scene or all."""
    scene = session.scenes[view]
    chosen = scene if rows is None else Scene(scene.timestamp_ns, scene.vehicles.select(rows), scene.aspects)
    truth = session.work[view].view.truth(chosen)
    boxes = truth.boxes_px
    good = (boxes[:, 3] - boxes[:, 1] >= LEAST_PX) & (truth.visible >= LEAST_VISIBLE)
    order = [row for row in np.argsort(boxes[:, 1] - boxes[:, 3], kind="stable") if good[row]]
    return [(int(truth.vehicle_class[row]), _box(boxes[row])) for row in order]


def _box(row: np.ndarray) -> Box:
    x0, y0, x1, y1 = (float(value) for value in row)
    return x0, y0, x1, y1


def _standing(session: Session, view: str) -> tuple[int, Box] | None:
    if view not in session.scenes:
        return None
    return next(iter(_large(session, view, session.scenes[view].vehicles.at_kerb)), None)


def _moving(session: Session, view: str) -> tuple[int, Box] | None:
    return next(iter(_large(session, view, session.scenes[view].vehicles.speed_mps > 3.0)), None)
