"""Single pictures of a camera plan: one view at an hour in a weather, with traffic, and sheets of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from scenarios.demand_files import load_demand
from scenarios.errors import InputError, unknown_name
from scenarios.progress import Progress, silent
from scenarios.texts import Texts
from twin.cameras.plans import Camera, CameraPlan, ViewSpec
from twin.clock import from_local
from twin.environment.weather import CLEAR, Sky, Weather
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.traffic.demand import DemandSpec
from twin.truth import Scene
from twin.world import World

WARMUP_S = 420.0  # by then the queues at the signals are there
DAY = date(2026, 11, 24)  # a Tuesday
GAP_PX, BAR_PX = 4, 30
PAPER_BGR, INK_BGR = (250, 250, 250), (40, 40, 40)
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class Moment:
    """A local time and the weather then."""

    at: time
    weather: Weather = CLEAR


RAIN = Weather(Sky.RAIN, 0.7)
SHEET = (Moment(time(12)), Moment(time(17, 30)), Moment(time(19, 30)), Moment(time(19, 30), RAIN))


@dataclass(frozen=True, slots=True)
class Studio:
    """A network with its traffic, of which pictures are taken on one day with one seed."""

    network: RoadNetwork
    demand: DemandSpec
    day: date = DAY
    seed: int = 1

    def scene(self, at: time, progress: Progress = silent) -> Scene:
        """Return the traffic of the whole map at a local time, warmed up."""
        at_ns = from_local(self.day, at)
        world = World(self.network, self.demand, Seed(self.seed), at_ns, WARMUP_S)
        for fraction in world.warm_up():
            progress("warm-up", fraction)
        return world.everything()

    def picture(self, view: ViewSpec, scene: Scene, weather: Weather = CLEAR) -> UInt8Array:
        """Return what a view shows of a scene in a weather (H, W, 3), marked as simulated."""
        shown = TwinView(self.network, view, Seed(self.seed), weather)
        return shown.frame(scene, 0).image_bgr


def demand_named(name_or_path: str | None) -> DemandSpec:
    """Return a demand by its name or the path of its file, the usual one for None; raises InputError."""
    return load_demand(name_or_path) if name_or_path else DemandSpec()


def view_named(plan: CameraPlan, camera: str, view: str | None = None) -> ViewSpec:
    """Return a view of a camera, its first where none is named; raises InputError with the known ones."""
    found = next((one for one in plan.cameras if one.name == camera), None)
    if found is None:
        raise unknown_name(camera, [one.name for one in plan.cameras], what="camera")
    if view is None:
        return _spec(plan, found.views[0])
    for name in (view, f"{found.name}-{view}"):
        if name in found.views:
            return _spec(plan, name)
    short = [name.removeprefix(f"{found.name}-") for name in found.views]
    raise unknown_name(view, short, what=f"view of camera '{camera}':")


def _spec(plan: CameraPlan, name: str) -> ViewSpec:
    return next(spec for spec in plan.views if spec.name == name)


def chosen(plan: CameraPlan, names: Sequence[str], count: int) -> tuple[ViewSpec, ...]:
    """Return the first view of each named camera, else of `count` cameras spread over the plan."""
    if names:
        return tuple(view_named(plan, *_split(name)) for name in names)
    rows = np.unique(np.linspace(0, len(plan.cameras) - 1, min(count, len(plan.cameras))).round().astype(int))
    cameras: list[Camera] = [plan.cameras[row] for row in rows]
    return tuple(_spec(plan, camera.views[0]) for camera in cameras)


def _split(name: str) -> tuple[str, str | None]:
    camera, _, view = name.partition(":")
    return camera, view or None


def sheet(
    studio: Studio,
    views: Sequence[ViewSpec],
    moments: Sequence[Moment],
    texts: Texts,
    progress: Progress = silent,
) -> UInt8Array:
    """Return a contact sheet: a row a view, a column a moment, all of the same traffic at the same time."""
    scenes = {at: studio.scene(at, progress) for at in dict.fromkeys(moment.at for moment in moments)}
    rows = []
    for number, view in enumerate(views):
        rows.append([studio.picture(view, scenes[one.at], one.weather) for one in moments])
        progress("photographing", (number + 1) / len(views))
    width, height = views[0].size_px
    columns, lines = len(moments), len(views)
    page = np.full(
        (BAR_PX + lines * (height + GAP_PX), columns * (width + GAP_PX) + GAP_PX, 3), PAPER_BGR, np.uint8
    )
    for column, moment in enumerate(moments):
        x = GAP_PX + column * (width + GAP_PX)
        said = f"{moment.at:%H:%M}, {texts.text(moment.weather.sky.value)}"
        cv2.putText(page, said, (x + 4, BAR_PX - 9), FONT, 0.6, INK_BGR, 1, cv2.LINE_AA)
        for line in range(lines):
            y = BAR_PX + line * (height + GAP_PX)
            page[y : y + height, x : x + width] = cv2.resize(rows[line][column], (width, height))
    return page


def save(picture: UInt8Array, png: Path) -> None:
    """Write a picture as PNG; raises InputError where the file cannot be written."""
    done, data = cv2.imencode(".png", picture)
    try:
        png.write_bytes(data.tobytes() if done else b"")
    except OSError as error:
        msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another file"
        raise InputError(msg) from error
