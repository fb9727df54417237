"""The engine's cases of one evening without its pictures: true stands, found with a stated chance."""

import heapq
from dataclasses import dataclass

from detectors.archive.memory import ListDocket
from detectors.cases.deeds import Actor, CaseStep, Deed
from detectors.cases.opening import CaseBook, Circumstances, Entry
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, CaseState
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from twin.clock import seconds
from twin.field.kerb import Kerb
from twin.people.draws import Bools

ANALYTIC = Circumstances(8 * 3600, TimeBase.UTC, simulated=True, oracle=False)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Which rows of a kerb the engine would find (R,), and of which a loudspeaker is in reach (R,).

    `view` names the place of each row; a stand counts from `least_ns` and its case opens, and is
    accepted, `delay_ns` later. `midnight_ns` is the start of the day, from which the kerb counts.
    """

    found: Bools
    speaker: Bools
    view: tuple[str, ...]
    least_ns: int
    delay_ns: int
    midnight_ns: int


class CaseDesk:
    """Opens and advances the cases of one evening by the engine's own book and policy.

    It is a CaseFeed of the field. One instance an evening.
    """

    def __init__(self, kerb: Kerb, sight: Sight, policy: Policy) -> None:
        self._kerb, self._sight, self._policy = kerb, sight, policy
        self._book = CaseBook(policy)
        self.docket = ListDocket()
        self._due: list[tuple[int, int]] = []
        self._opened: dict[int, Verdict] = {}
        self._row_of: dict[str, int] = {}
        self._read = 0
        self._news: list[Case] = []

    def news(self, now_ns: int) -> tuple[Case, ...]:
        """Return the cases that took a step since they were last read, as they stand."""
        self._look(now_ns)
        while self._due and self._due[0][0] <= now_ns:
            due_ns, row = heapq.heappop(self._due)
            # an officer may have warned since it fell due: steps of an open case are taken now
            self._judge(now_ns if row in self._opened else due_ns, row)
        told, self._news = tuple(self._news), []
        return told

    def warned(self, case_id: str, now_ns: int) -> None:
        """Say that an officer gave the teguran of a case."""
        row = self._row_of[case_id]
        if self.docket.case(case_id).state is CaseState.ACCEPTED:
            self._keep(self._warned(self._verdict(row, now_ns), "officer"), now_ns)

    def _look(self, now_ns: int) -> None:
        """Note when the stands that began since last time will have lasted long enough."""
        sight = self._sight
        for row in self._kerb.begun[self._read :]:
            if sight.found[row]:
                at_ns = int(self._kerb.at_ns[row]) + sight.least_ns + sight.delay_ns
                heapq.heappush(self._due, (max(at_ns, now_ns), row))
        self._read = len(self._kerb.begun)

    def _judge(self, now_ns: int, row: int) -> None:
        if not self._kerb.stands(row, now_ns):
            return
        entry = self._book.take(self._verdict(row, now_ns), ANALYTIC)
        if entry is None:
            return
        if entry.opened:
            entry = self._open(row, now_ns, entry)
        if entry.events:
            self._keep(entry, now_ns)

    def _open(self, row: int, now_ns: int, entry: Entry) -> Entry:
        self._row_of[entry.case.case_id] = row
        for after_s in (self._policy.sticker_after_s, self._policy.tow_after_s):
            due_ns = int(self._kerb.at_ns[row]) + seconds(after_s)
            heapq.heappush(self._due, (max(due_ns, now_ns), row))
        return self._warned(self._opened[row], "loudspeaker") if self._sight.speaker[row] else entry

    def _warned(self, verdict: Verdict, ground: str) -> Entry:
        step, by = (CaseStep.WARN, Actor.POLICE) if ground == "officer" else (CaseStep.ANNOUNCE, Actor.SYSTEM)
        return self._book.act(verdict, Deed(step, by, verdict.updated_ns, ground), ANALYTIC)

    def _keep(self, entry: Entry, now_ns: int) -> None:
        """Put a case on the docket and tell of it; what it has earned meanwhile follows at once."""
        self.docket.put(entry.case)
        self._news.append(entry.case)
        if entry.case.state is CaseState.TEGURAN:
            heapq.heappush(self._due, (now_ns, entry.case.track_id))

    def _verdict(self, row: int, now_ns: int) -> Verdict:
        midnight_ns, at_ns = self._sight.midnight_ns, int(self._kerb.at_ns[row])
        verdict = Verdict(
            rule="kerb_parking",
            article="287(1)",
            view=self._sight.view[row],
            place=self._sight.view[row],
            track_id=row,
            vehicle_class=VehicleClass.CAR,
            kind=VerdictKind.VIOLATION,
            phase=WindowPhase.EXTENDED if row in self._opened else WindowPhase.OPENED,
            opened_ns=midnight_ns + at_ns,
            updated_ns=midnight_ns + now_ns,
            extremum=(now_ns - at_ns) / NS_PER_S,
            unit="s",
        )
        self._opened.setdefault(row, verdict)
        return verdict
