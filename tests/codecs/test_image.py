from __future__ import annotations

import io
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pillow_heif
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms, ImageFile

from crossmodal.codecs import image
from crossmodal.codecs.colour import orientation
from crossmodal.errors import (
    CrossmodalError,
    InputError,
    TooLarge,
    UnreadableMedia,
    UnsupportedMedia,
)
from crossmodal.media import Image

GRADIENT = samples.gradient()
FILES = {
    "jpeg": samples.picture("JPEG"),
    "progressive jpeg": samples.picture("JPEG", progressive=True),
    "png": samples.picture("PNG"),
    "gif": samples.picture("GIF"),
    "webp": samples.picture("WEBP"),
    "bmp": samples.picture("BMP"),
    "tiff": samples.picture("TIFF"),
    "avif": samples.picture("AVIF"),
    "heic": samples.heic(),
}


def exif(orientation: int) -> Pillow.Exif:
    block = Pillow.Exif()
    block[0x0112] = orientation
    return block


def pixels_of(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return image.decode(data).pixels


def apart(one: object, other: object) -> float:
    """Mean difference of two pictures, in levels."""
    difference = np.asarray(one, np.int16) - np.asarray(other, np.int16)
    return float(np.abs(difference).mean())


@pytest.mark.parametrize("name", ["png", "bmp", "tiff"])
def test_exact_formats_are_exact(name: str) -> None:
    assert np.array_equal(pixels_of(FILES[name]), GRADIENT)


@pytest.mark.parametrize("name", ["jpeg", "progressive jpeg", "webp", "avif", "heic", "gif"])
def test_lossy_formats_are_close(name: str) -> None:
    assert apart(pixels_of(FILES[name]), GRADIENT) < 9


# what each EXIF orientation has done to an upright picture
STORED = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: np.rot90(p, -1),
}


@pytest.mark.parametrize("turn", STORED)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_pictures_are_upright(turn: int, kind: str) -> None:
    stored = np.ascontiguousarray(STORED[turn](GRADIENT))
    data = samples.picture(kind, pixels=stored, exif=exif(turn))
    assert apart(pixels_of(data), GRADIENT) < (9 if kind in ("JPEG", "WEBP") else 1e-9)


@pytest.mark.parametrize("turn", STORED)
def test_phone_photos_are_turned_once(turn: int) -> None:
    stored = Pillow.fromarray(np.ascontiguousarray(STORED[turn](GRADIENT)))
    stream = io.BytesIO()
    pillow_heif.from_pillow(stored).save(stream, exif=exif(turn).tobytes())
    assert apart(pixels_of(stream.getvalue()), GRADIENT) < 9


@given(st.binary(max_size=60))
def test_any_exif_has_an_orientation(block: bytes) -> None:
    assert 1 <= orientation(b"Exif\0\0II*\0\x08\0\0\0" + block) <= 8
    assert 1 <= orientation(block) <= 8


def test_damaged_exif_does_not_matter() -> None:
    block = bytearray(exif(6).tobytes())
    block[-4:] = b"\xff\xff\xff\xff"
    data = samples.picture("JPEG", exif=bytes(block) + b"\x12")
    assert image.decode(data).size == (40, 48)


def test_cmyk_of_print_shops() -> None:
    cmyk = Pillow.fromarray(GRADIENT).convert("CMYK")
    for data in (samples.save(cmyk, "JPEG", quality=95), samples.save(cmyk, "TIFF")):
        assert apart(pixels_of(data), GRADIENT) < 5


