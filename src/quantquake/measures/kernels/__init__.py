"""Compiled loops of the measures: arrays in, arrays out; no labels, no files, no printing."""
