"""An evening without pictures: the engine on what an oracle tells, and what became of every true violation.

World, survey, engine, tracker and rules are those of a run; only the picture is missing. Who hides whom is
worked out from silhouettes, street furniture left out. An oracle finds who shows enough (`oracle.py`) and
boxes him exactly; with `drawn` errors he is missed by the oracle's fitted curves and boxed as wrongly as by
the shipped weights (`following/errors.py`).
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.signals import Aspect
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.ports import Detector
from detectors.violations.fronts import margin_m
from scenarios.results import RunResult
from scenarios.run import RunSpec, prepared
from scenarios.score import scored_as
from scenarios.watching import ViewJob
from tests.unrendered import UnrenderedView
from tests.verification.rules.drawn import DrawnOracle
from twin.cameras.sign_survey import gate
from twin.clock import NS_PER_S, seconds
from twin.network.model import RoadNetwork
from twin.network.roadside import section
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
from twin.rendering.truth_boxes import FrameTruth
from twin.truth import Scene

STANDS_MPS = 0.3
NEAR_NS = seconds(1.0)


@dataclass(slots=True)
class Sights:
    """One vehicle before one view: in how many frames it was, in how many an oracle could find it.

    `stood` are the times (from, until) in which it truly stood.
    """

    frames: int = 0
    found: int = 0
    first_ns: int = 0
    last_ns: int = 0
    stood: list[list[int]] = field(default_factory=list)

    def see(self, now_ns: int, *, found: bool, stands: bool) -> None:
        """Take one frame."""
        if stands and self.stood and self.stood[-1][1] == self.last_ns and self.frames:
            self.stood[-1][1] = now_ns
        elif stands:
            self.stood.append([now_ns, now_ns])
        self.frames, self.found, self.last_ns = self.frames + 1, self.found + found, now_ns

    def stood_s(self, at_ns: int) -> float:
        """Return how long it stood at an instant, 0 where it did not."""
        spans = [span for span in self.stood if span[0] - NEAR_NS <= at_ns <= span[1] + NEAR_NS]
        return max(((span[1] - span[0]) / NS_PER_S for span in spans), default=0.0)


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule said of a vehicle, the one that most sights of its track were of; None of nobody."""

    view: str
    vehicle: int | None
    verdict: Verdict


