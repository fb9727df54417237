"""One lens and one loudspeaker a camera: tours, snapshots and announcements take turns."""

import math
from dataclasses import replace

import pytest

from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.cameras.head import SPEECH_NS, CameraHead
from twin.cameras.plans import Camera, CameraKind, Owner
from twin.cameras.ptz import Aim, Drive, GuardTour, Look, guard_tour
from twin.clock import NS_PER_S as S
from twin.randomness import Seed
from twin.rendering.source import TwinView, VirtualControl

QUARTER = math.pi / 2
NORTH, EAST, SOUTH = Aim(QUARTER, 0.2), Aim(0.0, 0.2), Aim(-QUARTER, 0.2)
TOUR = GuardTour((Look("north", 2 * S, 10 * S, NORTH), Look("south", 3 * S, 15 * S, SOUTH)))
DRIVE = Drive(QUARTER, QUARTER, 1e6 * QUARTER, S)  # a quarter turn a second, at once at full rate


@pytest.fixture(name="view", scope="module")
def _view() -> TwinView:
    return TwinView(street(), replace(KERB_VIEW, size_px=(64, 64)), Seed(1))


def test_a_tour_moves_then_dwells_and_begins_again() -> None:
    seen = [(t, TOUR.looked_at(t * S)) for t in (0, 1, 2, 11, 12, 14, 15, 29, 30, 31, 32)]
    assert seen == [
        (0, None), (1, None), (2, "north"), (11, "north"), (12, None), (14, None),
        (15, "south"), (29, "south"), (30, None), (31, None), (32, "north"),
    ]  # fmt: skip
    assert TOUR.period_ns == 30 * S
    assert TOUR.duty("north") == pytest.approx(1 / 3)
    assert TOUR.longest_gap_ns("north") == 20 * S
    assert TOUR.longest_gap_ns("south") == 15 * S


