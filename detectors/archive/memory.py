"""A Docket in memory: for tests, for a first try, and for whoever keeps cases elsewhere."""

from dataclasses import dataclass, field

from detectors.archive.identity import Identity, combined, continues, identities, same
from detectors.datatypes.cases import Case, CaseEvent, EvidencePicture
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement

Name = tuple[str, str, str, bool]


@dataclass(slots=True)
class ListDocket:
    """Keeps what was last told of each case and its evidence, until the process ends.

    A violation that two views tell of, or that is told again, is one case (see `identity`).
    """

    _told: dict[str, Case] = field(default_factory=dict)
    _same_as: dict[str, str] = field(default_factory=dict)
    _named: dict[Name, list[str]] = field(default_factory=dict)
    _pictures: list[EvidencePicture] = field(default_factory=list)
    _clips: list[EvidenceClip] = field(default_factory=list)
    _statements: list[EvidenceStatement] = field(default_factory=list)

    def put(self, case: Case) -> None:
        """Store a case or its next state; ValueError if history were rewritten."""
        known = self._told.get(case.case_id)
        goes_on = known is None or continues(case, known)
        if known is not None and goes_on is False:
            msg = (
                f"{case.case_id}: the history given does not continue the {len(known.history)} events stored"
            )
            raise ValueError(msg)
        if not goes_on:
            return
        self._told[case.case_id] = case
        other = self._same_as.get(case.case_id) or self._same_violation(case)
        if other is not None:
            self._same_as[case.case_id] = other
        for one in identities(case):
            ids = self._named.setdefault(_name(one), [])
            ids += [] if case.case_id in ids else [case.case_id]

    def attach(self, picture: EvidencePicture) -> None:
        """Keep an evidence picture; ValueError where the case is unknown."""
        self._check(picture.case_id, f"a {picture.kind} picture")
        if not any(_same_picture(picture, one) for one in self._pictures):
            self._pictures.append(picture)

    def attach_clip(self, clip: EvidenceClip) -> None:
        """Keep a clip; ValueError where the case is unknown."""
        self._check(clip.case_id, "a clip")
        if not any((clip.case_id, clip.times_ns) == (one.case_id, one.times_ns) for one in self._clips):
            self._clips.append(clip)

    def attest(self, statement: EvidenceStatement) -> None:
        """Keep what was measured; ValueError where the case is unknown."""
        self._check(statement.case_id, "a statement")
        if statement not in self._statements:
            self._statements.append(statement)

    def cases(self) -> tuple[Case, ...]:
        """Return every case as it stands, in the order of opening."""
        found = [self.case(case_id) for case_id in self._told if case_id not in self._same_as]
        return tuple(sorted(found, key=lambda case: (case.opened_ns, case.case_id)))

    def case(self, case_id: str) -> Case:
        """Return one case; ValueError where there is none of that id."""
        if case_id not in self._told:
            msg = f"no case {case_id!r}"
            raise ValueError(msg)
        return combined([self._told[one] for one in self._ids(case_id)])

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Return the events of a case, oldest first; none where it is unknown."""
        return self.case(case_id).history if case_id in self._told else ()

    def pictures(self, case_id: str) -> tuple[EvidencePicture, ...]:
        """Return the pictures of a case in the order in which they were attached."""
        ids = self._ids(case_id)
        return tuple(picture for picture in self._pictures if picture.case_id in ids)

    def clips(self, case_id: str) -> tuple[EvidenceClip, ...]:
        """Return the clips of a case in the order in which they were attached."""
        ids = self._ids(case_id)
        return tuple(clip for clip in self._clips if clip.case_id in ids)

    def statements(self, case_id: str) -> tuple[EvidenceStatement, ...]:
        """Return what was measured of a case."""
        ids = self._ids(case_id)
        return tuple(one for one in self._statements if one.case_id in ids)

    def _check(self, case_id: str, what: str) -> None:
        if case_id not in self._told:
            msg = f"{case_id}: no such case, {what} belongs nowhere"
            raise ValueError(msg)

    def _leading(self, case_id: str) -> str:
        while case_id in self._same_as:
            case_id = self._same_as[case_id]
        return case_id

    def _ids(self, case_id: str) -> tuple[str, ...]:
        """Return all ids of one violation, the leading one first."""
        ids, at = [self._leading(case_id)], 0
        while at < len(ids) and self._same_as:
            ids += [one for one, other in self._same_as.items() if other == ids[at]]
            at += 1
        return tuple(ids)

    def _same_violation(self, case: Case) -> str | None:
        for one in identities(case):
            for known in reversed(self._named.get(_name(one), ())):
                leading = self._leading(known)
                if leading != self._leading(case.case_id) and same(
                    self.case(leading), case, by_plate=one.by_plate
                ):
                    return leading
        return None


def _name(one: Identity) -> Name:
    return one.rule, one.place, one.vehicle, one.simulated


def _same_picture(one: EvidencePicture, other: EvidencePicture) -> bool:
    named = (one.case_id, one.kind, one.taken_ns) == (other.case_id, other.kind, other.taken_ns)
    return named and one.image_bgr.tobytes() == other.image_bgr.tobytes()
