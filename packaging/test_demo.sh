#!/usr/bin/env bash
# Run make demo in a fresh clone where no compiler is found:
#   packaging/test_demo.sh python3.13 dist
# Without a wheel it must stop with a sentence; with the wheel that fits this Python it must run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dist=$(cd "${2:-$root/dist}" && pwd)
python=$("${1:-python3}" -c 'import sys; print(sys.executable)')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir "$folder/bin"
for path in /usr/bin/* /bin/*; do
  case ${path##*/} in
    cc | c89* | c99* | as | ld* | *c++* | *g++* | *gcc* | *clang* | *zig*) ;;
    *) ln -sf "$path" "$folder/bin/" ;;
  esac
done
git clone --quiet "$root" "$folder/clone"
cd "$folder/clone"
demo() { env -u CXX -u CC PATH="$folder/bin" make --no-print-directory demo PYTHON="$python"; }

if demo > said.txt 2>&1; then
  echo "make demo ran without a compiler and without a wheel"
  exit 1
fi
grep "^no wheel in .* fits this Python" said.txt
grep "needs a C++ compiler" said.txt
mkdir dist
cp "$dist"/*.whl dist/
demo > demo.txt
grep . demo.txt | tail -1
