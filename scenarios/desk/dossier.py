"""All that the archive holds of one case, as case files and letters tell it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from detectors.archive.keys import PublicKey
from detectors.archive.sealed import Sealing
from detectors.archive.store import CaseStore, StoredPicture
from detectors.cases.policy import STAND_IN, ProcedureDays
from detectors.datatypes.cases import Case, CaseState
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.evidence import EvidenceStatement
from detectors.privacy.redaction import RedactionRefused
from scenarios.redacting import redacted_jpeg
from twin.clock import to_local

Redact = Callable[[CaseStore, StoredPicture, VehicleClass], bytes]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it may leave; `jpeg` None where it may not. `sealing` None: no seal covers it."""

    picture: StoredPicture
    jpeg: bytes | None
    sealing: Sealing | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case with its evidence. `where` is the store as whoever checks it names it."""

    case: Case
    where: str
    shots: tuple[Shot, ...]
    statements: tuple[EvidenceStatement, ...]
    days: ProcedureDays = field(default_factory=ProcedureDays)

    @property
    def accepted(self) -> bool:
        """Whether an officer accepted it: the stand-in of a run is none."""
        return any(
            event.state is CaseState.ACCEPTED and event.ground != STAND_IN for event in self.case.history
        )

    @property
    def sealings(self) -> tuple[Sealing, ...]:
        """The seals of its pictures."""
        return tuple(shot.sealing for shot in self.shots if shot.sealing is not None)


def dossier(
    store: CaseStore, case_id: str, *, keys: tuple[PublicKey, ...] = (), redact: Redact = redacted_jpeg
) -> Dossier:
    """Return what the archive holds of a case, its pictures redacted; what cannot be redacted stays in."""
    case = store.case(case_id)
    shots = []
    for picture in store.pictures(case_id):
        try:
            jpeg: bytes | None = redact(store, picture, case.vehicle_class)
        except RedactionRefused:
            jpeg = None
        shots.append(Shot(picture, jpeg, store.sealing(picture, keys)))
    return Dossier(case, store.name, tuple(shots), store.statements(case_id))


def local_day(timestamp_ns: int) -> date:
    """Return the local day of an instant."""
    return to_local(timestamp_ns).date()
