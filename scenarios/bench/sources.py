"""What `--on` may name: a dataset, a scenario, a recording."""

from dataclasses import dataclass
from pathlib import Path

from scenarios.bench.clip_source import FPS, ClipSource
from scenarios.bench.dataset_source import DatasetSource
from scenarios.bench.pictures import Source
from scenarios.bench.twin_source import TwinSource, TwinSpec
from scenarios.datasets.random_views import random_views
from scenarios.errors import InputError, unknown_name
from scenarios.site_files import load_site
from scenarios.spec import check_on_map, check_zone, load_plan, load_scenario, plan_on
from scenarios.toml_files import Kind, known_names
from twin.environment.weather import Sky, Weather
from twin.network import library
from twin.randomness import Seed

INTENSITY = 0.5  # of rain and haze


@dataclass(frozen=True, slots=True)
class Asked:
    """How to look at a source.

    `split` is of a dataset, `labels` and the `site` file of a recording, the rest of a scenario.
    `cameras` 0 takes the plan of the scenario, else so many random ones; `weathers` empty its weather.
    """

    split: str = "val"
    labels: Path | None = None
    seeds: tuple[int, ...] = (1,)
    cameras: int = 0
    lasting_s: float = 10.0
    fps: float = 2.0
    weathers: tuple[str, ...] = ()
    site: str | None = None


def open_on(on: str, asked: Asked) -> Source:
    """Return the source of that name or path; raises InputError, and SourceError for a broken recording."""
    path = Path(on)
    if asked.labels is not None and (path.suffix == ".toml" or (path / "annotations").is_dir()):
        msg = f"--labels {asked.labels}: only a recording needs labels; {on} has its own truth"
        raise InputError(msg)
    if (path / "annotations").is_dir() or (path / "dataset.json").is_file():
        return DatasetSource(path, asked.split)
    scenarios = known_names(Kind.SCENARIO)
    if on in scenarios or path.suffix == ".toml":
        return TwinSource(_twin(on, asked))
    if path.exists():
        return ClipSource(path, asked.labels, FPS, load_site(asked.site) if asked.site else None)
    if path.parent != Path() or path.suffix:
        msg = f"{on}: not there; expected a dataset of `bconnect dataset export`, a scenario or a recording"
        raise InputError(msg)
    error = unknown_name(on, scenarios, what="scenario")
    msg = f"--on: expected a dataset of `bconnect dataset export`, a scenario or a recording: {error}"
    raise InputError(msg)


def _twin(name: str, asked: Asked) -> TwinSpec:
    scenario = load_scenario(name)
    network = library.resolve(scenario.network)
    check_zone(scenario, network)
    if asked.cameras:
        views = random_views(network, Seed(asked.seeds[0], ("bench",)), asked.cameras)
    else:
        plan = plan_on(load_plan(scenario.plan), network)
        check_on_map(plan, network)
        views = plan.views
    weathers = tuple(_weather(sky) for sky in asked.weathers)
    return TwinSpec(scenario, views, asked.seeds, asked.lasting_s, asked.fps, weathers=weathers)


def _weather(sky: str) -> Weather:
    if sky not in tuple(Sky):
        raise unknown_name(sky, tuple(Sky), what="weather")
    return Weather(Sky(sky), INTENSITY)
