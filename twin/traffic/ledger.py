"""The truth about offences: who did what, where, when and how much; for scoring, never for the engine."""

from dataclasses import replace

from twin.clock import local_hour
from twin.network.model import RoadNetwork
from twin.traffic.drivers import Use, Vehicle
from twin.truth import TrueViolation

KMH = 3.6


class Ledger:
    """Keeps what happened; what still lasts is open until it is closed."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._done: list[TrueViolation] = []
        self._open: dict[tuple[str, int], TrueViolation] = {}
        self._over: dict[int, TrueViolation] = {}

    def add(
        self,
        rule: str,
        vehicle: Vehicle,
        place: str,
        at_m: tuple[float, float],
        opened_ns: int,
        amount: float = 0.0,
        *,
        lasts: bool = False,
    ) -> None:
        """Note an offence of a vehicle at a place of the map; one that `lasts` is closed later."""
        one = TrueViolation(
            rule,
            vehicle.vehicle_id,
            int(vehicle.kind),
            vehicle.plate,
            place,
            at_m,
            opened_ns,
            None,
            amount,
            exempt=vehicle.use is Use.EMERGENCY,
        )
        if lasts:
            self._open[rule, vehicle.vehicle_id] = one
        else:
            self._done.append(one)

    def close(self, rule: str, vehicle_id: int, closed_ns: int, amount: float | None = None) -> None:
        """End what lasts, if there is anything of that kind, with its amount where that is known only now."""
        one = self._open.pop((rule, vehicle_id), None)
        if one is not None:
            known = one.amount if amount is None else amount
            self._done.append(replace(one, closed_ns=closed_ns, amount=known))

    def crossed_red(
        self,
        vehicle: Vehicle,
        road: int,
        group: str,
        now_ns: int,
        into_s: float,
        left_s: float | None = None,
        *,
        goes_on: bool = True,
    ) -> None:
        """Note that a front has gone over the stop line of a road, `into_s` into the red of its group.

        `left_s` is what is left of that red, None where nobody can know. Who has not gone on (`goes_on`
        False) may come to stand there: that is a crossing only once it `went_on`.
        """
        self._over.pop(vehicle.vehicle_id, None)
        self.add("red_light", vehicle, group, self._end_m(road), now_ns, into_s)
        one = replace(self._done.pop(), left_s=left_s)
        if goes_on:
            self._done.append(one)
        else:
            self._over[vehicle.vehicle_id] = one

    def went_on(self, vehicle: Vehicle) -> None:
        """Note that who went over the line at red was let in before he had stood there."""
        self._done.append(self._over.pop(vehicle.vehicle_id))

    def past_line(self, vehicle: Vehicle, road: int, now_ns: int, over_m: float) -> None:
        """Note that a vehicle has come to stand beyond the stop line of a road; who creeps stands anew."""
        self._over.pop(vehicle.vehicle_id, None)
        self.close("stop_line", vehicle.vehicle_id, now_ns)
        place = self._network.roads[road].id
        self.add("stop_line", vehicle, place, self._end_m(road), now_ns, over_m, lasts=True)

    def sped(self, vehicle: Vehicle, road: int, along_m: float, now_ns: int, over_mps: float) -> None:
        """Note the highest speed above the limit of a road, told when the vehicle leaves that road."""
        lasting = self._open.get(("racing", vehicle.vehicle_id))
        limit_kmh = self._network.roads[road].speed_limit_mps * KMH
        if lasting is not None:
            fastest = max(lasting.amount, limit_kmh + over_mps * KMH)
            self._open["racing", vehicle.vehicle_id] = replace(lasting, amount=fastest)
        at_m = self._network.roads[road].point_at(along_m)[:2]
        self.add("speeding", vehicle, self._network.roads[road].id, at_m, now_ns, over_mps * KMH)

    def turned(self, vehicle: Vehicle, from_road: str, onto: int, now_ns: int) -> None:
        """Note that a vehicle has made a prohibited turn onto road number `onto`, if it still is one."""
        hour, road = local_hour(now_ns), self._network.roads[onto].id
        made = (turn for turn in self._network.turns_from[from_road] if turn.to_road == road)
        if not any(turn.prohibited_at(hour) for turn in made):
            return
        x, y, _ = self._network.roads[onto].centreline_m[0]
        self.add("prohibited_turn", vehicle, from_road, (float(x), float(y)), now_ns, float(onto))

    def _end_m(self, road: int) -> tuple[float, float]:
        x, y = self._network.roads[road].centreline_m[-1, :2]
        return float(x), float(y)

    def all(self) -> tuple[TrueViolation, ...]:
        """Return everything so far, by opening."""
        return tuple(sorted([*self._done, *self._open.values()], key=lambda v: (v.opened_ns, v.vehicle_id)))
