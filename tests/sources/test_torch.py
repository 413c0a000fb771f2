from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import torch

from crossmodal.card import ModelCard
from crossmodal.errors import MissingModel, SettingsError
from crossmodal.sources import torch as ours
from crossmodal.sources.checkpoints import Checkpoints, Runtime


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "mps:7", "meta"])
def test_devices_that_are_not_here(name: str) -> None:
    with pytest.raises(SettingsError, match="device is"):
        ours.device(Runtime(device=name))


def test_numbers_by_device() -> None:
    assert ours.device(Runtime("cpu")).type == "cpu"
    assert ours.dtype(Runtime("cpu", "float32")) is torch.float32
    can = torch.cpu.get_capabilities()
    quick = bool(can.get("amx_bf16") or can.get("avx512_bf16"))
    assert ours.dtype(Runtime("cpu")) is (torch.bfloat16 if quick else torch.float32)


def test_seeds_give_the_same_numbers() -> None:
    draws = [torch.rand(3, generator=ours.generator(5, Runtime("cpu"))) for _ in range(2)]
    assert torch.equal(*draws)
    before = torch.random.get_rng_state()
    with ours.seeded(5):
        first = torch.rand(3)
    with ours.seeded(5):
        assert torch.equal(first, torch.rand(3))
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_hubs_client_is_told_to_stay_home() -> None:
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import OfflineModeIsEnabled

    before = constants.HF_HUB_OFFLINE
    with ours.local_only(), pytest.raises(OfflineModeIsEnabled):
        HfApi(endpoint="http://127.0.0.1:1").model_info("a/b")
    assert constants.HF_HUB_OFFLINE is before


def test_an_idle_model_is_put_away_and_comes_back() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    model = ours.Resident(make, idle=0.1)
    with model.use() as first:
        assert torch.is_inference_mode_enabled()
        assert first is made[0]
    assert model.loaded
    deadline = time.monotonic() + 10
    while model.loaded and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not model.loaded
    with model.use() as second:
        assert second is made[1]
    model.unload()


def test_use_puts_the_unloading_off() -> None:
    model = ours.Resident(object, idle=1.0)
    for _ in range(4):
        with model.use():
            time.sleep(0.02)
    assert model.loaded
    model.unload()
    assert not model.loaded


def test_another_architecture_is_named(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> None:
    checkpoint = shelf.open(tiny_checkpoint("tiny/clip")[0])
    with pytest.raises(MissingModel, match="does not load as SiglipModel"):
        ours.pretrained(checkpoint, "SiglipModel")


def test_tensors_beside_the_network(
    shelf: Checkpoints, tiny_checkpoint: Callable[[str], list[ModelCard]]
) -> None:
    checkpoint = shelf.open(tiny_checkpoint("tiny/clip")[0])
    assert "logit_scale" in ours.tensors(checkpoint, "model.safetensors")
    with pytest.raises(MissingModel, match=r"has no 2_Dense/model.safetensors"):
        ours.tensors(checkpoint, "2_Dense/model.safetensors")
