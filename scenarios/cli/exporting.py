"""What `bconnect dataset export` does: the pictures that were asked for, and what is said of them."""

from rich.console import Console

from scenarios.datasets.export import Exported, export
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import ShotSpec
from scenarios.spec import check_on_map, check_zone, load_plan, load_scenario, plan_on
from scenarios.texts import Texts
from twin.network import library
from twin.randomness import Seed

__all__ = ["export", "make_spec", "show"]

HOURS = (6.4, 8.5, 12.2, 15.1, 16.6, 17.4, 18.1, 19.3, 20.5)  # dawn, day, dusk, night


def make_spec(  # noqa: PLR0913 - one parameter an option
    name: str,
    plan_name: str | None,
    cameras: int,
    *,
    seeds: tuple[int, ...],
    frames: int,
    every_s: float,
    all_light: bool,
    randomise: bool = False,
) -> ShotSpec:
    """Return what to photograph, checked against the network; raises InputError."""
    scenario = load_scenario(name)
    network = library.resolve(scenario.network)
    check_zone(scenario, network)
    if cameras:
        views = random_views(network, Seed(seeds[0], ("dataset",)), cameras)
    else:
        plan = plan_on(load_plan(plan_name or scenario.plan), network)
        check_on_map(plan, network)
        views = plan.views
    hours = HOURS if all_light else ()
    return ShotSpec(scenario, views, seeds, frames, every_s, hours, randomise)


def show(done: Exported, texts: Texts) -> None:
    """Say how much there is and where."""
    console = Console(highlight=False, soft_wrap=True)
    for split, pictures, vehicles in done.counts:
        said = {"split": split, "pictures": pictures, "vehicles": vehicles}
        line = texts.text("{split}: {pictures} pictures, {vehicles} labelled vehicles", **said)
        console.print(line, markup=False)
    console.print(texts.text("Dataset: {path}", path=done.folder), markup=False)
