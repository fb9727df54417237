"""The reference replays: each is a text, the same on every machine but for the last digit of a number."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from detectors.archive.memory import ListDocket
from detectors.cases.policy import Phase, Policy
from detectors.datatypes.cases import Case, EvidencePicture
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.tracks import Track
from detectors.engine import ViewEngine
from detectors.violations.registry import rules_for
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, NIGHT_NS, scene, street
from tests.golden.street_play import PLAYS, watch
from tests.judgement import (
    Place,
    ScriptedControl,
    ScriptedDetector,
    ScriptedSignals,
    ScriptedTracker,
    at,
    cruises,
    frame,
    lights,
    site,
    stands,
    track,
)
from tests.traffic_networks import cross
from twin.clock import to_local
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation
from twin.truth import VehicleStates

CELLS = (16, 9)
LOG_EVERY = 5  # records, beside those with news


@dataclass(frozen=True, slots=True)
class Replay:
    """How a reference text is made; `slack` is by how many units a last decimal may differ."""

    text: Callable[[], str]
    slack: int = 1


def clock(timestamp_ns: int) -> str:
    """Return the local time of day to the hundredth of a second."""
    return to_local(timestamp_ns).strftime("%H:%M:%S.%f")[:-4]


def number(value: float, digits: int = 1) -> str:
    """Return a rounded number, never a negative zero."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}"


def traffic() -> str:
    """A signalised crossing with kerb stops: who is where at three instants, and what they did."""
    network = cross(150.0, stop_rate=2.0, kerb_m=2.0)
    start_ns = at(17)
    demand = DemandSpec(red_running=(0.3, 0.2, 0.2, 0.2), scale=0.7)
    simulation = TrafficSimulation(network, demand, Seed(1), start_ns)
    lines = []
    for second in (20, 60, 120):
        simulation.advance(start_ns + second * NS_PER_S)
        census = simulation.census()
        lines.append(
            f"{clock(simulation.now_ns)} came in {census.inserted}, here {census.active}, "
            f"left {census.finished}, waiting {census.waiting}"
        )
        lines += [f"  signal {group} {aspect.value}" for group, aspect in simulation.aspects()]
        lines += _vehicles(simulation.vehicles())
    lines.append("violations")
    for v in simulation.violations():
        closed = "open" if v.closed_ns is None else clock(v.closed_ns)
        spot = f"({number(v.position_m[0])}, {number(v.position_m[1])})"
        into = f" {number(v.amount)} s into red" if v.rule == "red_light" else ""
        lines.append(
            f"  {v.rule} vehicle {v.vehicle_id} {v.plate} at {v.place} {spot} "
            f"{clock(v.opened_ns)} to {closed}{into}"
        )
    return _text(lines)


def _vehicles(states: VehicleStates) -> Iterator[str]:
    for row in range(len(states)):
        kind = VehicleClass(int(states.vehicle_class[row])).name.lower()
        x, y, _ = states.position_m[row]
        heading = number((np.degrees(states.heading_rad[row]) + 45) % 360 - 45)  # parts at no lane's way
        marks = (" braking" if states.braking[row] else "") + (" at the kerb" if states.at_kerb[row] else "")
        speed = number(states.speed_mps[row])
        where = f"({number(x)}, {number(y)}) heading {heading} at {speed} m/s"
        yield f"  {states.vehicle_id[row]} {kind} {where}{marks}"


def run_log(detector: str) -> str:
    """The run logs of the play on the corner street, in words: one view over a kerb, one over a line."""
    lines = []
    for play in PLAYS:
        with TemporaryDirectory() as folder:
            log, _ = watch(play, detector, Path(folder))
            rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        lines.append(f"view {play.view.name}, detector {detector}, {len(rows)} records")
        for row in rows:
            news = row["verdicts"] or row["events"] or row["requests"] or row["plates"]
            if news or row["index"] % LOG_EVERY == 0:
                lines += _record(row)
    return _text(lines)


def _record(row: dict[str, Any]) -> Iterator[str]:
    yield f"  {clock(row['timestamp_ns'])} frame {row['index']}, {row['detections']} found"
    for t in row["tracks"]:
        (x, y), (vx, vy) = t["at"], t["v"]
        seen = "seen" if t["seen"] else "bridged"
        yield (
            f"    {t['id']} {t['class']} ({number(x)}, {number(y)}) at "
            f"({number(vx)}, {number(vy)}) m/s {seen} {t['plate'] or 'no plate'}"
        )
    for v in row["verdicts"]:
        yield (
            f"    verdict {v['rule']} at {v['place']} on {v['track']}: {v['kind']} {v['phase']} "
            f"since {clock(v['opened_ns'])}, {number(v['extremum'])} {v['unit']}, {v['reason'] or 'no doubt'}"
        )
    for e in row["events"]:
        yield f"    case {e['case']}: {e['state']} ({e['ground']})"
    for r in row["requests"]:
        u, v = r["px"]
        yield f"    asks for ({number(u)}, {number(v)}) px at zoom {number(r['zoom'])}"
    for p in row["plates"]:
        yield f"    plate of case {p['case']}: {p['plate'] or 'unreadable'}"


