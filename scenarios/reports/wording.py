"""How numbers, times and codes read in the language of a report."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from scenarios.score import Share
from scenarios.texts import Texts
from twin.clock import to_local

NOTHING = "\N{EN DASH}"
UNBROKEN = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line


class Words:
    """Texts and numbers of one language ("en" or "id"); raises InputError for another."""

    def __init__(self, language: str) -> None:
        self._texts = Texts(language)
        self.language = language

    def text(self, message: str, **values: object) -> str:
        """Return the text of a code or of an English text."""
        return self._texts.text(message, **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with so many decimals."""
        if value is None:
            return NOTHING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, pattern, locale=self.language)

    def percent(self, value: float | None, digits: int = 0) -> str:
        """Return a share 0..1 in per cent."""
        if value is None:
            return NOTHING
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + UNBROKEN + "%"
        return format_percent(value, pattern, locale=self.language)

    def interval(self, share: Share) -> str:
        """Return the exact 95 % interval of a share."""
        low, high = (self.number(100 * bound) for bound in share.interval)
        return f"{low}{NOTHING}{high}{UNBROKEN}%" if share.trials else NOTHING

    def count(self, share: Share) -> str:
        """Return hits and trials of a share."""
        return f"{self.number(share.hits)} / {self.number(share.trials)}"

    def seconds(self, value: float | None) -> str:
        """Return a duration in seconds."""
        return NOTHING if value is None else f"{self.number(value, 1)}{UNBROKEN}s"

    def clock(self, timestamp_ns: int) -> str:
        """Return the local time of day."""
        return to_local(timestamp_ns).strftime("%H:%M:%S")

    def day(self, day: date) -> str:
        """Return a date in full."""
        return format_date(day, format="full", locale=self.language)
