"""Camera plans: the tables and inventories that people write, as the frozen types of the house."""

from collections.abc import Callable
from datetime import time
from importlib.resources.abc import Traversable
from math import radians
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, model_validator

from scenarios.errors import InputError, unknown_name
from scenarios.inventory import read_inventory
from scenarios.toml_files import ClockTime, FileModel, Kind, name_of, read_model, resolve
from twin.cameras.carrying import carried
from twin.cameras.plans import USUAL, Camera, CameraKind, CameraPlan, Owner, ViewSpec
from twin.cameras.ptz import GuardTour, guard_tour
from twin.cameras.survey import mount
from twin.clock import seconds
from twin.environment.faults import DAY_S, Fault, FaultKind
from twin.network.model import NetworkError, RoadNetwork

Made = TypeVar("Made")
Name = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9\-]{0,60}$")]
Pixels = Annotated[int, Field(ge=64, le=8192)]
Dwell = Annotated[float, Field(ge=1, le=3600)]
Fov = Annotated[float, Field(ge=1, le=150)]


class FaultFile(FileModel):
    """A table [[view.fault]] or [[camera.fault]]: what is wrong between two local times of every day."""

    kind: FaultKind
    start: ClockTime = time(0)
    end: ClockTime | None = None
    strength: Annotated[float, Field(gt=0, le=1)] = 0.5

    def fault(self) -> Fault:
        """Return it in seconds of the day; without an end it lasts to midnight."""
        return Fault(
            self.kind, _second(self.start), DAY_S if self.end is None else _second(self.end), self.strength
        )


