"""Every task on real files with tiny models, through the workbench as users call it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import IMAGE_CARD, cards

from crossmodal.errors import InputError, UnknownName
from crossmodal.registry import Registry
from crossmodal.settings import Settings
from crossmodal.workbench import Workbench


def test_zero_shot(bench: Workbench, colours: Path) -> None:
    report = bench.evaluate("zero-shot", colours)
    top = report.figures[0]
    assert (top.task, top.chance) == ("top-1", pytest.approx(100 / 3))
    assert 60 < top.low < top.value <= top.high <= 100
    assert report.models == {"tiny-image@1": {}, "tiny-text@1": {}}
    assert (report.rows, report.protocol, report.notes) == (30, "own data", ("3 classes",))
    assert {"mean per class", "calibration error"} <= {figure.task for figure in report.figures}


def test_the_same_call_gives_the_same_figures(bench: Workbench, colours: Path) -> None:
    one, two = (bench.evaluate("retrieval", colours, seed=4) for _ in range(2))
    assert json.dumps(one.to_json()) == json.dumps(two.to_json())
    other = bench.evaluate("retrieval", colours, seed=5)
    assert other.value("text → image R@1") == one.value("text → image R@1")
    assert other.figures != one.figures


def test_retrieval_both_ways(bench: Workbench, colours: Path) -> None:
    report = bench.evaluate("retrieval", colours)
    # 30 pictures of three colours: a picture's own words are as near as those of nine others
    assert report.value("text → image R@10") > 60
    assert report.value("image → text R@1") == 0  # all twenty captions of a colour tie
    chances = {figure.task: figure.chance for figure in report.figures}
    assert chances["text → image R@10"] == pytest.approx(100 / 3)
    assert chances["image → text R@1"] == pytest.approx(100 * 2 / 60)
    assert "image → text nDCG@10" in chances


def test_rows_of_one_picture_belong_together(bench: Workbench, colours: Path) -> None:
    lines = [json.loads(line) for line in colours.read_text().splitlines()]
    path = colours.with_name("rows.csv")
    rows = [f"{row['image']},{words}" for row in lines for words in row["captions"]]
    path.write_text("photo,words\n" + "\n".join(rows))
    names = {"media": "photo", "text": "words"}
    found = bench.evaluate("retrieval", path, columns=names)
    assert found.rows == 60
    assert found.figures == bench.evaluate("retrieval", colours).figures


def test_spaces(bench: Workbench, colours: Path) -> None:
    report = bench.evaluate(
        "spaces", colours, where={"split": "test"}, learn={"split": "train"}, resamples=50
    )
    tasks = [figure.task for figure in report.figures]
    assert 0 < report.value("modality gap") < 1
    assert report.value("cosine of pairs") > 0.6
    assert any(task.startswith("gain of text → image R@10") for task in tasks)
    assert "none" in report.notes[0]
    assert "centring" in report.notes[0]
    alone = bench.evaluate("spaces", colours, resamples=50)  # one half chooses for the other
    assert len(alone.figures) == len(report.figures)


def test_given_predictions(bench: Workbench, colours: Path) -> None:
    said = {"predicted": "said"}
    captions = bench.evaluate("captioning", colours, columns=said)
    assert captions.models == {}
    assert captions.value("BLEU-1") == pytest.approx(100 * 2 / 3)
    chance = next(figure.chance for figure in captions.figures if figure.task == "BLEU-1")
    assert chance == pytest.approx(100 / 3)  # "a" alone, given to the next picture
    words = bench.evaluate(
        "recognition", colours, columns={**said, "text": "label"}
    )  # "a red picture" for "red"
    assert words.value("WER") == pytest.approx(200)
    assert words.value("words insertions") == pytest.approx(200)
    answers = bench.evaluate("questions", colours, columns={"predicted": "label"})
    assert answers.value("VQA accuracy") == 100
    assert answers.figures[0].chance == pytest.approx(90)  # "grey", said by three of ten


def test_captions_that_are_found_again(bench: Workbench, colours: Path) -> None:
    columns = {"predicted": "said", "media": "image"}
    report = bench.evaluate("captioning", colours, columns=columns)
    assert report.value("cosine of medium and sentence") > 0.7
    assert report.value("found again R@10") > 50


def test_a_named_model(colours: Path) -> None:
    other = replace(IMAGE_CARD, name="other-image")
    settings = Settings(image_model="tiny-image", text_model="tiny-text")
    bench = Workbench(settings, registry=Registry([*cards(), other]))
    report = bench.evaluate("zero-shot", colours, models=["other-image"])
    assert set(report.models) == {"other-image@1", "tiny-text@1"}
    with pytest.raises(UnknownName, match="Did you mean 'other-image@1'"):
        bench.evaluate("zero-shot", colours, models=["other-imag"])


def test_progress_is_told(bench: Workbench, colours: Path) -> None:
    told: list[tuple[str, int, int]] = []
    bench.evaluate(
        "retrieval", colours, progress=lambda name: lambda done, of: told.append((name, done, of))
    )
    assert ("encoding image", 30, 30) in told
    assert ("encoding text", 60, 60) in told


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"task": "retreival"}, "no task 'retreival'"),
        ({"protocol": "flickr"}, "no protocol 'flickr' for zero-shot"),
        ({"where": {"split": "none"}}, "no rows with split=none"),
        ({"columns": {"label": "kind"}}, "no column 'kind'"),
        ({"where": {"label": "red"}}, "one class: red"),
        ({"columns": {"media": "label"}}, "red.*cannot be opened"),
    ],
)
def test_wrong_calls(bench: Workbench, colours: Path, call: dict[str, object], words: str) -> None:
    arguments = {"task": "zero-shot", "data": colours, **call}
    with pytest.raises((InputError, UnknownName), match=words):
        bench.evaluate(**arguments)  # type: ignore[arg-type]


def test_speech_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("text\ngood morning\n")
    report = Workbench().evaluate("round-trip", tmp_path / "words.csv", resamples=20)
    assert len(report.models) >= 2
    assert report.value("WER") <= 100
