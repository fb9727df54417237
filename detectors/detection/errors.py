"""What can be wrong with a detector before it sees a frame; every message is one line."""


class DetectorError(ValueError):
    """A detector that cannot be had as asked for."""


class UnknownDetectorError(DetectorError):
    """No detector goes by that name; the message says which do."""


class ModelError(DetectorError):
    """A model file that is none, or whose runtime is not installed."""


class SettingError(DetectorError):
    """A setting of a detector that it does not have, or that cannot be read."""
