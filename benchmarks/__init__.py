"""Speed, as ratios to named peers on the same work in the same run."""
