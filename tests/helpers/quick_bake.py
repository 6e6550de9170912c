"""The command line with a renderer that costs nothing, in this process; no test itself."""

from collections.abc import Callable
from unittest.mock import patch

from tests.helpers.counting_baker import picture_of
from tilebake.cli import run_command_line
from tilebake.cli.run import bake
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.bake.plan import PlannedBake
from tilebake.texture import Texture, pixel_hash


def quick_texture(request: BakeRequest) -> Texture:
    image = picture_of(request)
    return Texture(image, request.digest(), pixel_hash(image))


def run_quickly(*arguments: str, make: Callable[[BakeRequest], Texture] = quick_texture) -> int:
    """Run a command line; what it bakes is noise by the seed, or what `make` makes."""

    def paint(request: BakeRequest, _on_step: OnStep) -> Texture:
        return make(request)

    def load(_job: PlannedBake) -> Baker:
        return paint

    def loader(*_: object, **__: object) -> Callable[[PlannedBake], Baker]:
        return load

    with patch.object(bake, "baker_loader", loader):
        return run_command_line(arguments)
