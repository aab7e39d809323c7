"""Compiled loops of the cascade: arrays in, arrays out; no labels, no files, no random draws."""
