"""What every Engine keeps to, on a site and in pixels; and that what goes to a worker process can go."""

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from detectors.archive.memory import ListDocket
from detectors.datatypes.frame import SnapshotTag
from detectors.datatypes.signals import Aspect
from detectors.datatypes.steps import StepRecord
from detectors.engine import FrameOrder, ViewEngine
from detectors.ports import Detector, Engine
from detectors.tracking.ground import GroundTracker
from detectors.tracking.pixels import PixelTracker
from detectors.violations.registry import rules_for
from scenarios.run import RunSpec
from scenarios.spec import load_plan, load_scenario
from scenarios.watching import ViewJob
from tests.corner_street import KERB_VIEW, scene, street
from tests.drawn_clip import Clip
from tests.judgement import ScriptedControl, ScriptedDetector, ScriptedSignals, at, detections, lights, site
from tests.synthetic_run import Accusation, crossing, stand
from tests.synthetic_run import run as evening
from twin.randomness import Seed
from twin.rendering.oracle import OracleDetector

CLIP = Clip(seconds=15.0)
T = TypeVar("T")
Make = Callable[[Detector], Engine]


def in_pixels(detector: Detector) -> Engine:
    return ViewEngine(None, detector, PixelTracker(), rules=(), docket=ListDocket())


def on_site(detector: Detector) -> Engine:
    plan = site()
    signals = ScriptedSignals(lights((at(16, 59), Aspect.RED)))
    parts = detector, GroundTracker(plan), rules_for(plan), ListDocket()
    return ViewEngine(plan, *parts, signals=signals, control=ScriptedControl())


@pytest.fixture(params=[in_pixels, on_site], ids=["pixels", "site"])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


def seeing(clip: Clip) -> Detector:
    return OracleDetector(clip.truth)


def run(engine: Engine, clip: Clip) -> list[StepRecord]:
    return [*(engine.step(frame) for frame in clip.frames()), engine.finish()]


def test_each_frame_gets_a_record_of_its_view_number_and_time(make: Make) -> None:
    *records, last = run(make(seeing(CLIP)), CLIP)
    assert any(record.tracks for record in records)
    for frame, record in zip(CLIP.frames(), records, strict=True):
        told = record.view, record.index, record.timestamp_ns
        assert told == (frame.view, frame.index, frame.timestamp_ns)
        assert record.oracle
        assert all(track.timestamp_ns == frame.timestamp_ns for track in record.tracks)
    assert last.timestamp_ns == frame.timestamp_ns


def test_a_record_is_one_line_of_json_with_sorted_keys(make: Make) -> None:
    for record in run(make(seeing(CLIP)), CLIP):
        line = record.json_line()
        assert "\n" not in line
        row = json.loads(line)
        assert list(row) == sorted(row)
        assert (row["view"], row["timestamp_ns"]) == (record.view, record.timestamp_ns)


def test_the_same_frames_give_the_same_records(make: Make) -> None:
    assert run(make(seeing(CLIP)), CLIP) == run(make(seeing(CLIP)), CLIP)


def test_two_engines_in_one_process_do_not_disturb_each_other(make: Make) -> None:
    clips = CLIP, replace(CLIP, row_px=110, seed=2)
    apart = [run(make(seeing(clip)), clip) for clip in clips]
    one, other = (make(seeing(clip)) for clip in clips)
    pairs = zip(*(clip.frames() for clip in clips), strict=True)
    mixed = [(one.step(a), other.step(b)) for a, b in pairs] + [(one.finish(), other.finish())]
    assert [list(records) for records in zip(*mixed, strict=True)] == apart


def test_finishing_before_the_first_frame_or_twice_concludes_nothing(make: Make) -> None:
    assert make(seeing(CLIP)).finish().verdicts == ()
    engine = make(seeing(CLIP))
    run(engine, CLIP)
    again = engine.finish()
    assert (again.verdicts, again.events, again.requests) == ((), (), ())


def test_a_frame_older_than_the_last_is_refused_and_harms_nothing(make: Make) -> None:
    engine, frames = make(seeing(CLIP)), list(CLIP.frames())
    heard = [engine.step(frame) for frame in frames[:40]]
    with pytest.raises(FrameOrder, match=f"frame 3 of {frames[3].timestamp_ns} ns comes after frame 39"):
        engine.step(frames[3])
    heard += [engine.step(frame) for frame in frames[40:]]
    assert [*heard, engine.finish()] == run(make(seeing(CLIP)), CLIP)


def test_a_snapshot_that_nobody_asked_for_is_no_part_of_the_video(make: Make) -> None:
    engine, frames = make(seeing(CLIP)), list(CLIP.frames())
    heard = [engine.step(frame) for frame in frames[:40]]
    stray = replace(frames[2], snapshot=SnapshotTag("stray", 4.0))
    answer = engine.step(stray)
    assert (answer.tracks, answer.verdicts, answer.events, answer.detections) == ((), (), (), 0)
    heard += [engine.step(frame) for frame in frames[40:]]
    assert [*heard, engine.finish()] == run(make(seeing(CLIP)), CLIP)


def test_nobody_in_sight_is_no_error(make: Make) -> None:
    records = run(make(ScriptedDetector(detections(0))), CLIP)
    assert {(record.detections, record.tracks, record.verdicts) for record in records} == {(0, (), ())}


def sent(thing: T) -> T:
    """Return a thing as a worker process gets it."""
    there: T = pickle.loads(pickle.dumps(thing))  # noqa: S301 - bytes of our own
    return there


def test_the_job_of_a_view_can_go_to_a_worker_process() -> None:
    seed = Seed(1, ("view", "kerb"))
    job = ViewJob(street(), KERB_VIEW, seed, "motion", "enforcement", Path("out"), 5, (7,))
    there = sent(job)
    assert replace(there, network=job.network) == job
    assert [road.id for road in there.network.roads] == [road.id for road in job.network.roads]


def test_a_run_can_go_to_a_worker_process_and_a_scene_comes_as_it_was() -> None:
    spec = RunSpec(load_scenario("beruang-madu"), load_plan("beruang-madu"), short=True)
    assert sent(spec) == spec
    here = scene((1, -88.0, 5.0, 0.0), aspects=(("w-j", Aspect.RED),))
    there = sent(here)
    assert (there.timestamp_ns, there.aspects) == (here.timestamp_ns, here.aspects)
    assert there.vehicles.position_m.tolist() == here.vehicles.position_m.tolist()
    assert there.vehicles.plates == here.vehicles.plates


def test_the_result_of_a_run_can_come_back() -> None:
    accused = Accusation("kerb_parking", 11, "16:10", "16:11", "KX 1011 LX")
    result = evening((stand(11, "16:10", "16:30"), crossing(12, "16:20")), (accused,))
    there = sent(result)
    assert [view.cases for view in there.views] == [view.cases for view in result.views]
    assert (there.scenario, there.violations, there.census) == (
        result.scenario,
        result.violations,
        result.census,
    )
