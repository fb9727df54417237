"""Who is not whom: standing vehicles behind passing ones, and tracks that go on with another vehicle."""

from dataclasses import replace

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, VerdictKind
from detectors.tracking.follower import Follower
from detectors.tracking.ground import ON_GROUND, GroundTracker
from detectors.violations.red_light import RedLight
from tests.judgement import at, lights, observe, site, track

Box = tuple[float, float, float, float]
Shown = dict[str, tuple[tuple[float, float], Box]]
UNKNOWN = VehicleClass.UNKNOWN


def found(boxes: list[Box]) -> Detections:
    n = len(boxes)
    kinds = np.full(n, UNKNOWN, dtype=np.int8)
    return Detections(np.array(boxes).reshape(-1, 4), np.full(n, 0.9), kinds, np.full((n, 2), np.nan))


def followed(
    film: list[Shown], sigma_m: tuple[float, float], every_ns: int = NS_PER_S
) -> list[dict[str, int]]:
    """Return by sight the id of each who is shown by name, those left out that have none yet."""
    follower, told = Follower(ON_GROUND), []
    for n, shown in enumerate(film):
        points = np.array([place for place, _ in shown.values()]).reshape(-1, 2)
        spreads = np.repeat(np.diag(np.square(sigma_m))[None], len(points), axis=0)
        follower.update(found([box for _, box in shown.values()]), points, spreads, n * every_ns)
        tracks = [t for t in follower.tracks(n * every_ns, on_ground=True) if t.observed]
        by_box = {t.box_px: t.track_id for t in tracks}
        told.append({who: by_box[box] for who, (_, box) in shown.items() if box in by_box})
    return told


def test_who_comes_into_view_before_a_stander_does_not_take_him_along() -> None:
    """Two cars of a queue hide him one after the other, each where he was, then nearer and larger."""
    place, box = (0.0, 0.0), (30.0, 198.0, 145.0, 259.0)
    film: list[Shown] = [{"stands": (place, box)}] * 14
    film += [
        {"first": ((1.0, -3.0), (68.0, 205.0, 187.0, 295.0))},
        {
            "stands": (place, (11.0, 179.0, 147.0, 284.0)),
            "second": ((1.5, -3.2), (48.0, 200.0, 213.0, 353.0)),
        },
        {"stands": (place, (35.0, 194.0, 143.0, 249.0)), "third": ((-4.0, -3.0), (8.0, 218.0, 124.0, 322.0))},
        *[{"stands": (place, box)}] * 3,
    ]
    told = followed(film, (0.6, 0.4))
    assert {ids["stands"] for ids in told[2:] if "stands" in ids} == {1}
    assert told[-1] == {"stands": 1}
    assert all(1 not in {ids.get(who) for who in ("first", "second", "third")} for ids in told[15:])


