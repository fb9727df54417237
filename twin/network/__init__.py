"""Roads, lanes, grades, junctions, signal plans; Balikpapan; importers; routing."""
