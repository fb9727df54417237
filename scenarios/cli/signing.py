"""What signals and signs of a network say, as a table and in lines."""

from rich.table import Table

from scenarios.texts import Texts
from twin.network.hours import Windows, others
from twin.network.model import RoadNetwork, SignalPlan


def signals_table(found: RoadNetwork, texts: Texts) -> Table:
    """Return a row a signal plan: where, when, how long its greens are, whether seconds are shown."""
    table = Table(title=texts.text("Signals"))
    table.add_column(texts.text("Junction"), no_wrap=True)
    table.add_column(texts.text("Hours"))
    table.add_column(texts.text("Control"))
    for name in ("Cycle, s", "Green by phase, s"):
        table.add_column(texts.text(name), justify="right")
    table.add_column(texts.text("Countdown"))
    table.add_column(texts.text("Source"))
    for plan in found.signal_plans:
        others = texts.text("all other hours" if len(found.plans_of[plan.junction]) > 1 else "all hours")
        shown = "yes" if found.junction_of[plan.junction].countdown else "no"
        table.add_row(
            plan.junction,
            hours_text(plan.hours) or others,
            texts.text("actuated" if plan.actuated else "fixed-time"),
            f"{plan.cycle_s:g}",
            _greens(plan),
            texts.text(shown),
            texts.text(plan.source.value),
        )
    return table


def sign_lines(found: RoadNetwork, texts: Texts) -> list[str]:
    """Return what signs say of turns, and how many roads have a box for motorcycles."""
    on_red = sum(turn.on_red for turn in found.turns)
    boxes = sum(road.motorcycle_box_m > 0 for road in found.roads)
    prohibited = [
        texts.text(
            "Turn from {start} to {end} prohibited: {hours}",
            start=turn.from_road,
            end=turn.to_road,
            hours=hours_text(turn.prohibited),
        )
        for turn in found.turns
        if turn.prohibited
    ]
    return [
        *prohibited,
        texts.text("Turns permitted on red: {count}", count=on_red),
        texts.text("Roads with a box for motorcycles: {count}", count=boxes),
    ]


def sumo_lines(found: RoadNetwork, texts: Texts) -> list[str]:
    """Return how to use the plans by the hour in SUMO, and what of a network SUMO's files do not hold."""
    by_hour = any(plan.hours for plan in found.signal_plans)
    shut = [turn for turn in found.turns if others(turn.prohibited)]
    counted = {
        "Not for SUMO: roads that end where they begin: {count}": sum(
            road.start == road.end for road in found.roads
        ),
        "Not for SUMO: boxes for motorcycles, roads: {count}": sum(
            road.motorcycle_box_m > 0 for road in found.roads
        ),
        "Not for SUMO: displays of the seconds left, junctions: {count}": sum(
            junction.countdown for junction in found.junctions
        ),
        "Not for SUMO: detectors (it places its own): {count}": sum(
            len(plan.detectors) for plan in found.signal_plans
        ),
        "Not for SUMO: skipping phases that nobody calls, plans: {count}": sum(
            plan.skip for plan in found.signal_plans
        ),
    }
    how = "Plans by the hour: give SUMO the .add.xml with -a; its second 0 is midnight."
    return [
        *([texts.text(how)] if by_hour else []),
        *(
            texts.text(
                "Not for SUMO: turn from {start} to {end} prohibited {hours}; permitted there at all hours",
                start=turn.from_road,
                end=turn.to_road,
                hours=hours_text(turn.prohibited),
            )
            for turn in shut
        ),
        *(texts.text(line, count=count) for line, count in counted.items() if count),
    ]


def hours_text(windows: Windows) -> str:
    """Return windows of the day as people write them: 06:00-20:00."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in windows)


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _greens(plan: SignalPlan) -> str:
    """Return the greens of the phases, the shortest and the longest where they are actuated."""
    return " / ".join(
        f"{phase.min_green_s:g}-{phase.green_s:g}" if phase.gap_s > 0 else f"{phase.green_s:g}"
        for phase in plan.phases
    )
