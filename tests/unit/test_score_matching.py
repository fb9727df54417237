import pytest

from scenarios.score import Match, passed, pooled, score, shortfalls
from tests.synthetic_run import Accusation, crossing, plate, run, scenario, stand
from twin.truth import TrueViolation

KERB, RED = "kerb_parking", "red_light"


def kerb(vehicle: int | None, opened: str = "16:31:05", **more: str) -> Accusation:
    return Accusation(KERB, vehicle, "16:30", opened, **more)


def test_a_stand_that_got_its_case_is_found_in_time() -> None:
    result = score(run((stand(1, "16:30", "16:45"),), (kerb(1),)))
    rule = result.rule(KERB)
    assert (rule.view_recall.hits, rule.view_recall.trials) == (1, 1)
    assert (rule.precision.hits, rule.precision.trials) == (1, 1)
    assert rule.latencies_s == (5.0,)  # it became a violation at 16:31:00
    assert rule.latency_s(50) == 5.0


@pytest.mark.parametrize(
    ("begins", "ends", "counts"),
    [
        ("14:00", "15:59", 0),  # before the window
        ("15:50", "16:00:30", 0),  # half a minute of it
        ("15:50", "16:01:03", None),  # on the edge
        ("15:50", "16:01:10", 1),
        ("18:58:50", None, 1),  # 70 s until the window closes
        ("18:59:30", None, 0),
        ("16:30", "16:30:54", 0),
        ("16:30", "16:31:04", None),
        ("16:30", "16:31:06", 1),
    ],
)
def test_only_time_in_the_window_makes_a_stand_a_violation(
    begins: str, ends: str | None, counts: int | None
) -> None:
    rule = score(run((stand(1, begins, ends),), ())).rule(KERB)
    assert rule.borderline == (counts is None)
    assert rule.view_recall.trials == (counts or 0)


def test_a_stand_that_began_before_the_cameras_looked_counts_from_their_start() -> None:
    early = run((stand(1, "15:00", "16:10"),), (Accusation(KERB, 1, "16:00", "16:01:01"),))
    assert score(early).rule(KERB).latencies_s == (1.0,)


def test_system_recall_counts_what_no_camera_sees_and_view_recall_does_not() -> None:
    unseen = stand(2, "16:30", "16:45", east_m=30.0)
    rule = score(run((stand(1, "16:30", "16:45"), unseen), (kerb(1),))).rule(KERB)
    assert (rule.view_recall.hits, rule.view_recall.trials) == (1, 1)
    assert (rule.system_recall.hits, rule.system_recall.trials) == (1, 2)


def test_a_street_without_a_sign_has_no_violation() -> None:
    rule = score(run((stand(1, "16:30", "16:45", east_m=400.0, place="xb"),), ())).rule(KERB)
    assert rule.system_recall.trials == 0
    assert rule.view_recall.value is None


@pytest.mark.parametrize(
    ("accused", "match"),
    [
        (kerb(1), Match.CORRECT),
        (kerb(1, plate=plate(1)), Match.CORRECT),
        (kerb(1, plate=plate(1).replace(" ", "").lower()), Match.CORRECT),
        (kerb(1, plate=plate(2)), Match.WRONG_VEHICLE),
        (kerb(2), Match.WRONG_VEHICLE),
        (kerb(None), Match.NOBODY),
        (Accusation(RED, 1, "16:30", "16:31"), Match.WRONG_VEHICLE),  # another rule
        (Accusation(KERB, 1, "17:30", "17:31"), Match.WRONG_VEHICLE),  # another time
    ],
)
def test_what_a_case_turns_out_to_be(accused: Accusation, match: Match) -> None:
    result = score(run((stand(1, "16:30", "16:45"),), (accused,)))
    assert [one.match for one in result.matches] == [match]


def test_a_second_case_of_the_same_act_is_repeated_and_counts_once() -> None:
    result = score(run((stand(1, "16:30", "16:45"),), (kerb(1), kerb(1, "16:40"))))
    rule = result.rule(KERB)
    assert [one.match for one in result.matches] == [Match.CORRECT, Match.REPEATED]
    assert (rule.repeated, rule.precision.trials, rule.view_recall.hits) == (1, 1, 1)


def test_a_borderline_act_counts_neither_way() -> None:
    red = (crossing(1, "17:00:10", 0.2),)
    rule = score(run(red, (Accusation(RED, 1, "17:00:10", "17:00:11"),))).rule(RED)
    assert (rule.borderline, rule.view_recall.trials, rule.precision.trials) == (1, 0, 0)


@pytest.mark.parametrize(
    ("truth", "in_view"),
    [(crossing(1, "17:00"), 1), (crossing(1, "17:00", north_m=30.0), 0), (crossing(1, "19:20"), 0)],
)
def test_a_crossing_counts_where_and_while_a_view_sees_its_line(truth: TrueViolation, in_view: int) -> None:
    assert score(run((truth,), ())).rule(RED).view_recall.trials == in_view


def test_the_wrong_vehicle_bound_is_what_the_cases_prove() -> None:
    happened = tuple(stand(n, "16:30", "16:45") for n in range(1, 60))
    rule = score(run(happened, tuple(kerb(n) for n in range(1, 60)))).rule(KERB)
    assert rule.wrong_vehicle.hits == 0
    assert rule.wrong_vehicle.at_most < 0.05  # 59 without a failure prove 95 %


def test_classes_are_told_apart() -> None:
    rule = score(run((stand(1, "16:30", "16:45"),), (kerb(1), kerb(7)))).rule(KERB)
    assert [row.vehicle_class.name for row in rule.by_class] == ["CAR"]
    assert (rule.by_class[0].recall.hits, rule.by_class[0].precision.trials) == (1, 2)


def test_gates_say_what_falls_short() -> None:
    result = score(run((stand(1, "16:30", "16:45"),), (kerb(2),)))
    kinds = [(one.rule, one.measure, one.got) for one in shortfalls(result, scenario())]
    assert kinds == [
        (KERB, "recall", 0.0),
        (KERB, "precision", 0.0),
        (RED, "recall", None),
        (RED, "precision", None),
    ]
    assert not passed(result, scenario())
    assert passed(result, scenario(gates=()))


def test_runs_pool_by_adding_their_trials() -> None:
    one = score(run((stand(1, "16:30", "16:45"),), (kerb(1),), seed=1))
    two = score(run((stand(1, "16:30", "16:45"),), (), seed=2))
    both = pooled((one, two))
    assert both.seeds == (1, 2)
    assert (both.rule(KERB).view_recall.hits, both.rule(KERB).view_recall.trials) == (1, 2)


def test_nothing_cannot_be_pooled() -> None:
    with pytest.raises(ValueError, match="got none"):
        pooled(())


def test_an_unknown_rule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="kerb_parking, red_light"):
        score(run((), ())).rule("u_turn")