def _second(at: time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6


class MountFile(FileModel):
    """What a camera has whichever way it looks: its place, its sensor, its survey."""

    road: Name
    along_m: Annotated[float, Field(ge=0)]
    offset_m: float
    height_m: Annotated[float, Field(gt=1, le=60)]
    fps: Annotated[float, Field(gt=0, le=60)]
    size_px: tuple[Pixels, Pixels] = (640, 360)
    max_zoom: Annotated[float, Field(ge=1, le=60)] = 25.0
    survey_sigma_m: Annotated[float, Field(ge=0)] = 0.05
    survey_sigma_deg: Annotated[float, Field(ge=0)] = 0.06
    clock_error_s: float = 0.0
    snapshot_delay_s: Annotated[float, Field(ge=0)] = 1.5
    fault: tuple[FaultFile, ...] = ()

    def aimed(
        self, name: str, aim_road: str, aim_along_m: float, aim_offset_m: float, hfov_deg: float
    ) -> ViewSpec:
        """Return the view called `name` from here, in SI units."""
        return ViewSpec(
            name=name,
            road=self.road,
            along_m=self.along_m,
            offset_m=self.offset_m,
            height_m=self.height_m,
            aim_along_m=aim_along_m,
            aim_offset_m=aim_offset_m,
            hfov_rad=radians(hfov_deg),
            fps=self.fps,
            size_px=self.size_px,
            max_zoom=self.max_zoom,
            survey_sigma_m=self.survey_sigma_m,
            survey_sigma_rad=radians(self.survey_sigma_deg),
            clock_error_ns=seconds(self.clock_error_s),
            snapshot_delay_ns=seconds(self.snapshot_delay_s),
            aim_road="" if aim_road == self.road else aim_road,
            faults=tuple(one.fault() for one in self.fault),
        )


class ViewFile(MountFile):
    """A table [[view]]: a fixed camera of its own, where it stands and where it looks."""

    name: Slug
    aim_road: str = ""
    aim_along_m: float
    aim_offset_m: float
    hfov_deg: Fov

    def spec(self) -> ViewSpec:
        """Return the view in SI units."""
        return self.aimed(self.name, self.aim_road, self.aim_along_m, self.aim_offset_m, self.hfov_deg)


class PresetFile(FileModel):
    """A table [[camera.view]]: one way in which a camera looks; `dwell_s` is for guard tours."""

    name: Slug
    aim_road: str = ""
    aim_along_m: float
    aim_offset_m: float = 0.0
    hfov_deg: Fov
    dwell_s: Dwell | None = None


class TourFile(FileModel):
    """A table [camera.tour]: how a PTZ goes round its views; the figures are usual ones [?]."""

    dwell_s: Dwell = 15.0
    slew_deg_per_s: Annotated[float, Field(gt=0, le=700)] = 80.0
    settle_s: Annotated[float, Field(ge=0, le=60)] = 1.0


class CameraFile(MountFile):
    """A table [[camera]]; its views are called CAMERA-VIEW."""

    name: Slug
    owner: Owner = Owner.DISHUB
    kind: CameraKind
    price_idr: Annotated[int, Field(ge=0)] | None = None
    bitrate_mbps: Annotated[float, Field(ge=0)] | None = None
    tour: TourFile | None = None
    view: Annotated[tuple[PresetFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _as_its_kind(self) -> Self:
        if self.kind is CameraKind.FIXED and len(self.view) > 1:
            msg = f"camera '{self.name}': expected one view of a fixed camera, got {len(self.view)}"
            raise ValueError(msg)
        timed = self.tour is not None or any(one.dwell_s is not None for one in self.view)
        if timed and self.kind is not CameraKind.PTZ:
            msg = f"camera '{self.name}': only a ptz goes on a tour, this one is {self.kind}"
            raise ValueError(msg)
        return self

    @property
    def tours(self) -> bool:
        """Whether it goes on a guard tour."""
        return self.kind is CameraKind.PTZ and len(self.view) > 1

    def views(self) -> tuple[ViewSpec, ...]:
        """Return its views."""
        return tuple(
            self.aimed(self.view_name(one), one.aim_road, one.aim_along_m, one.aim_offset_m, one.hfov_deg)
            for one in self.view
        )

    def view_name(self, view: PresetFile) -> str:
        """Return what the view is called in a plan."""
        return f"{self.name}-{view.name}"

    def camera(self, network: RoadNetwork | None) -> Camera:
        """Return the camera; `network` is where its views look, for the angles of a tour."""
        usual = USUAL[self.kind]
        bitrate_bps = usual.bitrate_bps if self.bitrate_mbps is None else round(self.bitrate_mbps * 1e6)
        return Camera(
            name=self.name,
            owner=self.owner,
            kind=self.kind,
            views=tuple(map(self.view_name, self.view)),
            price_idr=usual.price_idr if self.price_idr is None else self.price_idr,
            bitrate_bps=bitrate_bps,
            tour=self._guard_tour(network) if self.tours and network is not None else None,
            back_ns=seconds((self.tour or TourFile()).settle_s),
        )

    def _guard_tour(self, network: RoadNetwork) -> GuardTour:
        tour = self.tour or TourFile()
        stops = [
            (self.view_name(one), seconds(tour.dwell_s if one.dwell_s is None else one.dwell_s))
            for one in self.view
        ]
        poses = {view.name: mount(network, view) for view in self.views()}
        aims = {name: (pose.yaw_rad, pose.tilt_rad) for name, pose in poses.items()}
        return guard_tour(stops, aims, radians(tour.slew_deg_per_s), seconds(tour.settle_s))


class PlanFile(FileModel):
    """A plan of cameras as it stands in its file.

    `extends` names a plan whose cameras come first, `inventory` a CSV beside the file with a row a
    view, `network` the one on which the plan is drawn: a plan with a guard tour must say it.
    """

    extends: Name | None = None
    network: Name | None = None
    inventory: Annotated[str, Field(pattern=r"^[\w\-]{1,100}\.csv$")] | None = None
    camera: tuple[CameraFile, ...] = ()
    view: tuple[ViewFile, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.view or self.camera or self.inventory):
            msg = "expected at least one [[camera]], [[view]] or an inventory"
            raise ValueError(msg)
        return self


def load_plan(name_or_path: str) -> CameraPlan:
    """Return a camera plan by its name or the path of its file; raises InputError."""
    file = resolve(Kind.PLAN, name_or_path)
    whole = _whole(file, ())
    cameras = whole.camera
    views = tuple(view for camera in cameras for view in camera.views())
    views += tuple(view.spec() for view in whole.view)
    _refuse_twice(file, "view", [view.name for view in views])
    _refuse_twice(file, "camera", [*(c.name for c in cameras), *(v.name for v in whole.view)])
    network = _network(file, whole, views)
    return CameraPlan(
        name_of(file), views, tuple(camera.camera(network) for camera in cameras), whole.network or ""
    )


def plan_on(plan: CameraPlan, network: RoadNetwork) -> CameraPlan:
    """Return the plan as it lies on `network`: of one drawn on another network the cameras that do.

    `left_out` of what comes back names the others. Raises InputError where none is left, or where
    the plan's own network cannot be had.
    """
    if plan.network in ("", network.name):
        return plan  # a plan without a network lies wherever its roads are
    home = _named_network(f"plan {plan.name}", plan.network)
    try:
        return carried(plan, home, network)
    except ValueError as error:
        raise InputError(str(error)) from error


def check_on_map(plan: CameraPlan, network: RoadNetwork) -> None:
    """Raise InputError where a camera of `plan` does not stand, or look, at a road of `network`."""
    for view in plan.views:
        _check_view(f"plan {plan.name}, view {view.name}", view, network)


def _check_view(where: str, view: ViewSpec, network: RoadNetwork) -> None:
    for key, name, along_m in (
        ("along_m", view.road, view.along_m),
        ("aim_along_m", view.aimed_road, view.aim_along_m),
    ):
        road = network.road_of.get(name)
        if road is None:
            error = unknown_name(name, network.road_of, what="road")
            msg = f"{where}: network {network.name}: {error}"
            raise InputError(msg)
        if not 0 <= along_m <= road.length_m:
            msg = (
                f"{where}: {key} = {along_m:g} is off the map: "
                f"road {road.id} of network {network.name} is {road.length_m:.1f} m long"
            )
            raise InputError(msg)


def _whole(file: Traversable, on_the_way: tuple[str, ...]) -> PlanFile:
    """Return the plan with all that it extends and its inventory."""
    if str(file) in on_the_way:
        msg = f"{file}: extends itself, by way of {' -> '.join((*on_the_way, str(file)))}"
        raise InputError(msg)
    plan = read_model(file, PlanFile)
    listed = read_inventory(file, plan.inventory, CameraFile) if plan.inventory else ()
    plan = plan.model_copy(update={"camera": (*listed, *plan.camera)})
    if plan.extends is None:
        return plan
    base = _whole(_base_file(file, plan.extends), (*on_the_way, str(file)))
    if base.network and plan.network and base.network != plan.network:
        msg = (
            f"{file}: network '{plan.network}', but '{plan.extends}', which it extends, has '{base.network}'"
        )
        raise InputError(msg)
    both: dict[str, Any] = {
        "camera": base.camera + plan.camera,
        "view": base.view + plan.view,
        "network": plan.network or base.network,
    }
    return plan.model_copy(update=both)


def _base_file(file: Traversable, extends: str) -> Traversable:
    try:
        return resolve(Kind.PLAN, extends)
    except InputError as error:
        msg = f"{file}: extends: {error}"
        raise InputError(msg) from None


def _network(file: Traversable, plan: PlanFile, views: tuple[ViewSpec, ...]) -> RoadNetwork | None:
    """Return the network that a plan says it is drawn on, all of it checked to lie there."""
    touring = next((camera.name for camera in plan.camera if camera.tours), None)
    if plan.network is None:
        if touring:
            msg = f"{file}: camera '{touring}' goes on a tour: key 'network' is missing, where does it look?"
            raise InputError(msg)
        return None
    network = _named_network(str(file), plan.network)
    for view in views:
        _check_view(f"{file}: view {view.name}", view, network)
    return _told(file, lambda: _mounted(network, views))


def _mounted(network: RoadNetwork, views: tuple[ViewSpec, ...]) -> RoadNetwork:
    for view in views:
        mount(network, view)
    return network


def _named_network(where: str, name: str) -> RoadNetwork:
    from twin.network import library  # noqa: PLC0415 - networkx, osmium: only for plans that name a network

    try:
        return library.resolve(name)
    except (NetworkError, OSError) as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from error


def _told(file: Traversable, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ValueError as error:
        msg = f"{file}: {error}"
        raise InputError(msg) from error


def _refuse_twice(file: Traversable, what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{file}: two {what}s are called '{twice[0]}'"
        raise InputError(msg)
