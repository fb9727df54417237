"""A box that holds the latest thing put in: who looks late gets what is new, not what is due."""

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """One place. What is put in drives out what nobody has taken, and that is counted."""

    def __init__(self) -> None:
        self._filled = threading.Condition()
        self._item: Item | None = None
        self._closed = False
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Put `item` in; never waits."""
        with self._filled:
            self.dropped += self._item is not None
            self._item = item
            self._filled.notify()

    def take(self, timeout_s: float) -> Item | None:
        """Return what lies there, waiting for it up to `timeout_s`; None where nothing came."""
        with self._filled:
            self._filled.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Wake up whoever waits."""
        with self._filled:
            self._closed = True
            self._filled.notify_all()
