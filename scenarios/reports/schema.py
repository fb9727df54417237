"""report.json: the same result for programs, as `report.schema.json` says."""

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from scenarios.experiments.intervals import Interval
from scenarios.reports.assumptions import assumptions
from scenarios.reports.pictures import evidence_files
from scenarios.reports.replications import Replication
from scenarios.reports.wording import Words
from scenarios.results import RunResult, Scenario
from scenarios.score import CaseMatch, RuleScore, Score, Share, shortfalls
from twin.clock import to_local
from twin.environment.weather import CLEAR

VERSION = "1"


def schema_text() -> str:
    """Return the JSON Schema (2020-12) of report.json."""
    return files("scenarios.reports").joinpath("report.schema.json").read_text(encoding="utf-8")


def config_sha256(result: RunResult) -> str:
    """Return the fingerprint of the scenario and the plan: the same for the same configuration."""
    return hashlib.sha256(repr((result.scenario, result.plan)).encode()).hexdigest()


def command(results: Sequence[RunResult]) -> str:
    """Return the command that gives the same runs again."""
    first, scenario = results[0], results[0].scenario
    words = ["bconnect", "validate", scenario.name, "--plan", scenario.plan, "--detector", scenario.detector]
    words += ["--weather", scenario.weather.sky.value] if scenario.weather != CLEAR else []
    words += ["--day", scenario.day.isoformat()] + ([] if first.stand_in else ["--desk"])
    words += ["--seed", str(first.seed)]
    words += ["--seeds", str(len(results))] if len(results) > 1 else []
    return " ".join([*words, "--short"] if first.short else words)


def document(
    results: Sequence[RunResult],
    scores: Sequence[Score],
    total: Score,
    replications: Sequence[Replication],
) -> dict[str, Any]:
    """Return report.json as plain values."""
    first = results[0]
    missing = shortfalls(total, first.scenario)
    return {
        "version": VERSION,
        "simulated": True,
        "seen": total.seen.value,
        "oracle": total.oracle,
        "scenario": _scenario(first.scenario, first),
        "decision": {
            "passed": not missing,
            "gates": [{"rule": r, "recall": c, "precision": p} for r, c, p in first.scenario.gates],
            "shortfalls": [
                {"rule": one.rule, "measure": one.measure, "got": one.got, "wanted": one.wanted}
                for one in missing
            ],
        },
        "rules": [_rule(rule) for rule in total.rules],
        "replications": [
            {"rule": one.rule, "measure": one.measure, "interval": _interval(one.interval)}
            for one in replications
        ],
        "runs": [
            _run(result, score, result.out.name if len(results) > 1 else ".")
            for result, score in zip(results, scores, strict=True)
        ],
        "assumptions": [
            {"what": one.what, "value": one.value, "status": one.status}
            for one in assumptions(first, Words("en"))
        ],
        "reproduce": {
            "command": command(results),
            "config_sha256": config_sha256(first),
            "seeds": [result.seed for result in results],
            "versions": dict(first.versions),
        },
        "licences": {"program": "AGPL-3.0-or-later", "network": first.network.attribution},
    }


def _scenario(scenario: Scenario, result: RunResult) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "zone": scenario.zone,
        "network": scenario.network,
        "plan": scenario.plan,
        "phase": scenario.phase,
        "detector": scenario.detector,
        "short": result.short,
        "start": _local(result.start_ns),
        "end": _local(result.end_ns),
    }


def _rule(rule: RuleScore) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "seen": rule.seen.value,
        "oracle": rule.oracle,
        "view_recall": _share(rule.view_recall),
        "system_recall": _share(rule.system_recall),
        "precision": _share(rule.precision),
        "wrong_vehicle": _share(rule.wrong_vehicle) | {"at_most": rule.wrong_vehicle.at_most},
        "repeated": rule.repeated,
        "borderline": rule.borderline,
        "latency_s": {"median": rule.latency_s(50), "p90": rule.latency_s(90)},
        "by_class": [
            {
                "class": row.vehicle_class.name.lower(),
                "recall": _share(row.recall),
                "precision": _share(row.precision),
            }
            for row in rule.by_class
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"hits": share.hits, "trials": share.trials, "value": share.value, "low": low, "high": high}


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "n": interval.n,
    }


def _run(result: RunResult, score: Score, folder: str) -> dict[str, Any]:
    match_of = {match.case_id: match for match in score.matches}
    return {
        "seed": result.seed,
        "folder": folder,
        "census": dict(result.census),
        "rules": [_rule(rule) for rule in score.rules],
        "views": [
            {
                "view": view.view,
                "detector": view.detector,
                "oracle": view.oracle,
                "frames": view.frames,
                "cpu_s": round(view.cpu_s, 3),
                "cases": [_case(result, case, match_of[case.case_id]) for case in view.cases],
            }
            for view in result.views
        ],
    }


def _case(result: RunResult, case: Case, match: CaseMatch) -> dict[str, Any]:
    files_of = evidence_files(result.out, case)
    return {
        "case_id": case.case_id,
        "rule": case.rule,
        "article": case.article,
        "place": case.place,
        "vehicle_class": case.vehicle_class.name.lower(),
        "plate": case.plate.text if case.plate else None,
        "plate_oracle": case.plate.oracle if case.plate else False,
        "plate_confidence": case.plate.confidence if case.plate else None,
        "plate_unread": case.unread.value if case.unread else None,
        "offence": _local(case.offence_ns),
        "opened": _local(case.opened_ns),
        "state": case.state.value,
        "match": match.match.value,
        "latency_s": match.latency_s,
        "truth": _truth(match),
        "evidence": [f"evidence/{case.case_id}/{file.name}" for _, file in files_of],
    }


def _truth(match: CaseMatch) -> dict[str, Any] | None:
    """Return the true violation that a case is about, None where there was none."""
    if match.offence is None:
        return None
    act = match.offence.violation
    return {
        "plate": act.plate,
        "vehicle_class": VehicleClass(act.vehicle_class).name.lower(),
        "began": _local(act.opened_ns),
        "ended": None if act.closed_ns is None else _local(act.closed_ns),
    }


def _local(timestamp_ns: int) -> str:
    return to_local(timestamp_ns).isoformat()
