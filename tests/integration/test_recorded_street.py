"""`bconnect detect` on a real roadside clip: who was found, and that a queue and a drive give no case."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.signals import SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.violations.kerb_parking import KerbParking
from scenarios.recorded import DetectOutcome, detect, start_of
from scenarios.site_files import load_site
from tests.judgement import track
from tests.labelled_clip import (
    Box,
    Labelled,
    Share,
    Tracks,
    VehicleScore,
    false_tracks,
    iou,
    read_labels,
    read_tracks,
    score,
    stood_s,
)

HERE = Path(__file__).parent
CLIP = HERE.parents[1].parent / "shared" / "data" / "street.mp4"
SITE = HERE / "street.site.toml"
LABELS = HERE / "street_labels.csv"
START, FPS, FRAMES = "16:30", 24, 905
STREET = ("passes", "queues")  # the drive and the road across are not on the site
ROLLS_AT = 396  # the frame in which the first of the queue begins to roll
STILL_KMH = 2.9  # 0.8 m/s, below which the rule calls a vehicle still

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Watched:
    """What one run of the engine left, beside the labels."""

    outcome: DetectOutcome
    site: SitePlan
    labels: tuple[Labelled, ...]
    tracks: Tracks
    scores: tuple[VehicleScore, ...]
    false: tuple[int, ...]
    recall: Share
    precision: Share

    def table(self) -> str:
        """Return what there is to say, for people and for failures."""
        rows = [
            f"{one.name}: {'found' if one.found else 'MISSED'}, seen in {one.seen} of {one.asked} frames, "
            f"best track {one.best_track} in {one.best_frames}, {one.switches} switches {one.ids}"
            for one in self.scores
        ]
        rows += [f"track {number} is false: frames {sorted(self.tracks[number])}" for number in self.false]
        return "\n".join([*rows, f"recall {self.recall}", f"precision {self.precision}"])


@pytest.fixture(scope="module", name="watched")
def _watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    if not CLIP.is_file():
        pytest.skip(f"{CLIP.name} is not beside the clone")
    out = tmp_path_factory.mktemp("street") / "out"
    outcome = detect(CLIP, out=out, site=str(SITE), start=START)
    site, labels, tracks = load_site(str(SITE)), read_labels(LABELS), read_tracks(out / "tracks.csv")
    asked = on(site)
    scores = tuple(score(one, tracks, asked) for one in labels if one.what in STREET)
    false, touched = false_tracks(labels, tracks, FPS)
    vehicles = touched & {one.name for one in labels if one.what != "unlabelled"}
    recall = Share(sum(one.found for one in scores), len(scores))
    precision = Share(len(vehicles), len(vehicles) + len(false))
    made = Watched(outcome, site, labels, tracks, scores, tuple(false), recall, precision)
    (out / "by-vehicle.txt").write_text(made.table() + "\n", encoding="utf-8")
    return made


def on(site: SitePlan) -> Callable[[Box], bool]:
    """Return whether the engine keeps a box on the site: its ground, a quarter up, lies on a road or zone."""
    wanted = [*(way.area for way in site.carriageways), *(zone.area for zone in site.no_parking)]

    def asked(box: Box) -> bool:
        ground = [(box[0] + box[2]) / 2, 0.75 * box[3] + 0.25 * box[1]]
        at_m = site.camera.ground_points([ground], site.ground)
        kept = any(area.contains(at_m)[0] for area in wanted)
        return kept and not any(area.contains(at_m)[0] for area in site.ignore)

    return asked


def test_every_frame_was_taken_and_there_is_no_case_whatever(watched: Watched) -> None:
    assert watched.outcome.frames == FRAMES
    assert watched.outcome.cases == ()


def test_the_vehicles_of_the_street_are_found(watched: Watched) -> None:
    assert watched.recall.trials == 11, watched.table()
    assert watched.recall.interval[0] >= 0.58, watched.table()


def test_what_is_followed_are_vehicles(watched: Watched) -> None:
    assert watched.precision.interval[0] >= 0.58, watched.table()


def test_a_vehicle_that_passes_is_one_track_for_most_of_its_way(watched: Watched) -> None:
    passing = {one.name for one in watched.labels if one.what == "passes"}
    whole = [one for one in watched.scores if one.name in passing and one.best_frames >= 0.8 * one.asked]
    assert len(whole) >= 6, watched.table()
    assert sum(one.switches for one in watched.scores) <= 30, watched.table()


def test_the_queue_is_seen_to_stand_and_each_of_it_is_one_track_while_it_does(watched: Watched) -> None:
    queue = [one for one in watched.labels if one.what == "queues"]
    for vehicle in queue:
        seen = score(vehicle.until(ROLLS_AT), watched.tracks, on(watched.site))
        assert seen.best_track is not None, watched.table()
        assert seen.switches == 0, f"{vehicle.name}: {seen}"
        stood = stood_s(vehicle, watched.tracks[seen.best_track], STILL_KMH, FPS)
        assert 12.0 <= stood <= 25.0, f"{vehicle.name}: {stood} s"


def test_the_car_in_the_drive_is_not_followed(watched: Watched) -> None:
    (drive,) = (one for one in watched.labels if one.what == "drive")
    for number, seen in watched.tracks.items():
        for frame, sight in seen.items():
            box = drive.box(frame)
            assert box is not None
            assert iou(box, sight.box) < 0.1, f"track {number}, frame {frame}"


def test_nothing_but_the_time_that_makes_it_parking_spares_the_queue(watched: Watched) -> None:
    """The last of the queue stands in the kerb zone: a ban that 15 s break would have accused it."""
    (last,) = (one for one in watched.scores if one.name == "queue-3")
    assert accused(watched, minimum_stand_s=15.0) == {(last.best_track, "far-kerb")}
    assert accused(watched, minimum_stand_s=60.0) == set()


def accused(watched: Watched, minimum_stand_s: float) -> set[tuple[int, str]]:
    """Return (track, zone) of what the rule calls parking in the tracks of the run."""
    zones = tuple(replace(zone, minimum_stand_s=minimum_stand_s) for zone in watched.site.no_parking)
    rule = KerbParking(replace(watched.site, no_parking=zones))
    start_ns = start_of(START, watched.site.utc_offset_s)
    verdicts: list[Verdict] = []
    for frame in range(FRAMES):
        now_ns = start_ns + frame * NS_PER_S // FPS
        seen = tuple(
            track(number, now_ns, sights[frame].position_m, (sights[frame].speed_kmh / 3.6, 0.0))
            for number, sights in watched.tracks.items()
            if frame in sights
        )
        view = watched.site.view
        verdicts += rule.judge(Observation(view, now_ns, TimeBase.UTC, seen, SignalStates()))
    verdicts += rule.finish(start_ns + FRAMES * NS_PER_S // FPS)
    return {(v.track_id, v.place) for v in verdicts if v.kind is VerdictKind.VIOLATION}
