"""The engine on live cameras: a thread a camera, each with its own engine, one store of cases."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from detectors.archive.store import CaseStore
from detectors.cases.policy import Policy
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.steps import StepRecord
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.tracking.ground import GroundTracker
from detectors.tracking.pixels import PixelTracker
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import track_noise
from hardware_adapters.clock import monotonic_ns
from hardware_adapters.credentials import Mask
from hardware_adapters.image_folder import ImageFolder
from hardware_adapters.link import LinkState, LinkStatus
from hardware_adapters.sources import open_live
from scenarios.errors import InputError
from scenarios.estate_files import Estate, LiveCamera
from scenarios.instruments import instruments_of
from scenarios.live_city import LiveCity, sections_between
from scenarios.live_docket import LiveDocket
from scenarios.plate_readers import PlateReaderOnUse
from scenarios.sealing import sealer
from scenarios.sections import Told, timed_gates

TELL_EVERY_S = 0.5
HEALTH_EVERY_NS = 5 * NS_PER_S
EXAMPLES = 40
PAUSE_S = 1.0
LEAVING_S = 8.0


@dataclass(frozen=True, slots=True)
class CameraReport:
    """How one camera and its engine are doing. `error` is masked, the engine's before the link's."""

    camera: str
    link: LinkStatus
    judged: int
    cases: int
    error: str


Tell = Callable[[tuple[CameraReport, ...]], None]


class CameraAtWork(threading.Thread):
    """One camera and its engine. Whatever happens to it stays with it."""

    def __init__(
        self, camera: LiveCamera, phase: str, out: Path, mask: Mask, city: LiveCity | None = None
    ) -> None:
        super().__init__(name=f"engine of {camera.id}", daemon=True)
        self._camera = camera
        self._policy = Policy(phase=phase)
        self._out = out
        self._mask = mask
        self._city = city
        self._timed = timed_gates(camera.view, city.sections if city else ())
        self._source = open_live(camera.kind, camera.address, camera.view, camera.settings)
        self._stopped = threading.Event()
        self._judged = 0
        self._cases = 0
        self._error = ""

    def leave(self) -> None:
        """Ask the thread to finish what is open and end."""
        self._stopped.set()
        self._source.close()

    def report(self) -> CameraReport:
        """Return how it is doing now."""
        link = self._source.status()
        of_city = self._city.error if self._city and self._timed else ""
        error = self._error or of_city or ("" if link.state is LinkState.LIVE else link.last_error)
        return CameraReport(self._camera.id, link, self._judged, self._cases, error)

    def run(self) -> None:
        """Watch until told to leave; an engine that fails is replaced by a fresh one."""
        with CaseStore(self._out, sealer=sealer()) as store:
            self._source.start()
            while not self._stopped.is_set():
                try:
                    self._watch(store)
                except Exception as error:  # noqa: BLE001 - one camera must not end the others
                    self._error = self._mask.text(f"{type(error).__name__}: {error}")
                    self._stopped.wait(PAUSE_S)

    def _watch(self, store: CaseStore) -> None:
        """Take one stretch of unbroken time through a fresh engine."""
        docket, before = LiveDocket(store), self._cases
        engine = self._engine(docket)
        for frame in self._source.frames():
            self._check(frame)
            self._tell(engine, engine.step(frame), frame.timestamp_ns)
            self._judged += 1
            self._cases = before + len(docket.cases)
            self._error = ""
        last = engine.finish()
        self._tell(engine, last, last.timestamp_ns)

    def _tell(self, engine: ViewEngine, record: StepRecord, now_ns: int) -> None:
        """Tell the city who passed the gates of its sections."""
        if self._city is not None and self._timed:
            until_ns = engine.told_until_ns(now_ns)
            self._city.take(Told(self._camera.view, record.passages, until_ns, engine.instruments))

    def _engine(self, docket: LiveDocket) -> ViewEngine:
        site = self._camera.site
        detector = registry.build(self._camera.detector, site, self._street())
        return ViewEngine(
            site=site,
            detector=detector,
            tracker=GroundTracker(site) if site else PixelTracker(),
            rules=rules_for(site, noise=track_noise(detector.name)) if site else (),
            docket=docket,
            plates=PlateReaderOnUse(),
            policy=self._policy,
            instruments=instruments_of(detector, site),
            timed=self._timed,
        )

    def _street(self) -> tuple[Frame, ...]:
        if self._camera.street is None:
            return ()
        pictures = ImageFolder(self._camera.street, self._camera.view, None)
        return tuple(islice(pictures.frames(), EXAMPLES))

    def _check(self, frame: Frame) -> None:
        site = self._camera.site
        surveyed = (site.camera.width_px, site.camera.height_px) if site else frame.size_px
        if frame.size_px != surveyed:
            msg = (
                f"the site file was surveyed for pictures of {surveyed[0]} x {surveyed[1]} px, "
                f"the camera sends {frame.size_px[0]} x {frame.size_px[1]} px"
            )
            raise InputError(msg)


def watch(
    estate: Estate, out: Path, *, stop: threading.Event, duration_s: float | None, tell: Tell
) -> tuple[CameraReport, ...]:
    """Watch every camera until `stop` is set or `duration_s` is over; return how each did at the end.

    Cases go to the store in `out`, one that is there is continued; health.json there is written every
    five seconds. Where site files have sections, speeds are measured over them. Raises InputError where
    `out` is something else, and for a section that the cameras do not make.
    """
    sections = sections_between(camera.site for camera in estate.cameras)
    _prepare(out)
    city = LiveCity(sections, estate.phase, out, estate.mask) if sections else None
    workers = [CameraAtWork(camera, estate.phase, out, estate.mask, city) for camera in estate.cameras]
    if city is not None:
        city.start()
    until_ns = None if duration_s is None else monotonic_ns() + round(duration_s * NS_PER_S)
    health_ns = monotonic_ns()
    for worker in workers:
        worker.start()
    try:
        while not stop.wait(TELL_EVERY_S) and (until_ns is None or monotonic_ns() < until_ns):
            reports = tuple(worker.report() for worker in workers)
            tell(reports)
            if monotonic_ns() >= health_ns:
                health_ns += HEALTH_EVERY_NS
                _write_health(out, reports)
    finally:
        reports = tuple(worker.report() for worker in workers)
        _end(workers, city)
    final = tuple(_with_cases(report, worker) for report, worker in zip(reports, workers, strict=True))
    _write_health(out, final)
    return final


def seen_all(reports: tuple[CameraReport, ...]) -> bool:
    """Return whether every camera showed something and does so still."""
    return all(report.judged and report.link.state is LinkState.LIVE for report in reports)


def _with_cases(report: CameraReport, worker: CameraAtWork) -> CameraReport:
    """Return the report from before the end with what the engine made of the end."""
    last = worker.report()
    return CameraReport(report.camera, report.link, last.judged, last.cases, report.error)


def _end(workers: list[CameraAtWork], city: LiveCity | None) -> None:
    leavers = [threading.Thread(target=worker.leave, daemon=True) for worker in workers]
    for leaver in leavers:
        leaver.start()
    for thread in (*leavers, *workers):
        thread.join(LEAVING_S)
    if city is not None:  # after those who tell it
        city.leave()
        city.join(LEAVING_S)


def _prepare(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "cases.db").exists())):
        msg = f"{out}: exists and is not an earlier result; name another folder with --out"
        raise InputError(msg)
    CaseStore(out, sealer=sealer()).close()


def _write_health(out: Path, reports: tuple[CameraReport, ...]) -> None:
    draft = out / "health.json.part"
    draft.write_text(json.dumps([asdict(report) for report in reports], indent=1) + "\n", encoding="utf-8")
    with suppress(OSError):  # a reader that holds it open must not end the watch
        draft.replace(out / "health.json")
