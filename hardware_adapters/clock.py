"""The clocks of this machine. With the street on the other side, time is what the wall says."""

import time


def utc_ns() -> int:
    """Return the time of day as nanoseconds since 1970-01-01T00:00Z; it may be set, and jump."""
    return time.time_ns()


def monotonic_ns() -> int:
    """Return nanoseconds since some moment; they never jump, so durations are differences of them."""
    return time.monotonic_ns()


def pause_until(moment_ns: int) -> None:
    """Sleep until `monotonic_ns()` has reached `moment_ns`."""
    left_ns = moment_ns - monotonic_ns()
    if left_ns > 0:
        time.sleep(left_ns / 1e9)
