"""The tables of a site file by which speeds are measured: the errors of the survey, gates and sections."""

from math import degrees, radians
from typing import Annotated, Any

from pydantic import Field

from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.survey import Gate, SpeedSection, SurveyErrors
from scenarios.results import SectionWanted
from scenarios.toml_files import FileModel

Name = Annotated[str, Field(min_length=1, max_length=200)]
Error = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Point = tuple[float, float]


class SurveyFile(FileModel):
    """The table [survey]: standard errors; `clock_s` is a bound, left out where nobody sets the clock."""

    position_m: Error
    angle_deg: Error
    place_m: Error
    frame_time_s: Error
    focal: Error = 0.0
    lens: Error = 0.0
    clock_s: Error | None = None

    def errors(self) -> SurveyErrors:
        """Return the errors of the survey."""
        more = (self.frame_time_s, self.focal, self.lens, self.clock_s)
        return SurveyErrors(self.position_m, radians(self.angle_deg), self.place_m, *more)


class GateFile(FileModel):
    """A table [[gate]]: from the left to the right end, as of a stop line."""

    name: Name
    from_m: Point
    to_m: Point
    sigma_m: Error = 0.1

    def gate(self) -> Gate:
        """Return the gate."""
        return Gate(self.name, LineSegment(*self.from_m, *self.to_m), self.sigma_m)


class SectionFile(FileModel):
    """A table [[section]]: from a gate of another view to one of this view."""

    name: Name
    from_view: Name
    from_gate: Name
    to_gate: Name
    length_m: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    sigma_m: Error
    limit_kmh: Annotated[float, Field(gt=0, le=200)]

    def section(self, view: str) -> SpeedSection:
        """Return the section that ends in a view."""
        gates = (self.from_view, self.from_gate, view, self.to_gate)
        return SpeedSection(self.name, *gates, self.length_m, self.sigma_m, self.limit_kmh / KMH_PER_MPS)


class WatchedSectionFile(FileModel):
    """A table [[section]] of a scenario: between two views of its plan; the twin surveys gates and length."""

    from_view: Name
    to_view: Name
    name: Name | None = None
    limit_kmh: Annotated[float, Field(gt=0, le=200)] | None = None

    def wanted(self) -> SectionWanted:
        """Return what is asked for."""
        return SectionWanted(self.from_view, self.to_view, self.name or "", self.limit_kmh)


def survey_table(errors: SurveyErrors) -> dict[str, Any]:
    """Return the table [survey]."""
    return {
        "position_m": errors.position_m,
        "angle_deg": degrees(errors.angle_rad),
        "place_m": errors.place_m,
        "frame_time_s": errors.frame_time_s,
        "focal": errors.focal or None,
        "lens": errors.lens or None,
        "clock_s": errors.clock_s,
    }


def gate_table(gate: Gate) -> dict[str, Any]:
    """Return a table [[gate]]."""
    line = gate.line
    ends = {"from_m": [line.x0_m, line.y0_m], "to_m": [line.x1_m, line.y1_m]}
    return {"name": gate.name, **ends, "sigma_m": gate.sigma_m}


def section_table(section: SpeedSection) -> dict[str, Any]:
    """Return a table [[section]] of the view in which it ends."""
    return {
        "name": section.name,
        "from_view": section.from_view,
        "from_gate": section.from_gate,
        "to_gate": section.to_gate,
        "length_m": section.length_m,
        "sigma_m": section.sigma_m,
        "limit_kmh": section.limit_mps * KMH_PER_MPS,
    }
