"""Read and write the objects of a store behind a URL: S3, GCS, SFTP, whatever fsspec has a driver for."""

from tilebake.serve.store.objects import refuse_large


class RemoteObjects:
    """Hold objects below a URL. Object stores write them whole; elsewhere half of one is told on reading."""

    def __init__(self, url: str) -> None:
        """Connect. Raises whatever the driver raises."""
        from fsspec.core import url_to_fs

        self._files, root = url_to_fs(url)
        self._root = str(root).rstrip("/")

    def read(self, name: str, most: int) -> bytes:
        """Return an object. Raises FileNotFoundError, LargeObjectError, and what else the driver raises."""
        with self._files.open(f"{self._root}/{name}", "rb") as file:
            content: bytes = file.read(most + 1)
        return refuse_large(content, most)

    def write(self, name: str, content: bytes) -> None:
        """Put an object. Raises whatever the driver raises."""
        path = f"{self._root}/{name}"
        try:
            self._files.pipe_file(path, content)
        except FileNotFoundError:  # a file system with folders, and not all of them are there
            self._make_folders(name)
            self._files.pipe_file(path, content)

    def remove(self, name: str) -> None:
        """Remove an object. Raises FileNotFoundError, and what else the driver raises."""
        self._files.rm_file(f"{self._root}/{name}")

    def _make_folders(self, name: str) -> None:
        """Make the folders of an object below the root, which has to be there: it may be a bucket."""
        path = self._root
        for part in name.split("/")[:-1]:
            path = f"{path}/{part}"
            try:
                self._files.mkdir(path, create_parents=False)
            except FileExistsError:
                continue
