"""Site files: the SitePlan of one view as the TOML that an installer writes (degrees, clock times)."""

from collections.abc import Callable, Iterable
from importlib.resources.abc import Traversable
from math import degrees, radians
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import Field

from detectors.datatypes.arrays import ShapeError
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane, LineSegment
from detectors.datatypes.ground import Ground, GroundPiece, PiecewiseGround
from detectors.datatypes.lens import Lens
from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.site import (
    WITA_OFFSET_S,
    Ban,
    Carriageway,
    NoParkingZone,
    SitePlan,
    StopLine,
)
from scenarios.errors import InputError
from scenarios.sign_files import OneWayFile, ProhibitedTurnFile, one_way_table, turn_table
from scenarios.site_tables import (
    Corners,
    Name,
    Point,
    Sigma,
    Window,
    corners,
    daily_window,
    polygon,
    window_clocks,
)
from scenarios.speed_files import GateFile, SectionFile, SurveyFile, gate_table, section_table, survey_table
from scenarios.toml_files import FileModel, Kind, read_model, resolve

Made = TypeVar("Made")


class CameraFile(FileModel):
    """The table [camera]: the surveyed pinhole, and k1 and k2 of its lens."""

    width_px: Annotated[int, Field(ge=1, le=20000)]
    height_px: Annotated[int, Field(ge=1, le=20000)]
    focal_px: Annotated[float, Field(gt=0)]
    position_m: tuple[float, float, float]
    yaw_deg: float
    tilt_deg: float
    roll_deg: float = 0.0
    k1: float = 0.0
    k2: float = 0.0

    def camera(self) -> PinholeCamera:
        """Return the camera."""
        angles = (radians(self.yaw_deg), radians(self.tilt_deg), radians(self.roll_deg))
        position = np.array(self.position_m)
        lens = Lens(self.k1, self.k2)
        return PinholeCamera(self.width_px, self.height_px, self.focal_px, position, *angles, lens)


class PlaneFile(FileModel):
    """A plane: z = z0_m + slope_x x + slope_y y."""

    z0_m: float = 0.0
    slope_x: float = 0.0
    slope_y: float = 0.0

    def plane(self) -> GroundPlane:
        """Return the plane."""
        return GroundPlane(self.z0_m, self.slope_x, self.slope_y)


class PieceFile(PlaneFile):
    """A table [[ground.piece]]: a part of the ground that lies on a plane of its own."""

    corners_m: Corners


class GroundFile(PlaneFile):
    """The table [ground]; left out, the ground is flat at height 0. Pieces lie within the plane."""

    piece: tuple[PieceFile, ...] = ()

    def ground(self) -> Ground:
        """Return the ground."""
        pieces = tuple(GroundPiece(polygon(one.corners_m), one.plane()) for one in self.piece)
        return PiecewiseGround(self.plane(), pieces) if pieces else self.plane()


class NoParkingFile(FileModel):
    """A table [[no_parking]]; without `window` the ban holds at all times, without `ban` by a sign."""

    name: Name
    corners_m: Corners
    window: Window | None = None
    minimum_stand_s: Annotated[float, Field(ge=0)] = 60.0
    ban: Ban = Ban.SIGN
    drop_off_s: Annotated[float, Field(ge=0)] = 0.0

    def zone(self) -> NoParkingZone:
        """Return the zone."""
        window = daily_window(self.window) if self.window else None
        stands = (self.minimum_stand_s, self.ban, self.drop_off_s)
        return NoParkingZone(self.name, polygon(self.corners_m), window, *stands)


class StopLineFile(FileModel):
    """A table [[stop_line]]."""

    name: Name
    group: Name
    from_m: Point
    to_m: Point
    junction_m: Corners
    left_on_red: bool = False
    left_exit_m: Corners | None = None
    motorcycle_box_m: Annotated[float, Field(ge=0, le=30)] = 0.0
    sigma_m: Sigma = 0.3

    def stop_line(self) -> StopLine:
        """Return the stop line."""
        exit_area = polygon(self.left_exit_m) if self.left_exit_m else None
        line = LineSegment(*self.from_m, *self.to_m)
        junction = polygon(self.junction_m)
        left = self.left_on_red, exit_area
        return StopLine(self.name, self.group, line, junction, *left, self.motorcycle_box_m, self.sigma_m)


