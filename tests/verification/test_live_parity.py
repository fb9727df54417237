"""Five minutes of an evening, seen directly and through loopback: the same cases.

In `make verify` only: some four minutes an evening. Two cases are the same where they are of
one rule at one place of one view and the spans in which the vehicle is said to stand overlap by half of
what they cover together (temporal intersection over union, as action detectors are scored): when a small
box begins to stand is a matter of some seconds at a picture a second, whatever brought the picture. For
the same reason what is opened in the last seconds of the evening is not asked for.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from detectors.archive.store import CaseStore
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import NS_PER_S
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.tracking.ground import GroundTracker
from detectors.violations.registry import rules_for
from scenarios.broadcast import Broadcast, BroadcastEnd, OnAir, broadcast, scenes, spec_for
from scenarios.estate_files import load_estate
from scenarios.live import seen_all, watch
from scenarios.live_docket import LiveDocket
from scenarios.offences import KTL_WINDOW
from scenarios.run import RunSpec, prepared
from scenarios.watching import COMMISSIONING_FRAMES, ViewJob
from tests.published_pictures import need_rtsp_server
from tests.verification.extent import LONG
from twin.cameras.survey import site_plan
from twin.rendering.source import TwinView
from twin.traffic.land_use import DwellMix
from twin.truth import Scene, VehicleStates

SPEED = 2.0
STOPS = 6000.0
LEAD_S = 30.0
EVENINGS = {"mjpeg": (11,), "rtsp": (11, 12, 13, 14, 15)}  # seeds; none was looked at when this was made
DWELL = DwellMix(1.0, 150.0, 0.2)  # hardly any ends within seconds of the minute that makes a case
OVERLAP = 0.5
LEAST = 0.95
LAST_S = 10.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LONG, reason="long: `make verify` runs it"),
]


def evening() -> RunSpec:
    """Five minutes from the hour at which the ban begins, four kerb views, many who stop.

    They stop for minutes and not for hours, so that many stands begin while the street is looked at.
    """
    spec = spec_for("beruang-madu", None, "4")
    scenario = replace(
        spec.scenario,
        start=time(16, 0),
        end=time(16, 5),
        warmup_s=300.0,
        demand=replace(spec.scenario.demand, stops_per_km_h=STOPS, dwell=(DWELL,)),
    )
    return replace(spec, scenario=scenario)


def directly(seed: int, out: Path) -> tuple[Case, ...]:
    """Return the cases of the same pictures, taken straight from the twin by the engine of a live camera.

    Without camera control, as there: who zooms in on one vehicle does not see the others meanwhile.
    """
    spec = evening()
    run = prepared(spec, seed, out, spec.plan.views)
    views = {job.spec.name: TwinView(job.network, job.spec, job.seed) for job in run.jobs}
    with CaseStore(out) as store:
        engines = {job.spec.name: engine_of(job, views[job.spec.name], store) for job in run.jobs}
        for number, (name, scene) in enumerate(
            scenes(run, run.start_ns - round(LEAD_S * NS_PER_S), run.end_ns)
        ):
            engines[name].step(views[name].frame(scene, number))
        for engine in engines.values():
            engine.finish()
        return store.cases()


def engine_of(job: ViewJob, view: TwinView, store: CaseStore) -> ViewEngine:
    site = site_plan(job.network, job.spec, job.seed, window=KTL_WINDOW)
    empty = (Scene(job.start_ns + n * NS_PER_S, VehicleStates.none()) for n in range(COMMISSIONING_FRAMES))
    street = [view.frame(scene, number) for number, scene in enumerate(empty)]
    detector = registry.build(job.detector, site, street)
    return ViewEngine(
        site, detector, GroundTracker(site), rules_for(site), LiveDocket(store), policy=Policy(job.phase)
    )


def through_loopback(kind: str, seed: int, out: Path) -> tuple[Case, ...]:
    stop, ready, ends = threading.Event(), threading.Event(), list[BroadcastEnd]()

    def on_air(_what: OnAir) -> None:
        ready.set()

    def publish() -> None:
        given = Broadcast(evening(), seed=seed, speed=SPEED, lead_s=LEAD_S)
        ends.append(broadcast(given, out / "cameras", stop=stop, on_air=on_air))
        stop.set()

    publisher = threading.Thread(target=publish, daemon=True)
    publisher.start()
    assert ready.wait(120)
    reports = watch(
        load_estate(str(out / "cameras" / f"{kind}.toml")),
        out / "live",
        stop=stop,
        duration_s=260,
        tell=lambda _: None,
    )
    publisher.join(20)
    assert ends[0].late_s < 2
    assert seen_all(reports)
    with CaseStore(out / "live", create=False) as store:
        return store.cases()


def same(one: Case, other: Case) -> bool:
    if (one.view, one.rule, one.place) != (other.view, other.rule, other.place):
        return False
    (a, b), (c, d) = _span_s(one), _span_s(other)
    return min(b, d) - max(a, c) >= OVERLAP * (max(b, d) - min(a, c))


def in_time(case: Case) -> bool:
    return case.opened_ns <= evening().span_ns()[1] - LAST_S * NS_PER_S


def _span_s(case: Case) -> tuple[float, float]:
    began_s = case.offence_ns / NS_PER_S
    return began_s, began_s + case.extremum


def pairs(direct: tuple[Case, ...], live: tuple[Case, ...]) -> list[tuple[Case, Case]]:
    """Return as many pairs of the same case as there are, each case in one at most."""
    alike = np.array([[same(case, other) for other in live] for case in direct]).reshape(len(direct), -1)
    rows, columns = linear_sum_assignment(~alike)
    return [(direct[i], live[j]) for i, j in zip(rows, columns, strict=True) if alike[i, j]]


@pytest.mark.parametrize("kind", ["mjpeg", "rtsp"])
def test_an_evening_through_loopback_gives_the_cases_that_it_gives_directly(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if kind == "rtsp":
        need_rtsp_server()
    expected, missing, added = 0, list[Case](), list[Case]()
    found: list[tuple[Case, Case]] = []
    for seed in EVENINGS[kind]:
        out = tmp_path / str(seed)
        direct, live = directly(seed, out / "direct"), through_loopback(kind, seed, out)
        both = pairs(direct, live)
        found += both
        expected += sum(in_time(case) for case in direct)
        missing += [case for case in direct if in_time(case) and case not in {one for one, _ in both}]
        added += [case for case in live if in_time(case) and case not in {other for _, other in both}]
    for what, count in (("cases", expected), ("missing", len(missing)), ("added", len(added))):
        record_property(what, count)
    for case, other in found:
        record_property("s by which one begins later", (other.offence_ns - case.offence_ns) / NS_PER_S)
    assert expected >= 3 * len(EVENINGS[kind])
    assert len(missing) <= (1 - LEAST) * expected, (expected, missing)
    assert len(added) <= (1 - LEAST) * expected, (expected, added)
