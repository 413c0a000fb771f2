"""Train pocket-image and pocket-text together, export and measure them.

`python -m recipes.pocket_image --data DIR --work runs --minutes 20`

Needs the checkpoint of `pocket_text`.
"""

from __future__ import annotations

import logging

from recipes import (
    data,
    export,
    measure,
    prepare,
    self_distillation,
    text_training,
    tuning,
)

DISTIL = 0.6  # of the time of tuning, for self-distillation


def main() -> None:
    """Prepare, tune for the time asked for, export and measure."""
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="time to tune for")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    where = data.places(chosen)
    if not (where.work / text_training.CHECKPOINT).exists():
        parser.error("train the text network first: python -m recipes.pocket_text")
    prepare.prepare(where)
    tuning.Tuning(where, minutes=chosen.minutes, seed=chosen.seed).run()
    self_distillation.run(where, minutes=chosen.minutes * DISTIL, seed=chosen.seed)
    export.export_all(where)
    measure.write_cards(where)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
