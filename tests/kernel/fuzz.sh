#!/usr/bin/env bash
# Fuzz the kernel's door with the compiled kernel under ASan and UBSan, then under TSan.
#   bash tests/kernel/fuzz.sh PYTHON [CALLS] [CHECKS ...]
# PYTHON has what the tests need, nanobind and CMake; 20,000 calls if no number is given. Builds into
# build/fuzz-*, and installs nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$1
calls=${2:-20000}
checks=("${@:3}")
[ ${#checks[@]} -gt 0 ] || checks=(address,undefined thread)

run() {  # run CHECKS: the calls, with the package and the kernel that was built for them alone
  local build=build/fuzz-$1 runtime
  mkdir -p "$build/site"
  rm -rf "$build/site/gatecast"
  cp -r src/gatecast "$build/site/"
  rm -f "$build"/site/gatecast/kernel/_native*.so
  cp "$build"/_native*.so "$build/site/gatecast/kernel/"
  runtime="$("${CXX:-g++}" -print-file-name="lib$2.so") $("${CXX:-g++}" -print-file-name=libstdc++.so.6)"
  # four tests share the calls; Python's own allocator would hide what lies beyond an array; GCC 13
  # does not align 64-byte vectors on ASan's own stack for addresses that outlive a call
  env LD_PRELOAD="$runtime" PYTHONMALLOC=malloc PYTHONPATH="$build/site" \
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS=halt_on_error=1:allocator_may_return_null=1:report_signal_unsafe=0 \
    OPENBLAS_NUM_THREADS=1 GATECAST_FUZZ_CALLS=$(((calls + 3) / 4)) \
    "$python" -m pytest -q -p no:cacheprovider tests/kernel/test_fuzz.py
}

for check in "${checks[@]}"; do
  cmake -S . -B "build/fuzz-$check" -DSKBUILD=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS="-fsanitize=$check -fno-sanitize-recover=all -fno-sanitize=vptr" \
    -DPython_EXECUTABLE="$("$python" -c 'import sys; print(sys.executable)')" \
    -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" >/dev/null
  cmake --build "build/fuzz-$check" --parallel 2 >/dev/null
  case $check in thread) run thread tsan ;; *) run "$check" asan ;; esac
done
