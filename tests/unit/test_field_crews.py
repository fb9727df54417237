import numpy as np
import pytest
import simpy

from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import straight_road
from twin.clock import NS_PER_S, seconds
from twin.field.crews import Activity, Crew, CrewKind, Durations, Job, Outcome
from twin.field.dispatch import Dispatch
from twin.field.evening import Evening, EveningLog, Minds, NoCases, Orders
from twin.field.kerb import Act, Kerb, Measure
from twin.field.travel import Spot, Streets
from twin.field.witness import met
from twin.network import library
from twin.network.routing import Router
from twin.people.attitudes import Attitudes

END_NS = seconds(3600)
NETWORK = straight_road(1000.0, kerb_m=2.0, stop_rate=1.0)
SPEED_MPS = NETWORK.roads[0].speed_limit_mps
STREETS = Streets(NETWORK, ("main",), slowdown=2.0, detour=1.5)
QUICK = Durations(warn_s=60.0, sticker_s=100.0, tow_s=200.0, post_s=600.0, read_s=10.0, heeded_s=30.0)


def crew(kind: CrewKind, number: int = 1, along_m: float = 0.0) -> Crew:
    return Crew(f"{kind}-{number}", kind, Spot(0, along_m), 0, END_NS)


def kerb_of(*stands: tuple[float, float, float]) -> Kerb:
    """Stands as (where in m, when in s, how long in s)."""
    along_m = np.array([one[0] for one in stands])
    road = np.zeros(len(stands), np.int64)
    at_ns = np.array([seconds(one[1]) for one in stands])
    dwell_ns = np.array([seconds(one[2]) for one in stands])
    return Kerb(road, along_m, STREETS.positions_m(road, along_m), at_ns, dwell_ns)


def minds(rows: int, *, present: bool = False) -> Minds:
    return Minds(
        np.full(rows, 0.05), np.full(rows, 9.0), np.full(rows, present), np.full(rows, fill_value=True)
    )


class Told:
    """A feed that tells prepared cases once each, at or after their time."""

    def __init__(self, *cases: tuple[float, int, CaseState, str]) -> None:
        self.waiting = [(seconds(at_s), case_of(row, state, ground)) for at_s, row, state, ground in cases]
        self.warnings: list[tuple[str, int]] = []

    def news(self, now_ns: int) -> list[Case]:
        due = [case for at_ns, case in self.waiting if at_ns <= now_ns]
        self.waiting = [(at_ns, case) for at_ns, case in self.waiting if at_ns > now_ns]
        return due

    def warned(self, case_id: str, now_ns: int) -> None:
        self.warnings.append((case_id, now_ns))


def case_of(row: int, state: CaseState, ground: str) -> Case:
    case_id = f"k_{row}"
    event = CaseEvent(case_id, 0, state, ground)
    return Case(
        case_id, CaseTrack.STANDING, "kerb_parking", "287(1)", "v", "main", row, VehicleClass.CAR,
        0, 0, simulated=True, oracle=False, plate=None, extremum=0.0, unit="s", history=(event,),
    )  # fmt: skip


def played(
    kerb: Kerb, feed: Told | NoCases, *crews: Crew, warnings_only: bool = False, present: bool = False
) -> EveningLog:
    posts = tuple((one.name, (one.base,)) for one in crews if one.kind is CrewKind.OFFICER)
    who = minds(len(kerb.at_ns), present=present)
    orders = Orders(crews, posts, warnings_only)
    evening = Evening(kerb, who, orders, feed, STREETS, attitudes=Attitudes(), durations=QUICK, from_ns=0)
    return evening.run(END_NS)


def test_a_crew_needs_the_distance_at_the_slowed_speed() -> None:
    expected_s = 2.0 * 450.0 / SPEED_MPS
    assert STREETS.travel_ns(Spot(0, 50.0), Spot(0, 500.0)) == pytest.approx(expected_s * NS_PER_S)
    assert STREETS.travel_ns(Spot(0, 50.0), Spot(0, 50.0)) == 0


