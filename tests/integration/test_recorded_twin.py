"""The twin's own recording, taken as anybody's: with what lies beside it, it gives the same cases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from detectors.datatypes.cases import Case, PictureKind
from scenarios.cli.validation import make_spec
from scenarios.errors import InputError
from scenarios.publish import Recording, record
from scenarios.recorded import DetectOutcome, detect
from scenarios.run import RunSpec

VIEW = "kerb-2-utara"
HALF_HIDDEN = 1
SAME_ACT_S = 20.0  # coding noise: a far vehicle may be said to stand some seconds later


def spec() -> RunSpec:
    """The excerpt of KTL-1 up to the first cases of the window."""
    whole = make_spec("beruang-madu", None, None, short=True)
    return replace(whole, scenario=replace(whole.scenario, short_end=time(16, 2)))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(spec(), VIEW, 1, tmp_path_factory.mktemp("tape") / "evening.mp4")


@pytest.fixture(scope="module")
def outcome(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> DetectOutcome:
    out = tmp_path_factory.mktemp("detected") / "out"
    return detect(recording.video, out=out, site=str(recording.site), start=recording.start)


def told(case: Case) -> tuple[str, str]:
    """Return what a case says; not the class, which `motion` guesses from a size that coding changes."""
    return case.rule, case.place


def test_the_recording_gives_the_kerb_parking_cases_of_the_twin(
    recording: Recording, outcome: DetectOutcome
) -> None:
    twin, taped = first_of_each(recording.result.cases), first_of_each(outcome.cases)
    assert twin
    assert taped.keys() == twin.keys()
    for what, case in taped.items():
        assert abs(case.opened_ns - twin[what].opened_ns) <= SAME_ACT_S * 1e9
        assert case.simulated
    counts = [Counter(map(told, cases)) for cases in (recording.result.cases, outcome.cases)]
    # a motorcycle that a car hides by half stands here: coding noise decides whether it is seen
    assert ((counts[0] - counts[1]) + (counts[1] - counts[0])).total() <= HALF_HIDDEN


def first_of_each(cases: Sequence[Case]) -> dict[tuple[str, str], Case]:
    """Return the first case of each rule and place."""
    return {told(case): case for case in sorted(cases, key=lambda one: -one.opened_ns)}


def test_a_snapshot_that_was_recorded_answers_the_engine(outcome: DetectOutcome) -> None:
    kept = [path.name.partition(".")[0] for path in (outcome.out / "evidence").rglob("*.jpg")]
    assert 1 <= kept.count(PictureKind.ZOOMED.value) <= len(outcome.cases)


def test_a_view_that_the_plan_does_not_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no view 'nowhere'; it has kerb-1-utara"):
        record(spec(), "nowhere", 1, tmp_path / "x.mp4")
