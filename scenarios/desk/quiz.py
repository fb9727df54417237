"""A quiz as one HTML file that needs nothing else: evidence to judge, then a score against truth."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from scenarios.desk.pages import environment
from scenarios.desk.parts import moment
from scenarios.desk.questions import Question
from scenarios.reports.pictures import jpeg_uri
from scenarios.reports.wording import Words
from scenarios.texts import LANGUAGES

RIGHT_POINTS, ACCUSED_POINTS = 1, -5  # [?] one wrong accusation outweighs five right decisions
WHY = {
    "correct": "Right. The vehicle {plate} did it: from {began} to {ended}.",
    "repeated": "Right, though another case of the same offence was there already: {plate}, {began}.",
    "correct-untold": "Right. The run says that the vehicle did it.",
    "wrong-vehicle": "Wrong. It was {plate} that did it; the statement names {said}.",
    "did-nothing": "Wrong. The vehicle in the case did nothing of the kind.",
    "nobody": "Wrong. No vehicle stood behind this case.",
    "plate-exchanged": (
        "Wrong, and made so for practice: the plate of the statement, {said}, is that of another vehicle. "
        "The picture of the plate shows {plate}."
    ),
    "outline-moved": (
        "Wrong, and made so for practice: in the picture “{kind}” the outline was moved to a neighbour. "
        "The close pictures show the vehicle that did it."
    ),
}
LINES = (
    "Reviewing evidence (meninjau bukti)",
    "SIMULATED: evidence against nobody",
    (
        "For each case: does the evidence show what is stated, of the vehicle that is named? Compare the "
        "outlined vehicle, the close pictures and the plate. A wrong accusation weighs most."
    ),
    "Case {row} of {all}",
    "Statement",
    "Accept",
    "Reject",
    "Back",
    "Next",
    "To the score",
    "Your decision: accepted",
    "Your decision: rejected",
    "No decision yet",
    "Keys: A accept, R reject, left and right arrows move, S score",
    "Your score",
    "Wrong accusations: {hits} of {trials} wrong cases",
    "Violations let go: {hits} of {trials} right cases",
    "Points: {points} of {most}; right +{right}, wrong accusation {accused}, violation let go 0",
    "Not decided: {hits}",
    "No wrong accusation.",
    "What was true",
    "You were right",
    "You accused somebody wrongly",
    "You let a violation go",
    "You did not decide",
    "Made for practice",
    "Begin again",
    "Look at it again",
    "Close",
    "Enlarge",
    "{made} of these cases were made wrong for practice; the other {told} are as the run left them.",
    "This page needs JavaScript, and nothing else: no network.",
)


def quiz_page(asked: Sequence[Question], language: str) -> str:
    """Return the quiz in both languages, beginning with one of them."""
    words = {name: Words(name) for name in LANGUAGES}
    data = {
        "language": language,
        "points": {"right": RIGHT_POINTS, "accused": ACCUSED_POINTS},
        "texts": {name: {line: one.text(line) for line in LINES} for name, one in words.items()},
        "questions": [_plain(question, words) for question in asked],
    }
    script = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("</", "<\\/")
    template = environment().get_template("quiz.html")
    return template.render(t=words[language].text, language=language, data=Markup(script))  # noqa: S704 - JSON


def _plain(question: Question, words: dict[str, Words]) -> dict[str, Any]:
    def both(say: Callable[[Words], str]) -> dict[str, str]:
        return {name: say(one) for name, one in words.items()}

    return {
        "right": question.right,
        "made": question.made,
        "case": question.case.case_id,
        "statement": [[both(name), both(value)] for name, value in _statement(question)],
        "pictures": [
            {"src": jpeg_uri(jpeg), "caption": both(lambda one, kind=kind: one.text(kind))}  # type: ignore[misc]
            for kind, jpeg in question.pictures
        ],
        "why": both(lambda one: _why(question, one)),
    }


def _statement(question: Question) -> list[tuple[Callable[[Words], str], Callable[[Words], str]]]:
    case = question.case
    return [
        (lambda w: w.text("Offence"), lambda w: w.text(case.rule)),
        (lambda w: w.text("Article"), lambda w: f"Pasal {case.article} UU 22/2009: {w.text(case.article)}"),
        (lambda w: w.text("Vehicle"), lambda w: w.text(case.vehicle_class.name.lower())),
        (lambda w: w.text("Plate"), lambda w: question.plate or w.text("not read")),
        (lambda w: w.text("Place"), lambda _w: f"{case.place}, {case.view}"),
        (lambda w: w.text("Time"), lambda w: moment(case.offence_ns, w)),
        (lambda w: w.text("Measured"), lambda w: f"{w.number(case.extremum, 1)} {case.unit}"),
    ]


def _why(question: Question, words: Words) -> str:
    values = {name: _value(name, value, words) for name, value in question.truth.items()}
    return words.text(WHY[question.why], **values)


def _value(name: str, value: str, words: Words) -> str:
    if name in ("began", "ended") and value != "-":
        return f"{datetime.fromisoformat(value):%H:%M:%S}"
    return words.text(value) if name == "kind" else value
