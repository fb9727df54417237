"""The city at work beside the views of a run: their passages in, cases of sections out."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from detectors.archive.store import CaseStore
from detectors.cases.policy import Policy
from detectors.citywide import CITY, CityWide
from detectors.datatypes.cases import CaseEvent
from detectors.datatypes.passages import Passage
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.survey import SpeedSection
from detectors.violations.passage_order import PassageOrder
from scenarios.results import Attribution, ViewResult
from scenarios.sealing import sealer
from scenarios.sections import Told
from scenarios.watching import CaseLog, open_log


class CityAtWork:
    """Judges what the views of a run tell; `take` as they tell it, then `finish` and `onto`.

    Verdicts do not depend on how the views were shared out over processes: the city hears of everything in
    the order of its time. Whoever makes one uses it from one thread.
    """

    def __init__(self, sections: Iterable[SpeedSection], out: Path, policy: Policy) -> None:
        found = tuple(sections)
        self._order = PassageOrder({view for one in found for view in (one.from_view, one.to_view)})
        self._store = CaseStore(out, sealer=sealer())
        self._docket = CaseLog(self._store)
        self._city = CityWide(found, self._docket, policy)
        self._log = open_log(out, CITY)
        self._vehicle_of: dict[tuple[str, int], tuple[int, float]] = {}
        self._events: list[CaseEvent] = []

    def take(self, told: Told) -> None:
        """Hear what a view tells."""
        self._city.measured_by(told.view, told.instruments)
        for track_id, vehicle_id, overlap in told.vehicle_of:
            self._vehicle_of[told.view, track_id] = vehicle_id, overlap
        self._judge(self._order.take(told.view, told.passages, told.until_ns))

    def finish(self, now_ns: int) -> None:
        """Judge what is left when the run ends."""
        self._judge(self._order.finish())
        self._note(self._city.finish(now_ns))
        self._log.close()
        self._store.close()

    def onto(self, views: tuple[ViewResult, ...]) -> tuple[ViewResult, ...]:
        """Return what the views saw with the cases of the city, each at the view where its section ends."""
        return tuple(self._with_cases(view) for view in views)

    def _with_cases(self, view: ViewResult) -> ViewResult:
        cases = tuple(one for one in self._docket.cases.values() if one.view == view.view)
        ids = {one.case_id for one in cases}
        found = []
        for one in cases:
            vehicle_id, overlap = self._vehicle_of.get((view.view, one.track_id), (None, 0.0))
            found.append(Attribution(one.case_id, vehicle_id, overlap))
        return replace(
            view,
            cases=(*view.cases, *cases),
            events=(*view.events, *(one for one in self._events if one.case_id in ids)),
            attributions=(*view.attributions, *found),
        )

    def _judge(self, passages: tuple[Passage, ...]) -> None:
        for one in passages:  # a record each: how many are ready at once depends on who was faster
            self._note(self._city.take((one,)))

    def _note(self, record: StepRecord) -> None:
        self._events += record.events
        if record.verdicts:
            self._log.write(record.json_line() + "\n")
