"""Who may do what, by date; what the city forbids, where and when."""

from datetime import date

import pytest

from detectors.cases.deeds import Actor, CaseStep
from detectors.cases.local_rules import KTL_BAN, KTL_ZONES, UnknownZone, forbidden, rules_in
from detectors.cases.powers import POWERS, TOWING_SINCE, holders, may, towing_since
from detectors.cases.tracks import TRACKS
from detectors.datatypes.cases import CaseTrack

STANDING, MOVING = CaseTrack.STANDING, CaseTrack.MOVING
DAY = date(2026, 3, 1)


def steps_of(actor: Actor, track: CaseTrack) -> set[CaseStep]:
    return {power.step for power in POWERS if (power.actor, power.track) == (actor, track)}


def test_dishub_warns_stickers_deflates_and_tows_and_only_police_ticket() -> None:
    own = {CaseStep.WARN, CaseStep.STICKER, CaseStep.DEFLATE, CaseStep.TOW}
    assert own <= steps_of(Actor.DISHUB, STANDING)
    for track in CaseTrack:
        assert {power.actor for power in holders(track, CaseStep.TICKET, POWERS)} == {Actor.POLICE}
    assert not (own - {CaseStep.WARN}) & steps_of(Actor.POLICE, STANDING)


def test_dishub_has_no_part_in_a_moving_offence() -> None:
    assert steps_of(Actor.DISHUB, MOVING) == set()
    assert {p.actor for p in holders(MOVING, CaseStep.ACCEPT, POWERS)} == {Actor.POLICE}


@pytest.mark.parametrize("track", CaseTrack)
def test_every_step_of_a_track_has_somebody_who_may_take_it_and_no_other_step_has(track: CaseTrack) -> None:
    assert {step for _, step in TRACKS[track]} == {power.step for power in POWERS if power.track is track}


def test_towing_is_a_power_from_its_day_on() -> None:
    ask = (Actor.DISHUB, STANDING, CaseStep.TOW)
    assert [may(*ask, day, POWERS) for day in (date(2026, 1, 4), TOWING_SINCE)] == [False, True]
    assert may(*ask, date(2026, 1, 6), towing_since(date(2026, 2, 1))) is False
    assert may(*ask, None, POWERS) is None


def test_on_an_unknown_day_only_what_always_held_is_known() -> None:
    assert may(Actor.DISHUB, STANDING, CaseStep.STICKER, None, POWERS) is True
    assert may(Actor.DISHUB, STANDING, CaseStep.TICKET, None, POWERS) is False
    assert may(Actor.DISHUB, STANDING, CaseStep.STICKER, date(2009, 6, 21), POWERS) is False


def test_each_power_is_granted_once() -> None:
    keys = [(power.actor, power.track, power.step) for power in POWERS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("zone", KTL_ZONES)
def test_the_ban_of_the_ktl_has_its_hours_and_its_first_day(zone: str) -> None:
    assert forbidden(zone, DAY, 16 * 3600) is KTL_BAN
    assert forbidden(zone, DAY, 19 * 3600 - 1) is KTL_BAN
    assert forbidden(zone, DAY, 19 * 3600) is None
    assert forbidden(zone, DAY, 16 * 3600 - 1) is None
    assert forbidden(zone, date(2025, 11, 23), 17 * 3600) is None
    assert rules_in(zone, date(2025, 11, 24)) == (KTL_BAN,)
    assert (KTL_BAN.article, KTL_BAN.needs_signature) == ("287(1)", True)


def test_an_unknown_zone_lists_the_known_ones() -> None:
    with pytest.raises(UnknownZone, match=r"'senayan'; known zones: balikpapan-baru, beller"):
        rules_in("senayan", DAY)
