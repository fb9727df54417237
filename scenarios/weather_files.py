"""Weather as people write it: a word, or a table with its intensity or the visibility."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from scenarios.errors import InputError, unknown_name
from scenarios.toml_files import FileModel
from twin.environment.weather import Sky, Weather

KINDS = tuple(sky.value for sky in Sky)


class WeatherFile(FileModel):
    """The table [weather]: kind, and its intensity from 0 to 1 or how far one sees."""

    kind: str = Sky.CLEAR.value
    intensity: Annotated[float, Field(ge=0, le=1)] = 0.5
    visibility_m: Annotated[float, Field(ge=20, le=100_000)] | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind not in KINDS:
            raise ValueError(str(unknown_name(self.kind, KINDS, what="weather")))
        return self

    def weather(self) -> Weather:
        """Return it as the twin has it."""
        return Weather(Sky(self.kind), self.intensity, self.visibility_m)


def _table(written: Any) -> Any:
    return {"kind": written} if isinstance(written, str) else written


WeatherKey = Annotated[WeatherFile, BeforeValidator(_table)]


def weather_named(kind: str, intensity: float = 0.5, visibility_m: float | None = None) -> Weather:
    """Return the weather of a word; raises InputError that lists the known ones."""
    if kind not in KINDS:
        raise unknown_name(kind, KINDS, what="weather")
    try:
        return Weather(Sky(kind), intensity, visibility_m)
    except ValueError as error:
        raise InputError(str(error)) from None
