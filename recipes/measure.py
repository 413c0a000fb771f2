"""Figures of the exported models, from their ONNX files alone.

`python -m recipes.measure --data DIR --work runs` prints them and writes
`export/pocket-image.json` and `export/pocket-text.json`. Test rows are used for figures only;
calibration curves are fitted on dev rows.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from tokenizers import Tokenizer

from crossmodal.learn.zero_shot import TEMPLATES, sentences
from crossmodal.modality import IMAGE, Modality
from recipes import (
    calibration,
    data,
    figures,
    languages,
    minilm,
    teacher_cache,
    teacher_heads,
    text_corpus,
    text_vectors,
)

BATCH = 64
TIMED_CALLS = 100
PUBLISHED = {
    "source": "Karpathy and Fei-Fei 2015, Flickr8k test",
    "text_to_image": {"R@1": 11.8, "R@5": 32.1, "R@10": 44.7},
    "image_to_text": {"R@1": 16.5, "R@5": 40.6, "R@10": 54.2},
}
LICENCES = {
    "flickr8k": "photos of Flickr users, research use",
    "tiny_imagenet": "ImageNet terms, research use",
    "clothing": "CC0",
    "emoji": "Noto Emoji Apache 2.0, CLDR names Unicode licence",
    "captions": "COCO captions CC BY 4.0, AudioCaps MIT, LJSpeech public domain",
    "multi30k": "Multi30k captions, research use",
    "wordnet_nouns": "WordNet licence",
    "teachers": "MobileNet v2 for ImageNet (pocket-image starts from its weights), Apache 2.0; "
    "all-MiniLM-L6-v2 (taught pocket-text), Apache 2.0",
}


def session(path: Path) -> onnxruntime.InferenceSession:
    """A session on one processor core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class ImageModel:
    """`pocket-image.onnx`: encoded pictures to unit vectors."""

    def __init__(self, path: Path) -> None:
        self.path, self.session = path, session(path)
        self.side = self.session.get_inputs()[0].shape[1]

    def embed(self, images: list[bytes]) -> np.ndarray:
        """Vectors `(N, 384)`."""
        vectors = []
        for start in range(0, len(images), BATCH):
            batch = images[start : start + BATCH]
            pixels = np.stack([data.squash(data.decode(image), self.side) for image in batch])
            vectors.append(self.session.run(["vector"], {"pixels": pixels})[0])
        return np.concatenate(vectors)

    def example(self) -> dict[str, np.ndarray]:
        """Inputs of one picture."""
        return {"pixels": np.full((1, self.side, self.side, 3), 127, np.uint8)}


