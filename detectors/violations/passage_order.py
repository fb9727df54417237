"""Puts the passages that several views tell into one order of time, whoever tells first."""

from collections.abc import Iterable, Sequence

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.passages import Passage


class PassageOrder:
    """Holds passages back until every view has told all that is older. One instance a city.

    So the city comes to the same verdicts in one process as over many workers. With `patience_s` a view that
    fell silent keeps the others waiting no longer than that; what it tells later comes out of order, which
    may lose a verdict.
    """

    def __init__(self, views: Iterable[str], patience_s: float | None = None) -> None:
        self._until_ns: dict[str, int] = dict.fromkeys(views, 0)
        self._patience_ns = None if patience_s is None else round(patience_s * NS_PER_S)
        self._held: list[Passage] = []

    def take(self, view: str, passages: Sequence[Passage], until_ns: int) -> tuple[Passage, ...]:
        """Note what a view told, complete up to `until_ns`; return what may be judged now, in order.

        Raises KeyError for a view that was not announced.
        """
        self._until_ns[view] = max(until_ns, self._until_ns[view])
        self._held += passages
        return self._released(self.ready_ns)

    @property
    def ready_ns(self) -> int:
        """Up to when, without that instant, everything was told."""
        ready_ns = min(self._until_ns.values(), default=0)
        if self._patience_ns is None:
            return ready_ns
        return max(ready_ns, max(self._until_ns.values(), default=0) - self._patience_ns)

    def finish(self) -> tuple[Passage, ...]:
        """Return what is held still."""
        return self._released(None)

    def _released(self, before_ns: int | None) -> tuple[Passage, ...]:
        ready = [one for one in self._held if before_ns is None or one.crossed_ns < before_ns]
        if ready:
            self._held = [one for one in self._held if before_ns is not None and one.crossed_ns >= before_ns]
        return tuple(sorted(ready, key=lambda p: (p.crossed_ns, p.view, p.gate, p.track_id)))
