"""What a recording leaves behind: annotated video, table of tracks, run log."""

import csv
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict
from hardware_adapters.video_writer import VideoWriter
from scenarios.reports.overlay import Overlay

COLUMNS = (
    "frame", "timestamp_ns", "track", "class", "x0_px", "y0_px", "x1_px", "y1_px", "score", "observed",
    "x_m", "y_m", "speed_kmh", "plate",
)  # fmt: skip


class Results:
    """Writes annotated.mp4, tracks.csv and run/VIEW.jsonl to `folder`, frame by frame."""

    def __init__(self, folder: Path, view: str, fps: float, site: SitePlan | None) -> None:
        self._overlay = Overlay(site)
        self._files = ExitStack()
        self._video = self._files.enter_context(VideoWriter(folder / "annotated.mp4", fps=fps))
        table = self._files.enter_context((folder / "tracks.csv").open("w", encoding="utf-8", newline=""))
        self._table = csv.writer(table, lineterminator="\n")
        self._table.writerow(COLUMNS)
        (folder / "run").mkdir()
        log = folder / "run" / f"{view}.jsonl"
        self._log = self._files.enter_context(log.open("w", encoding="utf-8", newline="\n"))
        self._tracks: set[int] = set()
        self._doubts: Counter[tuple[str, str]] = Counter()
        self.frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.__exit__(kind, error, trace)  # the video of a run that failed is thrown away

    @property
    def tracks(self) -> int:
        """How many tracks there were so far."""
        return len(self._tracks)

    @property
    def undetermined(self) -> tuple[tuple[str, str, int], ...]:
        """(rule, reason, number) of what could not be judged."""
        return tuple((rule, reason, number) for (rule, reason), number in sorted(self._doubts.items()))

    def note(self, record: StepRecord) -> None:
        """Keep a record that has no picture of the video: a snapshot, the end."""
        self._log.write(record.json_line() + "\n")
        self._doubts.update(_doubt(verdict) for verdict in record.verdicts if verdict.reason)

    def take(self, frame: Frame, record: StepRecord) -> None:
        """Keep a frame and what the engine concluded from it."""
        self.note(record)
        self._video.write(self._overlay.draw(frame.image_bgr, record))
        self._table.writerows(_row(record, track) for track in record.tracks)
        self._tracks.update(track.track_id for track in record.tracks)
        self.frames += 1


def _doubt(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule, verdict.reason.value if verdict.reason else ""


def _row(record: StepRecord, track: Track) -> tuple[Any, ...]:
    x_m, y_m = (f"{part:.2f}" for part in track.position_m) if track.position_m else ("", "")
    speed = f"{3.6 * float(np.hypot(*track.velocity_mps)):.1f}" if track.velocity_mps else ""
    plate = track.plate.text if track.plate else ""
    box = tuple(f"{edge:.1f}" for edge in track.box_px)
    name = track.vehicle_class.name.lower()
    head = (record.index, record.timestamp_ns, track.track_id, name)
    return *head, *box, f"{track.score:.2f}", int(track.observed), x_m, y_m, speed, plate
