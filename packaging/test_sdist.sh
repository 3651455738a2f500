#!/usr/bin/env bash
# Build and install an sdist where nothing but its own files is, and run what was installed:
#   packaging/test_sdist.sh python3.13 dist/gatecast-0.1.0.tar.gz
set -euo pipefail
python=$1
sdist=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$python" -m venv "$folder/venv"
cd "$folder"
venv/bin/python -m pip install --quiet --no-binary gatecast "$sdist"
venv/bin/gatecast doctor > doctor.txt
grep -E "^(gatecast|Python|SIMD level|largest)" doctor.txt
du -h "$sdist" | cut -f1
