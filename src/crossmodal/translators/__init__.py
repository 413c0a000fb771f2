"""Translators: modality → modality."""
