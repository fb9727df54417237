"""The tables of camera plans that people write, and what they say in the types of the house."""

from dataclasses import replace
from datetime import time
from math import radians, tan
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from scenarios.toml_files import ClockTime, FileModel
from twin.cameras.lenses import STRAIGHT, USUAL_ZOOM_LENS, Bend, ZoomLens
from twin.cameras.plans import USUAL, Camera, CameraKind, Owner, Purpose, ViewSpec
from twin.cameras.ptz import Aim, Drive, GuardTour, guard_tour
from twin.cameras.survey import mount
from twin.clock import seconds
from twin.environment.faults import DAY_S, Fault, FaultKind
from twin.network.model import RoadNetwork

LEAST_M, HIGHEST_M = 1.0, 60.0
REPEATABILITY_DEG = 0.05  # of presets, as data sheets of PTZ cameras have it [?]


def _above_ground(height_m: float) -> float:
    if LEAST_M < height_m <= HIGHEST_M:
        return height_m
    said = "underground" if height_m <= 0 else "no place for a camera"
    msg = f"{height_m:g} m is {said}: expected more than {LEAST_M:g} and at most {HIGHEST_M:g} m above it"
    raise ValueError(msg)


Name = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9\-]{0,60}$")]
Pixels = Annotated[int, Field(ge=64, le=8192)]
Dwell = Annotated[float, Field(ge=1, le=3600)]
Fov = Annotated[float, Field(ge=1, le=150)]
Rate = Annotated[float, Field(gt=0, le=700)]
Height = Annotated[float, AfterValidator(_above_ground)]


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


class DistortionFile(FileModel):
    """A table of `distortion`: k1 and k2 of Brown and Conrady at one field of view; between, interpolated."""

    hfov_deg: Fov
    k1: Annotated[float, Field(ge=-1000, le=1000)]
    k2: Annotated[float, Field(ge=-1e6, le=1e6)] = 0.0

    def bend(self) -> Bend:
        """Return it by the tangent of half the field of view."""
        return Bend(tan(radians(self.hfov_deg) / 2), self.k1, self.k2)