def test_where_the_network_has_no_way_the_straight_line_counts() -> None:
    expected_s = 2.0 * 1.5 * 450.0 / SPEED_MPS
    assert STREETS.travel_ns(Spot(0, 500.0), Spot(0, 50.0)) == pytest.approx(expected_s * NS_PER_S)


def test_between_roads_the_times_are_those_of_the_network() -> None:
    network = library.named("mt-haryono")
    names = ("mth-1.0+", "mth-1.2+")
    streets, router = Streets(network, names, slowdown=1.0, detour=1.5), Router(network)
    a, b = (network.road_of[name] for name in names)
    whole_s = router.travel_times_s(a.id)[b.id]
    assert streets.travel_ns(Spot(0, 0.0), Spot(1, b.length_m)) == pytest.approx(whole_s * NS_PER_S)
    part_s = whole_s - 50.0 / a.speed_limit_mps - (b.length_m - 80.0) / b.speed_limit_mps
    assert streets.travel_ns(Spot(0, 50.0), Spot(1, 80.0)) == pytest.approx(part_s * NS_PER_S)


def test_a_sticker_is_put_on_after_travel_and_the_next_order_queues() -> None:
    kerb = kerb_of((100.0, 0.0, 3000.0), (100.0, 0.0, 3000.0))
    feed = Told((60.0, 0, CaseState.STIKER, ""), (60.0, 1, CaseState.STIKER, ""))
    log = played(kerb, feed, crew(CrewKind.STICKER))
    first, second = log.jobs
    drive_ns = STREETS.travel_ns(Spot(0, 0.0), Spot(0, 100.0))
    assert first.arrived_ns == seconds(60) + drive_ns
    assert first.ended_ns == second.sent_ns == first.arrived_ns + seconds(100)
    assert [job.outcome for job in log.jobs] == [Outcome.DONE, Outcome.DONE]
    assert [act.measure for act in kerb.acts] == [Measure.STICKER, Measure.STICKER]


def test_the_nearest_idle_crew_is_sent() -> None:
    kerb = kerb_of((800.0, 0.0, 3000.0))
    crews = (crew(CrewKind.STICKER, 1), crew(CrewKind.STICKER, 2, along_m=700.0))
    log = played(kerb, Told((60.0, 0, CaseState.STIKER, "")), *crews)
    assert log.jobs[0].crew == "sticker-crew-2"


def test_a_tow_takes_the_vehicle_away() -> None:
    kerb = kerb_of((100.0, 0.0, 3000.0))
    log = played(kerb, Told((60.0, 0, CaseState.PENDEREKAN, "")), crew(CrewKind.TOW))
    assert kerb.left_ns[0] == log.jobs[0].arrived_ns
    assert kerb.standing(seconds(1000)).tolist() == []


def test_a_crew_that_comes_too_late_finds_nobody() -> None:
    kerb = kerb_of((900.0, 0.0, 70.0))
    log = played(kerb, Told((60.0, 0, CaseState.STIKER, "")), crew(CrewKind.STICKER))
    assert log.jobs[0].outcome is Outcome.GONE
    assert kerb.acts == []


def test_without_a_crew_of_the_kind_the_order_says_so() -> None:
    log = played(kerb_of((100.0, 0.0, 3000.0)), Told((60.0, 0, CaseState.PENDEREKAN, "")))
    assert [job.outcome for job in log.jobs] == [Outcome.NO_CREW]


def test_who_sits_inside_and_hears_the_loudspeaker_drives_off() -> None:
    kerb = kerb_of((100.0, 0.0, 3000.0))
    played(kerb, Told((60.0, 0, CaseState.TEGURAN, "loudspeaker")), present=True)
    assert kerb.left_ns[0] == seconds(60 + 30)
    assert kerb.acts == [Act(0, Measure.ANNOUNCEMENT, seconds(60), by_camera=True)]


