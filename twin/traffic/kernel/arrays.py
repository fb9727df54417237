"""The arrays that the kernel works on. Indices are int32, -1 means none; lengths and times are float64.

A lane has two tracks, 2 * lane (kerb side) and 2 * lane + 1. A motorcycle rides on one track, anything
wider, and whatever is on the kerb strip, on both. A vehicle's position is that of its front along its
lane. Forward movement keeps the order on a track, so not overlapping is a matter of gaps alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BOTH = 2  # a `side`: both tracks of the lane
GREEN, YELLOW, RED = 0, 1, 2
RIDING, SEEKING, STANDING, LEAVING = 0, 1, 2, 3  # what a vehicle is about, as to the kerb
LEFT_MAP, ENTERED_ROAD, CROSSED_RED, STOPPED = 0, 1, 2, 3  # kinds of record
TRAIL = 4  # lanes behind the front that a body can still touch
MOTORCYCLE = 0


class Lanes(NamedTuple):
    """The lane graph, L lanes: those of roads (kerb strips first), then connectors over junctions.

    Neighbours `kerbward` and `medianward` and `slot` (-1 kerb strip, 0 kerb-side lane, ...) belong to
    lanes of roads; `before`, `after`, `turn`, `group`, `rank` and `controlled` to connectors. The pairs
    `*_at`, `*` are compressed rows. A vehicle is out of the way of a connector's foe once its rear is
    `foe_clear_m` along the foe; `fork` lists connectors from the same lane, parted after `fork_clear_m`.
    """

    length_m: Floats
    road: Ints
    slot: Ints
    speed_mps: Floats
    quarter_m: Floats
    offset_m: Floats
    kerbward: Ints
    medianward: Ints
    before: Ints
    after: Ints
    turn: Ints
    group: Ints
    rank: Ints
    controlled: Flags
    outgoing_at: Ints
    outgoing: Ints
    foe_at: Ints
    foe: Ints
    foe_clear_m: Floats
    fork_at: Ints
    fork: Ints
    fork_clear_m: Floats
    point_at: Ints
    point_m: Floats
    arc_m: Floats


class Routes(NamedTuple):
    """Where to turn: `hop` (D, R) is the turn at the end of a road towards a destination.

    `cost_s` (D, R) is the time left; lanes `lane_lo`..`lane_hi` (T,) serve a turn. `fallback` (R,) is a
    destination that can be reached from a road; `announced` (R,) roads ask for draws when entered.
    """

    hop: Ints
    cost_s: Floats
    exit_road: Ints
    lane_lo: Ints
    lane_hi: Ints
    turn_to: Ints
    first_lane: Ints
    fallback: Ints
    announced: Flags


class Fleet(NamedTuple):
    """Vehicles by row; `used` (1,) rows have ever been in use, `alive` ones are on the map."""

    used: Ints
    alive: Flags
    kind: NDArray[np.int8]
    length_m: Floats
    speed_factor: Floats
    acceleration_mps2: Floats
    braking_mps2: Floats
    headway_s: Floats
    jam_gap_m: Floats
    lane: Ints
    side: Ints
    position_m: Floats
    speed_mps: Floats
    change_mps2: Floats
    trail: Ints
    destination: Ints
    turn: Ints
    lane_lo: Ints
    lane_hi: Ints
    granted: Ints
    blocked: Flags
    wait_s: Floats
    stuck_s: Floats
    old_lane: Ints
    old_side: Ints
    shift_m: Floats
    progress: Floats
    yield_to: Ints
    kerb: Ints
    stop_m: Floats
    disobeys: Flags
    jitter_m: Floats


class Order(NamedTuple):
    """Who is where on each track, ascending: rows `track_at[t]`..`track_at[t + 1]` of `who`, `front_m`.

    A vehicle has a row on every track that its body touches. `own` (N, 4) are its rows with its front.
    The other arrays are scratch.
    """

    track_at: Ints
    who: Ints
    front_m: Floats
    mark: Ints
    own: Ints
    raw_track: Ints
    raw_who: Ints
    raw_front_m: Floats
    raw_mark: Ints


class Junctions(NamedTuple):
    """Scratch by lane: grants pending, metres promised on a lane, longest claim, change made."""

    pending: Ints
    inflow_m: Floats
    claim_s: Floats
    changed: Ints


class Signals(NamedTuple):
    """Groups: state, time of the last change and of the next green, in seconds of the simulation."""

    state: Ints
    since_s: Floats
    next_green_s: Floats


class Records(NamedTuple):
    """What happened: `count` (1,), then kind, vehicle row and a number (road, or lane of a crossing)."""

    count: Ints
    kind: Ints
    vehicle: Ints
    value: Ints


def empty(kind: Any, sizes: dict[str, int | tuple[int, ...]]) -> Any:
    """Return a tuple of zeroed arrays of `kind`; its annotations give the types."""
    types = {Ints: np.int32, Floats: np.float64, Flags: np.bool_, NDArray[np.int8]: np.int8}
    return kind(**{name: np.zeros(size, types[kind.__annotations__[name]]) for name, size in sizes.items()})


def new_fleet(capacity: int) -> Fleet:
    """Return a fleet with room for `capacity` vehicles."""
    sizes: dict[str, int | tuple[int, ...]] = dict.fromkeys(Fleet._fields, capacity)
    sizes |= {"used": 1, "trail": (capacity, TRAIL)}
    fleet: Fleet = empty(Fleet, sizes)
    return fleet


def new_order(capacity: int, lanes: int) -> Order:
    """Return an order for `capacity` vehicles on `lanes` lanes."""
    rows = capacity * (4 + 2 * TRAIL)
    sizes: dict[str, int | tuple[int, ...]] = dict.fromkeys(Order._fields, rows)
    sizes |= {"track_at": 2 * lanes + 1, "own": (capacity, 4)}
    order: Order = empty(Order, sizes)
    return order
