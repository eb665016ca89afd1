"""Pictures that are small enough for a repository."""

from io import BytesIO

from PIL import Image

COLOURS = 256


def compressed(picture: bytes) -> bytes:
    """The same picture as a PNG with a palette."""
    with Image.open(BytesIO(picture)) as image:
        palette = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file = BytesIO()
    palette.save(file, "PNG", optimize=True)
    return file.getvalue()
