"""One evening at the kerbs: drivers decide, the engine's cases call crews, crews act."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf
from typing import Any, Protocol

import numpy as np
import simpy

from detectors.datatypes.cases import Case, CaseState
from twin.clock import seconds
from twin.field.crews import Crew, CrewKind, Durations, Job, Stint
from twin.field.dispatch import Dispatch, Steps
from twin.field.kerb import Act, Kerb, Measure
from twin.field.travel import Spot, Streets
from twin.people.attitudes import Attitudes
from twin.people.decisions import officer_effect
from twin.people.draws import Bools, Floats


class CaseFeed(Protocol):
    """How the field reads the engine's cases. `track_id` of a case is the row of the kerb."""

    def news(self, now_ns: int) -> Sequence[Case]:
        """Return the cases that took a step since they were last read, as they stand."""

    def warned(self, case_id: str, now_ns: int) -> None:
        """Say that an officer gave the teguran of a case."""


class NoCases:
    """No engine: no case ever."""

    def news(self, now_ns: int) -> Sequence[Case]:  # noqa: ARG002 - part of the port
        """Return no case."""
        return ()

    def warned(self, case_id: str, now_ns: int) -> None:
        """Nobody can have been warned over a case that is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Minds:
    """What the drivers of an evening's R rows bring along.

    `belief` and `breaking_point` (R,) decide, `present` says who stays in the vehicle, `heeds` who
    drives off when warned.
    """

    belief: Floats
    breaking_point: Floats
    present: Bools
    heeds: Bools


@dataclass(frozen=True, slots=True)
class Orders:
    """What may be done on an evening: officers' `posts` by crew, and whether more than warnings."""

    crews: tuple[Crew, ...]
    posts: tuple[tuple[str, tuple[Spot, ...]], ...]
    warnings_only: bool


@dataclass(frozen=True, slots=True, eq=False)
class EveningLog:
    """What happened: `officer_m` (R,) is how far the nearest officer stood when each row decided."""

    officer_m: Floats
    jobs: tuple[Job, ...]
    stints: tuple[Stint, ...]


