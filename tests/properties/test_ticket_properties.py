"""No sequence of steps issues a ticket without accepted review, readable plate and sealed picture.

Nobody but police tickets, and no moving offence gets a teguran, a sticker, a deflation or a tow.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep
from detectors.cases.powers import POWERS
from detectors.cases.tracks import FINAL, TRACKS
from detectors.datatypes.cases import CaseState, CaseTrack, EvidencePicture, PictureKind
from scenarios.desk.steps import Order, StepNotTaken, Terms, take
from scenarios.errors import InputError
from scenarios.texts import Texts
from tests.archives import sealer_in
from tests.enforcement import OWN, case_in

S = CaseState
EN = Texts("en")
PICTURE = np.full((8, 8, 3), 90, dtype=np.uint8)
GROUND = {CaseStep.REJECT: "no-offence", CaseStep.CANCEL: "no-offence", CaseStep.HOLD: "plate-holds"}
BEGINNING = {
    CaseTrack.STANDING: (CaseStep.ACCEPT, CaseStep.WARN, CaseStep.TICKET),
    CaseTrack.MOVING: (CaseStep.ACCEPT, CaseStep.SEND_LETTER, CaseStep.CONFIRM, CaseStep.TICKET),
}
AT_THE_KERB = {S.TEGURAN, S.STIKER, S.PENGGEMBOSAN, S.PENDEREKAN}
mostly = st.sampled_from((True, True, False))
says = st.sampled_from((True, True, True, False, None))


def able(track: CaseTrack, step: CaseStep) -> list[Actor]:
    return [p.actor for p in POWERS if (p.track, p.step) == (track, step) and p.actor is not Actor.SYSTEM]


class Desk(RuleBasedStateMachine):
    """One case in an archive that is sealed, spoiled and mended while everybody tries everything."""

    @initialize(
        track=st.sampled_from(CaseTrack),
        readable=mostly,
        shown=mostly,
        is_sealed=mostly,
        far=st.sampled_from((0, 2, 3, 3, 4)),
        nobody=st.sampled_from([actor for actor in Actor if actor is not Actor.POLICE]),
    )
    def open(
        self, track: CaseTrack, readable: bool, shown: bool, is_sealed: bool, far: int, nobody: Actor
    ) -> None:
        """Go far, and try a ticket where nothing but the power for it may be missing."""
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.sealer = sealer_in(self.path)
        self.store = CaseStore(self.path)
        case = case_in(S.CAPTURED, track=track, plate=OWN if readable else None)
        self.store.put(case)
        if shown:
            self.bring(0)
        if is_sealed:
            self.seal()
        for step in BEGINNING[track][:far]:
            self.attempt(step, able(track, step)[0], standing=True, driver=True, crew=True)
        self.attempt(CaseStep.TICKET, nobody, standing=True, driver=True, crew=True)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(number=st.integers(0, 3))
    def bring(self, number: int) -> None:
        at_ns = self.store.case("c").opened_ns + number
        self.store.attach(EvidencePicture("c", PictureKind.CONTEXT, at_ns, PICTURE + number, simulated=True))

    @rule()
    def seal(self) -> None:
        self.store.seal(self.sealer)

    @rule(lost=st.booleans())
    def spoil_the_files(self, lost: bool) -> None:
        for file in self.path.rglob("*.jpg"):
            file.unlink() if lost else file.write_bytes(file.read_bytes() + b"\0")

    @rule()
    def read_the_plate(self) -> None:
        case = self.store.case("c")
        if case.state not in FINAL:
            self.store.put(replace(case, plate=OWN))

    @rule(
        step=st.sampled_from(CaseStep),
        by=st.sampled_from(Actor),
        phase=st.sampled_from(("enforcement", "enforcement", "socialisation", None)),
        standing=says, driver=says, crew=says,
    )  # fmt: skip
    def anything(
        self, step: CaseStep, by: Actor, phase: str | None, standing: bool | None, driver: bool | None,
        crew: bool | None,
    ) -> None:  # fmt: skip
        self.attempt(step, by, phase=phase, standing=standing, driver=driver, crew=crew)

    @rule(data=st.data())
    def something_that_leads_on(self, data: st.DataObject) -> None:
        """Steps that the table has, by those who may: without them few sequences come far."""
        case = self.store.case("c")
        table = TRACKS[case.enforcement]
        steps = [step for at, step in table if at is case.state and able(case.enforcement, step)]
        onward = [step for step in steps if table[case.state, step].to not in FINAL]
        if steps:
            step = data.draw(st.sampled_from(onward or steps))
            driver = step is not CaseStep.DEFLATE
            by = data.draw(st.sampled_from(able(case.enforcement, step)))
            self.attempt(step, by, standing=True, driver=driver, crew=True)

    @rule(by=st.sampled_from((Actor.POLICE, Actor.POLICE, *Actor)))
    def a_ticket_is_tried(self, by: Actor) -> None:
        self.attempt(CaseStep.TICKET, by, standing=True, driver=True, crew=True)

    def attempt(
        self, step: CaseStep, by: Actor, *, phase: str | None = "enforcement", standing: bool | None = None,
        driver: bool | None = None, crew: bool | None = None,
    ) -> None:  # fmt: skip
        before = self.store.case("c")
        picture = PICTURE if step is CaseStep.ADD_PICTURE else None
        at_ns = before.history[-1].timestamp_ns
        order = Order(step, by, "X-1", at_ns, GROUND.get(step, ""), standing, driver, crew, picture)
        sealed = step is CaseStep.TICKET and self.sealed()
        try:
            after = take(self.store, "c", order, Terms(phase), EN)
        except (StepNotTaken, InputError):
            assert self.store.case("c") == before
            return
        assert self.store.case("c") == after
        if after.enforcement is CaseTrack.MOVING:
            assert not AT_THE_KERB & {event.state for event in after.history}
        assert (after.history[-1].by, after.history[-1].officer) == (by.value, "X-1")
        if step is CaseStep.TICKET:
            assert S.ACCEPTED in {event.state for event in before.history}
            assert before.plate is not None
            assert sealed
        if after.state is S.TILANG and step is not CaseStep.UPHOLD:
            assert step is CaseStep.TICKET
            assert by is Actor.POLICE

    def sealed(self) -> bool:
        """Whether a picture is sealed and whole, as a check of the whole archive says it, not the desk."""
        found = self.store.verify()
        bad = {fault.where for fault in found.faults}
        return any(one.seq <= found.sealed and str(one.seq) not in bad for one in self.store.pictures("c"))


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    deadline=None,
    max_examples=30,
    stateful_step_count=8,
    suppress_health_check=[HealthCheck.too_slow],  # every step waits for the disk
)
