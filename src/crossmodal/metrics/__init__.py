"""Metrics as pure functions of arrays and strings, one family a file.

Most return one value for each item, whose mean is the figure and from which `intervals` makes a
bootstrap interval. Where a figure is not a mean (BLEU, WER), they return each item's counts.
"""
