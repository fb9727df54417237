"""The motion kernel: records moved by compiled loops; how fast is said by `make bench`."""
