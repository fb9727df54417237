"""Rules of the city by zone, window and date: what its signs forbid, and by which decree."""

from dataclasses import dataclass
from datetime import date

from detectors.datatypes.site import DailyWindow


class UnknownZone(LookupError):  # noqa: N818 - reads as what happened
    """No rule of the city names that zone."""


@dataclass(frozen=True, slots=True)
class LocalRule:
    """What a decree forbids in some zones, in a window of every day, between two days; None means still.

    `code` and `conduct` are codes with texts, `article` is the paragraph of UU 22/2009 that is broken by
    whom the sign does not keep away.
    """

    code: str
    decree: str
    article: str
    zones: tuple[str, ...]
    window: DailyWindow
    valid_from: date
    valid_to: date | None = None
    needs_signature: bool = True

    def holds_on(self, day: date) -> bool:
        """Return whether the rule is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


KTL_ZONES = ("beruang-madu", "beller", "balikpapan-baru", "wika")
KTL_BAN = LocalRule(
    code="ktl-ban",
    decree="SK Wali Kota 188.45-370/2025",
    article="287(1)",
    zones=KTL_ZONES,
    window=DailyWindow(16 * 3600, 19 * 3600),
    valid_from=date(2025, 11, 24),  # DOMAIN 1: ban and launch
)
LOCAL_RULES: tuple[LocalRule, ...] = (KTL_BAN,)


def rules_in(zone: str, day: date, table: tuple[LocalRule, ...] = LOCAL_RULES) -> tuple[LocalRule, ...]:
    """Return the rules of a zone that are in force on a day; raises UnknownZone that lists the known ones."""
    known = sorted({name for rule in table for name in rule.zones})
    if zone not in known:
        msg = f"no rule of the city for zone {zone!r}; known zones: {', '.join(known)}"
        raise UnknownZone(msg)
    return tuple(rule for rule in table if zone in rule.zones and rule.holds_on(day))


def forbidden(
    zone: str, day: date, second_of_day: float, table: tuple[LocalRule, ...] = LOCAL_RULES
) -> LocalRule | None:
    """Return the rule that forbids standing in a zone at a local second of a day, None where none does.

    Raises UnknownZone.
    """
    rules = rules_in(zone, day, table)
    return next((rule for rule in rules if rule.window.contains(second_of_day)), None)
