"""UU 22/2009 as data: what each paragraph sanctions, by date.

Since 2 January 2026 confinement (kurungan) is no principal penalty any more and fines move to
categories (UU 1/2023). The amounts in the rows from then on are those of the statute as it was; they
wait for a lawyer.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Sanction:
    """What one paragraph sanctions between two days, both included; `valid_to` None means still.

    `conduct` is a code, its text lives in the locale. `max_fine_rp` is in rupiah.
    """

    article: str
    conduct: str
    max_fine_rp: int
    confinement: bool
    valid_from: date
    valid_to: date | None
    needs_signature: bool

    def holds_on(self, day: date) -> bool:
        """Return whether the row is the law of that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def severity(self) -> tuple[bool, int]:
        """What is compared when the more favourable law is looked for."""
        return self.confinement, self.max_fine_rp


class UnknownSanction(LookupError):  # noqa: N818 - reads as what happened
    """The table has no row for that paragraph on that day."""


PROMULGATED = date(2009, 6, 22)
WITHOUT_CONFINEMENT = date(2026, 1, 2)
CONDUCTS = (
    ("280", "plate", 500_000),
    ("283", "distraction", 750_000),
    ("287(1)", "sign-or-marking", 500_000),
    ("287(2)", "signal", 500_000),
    ("287(3)", "manner-of-stopping", 250_000),
    ("287(4)", "priority-vehicle", 250_000),
    ("287(5)", "speed-limit", 500_000),
    ("287(6)", "coupling", 250_000),
    ("289", "seat-belt", 250_000),
    ("291", "helmet", 250_000),
    ("297", "racing", 3_000_000),
)
BEFORE = tuple(
    Sanction(
        article,
        conduct,
        max_fine_rp,
        confinement=True,
        valid_from=PROMULGATED,
        valid_to=WITHOUT_CONFINEMENT - timedelta(days=1),
        needs_signature=False,
    )
    for article, conduct, max_fine_rp in CONDUCTS
)
TABLE = BEFORE + tuple(
    replace(row, confinement=False, valid_from=WITHOUT_CONFINEMENT, valid_to=None, needs_signature=True)
    for row in BEFORE
)


def sanction(
    article: str, act_day: date, decision_day: date, table: tuple[Sanction, ...] = TABLE
) -> Sanction:
    """Return the row that applies to an act of one day decided on another.

    Where the law changed in between, the new one applies unless the old is more favourable to the
    offender (UU 1/2023 Art. 3), and the row needs a signature. Raises UnknownSanction, and
    ValueError where the decision comes before the act.
    """
    if decision_day < act_day:
        msg = f"a decision of {decision_day} cannot concern an act of {act_day}"
        raise ValueError(msg)
    then, now = _row(article, act_day, table), _row(article, decision_day, table)
    if then == now:
        return now
    return replace(then if then.severity < now.severity else now, needs_signature=True)


def _row(article: str, day: date, table: tuple[Sanction, ...]) -> Sanction:
    for row in table:
        if row.article == article and row.holds_on(day):
            return row
    known = ", ".join(sorted({row.article for row in table}))
    msg = f"no sanction for article {article!r} on {day}; known articles: {known}"
    raise UnknownSanction(msg)
