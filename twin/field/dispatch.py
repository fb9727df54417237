"""Crews as simpy resources: the nearest idle one is sent, orders queue where none is."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import simpy

from twin.clock import seconds
from twin.field.crews import Activity, Crew, CrewKind, Durations, Job, Outcome, Stint
from twin.field.travel import Spot, Streets

Steps = Generator[Any, Any, None]
Work = Callable[[Crew, Job], int | None]
"""What a crew does at the kerb: returns how long it takes in ns, None where the vehicle has gone."""


class Dispatch:
    """Sends crews and keeps the log of their jobs and stints. The environment counts nanoseconds."""

    def __init__(
        self, env: simpy.Environment, streets: Streets, crews: tuple[Crew, ...], durations: Durations
    ) -> None:
        self._env = env
        self._streets = streets
        self._durations = durations
        self._idle = {kind: simpy.FilterStore(env) for kind in CrewKind}
        self._at = {crew.name: crew.base for crew in crews}
        self._travels: set[str] = set()
        self._on_duty: list[Crew] = []
        self._crews = crews
        self.jobs: list[Job] = []
        self.stints: list[Stint] = []
        for crew in crews:
            env.process(self._shift(crew))

    @property
    def now_ns(self) -> int:
        """The time of the environment."""
        return int(self._env.now)

    def order(self, job: Job, spot: Spot, work: Work, still: Callable[[], bool]) -> None:
        """Ask for a crew at a spot; the job ends, or is pending when the evening is over.

        Where the vehicle is not `still` there when a crew falls idle, nobody sets out.
        """
        number = len(self.jobs)
        if not any(crew.kind is job.kind for crew in self._crews):
            self.jobs.append(replace(job, ended_ns=self.now_ns, outcome=Outcome.NO_CREW))
            return
        self.jobs.append(job)
        self._env.process(self._serve(number, spot, work, still))

    def visible(self, kind: CrewKind) -> tuple[tuple[Crew, Spot], ...]:
        """Return the crews of a kind on duty that stand somewhere, at a post or at work, and where."""
        now = self.now_ns
        return tuple(
            (crew, self._at[crew.name])
            for crew in self._on_duty
            if crew.kind is kind and crew.name not in self._travels and now < crew.until_ns
        )

    def patrol(self, crew: Crew, posts: tuple[Spot, ...], arrived: Callable[[Crew, Spot], None]) -> Steps:
        """Take an officer from post to post, `post_s` at each, for as long as he is on duty.

        At a post he is idle: he may be sent from there, and goes on from where that ended.
        """
        yield self._env.timeout(max(0, crew.from_ns - self.now_ns))
        for spot in posts:
            yield self._idle[crew.kind].get(lambda one: one is crew)
            if self.now_ns >= crew.until_ns:
                return
            yield from self._travel(crew, spot)
            yield self._idle[crew.kind].put(crew)
            arrived(crew, spot)
            yield self._env.timeout(seconds(self._durations.post_s))

    def _shift(self, crew: Crew) -> Steps:
        yield self._env.timeout(max(0, crew.from_ns - self.now_ns))
        self._on_duty.append(crew)
        yield self._idle[crew.kind].put(crew)

    def _serve(self, number: int, spot: Spot, work: Work, still: Callable[[], bool]) -> Steps:
        crew = yield self._nearest(self.jobs[number].kind, spot)
        if not still():
            self._note(number, ended_ns=self.now_ns, outcome=Outcome.GONE)
        elif self.now_ns < crew.until_ns:
            yield from self._attend(number, crew, spot, work)
        yield self._idle[crew.kind].put(crew)

    def _attend(self, number: int, crew: Crew, spot: Spot, work: Work) -> Steps:
        self._note(number, crew=crew.name, sent_ns=self.now_ns)
        yield from self._travel(crew, spot)
        self._note(number, arrived_ns=self.now_ns)
        takes_ns = work(crew, self.jobs[number])
        if takes_ns is not None:
            yield from self._spend(crew, Activity.WORK, spot, spot, takes_ns)
        outcome = Outcome.GONE if takes_ns is None else Outcome.DONE
        self._note(number, ended_ns=self.now_ns, outcome=outcome)

    def _nearest(self, kind: CrewKind, spot: Spot) -> Any:
        """Return the event of getting the nearest idle crew, or else the next that falls idle."""
        store = self._idle[kind]
        on_duty = [crew for crew in store.items if self.now_ns < crew.until_ns]
        if not on_duty:
            return store.get(lambda crew: self.now_ns < crew.until_ns)
        apart_ns = {crew.name: self._streets.travel_ns(self._at[crew.name], spot) for crew in on_duty}
        chosen = min(on_duty, key=lambda crew: (apart_ns[crew.name], crew.name))
        return store.get(lambda crew: crew is chosen)

    def _travel(self, crew: Crew, spot: Spot) -> Steps:
        self._travels.add(crew.name)
        takes_ns = self._streets.travel_ns(self._at[crew.name], spot)
        yield from self._spend(crew, Activity.TRAVEL, self._at[crew.name], spot, takes_ns)
        self._travels.discard(crew.name)
        self._at[crew.name] = spot

    def _spend(self, crew: Crew, activity: Activity, start: Spot, goal: Spot, takes_ns: int) -> Steps:
        from_ns = self.now_ns
        yield self._env.timeout(takes_ns)
        self.stints.append(Stint(crew.name, activity, start, goal, from_ns, self.now_ns))

    def _note(self, number: int, **known: Any) -> None:
        self.jobs[number] = replace(self.jobs[number], **known)