def test_who_is_new_and_fast_is_followed_though_his_boxes_do_not_overlap() -> None:
    """A car at 80 km/h before a close view at 5 pictures a second: 4.4 m and more than its box each time."""
    film: list[Shown] = [
        {"fast": ((-20.0 + 4.4 * n, 0.0), (120.0 - 2.0 * n, 20.0 + 45.0 * n, 160.0, 55.0 + 46.0 * n))}
        for n in range(5)
    ]
    told = followed(film, (0.5, 0.3), NS_PER_S // 5)
    assert [set(ids.values()) for ids in told[2:]] == [{1}] * 3


def test_a_rider_who_moves_by_his_own_box_from_sight_to_sight_does_not_leap() -> None:
    """Rides up to a stop line, turns away near the camera; exact boxes at 5 pictures a second."""
    film: list[tuple[tuple[float, float], Box]] = [
        ((670.1, 937.9), (358.5, 208.1, 386.4, 257.1)),
        ((671.5, 939.8), (337.6, 186.4, 361.7, 230.2)),
        ((672.8, 941.7), (320.7, 168.9, 341.8, 208.5)),
        ((674.1, 943.5), (306.6, 154.3, 325.4, 190.7)),
        ((675.4, 945.3), (294.2, 141.6, 311.2, 175.1)),
        ((676.7, 947.1), (284.5, 131.2, 299.4, 162.4)),
    ]
    follower = Follower(ON_GROUND)
    for n, (place, box) in enumerate(film):
        spread = np.diag([0.04, 0.04])[None]
        follower.update(found([box]), np.array([place]), spread, n * NS_PER_S // 5)
    (rider,) = follower.tracks((len(film) - 1) * NS_PER_S // 5, on_ground=True)
    assert rider.track_id == 1
    assert rider.leapt_ns is None


def test_who_passes_where_one_stood_who_left_unseen_is_told_as_a_leap() -> None:
    """Found on an evening: a rider set out hidden, and the next, who rolled through, went on in his name."""
    film: list[tuple[tuple[float, float], Box] | None] = [((0.0, 0.0), (245.0, 288.0, 281.0, 317.0))] * 25
    film += [None] * 8
    film += [
        ((-1.0, -0.4), (232.0, 277.0, 266.0, 305.0)),
        ((-1.0, 0.4), (243.0, 276.0, 276.0, 304.0)),
        ((-0.9, 1.3), (255.0, 275.0, 288.0, 303.0)),
    ]
    follower, every_ns = Follower(ON_GROUND), NS_PER_S // 5
    for n, shown in enumerate(film):
        boxes = [shown[1]] if shown else []
        places = np.array([shown[0]] if shown else []).reshape(-1, 2)
        spreads = np.repeat(np.diag([0.3, 0.3])[None], len(places), axis=0)
        follower.update(found(boxes), places, spreads, n * every_ns)
    (told,) = [t for t in follower.tracks((len(film) - 1) * every_ns, on_ground=True) if t.observed]
    assert told.track_id == 1
    assert told.leapt_ns == 33 * every_ns


def test_who_comes_to_stand_where_one_left_in_plain_sight_keeps_his_own_number() -> None:
    """Found on an evening, once a second: the kept number of the first took the next ten seconds later."""
    film: list[Shown] = [{"first": ((1738.7, 2731.9), (517.0, 122.0, 532.0, 143.0))}] * 40
    film += [
        {"first": ((1736.3, 2725.5), (559.0, 137.0, 577.0, 162.0))},
        {"first": ((1733.8, 2719.0), (619.0, 159.0, 639.0, 189.0))},
        {},
        {"next": ((1749.7, 2761.6), (412.0, 85.0, 420.0, 97.0))},
        {"next": ((1746.8, 2753.7), (431.0, 92.0, 440.0, 106.0))},
        {"next": ((1744.3, 2747.1), (451.0, 99.0, 461.0, 114.0))},
        {"next": ((1742.3, 2741.6), (470.0, 106.0, 482.0, 123.0))},
        {"next": ((1740.7, 2737.3), (489.0, 112.0, 501.0, 131.0))},
        {"next": ((1739.5, 2734.1), (504.0, 118.0, 518.0, 138.0))},
        {"next": ((1738.7, 2732.0), (515.0, 122.0, 530.0, 143.0))},
        {"next": ((1738.3, 2731.0), (522.0, 124.0, 537.0, 145.0))},
        *[{"next": ((1738.2, 2730.6), (524.0, 125.0, 539.0, 146.0))}] * 10,
    ]
    told = followed(film, (0.6, 0.4))
    assert {ids["next"] for ids in told if "next" in ids} == {told[-1]["next"]}
    assert told[-1]["next"] != told[30]["first"]


def test_who_drives_up_as_another_sets_out_does_not_get_his_number() -> None:
    """Found on an evening, once a second: the next drew up behind him, then to where he had stood."""
    stood = ((4.2, 4.7), (304.5, 176.0, 319.0, 209.5))
    film: list[Shown] = [{"first": stood}] * 40
    film += [
        {"first": stood, "next": ((14.1, 9.1), (373.0, 252.5, 396.5, 305.0))},
        {"first": stood, "next": ((10.6, 6.7), (321.0, 217.0, 341.0, 259.5))},
        {"first": stood, "next": ((8.3, 5.9), (313.0, 199.5, 330.0, 238.5))},
        {
            "first": ((3.2, 4.4), (303.0, 171.5, 317.0, 203.5)),
            "next": ((7.0, 5.5), (310.0, 191.5, 326.0, 228.0)),
        },
        {
            "first": ((-0.2, 3.4), (297.5, 157.0, 310.0, 185.5)),
            "next": ((5.1, 5.0), (306.5, 181.0, 321.5, 215.0)),
        },
        {
            "first": ((-6.1, 1.6), (290.5, 138.0, 301.0, 162.5)),
            "next": ((3.6, 4.5), (303.5, 173.0, 317.5, 205.5)),
        },
        {
            "first": ((-13.9, -0.7), (284.0, 120.0, 293.0, 140.5)),
            "next": ((2.8, 4.3), (302.0, 169.5, 316.0, 201.5)),
        },
        *[{"next": ((2.6, 4.2), (302.0, 168.5, 315.5, 200.0))}] * 10,
    ]
    told = followed(film, (0.6, 0.4))
    assert {ids["next"] for ids in told if "next" in ids} == {told[-1]["next"]}
    assert told[-1]["next"] != told[30]["first"]


def test_who_passes_does_not_exchange_numbers_with_whom_he_half_hides() -> None:
    place, box = (0.0, 0.0), (369.0, 129.0, 383.0, 148.0)
    film: list[Shown] = [{"stands": (place, box)}] * 20
    passing: list[Box] = [
        (478.0, 113.0, 487.0, 124.0),
        (451.0, 115.0, 460.0, 127.0),
        (424.0, 120.0, 434.0, 133.0),
        (397.0, 127.0, 409.0, 142.0),
    ]
    for n, at_px in enumerate(passing):
        film.append({"stands": (place, box), "passes": ((32.0 - 8 * n, -3.0), at_px)})
    film.append(
        {
            "stands": ((0.5, 0.8), (372.0, 128.0, 379.0, 145.0)),
            "passes": ((0.0, -3.0), (370.0, 139.0, 388.0, 162.0)),
        }
    )
    film.append({"stands": (place, box)})
    told = followed(film, (2.0, 1.0))
    assert {ids["stands"] for ids in told[2:]} == {1}
    assert told[24]["passes"] == told[23]["passes"]


def test_who_is_lost_in_passing_does_not_take_the_box_of_who_stands_there() -> None:
    place, box = (0.0, 0.0), (27.0, 197.0, 141.0, 258.0)
    film: list[Shown] = [{"stands": (place, box)}] * 20
    for n in range(6):
        left, lower = 420.0 - 62 * n, 150.0 + 24 * n
        film.append(
            {
                "stands": (place, box),
                "passes": ((40.0 - 7 * n, -3.0), (left, lower - 20 - 8 * n, left + 30 + 14 * n, lower)),
            }
        )
    film += [{"stands": (place, (56.0, 193.0, 153.0, 273.0))}, {"stands": (place, box)}]
    told = followed(film, (1.5, 0.7))
    assert {ids["stands"] for ids in told[2:]} == {1}


CAMERA = PinholeCamera(640, 360, 500.0, np.array([-40.0, 0.0, 8.0]), 0.0, 0.2)
CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])


def seen(x_m: float, y_m: float, size_m: tuple[float, float, float]) -> Box:
    """Return the box in which CAMERA sees a cuboid that stands at a point and heads east."""
    pixels, _ = CAMERA.project(np.array([x_m, y_m, 0.0]) + CORNERS * size_m)
    x0, y0 = pixels.min(axis=0).tolist()
    x1, y1 = pixels.max(axis=0).tolist()
    return x0, y0, x1, y1


def takeover() -> list[Box]:
    """A motorcycle crosses the line and turns left unseen; beside its way a box that waits, then a car."""
    rides = [seen(-22.0 + 0.9 * n, -1.0, (1.9, 0.8, 1.6)) for n in range(28)]
    waits = [seen(9.0, -3.6, (1.9, 0.8, 1.3))] * 2
    drives = [seen(10.0 + 1.4 * n, -3.6, (4.3, 1.9, 2.6)) for n in range(16)]
    return [*rides, *waits, *drives]


def test_a_track_that_goes_on_with_another_vehicle_accuses_nobody() -> None:
    plan = replace(site(left_on_red=True), camera=CAMERA)
    tracker, rule, signals = GroundTracker(plan), RedLight(plan), lights((at(16, 59), Aspect.RED))
    found_kinds: list[VerdictKind] = []
    start_ns = at(17)
    for n, box in enumerate(takeover()):
        now_ns = start_ns + n * NS_PER_S // 5 + (6 * NS_PER_S // 5 if n >= 28 else 0)
        tracks = tracker.update(found([box]), now_ns)
        found_kinds += [v.kind for v in rule.judge(observe(now_ns, *tracks, signals=signals(now_ns)))]
    found_kinds += [v.kind for v in rule.finish(now_ns)]
    assert found_kinds
    assert VerdictKind.VIOLATION not in found_kinds


def test_a_box_far_from_where_it_should_be_is_told_as_a_leap_and_others_are_not() -> None:
    boxes = [(100.0 + 4 * n, 100.0, 130.0 + 4 * n, 130.0) for n in range(10)]
    for last, leaps in (((140.0, 100.0, 170.0, 130.0), False), ((180.0, 90.0, 260.0, 150.0), True)):
        follower = Follower(ON_GROUND)
        for n, box in enumerate([*boxes, last]):
            point = np.array([[0.4 * n, 0.0]])
            follower.update(found([box]), point, np.eye(2)[None] * 0.3, n * NS_PER_S // 5)
        (told,) = [t for t in follower.tracks(2 * NS_PER_S, on_ground=True) if t.track_id == 1]
        assert told.observed
        assert (told.leapt_ns == 2 * NS_PER_S) is leaps


def test_the_rule_does_not_accuse_who_leapt_since_he_was_before_the_line() -> None:
    def verdicts(leapt_s: float | None) -> set[tuple[VerdictKind, Reason | None]]:
        rule, signals, told = RedLight(site()), lights((at(16, 59), Aspect.RED)), set()
        for n in range(60):
            now_ns = at(17) + n * NS_PER_S // 5
            one: Track = track(1, now_ns, (-30.0 + 1.6 * n, 0.0), (8.0, 0.0))
            if leapt_s is not None and n / 5 >= leapt_s:
                one = replace(one, leapt_ns=at(17) + round(leapt_s * NS_PER_S))
            told |= {(v.kind, v.reason) for v in rule.judge(observe(now_ns, one, signals=signals(now_ns)))}
        return told

    leap = {(VerdictKind.UNDETERMINED, Reason.TRACK_LEAPS)}
    assert {kind for kind, _ in verdicts(None)} == {VerdictKind.VIOLATION}
    assert {kind for kind, _ in verdicts(1.0)} == {
        VerdictKind.VIOLATION
    }  # far before the line: from there on
    assert verdicts(3.0) == {(VerdictKind.UNDETERMINED, Reason.TRACK_BEGAN_AT_LINE)}
    assert verdicts(4.0) == leap
