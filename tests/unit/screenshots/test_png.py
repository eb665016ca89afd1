"""A compressed picture is a small PNG that looks the same."""

from io import BytesIO

from PIL import Image

from tests.screenshots.png import COLOURS, compressed


def test_a_picture_of_few_colours_stays_as_it_is() -> None:
    image = Image.new("RGB", (320, 200), "#f4f5f7")
    image.paste("#2f6fed", (10, 10, 60, 60))
    file = BytesIO()
    image.save(file, "PNG", compress_level=0)

    picture = compressed(file.getvalue())

    assert len(picture) < len(file.getvalue()) / 20
    with Image.open(BytesIO(picture)) as small:
        assert (small.format, small.mode) == ("PNG", "P")
        assert list(small.convert("RGB").tobytes()) == list(image.tobytes())


def test_a_picture_of_many_colours_gets_a_palette() -> None:
    file = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(file, "PNG")
    with Image.open(BytesIO(compressed(file.getvalue()))) as small:
        assert len(small.getcolors() or []) <= COLOURS
