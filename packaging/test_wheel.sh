#!/usr/bin/env bash
# Install the wheel that fits this Python where there is no compiler, and run it:
#   packaging/test_wheel.sh python3.13 dist
# What is installed can only be a wheel, and what runs finds no other program than those of its
# environment.
set -euo pipefail
python=${1:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
dist=$(cd "${2:-$root/dist}" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$python" -m venv "$folder/venv"
here=$folder/venv/bin
# the dependencies first, so that the time below is not that of downloads
"$here/python" -m pip download --quiet --dest "$folder/needed" --find-links "$dist" \
  --only-binary :all: gatecast
cd "$folder"
alone() { env -i HOME="$folder" PATH="$here" "$@"; }
TIMEFORMAT="installed in %1R s, of which the processor worked for %1U s and the system for %1S s"
time alone "$here/python" -m pip install --quiet --no-index --find-links needed \
  --only-binary :all: gatecast
alone "$here/gatecast" doctor > doctor.txt
grep -E "^(gatecast|Python|SIMD level|largest)" doctor.txt
alone "$here/python" -c \
  "from gatecast.datasets import air_passengers as data; data().to_csv('air.csv', index=False)"
alone "$here/gatecast" forecast air.csv --h 3 --preset fast --no-report > forecast.csv 2> decisions.txt
alone "$here/python" - <<'EOF'
from importlib.metadata import files

import pandas
from gatecast.kernel import _native

assert {"LICENSE", "NOTICE"} <= {path.name for path in files("gatecast")}

assert pandas.read_csv("forecast.csv")["LSTM"].between(350, 550).all()
print("pandas", pandas.__version__, "kernel", _native.__file__.rsplit("/", 1)[1])
EOF
