"""Who turns shows it before, on the side to which he then turns; who drives straight on shows nothing."""

from collections import defaultdict

import numpy as np

from tests.corner_street import AFTERNOON_NS, street
from twin.clock import NS_PER_S, seconds
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.truth import VehicleStates
from twin.world import Watch, World


def test_turns_are_shown_before_they_are_made_and_on_their_side() -> None:
    world = World(street(), DemandSpec(), Seed(2), AFTERNOON_NS, 60.0)
    for _ in world.warm_up():
        pass
    shown: dict[int, list[tuple[float, int]]] = defaultdict(list)
    watch = Watch("all", (0.0, 0.0), 600.0, NS_PER_S // 2)
    for _, scene in world.scenes([watch], AFTERNOON_NS + seconds(200)):
        states = scene.vehicles
        for who, heading, side, kerb in zip(
            states.vehicle_id, states.heading_rad, states.turning, states.at_kerb, strict=True
        ):
            assert not (kerb and side)
            shown[int(who)].append((float(heading), int(side)))
    turned = {1: 0, -1: 0}
    for sights in shown.values():
        headings = np.unwrap([heading for heading, _ in sights])
        change = np.degrees(headings[-1] - headings[0])
        if abs(change) < 60:
            continue
        side = 1 if change > 0 else -1
        begun = int(np.argmax(np.abs(headings - headings[0]) > np.radians(15)))
        if begun >= 4:  # it was seen to come
            turned[side] += 1
            assert side in [told for _, told in sights[begun - 3 : begun + 1]]
            assert -side not in [told for _, told in sights[begun - 3 : begun + 1]]
    assert min(turned.values()) > 1


def test_nobody_turns_where_nobody_says_so() -> None:
    none = VehicleStates.none()
    assert none.turning.shape == (0,)
