"""Plans of a GMNS network: signal_timing_plan, signal_timing_phase, signal_phase_mvmt, signal_detector.

A phase with an extension is actuated, where its plan has detectors; without them its green is the longest.
The plan that holds when no other does is the one that says so, else one for all day, else the one that
holds longest.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from twin.network.crossings import Move
from twin.network.hours import DAY_H, Windows
from twin.network.importers.gmns_links import Link, flag
from twin.network.importers.gmns_times import ALL_DAY, time_sets, windows_of
from twin.network.importers.tables import Row, Tables
from twin.network.model import Detector, Phase, PlanSource, SignalPlan

YELLOW_S = 3.0  # of the clearance, where the table does not part it
UNLIT = ("", "no_control", "yield", "stop", "none")
ON_RED = "signal_with_rtor"
LONGEST_S = 600.0
LOOP_M = 2.0  # of a detector whose ends are not told
FARTHEST_M = 1000.0

Lit = list[tuple[Row, list[str]]]  # phases, and the movements that have green in each


@dataclass(slots=True)
class _About:
    """What signal_timing_plan says of a plan; its rows may be several, one a window."""

    controller: str
    hours: Windows = ()
    source: PlanSource = PlanSource.PUBLISHED
    skip: bool = False


def read_signals(
    tables: Tables,
    moves: Mapping[str, Move],
    rows: Mapping[str, Row],
    links: Mapping[str, Link],
    short_m: float,
) -> tuple[list[SignalPlan], dict[Move, str]]:
    """Return the plans by the phases of their movements, and the groups of movements that differ.

    `moves` and `rows` are the movements by mvmt_id, `short_m` the unit of short lengths. A plan of more
    than one ring fits no plan of ours and is left out: an assumed one takes its place.
    """
    lit = {key for key, row in rows.items() if row.text("ctrl_type", "").lower() not in UNLIT}
    groups = {moves[key]: "" for key in moves if key not in lit}
    offsets_s, about = _offsets_s(tables), _about(tables)
    loops = _loops(tables, links, about, short_m)
    found: list[SignalPlan] = []
    for junction, own in _lit(tables, moves, rows, links, lit).items():
        named = _groups([phase for phases in own.values() for phase in phases], moves)
        groups |= {moves[key]: name for key, name in named.items() if name != moves[key][0]}
        plans = []
        for key, phases in own.items():
            said, seen = about.get(key, _About("")), loops.get(key, ())
            parts = tuple(
                _phase(row, tuple(dict.fromkeys(named[k] for k in keys)), seeing=bool(seen))
                for row, keys in phases
            )
            offset_s = offsets_s.get(key, 0.0)
            plan = SignalPlan(junction, parts, offset_s, said.source, said.hours, tuple(seen), said.skip)
            plans.append(plan)
        found += _with_usual(plans)
    return found, groups


def _lit(
    tables: Tables,
    moves: Mapping[str, Move],
    rows: Mapping[str, Row],
    links: Mapping[str, Link],
    lit: set[str],
) -> dict[str, dict[str, Lit]]:
    """Return the phases of the plans of each junction."""
    green = _green(tables, rows, lit)
    found: dict[str, dict[str, Lit]] = {}
    for plan, phases in _phases_of(tables).items():
        used = [(row, green.get(row.text("timing_phase_id"), [])) for row in phases]
        at = Counter(links[moves[key][0]].end for _, keys in used for key in keys)
        if at and all(row.number("ring", 1) == 1 for row in phases):
            found.setdefault(at.most_common(1)[0][0], {})[plan] = used
    return found


def _with_usual(plans: list[SignalPlan]) -> list[SignalPlan]:
    """Return the plans of a junction with one that holds when no other does."""
    if any(not plan.hours for plan in plans):
        return plans
    usual = max(plans, key=lambda plan: sum((end - begin) % DAY_H or DAY_H for begin, end in plan.hours))
    return [replace(plan, hours=()) if plan is usual else plan for plan in plans]


def _green(tables: Tables, rows: Mapping[str, Row], lit: set[str]) -> dict[str, list[str]]:
    """Return the movements that have green in each phase."""
    found: dict[str, list[str]] = {}
    for row in tables.rows("signal_phase_mvmt", "signal_phase_mvmt_id", ["timing_phase_id", "mvmt_id"]):
        key = row.text("mvmt_id", "")
        if key and key not in rows:
            raise row.fault(
                column="mvmt_id", said=f"'{key}': expected a movement of movement.csv; add it or drop the row"
            )
        if key in lit and row.text("protection", "").lower() != "rtor":
            found.setdefault(row.text("timing_phase_id"), []).append(key)
    return found


def _offsets_s(tables: Tables) -> dict[str, float]:
    rows = tables.rows("signal_coordination", "coordination_id", ["timing_plan_id"])
    return {row.text("timing_plan_id"): row.number("offset", 0.0, least=0, most=86400) for row in rows}


def _plans(tables: Tables) -> list[Row]:
    return tables.rows("signal_timing_plan", "timing_plan_id")


def _first(row: Row) -> str:
    """Return the plan of which a row of signal_timing_plan is a window, itself where it is no part."""
    return row.text("part_of", row.text("timing_plan_id"))


def _about(tables: Tables) -> dict[str, _About]:
    sets, found = time_sets(tables), dict[str, _About]()
    for row in _plans(tables):
        assumed = row.text("source", "") == PlanSource.ASSUMED
        source = PlanSource.ASSUMED if assumed else PlanSource.PUBLISHED
        new = _About(row.text("controller_id", ""), (), source, flag(row, "skip", default=False))
        own, hours = found.setdefault(_first(row), new), windows_of(row, sets)
        if not flag(row, "otherwise", default=not row.text("otherwise", "") and hours == (ALL_DAY,)):
            own.hours = (*own.hours, *hours)
    return found


def _loops(
    tables: Tables, links: Mapping[str, Link], about: Mapping[str, _About], short_m: float
) -> dict[str, list[Detector]]:
    """Return the detectors of each plan; one that names no plan is one of all of its controller."""
    found: dict[str, list[Detector]] = {}
    for row in tables.rows("signal_detector", "detector_id", ["controller_id", "link_id"]):
        loop, plan, controller = (
            _loop(row, links, short_m),
            row.text("timing_plan_id", ""),
            row.text("controller_id"),
        )
        for key in (plan,) if plan else [key for key, said in about.items() if said.controller == controller]:
            if loop not in found.setdefault(key, []):
                found[key].append(loop)
    return found


def _loop(row: Row, links: Mapping[str, Link], short_m: float) -> Detector:
    link = row.text("link_id")
    if link not in links:
        raise row.fault(column="link_id", said=f"'{link}': expected a link of link.csv for motor vehicles")

    def metres(name: str, default_m: float) -> float:
        return row.number(name, default_m / short_m, least=0, most=FARTHEST_M / short_m) * short_m

    near_m = metres("det_zone_front", metres("det_zone_lr", 0.0))
    far_m = metres("det_zone_back", near_m + LOOP_M)
    near_m, far_m = min(near_m, far_m), max(near_m, far_m)
    return Detector(link, round(far_m, 6), round(far_m - near_m, 6) or LOOP_M)


def _phases_of(tables: Tables) -> dict[str, list[Row]]:
    """Return the phases of each timing plan in their order; one that is a part of another has the same."""
    plans = {row.text("timing_plan_id"): _first(row) for row in _plans(tables)}
    found: dict[str, list[Row]] = {}
    for row in tables.rows("signal_timing_phase", "timing_phase_id", ["timing_plan_id"]):
        key = row.text("timing_plan_id")
        if plans.get(key, key) == key:
            found.setdefault(key, []).append(row)
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


def _phase(row: Row, groups: tuple[str, ...], *, seeing: bool) -> Phase:
    """Return a phase; `seeing` says that detectors tell who comes."""
    clearance_s = row.number("clearance", 5.0, least=0, most=LONGEST_S)
    yellow_s = row.number("yellow_s", min(YELLOW_S, clearance_s), least=0, most=clearance_s)
    all_red_s = round(clearance_s - yellow_s, 6)
    green_s = row.number("min_green", least=0, most=LONGEST_S)
    gap_s = row.number("extension", 0.0, least=0, most=LONGEST_S)
    if gap_s <= 0:
        return Phase(groups, green_s, yellow_s, all_red_s)
    longest_s = row.number("max_green", green_s + gap_s, least=green_s, most=LONGEST_S)
    limits = (green_s, gap_s) if seeing else (0.0, 0.0)
    return Phase(groups, longest_s, yellow_s, all_red_s, *limits)