class CarriagewayFile(FileModel):
    """A table [[carriageway]]."""

    name: Name
    corners_m: Corners
    heading_deg: float
    speed_limit_kmh: Annotated[float, Field(gt=0, le=200)] | None = None

    def carriageway(self) -> Carriageway:
        """Return the carriageway."""
        limit_mps = None if self.speed_limit_kmh is None else self.speed_limit_kmh / KMH_PER_MPS
        return Carriageway(self.name, polygon(self.corners_m), radians(self.heading_deg), limit_mps)


class IgnoreFile(FileModel):
    """A table [[ignore]]: an area that is nobody's traffic."""

    corners_m: Corners


class SiteFile(FileModel):
    """A site file as it stands."""

    view: Name
    origin_lonlat: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
    utc_offset_s: Annotated[int, Field(ge=-50400, le=50400)] = WITA_OFFSET_S
    simulated: bool = False
    revisit_s: Annotated[float, Field(ge=0)] = 0.0
    signal_lag_s: Annotated[float, Field(ge=0, le=60)] = 0.2
    signal_offset_s: Annotated[float, Field(ge=0, le=60)] = 0.0
    camera: CameraFile
    ground: GroundFile = GroundFile()
    no_parking: tuple[NoParkingFile, ...] = ()
    stop_line: tuple[StopLineFile, ...] = ()
    carriageway: tuple[CarriagewayFile, ...] = ()
    ignore: tuple[IgnoreFile, ...] = ()
    one_way: tuple[OneWayFile, ...] = ()
    prohibited_turn: tuple[ProhibitedTurnFile, ...] = ()
    survey: SurveyFile | None = None
    gate: tuple[GateFile, ...] = ()
    section: tuple[SectionFile, ...] = ()

    def site(self) -> SitePlan:
        """Return the site plan; raises InputError that names the table which makes no sense."""
        return SitePlan(
            view=self.view,
            origin_lonlat=self.origin_lonlat,
            camera=_made("camera", self.camera.camera),
            ground=_made("ground", self.ground.ground),
            no_parking=tuple(_made(f"no_parking {f.name}", f.zone) for f in self.no_parking),
            stop_lines=tuple(_made(f"stop_line {f.name}", f.stop_line) for f in self.stop_line),
            carriageways=tuple(f.carriageway() for f in self.carriageway),
            ignore=tuple(polygon(f.corners_m) for f in self.ignore),
            utc_offset_s=self.utc_offset_s,
            simulated=self.simulated,
            revisit_s=self.revisit_s,
            one_way=tuple(_made(f"one_way {f.name}", f.one_way) for f in self.one_way),
            prohibited_turns=tuple(_made(f"prohibited_turn {f.name}", f.turn) for f in self.prohibited_turn),
            signal_lag_s=self.signal_lag_s,
            signal_offset_s=self.signal_offset_s,
            survey=self.survey.errors() if self.survey else None,
            gates=tuple(_made(f"gate {f.name}", f.gate) for f in self.gate),
            sections=tuple(one.section(self.view) for one in self.section),
        )


def load_site(name_or_path: str) -> SitePlan:
    """Return a site plan by its name or the path of its file; raises InputError."""
    return read_site(resolve(Kind.SITE, name_or_path))


def read_site(file: Traversable) -> SitePlan:
    """Read one site file; raises InputError."""
    given = read_model(file, SiteFile)
    try:
        return given.site()
    except InputError as error:
        msg = f"{file}: {error}"
        raise InputError(msg) from error


