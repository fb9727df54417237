"""The same five minutes of an evening, seen directly and through loopback: the same cases.

Long form only (BCONNECT_LONG=1): some four minutes.
"""

import os
import threading
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import NS_PER_S
from scenarios.broadcast import Broadcast, BroadcastEnd, OnAir, broadcast, spec_for
from scenarios.estate_files import load_estate
from scenarios.live import seen_all, watch
from scenarios.run import RunSpec, run_once
from tests.published_pictures import need_rtsp_server

SPEED = 4.0
SAME_NS = 3 * NS_PER_S
LEAST = 0.95

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("BCONNECT_LONG" not in os.environ, reason="long: set BCONNECT_LONG=1"),
]


def evening() -> RunSpec:
    """Five minutes from the hour at which the ban begins, two kerb views, many who stop."""
    spec = spec_for("beruang-madu", None, "2")
    scenario = replace(
        spec.scenario,
        start=time(16, 0),
        end=time(16, 5),
        warmup_s=300.0,
        demand=replace(spec.scenario.demand, stops_per_km_h=200.0),
    )
    return replace(spec, scenario=scenario)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, ...]:
    out = tmp_path_factory.mktemp("direct")
    result = run_once(evening(), 1, out)
    return tuple(case for view in result.views for case in view.cases)


def through_loopback(kind: str, out: Path) -> tuple[Case, ...]:
    stop, ready, ends = threading.Event(), threading.Event(), list[BroadcastEnd]()

    def on_air(_what: OnAir) -> None:
        ready.set()

    def publish() -> None:
        given = Broadcast(evening(), speed=SPEED)
        ends.append(broadcast(given, out / "cameras", stop=stop, on_air=on_air))
        stop.set()

    publisher = threading.Thread(target=publish, daemon=True)
    publisher.start()
    assert ready.wait(120)
    reports = watch(
        load_estate(str(out / "cameras" / f"{kind}.toml")),
        out / "live",
        stop=stop,
        duration_s=200,
        tell=lambda _: None,
    )
    publisher.join(20)
    assert ends[0].late_s < 2
    assert seen_all(reports)
    with CaseStore(out / "live", create=False) as store:
        return store.cases()


def same(one: Case, other: Case) -> bool:
    alike = (one.view, one.rule, one.place) == (other.view, other.rule, other.place)
    return alike and abs(one.offence_ns - other.offence_ns) <= SAME_NS


@pytest.mark.parametrize("kind", ["mjpeg", "rtsp"])
def test_an_evening_through_loopback_gives_the_cases_that_it_gives_directly(
    kind: str, direct: tuple[Case, ...], tmp_path: Path
) -> None:
    if kind == "rtsp":
        need_rtsp_server()
    live = through_loopback(kind, tmp_path)
    assert len(direct) >= 5
    found = [case for case in direct if any(same(case, other) for other in live)]
    extra = [case for case in live if not any(same(case, other) for other in direct)]
    assert len(found) >= LEAST * len(direct), (len(found), len(direct), len(live))
    assert len(extra) <= (1 - LEAST) * len(live), [case.case_id for case in extra]
