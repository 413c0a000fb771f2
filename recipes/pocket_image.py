"""Train pocket-image, tune both students together, export and measure them.

`python -m recipes.pocket_image --data DIR --work runs --minutes 60`

Needs the checkpoint of `pocket_text`.
"""

from __future__ import annotations

import logging

from recipes import data, export, image_training, measure, prepare, text_training, tuning


def main() -> None:
    """Prepare, train for the time asked for, tune, export and measure."""
    parser = data.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="time to train for")
    parser.add_argument("--tune-minutes", type=float, default=8.0, help="time to tune for")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    where = data.places(chosen)
    if not (where.work / text_training.CHECKPOINT).exists():
        parser.error("train the text student first: python -m recipes.pocket_text")
    prepare.prepare(where)
    image_training.Training(where, minutes=chosen.minutes, seed=chosen.seed).run()
    tuning.Tuning(where, minutes=chosen.tune_minutes, seed=chosen.seed).run()
    export.export_all(where)
    measure.write_cards(where)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
