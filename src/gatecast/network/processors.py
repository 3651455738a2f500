"""How many threads may run at once: processors, affinity, and the quota of a container."""

from __future__ import annotations

import math
import os
from pathlib import Path, PurePosixPath

__all__ = ["available_threads", "cpu_quota"]


def available_threads() -> int:
    """Count the threads that can run at once in this process.

    Returns
    -------
    int
        Processors that it may use, and no more than its CPU quota rounded up; at least 1.
    """
    if hasattr(os, "process_cpu_count"):  # from Python 3.13 on
        count = os.process_cpu_count() or 1  # pyright: ignore[reportAttributeAccessIssue]
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    quota = cpu_quota()
    return count if quota is None else max(1, min(count, math.ceil(quota)))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """Read how many processors' time the control groups of this process may use.

    Parameters
    ----------
    root : path, default "/"
        The file system's root.

    Returns
    -------
    float or None
        The least quota of its group and of those above; None where there is none.

    Notes
    -----
    Control groups are Linux': ``cpu.max`` in version 2, ``cpu.cfs_quota_us`` and
    ``cpu.cfs_period_us`` in version 1.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    quotas = []
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0":
            mount, read = root / "sys/fs/cgroup", _quota_of_version_2
        elif "cpu" in controllers.split(","):
            mount, read = root / "sys/fs/cgroup/cpu", _quota_of_version_1
        else:
            continue
        group = PurePosixPath(path)
        # in a container a group is mounted as the root, and its path may name nothing
        quotas += [read(mount / str(one).lstrip("/")) for one in (group, *group.parents)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _quota_of_version_2(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _quota_of_version_1(folder: Path) -> float | None:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text())
        return quota / int((folder / "cpu.cfs_period_us").read_text()) if quota > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None
