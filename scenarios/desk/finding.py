"""Which case is meant, and what of a result is known beside its store."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

from detectors.archive.store import CaseStore
from scenarios.errors import InputError, unknown_name

REPORT = "report.json"
MOST_NAMED = 6


def find_case(store: CaseStore, meant: str) -> str:
    """Return the id of the case that is meant: an id, or a pattern (*, ?) that fits one case alone.

    Raises InputError where none or several fit.
    """
    if store.events(meant):
        return store.case(meant).case_id
    known = [line.case_id for line in store.lines()]
    fit = [case_id for case_id in known if fnmatchcase(case_id, meant)]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        raise unknown_name(meant, known, what="case")
    more = f" and {len(fit) - MOST_NAMED} more" if len(fit) > MOST_NAMED else ""
    msg = f"case '{meant}' fits {len(fit)} cases, expected one: {', '.join(fit[:MOST_NAMED])}{more}"
    raise InputError(msg)


def folder_of(where: str) -> Path | None:
    """Return the folder of a store that lies in one, None for a database elsewhere."""
    if "://" in where:
        return None
    path = Path(where)
    return path if path.is_dir() else path.parent


def phase_of(where: str, asked: str | None) -> str | None:
    """Return the phase of the zone: as the report beside the store says, else as asked, else None.

    Raises InputError where the two differ: whoever orders a step does not choose the phase.
    """
    told = _reported_phase(where)
    if told and asked and told != asked:
        msg = f"--phase {asked}: the report beside the store says {told}"
        raise InputError(msg)
    return told or asked


def _reported_phase(where: str) -> str | None:
    folder = folder_of(where)
    for place in (folder, folder.parent) if folder is not None else ():
        report = place / REPORT
        if report.is_file():
            try:
                return str(json.loads(report.read_text(encoding="utf-8"))["scenario"]["phase"])
            except (ValueError, KeyError, TypeError) as error:
                msg = f"{report}: not a report of a run ({type(error).__name__})"
                raise InputError(msg) from error
    return None
