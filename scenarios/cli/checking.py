"""What `bconnect cameras check` does: the table, the reasons, the pictures and the CSV."""

import csv
from dataclasses import dataclass, fields, replace
from math import radians
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scenarios.errors import InputError, unknown_name
from scenarios.estate import plan_and_network
from scenarios.plan_files import place_of_key
from scenarios.planning.gates import Verdict
from scenarios.planning.geometry_limits import LIMITS, GeometryLimits
from scenarios.planning.places import Street
from scenarios.planning.view_check import (
    STREET_SEED,
    ViewCheck,
    Watched,
    checked,
    reasons,
    street_of,
    watched_views,
)
from scenarios.progress import Progress
from scenarios.reports.camera_map import uplink_said
from scenarios.reports.check_map import draw_check
from scenarios.reports.check_pictures import all_said, view_picture, write_picture
from scenarios.texts import Texts
from twin.cameras.passing import USUAL_TRAFFIC
from twin.cameras.plans import CameraPlan

LEAST_WIDTH = 200  # of the table where nobody sees it on a terminal
COLUMNS = (  # criterion, head of its column
    ("density", "kept"),
    ("plate zone", "plate px/m"),
    ("characters", "letter px"),
    ("vertical angle", "vert. deg"),
    ("horizontal angle", "hor. deg"),
    ("roll", "roll"),
    ("shutter", "shutter"),
    ("occlusion", "hidden"),
    ("plates in a row", "in a row"),
    ("line, head and junction", "red light"),
)
HEAD = (
    "view", "camera", "purpose", "share", "gap_s", "by_traffic", "criterion", "limit", "found", "verdict",
    "note",
)  # fmt: skip
MARKS = {Verdict.PASS: "", Verdict.FAIL: " !", Verdict.NOT_PROVED: " ?"}


@dataclass(frozen=True, slots=True, eq=False)
class CheckedPlan:
    """A plan, what the views of the cameras `chosen` are there for, and the verdict on each."""

    name: str
    plan: CameraPlan
    chosen: CameraPlan
    street: Street
    watched: tuple[Watched, ...]
    checks: tuple[ViewCheck, ...]
    limits: GeometryLimits

    @property
    def passed(self) -> bool:
        """Whether every view passes every criterion."""
        return all(check.verdict is Verdict.PASS for check in self.checks)

    def refuse_uplink(self) -> None:
        """Raise InputError where the streams of the whole plan exceed the uplink that it states."""
        stated, needed = self.plan.uplink_bps, self.plan.bitrate_bps
        if stated is None or needed <= stated:
            return
        most = max(self.plan.cameras, key=lambda camera: camera.bitrate_bps)
        msg = (
            f"{place_of_key(self.name, 'uplink_mbps')}: {len(self.plan.cameras)} cameras send "
            f"{needed / 1e6:g} Mbps, {needed / stated:.1f} times the uplink_mbps = {stated / 1e6:g}; "
            f"'{most.name}' alone sends {most.bitrate_bps / 1e6:g}: lower bitrates, or leave cameras out"
        )
        raise InputError(msg)


def check_plan(
    name: str, where: tuple[str | None, int], cameras: tuple[str, ...], limits: tuple[str, ...]
) -> CheckedPlan:
    """Return a plan with the verdict on the views of `cameras` (none: of all); raises InputError.

    `where` is the network that it is laid on (None: its own), and how many mobile units are added.
    """
    stated = limits_of(limits)
    plan, network = plan_and_network(name, *where)
    chosen = _only(plan, cameras) if cameras else plan
    street = street_of(chosen, network, STREET_SEED)
    watched = watched_views(chosen, street)
    checks = tuple(checked(one, plan.camera_of(one.view.name), street, stated) for one in watched)
    return CheckedPlan(name, plan, chosen, street, watched, checks, stated)


def _only(plan: CameraPlan, names: tuple[str, ...]) -> CameraPlan:
    known = {camera.name: camera for camera in plan.cameras}
    for name in names:
        if name not in known:
            raise unknown_name(name, known, what=f"camera of plan {plan.name}")
    kept = {view for name in names for view in known[name].views}
    cameras = tuple(camera for camera in plan.cameras if camera.name in names)
    return replace(plan, views=tuple(v for v in plan.views if v.name in kept), cameras=cameras)


