"""Sections between live cameras: a thread that hears what every engine tells, and files cases."""

import threading
from collections.abc import Iterable
from pathlib import Path
from queue import SimpleQueue

from detectors.archive.store import CaseStore
from detectors.cases.policy import Policy
from detectors.citywide import CityWide
from detectors.datatypes.site import SitePlan
from detectors.datatypes.survey import SpeedSection
from detectors.ports import Docket
from detectors.violations.passage_order import PassageOrder
from hardware_adapters.credentials import Mask
from scenarios.errors import InputError
from scenarios.live_docket import LiveDocket
from scenarios.sealing import sealer
from scenarios.sections import Told

PATIENCE_S = 30.0  # a camera that fell silent keeps the verdicts of the others waiting no longer [?]


def sections_between(sites: Iterable[SitePlan | None]) -> tuple[SpeedSection, ...]:
    """Return the sections of the site files of an estate.

    Raises InputError for one that begins or ends at a gate that none of these site files has, and for two of
    one name.
    """
    plans = {site.view: site for site in sites if site is not None}
    found = tuple(section for site in plans.values() for section in site.sections)
    gates = {(view, gate.name) for view, site in plans.items() for gate in site.gates}
    for one in found:
        for view, gate in ((one.from_view, one.from_gate), (one.to_view, one.to_gate)):
            if (view, gate) not in gates:
                known = ", ".join(f"{name} of {of}" for of, name in sorted(gates)) or "none"
                msg = f"section {one.name}: no camera here has gate {gate!r} of view {view!r}; gates: {known}"
                raise InputError(msg)
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"two sections are called {twice[0]!r}; give each a name of its own in the site files"
        raise InputError(msg)
    return found


class LiveCity(threading.Thread):
    """The city of an estate. Engines `take` from threads of their own; `error` is masked, "" without one."""

    def __init__(self, sections: tuple[SpeedSection, ...], phase: str, out: Path, mask: Mask) -> None:
        super().__init__(name="sections", daemon=True)
        self.sections = sections
        self.error = ""
        self._policy = Policy(phase=phase)
        self._out = out
        self._mask = mask
        self._heard: SimpleQueue[Told | None] = SimpleQueue()

    def take(self, told: Told) -> None:
        """Hear what a view tells."""
        self._heard.put(told)

    def leave(self) -> None:
        """Ask the thread to judge what is left and end."""
        self._heard.put(None)

    def run(self) -> None:
        """Judge until told to leave; what fails is said and does not end the watch."""
        with CaseStore(self._out, sealer=sealer()) as store:
            judged = _Judged(self.sections, LiveDocket(store), self._policy)
            while (told := self._heard.get()) is not None:
                self._try(judged, told)
            self._try(judged, None)

    def _try(self, judged: "_Judged", told: Told | None) -> None:
        try:
            judged.take(told) if told is not None else judged.finish()
        except Exception as error:  # noqa: BLE001 - cameras go on without their sections
            self.error = self._mask.text(f"sections: {type(error).__name__}: {error}")


class _Judged:
    """Passages in the order of their time, and what the city makes of them."""

    def __init__(self, sections: tuple[SpeedSection, ...], docket: Docket, policy: Policy) -> None:
        views = {view for one in sections for view in (one.from_view, one.to_view)}
        self._order = PassageOrder(views, PATIENCE_S)
        self._city = CityWide(sections, docket, policy)

    def take(self, told: Told) -> None:
        self._city.measured_by(told.view, told.instruments)
        self._city.take(self._order.take(told.view, told.passages, told.until_ns))
        self._city.advance(self._order.ready_ns)

    def finish(self) -> None:
        self._city.take(self._order.finish())
        self._city.finish(self._order.ready_ns)
