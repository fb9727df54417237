from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.cases.law import TABLE, Sanction, UnknownSanction, sanction

BEFORE, AFTER = date(2025, 12, 1), date(2026, 3, 1)
FINES = {  # DOMAIN 3, UU 22/2009
    "287(1)": 500_000,
    "287(2)": 500_000,
    "287(3)": 250_000,
    "287(4)": 250_000,
    "287(5)": 500_000,
    "287(6)": 250_000,
    "297": 3_000_000,
}


@pytest.mark.parametrize(("article", "fine_rp"), FINES.items())
def test_the_fines_of_the_statute(article: str, fine_rp: int) -> None:
    assert sanction(article, BEFORE, BEFORE).max_fine_rp == fine_rp


def test_confinement_ends_on_2_january_2026() -> None:
    assert sanction("287(1)", date(2026, 1, 1), date(2026, 1, 1)).confinement
    row = sanction("287(1)", date(2026, 1, 2), date(2026, 1, 2))
    assert not row.confinement
    assert row.needs_signature


def test_an_act_under_the_old_law_decided_under_the_new_one_takes_the_milder() -> None:
    row = sanction("287(2)", BEFORE, AFTER)
    assert not row.confinement
    assert row.needs_signature


def test_an_old_law_that_is_milder_still_applies() -> None:
    old = Sanction(
        "9",
        "x",
        100,
        confinement=False,
        valid_from=date(2000, 1, 1),
        valid_to=date(2009, 12, 31),
        needs_signature=False,
    )
    new = replace(old, max_fine_rp=200, valid_from=date(2010, 1, 1), valid_to=None)
    table = (old, new)
    assert sanction("9", date(2009, 5, 1), date(2011, 1, 1), table) == replace(old, needs_signature=True)
    assert sanction("9", date(2010, 5, 1), date(2011, 1, 1), table) == new
    milder = (old, replace(new, max_fine_rp=50))
    assert sanction("9", date(2009, 5, 1), date(2011, 1, 1), milder).max_fine_rp == 50


def test_each_paragraph_has_one_row_on_any_day() -> None:
    for day in (date(2009, 6, 22), date(2026, 1, 1), date(2026, 1, 2), date(2030, 1, 1)):
        articles = [row.article for row in TABLE if row.holds_on(day)]
        assert len(articles) == len(set(articles)) == 11


def test_an_unknown_paragraph_lists_the_known_ones() -> None:
    with pytest.raises(UnknownSanction, match=r"'999'.*287\(1\)"):
        sanction("999", BEFORE, BEFORE)


def test_no_decision_before_the_act() -> None:
    with pytest.raises(ValueError, match="cannot concern"):
        sanction("287(1)", AFTER, BEFORE)


DAYS = st.dates(date(2000, 1, 1), date(2039, 12, 31))
WEIGHT = st.tuples(st.booleans(), st.sampled_from((100, 200, 300)))


@given(st.tuples(DAYS, DAYS).map(sorted), DAYS, WEIGHT, WEIGHT)
def test_whatever_the_days_nobody_is_judged_by_a_harsher_law_than_either(
    days: list[date], change: date, before: tuple[bool, int], after: tuple[bool, int]
) -> None:
    confined, fine = before
    old = Sanction("9", "x", fine, confined, date.min, change - timedelta(days=1), needs_signature=False)
    new = replace(old, confinement=after[0], max_fine_rp=after[1], valid_from=change, valid_to=None)
    row = sanction("9", days[0], days[1], (old, new))
    laws = [law for law in (old, new) if any(law.holds_on(day) for day in days)]
    assert row.severity == min(law.severity for law in laws)
    assert row.needs_signature is (len(laws) == 2)
