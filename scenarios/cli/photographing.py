"""`bconnect cameras render` and `cameras sheet`: what cameras of a plan show at an hour, in a weather."""

from datetime import date, time
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from scenarios.cli.terminal import Language, bars, examples, texts_for
from scenarios.errors import InputError

RENDER_EXAMPLES = examples(
    "bconnect cameras render beruang-madu --camera simpang-beller --at 17:30 --png view.png",
    "bconnect cameras render today --on mt-haryono --camera damai --at 19:30 --weather rain --png rain.png",
    "bconnect cameras render wika --camera kerb-1-utara --weather haze --visibility 300 --png haze.png",
)
SHEET_EXAMPLES = examples(
    "bconnect cameras sheet beruang-madu --png sheet.png",
    "bconnect cameras sheet today --on mt-haryono --cameras damai:jauh-utara,beller --png sheet.png",
)
Moment = TypeVar("Moment", time, date)

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="Name of a camera plan, or the path of its file.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="NETWORK", help="Network to stand on; else the plan's own.")
]
Png = Annotated[Path, typer.Option("--png", help="Where to write the picture.")]
Day = Annotated[str | None, typer.Option("--date", help="Local date, YYYY-MM-DD; else a Tuesday.")]
Root = Annotated[int, typer.Option(min=0, help="Root seed.")]
Demand = Annotated[str | None, typer.Option(help="Demand, name or path; else the usual one.")]


def render_command(  # noqa: PLR0913 - one parameter an option
    plan: Plan,
    *,
    camera: Annotated[str, typer.Option(metavar="ID", help="Which camera; `cameras list` has their ids.")],
    png: Png,
    view: Annotated[str | None, typer.Option(metavar="NAME", help="Which view; else its first.")] = None,
    at: Annotated[str, typer.Option(help="Local time.")] = "17:30",
    day: Day = None,
    weather: Annotated[str, typer.Option(help="clear, rain or haze.")] = "clear",
    intensity: Annotated[float, typer.Option(min=0, max=1, help="Of rain and haze.")] = 0.5,
    visibility: Annotated[
        float | None, typer.Option(min=20, max=100_000, help="How far one sees, m; else by the intensity.")
    ] = None,
    on: On = None,
    demand: Demand = None,
    seed: Root = 1,
    lang: Language = None,
) -> None:
    """Write what one camera shows at an hour in a weather, with traffic, as a PNG marked SIMULATED."""
    when, on_day = _parsed(time, "--at", "17:30", at), _day(day)
    from scenarios.estate import plan_and_network  # noqa: PLC0415 - numba, networkx: not for `--help`
    from scenarios.photographs import Studio, demand_named, save, view_named  # noqa: PLC0415 - numba
    from scenarios.weather_files import weather_named  # noqa: PLC0415 - pydantic

    texts = texts_for(lang)
    sky = weather_named(weather, intensity, visibility)
    found, network = plan_and_network(plan, on)
    spec = view_named(found, camera, view)
    studio = Studio(network, demand_named(demand), on_day, seed)
    with bars(texts) as progress:
        save(studio.picture(spec, studio.scene(when, progress), sky), png)
    said = texts.text(
        "{view} at {at}, {weather}, visibility {metres} m: {path}",
        view=spec.name, at=f"{when:%H:%M}", weather=texts.text(sky.sky.value),
        metres=f"{sky.visibility_m:.0f}", path=png,
    )  # fmt: skip
    Console(highlight=False, soft_wrap=True).print(said, markup=False)


def sheet_command(  # noqa: PLR0913 - one parameter an option
    plan: Plan,
    *,
    png: Png,
    cameras: Annotated[
        str | None, typer.Option(help="IDs with commas between, ID:VIEW for a view; else some of the plan.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=24, help="How many, where none are named.")] = 6,
    day: Day = None,
    on: On = None,
    demand: Demand = None,
    seed: Root = 1,
    lang: Language = None,
) -> None:
    """Write a contact sheet of several cameras at noon, in low sun, by night and in rain by night."""
    on_day = _day(day)
    from scenarios.estate import plan_and_network  # noqa: PLC0415 - numba, networkx: not for `--help`
    from scenarios.photographs import (  # noqa: PLC0415 - numba
        SHEET,
        Studio,
        chosen,
        demand_named,
        save,
        sheet,
    )

    texts = texts_for(lang)
    found, network = plan_and_network(plan, on)
    views = chosen(found, [name.strip() for name in cameras.split(",")] if cameras else [], count)
    studio = Studio(network, demand_named(demand), on_day, seed)
    with bars(texts) as progress:
        save(sheet(studio, views, SHEET, texts, progress), png)
    said = texts.text("{count} views, simulated: {path}", count=len(views), path=png)
    Console(highlight=False, soft_wrap=True).print(said, markup=False)


def _day(said: str | None) -> date:
    return _parsed(date, "--date", "2026-11-27", said) if said else date(2026, 11, 24)


def _parsed(kind: type[Moment], option: str, example: str, said: str) -> Moment:
    try:
        found = kind.fromisoformat(said)
    except ValueError:
        msg = f"{option} {said}: expected something like {example}"
        raise InputError(msg) from None
    return found
