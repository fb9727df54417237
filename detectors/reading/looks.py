"""The looks at the plates of the cases of one view, until each is read or given up."""

from dataclasses import dataclass, field, replace

from detectors.cases.evidence import Box
from detectors.datatypes.cases import Case
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateSight, Unread
from detectors.plates.voting import PlateVote, voted

MOST_LOOKS, APART_NS = 3, NS_PER_S  # at a vehicle in the frames of the view, and the time between two
LEAST_ALIKE = 2  # of them that have to show one number: no closer picture bears out what one frame shows
AT_LONGEST_NS = 30 * NS_PER_S  # from the case on: who was not seen twice by then is not waited for
HOPELESS = (Unread.NO_LOOK, Unread.TOO_SMALL)  # what stands where it stood shows no more a second later


@dataclass(frozen=True, slots=True)
class InView:
    """A case whose plate is looked for in the frames of the view, since no zoomed picture can be had.

    `stood_px` is where its vehicle stands, `next_ns` when the next look is due, `until_ns` the last.
    """

    case: Case
    stood_px: Box
    next_ns: int
    until_ns: int


@dataclass(slots=True)
class PlateLooks:
    """What was seen of each plate so far. One instance a view."""

    _sights: dict[str, list[PlateSight]] = field(default_factory=dict)
    _in_view: dict[str, InView] = field(default_factory=dict)

    def watch(self, case: Case, stood_px: Box, timestamp_ns: int) -> None:
        """Look for the plate of a case in the frames of the view from an instant on."""
        self._in_view[case.case_id] = InView(case, stood_px, timestamp_ns, timestamp_ns + AT_LONGEST_NS)

    def note_passing(self, case_id: str, sight: PlateSight) -> bool:
        """Remember what an earlier frame showed of who passes; return whether another is worth a look."""
        self.note(case_id, sight)
        return len(self._sights[case_id]) < MOST_LOOKS - 1 and sight.why is not Unread.TOO_SMALL

    def due(self, timestamp_ns: int) -> tuple[InView, ...]:
        """Return the cases whose vehicle is to be looked at in the frame of an instant."""
        return tuple(one for one in self._in_view.values() if one.next_ns <= timestamp_ns)

    def note(self, case_id: str, sight: PlateSight) -> None:
        """Remember what one look showed."""
        self._sights.setdefault(case_id, []).append(sight)

    def note_in_view(self, look: InView, sight: PlateSight, timestamp_ns: int) -> bool:
        """Remember what a frame showed; return whether it was the last that is looked at."""
        case_id = look.case.case_id
        self.note(case_id, sight)
        self._in_view[case_id] = replace(look, next_ns=timestamp_ns + APART_NS)
        sights = self._sights[case_id]
        given_up = sight.reading is None and sight.why in HOPELESS
        return given_up or len(sights) >= MOST_LOOKS or voted(sights, LEAST_ALIKE).reading is not None

    def waiting(self) -> tuple[str, ...]:
        """Return the cases that are looked at in the frames of the view."""
        return tuple(self._in_view)

    def vote(self, case_id: str) -> PlateVote:
        """Return what all looks at the plate of a case come to; it is not looked at again."""
        in_view = self._in_view.pop(case_id, None) is not None
        return voted(self._sights.pop(case_id, []), LEAST_ALIKE if in_view else 1)
