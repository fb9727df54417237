"""Every built-in scenario stands on its network, and each of its cameras sees what it is there for."""

import pytest

from detectors.datatypes.site import DailyWindow
from scenarios.cli.validation import make_spec
from scenarios.sections import sections_of
from scenarios.toml_files import Kind, known_names
from twin.cameras.survey import site_plan
from twin.network import library
from twin.randomness import Seed

RUNS = [(name, name) for name in known_names(Kind.SCENARIO)] + [("beruang-madu", "beruang-madu-plus")]
WINDOW = DailyWindow(16 * 3600, 19 * 3600)


@pytest.mark.parametrize(("scenario", "plan"), RUNS)
def test_a_plan_sees_kerb_of_its_zone_and_a_stop_line(scenario: str, plan: str) -> None:
    spec = make_spec(scenario, plan, None, short=True)
    network = library.resolve(spec.scenario.network)
    sites = [site_plan(network, view, Seed(1), window=WINDOW) for view in spec.plan.views]
    for view, site in zip(spec.plan.views, sites, strict=True):
        if view.name.startswith("kerb"):
            own = [
                zone for zone in site.no_parking if zone.name.startswith(f"{spec.scenario.zone}/{view.road}")
            ]
            assert sum(zone.area.area_m2() for zone in own) > 60, view.name
    if spec.scenario.sections:  # two gates, and what lies between them
        assert len(sections_of(spec.scenario, spec.plan.views, network, Seed(1))) == len(
            spec.scenario.sections
        )
        return
    lines = {stop.group for site in sites for stop in site.stop_lines}
    assert {network.road_of[group].end for group in lines} & set(network.plan_of)
