"""Fixed-time plans of a GMNS network: signal_timing_phase, signal_phase_mvmt and those around them."""

from collections import Counter
from collections.abc import Mapping

from twin.network.crossings import Move
from twin.network.importers.gmns_links import Link
from twin.network.importers.tables import Row, Tables
from twin.network.model import Phase, PlanSource, SignalPlan

YELLOW_S = 3.0  # of the clearance, where the table does not part it
UNLIT = ("", "no_control", "yield", "stop", "none")
LONGEST_S = 600.0


def read_signals(
    tables: Tables, moves: Mapping[str, Move], rows: Mapping[str, Row], links: Mapping[str, Link]
) -> tuple[list[SignalPlan], dict[Move, str]]:
    """Return the plans by the phases of their movements, and the groups of movements that differ.

    `moves` and `rows` are the movements by mvmt_id. A plan of more than one ring fits no plan of ours
    and is left out: an assumed one takes its place.
    """
    lit = {key for key, row in rows.items() if row.text("ctrl_type", "").lower() not in UNLIT}
    green = _green(tables, rows, lit)
    groups = {moves[key]: "" for key in moves if key not in lit}
    offsets_s, assumed = _offsets_s(tables), _assumed(tables)
    plans = []
    for plan, phases in _phases_of(tables).items():
        used = [(row, green.get(row.text("timing_phase_id"), [])) for row in phases]
        at = Counter(links[moves[key][0]].end for _, keys in used for key in keys)
        if not at or any(row.number("ring", 1) != 1 for row in phases):
            continue
        named = _groups(used, moves)
        groups |= {moves[key]: name for key, name in named.items() if name != moves[key][0]}
        source = PlanSource.ASSUMED if plan in assumed else PlanSource.PUBLISHED
        parts = tuple(_phase(row, tuple(dict.fromkeys(named[key] for key in keys))) for row, keys in used)
        plans.append(SignalPlan(at.most_common(1)[0][0], parts, offsets_s.get(plan, 0.0), source))
    return plans, groups


def _green(tables: Tables, rows: Mapping[str, Row], lit: set[str]) -> dict[str, list[str]]:
    """Return the movements that have green in each phase."""
    found: dict[str, list[str]] = {}
    for row in tables.rows("signal_phase_mvmt", "signal_phase_mvmt_id", ["timing_phase_id", "mvmt_id"]):
        key = row.text("mvmt_id", "")
        if key and key not in rows:
            raise row.fault(
                column="mvmt_id", said=f"'{key}': expected a movement of movement.csv; add it or drop the row"
            )
        if key in lit:
            found.setdefault(row.text("timing_phase_id"), []).append(key)
    return found


def _offsets_s(tables: Tables) -> dict[str, float]:
    rows = tables.rows("signal_coordination", "coordination_id", ["timing_plan_id"])
    return {row.text("timing_plan_id"): row.number("offset", 0.0, least=0, most=86400) for row in rows}


def _assumed(tables: Tables) -> set[str]:
    rows = tables.rows("signal_timing_plan", "timing_plan_id")
    return {row.text("timing_plan_id") for row in rows if row.text("source", "") == PlanSource.ASSUMED}


def _phases_of(tables: Tables) -> dict[str, list[Row]]:
    """Return the phases of each timing plan in their order."""
    found: dict[str, list[Row]] = {}
    for row in tables.rows("signal_timing_phase", "timing_phase_id", ["timing_plan_id"]):
        found.setdefault(row.text("timing_plan_id"), []).append(row)
    for phases in found.values():
        phases.sort(key=lambda row: (row.number("barrier", 1), row.number("position", 0)))
    return found


def _groups(phases: list[tuple[Row, list[str]]], moves: Mapping[str, Move]) -> dict[str, str]:
    """Return the group of each movement: its approach, or its own where it has other phases than most."""
    seen: dict[str, tuple[int, ...]] = {}
    for number, (_, keys) in enumerate(phases):
        for key in keys:
            seen[key] = (*seen.get(key, ()), number)
    named: dict[str, str] = {}
    for approach in sorted({moves[key][0] for key in seen}):
        own = {key: numbers for key, numbers in seen.items() if moves[key][0] == approach}
        usual = max(sorted(set(own.values())), key=list(own.values()).count)
        named |= {key: approach if own[key] == usual else ">".join(moves[key]) for key in own}
    return named


def _phase(row: Row, groups: tuple[str, ...]) -> Phase:
    clearance_s = row.number("clearance", 5.0, least=0, most=LONGEST_S)
    yellow_s = row.number("yellow_s", min(YELLOW_S, clearance_s), least=0, most=clearance_s)
    green_s = row.number("min_green", least=0, most=LONGEST_S)
    return Phase(groups, green_s, yellow_s, clearance_s - yellow_s)
