"""Networks in the formats of others: GMNS, GeoJSON. SUMO's stands with the traffic: it needs the lanes."""
