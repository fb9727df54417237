"""The snapshots that were recorded with a video: they answer the engine, or nothing does.

Beside `evening.mp4` lies the folder `evening.snapshots` with `index.json` and one JPEG a snapshot.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.frame import Frame, SnapshotTag, TimeBase
from detectors.datatypes.steps import SnapshotRequest

MATCH_NS = 3_000_000_000
MATCH_PX = 60.0


class SnapshotsError(ValueError):
    """The folder of snapshots cannot be read; the message says what and where."""


@dataclass(frozen=True, slots=True)
class RecordedSnapshot:
    """One zoomed picture: when it was asked for, where it aims in the video, when it was taken."""

    asked_ns: int
    taken_ns: int
    target_px: tuple[float, float]
    zoom: float
    file: str


def snapshots_folder(video: Path) -> Path:
    """Return where the snapshots of a video lie."""
    return video.with_suffix(".snapshots")


def read_index(folder: Path) -> tuple[RecordedSnapshot, ...]:
    """Read `index.json`; raises SnapshotsError where it is broken."""
    path = folder / "index.json"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_snapshot(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path}: expected a list of snapshots as a recording writes it ({error}); record it again"
        raise SnapshotsError(msg) from error


def write_index(folder: Path, snapshots: tuple[RecordedSnapshot, ...]) -> None:
    """Write `index.json`, replacing an earlier one in one step."""
    rows = [
        {
            "asked_ns": s.asked_ns,
            "taken_ns": s.taken_ns,
            "target_px": list(s.target_px),
            "zoom": s.zoom,
            "file": s.file,
        }
        for s in snapshots
    ]
    draft = folder / "index.json.part"
    draft.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    draft.replace(folder / "index.json")


def _snapshot(row: dict[str, Any]) -> RecordedSnapshot:
    u, v = row["target_px"]
    name = Path(row["file"]).name
    return RecordedSnapshot(
        int(row["asked_ns"]), int(row["taken_ns"]), (float(u), float(v)), float(row["zoom"]), name
    )


class RecordedSnapshots:
    """CameraControl of a recording: answers with the snapshot taken of the same place and time."""

    def __init__(self, folder: Path, view: str, *, simulated: bool) -> None:
        self._folder = folder
        self._view = view
        self._simulated = simulated
        self._recorded = read_index(folder)
        self._waiting: list[tuple[SnapshotRequest, RecordedSnapshot]] = []

    def request(self, request: SnapshotRequest) -> bool:
        """Look for a recorded snapshot; False where none was taken of that place and time."""
        near = [s for s in self._recorded if _matches(s, request)]
        if not near:
            return False
        best = min(near, key=lambda s: abs(s.asked_ns - request.asked_ns))
        self._waiting.append((request, best))
        return True

    def announce(self, text_code: str, timestamp_ns: int) -> bool:  # noqa: ARG002 - the port's signature
        """Say nothing: a recording has no loudspeaker."""
        return False

    def due(self, timestamp_ns: int) -> tuple[Frame, ...]:
        """Return the snapshots that had been taken by `timestamp_ns`, each once."""
        ready = [pair for pair in self._waiting if pair[1].taken_ns <= timestamp_ns]
        self._waiting = [pair for pair in self._waiting if pair[1].taken_ns > timestamp_ns]
        return tuple(self._frame(request, snapshot) for request, snapshot in ready)

    def _frame(self, request: SnapshotRequest, snapshot: RecordedSnapshot) -> Frame:
        path = self._folder / snapshot.file
        image = cv2.imread(str(path)) if path.is_file() else None
        if image is None:
            msg = f"{path}: expected a JPEG picture named in index.json; record it again"
            raise SnapshotsError(msg)
        return Frame(
            self._view,
            0,
            snapshot.taken_ns,
            np.asarray(image, dtype=np.uint8),
            self._simulated,
            TimeBase.UTC,
            SnapshotTag(request.request_id, snapshot.zoom),
        )


def _matches(snapshot: RecordedSnapshot, request: SnapshotRequest) -> bool:
    du = snapshot.target_px[0] - request.target_px[0]
    dv = snapshot.target_px[1] - request.target_px[1]
    return abs(snapshot.asked_ns - request.asked_ns) <= MATCH_NS and du * du + dv * dv <= MATCH_PX**2
