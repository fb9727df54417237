"""A parked car and a camera that looks elsewhere in between: one case or UNDETERMINED, never CLEAR."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from detectors.datatypes.cases import Case
from scenarios.watching import ViewAtWork, ViewJob, heads
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.cameras.plans import Camera, CameraKind, Owner
from twin.cameras.ptz import Drive, GuardTour, Look
from twin.clock import NS_PER_S, seconds
from twin.randomness import Seed

VIEW = replace(KERB_VIEW, fps=1.0, size_px=(320, 180))
CAR = (1, -84.0, 9.3, 0.0)
DWELL_S, MOVE_S = 12.0, 2.0


def camera(gap_s: float) -> Camera:
    """A PTZ that looks at the kerb for 12 s, then for `gap_s` elsewhere; it begins at the kerb."""
    looks = (
        Look(VIEW.name, seconds(MOVE_S), seconds(DWELL_S)),
        Look("elsewhere", seconds(MOVE_S), seconds(gap_s - 2 * MOVE_S)),
    )
    tour = GuardTour(looks, AFTERNOON_NS - seconds(MOVE_S))
    return Camera("turning", Owner.DISHUB, CameraKind.PTZ, (VIEW.name, "elsewhere"), 0, 0, tour)


@dataclass(frozen=True)
class Watched:
    """What a view made of a play: the seconds of its frames, its verdicts, its cases."""

    frames: list[float]
    verdicts: list[dict[str, str]]
    cases: tuple[Case, ...]


def watched(
    out: Path, gap_s: float, lasts_s: float, gone_s: float = 1e9, detector: str = "oracle"
) -> Watched:
    """Let a car stand from 1 s to `gone_s`."""
    job = ViewJob(street(), VIEW, Seed(3), detector, "enforcement", out, AFTERNOON_NS, (), camera(gap_s))
    view = ViewAtWork(job, heads([job])[VIEW.name])
    assert view.site.revisit_s == gap_s
    frames = []
    for tick in range(round(lasts_s * VIEW.fps)):
        at_s = tick / VIEW.fps
        cars = [CAR] if 1 <= at_s < gone_s else []
        seen = view.take(scene(*cars, at_ns=AFTERNOON_NS + seconds(at_s)))
        frames += [at_s] if seen.frame is not None else []
    cases = view.finish().cases
    lines = (out / "run" / f"{VIEW.name}.jsonl").read_text(encoding="utf-8").splitlines()
    return Watched(frames, [verdict for line in lines for verdict in json.loads(line)["verdicts"]], cases)


@pytest.fixture(name="evening", scope="module")
def _evening(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Two rounds of 12 s at the kerb and 70 s away."""
    return watched(tmp_path_factory.mktemp("evening"), gap_s=70.0, lasts_s=2 * 82.0 + 9)


def test_there_are_frames_only_while_the_view_is_looked_at(evening: Watched) -> None:
    assert all(at_s % 82 < DWELL_S for at_s in evening.frames)
    assert [at_s for at_s in evening.frames if at_s < 82] == list(range(12))


def test_a_parked_car_is_one_case_through_the_gaps_of_the_tour(evening: Watched) -> None:
    (case,) = evening.cases
    assert case.extremum >= 60.0
    assert {v["kind"] for v in evening.verdicts} == {"violation"}
    assert len({v["opened_ns"] for v in evening.verdicts}) == 1


def test_while_the_camera_zooms_for_the_case_its_view_is_interrupted(evening: Watched) -> None:
    opened_s = (evening.cases[0].opened_ns - AFTERNOON_NS) / NS_PER_S
    settles_s = VIEW.snapshot_delay_ns / NS_PER_S + 2 * Drive().settle_ns / NS_PER_S
    back_s = opened_s + settles_s  # and the turns there and back
    assert opened_s in evening.frames
    assert not [at_s for at_s in evening.frames if opened_s < at_s < back_s]
    assert [at_s for at_s in evening.frames if back_s <= at_s < back_s + 2]


def test_a_gap_that_is_too_long_to_bridge_leaves_the_verdict_undetermined(tmp_path: Path) -> None:
    seen = watched(tmp_path, gap_s=300.0, lasts_s=350.0)
    assert seen.cases == ()
    assert {(v["kind"], v["reason"]) for v in seen.verdicts} == {("undetermined", "not-observed")}


def test_a_car_that_leaves_in_the_gap_is_never_clear_by_silence(tmp_path: Path) -> None:
    seen = watched(tmp_path, gap_s=70.0, lasts_s=2 * 82.0 + 10, gone_s=40.0)
    assert seen.cases == ()
    assert [(v["kind"], v["reason"]) for v in seen.verdicts] == [("undetermined", "not-observed")]


def test_the_motion_detector_knows_the_car_again_after_the_gap(tmp_path: Path) -> None:
    seen = watched(tmp_path, gap_s=70.0, lasts_s=2 * 82.0 + 9, detector="motion")
    assert len(seen.cases) == 1
    assert {v["kind"] for v in seen.verdicts} == {"violation"}
