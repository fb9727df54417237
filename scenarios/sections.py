"""Sections of a run: as they are surveyed, what views tell the city, and how fast everybody truly was."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from detectors.citywide import DEFAULT_CITY
from detectors.datatypes.evidence import Instruments
from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.passages import Passage
from detectors.datatypes.survey import Gate, SpeedSection
from scenarios.errors import InputError, unknown_name
from scenarios.results import Scenario, SectionWanted, TrueCrossing
from scenarios.speed_offences import SECTION_SPEED
from twin.cameras.gates import sections
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.truth import Scene, TrueViolation


@dataclass(frozen=True, slots=True)
class MeasuredSection:
    """A section as its surveyor wrote it down, and how long it truly is, for the score only."""

    section: SpeedSection
    true_length_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one view tells the city: passages, complete up to `until_ns`, and by what it measures.

    `vehicle_of` are rows of (track, true vehicle, overlap): for the score, the engine is not told.
    """

    view: str
    passages: tuple[Passage, ...]
    until_ns: int
    instruments: Instruments
    vehicle_of: tuple[tuple[int, int, float], ...] = ()


def sections_of(
    scenario: Scenario, views: Iterable[ViewSpec], network: RoadNetwork, seed: Seed
) -> tuple[MeasuredSection, ...]:
    """Return the sections that a scenario asks for; raises InputError for one that its views do not make."""
    if not scenario.sections:
        return ()
    spec_of = {view.name: view for view in views}
    ends = sorted({name for one in scenario.sections for name in (one.from_view, one.to_view)})
    for name in ends:
        if name not in spec_of:
            error = unknown_name(name, spec_of, what="view")
            msg = f"scenario {scenario.name}: section: {error}"
            raise InputError(msg)
    there = sections(network, [(name, mount(network, spec_of[name])) for name in ends])
    return tuple(_measured(scenario.name, wanted, there, seed) for wanted in scenario.sections)


def _measured(
    scenario: str, wanted: SectionWanted, there: tuple[SpeedSection, ...], seed: Seed
) -> MeasuredSection:
    """Return a section with the length that its surveyor measured, wrong by its standard error."""
    fits = [one for one in there if (one.from_view, one.to_view) == (wanted.from_view, wanted.to_view)]
    if not fits:
        pairs = sorted({f"{one.from_view} - {one.to_view}" for one in there})
        msg = (
            f"scenario {scenario}: section {wanted.from_view} - {wanted.to_view}: expected two views one "
            "after another along a zone, each with a whole carriageway in it; such are "
            f"{', '.join(pairs) or 'none'}"
        )
        raise InputError(msg)
    true = max(fits, key=lambda one: one.length_m)
    off_m = float(seed.generator("section", true.name).normal(0.0, true.sigma_m))
    limit_mps = true.limit_mps if wanted.limit_kmh is None else wanted.limit_kmh / KMH_PER_MPS
    written = replace(
        true, name=wanted.name or true.name, length_m=true.length_m + off_m, limit_mps=limit_mps
    )
    return MeasuredSection(written, true.length_m)


def timed_gates(view: str, found: Iterable[SpeedSection]) -> frozenset[str]:
    """Return the gates of a view at which sections begin or end."""
    ends = ((s.from_view, s.from_gate) for s in found), ((s.to_view, s.to_gate) for s in found)
    return frozenset(gate for side in map(list, ends) for of, gate in side if of == view)


class TrueGates:
    """When who truly passed the gates of a view. One instance a view; scenes in order of time."""

    def __init__(self, view: str, gates: Iterable[Gate]) -> None:
        self._view = view
        self._gates = tuple(gates)
        self._before: dict[str, dict[int, float]] = {}
        self._before_ns = 0
        self.crossings: list[TrueCrossing] = []

    def see(self, scene: Scene) -> None:
        """Note who passed a gate since the last scene, at the instant between both, in proportion."""
        places = scene.vehicles.position_m[:, :2]
        for gate in self._gates:
            past_m, along_m = gate.line.offset_m(places), gate.line.along_m(places)
            within = (along_m >= 0) & (along_m <= gate.line.length_m())
            before = self._before.get(gate.name, {})
            for row in np.flatnonzero(within & (past_m >= 0)).tolist():
                was_m = before.get(int(scene.vehicles.vehicle_id[row]))
                if was_m is not None and was_m < 0:
                    self._note(scene, gate, row, -was_m / (float(past_m[row]) - was_m))
            self._before[gate.name] = dict(
                zip(scene.vehicles.vehicle_id.tolist(), past_m.tolist(), strict=True)
            )
        self._before_ns = scene.timestamp_ns

    def _note(self, scene: Scene, gate: Gate, row: int, share: float) -> None:
        them = scene.vehicles
        x, y, _ = them.position_m[row].tolist()
        at_ns = self._before_ns + round(share * (scene.timestamp_ns - self._before_ns))
        who = int(them.vehicle_id[row]), int(them.vehicle_class[row]), them.plates[row]
        self.crossings.append(TrueCrossing(*who, self._view, gate.name, (x, y), at_ns))


def true_section_speeding(
    found: Iterable[MeasuredSection], crossings: Iterable[TrueCrossing], end_ns: int
) -> tuple[TrueViolation, ...]:
    """Return who truly drove through a section faster than its limit, by the mean speed over its true length.

    Left out is who came in so late that no verdict is due before the run ends at `end_ns`.
    """
    passed = sorted(crossings, key=lambda one: (one.at_ns, one.vehicle_id))
    acts = []
    for one in found:
        section, came_in = one.section, dict[int, int]()
        last_ns = end_ns - round(section.length_m / DEFAULT_CITY.slowest_mps * NS_PER_S)
        for crossing in passed:
            gate = crossing.view, crossing.gate
            if gate == (section.from_view, section.from_gate):
                came_in[crossing.vehicle_id] = crossing.at_ns
            elif gate == (section.to_view, section.to_gate) and crossing.vehicle_id in came_in:
                since_ns = came_in.pop(crossing.vehicle_id)
                mps = one.true_length_m / ((crossing.at_ns - since_ns) / NS_PER_S)
                above_kmh = (mps - section.limit_mps) * KMH_PER_MPS
                if above_kmh > 0 and since_ns <= last_ns:
                    acts.append(_act(section.name, crossing, since_ns, above_kmh))
    return tuple(acts)


def _act(place: str, out: TrueCrossing, since_ns: int, above_kmh: float) -> TrueViolation:
    who = out.vehicle_id, out.vehicle_class, out.plate
    return TrueViolation(SECTION_SPEED, *who, place, out.position_m, since_ns, out.at_ns, above_kmh)
