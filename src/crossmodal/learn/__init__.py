"""Learning with and between spaces."""
