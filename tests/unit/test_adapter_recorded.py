from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.datatypes.signals import Aspect, SignalState
from detectors.datatypes.steps import SnapshotRequest
from hardware_adapters.recorded_signals import RecordedSignals, SignalsError, signal_line, signals_file
from hardware_adapters.recorded_snapshots import (
    RecordedSnapshot,
    RecordedSnapshots,
    SnapshotsError,
    snapshots_folder,
    write_index,
)

SECOND = 1_000_000_000


def request(asked_s: float, u: float) -> SnapshotRequest:
    return SnapshotRequest(f"r{asked_s}", "case", (u, 50.0), 4.0, round(asked_s * SECOND))


def folder_with_one(tmp_path: Path) -> Path:
    folder = snapshots_folder(tmp_path / "evening.mp4")
    folder.mkdir()
    cv2.imwrite(str(folder / "a.jpg"), np.full((8, 12, 3), 90, np.uint8))
    write_index(folder, (RecordedSnapshot(10 * SECOND, 12 * SECOND, (100.0, 50.0), 4.0, "a.jpg"),))
    return folder


def test_a_recording_answers_with_its_snapshot_when_it_was_taken(tmp_path: Path) -> None:
    control = RecordedSnapshots(folder_with_one(tmp_path), "v", simulated=True)
    assert control.request(request(11, 110))
    assert control.due(11 * SECOND) == ()
    (frame,) = control.due(12 * SECOND)
    assert frame.snapshot is not None
    assert (frame.snapshot.request_id, frame.timestamp_ns, frame.size_px) == ("r11", 12 * SECOND, (12, 8))
    assert control.due(13 * SECOND) == ()


@pytest.mark.parametrize(("asked_s", "u"), [(20, 100), (10, 300)])
def test_another_place_or_time_is_not_answered(tmp_path: Path, asked_s: float, u: float) -> None:
    assert not RecordedSnapshots(folder_with_one(tmp_path), "v", simulated=True).request(request(asked_s, u))


def test_a_recording_does_not_speak(tmp_path: Path) -> None:
    assert not RecordedSnapshots(folder_with_one(tmp_path), "v", simulated=True).announce("teguran", 0)


@pytest.mark.parametrize("text", ["", '{"a": 1}', "[1]", '[{"asked_ns": 1}]', "[{"])
def test_a_broken_index_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(SnapshotsError, match=r"index\.json: expected a list of snapshots"):
        RecordedSnapshots(tmp_path, "v", simulated=True)


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    folder = folder_with_one(tmp_path)
    (folder / "a.jpg").unlink()
    control = RecordedSnapshots(folder, "v", simulated=True)
    control.request(request(10, 100))
    with pytest.raises(SnapshotsError, match=r"a\.jpg"):
        control.due(20 * SECOND)


def test_signals_are_heard_as_they_changed(tmp_path: Path) -> None:
    path = signals_file(tmp_path / "evening.mp4")
    changes = [
        SignalState("n", Aspect.RED, 5),
        SignalState("n", Aspect.GREEN, 9),
        SignalState("s", Aspect.RED, 7),
    ]
    path.write_text("\n".join(signal_line(change) for change in changes))
    signals = RecordedSignals(path)
    assert signals.states(4).states == ()
    assert signals.states(8).of("n").aspect is Aspect.RED
    assert signals.states(9).of("n") == changes[1]
    assert signals.states(6).of("s").aspect is Aspect.UNKNOWN


def test_a_broken_line_of_signals_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.signals.jsonl"
    path.write_text('{"group": "n", "aspect": "red", "since_ns": 1}\n{"group": "n", "aspect": "pink"}\n')
    with pytest.raises(SignalsError, match=r"x\.signals\.jsonl:2: expected a signal change"):
        RecordedSignals(path)
