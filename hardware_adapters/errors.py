"""The one way in which a source of frames refuses: a line that says what to do."""


class SourceError(ValueError):
    """A source cannot be read: the message names it, what was expected, and what to do."""
