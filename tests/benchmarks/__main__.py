"""`make bench`: run every benchmark and print a table; goals are those of the project's issues."""

import os
import sys
from importlib import import_module

BENCHMARKS = ("kernel", "peers", "renderer", "city", "engine", "detection", "archive", "trainer")


def run(names: tuple[str, ...]) -> None:
    """Run the named benchmarks one after another."""
    sys.stdout.write(f"{os.cpu_count()} cores\n")
    for name in names:
        figures = import_module(f"tests.benchmarks.{name}").main()
        for what, value in figures.items():
            sys.stdout.write(f"{name:10s} {what:75s} {value:14,.3f}\n")
        sys.stdout.flush()


run(tuple(sys.argv[1:]) or BENCHMARKS)
