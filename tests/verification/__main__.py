"""`make verify`: run the long proofs and write docs/verification, one page a proof."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.verification import (
    hunt_page,
    plates_page,
    pytest_proof,
    ranking_page,
    realism_page,
    replications,
    rules_page,
    sensing_page,
)
from tests.verification.page import ROOT, Effort, Finding, commit, page

MAIN_SCENARIO = "beruang-madu"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof by its title, and what runs it."""

    title: str
    run: Callable[[argparse.Namespace], Finding]
    extent: Callable[[argparse.Namespace], str]


def _of_file(title: str, file: str) -> Proof:
    return Proof(
        title,
        lambda options: pytest_proof.prove(file, long=not options.short),
        lambda options: f"{'short' if options.short else 'long'} form of tests/verification/{file}",
    )


def _seeds(options: argparse.Namespace) -> tuple[int, ...]:
    number = options.seeds or (1 if options.short else 5)
    return tuple(range(1, number + 1))


def _replications(options: argparse.Namespace) -> Finding:
    out = ROOT / "out" / "verification" / MAIN_SCENARIO
    return replications.prove(MAIN_SCENARIO, seeds=_seeds(options), short=not options.evening, out=out)


PROOFS = {
    "invariants": _of_file("What holds of any traffic", "test_traffic_invariants.py"),
    "physics": _of_file("The traffic against closed forms and published rates", "test_traffic_physics.py"),
    "theory": _of_file("Car following against theory", "test_traffic_theory.py"),
    "stopline": _of_file("What leaves a stop line", "test_traffic_stopline.py"),
    "accounts": _of_file("What the truth records, and who is stuck", "test_traffic_accounts.py"),
    "sumo": _of_file("Cars against SUMO on the same grid", "test_traffic_sumo.py"),
    "uxsim": _of_file("The network diagram beside that of UXsim", "test_traffic_uxsim.py"),
    "real": _of_file("Half an hour on real networks without a lock", "test_traffic_real.py"),
    "parking": _of_file("What stops at the kerb take from a street", "test_traffic_parking.py"),
    "calibration": _of_file("A planted demand found again from counts", "test_traffic_calibration.py"),
    "sensing": Proof(
        "Analytic sensing against rendered runs",
        lambda options: sensing_page.prove(long=not options.short),
        lambda options: (
            f"{'short' if options.short else 'long'} form of tests/verification/{sensing_page.FILE}"
        ),
    ),
    "realism": Proof(
        "Day frames beside a real camera",
        lambda options: realism_page.prove(long=not options.short),
        lambda options: (
            f"{'short' if options.short else 'long'} form of tests/verification/{realism_page.FILE}"
        ),
    ),
    "ranking": Proof(
        "Detectors ranked on the twin and on a real street",
        lambda options: ranking_page.prove(long=not options.short),
        lambda options: f"{'short' if options.short else 'long'} form of tests/verification/ranking_page.py",
    ),
    "tracking": _of_file("Tracking: behind traffic, in packs, over a tour", "test_tracking.py"),
    "plates": Proof("Plates read in snapshots", plates_page.prove, plates_page.extent),
    "rules": Proof("All rules on corridor evenings", rules_page.prove, rules_page.extent),
    "hunt": Proof("Innocents hunted, whom a rule may accuse", hunt_page.prove, hunt_page.extent),
    "training": _of_file("Weights from a recipe, the whole way", "test_training.py"),
    "section_speed": _of_file("Speed between two gates", "test_section_speed.py"),
    "archive": _of_file("An archive under attack and in accidents", "test_archive.py"),
    "parity": _of_file("An evening directly and through loopback", "test_live_parity.py"),
    MAIN_SCENARIO: Proof(
        "Replications of the main scenario",
        _replications,
        lambda options: (
            f"{'whole evening' if options.evening else 'excerpt'} of {MAIN_SCENARIO}, "
            f"seeds {', '.join(map(str, _seeds(options)))}"
        ),
    ),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser("python -m tests.verification", description=__doc__)
    made.add_argument("--only", action="append", choices=PROOFS, metavar="NAME", help=", ".join(PROOFS))
    made.add_argument("--short", action="store_true", help="the form of `make test`, one seed, to try it")
    made.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help=f"runs of {MAIN_SCENARIO}; else 5, or 1 if short; of rules at most",
    )
    made.add_argument(
        "--rendered", type=int, default=0, metavar="N", help="evenings of rules rendered too, with `twin`"
    )
    made.add_argument(
        "--drawn", type=int, default=0, metavar="N", help="evenings of rules at most with drawn errors too"
    )
    made.add_argument("--workers", type=int, metavar="N", help="processes of rules; else a core each")
    made.add_argument(
        "--plates", type=int, metavar="N", help=f"vehicles whose plate is read; else {plates_page.LONG}"
    )
    made.add_argument(
        "--minutes", type=float, metavar="M", help=f"of hunting in all; else {hunt_page.LONG_MIN:g}"
    )
    made.add_argument(
        "--evening", action="store_true", help=f"{MAIN_SCENARIO} from 15:30 to 19:15: hours a run"
    )
    made.add_argument("--out", type=Path, default=ROOT / "docs" / "verification", help="folder of the pages")
    return made


def main(arguments: list[str]) -> int:
    """Run the chosen proofs; return 0 where all hold, else 1."""
    options = parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    held = [_prove(name, options) for name in options.only or PROOFS]
    return 0 if all(held) else 1


def _prove(name: str, options: argparse.Namespace) -> bool:
    proof = PROOFS[name]
    sys.stdout.write(f"{name}: {proof.extent(options)}\n")
    sys.stdout.flush()
    run_of, wall_s, cpu_s = commit(), time.perf_counter(), _cpu_s()
    finding = proof.run(options)
    effort = Effort(proof.extent(options), run_of, time.perf_counter() - wall_s, _cpu_s() - cpu_s)
    path = options.out / f"{name}.md"
    path.write_text(page(proof.title, finding, effort), encoding="utf-8")
    sys.stdout.write(f"{name}: {finding.sentence} {path}\n")
    return finding.holds


def _cpu_s() -> float:
    """Return the processor time of this process and its children so far."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
