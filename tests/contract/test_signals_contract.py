"""One suite for every SignalSource: what the twin tells as it happens, and what was recorded of it."""

from pathlib import Path

import pytest

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect, SignalState, SignalStates
from hardware_adapters.recorded_signals import RecordedSignals, signal_line, signals_file
from scenarios.watching import SceneSignals
from tests.judgement import at
from twin.truth import Scene, VehicleStates

START_NS = at(17)
# what two groups show over time; "north" is first heard of in the third second
STORY: list[tuple[int, dict[str, Aspect]]] = [
    (0, {"east": Aspect.RED}),
    (2, {"east": Aspect.RED, "north": Aspect.GREEN}),
    (30, {"east": Aspect.RED, "north": Aspect.YELLOW}),
    (33, {"east": Aspect.GREEN, "north": Aspect.RED}),
    (60, {"east": Aspect.YELLOW, "north": Aspect.RED}),
    (63, {"east": Aspect.RED, "north": Aspect.RED}),
]
SECONDS = 70


def showing(second: int) -> dict[str, Aspect]:
    """What the groups show at a second of the story."""
    return [aspects for since, aspects in STORY if since <= second][-1]


class Live:
    """The twin: a scene at a time."""

    def __init__(self) -> None:
        self.source = SceneSignals()

    def hear(self, second: int) -> None:
        """Hear what the signals show at a second of the story."""
        aspects = tuple(showing(second).items())
        self.source.take(Scene(START_NS + second * NS_PER_S, VehicleStates.none(), aspects))


class Recorded:
    """A file of changes, written before the first question."""

    def __init__(self, folder: Path) -> None:
        path = signals_file(folder / "evening.mp4")
        known: dict[str, Aspect] = {}
        lines = []
        for since, aspects in STORY:
            for group, aspect in aspects.items():
                if known.get(group) is not aspect:
                    lines.append(signal_line(SignalState(group, aspect, START_NS + since * NS_PER_S)))
            known = aspects
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.source = RecordedSignals(path)

    def hear(self, second: int) -> None:
        """Know it already."""


Told = Live | Recorded


@pytest.fixture(params=["scene", "recorded"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Told:
    return Live() if request.param == "scene" else Recorded(tmp_path)


def replay(told: Told) -> list[SignalStates]:
    found = []
    for second in range(SECONDS):
        told.hear(second)
        found.append(told.source.states(START_NS + second * NS_PER_S))
    return found


def test_before_anything_was_heard_nothing_is_known(told: Told) -> None:
    states = told.source.states(START_NS - 1)
    assert states == SignalStates()
    assert states.of("east").aspect is Aspect.UNKNOWN


def test_each_group_is_told_once_with_what_it_shows_and_since_when(told: Told) -> None:
    for second, states in enumerate(replay(told)):
        assert len({state.group for state in states.states}) == len(states.states)
        assert {state.group: state.aspect for state in states.states} == showing(second)
        for state in states.states:
            assert state.since_ns <= START_NS + second * NS_PER_S
            assert showing((state.since_ns - START_NS) // NS_PER_S)[state.group] is state.aspect


def test_since_is_the_instant_of_the_change_not_of_the_question(told: Told) -> None:
    since = [state.of("east").since_ns for state in replay(told)]
    assert sorted(set(since)) == [START_NS + second * NS_PER_S for second in (0, 33, 60, 63)]


def test_a_group_that_nobody_told_of_is_unknown(told: Told) -> None:
    assert {states.of("south") for states in replay(told)} == {SignalState("south", Aspect.UNKNOWN, 0)}


def test_asking_twice_gives_the_same_answer(told: Told) -> None:
    told.hear(40)
    now_ns = START_NS + 40 * NS_PER_S
    assert told.source.states(now_ns) == told.source.states(now_ns)


def test_what_was_told_stays_as_it_was(told: Told) -> None:
    told.hear(10)
    states = told.source.states(START_NS + 10 * NS_PER_S)
    kept = tuple(states.states)
    told.hear(40)
    told.source.states(START_NS + 40 * NS_PER_S)
    assert states.states == kept


def test_a_recording_tells_what_the_twin_told(tmp_path: Path) -> None:
    assert replay(Recorded(tmp_path)) == replay(Live())


def test_two_sources_in_one_process_do_not_disturb_each_other() -> None:
    one, other = Live(), Live()
    one.hear(40)
    assert other.source.states(START_NS + 40 * NS_PER_S) == SignalStates()
