"""Kernels that are spoken to over sockets in files: a free port is found, and let go before the kernel takes it.

Whoever takes it in between leaves a kernel that never answers. Windows has no sockets in files, and their paths have a
hundred letters at most: in these cases kernels take ports.
"""

import os
import secrets
import shlex
import tempfile
from pathlib import Path

from traitlets.config import Config

LONGEST = 90  # bytes of a path, before what each socket adds to it


def over_files():
    """Return the settings of a kernel's manager that speaks to it over sockets in files of its own."""
    address = str(Path(tempfile.gettempdir()) / f"kernel-{secrets.token_hex(6)}")
    takes_ports = os.name == "nt" or len(os.fsencode(address)) > LONGEST
    return Config(KernelManager={} if takes_ports else {"transport": "ipc", "ip": address})


if __name__ == "__main__":
    print(shlex.join(f"--KernelManager.{name}={value}" for name, value in over_files().KernelManager.items()))
