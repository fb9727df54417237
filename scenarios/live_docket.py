"""Where cases of live cameras go: a simulation that begins anew tells the same again."""

from contextlib import suppress

from detectors.archive.store import CaseStore, HistoryError
from detectors.datatypes.cases import Case, EvidencePicture
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement


class LiveDocket:
    """Docket of one camera and one stretch of its time, over the store that all share.

    A simulation that begins anew gives the same cases again: what the store has from before is kept
    as it was, what goes on from it is added, and what is told otherwise is left out.
    """

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self.cases: set[str] = set()
        self._known: set[str] = set()

    def put(self, case: Case) -> None:
        """Store a case, or its next state."""
        if case.case_id not in self.cases | self._known:
            known = bool(self._store.events(case.case_id))
            (self._known if known else self.cases).add(case.case_id)
        if case.case_id in self.cases:
            self._store.put(case)
        else:
            with suppress(HistoryError):
                self._store.put(case)

    def attach(self, picture: EvidencePicture) -> None:
        """Store an evidence picture of a case that began here."""
        if picture.case_id in self.cases:
            self._store.attach(picture)

    def attach_clip(self, clip: EvidenceClip) -> None:
        """Store a clip of a case that began here."""
        if clip.case_id in self.cases:
            self._store.attach_clip(clip)

    def attest(self, statement: EvidenceStatement) -> None:
        """Store what was measured of a case that began here."""
        if statement.case_id in self.cases:
            self._store.attest(statement)
