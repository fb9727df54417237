"""A scene of a hunt as a file: what the rule was told, so that a changed rule can be told it again."""

from typing import Any

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import Aspect, SignalState, SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import MOTION
from scenarios.hunting.scenes import IN_THE_MIDDLE_PX, Judged, Scene, observations

FORM = 1


def told_of(rule: str, scene: Scene, said: Judged, score: float) -> dict[str, Any]:
    """Return a scene as plain values: its nuisances, who is innocent, and what the rule was told."""
    return {
        "form": FORM,
        "rule": rule,
        "view": scene.site.view,
        "score": score,
        "innocent": [actor.plate for actor in scene.actors if not actor.guilty],
        "accused": list(said.accused),
        "nuisances": {name: round(value, 4) for name, value in scene.values.items()},
        "observations": [_observation(one) for one in observations(scene, said.believed_m)],
    }


def accused_again(told: dict[str, Any], site: SitePlan) -> tuple[str, ...]:
    """Return which innocents of a kept scene the rule accuses as it is now."""
    (rule,) = rules_for(site, (told["rule"],), MOTION)  # scenes are kept with the errors of that detector
    verdicts: list[Verdict] = []
    last_ns = 0
    for one in told["observations"]:
        last_ns = one["t"]
        verdicts += rule.judge(_read(site.view, one))
    verdicts += rule.finish(last_ns)
    named = {v.plate.text for v in verdicts if v.kind is VerdictKind.VIOLATION and v.plate}
    return tuple(sorted(named & set(told["innocent"])))


def _observation(seen: Observation) -> dict[str, Any]:
    return {
        "t": seen.timestamp_ns,
        "tracks": [
            [
                one.track_id, int(one.vehicle_class), *(round(v, 3) for v in one.position_m or ()),
                *(round(v, 3) for v in one.velocity_mps or ()), one.plate.text if one.plate else "",
            ]
            for one in seen.tracks
        ],
        "signals": [[one.group, one.aspect.value, one.since_ns] for one in seen.signals.states],
    }  # fmt: skip


def _read(view: str, told: dict[str, Any]) -> Observation:
    stamp_ns = told["t"]
    tracks = tuple(_track(row, stamp_ns) for row in told["tracks"])
    signals = SignalStates(
        tuple(SignalState(group, Aspect(at), since) for group, at, since in told["signals"])
    )
    return Observation(view, stamp_ns, TimeBase.UTC, tracks, signals)


def _track(row: list[Any], stamp_ns: int) -> Track:
    number, kind, x, y, vx, vy, plate = row
    return Track(
        number, stamp_ns, VehicleClass(kind), IN_THE_MIDDLE_PX, 0.9, 0, stamp_ns, observed=True,
        position_m=(x, y), velocity_mps=(vx, vy), heading_rad=0.0, plate=PlateReading(plate, 0.95),
    )  # fmt: skip
