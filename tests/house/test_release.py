"""What a release consists of agrees: versions, tags, lower bounds, the man page, completion."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from helpers.verbs import verbs

import gatecast
from gatecast import errors
from gatecast.cli import doctor

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
man = pytest.importorskip("man", reason="packaging/ is not in the sdist")
oldest = pytest.importorskip("oldest")
fitting = pytest.importorskip("fitting")
wheels = pytest.importorskip("wheels")
sys.path.pop(0)

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_there_is_one_version():
    version = tomllib.loads(PYPROJECT)["project"]["version"]
    found = {
        "__version__": gatecast.__version__,
        "CITATION.cff": re.search(r"^version: (.*)", (ROOT / "CITATION.cff").read_text(), re.M)[1],
        "conda": re.search('version = "(.*)"', (ROOT / "packaging/conda/meta.yaml").read_text())[1],
        "CHANGELOG.md": re.search(r"^## ([\d.]+)", CHANGELOG, re.M)[1],
    }
    assert set(found.values()) == {version}, found


def without_entry(tags, changelog):
    """Tags of releases that the changelog says nothing of, and dated entries without a tag."""
    entries = dict(re.findall(r"^## ([\d.]+)(.*)", changelog, re.M))
    released = {version for version, rest in entries.items() if "not yet released" not in rest}
    tagged = {tag[1:] for tag in tags if re.fullmatch(r"v[\d.]+", tag)}
    return sorted(tagged ^ released)


def test_each_tag_has_its_entry_in_the_changelog():
    text = "## 0.2.0, not yet released\n- b\n\n## 0.1.0, 2026-01-01\n- a\n"
    assert without_entry(["v0.1.0", "other"], text) == []
    assert without_entry(["v0.1.0", "v0.0.9"], text) == ["0.0.9"]
    assert without_entry([], text) == ["0.1.0"]
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("there is no repository here")
    tags = subprocess.run(["git", "tag"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert without_entry(tags.stdout.split(), CHANGELOG) == []


def test_each_dependency_has_a_lower_bound_that_can_be_installed():
    bounds = oldest.constraints(PYPROJECT)
    project = tomllib.loads(PYPROJECT)["project"]
    names = {re.match(r"[\w.-]+", line)[0] for line in bounds}
    listed = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {re.match(r"[\w.-]+", requirement)[0] for requirement in listed} <= names
    assert "pandas==2.1.1" in bounds
    assert "tomli==2.0; python_version < '3.11'" in bounds


def test_the_bounds_of_every_extra_are_tested_and_the_doctor_knows_it():
    groups = tomllib.loads(PYPROJECT)["project"]["optional-dependencies"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = re.search(r"^EXTRAS := all,(.*)", makefile, re.M)[1].split(",")
    installed += re.search(r"\[(.*)\]", groups["all"][0])[1].split(",")
    assert {*installed} == {*doctor.EXTRAS} == {*groups} - {"all", "test", *oldest.OURS}


def test_the_image_gets_what_a_build_needs_and_runs_as_nobody_special():
    project = tomllib.loads(PYPROJECT)["project"]
    let_in = re.findall("^!(.*)", (ROOT / ".dockerignore").read_text(), re.M)
    needed = {"pyproject.toml", "CMakeLists.txt", "native", "src", project["readme"]}
    assert {*let_in} == needed | {*project["license-files"]}
    file = (ROOT / "Dockerfile").read_text()
    extras = re.search(r"'/src\[(.*)\]'", file)[1].split(",")
    assert {*extras} <= {*project["optional-dependencies"]}
    image = file.split("\nFROM ")[-1]
    assert re.findall("^(?:USER|WORKDIR|ENTRYPOINT) .*", image, re.M) == [
        "USER gatecast", "WORKDIR /data", 'ENTRYPOINT ["gatecast"]',
    ]  # fmt: skip


def test_demo_takes_a_wheel_that_fits_and_no_source_is_newer(tmp_path, monkeypatch):
    (tmp_path / "dist").mkdir()
    for name in ("native", "src/gatecast/__pycache__"):
        (tmp_path / name).mkdir(parents=True)
    files = [tmp_path / name for name in ("pyproject.toml", "CMakeLists.txt", "native/rows.h")]
    made = tmp_path / "src/gatecast/__pycache__/rows.pyc"
    for path in (*files, made):
        path.write_text("")

    def wheel(tag):
        path = tmp_path / "dist" / f"gatecast-0.1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w") as file:
            about = "gatecast-0.1.0.dist-info"
            file.writestr(
                f"{about}/METADATA", "Metadata-Version: 2.1\nName: gatecast\nVersion: 0.1.0\n"
            )
            file.writestr(
                f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n"
            )
            file.writestr(f"{about}/RECORD", "")
        return path

    wheel("cp39-cp39-win_arm64")
    assert fitting.fitting(tmp_path)[1].startswith("no wheel in ")
    fits = wheel("py3-none-any")
    for path in files:
        os.utime(path, (0, 0))
    assert fitting.fitting(tmp_path) == (fits, "")
    monkeypatch.setattr(fitting, "for_this_python", lambda _: fits)
    os.utime(files[2], (2**32, 2**32))
    wheel_or_none, reason = fitting.fitting(tmp_path)
    assert wheel_or_none is None
    assert reason.startswith(f"native/rows.h is newer than {fits.name} (touch the wheel")


def test_each_wheel_names_its_kernel_as_its_python_imports_it():
    names = {
        "cp312-abi3-manylinux_2_28_x86_64": "_native.abi3.so",
        "cp310-cp310-musllinux_1_2_aarch64": "_native.so",
        "cp312-abi3-macosx_11_0_arm64": "_native.abi3.so",
        "cp312-abi3-win_amd64": "_native.pyd",
        "cp311-cp311-win_amd64": "_native.pyd",
    }
    assert {tag: wheels.file_name(tag) for tag in names} == names
    suffixes = [name.removeprefix("_native") for name in set(names.values())]
    here = {suffix for suffix in suffixes if suffix in EXTENSION_SUFFIXES}
    assert here == ({".pyd"} if sys.platform == "win32" else {".abi3.so", ".so"})


def test_conda_has_the_same_dependencies_and_licence_files():
    recipe = (ROOT / "packaging/conda/meta.yaml").read_text()
    project = tomllib.loads(PYPROJECT)["project"]
    licences = recipe.split("license_file:\n")[1].split("  summary")[0]
    assert re.findall(r"- (\w+)$", licences, re.M) == project["license-files"]
    needed = recipe.split("  run:\n")[1].split("\n\n")[0]
    theirs = set(re.findall(r"- ([\w-]+ >=[\d.]+)", needed)) - {"python >=3.10"}
    ours = project["dependencies"]
    assert theirs == {line.split(";")[0].replace(">=", " >=").strip() for line in ours}


def test_what_a_package_leaves_out_lies_at_the_top():
    # "docs" alone would leave out any folder of that name in the package too
    left_out = tomllib.loads(PYPROJECT)["tool"]["scikit-build"]["sdist"]["exclude"]
    assert all(name.startswith("/") and (ROOT / name[1:]).is_dir() for name in left_out)


def test_the_man_page_has_every_verb_and_option(tmp_path):
    assert {*man.EXIT_CODES} == {0, 130} | {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.GatecastError)
    }
    text = man.page()
    plain = text.replace("\\-", "-")
    for name, command in verbs().items():
        assert f".SS gatecast {name}" in plain
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert all(f"\\fB{option}\\fR" in plain for option in parameter.opts)
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    (tmp_path / "gatecast.1").write_text(text, encoding="utf-8")
    command = ["groff", "-man", "-Tutf8", "-ww", str(tmp_path / "gatecast.1")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_verbs(shell):
    def answer(request, **more):
        code = "import sys; sys.argv = ['gatecast']; from gatecast.__main__ import run; run()"
        environment = {**os.environ, **more, "_GATECAST_COMPLETE": f"{shell}_{request}"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    if shell != "bash" or shutil.which("bash"):
        assert "_GATECAST_COMPLETE" in answer("source")  # what the install page has shells read
    word = "fore" if shell == "fish" else "1"
    lines = answer("complete", COMP_WORDS="gatecast fore", COMP_CWORD=word)
    assert "forecast" in lines
    assert "backtest" not in lines
