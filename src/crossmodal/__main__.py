"""`python -m crossmodal` is the command line."""

from .cli import main

main()
