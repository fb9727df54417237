"""Why an archive refuses; each message is one line."""


class StoreError(ValueError):
    """The store cannot be opened, or refuses what it is given."""


class SealError(StoreError):
    """A key cannot be used, or a seal cannot be set; the records are kept."""
