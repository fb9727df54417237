"""The table of cases as it follows from the records: written with them, and held against them by verify."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from detectors.archive.chain import HeldChain, ids_of, last_told, leading_id
from detectors.archive.identity import Identity, combined, identities, same
from detectors.archive.schema import CASES, IDENTITIES
from detectors.archive.telling import Told
from detectors.datatypes.cases import Case

NEAR_NS = 24 * 3600 * 1_000_000_000  # a stand that is still open from further back is another one


def row_of(case: Case) -> dict[str, Any]:
    """Return what the table says of a case, but for `case_id`, `seq` and `same_as`."""
    return {
        "opened_ns": case.opened_ns,
        "rule": case.rule,
        "vehicle_class": int(case.vehicle_class),
        "plate": case.plate.text if case.plate else None,
        "place": case.place,
        "state": case.state.value,
        "simulated": case.simulated,
    }


def case_of(connection: sa.Connection, leading: str) -> Case:
    """Return a violation as all who told of it say together."""
    told = (last_told(connection, case_id) for case_id in ids_of(connection, leading))
    return combined([one.case for one in told if one is not None])


def project(chain: HeldChain, told: Told, seq: int) -> None:
    """Write what a record changes in the table of cases and in that of identities."""
    connection, case = chain.connection, told.case
    row = row_of(case) | {"case_id": case.case_id, "same_as": told.same_as, "seq": seq}
    known = connection.execute(sa.update(CASES).where(CASES.c.case_id == case.case_id).values(row))
    if not known.rowcount:
        connection.execute(sa.insert(CASES), row)
    leading = leading_id(connection, case.case_id) or case.case_id
    if len(ids_of(connection, leading)) > 1:
        whole = row_of(case_of(connection, leading))
        connection.execute(sa.update(CASES).where(CASES.c.case_id == leading).values(whole))
    _name(connection, case)


def same_violation(connection: sa.Connection, case: Case) -> str | None:
    """Return the id of a case that is the same violation as one not known yet under its id, None if new."""
    for one in identities(case):
        for known in _known_as(connection, one):
            leading = leading_id(connection, known)
            if leading is None or leading == leading_id(connection, case.case_id):
                continue
            if same(case_of(connection, leading), case, by_plate=one.by_plate):
                return leading
    return None


def of_vehicle(one: Identity) -> sa.ColumnElement[bool]:
    """Return the condition that a row is of the rule, the place and the vehicle of an identity."""
    c = IDENTITIES.c
    return sa.and_(
        c.rule == one.rule, c.place == one.place, c.vehicle == one.vehicle, c.simulated == one.simulated
    )


def _known_as(connection: sa.Connection, one: Identity) -> Sequence[str]:
    """Return the ids of cases of that rule, place and vehicle from about that time, the latest first."""
    c = IDENTITIES.c
    near = c.start_ns.between(one.start_ns - NEAR_NS, one.start_ns + NEAR_NS)
    wanted = sa.select(c.case_id).where(of_vehicle(one), near)
    return connection.scalars(wanted.order_by(c.start_ns.desc())).all()


def _name(connection: sa.Connection, case: Case) -> None:
    """Keep under which names the violation is known; a name that is taken is that of the same one."""
    for one in identities(case):
        values = {
            "rule": one.rule,
            "place": one.place,
            "vehicle": one.vehicle,
            "simulated": one.simulated,
            "start_ns": one.start_ns,
        }
        taken = sa.select(IDENTITIES.c.case_id).where(of_vehicle(one), IDENTITIES.c.start_ns == one.start_ns)
        if connection.scalar(taken) is None:
            connection.execute(sa.insert(IDENTITIES).values(**values, case_id=case.case_id))
