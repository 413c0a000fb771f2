"""Put the exported models into the package, each with its card.

`python -m recipes.ship --work runs` copies `export/*.onnx` into `crossmodal/sources/shipped` and
writes there the cards that `crossmodal models` shows, from the figures of `recipes.measure`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossmodal.calibration import Calibration
from crossmodal.card import Edge, Figure, ModelCard, Tier
from crossmodal.modality import IMAGE, TEXT, Modality
from crossmodal.space import Space

SHIPPED = Path(__file__).parent.parent / "src" / "crossmodal" / "sources" / "shipped"
SPACE = Space("pocket", "2", 384)
VERSIONS = {
    "pocket-image": "3", "pocket-text": "2", "pocket-scribe": "2", "pocket-answer": "2",
}  # fmt: skip
LICENCE = "Apache-2.0 weights; learned in part from photos for research use (see: learned from)"
LIMITS = {
    "pocket-image": (
        "knows everyday scenes: people, dogs, sports, streets; weak on counts, writing, faces, "
        "art, screens and anything seldom photographed",
        "sees the whole picture squashed to a small square: small things are lost",
        "MobileNet was trained on ImageNet, which Tiny ImageNet's pictures are from: its figure is "
        "not of classes never seen",
    ),
    "pocket-text": (
        "knows short descriptions in English, German, French and Czech; long texts are cut",
        "weak on negation, counts and word order",
    ),
}
SUMMARY = {
    "pocket-image": "Pictures into the pocket space: MobileNet v2, its last stage and head tuned "
    "by contrast with captions, then by what several of its own looks agree on.",
    "pocket-text": "Sentences into the pocket space: a small transformer that learned the "
    "sentence space of all-MiniLM-L6-v2, then tuned together with pocket-image.",
}
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "cs": "Czech"}
Measured = Mapping[str, Any]


def ship(export: Path, shipped: Path) -> None:
    """Copy the models of `export` into `shipped` and write their cards."""
    for name, source in (("pocket-image", IMAGE), ("pocket-text", TEXT)):
        measured = json.loads((export / f"{name}.json").read_text("utf-8"))
        files = {"network": f"{name}.onnx"}
        if source is TEXT:
            files["tokenizer"] = f"{name}.tokenizer.json"
        for file in files.values():
            shutil.copyfile(export / file, shipped / file)
        made = card(name, source, measured, files=files, folder=shipped)
        text = json.dumps(made.to_json(), indent=2, ensure_ascii=False)
        (shipped / f"{name}.card.json").write_text(text + "\n", "utf-8")
        print(shipped / f"{name}.card.json")
    for path in sorted(export.glob("*.card.json")):  # of models that write their own
        held = json.loads(path.read_text("utf-8"))
        for file in (path.name, *held["files"].values()):
            shutil.copyfile(export / file, shipped / file)
        print(shipped / path.name)


def card(
    name: str, source: Modality, measured: Measured, *, files: Mapping[str, str], folder: Path
) -> ModelCard:
    """Return the card of the model `name` from what was measured of it."""
    contents = {file: (folder / file).read_bytes() for file in files.values()}
    image = source is IMAGE
    milliseconds = measured["milliseconds"]
    return ModelCard(
        name=name,
        version=VERSIONS[name],
        edge=Edge.ENCODER,
        summary=SUMMARY[name],
        loader=f"crossmodal.encoders.{source}:load",
        source=source,
        space=SPACE,
        tier=Tier.POCKET,
        licence=LICENCE,
        commercial=False,
        files=files,
        size=sum(map(len, contents.values())),
        sha256={file: hashlib.sha256(data).hexdigest() for file, data in contents.items()},
        parameters=measured["parameters"],
        quality=image_figures(measured) if image else text_figures(measured),
        cost=(Figure(f"one {source}, one core, network alone", milliseconds, "ms"),),
        data=tuple(f"{data}: {licence}" for data, licence in measured["trained on"].items()),
        limits=LIMITS[name],
        calibration={
            "-".join(sorted(pair.split("-"))): Calibration(**curve)
            for pair, curve in measured["calibration"].items()
        },
        options={"side": measured["side"]} if image else {"tokens": 64},
        seconds=milliseconds / 1000,
        fidelity=fidelity(measured, image=image),
    )


def fidelity(measured: Measured, *, image: bool) -> float:
    """Return the share that comes through, in (0, 1]: R@10, or agreement with the teacher."""
    figures = measured["figures"]
    if image:
        return round(figures["flickr8k test, image to text"]["R@10"]["value"] / 100, 3)
    return float(figures["mean cosine with the teacher, Flickr8k dev captions"])


def image_figures(measured: Measured) -> tuple[Figure, ...]:
    """Return what pocket-image was measured to reach, the main figure first."""
    published, found = measured["published"], []
    for k in ("R@10", "R@5", "R@1"):
        for arrow, words in (("text to image", "text → image"), ("image to text", "image → text")):
            reference = published[arrow.replace(" ", "_")][k]
            figure = measured["figures"][f"flickr8k test, {arrow}"][k]
            found.append(
                Figure(
                    f"{words} {k}, Flickr8k test",
                    **figure,
                    chance=measured["chance"][arrow][k],
                    reference=f"{reference} ({published['source'].partition(',')[0]})",
                )
            )
    for task, classes in (("tiny imagenet test", 200), ("clothing test", 10)):
        for top in (1, 5):
            rate = measured["figures"][f"{task}, zero-shot of {classes}"][f"top-{top}"]
            name = f"zero-shot top-{top} of {classes} classes, {task}"
            found.append(Figure(name, rate, chance=100 * top / classes))
    for language, name in LANGUAGES.items():
        task = f"{name} text → image R@10, 143 translated captions, Flickr8k test"
        figure = measured["languages"][language]["R@10"]
        found.append(Figure(task, **figure, chance=measured["chance"]["text to image"]["R@10"]))
    error = measured["calibration error of text-image on test"]
    found.append(Figure("calibration error, text and image, Flickr8k test", 100 * error))
    return tuple(found)


def text_figures(measured: Measured) -> tuple[Figure, ...]:
    """Return what pocket-text was measured to reach."""
    found = []
    for task, value in measured["figures"].items():
        if isinstance(value, Mapping):
            for way, rates in value.items():
                figure = Figure(f"{way} R@1, {task}", **rates["R@1"])
                found.append(figure)
        else:
            found.append(Figure(task, 100 * value))
    return tuple(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, default=Path("runs"))
    ship(parser.parse_args().work / "export", SHIPPED)