class Evening:
    """Plays one evening on a Kerb. Everything random came in with the rows."""

    def __init__(  # noqa: PLR0913 - one argument a part of the evening
        self,
        kerb: Kerb,
        minds: Minds,
        orders: Orders,
        feed: CaseFeed,
        streets: Streets,
        *,
        attitudes: Attitudes,
        durations: Durations,
        from_ns: int,
    ) -> None:
        self._kerb, self._minds, self._feed, self._streets = kerb, minds, feed, streets
        self._attitudes, self._durations = attitudes, durations
        self._warnings_only = orders.warnings_only
        self._from_ns = from_ns
        self._env = simpy.Environment(from_ns)
        self._dispatch = Dispatch(self._env, streets, orders.crews, durations)
        self._officer_m = np.full(len(kerb.at_ns), np.inf)
        self._attended: set[tuple[int, CrewKind]] = set()
        posts = dict(orders.posts)
        for crew in orders.crews:
            if crew.kind is CrewKind.OFFICER:
                self._env.process(self._dispatch.patrol(crew, posts.get(crew.name, ()), self._look_round))

    def run(self, until_ns: int) -> EveningLog:
        """Play until an instant; what is not over then is pending."""
        self._env.process(self._arrivals())
        self._env.process(self._control_room())
        self._env.run(until_ns)
        return EveningLog(self._officer_m, tuple(self._dispatch.jobs), tuple(self._dispatch.stints))

    def _arrivals(self) -> Steps:
        for row in np.argsort(self._kerb.at_ns, kind="stable"):
            yield self._env.timeout(max(0, int(self._kerb.at_ns[row]) - self._dispatch.now_ns))
            self._decide(int(row))

    def _decide(self, row: int) -> None:
        distance_m = self._nearest_officer_m(row)
        self._officer_m[row] = distance_m
        effect = float(officer_effect(np.array(distance_m), self._attitudes))
        if max(self._minds.belief[row], effect) < self._minds.breaking_point[row]:
            self._kerb.begin(row)
            if distance_m <= self._attitudes.sight_m:
                self._send_officer(row, "")

    def _nearest_officer_m(self, row: int) -> float:
        x_m, y_m = self._kerb.spot_m[row].tolist()
        spots = [self._streets.position_m(spot) for _, spot in self._dispatch.visible(CrewKind.OFFICER)]
        return min((hypot(x - x_m, y - y_m) for x, y in spots), default=inf)

    def _look_round(self, _crew: Crew, spot: Spot) -> None:
        """Let an officer who came to a post take on whoever stands in sight of it."""
        x, y = self._streets.position_m(spot)
        for row in self._kerb.standing(self._dispatch.now_ns):
            if np.hypot(*(self._kerb.spot_m[row] - (x, y))) <= self._attitudes.sight_m:
                self._send_officer(int(row), "")

    def _control_room(self) -> Steps:
        while True:
            for case in self._feed.news(self._dispatch.now_ns):
                self._follow(case)
            yield self._env.timeout(seconds(self._durations.read_s))

    def _follow(self, case: Case) -> None:
        row = case.track_id
        if case.state is CaseState.ACCEPTED:
            self._send_officer(row, case.case_id)
        elif case.state is CaseState.TEGURAN:
            if case.history[-1].ground == "loudspeaker":
                self._warn(row, Measure.ANNOUNCEMENT, by_camera=True)
        elif case.state is CaseState.STIKER:
            self._send(CrewKind.STICKER, row, case.case_id, self._sticker)
        elif case.state is CaseState.PENDEREKAN:
            self._send(CrewKind.TOW, row, case.case_id, self._tow)

    def _send_officer(self, row: int, case_id: str) -> None:
        self._send(CrewKind.OFFICER, row, case_id, self._confront)

    def _send(self, kind: CrewKind, row: int, case_id: str, work: Any) -> None:
        """Send a crew of a kind to a vehicle, once."""
        if (row, kind) not in self._attended:
            self._attended.add((row, kind))
            job = Job(kind, row, case_id, self._dispatch.now_ns)
            self._dispatch.order(job, self._kerb.spot(row), work, lambda: self._stands(row))

    def _stands(self, row: int) -> bool:
        return self._kerb.stands(row, self._dispatch.now_ns)

    def _confront(self, _crew: Crew, job: Job) -> int | None:
        """Warn, or ticket where the driver is there and sticker where not (DOMAIN 1)."""
        if not self._stands(job.row):
            return None
        if job.case_id:
            self._feed.warned(job.case_id, self._dispatch.now_ns)
        measure = Measure.TICKET if self._minds.present[job.row] else Measure.STICKER
        self._warn(job.row, Measure.WARNING if self._warnings_only else measure, by_camera=bool(job.case_id))
        return seconds(self._durations.warn_s)

    def _sticker(self, _crew: Crew, job: Job) -> int | None:
        now_ns = self._dispatch.now_ns
        if not self._kerb.stands(job.row, now_ns):
            return None
        self._kerb.act(Act(job.row, Measure.STICKER, now_ns, by_camera=True))
        return seconds(self._durations.sticker_s)

    def _tow(self, _crew: Crew, job: Job) -> int | None:
        now_ns = self._dispatch.now_ns
        if not self._kerb.stands(job.row, now_ns):
            return None
        self._kerb.act(Act(job.row, Measure.TOWING, now_ns, by_camera=True), leaves_ns=now_ns)
        return seconds(self._durations.tow_s)

    def _warn(self, row: int, measure: Measure, *, by_camera: bool) -> None:
        """Speak to the driver, if there is one: some heed it and drive off."""
        now_ns, minds = self._dispatch.now_ns, self._minds
        heeded = self._kerb.stands(row, now_ns) and minds.present[row] and minds.heeds[row]
        leaves_ns = now_ns + seconds(self._durations.heeded_s) if heeded else None
        self._kerb.act(Act(row, measure, now_ns, by_camera), leaves_ns)
