"""Pictures that the benchmarks of detection share: eight cameras of the twin at noon, five a second."""

from dataclasses import dataclass, replace

from detectors.archive.memory import ListDocket
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.engine import ViewEngine
from detectors.ports import Detector
from detectors.tracking.ground import GroundTracker
from detectors.violations.registry import rules_for
from scenarios.bench.twin_source import TwinSource, TwinSpec
from scenarios.spec import load_plan, load_scenario

FPS, SECONDS = 5, 4
SIZE_PX = (640, 360)


@dataclass(frozen=True, slots=True, eq=False)
class StreetClip:
    """The frames of one camera, and the site plan that its engine gets."""

    camera: str
    site: SitePlan
    frames: tuple[Frame, ...]


def street_clips() -> tuple[StreetClip, ...]:
    """Render what the first view of each of eight cameras sees; about half a CPU minute."""
    plan = load_plan("beruang-madu-proposal")
    named = {view.name: view for view in plan.views}
    first = [named[camera.views[0]] for camera in plan.cameras]
    views = tuple(replace(view, size_px=SIZE_PX) for view in first[:8])
    spec = TwinSpec(load_scenario("beruang-madu"), views, lasting_s=SECONDS, fps=FPS, hours=(12.0,))
    frames: dict[str, list[Frame]] = {}
    sites: dict[str, SitePlan] = {}
    for clip, picture in TwinSource(spec).pictures():
        if clip.site is not None:
            frames.setdefault(clip.camera, []).append(picture.frame)
            sites[clip.camera] = clip.site
    return tuple(StreetClip(camera, sites[camera], tuple(frames[camera])) for camera in frames)


def engine_of(clip: StreetClip, detector: Detector) -> ViewEngine:
    """Return the whole engine of the camera of a clip."""
    return ViewEngine(clip.site, detector, GroundTracker(clip.site), rules_for(clip.site), ListDocket())
