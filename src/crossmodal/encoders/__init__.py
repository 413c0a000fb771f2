"""Encoders: modality → space."""