def cases() -> str:
    """Cases with their history and their pictures: an hour at the kerb, a red light, in both phases."""
    lines = []
    for phase in Phase:
        docket = ListDocket()
        _judge(docket, phase)
        lines.append(f"phase {phase.value}")
        for one in docket.cases():
            lines += _case(one, docket.pictures(one.case_id))
    return _text(lines)


def _judge(docket: ListDocket, phase: Phase) -> None:
    paths = {1: stands(5, 2100), 2: cruises(10.0, 600.0), 3: stands(30, 400, (-40.0, 5.5))}
    start_ns, every_s = at(16, 20), 1.0

    def script(now_ns: int) -> tuple[Track, ...]:
        t_s = (now_ns - start_ns) / NS_PER_S
        pairs = [(n, path(t_s), path(t_s - every_s)) for n, path in paths.items()]
        return tuple(track(n, now_ns, here, _velocity(here, before, every_s)) for n, here, before in pairs)

    plan = site()
    signals = ScriptedSignals(lights((at(16, 19), Aspect.GREEN), (at(16, 29, 50), Aspect.RED)))
    parts = ScriptedDetector(), ScriptedTracker(script), rules_for(plan), docket
    policy = Policy(phase=phase, stand_in=True)
    engine = ViewEngine(plan, *parts, signals=signals, control=ScriptedControl(), policy=policy)
    for n in range(round(2200 / every_s)):
        engine.step(replace(frame(0, 0), index=n, timestamp_ns=start_ns + round(n * every_s * NS_PER_S)))
    engine.finish()


def _velocity(here: Place, before: Place, every_s: float) -> Place:
    return (here[0] - before[0]) / every_s, (here[1] - before[1]) / every_s


def _case(case: Case, pictures: tuple[EvidencePicture, ...]) -> Iterator[str]:
    yield f"  case {case.case_id}"
    yield f"    Pasal {case.article}, {case.rule}, {case.enforcement.value}, at {case.place} of {case.view}"
    plate = case.plate.text if case.plate else "not read"
    marks = f"simulated {case.simulated}, oracle {case.oracle}"
    yield f"    track {case.track_id}, {case.vehicle_class.name.lower()}, plate {plate}, {marks}"
    yield (
        f"    offence {clock(case.offence_ns)}, opened {clock(case.opened_ns)}, "
        f"{number(case.extremum)} {case.unit}, now {case.state.value}"
    )
    for event in case.history:
        yield f"    {clock(event.timestamp_ns)} {event.state.value} ({event.ground})"
    for picture in pictures:
        height_px, width_px = picture.image_bgr.shape[:2]
        yield f"    picture {picture.kind.value} of {clock(picture.taken_ns)}, {width_px} x {height_px} px"


def pictures() -> str:
    """What two cameras show by day and by night: mean blue/green/red of 16 x 9 cells, white being 10."""
    rows = (
        (VehicleClass.CAR, -86.0, 5.0, 0.0),
        (VehicleClass.MOTORCYCLE, -80.0, 7.5, 0.0),
        (VehicleClass.BUS, -70.0, -5.0, 180.0),
        (VehicleClass.TRUCK, -30.0, 3.5, 0.0),
        (VehicleClass.CAR, -22.0, 7.0, 0.0),
    )
    lines = []
    for spec in (KERB_VIEW, LIGHT_VIEW):
        view = TwinView(street(), spec, Seed(1))
        for light, at_ns in (("day", AFTERNOON_NS), ("night", NIGHT_NS)):
            shown = view.frame(scene(*rows, at_ns=at_ns, aspects=(("w-j", Aspect.RED),)), 0)
            lines.append(f"view {spec.name} by {light}")
            lines += _cells(shown.image_bgr)
    return _text(lines)


def _cells(image_bgr: np.ndarray) -> Iterator[str]:
    means = cv2.resize(image_bgr.astype(np.float32), CELLS, interpolation=cv2.INTER_AREA) / 25.5
    for row in means:
        yield "  " + " ".join("/".join(number(part) for part in cell) for cell in row)


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


REPLAYS = {
    "traffic": Replay(traffic),
    "run-oracle": Replay(lambda: run_log("oracle")),
    "run-motion": Replay(lambda: run_log("motion"), slack=3),
    "cases": Replay(cases),
    "pictures": Replay(pictures),
}
