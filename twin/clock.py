"""Simulation time: integer nanoseconds since 1970-01-01T00:00Z, as everywhere in the project."""

from datetime import UTC, date, datetime, time, timedelta, timezone

NS_PER_S = 1_000_000_000
WITA = timezone(timedelta(hours=8), "WITA")
WITA_NS = 8 * 3600 * NS_PER_S
DAY_NS = 24 * 3600 * NS_PER_S


def from_local(day: date, at: time) -> int:
    """Return the timestamp of a date and a time of day in WITA."""
    local = datetime.combine(day, at, tzinfo=WITA)
    whole_s = int(local.timestamp())
    return whole_s * NS_PER_S + at.microsecond * 1000


def to_local(timestamp_ns: int) -> datetime:
    """Return the date and time in WITA, to the microsecond."""
    seconds, rest_ns = divmod(timestamp_ns, NS_PER_S)
    whole = datetime.fromtimestamp(seconds, tz=UTC).astimezone(WITA)
    return whole + timedelta(microseconds=rest_ns // 1000)


def seconds(duration_s: float) -> int:
    """Return a duration in seconds as nanoseconds."""
    return round(duration_s * NS_PER_S)


def since_midnight_ns(timestamp_ns: int) -> int:
    """Return how long the local day has lasted."""
    return (timestamp_ns + WITA_NS) % DAY_NS


def local_hour(timestamp_ns: int) -> float:
    """Return the hour of the local day, 0 to 24, with its fraction."""
    return since_midnight_ns(timestamp_ns) / (3600 * NS_PER_S)


def until_hour_ns(timestamp_ns: int, hour: float) -> int:
    """Return how long it is until the next time that an hour of the local day strikes, more than 0."""
    return (seconds(hour * 3600) - since_midnight_ns(timestamp_ns)) % DAY_NS or DAY_NS
