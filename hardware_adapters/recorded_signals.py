"""The signal states that were recorded with a video: `evening.signals.jsonl`, one change a line."""

import bisect
import json
from pathlib import Path

from detectors.datatypes.signals import Aspect, SignalState, SignalStates


class SignalsError(ValueError):
    """The file of signals cannot be read; the message says what and where."""


def signals_file(video: Path) -> Path:
    """Return where the signals of a video lie."""
    return video.with_suffix(".signals.jsonl")


def signal_line(state: SignalState) -> str:
    """Return one change of aspect as one line of the file."""
    row = {"group": state.group, "aspect": state.aspect.value, "since_ns": state.since_ns}
    return json.dumps(row, sort_keys=True)


class RecordedSignals:
    """SignalSource of a recording."""

    def __init__(self, path: Path) -> None:
        self._changes: dict[str, list[SignalState]] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            state = _state(path, number, line)
            self._changes.setdefault(state.group, []).append(state)
        for changes in self._changes.values():
            changes.sort(key=lambda state: state.since_ns)

    def states(self, timestamp_ns: int) -> SignalStates:
        """Return what each group showed at `timestamp_ns`; groups not yet heard of are left out."""
        found = []
        for changes in self._changes.values():
            row = bisect.bisect_right(changes, timestamp_ns, key=lambda state: state.since_ns)
            if row:
                found.append(changes[row - 1])
        return SignalStates(tuple(found))


def _state(path: Path, number: int, line: str) -> SignalState:
    try:
        row = json.loads(line)
        return SignalState(str(row["group"]), Aspect(row["aspect"]), int(row["since_ns"]))
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path}:{number}: expected a signal change with group, aspect and since_ns ({error})"
        raise SignalsError(msg) from error
