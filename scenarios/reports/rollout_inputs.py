"""What was put into a rollout, said apart from what came out: no parameter is a finding."""

from dataclasses import dataclass
from datetime import date

from scenarios.phases.rollout import PhaseSpec, Rollout
from twin.people.attitudes import JUDGEMENT, Stated, parameters

CHOSEN = "chosen"  # by whoever wrote the rollout file; its comments say why
FILE = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One input: the table it stands in, its key, what it is (an English text), and how it is known."""

    table: str
    name: str
    what: str
    value: str
    unit: str
    source: str
    standing: str


def inputs(rollout: Rollout) -> tuple[Input, ...]:
    """Return every parameter of a rollout."""
    return (
        *_phases(rollout),
        *_zones(rollout),
        *(_stated("cameras", one) for one in parameters(rollout.cameras)),
        *_ladder(rollout),
        *(_stated("drivers", one) for one in parameters(rollout.attitudes)),
        *(_stated("durations", one) for one in parameters(rollout.durations)),
        *_demand(rollout),
    )


def _stated(table: str, one: Stated) -> Input:
    return Input(table, one.name, one.what, f"{one.value:g}", one.unit, one.source, one.standing)


def _phases(rollout: Rollout) -> tuple[Input, ...]:
    found = [row for phase in rollout.phases for row in _phase(phase)]
    for raid in rollout.raids:
        where = ", ".join(raid.zones)
        said = f"{raid.day.isoformat()}: {raid.officers} ({where})"
        found.append(Input("raid", "officers", "officers of a joint raid", said, "", "[?]", JUDGEMENT))
    return tuple(found)


def _phase(phase: PhaseSpec) -> tuple[Input, ...]:
    table, since = f"phase {phase.stage}", phase.since.isoformat()
    officers = " / ".join(map(str, phase.officers))
    return (
        Input(table, "since", "first day of the phase", since, "", FILE, CHOSEN),
        Input(
            table,
            "officers",
            "officers, Monday to Thursday / Friday to Sunday",
            officers,
            "",
            "[?]",
            JUDGEMENT,
        ),
        Input(table, "sticker_crews", "sticker crews", str(phase.sticker_crews), "", "[?]", JUDGEMENT),
        Input(table, "tow_trucks", "tow trucks", str(phase.tow_trucks), "", FILE, CHOSEN),
        Input(
            table, "publicity", "publicity, of a full campaign", f"{phase.publicity:g}", "", "[?]", JUDGEMENT
        ),
        Input(table, "cameras", "cases of the engine are acted on", "01"[phase.cameras], "", FILE, CHOSEN),
    )


def _zones(rollout: Rollout) -> tuple[Input, ...]:
    return tuple(
        Input("cameras", f"coverage {zone}", "share of the kerb in view", f"{share:g}", "", "[?]", JUDGEMENT)
        for zone, share in zip(rollout.zones, rollout.cameras.coverage, strict=True)
    )


def _ladder(rollout: Rollout) -> tuple[Input, ...]:
    ladder = rollout.ladder
    sticker, tow = f"{ladder.sticker_after_s:g}", f"{ladder.tow_after_s:g}"
    return (
        Input("ladder", "sticker_after_s", "a sticker is earned after", sticker, "s", "[?]", JUDGEMENT),
        Input("ladder", "tow_after_s", "towing is earned after", tow, "s", "[?]", JUDGEMENT),
        Input(
            "ladder",
            "towing_from",
            "towing is in force from",
            _day(ladder.towing_from),
            "",
            FILE,
            CHOSEN,
        ),
        Input(
            "", "threshold", "difference of practical account", f"{rollout.threshold:g}", "", "[?]", CHOSEN
        ),
    )


def _demand(rollout: Rollout) -> tuple[Input, ...]:
    demand = rollout.demand
    rate = f"{demand.stops_per_km_h:g}"
    stays = zip(demand.dwell, rollout.present, strict=True)
    said = "; ".join(
        f"{kind.share:g}: {kind.median_s / 60:g} min, sigma {kind.sigma:g}, {inside:g}"
        for kind, inside in stays
    )
    what = "stops by kind (share: median and spread of the time, drivers who stay inside)"
    return (
        Input(
            "demand",
            "stops_per_km_h",
            "kerb stops wished per kilometre and hour",
            rate,
            "",
            "DOMAIN 4 [?]",
            JUDGEMENT,
        ),
        Input("demand", "dwell", what, said, "", "DOMAIN 4 [?]", JUDGEMENT),
    )


def _day(day: date) -> str:
    return day.isoformat()
