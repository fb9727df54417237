"""Why an archive refuses; each message is one line."""


class StoreError(ValueError):
    """The store cannot be opened, or refuses what it is given."""


class HistoryError(StoreError):
    """A case is told otherwise than it is kept; what is kept stays."""


class SealError(StoreError):
    """A key cannot be used, or a seal cannot be set; the records are kept."""
