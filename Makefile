# One line a job. Every job sets itself up; see README.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONHASHSEED := 0

.PHONY: run test check cover extra fix golden bench verify clean
.DEFAULT_GOAL := run

# what runs is compiled to bytecode as it is used, which is a part of all that is installed
PIP := -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt

.venv/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) -e .
	@touch $@

.venv/.ready: .venv/.run
	$(BIN)/python $(PIP) -e '.[test]'
	@touch $@

run: .venv/.run  ## the main job: one short evening on KTL-1, ends with the path of its report
	$(BIN)/bconnect validate beruang-madu --short --detector twin@size=512x288 --out out/beruang-madu || test $$? -eq 3  # 3: done, a gate not passed

# each of two workers begins with half of the tests as they stand, and so seldom builds what a module of
# tests shares a second time; who is done takes from the other
SHARED_OUT := -n 2 --dist worksteal

test: .venv/.ready  ## all tests
	$(BIN)/python -m pytest $(SHARED_OUT)

check: .venv/.ready  ## everything CI does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest $(SHARED_OUT)

# beside `check`, since counting lines takes nearly as long again as the tests
cover: .venv/.ready  ## all tests once more, with the lines that they reach; fewer than pyproject.toml asks for fail
	$(BIN)/python -m pytest $(SHARED_OUT) --cov --cov-report=term

# torch for the CPU alone where the index in use has it, a tenth of the size; else what it has
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
.venv-yolo/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-yolo
	.venv-yolo/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt 'torch==$(TORCH)+cpu' \
	  2>.venv-yolo/cpu.log || echo 'no torch for the CPU alone in the index in use: the whole of it'
	.venv-yolo/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,yolo]'
	@touch $@

extra: .venv-yolo/.ready  ## tests of the extra `yolo`, in an environment of its own (6 GB)
	.venv-yolo/bin/python -m pytest tests/integration/test_yolo_extra.py tests/integration/test_weights_made.py

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

verify: cover  ## the long proofs; results go to docs/verification
	$(BIN)/python -m tests.verification.traffic_page
	$(BIN)/python -m tests.verification

clean:
	rm -rf .venv .venv-yolo build *.egg-info out
