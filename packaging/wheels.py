"""Build wheels for other platforms than this one, with the compiler that PyPI has: Zig's Clang.

    python packaging/wheels.py manylinux_2_28_x86_64 musllinux_1_2_aarch64 --out dist

Needs ``pip install ziglang build wheel cmake ninja nanobind scikit-build-core abi3info``. The
Python that runs it decides which Python the wheels are for: from 3.12 on every one (the stable
ABI), before that its own version, on Linux alone. Releases are built by cibuildwheel
(.github/workflows/wheels.yml).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
STABLE = sys.version_info >= (3, 12)


class Target(NamedTuple):
    """A platform: as Zig and CMake name it."""

    zig: str
    system: str
    processor: str


TARGETS = {
    "manylinux_2_28_x86_64": Target("x86_64-linux-gnu.2.28", "Linux", "x86_64"),
    "manylinux_2_28_aarch64": Target("aarch64-linux-gnu.2.28", "Linux", "aarch64"),
    "musllinux_1_2_x86_64": Target("x86_64-linux-musl", "Linux", "x86_64"),
    "musllinux_1_2_aarch64": Target("aarch64-linux-musl", "Linux", "aarch64"),
    "macosx_11_0_arm64": Target("aarch64-macos.11.0", "Darwin", "arm64"),
    "macosx_11_0_x86_64": Target("x86_64-macos.11.0", "Darwin", "x86_64"),
    "win_amd64": Target("x86_64-windows-gnu", "Windows", "AMD64"),
}

#: What Python's headers ask of a pyconfig.h for the stable ABI on Windows, where long has 32 bits.
WINDOWS = """\
#define MS_WINDOWS
#define MS_WIN64
#define Py_ENABLE_SHARED 1
#define HAVE_DECLSPEC_DLL
#define SIZEOF_SHORT 2
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_WCHAR_T 2
#define SIZEOF_TIME_T 8
#define SIZEOF_FLOAT 4
#define SIZEOF_DOUBLE 8
"""


def run(*command: object, **more: object) -> str:
    """Run a command and give what it prints; stop where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False, **more)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout}")
    return done.stdout


def windows_python(folder: Path) -> list[str]:
    """Make headers and the import library of Python for Windows, and tell CMake of them."""
    from abi3info import DATAS, FUNCTIONS
    from abi3info.models import PyVersion

    oldest = PyVersion(3, 12)
    include = folder / "include"
    shutil.copytree(sysconfig.get_path("include"), include, dirs_exist_ok=True)
    (include / "pyconfig.h").write_text(WINDOWS)
    names = [f"{one.symbol.name} DATA" for one in DATAS.values() if one.added <= oldest]
    names += [one.symbol.name for one in FUNCTIONS.values() if one.added <= oldest]
    defined = folder / "python3.def"
    defined.write_text("\n".join(["LIBRARY python3.dll", "EXPORTS", *sorted(names), ""]))
    library = folder / "python3.lib"
    zig = [sys.executable, "-m", "ziglang"]
    run(*zig, "dlltool", "-m", "i386:x86-64", "-d", defined, "-l", library)
    found = ("Python_LIBRARY", "Python_SABI_LIBRARY")
    return [f"-DPython_INCLUDE_DIR={include}", *(f"-D{name}={library}" for name in found)]


def tool(folder: Path, command: str) -> Path:
    """Make a program that is one of Zig's."""
    path = folder / f"zig-{command.split()[0]}"
    # For macOS Zig's linker takes no list of the symbols that Python brings, so that any may be
    # missing, and makes no bundles, only libraries, which Python loads as well.
    path.write_text(f"""\
#!/bin/sh
for word; do
  shift
  case $word in
    -Wl,@*) word=-Wl,-undefined,dynamic_lookup ;;
    -bundle) word=-shared ;;
  esac
  set -- "$@" "$word"
done
exec "{sys.executable}" -m ziglang {command} "$@"
""")
    path.chmod(0o755)
    return path


def compile_native(name: str, folder: Path) -> Path:
    """Compile the kernel for a platform and give its file."""
    target = TARGETS[name]
    folder.mkdir(parents=True, exist_ok=True)
    if target.system == "Windows":
        python = windows_python(folder)
    else:
        python = [f"-DPython_INCLUDE_DIR={sysconfig.get_path('include')}"]
    # nanobind leaves it to the compiler's headers to bring stderr
    compiler = tool(folder, f"c++ -target {target.zig} -include cstdio")
    archiver, indexer = tool(folder, "ar"), tool(folder, "ranlib")  # of each system's own format
    nanobind = run(sys.executable, "-m", "nanobind", "--cmake_dir").strip()
    run(
        "cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DSKBUILD=2",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DCMAKE_AR={archiver}", f"-DCMAKE_RANLIB={indexer}",
        f"-DCMAKE_SYSTEM_NAME={target.system}", f"-DCMAKE_SYSTEM_PROCESSOR={target.processor}",
        f"-DPython_EXECUTABLE={sys.executable}", f"-Dnanobind_DIR={nanobind}",
        *python, "-DCMAKE_INSTALL_RPATH=", "-DCMAKE_INSTALL_NAME_TOOL=true",
        "-DCMAKE_SHARED_LINKER_FLAGS=-s", "-DCMAKE_MODULE_LINKER_FLAGS=-s",
    )  # fmt: skip
    run("cmake", "--build", folder, "--parallel", os.environ.get("JOBS", "2"))
    return next(path for path in folder.glob("_native.*") if path.suffix in (".so", ".pyd"))


def pack(native: Path, name: str, out: Path) -> Path:
    """Put the kernel beside gatecast's Python files, and give the wheel."""
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        run(
            sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder,
            "-Cwheel.cmake=false", "-Cwheel.py-api=py3",
        )  # fmt: skip
        run(sys.executable, "-m", "wheel", "unpack", next(folder.glob("*.whl")), "-d", folder)
        content = next(path for path in folder.iterdir() if path.is_dir())
        kernel = content / "gatecast" / "kernel"
        for old in kernel.glob("_native*.so"):  # of the checkout
            old.unlink()
        # where it is for one Python, the wheel's tag says for which, and the name need not
        (kernel / (native.name if STABLE else "_native.so")).write_bytes(native.read_bytes())
        version = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        tag = f"cp312-abi3-{name}" if STABLE else f"{version}-{version}-{name}"
        described = next(content.glob("*.dist-info")) / "WHEEL"
        kept = [line for line in described.read_text().splitlines() if "Tag: " not in line]
        lines = [line.replace("Purelib: true", "Purelib: false") for line in kept if line]
        described.write_text("\n".join([*lines, f"Tag: {tag}", ""]))
        run(sys.executable, "-m", "wheel", "pack", content, "-d", out)
    return next(out.glob(f"*{tag}.whl"))


def main() -> None:
    """Build the wheels that are named, or that of Linux on x86-64."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=["manylinux_2_28_x86_64"])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    unknown = set(options.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: give some of {', '.join(TARGETS)}")
    if not STABLE and any(TARGETS[name].system != "Linux" for name in options.targets):
        parser.error("for macOS and Windows run it with Python 3.12 or newer: the stable ABI")
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.targets:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        native = compile_native(name, ROOT / "build" / f"wheel-{version}-{name}")
        wheel = pack(native, name, options.out.resolve())
        print(f"{wheel.name}  {wheel.stat().st_size / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
