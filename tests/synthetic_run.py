"""A run that never ran: a street, two views, a few violations and their cases, all written by hand."""

from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import GroundPlane, LineSegment, Polygon
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.site import DailyWindow, NoParkingZone, SitePlan, StopLine
from scenarios.results import Attribution, RunResult, Scenario, ViewResult
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.clock import from_local, seconds
from twin.network.model import Control, Junction, Phase, Road, RoadNetwork, SignalPlan
from twin.traffic.demand import DemandSpec
from twin.truth import TrueViolation

DAY = date(2025, 11, 27)
ORIGIN = (116.85637, -1.26934)
ZONE = "beruang-madu"


def at(clock: str) -> int:
    """Return the timestamp of a WITA time of the day of the run."""
    return from_local(DAY, time.fromisoformat(clock))


def street() -> RoadNetwork:
    """A signed street of 300 m that ends at a signal, and a side street without a sign."""
    places = (("a", 0.0, Control.BOUNDARY), ("x", 300.0, Control.SIGNALS), ("b", 500.0, Control.BOUNDARY))
    return RoadNetwork(
        name="street",
        origin_lonlat=ORIGIN,
        epsg=32750,
        left_hand=True,
        junctions=tuple(Junction(name, (east, 0.0, 0.0), control) for name, east, control in places),
        roads=(
            Road(
                "ax",
                "Jl. MT Haryono",
                "a",
                "x",
                np.array([[0, 0, 0], [300, 0, 0.0]]),
                2,
                14,
                kerb_m=2,
                zone=ZONE,
            ),
            Road("xb", "Jl. Sepi", "x", "b", np.array([[300, 0, 0], [500, 0, 0.0]]), 2, 14),
        ),
        turns=(),
        signal_plans=(SignalPlan("x", (Phase(("ax",), 40.0),)),),
        attribution="written by hand for a test",
    )


