"""Take textures from a shared store, and put there what had to be painted."""

import time
from dataclasses import replace

from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.bake.texture_cache import FROM_STORE, LARGEST_ENTRY, pack_texture, unpack_texture
from tilebake.serve.store.shared_store import SharedStore
from tilebake.texture import Texture


def sharing(baker: Baker, store: SharedStore, *, takes: bool = True) -> Baker:
    """Return a baker that takes from a store what it has, and puts there what it has to have painted.

    Without `takes` it always paints. A texture for which something was given up stays here.
    """

    def bake(request: BakeRequest, on_step: OnStep) -> Texture:
        texture = find_shared(store, request) if takes else None
        if texture is None:
            texture = baker(request, on_step)
            if not texture.degraded:
                store.write(_name_of(texture.digest), pack_texture(texture))
        return texture

    return bake


def find_shared(store: SharedStore, request: BakeRequest) -> Texture | None:
    """Return the texture of a request that the request accepts; None if the store has no sound one."""
    started = time.monotonic()
    digest = request.digest()
    content = store.read(_name_of(digest), LARGEST_ENTRY)
    if content is None:
        return None
    try:
        texture = unpack_texture(memoryview(content), digest)
    except ValueError as error:
        store.report_damage(_name_of(digest), error)
        return None
    if not request.accepts(texture.environment.get("dtype"), is_degraded=False):
        return None
    return replace(texture, timings={FROM_STORE: time.monotonic() - started})


def _name_of(digest: str) -> str:
    return f"textures/{digest[:2]}/{digest}"
