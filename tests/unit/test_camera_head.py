"""One lens and one loudspeaker a camera: tours, snapshots and announcements take turns."""

from dataclasses import replace

import pytest

from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.cameras.head import SPEECH_NS, CameraHead
from twin.cameras.plans import Camera, CameraKind, Owner
from twin.cameras.ptz import GuardTour, Look, guard_tour
from twin.clock import NS_PER_S as S
from twin.randomness import Seed
from twin.rendering.source import TwinView, VirtualControl

TOUR = GuardTour((Look("north", 2 * S, 10 * S), Look("south", 3 * S, 15 * S)))


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
    aims = {"east": (0.0, 0.2), "north": (1.5707963267948966, 0.2)}
    tour = guard_tour([("east", 5 * S), ("north", 7 * S)], aims, 1.5707963267948966, S // 2)
    assert [(look.view, look.move_ns, look.dwell_ns) for look in tour.looks] == [
        ("east", 3 * S // 2, 5 * S),
        ("north", 3 * S // 2, 7 * S),
    ]


def test_the_short_way_round_is_taken_and_a_view_alone_needs_no_move() -> None:
    aims = {"a": (3.1, 0.0), "b": (-3.1, 0.0)}
    tour = guard_tour([("a", S), ("b", S)], aims, 1.0, 0)
    assert tour.looks[0].move_ns == pytest.approx((2 * 3.141592653589793 - 6.2) * S, rel=1e-6)
    alone = guard_tour([("a", S)], aims, 1.0, S)
    assert alone.looks[0].move_ns == 0
    assert alone.longest_gap_ns("a") == 0


@pytest.mark.parametrize("looks", [(), (Look("a", 0, 0),), (Look("a", -1, 5),)])
def test_a_tour_without_a_look_is_refused(looks: tuple[Look, ...]) -> None:
    with pytest.raises(ValueError, match="expected stops with dwell > 0"):
        GuardTour(looks)


def test_a_view_that_the_tour_never_looks_at_has_no_gap() -> None:
    with pytest.raises(ValueError, match="never looks at 'west'"):
        TOUR.longest_gap_ns("west")


def test_a_turning_camera_shows_no_view_while_it_zooms_and_until_it_is_back() -> None:
    head = CameraHead(TOUR, turns=True, back_ns=S)
    assert head.looks_at("north", 5 * S)
    assert head.zoom(5 * S, 2 * S) == 7 * S
    seen = [head.looks_at("north", t * S) for t in (6, 7, 8, 9)]
    assert seen == [False, False, True, True]


def test_a_second_snapshot_waits_and_holds_the_camera_from_the_next_view_too() -> None:
    head = CameraHead(TOUR, turns=True, back_ns=S)
    assert head.zoom(11 * S, 2 * S) == 13 * S
    assert head.zoom(11 * S, 2 * S) == 15 * S
    assert [head.looks_at("south", t * S) for t in (15, 16)] == [False, True]


def test_two_requests_for_one_head_take_turns_and_leave_every_preset_unwatched_meanwhile() -> None:
    head = CameraHead(TOUR, turns=True, back_ns=S)
    answers = [head.zoom(5 * S, 2 * S), head.zoom(6 * S, 2 * S)]  # the second waits for the first
    assert answers == [7 * S, 9 * S]
    away = [t for t in range(4, 14) if not any(head.looks_at(view, t * S) for view in ("north", "south"))]
    assert away == [6, 7, 8, 9, 12, 13]  # zooming and coming back; from 12 the tour turns to the south


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
