"""Speak to the kernels of cells through files where that is possible.

Ports are chosen before a kernel takes them: of several processes two could choose the same one.
"""

import shutil
import sys
import tempfile
import uuid
from pathlib import Path

import nbclient.client
from jupyter_client.manager import AsyncKernelManager, KernelManager
from traitlets import CaselessStrEnum, Type, Unicode, default

FOLDER = Path(tempfile.gettempdir())  # a path of a socket has no more than 100 characters


class LocalKernelManager(AsyncKernelManager):
    """Start kernels that listen at files, each at files of its own."""

    transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc", config=True)
    ip = Unicode(config=True)

    @default("ip")
    def _files(self):
        return str(FOLDER / uuid.uuid4().hex[:12])


class LocalClient(nbclient.client.NotebookClient):
    """Execute cells in such kernels."""

    kernel_manager_class = Type(LocalKernelManager, klass=KernelManager)


def setup(app):
    """Use them for all cells until the site is built."""
    global FOLDER
    if sys.platform != "win32":
        FOLDER = Path(tempfile.mkdtemp(prefix="cells-"))
        nbclient.client.NotebookClient = LocalClient
        app.connect("build-finished", lambda *_: shutil.rmtree(FOLDER, ignore_errors=True))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
