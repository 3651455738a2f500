#!/usr/bin/env bash
# Install the wheel of dist/ that fits this Python where there is no compiler, and run it:
#   packaging/test_wheel.sh python3.12
# With no compiler and no sources on the way, only a wheel can have been installed.
set -euo pipefail
python=${1:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$python" -m venv "$folder/venv"
# once, so that the time below is that of gatecast and not of downloads
"$folder/venv/bin/python" -m pip download --quiet --dest "$folder/needed" --find-links "$root/dist" \
  --no-build-isolation --only-binary :all: --pre gatecast
cd "$folder"
export CC=/bin/false CXX=/bin/false CMAKE=/bin/false
started=$(date +%s.%N)
venv/bin/python -m pip install --quiet --no-index --find-links needed --only-binary :all: gatecast
venv/bin/python -c "import time; print(f'installed in {time.time() - $started:.1f} s')"
export PATH=$folder/venv/bin:/bin
venv/bin/gatecast doctor | grep -E "^(gatecast|Python|SIMD level|largest)"
venv/bin/python -c "from gatecast.datasets import air_passengers as data; data().to_csv('air.csv', index=False)"
venv/bin/gatecast forecast air.csv --h 3 --model pretrained --no-report
venv/bin/gatecast forecast air.csv --h 3 --preset fast --no-report > forecast.csv
venv/bin/python - <<'EOF'
import gatecast, pandas
from gatecast.kernel import _native
assert pandas.read_csv("forecast.csv")["LSTM"].between(350, 550).all()
print("kernel:", _native.__file__.rsplit("/", 1)[1], "from", gatecast.__version__)
EOF