class TextModel:
    """`pocket-text.onnx` and its tokenizer: texts to unit vectors."""

    def __init__(self, path: Path, tokenizer: Path) -> None:
        self.path, self.session = path, session(path)
        self.tokenizer = Tokenizer.from_file(str(tokenizer))

    def embed(self, texts: list[str]) -> np.ndarray:
        """Vectors `(N, 384)`."""
        encoded = self.tokenizer.encode_batch(texts)
        order = np.argsort([len(found.ids) for found in encoded], kind="stable")
        vectors = np.empty((len(texts), teacher_heads.DIM), np.float32)
        for start in range(0, len(texts), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self.session.run(None, self._inputs([encoded[k].ids for k in rows]))[0]
        return vectors

    def _inputs(self, ids: list[list[int]]) -> dict[str, np.ndarray]:
        longest = max(len(row) for row in ids)
        padded = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros_like(padded)
        for k, row in enumerate(ids):
            padded[k, : len(row)], mask[k, : len(row)] = row, 1
        return {"ids": padded, "mask": mask}

    def example(self) -> dict[str, np.ndarray]:
        """Inputs of one caption."""
        text = "A brown dog runs along the beach with a ball in its mouth."
        return self._inputs([self.tokenizer.encode(text).ids])


def file_facts(
    path: Path, session: onnxruntime.InferenceSession, example: dict[str, np.ndarray]
) -> dict[str, object]:
    """Size, hash, parameters, and milliseconds an item at batch 1 on one core."""
    content = path.read_bytes()
    tensors = onnx.load_from_string(content).graph.initializer
    for _ in range(10):
        session.run(None, example)
    times = []
    for _ in range(TIMED_CALLS):
        began = time.perf_counter()
        session.run(None, example)
        times.append(time.perf_counter() - began)
    return {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "parameters": int(sum(np.prod(tensor.dims) for tensor in tensors)),
        "milliseconds": round(1000 * float(np.median(times)), 2),
    }


def image_card(where: data.Places, image: ImageModel, text: TextModel) -> dict[str, object]:
    """Everything measured of pocket-image."""
    test, dev = (data.flickr8k(where.data, split) for split in ("test", "dev"))
    test_pictures, dev_pictures = image.embed(test.images), image.embed(dev.images)
    test_texts, dev_texts = (
        text.embed([text_corpus.clean(c) for five in photos.captions for c in five])
        for photos in (test, dev)
    )
    five = data.CAPTIONS_PER_PHOTO
    to_picture, to_text = figures.retrieval_ranks(test_pictures, test_texts, per_picture=five)
    tiny = data.tiny_imagenet(where.data, "train")
    unseen = np.setdiff1d(np.arange(len(tiny.names)), teacher_cache.tiny_pictures(len(tiny.names)))
    some = np.random.default_rng(0).permutation(unseen)[:5000]
    classes = sorted(set(tiny.names))
    tiny_labels = np.array([classes.index(tiny.names[k]) for k in some])
    tiny_pictures = image.embed([tiny.images[k] for k in some])
    curves = {
        "text-image": calibration.fit(
            *calibration.picture_text(dev_pictures, dev_texts, per_picture=five)
        ),
        "image-image": calibration.fit(*calibration.same_class(tiny_pictures, tiny_labels)),
        "image-label": calibration.fit_labels(
            [
                (tiny_pictures @ class_vectors(text, classes, IMAGE).T, tiny_labels),
                _scores(image, text, data.clothing(where.data, "validation")),
            ]
        ),
    }
    error = calibration.expected_error(
        *calibration.picture_text(test_pictures, test_texts, per_picture=five),
        curves["text-image"],
    )
    return {
        **file_facts(image.path, image.session, image.example()),
        "side": image.side,
        "figures": {
            "flickr8k test, text to image": figures.recall(to_picture),
            "flickr8k test, image to text": figures.recall(to_text),
            "tiny imagenet test, zero-shot of 200": _zero_shot(
                image, text, data.tiny_imagenet(where.data, "test")
            ),
            "clothing test, zero-shot of 10": _zero_shot(
                image, text, data.clothing(where.data, "test")
            ),
        },
        "languages": languages.measure(test, test_pictures, text.embed),
        "chance": {
            "text to image": figures.chance(candidates=len(test.ids), right=1),
            "image to text": figures.chance(candidates=five * len(test.ids), right=five),
        },
        "published": PUBLISHED,
        "calibration": curves,
        "calibration error of text-image on test": error,
        "calibration pairs": {
            "text-image": "Flickr8k dev: own captions and captions of another photo",
            "image-image": "Tiny ImageNet train rows left out of training: of one class, of two",
            "image-label": "those rows, and clothing validation: some of the classes",
        },
        "trained on": {
            name: LICENCES[name]
            for name in ("flickr8k", "tiny_imagenet", "clothing", "emoji", "multi30k", "teachers")
        },
    }


def text_card(where: data.Places, text: TextModel) -> dict[str, object]:
    """Everything measured of pocket-text."""
    dev = text_vectors.captions(where, "dev")
    captions = [caption for five in dev.captions for caption in five]
    found = text.embed(captions)
    wanted = teacher_heads.load(where.work).texts(dev.vectors.reshape(-1, minilm.DIM)).numpy()
    multi = text_corpus.held_out_multi30k(where.data)
    english = text.embed(multi["en"])
    across = {}
    for language in text_corpus.LANGUAGES:
        other = text.embed(multi[language])
        from_other, from_english = figures.retrieval_ranks(english, other, per_picture=1)
        across[f"{language} to en"] = figures.recall(from_other)
        across[f"en to {language}"] = figures.recall(from_english)
    five = data.CAPTIONS_PER_PHOTO
    return {
        **file_facts(text.path, text.session, text.example()),
        "figures": {
            "mean cosine with the teacher, Flickr8k dev captions": round(
                float((found * wanted).sum(1).mean()), 4
            ),
            f"translations among {text_corpus.HELD_OUT} held-out sentences of Multi30k": across,
        },
        "chance": figures.chance(candidates=text_corpus.HELD_OUT, right=1),
        "calibration": {
            "text-text": calibration.fit(*calibration.text_text(found, per_picture=five))
        },
        "calibration pairs": {
            "text-text": "Flickr8k dev: two captions of one photo and of two photos"
        },
        "trained on": {
            name: LICENCES[name]
            for name in ("flickr8k", "captions", "multi30k", "emoji", "wordnet_nouns", "teachers")
        },
    }


def class_vectors(text: TextModel, names: list[str], modality: Modality) -> np.ndarray:
    """Unit vectors `(C, 384)` of the words for classes, as `crossmodal classify` makes them.

    Of several names with commas between, the first counts.
    """
    words = [name.partition(",")[0] for name in names]
    phrases = [sentences(words, word, TEMPLATES[modality]) for word in words]
    return _mean_vectors(text, phrases)


def _mean_vectors(text: TextModel, phrases: list[list[str]]) -> np.ndarray:
    """Unit vectors `(C, 384)`, each the mean of some phrases'."""
    vectors = np.stack([text.embed(some).mean(0) for some in phrases])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _classes(some: data.Labelled) -> tuple[list[str], np.ndarray]:
    """The names of the classes, and the number of each picture's class."""
    classes = sorted(set(some.names))
    return classes, np.array([classes.index(name) for name in some.names])


def _scores(
    image: ImageModel, text: TextModel, some: data.Labelled
) -> tuple[np.ndarray, np.ndarray]:
    """Scores `(N, C)` of pictures with classes, and the pictures' classes `(N,)`."""
    classes, labels = _classes(some)
    return image.embed(some.images) @ class_vectors(text, classes, IMAGE).T, labels


def _zero_shot(image: ImageModel, text: TextModel, test: data.Labelled) -> dict[str, float]:
    classes, labels = _classes(test)
    vectors = _mean_vectors(text, [text_corpus.class_phrases(name) for name in classes])
    return figures.zero_shot(image.embed(test.images), vectors, labels)


def write_cards(where: data.Places) -> None:
    """Measure both models, print the figures and write the cards."""
    text = TextModel(where.export / "pocket-text.onnx", where.export / "pocket-text.tokenizer.json")
    image = ImageModel(where.export / "pocket-image.onnx")
    cards = {"pocket-image": image_card(where, image, text), "pocket-text": text_card(where, text)}
    for name, card in cards.items():
        written = json.dumps(card, indent=2)
        (where.export / f"{name}.json").write_text(written + "\n")
        print(name, written)


if __name__ == "__main__":
    write_cards(data.places(data.parser(__doc__).parse_args()))