def _second(at: time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6


class MountFile(FileModel):
    """What a camera has whichever way it looks: its place, its sensor, its survey."""

    road: Name
    along_m: Annotated[float, Field(ge=0)]
    offset_m: float
    height_m: Height
    fps: Annotated[float, Field(gt=0, le=60)]
    size_px: tuple[Pixels, Pixels] = (640, 360)
    max_zoom: Annotated[float, Field(ge=1, le=60)] = 25.0
    survey_sigma_m: Annotated[float, Field(ge=0)] = 0.05
    survey_sigma_deg: Annotated[float, Field(ge=0)] = 0.06
    clock_error_s: float = 0.0
    snapshot_delay_s: Annotated[float, Field(ge=0)] = 1.5
    shutter_s: Annotated[float, Field(gt=0, le=1)] | None = None
    quality: Annotated[int, Field(ge=1, le=100)] = 70
    sensor_width_mm: Annotated[float, Field(gt=0, le=50)] = 5.4
    distortion: tuple[DistortionFile, ...] | None = None
    survey_sigma_lens: Annotated[float, Field(ge=0, le=1)] = 0.1
    fault: tuple[FaultFile, ...] = ()

    @property
    def usual_lens(self) -> ZoomLens:
        """How the lens bends the picture where nobody stated it."""
        return STRAIGHT

    def _lens(self) -> ZoomLens:
        if self.distortion is None:
            return self.usual_lens
        return ZoomLens(tuple(one.bend() for one in self.distortion))

    def looking(self, name: str, aim: "AimFile", zoom: float) -> ViewSpec:
        """Return the view called `name` from here with so much zoom left, in SI units."""
        return ViewSpec(
            name=name,
            road=self.road,
            along_m=self.along_m,
            offset_m=self.offset_m,
            height_m=self.height_m,
            aim_along_m=aim.aim_along_m,
            aim_offset_m=aim.aim_offset_m,
            hfov_rad=radians(aim.hfov_deg),
            fps=self.fps,
            size_px=self.size_px,
            max_zoom=zoom,
            survey_sigma_m=self.survey_sigma_m,
            survey_sigma_rad=radians(self.survey_sigma_deg),
            clock_error_ns=seconds(self.clock_error_s),
            snapshot_delay_ns=seconds(self.snapshot_delay_s),
            aim_road="" if aim.aim_road == self.road else aim.aim_road,
            aim_height_m=aim.aim_height_m,
            purposes=aim.purpose,
            shutter_s=self.shutter_s,
            quality=self.quality,
            sensor_width_m=self.sensor_width_mm / 1000,
            faults=tuple(one.fault() for one in self.fault),
            lens=self._lens(),
            survey_sigma_lens=self.survey_sigma_lens,
        )


class AimFile(FileModel):
    """Where a view looks and what for; `purpose` empty means: as what it shows says."""

    name: Slug
    aim_road: str = ""
    aim_along_m: float
    aim_offset_m: float = 0.0
    aim_height_m: Annotated[float, Field(ge=-60, le=200)] = 0.0
    hfov_deg: Fov
    purpose: tuple[Purpose, ...] = ()


class ViewFile(AimFile, MountFile):
    """A table [[view]]: a fixed camera of its own, where it stands and where it looks."""

    aim_offset_m: float

    def spec(self) -> ViewSpec:
        """Return the view in SI units."""
        return self.looking(self.name, self, self.max_zoom)


class PresetFile(AimFile):
    """A table [[camera.view]]: one way in which a camera looks; `dwell_s` is for guard tours."""

    dwell_s: Dwell | None = None


class RangeFile(FileModel):
    """A table [camera.range]: how far a PTZ turns and zooms out, as its data sheet has it.

    `pan_deg` from the direction of its road, positive to the left; `tilt_deg` positive downwards;
    `hfov_deg` at its widest. With it the zoom that is left at a preset is known: `max_zoom` is the
    ratio of the lens, from the widest on.
    """

    pan_deg: tuple[float, float] = (-180.0, 180.0)
    tilt_deg: tuple[float, float] = (-15.0, 90.0)
    hfov_deg: Fov | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for key, (low, high) in (("pan_deg", self.pan_deg), ("tilt_deg", self.tilt_deg)):
            if not low < high:
                msg = f"{key}: expected the lower limit first, got {low:g}, {high:g}"
                raise ValueError(msg)
        return self


class TourFile(FileModel):
    """A table [camera.tour]: how a PTZ turns, and goes round its views; the figures are usual ones [?].

    `tilt_deg_per_s` left out means: as fast as it pans.
    """

    dwell_s: Dwell = 15.0
    slew_deg_per_s: Rate = 80.0
    tilt_deg_per_s: Rate | None = None
    accel_deg_per_s2: Annotated[float, Field(gt=0, le=10_000)] = 400.0
    settle_s: Annotated[float, Field(ge=0, le=60)] = 1.0

    def drive(self) -> Drive:
        """Return what turns the head."""
        tilt_deg_per_s = self.slew_deg_per_s if self.tilt_deg_per_s is None else self.tilt_deg_per_s
        return Drive(
            radians(self.slew_deg_per_s),
            radians(tilt_deg_per_s),
            radians(self.accel_deg_per_s2),
            seconds(self.settle_s),
        )


class CameraFile(MountFile):
    """A table [[camera]]; its views are called CAMERA-VIEW."""

    name: Slug
    owner: Owner = Owner.DISHUB
    kind: CameraKind
    price_idr: Annotated[int, Field(ge=0)] | None = None
    bitrate_mbps: Annotated[float, Field(ge=0)] | None = None
    loudspeaker: bool | None = None
    repeatability_deg: Annotated[float, Field(ge=0, le=5)] | None = None
    tour: TourFile | None = None
    range: RangeFile | None = None
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
        for key, said in (("range", self.range), ("repeatability_deg", self.repeatability_deg)):
            if said is not None and self.kind is not CameraKind.PTZ:
                msg = f"camera '{self.name}': only a ptz has a {key}, this one is {self.kind}"
                raise ValueError(msg)
        return self

    @property
    def usual_lens(self) -> ZoomLens:
        """How the lens bends the picture where nobody stated it: that of a PTZ does."""
        return USUAL_ZOOM_LENS if self.kind is CameraKind.PTZ else STRAIGHT

    @property
    def tours(self) -> bool:
        """Whether it goes on a guard tour."""
        return self.kind is CameraKind.PTZ and len(self.view) > 1

    def views(self) -> tuple[ViewSpec, ...]:
        """Return its views."""
        found = (self.looking(self.view_name(one), one, self.max_zoom * self._wide(one)) for one in self.view)
        if self.kind is not CameraKind.PTZ:
            return tuple(found)
        misses_deg = REPEATABILITY_DEG if self.repeatability_deg is None else self.repeatability_deg
        return tuple(replace(one, repeatability_rad=radians(misses_deg)) for one in found)

    def _wide(self, view: PresetFile) -> float:
        """Return how much of the ratio of the lens is left at a preset, 1 where nobody stated its range."""
        if self.range is None or self.range.hfov_deg is None:
            return 1.0
        return max(
            1.0 / self.max_zoom, tan(radians(view.hfov_deg) / 2) / tan(radians(self.range.hfov_deg) / 2)
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
            drive=(self.tour or TourFile()).drive(),
            loudspeaker=self.loudspeaker,
        )

    def _guard_tour(self, network: RoadNetwork) -> GuardTour:
        tour = self.tour or TourFile()
        stops = [
            (self.view_name(one), seconds(tour.dwell_s if one.dwell_s is None else one.dwell_s))
            for one in self.view
        ]
        poses = {view.name: mount(network, view) for view in self.views()}
        aims = {name: Aim(pose.yaw_rad, pose.tilt_rad) for name, pose in poses.items()}
        return guard_tour(stops, aims, tour.drive())


class PlanFile(FileModel):
    """A plan of cameras as it stands in its file.

    `extends` names a plan whose cameras come first, `inventory` a CSV beside the file with a row a
    view, `network` the one on which the plan is drawn: a plan with a guard tour must say it. `uplink_mbps` is
    what all its streams together may take.
    """

    extends: Name | None = None
    network: Name | None = None
    uplink_mbps: Annotated[float, Field(gt=0)] | None = None
    inventory: Annotated[str, Field(pattern=r"^[\w\-]{1,100}\.csv$")] | None = None
    camera: tuple[CameraFile, ...] = ()
    view: tuple[ViewFile, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.view or self.camera or self.inventory):
            msg = "expected at least one [[camera]], [[view]] or an inventory"
            raise ValueError(msg)
        return self
