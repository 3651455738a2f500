import os

import pytest

from gatecast.network import processors
from gatecast.network.processors import available_threads, cpu_quota


def put(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_least_quota_of_a_group_and_those_above_counts(tmp_path):
    put(tmp_path, "proc/self/cgroup", "0::/jobs/ours\n")
    put(tmp_path, "sys/fs/cgroup/jobs/ours/cpu.max", "400000 100000\n")
    put(tmp_path, "sys/fs/cgroup/jobs/cpu.max", "150000 100000\n")
    assert cpu_quota(tmp_path) == 1.5


def test_a_container_sees_its_own_group_as_the_root(tmp_path):
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000\n")
    assert cpu_quota(tmp_path) == 0.5


def test_control_groups_of_version_1(tmp_path):
    put(tmp_path, "proc/self/cgroup", "5:memory:/box\n4:cpu,cpuacct:/box\n")
    put(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    put(tmp_path, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert cpu_quota(tmp_path) is None
    put(tmp_path, "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "250000\n")
    put(tmp_path, "sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n")
    assert cpu_quota(tmp_path) == 2.5


@pytest.mark.parametrize("text", ["max 100000\n", "", "a b\n", "1000 0\n"])
def test_no_quota_where_none_is_said(tmp_path, text):
    assert cpu_quota(tmp_path) is None
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    assert cpu_quota(tmp_path) is None
    put(tmp_path, "sys/fs/cgroup/cpu.max", text)
    assert cpu_quota(tmp_path) is None


@pytest.mark.parametrize(("quota", "threads"), [(None, 8), (0.5, 1), (1.5, 2), (64.0, 8)])
def test_threads_are_bounded_by_processors_and_quota(monkeypatch, quota, threads):
    monkeypatch.setattr(os, "process_cpu_count", lambda: 8, raising=False)
    monkeypatch.setattr(processors, "cpu_quota", lambda: quota)
    assert available_threads() == threads
