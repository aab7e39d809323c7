"""Compiled loops of the forced flows: arrays in, arrays out; no labels, no files, no printing."""
