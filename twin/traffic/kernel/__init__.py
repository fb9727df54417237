"""The motion kernel: structures of arrays, moved by compiled loops (numba); see TRAFFIC in the docs."""
