"""What a result rests on that nobody has measured, said beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.offences import RED_UNCERTAINTY_S, STAND_TOLERANCE_S
from scenarios.reports.wording import Words
from scenarios.results import RunResult
from twin.clock import to_local
from twin.environment.weather import CLEAR, Weather
from twin.network.model import PlanSource, Provenance, RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.traffic.land_use import DwellMix
from twin.traffic.profiles import day_kind


@dataclass(frozen=True, slots=True)
class Assumption:
    """A quantity, its value, and how it is known."""

    what: str
    value: str
    status: str


def assumptions(result: RunResult, words: Words) -> tuple[Assumption, ...]:
    """Return the assumed parameters of a run with their values, in the words of the reader."""
    assumed = words.text("assumed, not calibrated on site")
    rows = (*_demand(result, words), *_conduct(result, words))
    return (
        *(Assumption(words.text(what), value, assumed) for what, value in rows),
        *_network(result.network, words),
        *_survey(result, words),
    )


def _demand(result: RunResult, words: Words) -> tuple[tuple[str, str], ...]:
    demand = result.scenario.demand
    flows = " / ".join(words.number(flow * demand.scale) for flow in demand.entry_vph_per_lane)
    kinds = zip(("motorcycle", "car", "bus", "truck"), demand.mix, strict=True)
    mix = ", ".join(f"{words.text(kind)} {words.percent(share)}" for kind, share in kinds)
    factors = demand.hourly.of(day_kind(result.scenario.day))
    shown = range(to_local(result.start_ns).hour, to_local(result.end_ns).hour + 1)
    hours = ", ".join(f"{hour}:00 x{words.number(factors[hour], 2)}" for hour in shown)
    return (
        ("Flow per entering lane, vehicles an hour (side street / collector / arterial)", flows),
        ("Mix of vehicles", mix),
        ("Flow by hour", hours),
        *_stated(demand, words),
        *_weather(result.scenario.weather, words),
    )


def _weather(weather: Weather, words: Words) -> Iterator[tuple[str, str]]:
    if weather != CLEAR:
        said = words.text(
            "{weather}, intensity {intensity}, visibility {metres} m",
            weather=words.text(weather.sky.value),
            intensity=words.number(weather.intensity, 1),
            metres=words.number(weather.visibility_m),
        )
        yield "Weather", said


def _stated(demand: DemandSpec, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what only some demands say."""
    if demand.gates or demand.od or demand.turns:
        counts = {"gates": len(demand.gates), "flows": len(demand.od), "turns": len(demand.turns)}
        yield (
            "Flows of their own",
            words.text("{gates} gates, {flows} flows between gates, {turns} turns", **counts),
        )
    if demand.land_use:
        rate = {generator.name: words.number(generator.stops_per_h, 1) for generator in demand.generators}
        uses = (
            f"{use.zone}: {use.count} {use.generator} x{rate[use.generator]}/h" for use in demand.land_use
        )
        yield "Parking generators and their stops an hour, each", "; ".join(uses)


def _conduct(result: RunResult, words: Words) -> tuple[tuple[str, str], ...]:
    demand = result.scenario.demand
    dwell = "; ".join(_dwell(one, words) for one in demand.dwell)
    conduct = demand.conduct
    besides = words.text(
        "{wrong} riders against the traffic per km and hour, {races} races a night, {urgent} sirens an hour",
        wrong=words.number(conduct.wrong_way_per_km_h, 1),
        races=words.number(conduct.races_per_night, 1),
        urgent=words.number(conduct.emergencies_per_h, 1),
    )
    review = "accepted without an officer: simulation" if result.stand_in else "by an officer at the desk"
    return (
        ("Kerb stops per kilometre and hour", words.number(demand.stops_per_km_h, 1)),
        ("Time at the kerb (share: median, log-normal)", dwell),
        ("Drivers who run a red that they meet", _by_class(demand.red_running, words)),
        ("Drivers who wait beyond the stop line", _by_class(conduct.past_line, words)),
        ("Drivers who make a prohibited turn where it is shorter", _by_class(conduct.prohibited_turn, words)),
        ("Wished speed at night, times that by day", words.number(conduct.night_speed, 2)),
        ("Other offences on the way", besides),
        ("Review of standing cases", words.text(review)),
    )


def _by_class(shares: tuple[float, ...], words: Words) -> str:
    kinds = zip(("motorcycle", "car", "bus", "truck"), shares, strict=True)
    return ", ".join(f"{words.text(kind)} {words.percent(share, 1)}" for kind, share in kinds)


def _dwell(mix: DwellMix, words: Words) -> str:
    minutes, sigma = words.number(mix.median_s / 60, 1), words.number(mix.sigma, 1)
    return f"{words.percent(mix.share)}: {minutes} min, sigma {sigma}"


def _network(network: RoadNetwork, words: Words) -> tuple[Assumption, ...]:
    total_m = sum(road.length_m for road in network.roads) or 1.0
    lengths = {kind: sum(r.length_m for r in network.roads if r.geometry is kind) for kind in Provenance}
    shares = ", ".join(f"{words.text(kind)} {words.percent(m / total_m)}" for kind, m in lengths.items() if m)
    published = sum(plan.source is PlanSource.PUBLISHED for plan in network.signal_plans)
    plans = words.text(
        "{published} published, {assumed} assumed",
        published=published,
        assumed=len(network.signal_plans) - published,
    )
    stated = words.text("as the network states it")
    return (
        Assumption(words.text("Geometry of the roads, by length"), shares, stated),
        Assumption(words.text("Signal plans"), plans, stated),
    )


def _survey(result: RunResult, words: Words) -> tuple[Assumption, ...]:
    metres = max((view.survey_sigma_m for view in result.plan.views), default=0.0)
    limits = words.text(
        "stands within {stand} s of the least one, crossings less than {red} s into red",
        stand=words.number(STAND_TOLERANCE_S),
        red=words.number(RED_UNCERTAINTY_S, 1),
    )
    return (
        Assumption(
            words.text("Standard error of the surveyed camera position"),
            f"{words.number(metres, 2)} m",
            words.text("parameter of the camera plan"),
        ),
        Assumption(words.text("Counted neither for nor against"), limits, words.text("rule of the score")),
    )