def test_sixteen_bit_grey_is_scaled_and_not_cut_off() -> None:
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    for kind in ("PNG", "TIFF"):
        grey = pixels_of(samples.picture(kind, pixels=levels))[:, :, 1]
        assert np.array_equal(grey, levels // 257)


@pytest.mark.parametrize(("kind", "top"), [(np.int32, 65535), (np.float32, 1.0)])
def test_deep_pictures_use_their_range(kind: type, top: float) -> None:
    deep = (np.linspace(0, top, 256).reshape(16, 16)).astype(kind)
    grey = pixels_of(samples.picture("TIFF", pixels=deep))[:, :, 0]
    assert np.array_equal(grey.ravel(), np.arange(256))


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours(mode: str) -> None:
    picture = Pillow.fromarray(GRADIENT).convert(mode)
    expected = np.asarray(picture.convert("RGB"))
    assert np.array_equal(pixels_of(samples.save(picture, "PNG")), expected)


def test_what_is_transparent_lies_on_white() -> None:
    colours = np.zeros((4, 4, 4), np.uint8)
    colours[:, :, 0] = 200
    colours[:2, :, 3] = 255
    colours[2, :, 3] = 128
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})):
        pixels = pixels_of(samples.picture(kind, pixels=colours, **options))
        assert pixels[0, 0].tolist() == [200, 0, 0]
        assert pixels[2, 0].tolist() == [227, 127, 127]
        assert pixels[3, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_palette_with_a_transparent_colour(kind: str) -> None:
    picture = Pillow.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    pixels = pixels_of(samples.save(picture, kind, transparency=1))
    assert pixels.tolist() == [[[10, 20, 30], [255, 255, 255]]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first(kind: str) -> None:
    first, second = (Pillow.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    options = {"lossless": True} if kind == "WEBP" else {}
    data = samples.save(first, kind, save_all=True, append_images=[second], **options)
    assert pixels_of(data)[4, 4].tolist() == [255, 0, 0]


def foreign_profile() -> bytes:
    """sRGB under another name: it must be applied, and changes nothing."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))


def test_colour_profiles_are_applied() -> None:
    same = samples.picture("PNG", icc_profile=foreign_profile())
    assert apart(pixels_of(same), GRADIENT) < 1
    linear = bytearray(foreign_profile())
    curve = linear.index(b"para")
    linear[curve : curve + 12] = b"curv" + bytes(8)  # a curve of no points is a straight line
    pixels = pixels_of(samples.picture("PNG", icc_profile=bytes(linear)))
    assert pixels[20, 24, 1] > GRADIENT[20, 24, 1] + 40


def test_broken_or_misfit_profiles_are_ignored() -> None:
    grey = samples.save(Pillow.new("L", (2, 2), 99), "PNG", icc_profile=foreign_profile())
    assert pixels_of(grey)[0, 0].tolist() == [99, 99, 99]
    broken = samples.picture("PNG", icc_profile=foreign_profile()[:300])
    assert np.array_equal(pixels_of(broken), GRADIENT)


@pytest.mark.parametrize("name", FILES)
def test_cut_short_is_an_error_and_never_half_a_picture(name: str) -> None:
    data, whole = FILES[name], pixels_of(FILES[name])
    for length in range(0, len(data), max(1, len(data) // 40)):
        try:
            assert np.array_equal(pixels_of(data[:length]), whole)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", [name for name in FILES if name != "tiff"])
@given(
    places=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=3)
)
def test_any_damage_is_a_picture_or_an_error(name: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(FILES[name])
    for at, value in places:
        data[at % len(data)] = value
    try:
        assert isinstance(image.decode(bytes(data), max_pixels=100_000), Image)
    except CrossmodalError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_bombs_are_refused_by_their_header() -> None:
    began = time.perf_counter()
    with pytest.raises(TooLarge, match="60000 x 60000 pixels"):
        image.decode(samples.png_header(60_000, 60_000))
    with pytest.raises(TooLarge, match="48 x 40 pixels and 1,919 are allowed"):
        image.decode(FILES["heic"], max_pixels=1919)
    assert image.decode(FILES["heic"], max_pixels=1920).size == (48, 40)
    assert time.perf_counter() - began < 1


def test_the_limit_may_be_above_that_of_pillow() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnreadableMedia):  # and no DecompressionBombWarning
            image.decode(samples.png_header(12_000, 12_000))


def test_at_least_makes_jpeg_smaller_but_not_too_small() -> None:
    large = samples.picture("JPEG", pixels=samples.gradient(800, 600), quality=90)
    for side in (75, 76, 150, 151, 300, 600, 900):
        size = image.decode(large, at_least=side).size
        assert min(side, 600) <= min(size) <= max(2 * side, 600)
    assert image.decode(large, at_least=75).size == (100, 75)
    small = image.decode(large, at_least=150).pixels
    whole = Pillow.fromarray(samples.gradient(800, 600))
    assert apart(small, whole.reduce(4)) < 6


def test_other_kinds_are_named() -> None:
    with pytest.raises(UnsupportedMedia, match=r"It is audio \(wav\)"):
        image.decode(samples.wav(np.zeros((9, 1), np.int16)))
    with pytest.raises(UnsupportedMedia, match="a PDF document"):
        image.decode(b"%PDF-1.4")
    with pytest.raises(UnreadableMedia, match="empty"):
        image.decode(b"")
    with pytest.raises(InputError, match="at_least is 0"):
        image.decode(FILES["png"], at_least=0)


def test_threads_at_once_decode_the_same() -> None:
    jobs = list(FILES.values()) * 6
    with ThreadPoolExecutor(4) as pool:
        together = [decoded.content_id() for decoded in pool.map(image.decode, jobs)]
    assert together == [image.decode(data).content_id() for data in jobs]


def test_global_settings_of_pillow_stay() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert Pillow.MAX_IMAGE_PIXELS == 89_478_485
    assert not {"HEIF"} & set(Pillow.OPEN)


@pytest.mark.parametrize("side", [1, 7, 40, 64])
def test_squash(side: int) -> None:
    squashed = image.squash(Image(GRADIENT), side)
    assert squashed.size == (side, side)
    assert apart(squashed.pixels.mean(axis=(0, 1)), GRADIENT.mean(axis=(0, 1))) < 3


@pytest.mark.parametrize(("kind", "near"), [("png", 0), ("jpeg", 9), ("webp", 9)])
def test_encode(kind: str, near: float) -> None:
    data = image.encode(Image(GRADIENT), format=kind)  # type: ignore[arg-type]
    assert apart(pixels_of(data), GRADIENT) <= near


def test_encode_refuses_what_cannot_be() -> None:
    with pytest.raises(InputError, match="Use png, jpeg or webp"):
        image.encode(Image(GRADIENT), format="gif")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Use 1 to 100"):
        image.encode(Image(GRADIENT), quality=0)
    with pytest.raises(InputError, match="20000 x 1 pixels cannot be written as webp"):
        image.encode(Image(np.zeros((1, 20_000, 3), np.uint8)), format="webp")
