"""Reproducible measurements, each against a named rival in the same run. See README.md."""
