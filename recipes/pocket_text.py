"""Train pocket-text, with everything that it needs first.

`python -m recipes.pocket_text --data DIR --work runs --minutes 20`

`pocket_image` tunes both students together afterwards, and exports and measures them.
"""

from __future__ import annotations

import logging

from recipes import data, prepare, text_training


def main() -> None:
    """Prepare, then train for the time asked for."""
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="time to train for")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    where = data.places(chosen)
    prepare.prepare(where)
    text_training.Training(where, minutes=chosen.minutes, seed=chosen.seed).run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
