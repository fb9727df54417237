"""Records a view of the twin as a street camera would have: video, and beside it what an installer leaves."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from detectors.datatypes.frame import Frame
from detectors.datatypes.signals import SignalState
from detectors.datatypes.steps import SnapshotRequest
from hardware_adapters.recorded_signals import signal_line, signals_file
from hardware_adapters.recorded_snapshots import RecordedSnapshot, snapshots_folder, write_index
from hardware_adapters.sources import street_folder
from hardware_adapters.video_writer import VideoWriter
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.results import ViewResult
from scenarios.run import RunSpec, prepared
from scenarios.site_files import dump_site
from scenarios.watching import ViewAtWork
from twin.clock import to_local


@dataclass(frozen=True, slots=True)
class Recording:
    """The files of one recording, the time of its first frame, and what the twin's engine found."""

    video: Path
    site: Path
    start: str
    result: ViewResult


class _Tape:
    """Writes down each frame, snapshot and change of signals as it passes."""

    def __init__(self, video: Path, fps: float) -> None:
        self._writer = VideoWriter(video, fps=fps)
        self._folder = snapshots_folder(video)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._snapshots: list[RecordedSnapshot] = []
        self._signals: dict[str, SignalState] = {}
        self._signal_lines: list[str] = []
        self._signals_path = signals_file(video)
        self.first_ns: int | None = None

    def frame(self, frame: Frame) -> None:
        self.first_ns = frame.timestamp_ns if self.first_ns is None else self.first_ns
        self._writer.write(frame.image_bgr)

    def snapshot(self, request: SnapshotRequest, frame: Frame) -> None:
        file = f"{len(self._snapshots):04d}.jpg"
        cv2.imwrite(str(self._folder / file), frame.image_bgr)
        zoom = frame.snapshot.zoom if frame.snapshot else request.zoom  # a lens may not give what is asked
        taken = RecordedSnapshot(request.asked_ns, frame.timestamp_ns, request.target_px, zoom, file)
        self._snapshots.append(taken)

    def signals(self, states: tuple[SignalState, ...]) -> None:
        for state in states:
            if self._signals.get(state.group) != state:
                self._signals[state.group] = state
                self._signal_lines.append(signal_line(state))

    def close(self) -> None:
        self._writer.close()
        write_index(self._folder, tuple(self._snapshots))
        self._signals_path.write_text("\n".join(self._signal_lines) + "\n", encoding="utf-8")


def _keep_street(folder: Path, at_work: ViewAtWork) -> None:
    """Write pictures of the empty street, as an installer leaves them at commissioning."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(at_work.empty_street()):
        cv2.imwrite(str(folder / f"{number:04d}.png"), frame.image_bgr)


def record(spec: RunSpec, view: str, seed: int, video: Path, progress: Progress = silent) -> Recording:
    """Run the scenario with this one view and write its video to `video` (.mp4) and files beside it."""
    known = {one.name: one for one in spec.plan.views}
    if view not in known:
        msg = f"plan {spec.plan.name}: no view {view!r}; it has {', '.join(known)}"
        raise InputError(msg)
    out = video.with_suffix(".run")
    out.mkdir(parents=True, exist_ok=True)
    run = prepared(spec, seed, out, (known[view],))
    at_work = ViewAtWork(replace(run.jobs[0], camera=None))  # recorded alone, the camera stays on it
    tape = _Tape(video, known[view].fps)
    _keep_street(street_folder(video), at_work)
    for _, scene in run.world.scenes(run.watches, run.end_ns):
        seen = at_work.take(scene)
        tape.signals(seen.signals)
        for request, frame in seen.snapshots:
            tape.snapshot(request, frame)
        if seen.frame is not None:
            tape.frame(seen.frame)
        progress("recording", (scene.timestamp_ns - run.start_ns) / (run.end_ns - run.start_ns))
    result = at_work.finish()
    tape.close()
    site = video.with_suffix(".site.toml")
    dump_site(result.site, site)
    start = to_local(tape.first_ns or run.start_ns).isoformat(timespec="milliseconds")
    return Recording(video, site, start, result)
