"""Make what paints the maps of a bake: a model, and around it the cache and a shared store."""

from collections.abc import Callable

from tilebake.cli.baking.bake_mode import BakeMode
from tilebake.cli.interrupt import Interruption
from tilebake.cli.options import Machine
from tilebake.errors import BakeError
from tilebake.paint import importing_libraries
from tilebake.request import Baker
from tilebake.serve.bake.batch import Around, BakerFor
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bake.texture_cache import cached, keeping, user_cache
from tilebake.serve.store.shared_store import SharedStore
from tilebake.serve.store.shared_textures import sharing
from tilebake.serve.store.shared_windows import SharedWindows
from tilebake.serve.windows.window_cache import AnewCache, KeptWindows, OnRefusal, user_windows


def kept_around(mode: BakeMode, store: SharedStore | None, warn: OnRefusal) -> Around:
    """Return what is put around each baker: the user's cache, and behind it a shared store."""

    def put_around(baker: Baker) -> Baker:
        behind = baker if store is None else sharing(baker, store, takes=not mode.paints_all)
        return _with_cache(mode, warn, behind)

    return put_around


def _with_cache(mode: BakeMode, warn: OnRefusal, baker: Baker) -> Baker:
    if not mode.use_cache:
        return baker
    with_cache = keeping if mode.paints_all else cached
    try:
        return with_cache(baker, user_cache(), warn)
    except BakeError as error:  # it is another user's
        warn(error)
        return baker


def windows_for(mode: BakeMode, store: SharedStore | None, on_refusal: OnRefusal) -> KeptWindows | None:
    """Return where the windows of large maps are kept, and taken from if they may be."""
    cache = user_windows(on_refusal) if mode.use_cache else None
    if cache is None:
        return None
    windows = cache if store is None else SharedWindows(cache, store)
    return AnewCache(windows) if mode.paints_all else windows


def baker_loader(
    machine: Machine,
    interruption: Interruption,
    windows: KeptWindows | None,
    tell_loading: Callable[[str], None] | None,
    *,
    report: bool,
) -> BakerFor:
    """Return what loads the model of a map when it has to be painted."""

    def load_baker(job: PlannedBake) -> Baker:
        if tell_loading is not None:
            tell_loading(job.source.reference)
        with interruption.at_once():  # the import of torch takes long, too
            with importing_libraries():
                from tilebake.cli.engine import load_pipeline, report_baker  # only once there is work for it

            pipeline = load_pipeline(job.source, job.request.loras, machine, windows)
        return report_baker(pipeline) if report else pipeline.bake

    return load_baker
