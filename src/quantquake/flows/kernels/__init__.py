"""Compiled loops of the flows: arrays in, arrays out; no labels, no files, no printing."""
