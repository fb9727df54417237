"""What a rule of the registry needs besides its file: each of these says what is missing for a new one."""

import json
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from detectors.cases.law import TABLE
from detectors.cases.opening import track_of
from detectors.datatypes.site import SitePlan
from detectors.violations.registry import RULES, rules_for
from scenarios.offences import SCORED, SCORED_AS
from scenarios.spec import GatesFile
from tests.judgement import signed_site

UNIT = Path(__file__).parent


@pytest.mark.parametrize("name", RULES)
def test_its_cases_have_a_track_of_enforcement(name: str) -> None:
    assert track_of(name)


@pytest.mark.parametrize("name", RULES)
def test_its_paragraph_is_in_the_table_of_the_law(name: str) -> None:
    module = import_module(RULES[name].partition(":")[0])
    told = getattr(module, "ARTICLES", None) or (module.ARTICLE,)
    assert set(told) <= {row.article for row in TABLE}


@pytest.mark.parametrize("name", RULES)
def test_it_is_scored_and_a_gate_can_be_set_on_what_it_is_scored_as(name: str) -> None:
    scored = SCORED_AS.get(name, name)
    assert scored in SCORED
    assert scored in GatesFile.model_fields


@pytest.mark.parametrize("name", RULES)
def test_the_schema_of_the_report_knows_it(name: str) -> None:
    schema = json.loads(files("scenarios").joinpath("reports", "report.schema.json").read_text("utf-8"))
    assert name in schema["$defs"]["rule_code"]["enum"]


@pytest.mark.parametrize("name", RULES)
def test_it_has_fixtures_of_its_own(name: str) -> None:
    assert (UNIT / f"test_rule_{name}.py").is_file()


def test_a_site_of_everything_builds_them_all() -> None:
    plan: SitePlan = signed_site()
    assert [rule.name for rule in rules_for(plan)] == list(RULES)
