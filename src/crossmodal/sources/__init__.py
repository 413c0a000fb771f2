"""Where weights come from, and what runs them."""
