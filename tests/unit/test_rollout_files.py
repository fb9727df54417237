from datetime import date, timedelta
from pathlib import Path

import pytest

from scenarios.errors import InputError
from scenarios.phases.rollout import Stage, window_of
from scenarios.rollout_files import DriversFile, DurationsFile, load_rollout
from scenarios.toml_files import Kind, resolve
from twin.field.crews import Durations
from twin.people.attitudes import Attitudes

KTL = resolve(Kind.ROLLOUT, "ktl-2025").read_text(encoding="utf-8")


def test_the_dates_are_the_real_ones() -> None:
    ktl = load_rollout("ktl-2025")
    assert [(p.stage, p.since) for p in ktl.phases[:2]] == [
        (Stage.SOCIALISATION, date(2025, 10, 25)),
        (Stage.ENFORCEMENT, date(2025, 11, 24)),
    ]
    assert ktl.phases[1].since - ktl.phases[0].since == timedelta(days=30)
    assert ktl.ladder.towing_from == date(2026, 1, 5)
    assert (ktl.raids[0].day, ktl.raids[0].until_s) == (date(2025, 11, 26), 18 * 3600 + 1800)
    assert ktl.hours_s == (16 * 3600, 19 * 3600)


def test_six_weeks_hold_socialisation_launch_and_withdrawal() -> None:
    ktl = load_rollout("ktl-2025")
    counted = ktl.days(42)[ktl.lead_in_days :]
    assert len(counted) == 42
    assert {ktl.phase(day).stage for day in counted} == set(Stage) - {Stage.BEFORE}
    assert ktl.phase(ktl.days(42)[0]).stage is Stage.BEFORE


def test_socialisation_only_warns_and_withdrawal_does_nothing() -> None:
    ktl = load_rollout("ktl-2025")
    hour_s = 3600.0
    assert ktl.ladder.policy(Stage.SOCIALISATION).due(hour_s) == ()
    assert len(ktl.ladder.policy(Stage.ENFORCEMENT).due(hour_s)) == 2
    gone = next(phase for phase in ktl.phases if phase.stage is Stage.WITHDRAWAL)
    assert gone.officers == (0, 0)
    assert (gone.sticker_crews, gone.tow_trucks, gone.publicity, gone.cameras) == (0, 0, 0.0, False)


def test_friday_to_sunday_are_one_window() -> None:
    monday = date(2025, 11, 24)
    assert [window_of(monday + timedelta(days=number)) for number in range(7)] == [0, 0, 0, 0, 1, 1, 1]


def test_the_tables_know_every_parameter_of_the_model() -> None:
    assert DriversFile().model_dump() == {n: getattr(Attitudes(), n) for n in Attitudes.__dataclass_fields__}
    assert DurationsFile().model_dump() == {
        n: getattr(Durations(), n) for n in Durations.__dataclass_fields__
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "sticker_crews",
            "sticker_crew",
            r"unknown key 'phase.0.sticker_crew'; did you mean 'sticker_crews'?",
        ),
        ("recall = 0.8", "recall = 1.8", "cameras.recall"),
        ("since = 2025-12-08", "since = 2025-10-01", "expected the phases in the order of their days"),
        (
            'zones = ["beruang-madu", "beller", "balikpapan-baru"]',
            'zones = ["rapak"]',
            "a raid names zone 'rapak'",
        ),
        ("coverage = [0.6, 0.4, 0.4, 0.4]", "coverage = [0.6]", "one share of coverage for each of 4 zones"),
        ("present = [0.6, 0.1]", "present = [0.6]", "one share in 'present' for each of 2 kinds"),
        ("sticker_after_s = 600", "sticker_after_s = 6000", "expected sticker_after_s <= tow_after_s"),
        ('stage = "withdrawal"', 'stage = "retreat"', "phase.2.stage"),
        ('until = "19:00"', 'until = "15:00"', "expected 'from' before 'until'"),
        ("[ladder]", "[drivers]\nhalf_life_days = 5.0\n[ladder]", "did you mean 'half_life_d'?"),
    ],
)
def test_a_slip_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in KTL
    path = tmp_path / "mine.toml"
    path.write_text(KTL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_rollout(str(path))
    assert said in str(error.value)
    assert "mine.toml" in str(error.value)


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(InputError, match="unknown rollout 'ktl-2026'; did you mean 'ktl-2025'"):
        load_rollout("ktl-2026")
