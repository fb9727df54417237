"""Builders for the tests of enforcement: cases in any state, facts under which every step may be taken."""

from dataclasses import replace

from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.needs import Facts
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading
from tests.judgement import at

OPENED_NS = at(17)  # 12 January 2026
DAY_NS = 86_400 * 10**9
OWN = PlateReading("KX 1234 LX", 0.97)
ALL_KNOWN = Facts(standing=True, driver_present=True, police_in_crew=True, picture_sealed=True)


def case_in(
    *states: CaseState, track: CaseTrack = CaseTrack.STANDING, plate: PlateReading | None = OWN
) -> Case:
    """Return a case that went through states, a minute apart."""
    history = tuple(
        CaseEvent("c", OPENED_NS + row * 60 * 10**9, state, "test") for row, state in enumerate(states)
    )
    standing = track is CaseTrack.STANDING
    return Case(
        "c", track, "kerb_parking" if standing else "red_light", "287(1)" if standing else "287(2)", "v",
        "strip", 1, VehicleClass.CAR, OPENED_NS, OPENED_NS, simulated=True, oracle=False, plate=plate,
        extremum=60.0, unit="s", history=history,
    )  # fmt: skip


def deed(step: CaseStep, by: Actor, *, days: float = 1.0, ground: str = "test") -> Deed:
    """Return a deed so many days after the case was opened."""
    return Deed(step, by, OPENED_NS + round(days * DAY_NS), ground)


def without_plate(case: Case) -> Case:
    """Return the case with its plate unreadable."""
    return replace(case, plate=None)