def scenario(**changes: object) -> Scenario:
    """The scenario of the run."""
    usual = Scenario(
        name="beruang-madu",
        zone=ZONE,
        network="street",
        plan="two-views",
        day=DAY,
        start=time(15, 30),
        end=time(19, 15),
        short_start=time(15, 57),
        short_end=time(16, 7),
        warmup_s=600.0,
        phase="enforcement",
        detector="motion",
        demand=DemandSpec(),
        gates=(("kerb_parking", 0.9, 0.95), ("red_light", 0.9, 0.95)),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def site(view: str) -> SitePlan:
    """The place of a view: the kerb of x = 100..200 m, or the stop line at x = 290 m."""
    camera = PinholeCamera(640, 360, 500.0, np.array([80.0, 8.0, 8.0]), 0.0, 0.3)
    kerb = Polygon(np.array([[100, 3], [200, 3], [200, 6], [100, 6.0]]))
    junction = Polygon(np.array([[290, -8], [310, -8], [310, 8], [290, 8.0]]))
    line = StopLine("Jl. MT Haryono", "ax", LineSegment(290, 6, 290, -4), junction)
    ban = NoParkingZone(f"{ZONE}/ax", kerb, DailyWindow(16 * 3600, 19 * 3600))
    is_kerb = view == "kerb"
    return SitePlan(
        view,
        ORIGIN,
        camera,
        GroundPlane(),
        no_parking=(ban,) if is_kerb else (),
        stop_lines=() if is_kerb else (line,),
        simulated=True,
    )


def stand(
    vehicle: int, begins: str, ends: str | None, east_m: float = 150.0, place: str = "ax"
) -> TrueViolation:
    """A stand at the kerb."""
    closed = None if ends is None else at(ends)
    spot = (east_m, 4.5)
    kind = int(VehicleClass.CAR)
    return TrueViolation("kerb_parking", vehicle, kind, plate(vehicle), place, spot, at(begins), closed)


def crossing(vehicle: int, when: str, into_red_s: float = 2.0, north_m: float = 0.0) -> TrueViolation:
    """A crossing of the stop line on red."""
    spot, kind, now = (290.0, north_m), int(VehicleClass.MOTORCYCLE), at(when)
    return TrueViolation("red_light", vehicle, kind, plate(vehicle), "ax", spot, now, now, into_red_s)


def plate(vehicle: int) -> str:
    """The plate of a vehicle."""
    return f"KX {1000 + vehicle} LX"


@dataclass(frozen=True, slots=True)
class Accusation:
    """A case to be made: the act it states, when it was opened, whom it met and what it read."""

    rule: str
    vehicle: int | None
    offence: str
    opened: str
    plate: str | None = None
    states: tuple[str, ...] = ()


def case(number: int, accused: Accusation) -> Case:
    """Return the case of an accusation."""
    standing = accused.rule == "kerb_parking"
    case_id = f"{'kerb' if standing else 'line'}_{accused.rule.replace('_', '-')}_{number:04d}"
    opened_ns = at(accused.opened)
    states = ("captured", *(accused.states or (("accepted", "teguran") if standing else ())))
    history = tuple(
        CaseEvent(case_id, opened_ns + seconds(60 * row), CaseState(state), "violation")
        for row, state in enumerate(states)
    )
    return Case(
        case_id=case_id,
        enforcement=CaseTrack.STANDING if standing else CaseTrack.MOVING,
        rule=accused.rule,
        article="287(1)" if standing else "287(2)",
        view="kerb" if standing else "line",
        place=f"{ZONE}/ax" if standing else "Jl. MT Haryono",
        track_id=number,
        vehicle_class=VehicleClass.CAR if standing else VehicleClass.MOTORCYCLE,
        opened_ns=opened_ns,
        offence_ns=at(accused.offence),
        simulated=True,
        oracle=False,
        plate=PlateReading(accused.plate, 1.0, oracle=True) if accused.plate else None,
        extremum=60.0 if standing else 2.0,
        unit="s",
        history=history,
    )


def run(
    violations: tuple[TrueViolation, ...],
    accusations: tuple[Accusation, ...],
    *,
    out: Path = Path(),
    seed: int = 1,
    setting: Scenario | None = None,
    pictures: tuple[tuple[str, bytes], ...] = (),
) -> RunResult:
    """Return a run over the whole evening in which just this happened."""
    chosen = setting or scenario()
    cases = [case(number, accused) for number, accused in enumerate(accusations, start=1)]
    attributions = tuple(
        Attribution(one.case_id, accused.vehicle, 0.8 if accused.vehicle is not None else 0.0)
        for one, accused in zip(cases, accusations, strict=True)
    )
    views = tuple(_view(name, cases, attributions, pictures) for name in ("kerb", "line"))
    return RunResult(
        scenario=chosen,
        plan=plan(),
        network=street(),
        seed=seed,
        short=False,
        start_ns=at("15:30"),
        end_ns=at("19:15"),
        views=views,
        violations=violations,
        census=(("inserted", 5210), ("active", 207), ("finished", 5003), ("waiting", 0)),
        out=out,
        versions=(("bconnect-twin", "0.1.0"), ("numpy", "2.4.6")),
    )


def plan() -> CameraPlan:
    """The two cameras."""
    kerb = ViewSpec("kerb", "ax", 80.0, 8.0, 8.0, 150.0, 4.0, 1.0, 2.0)
    line = ViewSpec("line", "ax", 250.0, 8.0, 7.0, 290.0, 0.0, 1.0, 10.0)
    return CameraPlan("two-views", (kerb, line))


def _view(
    name: str,
    cases: list[Case],
    attributions: tuple[Attribution, ...],
    pictures: tuple[tuple[str, bytes], ...],
) -> ViewResult:
    mine = tuple(one for one in cases if one.view == name)
    ids = {one.case_id for one in mine}
    return ViewResult(
        view=name,
        site=site(name),
        detector="motion",
        oracle=False,
        frames=13500,
        cases=mine,
        events=tuple(event for one in mine for event in one.history),
        attributions=tuple(one for one in attributions if one.case_id in ids),
        pictures=pictures,
    )


def jpeg(text: str, size_px: tuple[int, int] = (640, 360)) -> bytes:
    """Return a picture with a text in it as JPEG."""
    picture = np.full((size_px[1], size_px[0], 3), (96, 88, 80), dtype=np.uint8)
    cv2.rectangle(
        picture, (size_px[0] // 3, size_px[1] // 3), (size_px[0] // 2, size_px[1] // 2), (60, 60, 200), -1
    )
    cv2.putText(picture, text, (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    _, data = cv2.imencode(".jpg", picture)
    return bytes(data.tobytes())


def write_evidence(result: RunResult) -> None:
    """Write the evidence pictures of every case below the run's folder."""
    for view in result.views:
        for one in view.cases:
            kinds = (
                ("context", "vehicle", "zoomed")
                if one.rule == "kerb_parking"
                else ("before-line", "in-junction")
            )
            folder = result.out / "evidence" / one.case_id
            folder.mkdir(parents=True, exist_ok=True)
            for kind in kinds:
                (folder / f"{kind}.jpg").write_bytes(jpeg(kind))


def evening(out: Path, seed: int = 1, setting: Scenario | None = None) -> RunResult:
    """Return an evening with every kind of case: right, missed, repeated, borderline, wrong, nobody."""
    stands = [
        stand(10 + n, f"{15 + n // 4}:{30 + (n * 17 + seed) % 29}", f"{16 + n // 4}:{31 + (n * 11) % 28}")
        for n in range(1, 15)
    ]
    reds = [crossing(40 + n, f"{16 + n // 5}:{10 + (n * 7) % 40}:20", 0.5 + n % 3) for n in range(9)]
    reds.append(crossing(60, "17:33:10", 0.1))
    warned = ("accepted", "teguran")
    ladder = ((*warned, "closed"), (*warned, "stiker", "closed"), (*warned, "stiker", "penderekan"))
    found = [
        Accusation(
            "kerb_parking",
            one.vehicle_id,
            _clock(max(one.opened_ns, at("16:00"))),
            _clock(max(one.opened_ns, at("16:00")) + seconds(61 + row)),
            one.plate,
            ladder[row % 3],
        )
        for row, one in enumerate(stands)
        if row != 4 + seed % 3 and (one.closed_ns or 0) > at("16:02") and one.opened_ns < at("18:58")
    ]
    found += [
        Accusation(
            "red_light", one.vehicle_id, _clock(one.opened_ns), _clock(one.opened_ns + seconds(1)), one.plate
        )
        for one in reds[:8]
    ]
    found.append(Accusation("red_light", None if seed % 2 else 99, "18:20", "18:20:01"))
    result = run(
        (*stands, *reds),
        tuple(found),
        out=out,
        seed=seed,
        setting=setting,
        pictures=((str(at("17:00")), jpeg("view")),),
    )
    write_evidence(result)
    return result


def _clock(timestamp_ns: int) -> str:
    second = (timestamp_ns - at("00:00")) // seconds(1)
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
