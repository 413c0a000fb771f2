"""Evaluation: tasks that measure models on data, and the reports that they make.

What is measured stands in `metrics`; here is what it is measured on, beside chance and beside
what was published.
"""

from .report import Draws, Report

__all__ = ["Draws", "Report"]
