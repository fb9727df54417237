"""Gate G0 of a plan in a zone: the checks of `cameras check`, a row a criterion over all its views."""

from collections.abc import Sequence

from scenarios.planning.evenings import approaches
from scenarios.planning.gates import GateRow, Verdict, overall
from scenarios.planning.geometry_limits import LIMITS, GeometryLimits
from scenarios.planning.places import joined, kerb_places
from scenarios.planning.view_check import STREET_SEED, Watched, checked, street_of, watched_views
from scenarios.planning.weights import kerb_roads
from twin.cameras.plans import CameraPlan
from twin.cameras.sensing import approach_m
from twin.network.model import RoadNetwork
from twin.placement.candidates import reached

SHOWN = 4  # names in a note


def geometry_gate(
    plan: CameraPlan, network: RoadNetwork, zone: str, limits: GeometryLimits = LIMITS
) -> tuple[GateRow, ...]:
    """Return the rows of G0 for the views of a plan in a zone, as if each were looked at.

    A view that shows no place of the zone fails the first row and is judged by no other.
    """
    street = street_of(plan, network, STREET_SEED)
    watched = watched_views(plan, street)
    served = _serving(watched, network, zone)
    checks = [checked(one, plan.camera_of(one.view.name), street, limits) for one in served]
    by_criterion: dict[str, list[tuple[str, GateRow]]] = {}
    for check in checks:
        for row in check.rows:
            by_criterion.setdefault(row.criterion, []).append((check.view, row))
    idle = [one.view.name for one in watched if one not in served]
    first = _served_row(len(watched), idle)
    return first, *(_over_views(name, rows) for name, rows in by_criterion.items())


def _serving(watched: Sequence[Watched], network: RoadNetwork, zone: str) -> list[Watched]:
    """Return the views that show a kerb of the zone with a ban, or judge a stop line of it."""
    kerbs = joined(kerb_places(network, road) for road in kerb_roads(network, zone))
    lines = [approach_m(network, road) for road in approaches(network, zone)]
    return [
        one
        for one in watched
        if reached(one.camera, kerbs.points_m).any() or any(reached(one.camera, at).all() for at in lines)
    ]


def _served_row(views: int, idle: list[str]) -> GateRow:
    found = f"{views - len(idle)}/{views}"
    verdict = Verdict.PASS if views and not idle else Verdict.FAIL
    return GateRow("places of the zone in view", "every view", found, verdict, _listed(idle))


def _over_views(criterion: str, rows: list[tuple[str, GateRow]]) -> GateRow:
    """Return the row of a criterion over the views that are there for it."""
    passed = sum(row.verdict is Verdict.PASS for _, row in rows)
    limits = sorted({row.limit for _, row in rows})
    lacking = [view for view, row in rows if row.verdict is not Verdict.PASS]
    verdict = overall(row for _, row in rows)
    open_notes = {row.note for _, row in rows if row.verdict is Verdict.NOT_PROVED}
    note = open_notes.pop() if verdict is Verdict.NOT_PROVED and len(open_notes) == 1 else _listed(lacking)
    return GateRow(criterion, "; ".join(limits), f"{passed}/{len(rows)}", verdict, note)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return f"{shown}, +{len(names) - SHOWN}" if len(names) > SHOWN else shown
