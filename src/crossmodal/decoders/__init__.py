"""Decoders: space → modality."""
