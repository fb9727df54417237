"""A Docket in memory: for tests, for a first try, and for whoever keeps cases elsewhere."""

from dataclasses import dataclass, field

from detectors.datatypes.cases import Case, CaseEvent, EvidencePicture


@dataclass(slots=True)
class ListDocket:
    """Keeps the last state of each case and every picture, until the process ends."""

    _cases: dict[str, Case] = field(default_factory=dict)
    _pictures: list[EvidencePicture] = field(default_factory=list)

    def put(self, case: Case) -> None:
        """Store a case or its next state; ValueError if history were rewritten."""
        known = self.events(case.case_id)
        if case.history[: len(known)] != known:
            msg = f"{case.case_id}: the history given does not continue the {len(known)} events stored"
            raise ValueError(msg)
        self._cases[case.case_id] = case

    def attach(self, picture: EvidencePicture) -> None:
        """Keep an evidence picture; ValueError where the case is unknown."""
        if picture.case_id not in self._cases:
            msg = f"{picture.case_id}: no such case, a {picture.kind} picture belongs nowhere"
            raise ValueError(msg)
        self._pictures.append(picture)

    def cases(self) -> tuple[Case, ...]:
        """Return every case as it stands, in the order of opening."""
        return tuple(sorted(self._cases.values(), key=lambda case: (case.opened_ns, case.case_id)))

    def case(self, case_id: str) -> Case:
        """Return one case; ValueError where there is none of that id."""
        if case_id not in self._cases:
            msg = f"no case {case_id!r}"
            raise ValueError(msg)
        return self._cases[case_id]

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Return the events of a case, oldest first; none where it is unknown."""
        return self._cases[case_id].history if case_id in self._cases else ()

    def pictures(self, case_id: str) -> tuple[EvidencePicture, ...]:
        """Return the pictures of a case in the order in which they were attached."""
        return tuple(picture for picture in self._pictures if picture.case_id == case_id)