@dataclass(slots=True)
class Witness:
    """What one view saw, for explaining what was missed.

    `near` are by signal group who (vehicle, ns) was so near its line when a red ended that the rule does not
    know on which side: nearer than it says that a front may be off.
    """

    view: str
    sights: dict[int, Sights] = field(default_factory=dict)
    whose: dict[int, Counter[int]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    near: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def notes(self) -> list[Note]:
        """Return the last word of each verdict with whose it is."""
        return [Note(self.view, self._of(one.track_id), one) for one in self.verdicts]

    def _of(self, track_id: int) -> int | None:
        sights = self.whose.get(track_id)
        return sights.most_common(1)[0][0] if sights else None

    def told_of(self, vehicle: int) -> int:
        """Return by how many tracks a vehicle was told."""
        return sum(vehicle in sights for sights in self.whose.values())


class WitnessedView(UnrenderedView):
    """A view without pictures that remembers whose each track was."""

    def __init__(self, job: ViewJob, *, drawn: bool = False) -> None:
        self._drawn = drawn
        self._errs: DrawnOracle | None = None
        self._scene: Scene | None = None
        self.witness = Witness(job.spec.name)
        self._red: set[str] = set()
        super().__init__(job)
        self.witness.near = {line.group: [] for line in self.site.stop_lines}
        self._lines = {group: self._true_line(job.network, group) for group in self.witness.near}

    def _detector(self) -> Detector:
        if not self._drawn:
            return super()._detector()
        self._errs = DrawnOracle(self._now, self.site, self._camera, self._job.seed)
        return self._errs

    def _now(self) -> tuple[Scene, FrameTruth]:
        assert self._scene is not None
        assert self._truth is not None
        return self._scene, self._truth

    def take(self, scene: Scene) -> None:
        """Take a scene through the engine and remember who was before the view."""
        self._scene = scene
        super().take(scene)
        self._note_near(scene)
        truth = self._truth
        if truth is None:
            return
        sizes = (truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]).max(axis=1, initial=0.0)
        found = (truth.visible >= LEAST_VISIBLE) & (sizes >= LEAST_PX)
        speeds = scene.vehicles.speed_mps.tolist()
        speed_of = dict(zip(scene.vehicles.vehicle_id.tolist(), speeds, strict=True))
        for vehicle, here in zip(truth.vehicle_id.tolist(), found.tolist(), strict=True):
            seen = self.witness.sights.setdefault(vehicle, Sights(first_ns=scene.timestamp_ns))
            seen.see(scene.timestamp_ns, found=here, stands=speed_of[vehicle] < STANDS_MPS)

    def _true_line(self, network: RoadNetwork, group: str) -> LineSegment:
        """Return where a stop line is; the site plan has it where a survey that is off holds it to be."""
        road = network.road_of[group]
        return gate(network, section(network, road), road.length_m, self._camera, self.site.ground)

    def _note_near(self, scene: Scene) -> None:
        """Remember who is near a line of which the red is over."""
        red = {group for group, aspect in scene.aspects if aspect is Aspect.RED}
        over, self._red = self._red - red, red
        vehicles = scene.vehicles
        for line in self.site.stop_lines:
            if line.group not in over:
                continue
            fronts_m = self._lines[line.group].offset_m(vehicles.position_m[:, :2])
            fronts_m = fronts_m + vehicles.size_m[:, 0] / 2
            kinds = vehicles.vehicle_class.tolist()
            margins_m = np.array([margin_m(line.sigma_m, VehicleClass(kind)) for kind in kinds])
            here = vehicles.vehicle_id[np.abs(fronts_m) < margins_m]
            self.witness.near[line.group] += [(one, scene.timestamp_ns) for one in here.tolist()]

    def _note(self, record: StepRecord) -> None:
        super()._note(record)
        self.witness.verdicts += [one for one in record.verdicts if _tells(one)]
        if self._truth is None or not record.tracks:
            return
        owner = self._owners(self._truth)
        for track in record.tracks:
            vehicle = owner.get(track.box_px) if track.observed else None
            if vehicle is not None:
                self.witness.whose.setdefault(track.track_id, Counter())[vehicle] += 1

    def _owners(self, truth: FrameTruth) -> dict[tuple[float, ...], int]:
        """Return whose each box of this frame is, as the detector told it."""
        found = None if self._errs is None else self._errs.last
        if found is not None:
            boxes, vehicles = found.told.boxes_px, found.vehicle
        else:
            boxes, vehicles = truth.boxes_px.astype(np.float32), truth.vehicle_id
        told = zip(map(tuple, boxes.tolist()), vehicles.tolist(), strict=True)
        return {box: vehicle for box, vehicle in told if vehicle >= 0}


def _tells(verdict: Verdict) -> bool:
    """Return whether a verdict is the first word of an accusation or the only one on anything else."""
    return verdict.kind is not VerdictKind.VIOLATION or verdict.phase.value == "opened"


def look(spec: RunSpec, seed: int, *, drawn: bool = False) -> tuple[RunResult, tuple[Witness, ...]]:
    """Return the result of an evening, as of a run, and what each view saw."""
    out = Path()
    run = prepared(spec, seed, out, spec.plan.views)
    views = {job.spec.name: WitnessedView(job, drawn=drawn) for job in run.jobs}
    for name, scene in run.world.scenes(run.watches, run.end_ns):
        views[name].take(scene)
    told = tuple(view.finish() for view in views.values())
    result = RunResult(
        spec.scenario, spec.plan, run.network, seed, spec.short, run.start_ns, run.end_ns, told,
        run.world.violations(), (), out, (),
    )  # fmt: skip
    return result, tuple(view.witness for view in views.values())


def rule_of(verdict: Verdict | Case) -> str:
    """Return the rule under which a verdict is scored."""
    return scored_as(verdict.rule)