def test_who_is_away_does_not_hear_it() -> None:
    kerb = kerb_of((100.0, 0.0, 3000.0))
    played(kerb, Told((60.0, 0, CaseState.TEGURAN, "loudspeaker")))
    assert kerb.left_ns[0] == seconds(3000)
    assert met(kerb, np.array([False]), Attitudes(), Durations()).warned.tolist() == [0.0]


def test_an_accepted_case_calls_an_officer_who_says_that_he_warned() -> None:
    kerb, feed = kerb_of((900.0, 0.0, 3000.0)), Told((60.0, 0, CaseState.ACCEPTED, "stand-in-accepted"))
    log = played(kerb, feed, crew(CrewKind.OFFICER), warnings_only=True)
    assert feed.warnings == [("k_0", log.jobs[0].arrived_ns)]
    assert [act.measure for act in kerb.acts] == [Measure.WARNING]


def test_a_case_that_no_officer_has_reviewed_sends_nobody() -> None:
    feed = Told((60.0, 0, CaseState.CAPTURED, "violation"))
    assert played(kerb_of((900.0, 0.0, 3000.0)), feed, crew(CrewKind.OFFICER)).jobs == ()


@pytest.mark.parametrize(
    ("warnings_only", "present", "expected"),
    [(True, True, Measure.WARNING), (False, True, Measure.TICKET), (False, False, Measure.STICKER)],
)
def test_an_officer_acts_on_what_he_sees_as_the_phase_allows(
    warnings_only: bool, present: bool, expected: Measure
) -> None:
    kerb = kerb_of((50.0, 10.0, 3000.0))
    attitudes = Attitudes()
    played(kerb, NoCases(), crew(CrewKind.OFFICER), warnings_only=warnings_only, present=present)
    assert attitudes.officer_certainty < 9.0  # the driver of `minds` stops beside an officer
    assert [act.measure for act in kerb.acts] == [expected]
    assert not kerb.acts[0].by_camera


def test_neighbours_in_sight_see_a_sanction_and_others_do_not() -> None:
    kerb = kerb_of((100.0, 0.0, 900.0), (200.0, 0.0, 900.0), (600.0, 0.0, 900.0))
    for row in range(3):
        kerb.begin(row)
    kerb.act(Act(0, Measure.STICKER, seconds(300), by_camera=True))
    seen = met(kerb, np.zeros(3, bool), Attitudes(), Durations())
    assert seen.sanctioned.tolist() == [1.0, 0.0, 0.0]
    assert seen.seen.tolist() == [0.0, 1.0, 0.0]
    assert seen.camera.tolist() == [True, False, False]


def test_a_dispatch_alone_ends_what_it_can_and_leaves_the_rest_pending() -> None:
    env = simpy.Environment(0)
    dispatch = Dispatch(env, STREETS, (crew(CrewKind.TOW),), QUICK)
    for row in range(40):
        job = Job(CrewKind.TOW, row, "", 0)
        dispatch.order(job, Spot(0, 500.0), lambda _crew, _job: seconds(200), lambda: True)
    env.run(END_NS)
    outcomes = [job.outcome for job in dispatch.jobs]
    drive_s = STREETS.travel_ns(Spot(0, 0.0), Spot(0, 500.0)) / NS_PER_S
    assert outcomes.count(Outcome.DONE) == int((3600 - drive_s) // 200)
    assert outcomes.count(Outcome.PENDING) == 40 - outcomes.count(Outcome.DONE)
    assert all(stint.activity in Activity for stint in dispatch.stints)


@pytest.mark.parametrize("name", ["post_s", "read_s", "slowdown"])
def test_durations_that_stop_time_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=rf"Durations.{name}: expected more than 0, got 0.0"):
        Durations(**{name: 0.0})
