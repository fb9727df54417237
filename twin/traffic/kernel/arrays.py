"""The arrays that the kernel works on: records by lane and by vehicle; -1 means none.

A lane has three strips, 3 * lane (towards the kerb), the middle and towards the median. A motorcycle
rides on one of them, a car in the middle, anything wider on all three; so riders pass between cars, up to
three abreast on a lane of 3.5 m. Whatever is on the kerb strip is in its middle. A vehicle's position is
that of its front along its lane. Forward movement keeps the order on a strip, so not overlapping is a
matter of gaps alone.

Records instead of one array a column: the kernel touches most columns of a few vehicles at a time,
and compiles ten times faster with five arrays than with a hundred.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.compiled import as_rows

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Rows = NDArray[np.void]

STRIPS = 3
KERBWARD, MIDDLE, MEDIANWARD, ALL = 1, 2, 4, 7  # sets of strips, as bits
GREEN, YELLOW, RED = 0, 1, 2
OBEYS, DARES, PASSES = 0, 1, 2  # what a red means to a driver
RIDING, SEEKING, STANDING, LEAVING = 0, 1, 2, 3  # what a vehicle is about, as to the kerb
LEFT_MAP, ENTERED_ROAD, CROSSED_RED, STOPPED, PAST_LINE, SPED = 0, 1, 2, 3, 4, 5  # kinds of record
OVER_LINE, WENT_ON = 6, 7  # over the line at red without being let in; let in, without having stood there
TRAIL = 4  # lanes behind the front that a body can still touch
MOTORCYCLE = 0
LINE = 64  # bytes of a line of the cache


def _columns(kind: type[np.generic], names: str) -> list[tuple[str, type[np.generic]]]:
    return [(name, kind) for name in names.split()]


def _row(floats: str, ints: str, flags: str = "") -> np.dtype[np.void]:
    """Return the type of a record from the names of its columns."""
    columns = (*_columns(np.float64, floats), *_columns(np.int32, ints), *_columns(np.bool_, flags))
    return np.dtype(list(columns), align=True)


# Lanes of roads have neighbours and a slot (-1 kerb strip, 0 kerb-side lane, ...), connectors the
# rest; `*_at` is where a lane's rows begin in the tables of Lanes, and the next lane's is their end.
# `strip_m` and `middle_m` are how far the outer strips and the middle one lie from the middle, `open`
# which strips riders may use, `fan` the place of a connector among those from its lane, from the kerb.
# From a lane that `splits` one may turn in more than one way. In a bend `bends` are the middle strip and the
# one on the inner side (0: no bend), `cut_m` is how far inside of the path the middle of a body of
# CHORD_M comes at most, `bulge_m` how far riders on the outer strips swing out to go round beside a car; on
# the inner side of an `inmost` connector nobody turns with it.
# Before a red one stops `box_m` before the end, unless one rides; who stops beyond it has `room_m` on a
# connector before he is in anybody's way.
LANE = _row(
    "length_m speed_mps strip_m middle_m offset_m slope box_m room_m cut_m bulge_m",
    "road slot kerbward medianward before after turn group rank fan open bends"
    " outgoing_at foe_at fork_at point_at",
    "controlled splits on_red inmost",
)
# Out of the way of connector `lane` is whoever has his rear beyond `clear_m` on it.
MEETING = _row("clear_m", "lane")
POINT = _row("arc_m x_m y_m z_m", "")
# What a step looks at most stands in the first two lines of the cache, 64 bytes each. `onward` is the
# lane after the present one: the connector of its turn, -1 where the lane does not serve it. `strips` are
# those that it takes of its lane; `headway_s` grows from `own_headway_s` among riders. `past_m` is how far
# beyond the line it waits for a green, negative while it does not. A long body `claims` the strips
# that it needs for a bend. It is `over` once it went over the line at red, or set out beyond it, until it
# stands or is let in.
VEHICLE = np.dtype(
    [
        *_columns(np.float64, "position_m speed_mps length_m"),
        *_columns(np.int32, "lane strips old_lane old_strips turn granted kerb kind"),
        *_columns(np.bool_, "alive blocked wide claims over"),
        *_columns(np.int8, "disobeys"),
        *_columns(np.int32, "onward"),
        *_columns(np.float64, "next_mps acceleration_mps2 braking_mps2 headway_s jam_gap_m"),
        *_columns(np.float64, "speed_factor top_mps filter_mps"),
        *_columns(np.int32, "yield_to part_from lane_lo lane_hi destination path_at"),
        ("trail", np.int32, (TRAIL,)),
        *_columns(np.float64, "wait_s stuck_s shift_m progress stop_m past_m peak_mps"),
        *_columns(np.float32, "own_headway_s change_mps2 peak_at_m power_wpkg jitter_m"),
        *_columns(np.float32, "stood_s lost_s driven_m"),
    ],
    align=True,
)
BODY = np.dtype([("front_m", np.float64), ("who", np.int64), *_columns(np.int32, "track mark")])
STATE = _row("", "count tick")
JUNCTION = np.dtype(
    [
        ("inflow_m", np.float64, (STRIPS,)),
        *_columns(np.float64, "claim_s"),
        *_columns(np.int32, "pending long changed"),
    ],
    align=True,
)
# `start_s` is how long a head takes to react to its green.
SIGNAL = _row("since_s next_green_s into_s to_green_s start_s", "state")
# `value` is a lane or a road; `amount` is s into red, m beyond the line, m/s above the limit, `at_m` where.
RECORD = _row("amount at_m", "kind vehicle value")
# What went over a road so far: vehicle-seconds, vehicle-metres, seconds below 0.1 m/s, seconds lost to
# the wish; vehicles that came from another road and went on to one, that set out and ended there.
TALLY = _row("time_s way_m stood_s lost_s", "entered left departed arrived")


class Lanes(NamedTuple):
    """The lane graph: L + 1 rows (the last only ends the tables), roads' lanes first, then connectors.

    `outgoing` are connectors by lane; `foe` MEETINGs with connectors in the way; `fork` those with
    connectors that leave from the same lane; `point` the points of the middle of the lane.
    """

    row: Rows
    outgoing: Ints
    foe: Rows
    fork: Rows
    point: Rows


class Routes(NamedTuple):
    """Where to turn: `hop` (D, R) is the turn at the end of a road towards a destination.

    `cost_s` (D, R) is the time left; lanes `lane_lo`..`lane_hi` (T,) serve a turn. `fallback` (R,) is a
    destination that can be reached from a road; `announced` (R,) roads ask for draws when entered.
    `path` holds the turns of those who have a way of their own, each way ended by -1; a vehicle's
    `path_at` is the turn at the end of its present road, -1 where it goes by `hop`.
    """

    hop: Ints
    cost_s: Floats
    exit_road: Ints
    lane_lo: Ints
    lane_hi: Ints
    turn_to: Ints
    first_lane: Ints
    fallback: Ints
    announced: NDArray[np.bool_]
    path: Ints


class Order(NamedTuple):
    """Who is where on each strip (track `STRIPS * lane + strip`), ascending: rows `track_at`..`track_end`.

    A vehicle has a BODY row on every track that its body touches; `own` (N, 6) are those with its front:
    strips of its lane, then of the lane that it is leaving (`mark` 0..5, else -1). `sequence` are the
    vehicles, `state.count` of them, as they stood when last arranged, then those who have come since.
    `raw` and `seen` are scratch.
    """

    track_at: Ints
    track_end: Ints
    row: Rows
    own: Ints
    raw: Rows
    sequence: NDArray[np.int64]
    seen: Ints
    state: Rows


class Traffic(NamedTuple):
    """Everything that a step needs: rows by lane, vehicle, lane, signal group; what happened.

    `tally` has a row a road, or none where nobody wants to know.
    """

    lanes: Lanes
    routes: Routes
    fleet: Rows
    order: Order
    scratch: Rows
    signals: Rows
    records: Rows
    tally: Rows


def new_fleet(capacity: int) -> Rows:
    """Return rows for `capacity` vehicles, each at the beginning of a line of the cache."""
    size = capacity * VEHICLE.itemsize
    room = np.zeros(size + LINE, np.uint8)
    first = -room.ctypes.data % LINE
    return as_rows(room[first : first + size].view(VEHICLE))


def new_order(capacity: int, lanes: int, sequence: NDArray[np.int64]) -> Order:
    """Return an order for `capacity` vehicles, of which `sequence` are there, on `lanes` lanes."""
    rows = capacity * STRIPS * (2 + TRAIL)
    waiting = np.zeros(2 * capacity, np.int64)
    waiting[: len(sequence)] = sequence
    state = as_rows(np.zeros(1, STATE))
    state["count"] = len(sequence)
    return Order(
        np.zeros(STRIPS * lanes, np.int32),
        np.zeros(STRIPS * lanes, np.int32),
        as_rows(np.zeros(rows + STRIPS * lanes, BODY)),
        np.full((capacity, 2 * STRIPS), -1, np.int32),
        as_rows(np.zeros(rows, BODY)),
        waiting,
        np.zeros(capacity, np.int32),
        state,
    )
