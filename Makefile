# One line a job. Every job sets itself up; see README.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONHASHSEED := 0

.PHONY: run test check fix golden bench verify clean
.DEFAULT_GOAL := run

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

run: .venv/.ready  ## the main job: one short evening on KTL-1, ends with the path of its report
	$(BIN)/bconnect validate beruang-madu --short --out out/beruang-madu || test $$? -eq 3  # 3: done, a gate not passed

test: .venv/.ready  ## all tests
	$(BIN)/python -m pytest -n 2

check: .venv/.ready  ## everything CI does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

fix: .venv/.ready  ## what a tool can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

golden: .venv/.ready  ## rewrite the reference runs and show what changed
	$(BIN)/python -m tests.golden.rewrite
	git --no-pager diff --stat -- tests/golden

.venv/.peers: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[peers]'
	@touch $@

bench: .venv/.peers  ## speed, both sides in one go
	$(BIN)/python -m tests.benchmarks

verify: .venv/.ready  ## the long proofs; results go to docs/verification
	$(BIN)/python -m tests.verification.traffic_page
	$(BIN)/python -m tests.verification

clean:
	rm -rf .venv build *.egg-info out
