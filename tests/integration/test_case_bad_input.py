"""What a case may meet that is wrong: a clear line, UNDETERMINED or a refusal each, and nothing is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.errors import SealError
from detectors.archive.memory import ListDocket
from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep
from detectors.datatypes.cases import Case, CaseState, CaseTrack
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import Polygon
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, VerdictKind
from detectors.engine import FrameOrder, ViewEngine
from detectors.violations.registry import rules_for
from scenarios.cli.main import main
from scenarios.desk.steps import Order, StepNotTaken, Terms, take
from scenarios.texts import Texts
from tests.archives import DAY_NS, NOW_NS, filled, sealer_in
from tests.enforcement import OPENED_NS, OWN, case_in
from tests.judgement import (
    ScriptedDetector,
    ScriptedSignals,
    ScriptedTracker,
    at,
    box,
    cruises,
    frame,
    lights,
    site,
    track,
)

EN = Texts("en")
START = at(17)
S = CaseState
RED = lights((at(16, 59), Aspect.RED))


def engine(
    docket: ListDocket,
    *,
    plate: str = "KX 1234 LX",
    plan: SitePlan | None = None,
    signals: Callable[[int], SignalStates] = RED,
) -> ViewEngine:
    """Return an engine before which somebody passes the line at red."""

    def script(now_ns: int) -> tuple[Track, ...]:
        t_s = (now_ns - START) / NS_PER_S
        found = track(4, now_ns, cruises(10, 5.0)(t_s), (10.0, 0.0))
        return (replace(found, plate=PlateReading(plate, 0.99)),)

    rules = rules_for(plan) if plan is not None else ()
    parts = ScriptedDetector(), ScriptedTracker(script), rules, docket
    return ViewEngine(plan, *parts, signals=ScriptedSignals(signals))


def play(view: ViewEngine, *, simulated: bool = True) -> list[VerdictKind]:
    records = [view.step(frame(n, START + n * NS_PER_S // 10, simulated=simulated)) for n in range(100)]
    return [verdict.kind for record in (*records, view.finish()) for verdict in record.verdicts]


def one_line(error: BaseException) -> str:
    text = str(error)
    assert text
    assert "\n" not in text
    return text


def test_a_camera_clock_that_goes_backwards_is_refused_and_the_cases_stay() -> None:
    docket = ListDocket()
    view = engine(docket, plan=site())
    play(view)
    before = docket.cases()
    assert len(before) == 1
    with pytest.raises(FrameOrder) as raised:
        view.step(frame(100, START))
    assert str(START) in one_line(raised.value)
    assert docket.cases() == before
    later = view.step(frame(101, START + 11 * NS_PER_S))  # and the view goes on
    assert later.timestamp_ns == START + 11 * NS_PER_S


def test_a_step_before_the_last_one_is_refused_and_the_case_stays(tmp_path: Path) -> None:
    case = case_in(S.CAPTURED, S.ACCEPTED)
    with CaseStore(tmp_path) as store:
        store.put(case)
        order = Order(CaseStep.WARN, Actor.DISHUB, "D-1", OPENED_NS - 1, standing=True)
        with pytest.raises(StepNotTaken, match="clock") as raised:
            take(store, "c", order, Terms("enforcement"), EN)
        one_line(raised.value)
        assert [one.code for one in raised.value.refused] == ["clock-backwards"]
        assert store.case("c") == case


def test_a_camera_without_calibration_judges_nobody() -> None:
    docket = ListDocket()
    view = engine(docket)
    assert play(view) == []
    assert docket.cases() == ()


def test_a_site_without_errors_of_its_survey_leaves_speeds_undetermined() -> None:
    plan = replace(with_limit(), survey=None)
    docket = ListDocket()
    view = engine(docket, plan=plan, signals=lights((at(16, 59), Aspect.GREEN)))
    told = [
        verdict
        for n in range(100)
        for verdict in view.step(frame(n, START + n * NS_PER_S // 10)).verdicts
        if verdict.rule == "speeding"
    ]
    told += [one for one in view.finish().verdicts if one.rule == "speeding"]
    assert {(one.kind, one.reason) for one in told} == {(VerdictKind.UNDETERMINED, Reason.SURVEY_UNKNOWN)}
    assert docket.cases() == ()


def with_limit() -> SitePlan:
    way = Carriageway("main", Polygon(np.array(box(-100, -8, 100, 8))), 0.0, 4.0)
    return replace(site(), carriageways=(way,))


@pytest.mark.parametrize("plate", ["KX 0123 LX", "1234", "KX 1234 LX LX", "", "KT 1234 LX", "B 1 A"])
def test_a_plate_that_may_not_be_is_no_plate_and_the_case_stays(plate: str) -> None:
    """It breaks the grammar, or is of a prefix that is issued: a real owner in a simulation."""
    docket = ListDocket()
    play(engine(docket, plate=plate, plan=site()))
    (case,) = docket.cases()
    assert case.plate is None
    assert docket.pictures(case.case_id)


def test_the_prefix_of_the_simulation_names_nobody_on_the_street() -> None:
    docket = ListDocket()
    play(engine(docket, plan=replace(site(), simulated=False)), simulated=False)
    (case,) = docket.cases()
    assert case.plate is None
    assert not case.simulated


def ticketed(store: CaseStore, case: Case) -> StepNotTaken:
    order = Order(CaseStep.TICKET, Actor.POLICE, "P-4", OPENED_NS + DAY_NS)
    with pytest.raises(StepNotTaken) as raised:
        take(store, case.case_id, order, Terms("enforcement"), EN)
    assert store.case(case.case_id) == case
    return raised.value


def test_an_article_that_the_law_does_not_know_leaves_the_ticket_undetermined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = case_in(S.CAPTURED, S.ACCEPTED, S.LETTER, S.CONFIRMED, track=CaseTrack.MOVING, plate=OWN)
    case = replace(known, article="999(9)")
    with CaseStore(tmp_path) as store:
        store.put(case)
        refused = ticketed(store, case)
    lacks = {one.code: one.undetermined for one in refused.refused}
    assert lacks["sanction-known"] is True
    one_line(refused)
    assert main(["cases", "show", str(tmp_path), "c", "--lang", "en"]) == 0
    assert "999(9)" in capsys.readouterr().out


def test_a_case_without_a_plate_is_not_ticketed(tmp_path: Path) -> None:
    case = case_in(S.CAPTURED, S.ACCEPTED, S.LETTER, S.CONFIRMED, track=CaseTrack.MOVING, plate=None)
    with CaseStore(tmp_path) as store:
        store.put(case)
        assert "plate-readable" in {one.code for one in ticketed(store, case).refused}


@pytest.mark.parametrize("command", [["list"], ["show"], ["verify", "--store"], ["stats"]])
def test_a_database_of_somebody_else_is_refused_and_left_alone(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE cases (invoice TEXT)")
        database.execute("INSERT INTO cases VALUES ('4711')")
    before = path.read_bytes()
    assert main(["cases", *command, str(path), "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "theirs.db" in said.err
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_expired_key_seals_nothing_and_loses_nothing(tmp_path: Path) -> None:
    sealer_in(tmp_path)  # makes the key
    late = sealer_in(tmp_path, now_ns=NOW_NS + 2 * DAY_NS)
    with pytest.raises(SealError) as raised:
        CaseStore(tmp_path / "never", sealer=late)
    one_line(raised.value)
    with CaseStore(tmp_path / "store") as store:
        filled(store, 4)
        before = store.cases()
        with pytest.raises(SealError) as raised:
            store.seal(late)
        one_line(raised.value)
        assert store.cases() == before
        found = store.verify()
        assert found.holds
        assert found.sealed == 0
        assert not store.picture_sealed(before[0].case_id)
