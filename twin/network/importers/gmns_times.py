"""Hours of the day as GMNS says them: `time_day` in the row itself, or `timeday_id` in time_set_definitions.

Source: the General Modeling Network Specification 0.96 of the Zephyr Foundation. Days of the week are not
kept: what holds on some holds on all, as with conditional tags of OpenStreetMap. Times are whole minutes.
"""

import re
from collections.abc import Mapping

from twin.network.hours import DAY_H, Window, Windows, unusable
from twin.network.importers.gmns_links import drives
from twin.network.importers.tables import Row, Tables

EVERY_DAY = "11111111"  # each day of the week, and holidays
ALL_DAY: Window = (0.0, DAY_H)
TIME_DAY = re.compile(r"[01]{7,8}_(\d\d)([0-5]\d)_(\d\d)([0-5]\d)")
CLOCK = re.compile(r"(\d\d?):([0-5]\d)(?::\d\d)?")


def time_day(window: Window) -> str:
    """Return a window of each day as XXXXXXXX_HHMM_HHMM, to the minute."""
    begin, end = (f"{minutes // 60:02d}{minutes % 60:02d}" for minutes in (round(h * 60) for h in window))
    return f"{EVERY_DAY}_{begin}_{end}"


def time_sets(tables: Tables) -> dict[str, Window]:
    """Return the windows of time_set_definitions by timeday_id."""
    rows = tables.rows("time_set_definitions", "timeday_id", ["start_time", "end_time"])
    return {row.text("timeday_id"): _usable(row, "start_time", _of_set(row)) for row in rows}


def windows_of(row: Row, sets: Mapping[str, Window]) -> Windows:
    """Return the window that a row names, () where it names none; raises NetworkError where it is none."""
    said, named = row.text("time_day", ""), row.text("timeday_id", "")
    if said:
        found = TIME_DAY.fullmatch(said)
        if found is None:
            raise row.fault(
                column="time_day", said=f"'{said}': expected days and times as 11111111_0600_2000; correct it"
            )
        begin_h, begin_m, end_h, end_m = map(int, found.groups())
        return (_usable(row, "time_day", (begin_h + begin_m / 60, (end_h + end_m / 60) or DAY_H)),)
    if named and named not in sets:
        raise row.fault(column="timeday_id", said=f"'{named}': expected one of time_set_definitions.csv")
    return (sets[named],) if named else ()


def prohibited_hours(tables: Tables, rows: Mapping[str, Row]) -> dict[str, Windows]:
    """Return when movements are prohibited, by mvmt_id: nobody may, or none can, by their capacity.

    `rows` are the movements of motor vehicles.
    """
    known = {row.text("mvmt_id") for row in tables.rows("movement", "mvmt_id")}
    sets, found = time_sets(tables), dict[str, Windows]()
    for row in tables.rows("movement_tod", "mvmt_tod_id", ["mvmt_id"]):
        key = row.text("mvmt_id")
        if key not in known:
            raise row.fault(column="mvmt_id", said=f"'{key}': expected a movement of movement.csv")
        shut = row.number("capacity", 1.0, least=0) == 0 or not drives(row)
        if key in rows and shut:
            found[key] = (*found.get(key, ()), *(windows_of(row, sets) or (ALL_DAY,)))
    return found


def _of_set(row: Row) -> Window:
    hours = []
    for name in ("start_time", "end_time"):
        found = CLOCK.fullmatch(row.text(name))
        if found is None:
            raise row.fault(column=name, said=f"'{row.text(name)}': expected a time as 06:00; correct it")
        hours.append(int(found[1]) + int(found[2]) / 60)
    return hours[0], hours[1] or DAY_H


def _usable(row: Row, column: str, window: Window) -> Window:
    """Return a window; raises NetworkError where it names no hours of a day."""
    if unusable([window]):
        raise row.fault(column=column, said="expected times from 00:00 to 24:00 that differ; correct them")
    return window
