"""Pulling, from a hub on loopback that misbehaves in every way that hubs and networks do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_hub.server import COMMIT, FakeHub

from crossmodal.calibration import Calibration
from crossmodal.card import ModelCard
from crossmodal.errors import CrossmodalError, FetchError, InputError, MissingModel, UnsafeModel
from crossmodal.modality import TEXT
from crossmodal.registry import Registry
from crossmodal.sources import pulling
from crossmodal.sources.checkpoints import MANIFEST, PART, Checkpoints, Manifest
from crossmodal.sources.fetch import Hub, RemoteFile

NAME = "tiny/clip"


@pytest.fixture
def source(
    shelf: Checkpoints,
    tiny_checkpoint: Callable[[str], list[ModelCard]],
    tmp_path: Path,
) -> Path:
    """A copy of the tiny CLIP, with what else is usual in a checkpoint of the hub."""
    tiny_checkpoint(NAME)
    folder = tmp_path / "source"
    shutil.copytree(shelf.folder(NAME), folder, ignore=shutil.ignore_patterns(MANIFEST))
    (folder / "pytorch_model.bin").write_bytes(b"pickled")
    (folder / "README.md").write_text("A tiny CLIP.\n", "utf-8")
    (folder / "picture.png").write_bytes(b"a picture of it")
    return folder


@pytest.fixture
def hub(source: Path) -> Iterator[FakeHub]:
    with FakeHub({NAME: source}).serve() as hub:
        yield hub


@pytest.fixture
def place(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "models")


def pull(hub: FakeHub, place: Checkpoints, name: str = NAME, **options: str) -> Manifest:
    client = Hub(hub.endpoint, pause=0.001)
    return pulling.pull(pulling.plan(client, name, **options), client, place, report=silent)


def silent(file: str, more: int) -> None:
    pass


def test_only_what_is_needed_comes_and_works(hub: FakeHub, place: Checkpoints) -> None:
    manifest = pull(hub, place)
    files = {path.name for path in place.folder(NAME).iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= files
    assert not files & {"pytorch_model.bin", "picture.png"}
    assert (manifest.revision, manifest.licence) == (COMMIT, "apache-2.0")
    registry = Registry(place.cards(), shelf=place, commercial_only=True)
    assert len(registry.encoder(NAME, TEXT).encode([])) == 0
    assert registry.card(f"{NAME}:image").version == COMMIT[:7]


def test_progress_counts_every_byte_once(hub: FakeHub, place: Checkpoints) -> None:
    client, arrived = Hub(hub.endpoint, pause=0.001), []
    plan = pulling.plan(client, NAME)
    hub.cuts = 2
    pulling.pull(plan, client, place, report=lambda file, more: arrived.append(more))
    assert sum(arrived) == plan.size


def test_a_cut_goes_on_where_it_was(hub: FakeHub, place: Checkpoints, source: Path) -> None:
    client = Hub(hub.endpoint, pause=0.001)
    plan = pulling.plan(client, NAME)
    hub.cuts, before = 3, len(hub.requests)
    pulling.pull(plan, client, place, report=silent)
    ranges = [asked for _, asked in hub.requests[before:] if asked]
    assert len(ranges) >= 3
    whole = (source / "model.safetensors").read_bytes()
    assert (place.folder(NAME) / "model.safetensors").read_bytes() == whole


def test_a_stop_keeps_what_arrived(hub: FakeHub, place: Checkpoints, source: Path) -> None:
    client = Hub(hub.endpoint, pause=0.001)
    plan = pulling.plan(client, NAME)
    hub.cuts = 10_000
    with pytest.raises(KeyboardInterrupt):
        pulling.pull(plan, client, place, report=_stop_at_second)
    parts = list(place.folder(NAME).glob(f"*{PART}"))
    assert parts
    card = Registry(plan.family.cards({"name": NAME})).card(f"{NAME}:image")
    with pytest.raises(MissingModel, match="pulled only in part.*models pull tiny/clip"):
        place.open(card)
    hub.cuts, before = 0, len(hub.requests)
    pulling.pull(plan, client, place, report=silent)
    assert any(asked for _, asked in hub.requests[before:])
    assert place.open(card).folder == place.folder(NAME)


def _stop_at_second(file: str, more: int) -> None:
    if file == "model.safetensors" and more:
        raise KeyboardInterrupt


def test_a_hub_that_begins_anew_each_time(hub: FakeHub, place: Checkpoints, source: Path) -> None:
    hub.deaf, hub.cuts = True, 1
    pull(hub, place)
    whole = (source / "model.safetensors").read_bytes()
    assert (place.folder(NAME) / "model.safetensors").read_bytes() == whole


def test_it_gives_up_in_the_end(hub: FakeHub, place: Checkpoints) -> None:
    client = Hub(hub.endpoint, pause=0.001)
    plan = pulling.plan(client, NAME)
    hub.claims["model.safetensors"] = 10**7  # more than there is
    longer = pulling.plan(client, NAME)
    assert longer.size > plan.size
    with pytest.raises(FetchError, match="stopped coming.*run the same command"):
        pulling.pull(longer, client, place, report=silent)


def test_wrong_bytes_are_thrown_away(hub: FakeHub, place: Checkpoints) -> None:
    client = Hub(hub.endpoint, pause=0.001)
    plan = pulling.plan(client, NAME)
    hub.corrupt = True
    with pytest.raises(FetchError, match="wrong checksum"):
        pulling.pull(plan, client, place, report=silent)
    assert place.names() == []
    hub.corrupt = False
    pulling.pull(plan, client, place, report=silent)
    assert place.names() == [NAME]


def test_a_changed_file_is_brought_again(hub: FakeHub, place: Checkpoints, source: Path) -> None:
    pull(hub, place)
    weights = place.folder(NAME) / "model.safetensors"
    weights.write_bytes(b"\0" + weights.read_bytes()[1:])
    (place.folder(NAME) / "old-shard.safetensors").write_bytes(b"of another revision")
    pull(hub, place)
    assert weights.read_bytes() == (source / "model.safetensors").read_bytes()
    assert not (place.folder(NAME) / "old-shard.safetensors").exists()


def test_a_fitted_curve_survives_another_pull(hub: FakeHub, place: Checkpoints) -> None:
    pull(hub, place)
    place.calibrate(NAME, "image-text", Calibration(30.0, -4.0))
    assert pull(hub, place).facts["calibration"]["image-text"] == {"scale": 30.0, "bias": -4.0}


def test_no_room(hub: FakeHub, place: Checkpoints) -> None:
    hub.claims["model.safetensors"] = 10**18
    with pytest.raises(FetchError, match="needs 1,000,000,000,000 MB.*Make room"):
        pull(hub, place)


def test_no_network(place: Checkpoints) -> None:
    with FakeHub().serve() as hub:
        gone = hub.endpoint
    with pytest.raises(FetchError, match="cannot be reached"):
        pulling.plan(Hub(gone), NAME)


def test_a_known_name_is_not_called_misspelt() -> None:
    with FakeHub().serve() as hub:
        gone = hub.endpoint
    with pytest.raises(FetchError) as caught:
        pulling.plan(Hub(gone), "openai/clip-vit-base-patch32")
    assert "Did you mean" not in str(caught.value)


def test_unknown_name_says_the_nearest(hub: FakeHub) -> None:
    with pytest.raises(FetchError, match="has no laion/CLIP.*Did you mean laion/CLIP-ViT-B-32-l"):
        pulling.plan(Hub(hub.endpoint), "laion/CLIP-ViT-B-32-laion2B-s34B")


@pytest.mark.parametrize("name", ["clip", "../x", "a/../../b", "a/b/c", "/etc/passwd", "a/.."])
def test_odd_names_are_refused(place: Checkpoints, name: str) -> None:
    with pytest.raises(InputError, match="ORG/NAME"):
        place.folder(name)


def test_gated_ones_open_to_a_token(hub: FakeHub) -> None:
    hub.closed.add(NAME)
    with pytest.raises(FetchError, match="HF_TOKEN"):
        pulling.plan(Hub(hub.endpoint), NAME)
    with pytest.raises(FetchError, match="keeps tiny/clip.* from you"):
        pulling.plan(Hub(hub.endpoint, token="wrong"), NAME)
    assert pulling.plan(Hub(hub.endpoint, token="key"), NAME).name == NAME


def test_pickles_only(hub: FakeHub, source: Path) -> None:
    (source / "model.safetensors").unlink()
    with pytest.raises(UnsafeModel, match=r"in pytorch_model.bin only.*can run code"):
        pulling.plan(Hub(hub.endpoint), NAME)
    assert not [path for path, _ in hub.requests if path.endswith(".bin")]


def test_code_of_its_own(hub: FakeHub, source: Path) -> None:
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "m.M"}}))
    with pytest.raises(UnsafeModel, match=r"runs code of its own \(config.json"):
        pulling.plan(Hub(hub.endpoint), NAME)


def test_another_architecture(hub: FakeHub, source: Path) -> None:
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps({**config, "architectures": ["OtherModel"]}))
    with pytest.raises(MissingModel, match="OtherModel.*These run: .*CLIP"):
        pulling.plan(Hub(hub.endpoint), NAME)


def test_paths_that_lead_out_are_refused(hub: FakeHub, source: Path) -> None:
    evil = RemoteFile("x", 1)
    assert evil.path == "x"
    for name in ("../evil.json", "/etc/evil.json", "a\\..\\b.json", "C:evil.json"):
        with pytest.raises(ValueError, match="a file is called"):
            pulling_file({"rfilename": name, "size": 1})


def pulling_file(entry: dict[str, object]) -> RemoteFile:
    from crossmodal.sources.fetch import _file

    return _file(entry)


@pytest.mark.parametrize(
    ("endpoint", "target", "followed"),
    [
        ("https://hub.example", "https://cdn.example/x", True),
        ("https://hub.example", "http://cdn.example/x", False),
        ("https://hub.example", "https://127.0.0.1/x", False),
        ("https://hub.example", "https://192.168.1.1/x", False),
        ("https://hub.example", "https://localhost/x", False),
        ("https://hub.example", "file:///etc/passwd", False),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/x", True),
        ("http://127.0.0.1:9", "http://other.example/x", False),
    ],
)
def test_redirects(endpoint: str, target: str, followed: bool) -> None:
    assert Hub(endpoint)._allowed(target) is followed


def test_plain_http_is_refused() -> None:
    with pytest.raises(FetchError, match="https://"):
        Hub("http://hub.example")


@pytest.mark.parametrize(
    ("onnx", "expected"),
    [
        ("int8", {"onnx/text_model_quantized.onnx", "onnx/vision_model_quantized.onnx"}),
        ("fp16", {"onnx/text_model_fp16.onnx"}),
        ("fp32", {"onnx/text_model.onnx", "onnx/text_model.onnx_data"}),
    ],
)
def test_onnx_exports_by_their_numbers(onnx: str, expected: set[str]) -> None:
    names = ["text_model.onnx", "text_model.onnx_data", "text_model_fp16.onnx"]
    names += ["text_model_q4f16.onnx", "text_model_quantized.onnx", "vision_model_quantized.onnx"]
    paths = [f"onnx/{name}" for name in names]
    assert set(pulling._exports(paths, onnx, NAME)) == expected
    with pytest.raises(FetchError, match=r"no ONNX export as fp16.*It has: a.onnx"):
        pulling._exports(["onnx/a.onnx"], "fp16", NAME)


@pytest.mark.parametrize(
    ("onnx", "expected"), [("int8", "quint8_avx2"), ("fp16", "O4"), ("fp32", "")]
)
def test_onnx_exports_of_sentence_transformers(onnx: str, expected: str) -> None:
    endings = ["O1", "O2", "O3", "O4", "qint8_arm64", "qint8_avx512", "qint8_avx512_vnni"]
    paths = [f"onnx/model_{ending}.onnx" for ending in [*endings, "quint8_avx2"]]
    chosen = pulling._exports(["onnx/model.onnx", *paths], onnx, NAME)
    assert chosen == [f"onnx/model_{expected}.onnx" if expected else "onnx/model.onnx"]


def test_of_a_decoder_its_whole_comes_and_not_its_halves_too() -> None:
    stems = ["encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged"]
    paths = [f"onnx/{stem}{end}.onnx" for stem in stems for end in ("", "_int8")]
    whole = {"onnx/encoder_model_int8.onnx", "onnx/decoder_model_merged_int8.onnx"}
    assert set(pulling._exports(paths, "int8", NAME)) == whole
    halves = [path for path in paths if "merged" not in path]
    assert len(pulling._exports(halves, "fp32", NAME)) == 3


def test_weights_of_each_layout() -> None:
    pipeline = ["model_index.json", "unet/config.json", "vae/config.json", "huge.safetensors"]
    pipeline += ["unet/diffusion_pytorch_model.safetensors", "vae/diffusion.safetensors"]
    pipeline += ["unet/diffusion_pytorch_model.fp16.safetensors"]
    chosen = pulling._weights(pipeline, NAME)
    assert chosen == ["unet/diffusion_pytorch_model.safetensors", "vae/diffusion.safetensors"]
    shards = ["config.json", *(f"model-0000{n}-of-00002.safetensors" for n in (1, 2))]
    assert pulling._weights([*shards, "consolidated.safetensors"], NAME) == shards[1:]
    with pytest.raises(FetchError, match="--onnx int8"):
        pulling._weights(["config.json", "onnx/model.onnx"], NAME)


def test_errors_share_their_base() -> None:
    assert issubclass(FetchError, CrossmodalError)
    assert issubclass(UnsafeModel, CrossmodalError)
