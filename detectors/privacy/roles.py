"""Who may do what with an archive: a table. Who somebody is, he says himself (decision 0027)."""

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class Role(StrEnum):
    """What somebody is to an archive."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    OFFICER = "officer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Action(StrEnum):
    """What is done with an archive and is worth a line in its audit log."""

    LIST = "list"  # which cases there are, without their plates
    LOOK = "look"  # at a case: its plate and its evidence
    EXPORT = "export"  # redacted pictures, letters
    EXPORT_UNREDACTED = "export-unredacted"
    DECIDE = "decide"  # a step of a case
    READ_AUDIT = "read-audit"
    PURGE = "purge"


class UnknownPerson(ValueError):  # noqa: N818 - reads as what happened
    """Who somebody says he is cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a role, and an id that the agency knows him by."""

    role: Role
    name: str

    @property
    def text(self) -> str:
        """ROLE:ID, as it is said on the command line and kept in the log."""
        return f"{self.role.value}:{self.name}"


# Who decides does not purge, who purges sees no evidence, who audits changes nothing.
A = Action
PERMITTED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({A.LIST}),
    Role.OPERATOR: frozenset({A.LIST, A.LOOK, A.EXPORT}),
    Role.OFFICER: frozenset({A.LIST, A.LOOK, A.EXPORT, A.EXPORT_UNREDACTED, A.DECIDE}),
    Role.AUDITOR: frozenset({A.LIST, A.LOOK, A.READ_AUDIT}),
    Role.ADMIN: frozenset({A.LIST, A.READ_AUDIT, A.PURGE}),
}


def may(person: Person | None, action: Action) -> bool:
    """Return whether somebody may do something; nobody may do nothing."""
    return person is not None and action in PERMITTED[person.role]


def roles_for(action: Action) -> tuple[Role, ...]:
    """Return which roles may do something."""
    return tuple(role for role in Role if action in PERMITTED[role])


def person_of(text: str) -> Person:
    """Return who "ROLE:ID" is; raises UnknownPerson that lists the roles."""
    said, _, name = text.partition(":")
    known = {role.value: role for role in Role}
    if said not in known or not NAME.fullmatch(name):
        roles = ", ".join(known)
        msg = f"{text!r}: expected ROLE:ID with a role of {roles} and an id of letters, digits and . _ @ -"
        raise UnknownPerson(msg)
    return Person(known[said], name)
