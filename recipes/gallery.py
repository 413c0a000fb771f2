"""Make the gallery page: pictures, what is said of them, and what is answered about them.

`python -m recipes.gallery` writes `docs/gallery.md` and its small pictures, with the models that
are installed. The pictures are those inside scikit-image and scikit-learn, which may be passed on,
and some drawn here; good and bad answers stand side by side as they come.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

import crossmodal as cm

SIDE = 240  # pixels of the longer side on the page
UNSURE = 0.5  # as the command line calls it
ORIGINS = (
    "scikit-image (no rights reserved) and scikit-learn carry: the temple is by danielbuechele, "
    "the flower by vultilion, both on Flickr, CC BY 2.0, made smaller here"
)
PHOTOS = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "cat": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "photographer": ("skimage", "data/camera.png"),
    "temple": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}
QUESTIONS = {
    "astronaut": ("Who is smiling?", "What colour is the suit?", "What is the woman wearing?",
                  "Is there a dog?"),
    "cat": ("Is there a cat?", "What animal is it?", "What is the cat doing?",
            "How many cats are there?"),
    "coffee": ("What is on the table?", "What colour is the cup?", "Is there a horse?"),
    "rocket": ("What is in the sky?", "Is there a person?", "Where is the dog?"),
    "photographer": ("What is the man holding?", "What colour is the coat?", "Where is the man?"),
    "temple": ("Where is the building?", "Is there water?", "What colour is the sky?"),
    "flower": ("What colour is the flower?", "How many flowers are there?", "Is there a car?"),
    "blank": ("What is in the picture?", "What colour is the dog?"),
    "noise": ("What is in the picture?", "Is there a woman?"),
    "writing": ("What is in the picture?", "Is there a boy?"),
    "panorama": ("What colour is the grass?", "Is there a cat?"),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One picture of the page and all that is said of it."""

    name: str
    picture: str
    said: cm.Text
    answers: tuple[tuple[str, cm.Text], ...]

    def lines(self) -> Iterator[str]:
        """Its part of the page, in Markdown."""
        yield f"## {self.name.capitalize()}\n"
        yield f"![{self.said.content}]({self.picture})\n"
        yield f"> {self.said.content} {_sure(self.said)}\n"
        yield "| question | answer | confidence |"
        yield "|---|---|---|"
        for question, answer in self.answers:
            yield f"| {question} | {answer.content} | {_percent(answer.confidence)} |"
        yield ""


def _sure(text: cm.Text) -> str:
    unsure = text.confidence is not None and text.confidence < UNSURE
    return (
        f"*(unsure, {_percent(text.confidence)})*" if unsure else f"*({_percent(text.confidence)})*"
    )


def _percent(confidence: float | None) -> str:
    return "–" if confidence is None else f"{100 * confidence:.0f} %"


def pictures() -> Iterator[tuple[str, PILImage.Image]]:
    """The photos, then what no photo is."""
    for name, (package, inside) in PHOTOS.items():
        folder, _, file = inside.rpartition("/")
        with as_file(files(package).joinpath(folder, file)) as path, PILImage.open(path) as photo:
            yield name, photo.convert("RGB")
    yield "blank", PILImage.new("RGB", (240, 180), "white")
    noise = np.random.default_rng(0).integers(0, 256, (180, 240, 3), np.uint8)
    yield "noise", PILImage.fromarray(noise)
    writing = PILImage.new("RGB", (240, 120), "white")
    ImageDraw.Draw(writing).text((20, 35), "CLOSED", "black", ImageFont.load_default(44))
    yield "writing", writing
    panorama = PILImage.new("RGB", (960, 80), (120, 180, 240))
    ImageDraw.Draw(panorama).rectangle((0, 50, 960, 80), (60, 140, 50))
    yield "panorama", panorama


def entries(folder: Path) -> Iterator[Entry]:
    """Ask and describe each picture; its small copy is written into `folder`."""
    for name, picture in pictures():
        medium = cm.Image(np.asarray(picture))
        picture.thumbnail((SIDE, SIDE))
        picture.save(folder / f"{name}.webp", quality=80)
        answers = tuple((question, cm.ask(medium, question)) for question in QUESTIONS[name])
        yield Entry(name, f"{folder.name}/{name}.webp", cm.describe(medium), answers)


def page(found: list[Entry], cards: list[cm.ModelCard]) -> str:
    """The whole page."""
    models = " and ".join(f"`{card.id}`" for card in cards)
    head = (
        "# Gallery\n\n"
        f"What {models} say of some pictures, good and bad as it comes; made by "
        "`python -m recipes.gallery`. They learned from photos of people, dogs and sports, and "
        f"it shows. The photos are those that {ORIGINS}. The last four are drawn.\n"
    )
    return "\n".join([head, *(line for entry in found for line in entry.lines())])


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the pages")
    docs: Path = parser.parse_args().docs
    folder = docs / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    bench = cm.Workbench()
    writer = bench.route("image", "text", keep="meaning").hops[-1].card
    cards = [writer, bench.registry.card(bench.settings.answering_model)]
    written = page(list(entries(folder)), cards)
    (docs / "gallery.md").write_text(written, "utf-8")
    print(docs / "gallery.md")


if __name__ == "__main__":
    main()
