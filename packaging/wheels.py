"""Build wheels for other platforms than this one, with the compiler that PyPI has: Zig's Clang.

    python packaging/wheels.py manylinux_2_28_x86_64 musllinux_1_2_aarch64 --out dist
    python packaging/wheels.py all --python python3.10 --python python3.11 --python python3.12

Needs ``pip install ziglang build wheel cmake ninja nanobind scikit-build-core``. A Python's
headers decide which Python a wheel is for: those of 3.12 and newer give one for every Python from
3.12 on (the stable ABI), those before it one for their own version. With
``CMAKE_CXX_COMPILER_LAUNCHER=ccache`` in the environment, what knows nothing of Python is compiled
once a platform. Releases are built by cibuildwheel (.github/workflows/wheels.yml).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LARGEST = 4 * 2**20  # bytes of a wheel


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

#: What Python's headers ask of a pyconfig.h on Windows, where long has 32 bits.
WINDOWS = """\
#define MS_WINDOWS
#define MS_WIN64
#define NT_THREADS
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


class Python(NamedTuple):
    """A Python of this machine whose headers a wheel is compiled with."""

    executable: str
    digits: str  # "312"
    include: str
    stable: bool

    @property
    def tag(self) -> str:
        """The part of a wheel's name that says for which Python it is."""
        return "cp312-abi3" if self.stable else f"cp{self.digits}-cp{self.digits}"


def run(*command: object, **more: object) -> str:
    """Run a command and give what it prints; stop where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=False, **more)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout}")
    return done.stdout


def ask(executable: str) -> Python:
    """Ask a Python of which version it is and where its headers are."""
    question = (
        "import json, sys, sysconfig; "
        "print(json.dumps([sys.executable, sys.version_info[:2], sysconfig.get_path('include')]))"
    )
    program, version, include = json.loads(run(executable, "-c", question))
    if not (Path(include) / "Python.h").exists():
        sys.exit(f"{executable} has no headers: there is no Python.h in {include}")
    return Python(program, "".join(map(str, version)), include, tuple(version) >= (3, 12))


def nanobind() -> Path:
    """Give the folder of nanobind's files for CMake."""
    return Path(run(sys.executable, "-m", "nanobind", "--cmake_dir").strip())


def windows_python(python: Python, folder: Path) -> list[str]:
    """Make headers and import libraries of a Python for Windows, and tell CMake of them."""
    include = folder / "include"
    shutil.copytree(python.include, include, dirs_exist_ok=True)
    (include / "pyconfig.h").write_text(WINDOWS)
    # nanobind lists the names of Python's that a module may need; its form is that of macOS' linker
    listed = (nanobind() / "darwin-ld-cpython.sym").read_text().split("\n")
    names = [line.removeprefix("-U _") for line in listed if line.startswith("-U _")]
    options = [f"-DPython_INCLUDE_DIR={include}"]
    for option, dll in (("LIBRARY", f"python{python.digits}"), ("SABI_LIBRARY", "python3")):
        defined, library = folder / f"{dll}.def", folder / f"{dll}.lib"
        defined.write_text("\n".join([f"LIBRARY {dll}.dll", "EXPORTS", *names, ""]))
        zig = (sys.executable, "-m", "ziglang")
        run(*zig, "dlltool", "-m", "i386:x86-64", "-d", defined, "-l", library)
        options.append(f"-DPython_{option}={library}")
    return options


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


def compile_native(name: str, python: Python) -> Path:
    """Compile the kernel for a platform and a Python, and give its file."""
    folder = ROOT / "build" / f"wheel-{python.tag}-{name}"
    target = TARGETS[name]
    folder.mkdir(parents=True, exist_ok=True)
    if target.system == "Windows":
        found = windows_python(python, folder)
    else:
        found = [f"-DPython_INCLUDE_DIR={python.include}"]
    # Optimized and stripped from CMake's first question on: Zig compiles its C++ library for each
    # such setting. nanobind leaves it to the compiler's headers to bring stderr.
    compiler = tool(folder, f"c++ -target {target.zig} -O3 -s -include cstdio")
    archiver, indexer = tool(folder, "ar"), tool(folder, "ranlib")  # of each system's own format
    run(
        "cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DSKBUILD=2",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DCMAKE_AR={archiver}", f"-DCMAKE_RANLIB={indexer}",
        f"-DCMAKE_SYSTEM_NAME={target.system}", f"-DCMAKE_SYSTEM_PROCESSOR={target.processor}",
        f"-DPython_EXECUTABLE={python.executable}", f"-Dnanobind_DIR={nanobind()}",
        *found, "-DCMAKE_INSTALL_RPATH=", "-DCMAKE_INSTALL_NAME_TOOL=true",
    )  # fmt: skip
    run("cmake", "--build", folder, "--parallel", os.environ.get("JOBS", "2"))
    return next(path for path in folder.glob("_native.*") if path.suffix in (".so", ".pyd"))


def python_files(folder: Path) -> Path:
    """Build a wheel without the kernel, and give it."""
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder,
        "-Cwheel.cmake=false", "-Cwheel.py-api=py3",
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def file_name(tag: str) -> str:
    """Give the name that the kernel's file has in the wheel with a tag.

    Python imports it by its suffix. The tag says for which version and processor it is.
    """
    _, abi, platform = tag.split("-")
    if platform.startswith("win"):
        return "_native.pyd"
    return "_native.abi3.so" if abi == "abi3" else "_native.so"


def pack(native: Path, files: Path, tag: str, out: Path) -> Path:
    """Put the kernel beside gatecast's Python files, and give the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "wheel", "unpack", files, "-d", folder)
        content = next(Path(folder).iterdir())
        kernel = content / "gatecast" / "kernel"
        for old in kernel.glob("_native*.so"):  # of the checkout
            old.unlink()
        (kernel / file_name(tag)).write_bytes(native.read_bytes())
        described = next(content.glob("*.dist-info")) / "WHEEL"
        lines = [line for line in described.read_text().splitlines() if "Tag: " not in line]
        lines = [line.replace("Purelib: true", "Purelib: false") for line in lines if line]
        described.write_text("\n".join([*lines, f"Tag: {tag}", ""]))
        run(sys.executable, "-m", "wheel", "pack", content, "-d", out)
    wheel = next(out.glob(f"*{tag}.whl"))
    size = wheel.stat().st_size
    if size >= LARGEST:
        sys.exit(f"{wheel.name} has {size:,} bytes: a wheel stays under {LARGEST:,}")
    return wheel


def main() -> None:
    """Build the wheels that are named, or that of Linux on x86-64."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=["manylinux_2_28_x86_64"])
    parser.add_argument("--python", action="append", help="whose headers; the one that runs this")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    targets = list(TARGETS) if options.targets == ["all"] else options.targets
    unknown = set(targets) - TARGETS.keys()
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: give some of {', '.join(TARGETS)}, or all")
    pythons = [ask(executable) for executable in options.python or [sys.executable]]
    os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = python_files(Path(folder))
        for name in targets:
            for python in pythons:
                native = compile_native(name, python)
                wheel = pack(native, files, f"{python.tag}-{name}", out)
                print(f"{wheel.name}  {wheel.stat().st_size / 2**20:.2f} MiB", flush=True)


if __name__ == "__main__":
    main()
