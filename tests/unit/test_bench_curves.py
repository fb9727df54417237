"""Curves from what a bench counted: the recall that went in comes out, and what is no bench is refused."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scenarios.bench.curve_fit import Counted, counted, fit_bench
from scenarios.errors import InputError
from scenarios.experiments.calibrate import write_curves
from twin.cameras.appearance import LIGHTS, WEATHERS
from twin.cameras.curves import DetectorCurves, curves_of, load_curves

RECALL = {"0-12": 0.3, "12-20": 0.6, "20-40": 0.85, "40-80": 0.95, "80+": 0.95}
SEEN = 40  # in each cell


def bench_file(folder: Path, name: str = "twin", **changed: Any) -> Path:
    cells = [
        {
            "where": {"class": kind, "height_px": tall, "light": light, "weather": sky, "visible": shows},
            "hits": round(SEEN * recall * (1.0 if shows == "0.8-1" else 0.5)),
            "n": SEEN,
            "vehicles": SEEN // 2,
        }
        for kind, (tall, recall), light, sky, shows in product(
            ("motorcycle", "car", "truck"), RECALL.items(), LIGHTS, WEATHERS, ("0.5-0.8", "0.8-1")
        )
    ]
    false = [
        {"light": light, "weather": sky, "false": 30, "pictures": 60}
        for light, sky in product(LIGHTS, WEATHERS)
    ]
    told: dict[str, Any] = {
        "kind": "detector bench",
        "on": {"labelled": True, "cameras_and_seeds": 24, "pictures": 720},
        "detectors": [{"setting": name, "name": name, "cells": cells, "false_detections": false}],
        **changed,
    }
    file = folder / "bench.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def rest() -> DetectorCurves:
    curves = curves_of("motion")
    assert curves is not None
    return curves


def on_file(file: Path) -> Counted:
    return counted([file], "twin")


def test_the_recall_that_was_counted_is_what_the_curves_say(tmp_path: Path) -> None:
    on = on_file(bench_file(tmp_path))
    done = fit_bench("twin", "2026-11-26", on, rest(), on)
    assert done.tried is not None
    off = {row.part: row.off for row in done.tried.recall}
    assert abs(off["all"]) < 0.01
    assert all(abs(off[f"{tall} px"]) < 0.06 for tall in RECALL)
    assert all(abs(off[part]) < 0.02 for part in (*LIGHTS, *WEATHERS))


def test_what_no_bench_measures_is_that_of_the_other_curves(tmp_path: Path) -> None:
    curves = fit_bench("twin", "2026-11-26", on_file(bench_file(tmp_path)), rest()).curves
    order = [rest().conditions.index(code) for code in curves.conditions]
    assert (curves.missing_s == rest().missing_s[order]).all()
    assert curves.switches_per_min == rest().switches_per_min


def test_false_detections_are_those_counted_a_picture(tmp_path: Path) -> None:
    curves = fit_bench("twin", "2026-11-26", on_file(bench_file(tmp_path)), rest()).curves
    assert curves.false_alarms[:, 0] == pytest.approx(-0.69, abs=0.02)  # log(30 / 60)


def test_curves_of_a_bench_are_written_and_read_again(tmp_path: Path) -> None:
    done = fit_bench("twin", "2026-11-26", on_file(bench_file(tmp_path)), rest())
    write_curves(done, tmp_path / "curves.json")
    assert load_curves(tmp_path / "curves.json").fitted_on == done.curves.fitted_on


def test_a_file_that_is_no_bench_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"kind": "validation"}', encoding="utf-8")
    for name in ("other.json", "absent.json"):
        with pytest.raises(InputError, match=r"expected the bench\.json"):
            counted([tmp_path / name], "twin")


def test_a_detector_that_a_bench_of_two_does_not_have_is_told(tmp_path: Path) -> None:
    one = json.loads(bench_file(tmp_path).read_text(encoding="utf-8"))["detectors"][0]
    file = bench_file(tmp_path, detectors=[one, {**one, "setting": "motion", "name": "motion"}])
    with pytest.raises(InputError, match="motion"):
        counted([file], "motoin")


def test_pictures_of_which_light_and_weather_are_unknown_are_not_enough(tmp_path: Path) -> None:
    one = json.loads(bench_file(tmp_path).read_text(encoding="utf-8"))["detectors"][0]
    cells = [{**cell, "where": {**cell["where"], "light": "not known"}} for cell in one["cells"]]
    with pytest.raises(InputError, match="light and weather"):
        counted([bench_file(tmp_path, detectors=[{**one, "cells": cells}])], "twin")


def test_too_few_sightings_are_told_with_their_number(tmp_path: Path) -> None:
    one = json.loads(bench_file(tmp_path).read_text(encoding="utf-8"))["detectors"][0]
    few = on_file(bench_file(tmp_path, detectors=[{**one, "cells": one["cells"][:2]}]))
    with pytest.raises(InputError, match="100 sightings"):
        fit_bench("twin", "2026-11-26", few, rest())