def site_toml(site: SitePlan) -> str:
    """Return the text of the site file of `site`; reading it gives `site` back."""
    head = {
        "view": site.view,
        "origin_lonlat": site.origin_lonlat,
        "utc_offset_s": site.utc_offset_s,
        "simulated": site.simulated,
        "revisit_s": site.revisit_s or None,
        "signal_lag_s": site.signal_lag_s,
        "signal_offset_s": site.signal_offset_s or None,
    }
    parts = [_pairs(head), "[camera]\n" + _pairs(_camera(site.camera)), *_ground(site.ground)]
    parts += _tables("no_parking", map(_no_parking, site.no_parking))
    parts += _tables("stop_line", map(_stop_line, site.stop_lines))
    parts += _tables("carriageway", map(_carriageway, site.carriageways))
    parts += _tables("ignore", ({"corners_m": corners(area)} for area in site.ignore))
    parts += _tables("one_way", map(one_way_table, site.one_way))
    parts += _tables("prohibited_turn", map(turn_table, site.prohibited_turns))
    parts += ["[survey]\n" + _pairs(survey_table(site.survey))] if site.survey else []
    parts += _tables("gate", map(gate_table, site.gates))
    parts += _tables("section", map(section_table, site.sections))
    return "\n".join(parts)


def dump_site(site: SitePlan, path: Path) -> None:
    """Write the site file of `site` to `path`."""
    path.write_text(site_toml(site), encoding="utf-8")


def _made(table: str, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ShapeError as error:
        msg = f"{table}: {error}"
        raise InputError(msg) from error


def _camera(camera: PinholeCamera) -> dict[str, Any]:
    return {
        "width_px": camera.width_px,
        "height_px": camera.height_px,
        "focal_px": camera.focal_px,
        "position_m": camera.position_m.tolist(),
        "yaw_deg": degrees(camera.yaw_rad),
        "tilt_deg": degrees(camera.tilt_rad),
        "roll_deg": degrees(camera.roll_rad),
        "k1": camera.lens.k1 or None,
        "k2": camera.lens.k2 or None,
    }


def _ground(ground: Ground) -> list[str]:
    if isinstance(ground, GroundPlane):
        return ["[ground]\n" + _pairs(_plane(ground))]
    pieces = (_plane(one.plane) | {"corners_m": corners(one.area)} for one in ground.pieces)
    return ["[ground]\n" + _pairs(_plane(ground.around)), *_tables("ground.piece", pieces)]


def _plane(plane: GroundPlane) -> dict[str, Any]:
    return {"z0_m": plane.z0_m, "slope_x": plane.slope_x, "slope_y": plane.slope_y}


def _no_parking(zone: NoParkingZone) -> dict[str, Any]:
    times = window_clocks(zone.window) if zone.window else None
    return {
        "name": zone.name,
        "window": times,
        "minimum_stand_s": zone.minimum_stand_s,
        "ban": None if zone.ban is Ban.SIGN else zone.ban.value,
        "drop_off_s": zone.drop_off_s or None,
        "corners_m": corners(zone.area),
    }


def _stop_line(stop: StopLine) -> dict[str, Any]:
    return {
        "name": stop.name,
        "group": stop.group,
        "from_m": [stop.line.x0_m, stop.line.y0_m],
        "to_m": [stop.line.x1_m, stop.line.y1_m],
        "left_on_red": stop.left_on_red,
        "junction_m": corners(stop.junction),
        "left_exit_m": corners(stop.left_exit) if stop.left_exit else None,
        "motorcycle_box_m": stop.motorcycle_box_m or None,
        "sigma_m": stop.sigma_m,
    }


def _carriageway(carriageway: Carriageway) -> dict[str, Any]:
    return {
        "name": carriageway.name,
        "heading_deg": degrees(carriageway.heading_rad),
        "speed_limit_kmh": carriageway.speed_limit_mps and carriageway.speed_limit_mps * KMH_PER_MPS,
        "corners_m": corners(carriageway.area),
    }


def _tables(name: str, tables: Iterable[dict[str, Any]]) -> list[str]:
    return [f"[[{name}]]\n{_pairs(table)}" for table in tables]


def _pairs(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return repr(float(value) if isinstance(value, np.floating) else value)


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in safe) + '"'
