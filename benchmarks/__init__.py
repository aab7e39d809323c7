"""Ours and what a careful user would write, side by side in one process.

``python -m benchmarks [names]``. Only ratios are worth publishing: seconds belong to a machine
and a moment. CPU time throughout, one thread, minimum and median.
"""