def test_a_quarter_turn_at_90_degrees_a_second_takes_a_second_and_the_settling() -> None:
    aims = {"east": EAST, "north": NORTH}
    drive = replace(DRIVE, settle_ns=S // 2)
    tour = guard_tour([("east", 5 * S), ("north", 7 * S)], aims, drive)
    assert [(look.view, look.dwell_ns, look.aim) for look in tour.looks] == [
        ("east", 5 * S, EAST),
        ("north", 7 * S, NORTH),
    ]
    assert [look.move_ns for look in tour.looks] == pytest.approx([3 * S // 2] * 2, rel=1e-5)


@pytest.mark.parametrize(
    ("turn", "turns_s"),
    [
        (Aim(1.0, 0.0), 1.0 / 0.5 + 0.5 / 2.0),  # a trapezium: at its rate, and one ramp more
        (Aim(0.0, 1.0), 1.0 / 0.25 + 0.25 / 2.0),  # it tilts half as fast
        (Aim(1.0, 0.1), 1.0 / 0.5 + 0.5 / 2.0),  # both at once: the longer turn counts
        (Aim(0.02, 0.0), 2.0 * math.sqrt(0.02 / 2.0)),  # a triangle: it never reaches its rate
        (Aim(2 * math.pi - 0.02, 0.0), 2.0 * math.sqrt(0.02 / 2.0)),  # the short way round
        (Aim(), 0.0),
    ],
)
def test_a_turn_takes_what_its_angle_rates_and_acceleration_make_of_it(turn: Aim, turns_s: float) -> None:
    drive = Drive(0.5, 0.25, 2.0, S)
    assert drive.move_ns(Aim(), turn) == pytest.approx(S * (1.0 + turns_s), abs=2)


def test_the_short_way_round_is_taken_and_a_view_alone_needs_no_move() -> None:
    aims = {"a": Aim(3.1, 0.0), "b": Aim(-3.1, 0.0)}
    tour = guard_tour([("a", S), ("b", S)], aims, Drive(1.0, 1.0, 1e9, 0))
    assert tour.looks[0].move_ns == pytest.approx((2 * math.pi - 6.2) * S, rel=1e-6)
    alone = guard_tour([("a", S)], aims, Drive())
    assert alone.looks[0].move_ns == 0
    assert alone.longest_gap_ns("a") == 0


@pytest.mark.parametrize("looks", [(), (Look("a", 0, 0),), (Look("a", -1, 5),)])
def test_a_tour_without_a_look_is_refused(looks: tuple[Look, ...]) -> None:
    with pytest.raises(ValueError, match="expected stops with dwell > 0"):
        GuardTour(looks)


def test_a_view_that_the_tour_never_looks_at_has_no_gap() -> None:
    with pytest.raises(ValueError, match="never looks at 'west'"):
        TOUR.longest_gap_ns("west")


def test_a_request_takes_the_turn_there_and_leaves_the_view_until_it_has_turned_back() -> None:
    head = CameraHead(TOUR, turns=True, drive=DRIVE)
    assert head.looks_at("north", 5 * S)
    # a quarter turn, settled, the picture; and back: 1 + 1 + 2 and 1 + 1 seconds
    assert head.zoom(5 * S, 2 * S, NORTH, EAST) == pytest.approx(9 * S, abs=9_000)
    seen = [t for t in range(5, 13) if head.looks_at("north", t * S + 9_000)]
    assert seen == [11]  # at 12 the tour leaves it
    assert not any(head.looks_at("south", t * S) for t in range(5, 15))


def test_what_is_farther_round_takes_longer_and_leaves_its_neighbours_unwatched_for_longer() -> None:
    away = {}
    for aim in (NORTH, EAST, SOUTH):
        head = CameraHead(TOUR, turns=True, drive=DRIVE)
        ready_ns = head.zoom(3 * S, 0, NORTH, aim)
        away[aim] = ready_ns - 3 * S, sum(not head.looks_at("north", t * S // 10) for t in range(31, 120))
    assert [round(ready / S, 3) for ready, _ in away.values()] == [1.0, 2.0, 3.0]
    assert [unwatched for _, unwatched in away.values()] == [19, 40, 60]  # tenths of a second


def test_a_head_turns_back_to_what_its_tour_has_reached_meanwhile() -> None:
    head = CameraHead(TOUR, turns=True, drive=DRIVE)
    assert head.zoom(11 * S, 2 * S, NORTH, EAST) == pytest.approx(15 * S, abs=9_000)
    assert [head.looks_at("south", t * S + 9_000) for t in (15, 16, 17)] == [False, False, True]
    assert not any(head.looks_at("north", t * S) for t in range(12, 30))
    assert head.since_ns(18 * S) == pytest.approx(
        17 * S, abs=9_000
    )  # it came by that turn, not by the tour's
    assert head.since_ns(33 * S) == 32 * S


def test_two_requests_for_one_head_take_turns_and_leave_every_preset_unwatched_meanwhile() -> None:
    head = CameraHead(TOUR, turns=True, drive=DRIVE)
    answers = [head.zoom(3 * S, S, NORTH, EAST), head.zoom(4 * S, S, NORTH, EAST)]
    # the second waits for the first, and is there already: it settles only
    assert [round(answer / S, 3) for answer in answers] == [6.0, 8.0]
    away = [
        t for t in range(3, 14) if not any(head.looks_at(view, t * S + S // 2) for view in ("north", "south"))
    ]
    assert away == [3, 4, 5, 6, 7, 8, 9, 12, 13]  # from 12 the tour turns to the south


def test_a_camera_that_stays_goes_on_while_its_second_lens_zooms() -> None:
    head = CameraHead()
    assert head.zoom(5 * S, 2 * S) == 7 * S
    assert head.zoom(6 * S, 2 * S) == 9 * S
    assert head.looks_at("any", 6 * S)


def test_speaking_takes_time_and_one_text_waits_for_the_other() -> None:
    head = CameraHead()
    first, second = head.speak("teguran", 10 * S), head.speak("teguran", 11 * S)
    assert first.ends_ns == 10 * S + SPEECH_NS
    assert (second.begins_ns, second.ends_ns) == (first.ends_ns, first.ends_ns + SPEECH_NS)


def test_two_views_of_one_camera_share_its_lens_and_its_loudspeaker(view: TwinView) -> None:
    camera = Camera("c", Owner.DISHUB, CameraKind.PTZ, ("kerb", "other"), 0, 0, None)
    head = CameraHead.of(camera)
    kerb, other = VirtualControl(view, head), VirtualControl(view, head)
    kerb.announce("teguran", AFTERNOON_NS)
    other.announce("teguran", AFTERNOON_NS)
    assert other.announced[0].begins_ns == kerb.announced[0].ends_ns
    head.zoom(AFTERNOON_NS, 2 * S)
    assert not kerb.looks(scene(at_ns=AFTERNOON_NS + S))
    assert not other.looks(scene(at_ns=AFTERNOON_NS + S))


def test_an_enforcement_set_does_not_speak(view: TwinView) -> None:
    camera = Camera("e", Owner.POLICE, CameraKind.ETLE_STATIC, ("kerb",), 0, 0, None)
    control = VirtualControl(view, CameraHead.of(camera))
    assert control.announce("teguran", AFTERNOON_NS) is False
    assert control.announced == []
