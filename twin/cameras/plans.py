"""A plan of cameras: what is mounted where, whose it is, and where each of its views looks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import tan

from twin.cameras.lenses import STRAIGHT, ZoomLens
from twin.cameras.ptz import Drive, GuardTour
from twin.environment.faults import Fault


class Owner(StrEnum):
    """Whose camera it is."""

    DISHUB = "dishub"
    POLICE = "police"


class CameraKind(StrEnum):
    """What it can do: one lens that stays, one that turns, several lenses, enforcement sets (ETLE)."""

    FIXED = "fixed"  # one view; its zoomed snapshots come from a second lens
    PTZ = "ptz"  # one lens that turns: one view at a time, and none while it zooms for a snapshot
    MULTI_SENSOR = "multi_sensor"  # a lens a view: all of them at all times
    ETLE_STATIC = "etle_static"
    ETLE_MOBILE = "etle_mobile"  # on a car or a phone, here at the place where it stands


class Purpose(StrEnum):
    """What a view is there for."""

    KERB = "kerb"  # vehicles that stand at the kerb, and their plates
    RED_LIGHT = "red_light"  # who crosses a stop line at red: line, signal head and junction
    PLATES = "plates"  # plates of passing vehicles
    WATCH = "watch"  # traffic, for an operator


ETLE = (CameraKind.ETLE_STATIC, CameraKind.ETLE_MOBILE)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What one item of a kind costs with its pole and mounting, and the uplink that it takes."""

    price_idr: int
    bitrate_bps: int


# Engineering judgement [?], to be replaced by quotations in a plan. The bitrates are such that the
# estate of `today` needs the 200-250 Mbps that its operators state (DOMAIN 1).
USUAL = {
    CameraKind.FIXED: KindFigures(35_000_000, 4_000_000),
    CameraKind.PTZ: KindFigures(95_000_000, 4_000_000),
    CameraKind.MULTI_SENSOR: KindFigures(120_000_000, 8_000_000),
    CameraKind.ETLE_STATIC: KindFigures(900_000_000, 6_000_000),
    CameraKind.ETLE_MOBILE: KindFigures(350_000_000, 2_000_000),
}


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """One camera at one preset.

    It stands beside `road` (id), `along_m` from its start and `offset_m` to the left of the
    centreline, `height_m` above the ground, and looks at the point `aim_along_m` / `aim_offset_m`
    of `aim_road` ("": of the same road) on the ground. `survey_sigma_m` and `survey_sigma_rad` are
    the standard errors of the surveyed position and angles; the engine gets the surveyed pose.
    The point aimed at is `aim_height_m` above the ground. `purposes` () means: what it shows says it.
    `shutter_s` None means that nobody stated the exposure; `sensor_width_m` is that of a 1/2.8 inch
    sensor unless stated [?].
    `faults` is what goes wrong with its pictures, and when. `repeatability_rad` is the standard
    deviation, of pan and of tilt, with which a camera that turns finds this view again. `lens` is how
    its lens bends the picture; a survey knows k1 and k2 with a relative standard error of
    `survey_sigma_lens`. `quality` is that of its pictures after coding, 1 to 100 as JPEG counts it [?];
    None where they come as they are.
    """

    name: str
    road: str
    along_m: float
    offset_m: float
    height_m: float
    aim_along_m: float
    aim_offset_m: float
    hfov_rad: float
    fps: float
    size_px: tuple[int, int] = (640, 360)
    max_zoom: float = 25.0
    survey_sigma_m: float = 0.05
    survey_sigma_rad: float = 0.001
    clock_error_ns: int = 0
    snapshot_delay_ns: int = 1_500_000_000
    aim_road: str = ""
    aim_height_m: float = 0.0
    purposes: tuple[Purpose, ...] = ()
    shutter_s: float | None = None
    sensor_width_m: float = 0.0054
    faults: tuple[Fault, ...] = ()
    repeatability_rad: float = 0.0
    lens: ZoomLens = STRAIGHT
    survey_sigma_lens: float = 0.1
    quality: int | None = 70

    @property
    def focal_length_m(self) -> float:
        """The focal length of the lens at this view."""
        return self.sensor_width_m / (2 * tan(self.hfov_rad / 2))

    @property
    def aimed_road(self) -> str:
        """The road that it looks at."""
        return self.aim_road or self.road


@dataclass(frozen=True, slots=True)
class Camera:
    """One item of the estate and the names of its views.

    `tour` None means that it looks at each of its views at all times. One that turns does so by its
    `drive`. `loudspeaker` None means: as its kind has it.
    """

    name: str
    owner: Owner
    kind: CameraKind
    views: tuple[str, ...]
    price_idr: int
    bitrate_bps: int
    tour: GuardTour | None = None
    drive: Drive = field(default_factory=Drive)
    loudspeaker: bool | None = None

    @property
    def streams(self) -> int:
        """How many streams it sends: one a lens."""
        return len(self.views) if self.kind is CameraKind.MULTI_SENSOR else 1

    @property
    def turns(self) -> bool:
        """Whether it has one lens that turns away from its view to zoom."""
        return self.kind is CameraKind.PTZ

    @property
    def speaks(self) -> bool:
        """Whether it carries a loudspeaker: junction cameras do, enforcement sets do not (DOMAIN 1)."""
        return self.kind not in ETLE if self.loudspeaker is None else self.loudspeaker


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """A named set of cameras with their views; the file name is its name.

    A view that no camera of `cameras` claims is a fixed camera of its own, of Dishub. `network` is
    the one that it is drawn on ("": whichever has its roads), `left_out` the cameras that do not
    lie on the network that it was carried to, `uplink_bps` what it may send at once (None: not said).
    Raises ValueError where a view has two cameras.
    """

    name: str
    views: tuple[ViewSpec, ...]
    cameras: tuple[Camera, ...] = ()
    network: str = ""
    left_out: tuple[str, ...] = ()
    uplink_bps: int | None = None

    def __post_init__(self) -> None:
        claimed = [view for camera in self.cameras for view in camera.views]
        if len(set(claimed)) < len(claimed):
            msg = f"plan {self.name}: a view has two cameras: {sorted(claimed)}"
            raise ValueError(msg)
        loose = (view.name for view in self.views if view.name not in set(claimed))
        object.__setattr__(self, "cameras", (*self.cameras, *map(fixed_camera, loose)))

    @property
    def price_idr(self) -> int:
        """What all its items cost."""
        return sum(camera.price_idr for camera in self.cameras)

    @property
    def bitrate_bps(self) -> int:
        """The uplink that all its items take at once."""
        return sum(camera.bitrate_bps for camera in self.cameras)

    def camera_of(self, view: str) -> Camera:
        """Return the camera of a view; raises KeyError where the plan has no such view."""
        return by_view(self.cameras)[view]


def by_view(cameras: Iterable[Camera]) -> dict[str, Camera]:
    """Return the cameras by the names of their views."""
    return {view: camera for camera in cameras for view in camera.views}


def fixed_camera(view: str) -> Camera:
    """Return the camera of a view that stands alone: one of Dishub's that stays."""
    usual = USUAL[CameraKind.FIXED]
    return Camera(view, Owner.DISHUB, CameraKind.FIXED, (view,), usual.price_idr, usual.bitrate_bps)
