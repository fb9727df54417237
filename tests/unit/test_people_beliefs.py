import numpy as np
import pytest

from twin.people.alternatives import Instead, instead
from twin.people.attitudes import JUDGEMENT, PUBLISHED, Attitudes, parameters
from twin.people.beliefs import (
    Beliefs,
    Evidence,
    belief,
    forget,
    learn,
    meet_cameras,
    see_others,
    without_news,
)
from twin.people.decisions import benefit, breaking_point, officer_effect, perceived, violates

USUAL = Attitudes()
ONE, HERE = np.array([0]), np.array([1])


def one_driver(**columns: float) -> Beliefs:
    evidence = Evidence.of(ONE, HERE, **{name: np.array([value]) for name, value in columns.items()})
    return learn(without_news(1, 3, 2, USUAL), evidence, 0, USUAL)


def test_without_news_every_belief_is_the_prior() -> None:
    minds = forget(without_news(4, 3, 2, USUAL), USUAL, days=40)
    assert belief(minds, USUAL) == pytest.approx(USUAL.prior_belief, abs=0)


def test_what_was_learnt_halves_exactly_with_every_half_life() -> None:
    minds = one_driver(sanctioned=1.0, unpunished=2.0)
    later = forget(minds, USUAL, days=USUAL.half_life_d)
    assert (later.punished == minds.punished / 2).all()
    assert (later.unpunished == minds.unpunished / 2).all()
    assert later.punished[0, 1, 0] == USUAL.own_sanction / 2


def test_five_days_of_forgetting_are_one_half_life() -> None:
    minds = one_driver(seen=1.0)
    daily = minds
    for _ in range(5):
        daily = forget(daily, USUAL)
    assert daily.punished == pytest.approx(minds.punished / 2, rel=1e-12)


def test_an_own_sanction_moves_a_beta_belief_by_its_pseudo_observations() -> None:
    # Beta(0.5, 9.5) and three punished observations: (0.5 + 3) / (10 + 3)
    assert belief(one_driver(sanctioned=1.0), USUAL)[0, 1, 0] == pytest.approx(3.5 / 13)


def test_a_lesson_counts_in_part_for_the_other_days_and_not_for_other_zones() -> None:
    minds = one_driver(sanctioned=1.0)
    assert minds.punished[0, 1].tolist() == [3.0, 3.0 * USUAL.other_days]
    assert minds.punished[0, [0, 2]].sum() == 0


def test_unpunished_violations_lower_the_belief() -> None:
    assert belief(one_driver(unpunished=1.0), USUAL)[0, 1, 0] == pytest.approx(0.5 / 10.5)


def test_knowing_a_camera_fades_by_its_own_half_life() -> None:
    minds = meet_cameras(without_news(1, 3, 2, USUAL), ONE, HERE)
    later = forget(minds, USUAL, days=USUAL.camera_half_life_d)
    assert later.camera.tolist() == [[0.0, 0.5, 0.0]]


def test_the_norm_moves_towards_what_is_seen_and_does_not_fade() -> None:
    minds = see_others(without_news(1, 3, 2, USUAL), ONE, HERE, np.array([1.0]), USUAL)
    expected = USUAL.norm_start + USUAL.norm_gain * (1 - USUAL.norm_start)
    assert forget(minds, USUAL, days=100).norm[0, 1] == pytest.approx(expected)


def test_a_driver_violates_when_the_benefit_exceeds_expected_cost_and_norm() -> None:
    worth, norm, chance = np.array([0.09, 0.11]), np.array([1.0, 1.0]), np.array([0.05, 0.05])
    point = breaking_point(worth, norm, USUAL)  # 0.05 x 1 + 0.05 x 1 = 0.10
    assert violates(chance, point).tolist() == [False, True]


def test_the_median_driver_has_the_median_benefit() -> None:
    assert benefit(np.zeros(1), np.zeros(1), USUAL) == pytest.approx(USUAL.benefit_median)


def test_an_officer_counts_half_at_the_halving_distance_and_nothing_when_absent() -> None:
    far = np.array([0.0, USUAL.officer_halving_m, np.inf])
    assert officer_effect(far, USUAL) == pytest.approx([0.9, 0.45, 0.0])
    assert perceived(np.array([0.2]), np.array([np.inf]), USUAL) == pytest.approx([0.2])


def test_who_complies_takes_the_best_alternative() -> None:
    worth, wait_min = np.array([0.02, 0.5, 0.5]), np.array([60.0, 60.0, 5.0])
    assert instead(worth, wait_min, USUAL).tolist() == [Instead.GIVE_UP, Instead.SIDE_STREET, Instead.WAIT]


def test_every_parameter_says_what_it_is_and_how_it_is_known() -> None:
    told = parameters(USUAL)
    assert len(told) == len(Attitudes.__dataclass_fields__)
    for one in told:
        assert one.what
        assert one.standing in (JUDGEMENT, PUBLISHED)
        assert ("[?]" in one.source) == (one.standing == JUDGEMENT)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("prior_belief", 1.5, "expected a share 0..1, got 1.5"),
        ("half_life_d", 0.0, "expected more than 0, got 0.0"),
        ("cost", -1.0, "expected a number of at least 0, got -1.0"),
    ],
)
def test_attitudes_that_nobody_can_have_are_refused(name: str, value: float, said: str) -> None:
    with pytest.raises(ValueError, match=rf"Attitudes.{name}: {said}"):
        Attitudes(**{name: value})
