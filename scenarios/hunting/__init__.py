"""The innocent-hunter: looks for scenes in which a rule accuses somebody who did nothing."""