def limits_of(stated: tuple[str, ...]) -> GeometryLimits:
    """Return the limits with those stated as NAME=VALUE, angles as NAME_deg; raises InputError."""
    known = {field.name.replace("_rad", "_deg"): field.name for field in fields(GeometryLimits)}
    limits = LIMITS
    for one in stated:
        name, _, value = one.partition("=")
        if name not in known:
            raise unknown_name(name, known, what="limit")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e9:
            msg = f"--limit {one}: expected {name}=NUMBER of at least 0, got '{value}'"
            raise InputError(msg)
        changed: dict[str, Any] = {known[name]: radians(number) if name.endswith("_deg") else number}
        limits = replace(limits, **changed)
    return limits


def say(found: CheckedPlan, texts: Texts) -> None:
    """Print the table, a line for each view, and what they come to."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(console.width, LEAST_WIDTH))
    console.print(check_table(found, texts))
    lines = Console(highlight=False, soft_wrap=True)
    for check in found.checks:
        why = all_said(reasons(check), texts)
        lines.print(f"{texts.text(check.verdict)}  {check.view}{': ' if why else ''}{why}", markup=False)
    verdicts = [check.verdict for check in found.checks]
    lines.print(
        texts.text(
            "{passed} of {all} views pass, {failed} fail, {open} are not proved.",
            passed=verdicts.count(Verdict.PASS),
            all=len(verdicts),
            failed=verdicts.count(Verdict.FAIL),
            open=verdicts.count(Verdict.NOT_PROVED),
        ),
        markup=False,
    )
    lines.print(uplink_said(found.plan, texts), markup=False)
    lines.print(
        texts.text(
            "By traffic: hidden for that share of the time by {vph} vehicles an hour and lane, assumed.",
            vph=f"{USUAL_TRAFFIC.vph_per_lane:g}",
        ),
        markup=False,
    )
    lines.print(texts.text("Seen: analytic; street furniture is assumed, not surveyed."), markup=False)


def check_table(found: CheckedPlan, texts: Texts) -> Table:
    """Return the table of the views: figures that a share of their places keeps, ! fails, ? open."""
    title = texts.text("Gate {gate}, plan {plan}", gate="G0", plan=found.plan.name)
    table = Table(title=title)
    heads = [
        "View",
        "For",
        "px/m",
        "2014",
        "2024",
        *(head for _, head in COLUMNS),
        "watched",
        "gap s",
        "by traffic",
        "Verdict",
    ]
    for head in heads:
        left = head in ("View", "For", "2014", "2024", "Verdict")
        justify: Any = "left" if left else "right"
        table.add_column(texts.text(head), justify=justify, overflow="fold", no_wrap=head == "View")
    for check in found.checks:
        old, new = check.classes
        table.add_row(
            check.view,
            ", ".join(texts.text(f"purpose {purpose.value}") for purpose in check.purposes),
            f"{check.density_px_per_m:.0f}",
            texts.text(old) or "-",
            texts.text(new) or "-",
            *(_cell(check, criterion) for criterion, _ in COLUMNS),
            f"{100 * check.share:.0f} %",
            f"{check.gap_s:.0f}",
            f"{100 * check.passing:.0f} %",
            texts.text(check.verdict),
        )
    return table


def _cell(check: ViewCheck, criterion: str) -> str:
    row = check.row(criterion)
    return "" if row is None else f"{row.found}{MARKS[row.verdict]}"


def write(found: CheckedPlan, out: Path, texts: Texts, progress: Progress) -> None:
    """Write `views.csv`, `coverage.png` and a picture of each view; raises InputError."""
    write_csv(found, out / "views.csv")
    draw_check(found.chosen, found.watched, found.street, out / "coverage.png", texts)
    for number, (one, check) in enumerate(zip(found.watched, found.checks, strict=True), start=1):
        picture = view_picture(one, found.street, check, texts, STREET_SEED)
        write_picture(out / "views" / f"{check.view}.png", picture)
        progress("pictures", number / len(found.checks))
    console = Console(highlight=False, soft_wrap=True)
    console.print(texts.text("Map, pictures and figures: {path}", path=out), markup=False)


def write_csv(found: CheckedPlan, file: Path) -> None:
    """Write a row a view and criterion; raises InputError where the file cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as opened:
            rows = csv.writer(opened, lineterminator="\n")
            rows.writerow(HEAD)
            for check in found.checks:
                purposes = "+".join(check.purposes)
                watched = f"{check.share:.4f}", f"{check.gap_s:.1f}", f"{check.passing:.4f}"
                first = (check.view, check.camera, purposes, *watched)
                for row in check.rows:
                    rows.writerow((*first, row.criterion, row.limit, row.found, row.verdict, row.note))
    except OSError as error:
        msg = f"{file}: expected a place for the figures, got: {error.strerror}; choose another folder"
        raise InputError(msg) from error
