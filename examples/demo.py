"""The demo: index a folder of photos, search it by words, and write a sheet to look at.

    python examples/demo.py [FOLDER]

Without a folder it takes the photos that scikit-image and scikit-learn carry inside their own
packages. Everything it makes lies in ./demo.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

HERE = Path("demo")
QUERIES = (
    "a photo of a tabby cat",
    "a cup of coffee on a table",
    "ein rotes Motorrad",
    "a football match in the rain",
)
PHOTOS = {
    "skimage": ("data", ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "camera.png",
                         "motorcycle_left.png", "hubble_deep_field.jpg", "moon.png", "coins.png",
                         "grass.png", "brick.png", "page.png", "retina.jpg")),
    "sklearn": ("datasets/images", ("china.jpg", "flower.jpg")),
}  # fmt: skip


def main() -> None:
    own = Path(sys.argv[1]).expanduser() if len(sys.argv) > 1 else None
    folder = own or copy_photos(HERE / "photos")
    index = HERE / "index.cm"
    run("index", str(folder), "--index", str(index))
    for query in QUERIES:
        run("search", query, "-k", "3", "--index", str(index))
    sheet = HERE / "sheet.png"
    run("search", QUERIES[0], "-k", "5", "--index", str(index), "--sheet", str(sheet))
    print(f"\nLook at {sheet}. Then try your own words and your own photos:\n")
    say("search", "a dog on a beach", "--index", str(index))
    photos = (path for path in sorted(folder.rglob("*")) if path.is_file())
    example = next(photos) if own else folder / "coffee.png"
    say("search", "--image", str(example), "--index", str(index))
    say("classify", str(example), "--labels", "a cat,a person,a cup of coffee")
    print("  make demo FOLDER=~/Pictures")


def copy_photos(folder: Path) -> Path:
    """Copy the photos out of the installed packages into `folder`, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for package, (below, names) in PHOTOS.items():
        for name in names:
            with as_file(files(package).joinpath(below, name)) as photo:
                shutil.copy(photo, folder / name)
    return folder


def run(*arguments: str) -> None:
    """Run one `crossmodal` command, showing it first."""
    print(f"\n$ {shlex.join(('crossmodal', *arguments))}", flush=True)
    subprocess.run([sys.executable, "-m", "crossmodal", *arguments], check=True)


def say(*arguments: str) -> None:
    print(f"  {Path(sys.executable).parent / 'crossmodal'} {shlex.join(arguments)}")


if __name__ == "__main__":
    main()
