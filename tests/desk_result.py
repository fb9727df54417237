"""A result as `validate --desk` leaves it, written by hand: cases that wait, their evidence, the truth."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from detectors.archive.store import CaseStore
from detectors.cases.evidence import Box, box_in_crop, cropped, outlined
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import Case, CaseState, CaseTrack, EvidencePicture, PictureKind
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement, Instruments
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading
from scenarios.reports.schema import document
from scenarios.results import Attribution, RunResult, ViewResult
from scenarios.score import pooled, score
from tests.synthetic_run import DAY, Accusation, crossing, plate, run, stand
from twin.clock import DAY_NS, to_local

TODAY = date(2026, 1, 12)  # towing is in force
LATER_NS = (TODAY - DAY).days * DAY_NS
NAMES = {"kerb": "kerb-1-utara", "line": "simpang-beller"}
OWN: Box = (220.0, 150.0, 320.0, 230.0)
NEIGHBOUR: Box = (400.0, 160.0, 480.0, 220.0)
BY = Instruments("bconnect-twin 0.1.0", "oracle", "", "5f" * 32)
STANDS, REDS = 6, 4


def desk_result(out: Path) -> RunResult:
    """Write a result to `out`: six stands and four crossings, the last of each by who did nothing."""
    out.mkdir(parents=True, exist_ok=True)
    stands = tuple(stand(10 + n, "15:50", f"17:{10 + n}", 120.0 + 10 * n) for n in range(STANDS - 1))
    reds = tuple(crossing(40 + n, f"16:{10 + n}:20") for n in range(REDS - 1))
    found = [
        Accusation("kerb_parking", one.vehicle_id, "16:00:00", "16:01:00", plate(one.vehicle_id))
        for one in stands
    ]
    found.append(Accusation("kerb_parking", 30, "16:20:00", "16:21:00", plate(30)))
    found += [
        Accusation("red_light", one.vehicle_id, f"16:{10 + n}:20", f"16:{10 + n}:21", plate(one.vehicle_id))
        for n, one in enumerate(reds)
    ]
    found.append(Accusation("red_light", 60, "16:40:00", "16:40:01", plate(60)))
    result = _on_the_day(run((*stands, *reds), tuple(found), out=out))
    with CaseStore(out) as store:
        for view in result.views:
            for case in view.cases:
                _keep(store, case)
    (out / "run").mkdir(exist_ok=True)
    for view in result.views:
        lines = "".join(_log_line(case) + "\n" for case in view.cases)
        (out / "run" / f"{view.view}.jsonl").write_text(lines, encoding="utf-8")
    _write_report(result)
    return result


def _write_report(result: RunResult) -> None:
    """Write report.json alone: a page with its plots takes seconds that nothing here looks at."""
    scored = score(result)
    told = document((result,), (scored,), pooled((scored,)), ())
    (result.out / "report.json").write_text(json.dumps(told), encoding="utf-8")


def _on_the_day(result: RunResult) -> RunResult:
    """Return the run moved to TODAY, with the cases named as the engine names them, none reviewed."""
    violations = tuple(
        replace(
            one,
            opened_ns=one.opened_ns + LATER_NS,
            closed_ns=None if one.closed_ns is None else one.closed_ns + LATER_NS,
        )
        for one in result.violations
    )
    return replace(
        result,
        scenario=replace(result.scenario, day=TODAY, detector="oracle"),
        start_ns=result.start_ns + LATER_NS,
        end_ns=result.end_ns + LATER_NS,
        violations=violations,
        views=tuple(_renamed(view) for view in result.views),
        stand_in=False,
    )


def _renamed(view: ViewResult) -> ViewResult:
    name = NAMES[view.view]
    cases = tuple(_captured(case, name, number) for number, case in enumerate(view.cases, start=1))
    attributions = tuple(
        Attribution(case.case_id, one.vehicle_id, one.iou)
        for case, one in zip(cases, view.attributions, strict=True)
    )
    return replace(view, view=name, cases=cases, attributions=attributions, events=())


def _captured(case: Case, view: str, number: int) -> Case:
    opened_ns = case.opened_ns + LATER_NS
    rule = case.rule.replace("_", "-")
    case_id = f"{view}_{rule}_{to_local(opened_ns):%Y%m%dT%H%M%S}_{number:04d}"
    first = replace(case.history[0], case_id=case_id, timestamp_ns=opened_ns, state=CaseState.CAPTURED)
    return replace(
        case,
        case_id=case_id,
        view=view,
        opened_ns=opened_ns,
        offence_ns=case.offence_ns + LATER_NS,
        plate=PlateReading(case.plate.text, 0.97) if case.plate else None,
        history=(first,),
    )


def street_picture(case: Case) -> UInt8Array:
    """Return the view (360, 640, 3) without an outline: the vehicle of a case and a neighbour."""
    seed = case.track_id * 37 % 200
    picture = np.full((360, 640, 3), (96, 88, 80), dtype=np.uint8)
    picture[240:] = (70, 70, 74)
    for box, colour in ((OWN, (60, seed, 200)), (NEIGHBOUR, (180, 120, seed))):
        x0, y0, x1, y1 = (int(edge) for edge in box)
        cv2.rectangle(picture, (x0 + 4, y0 + 4), (x1 - 4, y1 - 4), colour, -1)
    return picture


def plate_picture(text: str) -> UInt8Array:
    """Return a close picture (90, 240, 3) of a plate."""
    picture = np.full((90, 240, 3), 235, dtype=np.uint8)
    cv2.putText(picture, text, (8, 56), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (20, 20, 20), 2, cv2.LINE_AA)
    return picture


def _keep(store: CaseStore, case: Case) -> None:
    store.put(case)
    measured = (case.extremum, case.unit, 2.0, BY)
    store.attest(EvidenceStatement(case.case_id, case.opened_ns, *measured, simulated=True))
    street = street_picture(case)
    times = (case.opened_ns - NS_PER_S, case.opened_ns)
    store.attach_clip(
        EvidenceClip(case.case_id, times, (street, street), True, (OWN, OWN), ((NEIGHBOUR,),) * 2)
    )
    full = (
        (PictureKind.CONTEXT,)
        if case.enforcement is CaseTrack.STANDING
        else (PictureKind.BEFORE_LINE, PictureKind.IN_JUNCTION)
    )
    close = cropped(street, OWN)
    shown: list[tuple[PictureKind, UInt8Array, Box]] = [
        (PictureKind.VEHICLE, close, box_in_crop(street, OWN)),
        *((kind, outlined(street, OWN), OWN) for kind in full),
    ]
    if case.plate is not None:
        shown.append((PictureKind.PLATE, plate_picture(case.plate.text), (6.0, 30.0, 234.0, 64.0)))
    for kind, image, box in shown:
        store.attach(EvidencePicture(case.case_id, kind, case.opened_ns, image, True, box))


def _log_line(case: Case) -> str:
    tracks = [
        {
            "id": number,
            "box": list(box),
            "class": "car",
            "at": [0, 0],
            "v": [0, 0],
            "plate": None,
            "seen": True,
        }
        for number, box in ((case.track_id, OWN), (case.track_id + 500, NEIGHBOUR))
    ]
    verdict = {
        "rule": case.rule, "place": case.place, "track": case.track_id, "kind": "violation",
        "phase": "opened", "opened_ns": case.offence_ns, "extremum": case.extremum, "unit": "s",
        "reason": None,
    }  # fmt: skip
    record = {
        "view": case.view, "index": 0, "timestamp_ns": case.opened_ns, "detections": 2, "oracle": True,
        "tracks": tracks, "verdicts": [verdict], "events": [], "requests": [], "plates": [],
    }  # fmt: skip
    return json.dumps(record, sort_keys=True, separators=(",", ":"))
