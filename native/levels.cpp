#include "levels.h"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace gatecast {

extern const Engine<float>* const float_engine_portable;
extern const Engine<double>* const double_engine_portable;
#if defined(__x86_64__)
extern const Engine<float>* const float_engine_avx2;
extern const Engine<double>* const double_engine_avx2;
extern const Engine<float>* const float_engine_avx512;
extern const Engine<double>* const double_engine_avx512;
#endif

namespace {

#if defined(__x86_64__)
// What the processor has and the system saves on a switch of tasks (Intel's manual, volume 1,
// sections 14.3 and 15.2). __builtin_cpu_supports is false throughout with Zig's runtime.
struct Processor {
  bool avx2 = false, avx512 = false;

  Processor() {
    unsigned a, b, c, d, saved, rest;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return;
    const bool fma = c & bit_FMA;
    asm volatile("xgetbv" : "=a"(saved), "=d"(rest) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = (saved & 0x06) == 0x06 && fma && (b & bit_AVX2);
    const unsigned all = bit_AVX512F | bit_AVX512DQ | bit_AVX512VL | bit_AVX512BW;
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && (b & all) == all;
  }
};
#endif

template <class T>
std::vector<const Engine<T>*> find_levels(const Engine<T>* portable,
                                          [[maybe_unused]] const Engine<T>* avx2,
                                          [[maybe_unused]] const Engine<T>* avx512) {
  std::vector<const Engine<T>*> found;
#if defined(__x86_64__)
  const Processor processor;
  if (processor.avx512) found.push_back(avx512);
  if (processor.avx2) found.push_back(avx2);
#endif
  found.push_back(portable);
  return found;
}

}  // namespace

template <>
const std::vector<const Engine<float>*>& levels<float>() {
#if defined(__x86_64__)
  static const auto found =
      find_levels(float_engine_portable, float_engine_avx2, float_engine_avx512);
#else
  static const auto found = find_levels<float>(float_engine_portable, nullptr, nullptr);
#endif
  return found;
}

template <>
const std::vector<const Engine<double>*>& levels<double>() {
#if defined(__x86_64__)
  static const auto found =
      find_levels(double_engine_portable, double_engine_avx2, double_engine_avx512);
#else
  static const auto found = find_levels<double>(double_engine_portable, nullptr, nullptr);
#endif
  return found;
}

namespace {

int index_of(const std::string& name) {
  const auto& all = levels<float>();
  std::string known;
  for (size_t i = 0; i < all.size(); ++i) {
    if (name == all[i]->name) return int(i);
    known += (i ? ", " : "") + std::string(all[i]->name);
  }
  throw std::invalid_argument("SIMD level \"" + name + "\" was asked for; this machine has " +
                              known);
}

std::atomic<int>& chosen() {
  static std::atomic<int> index{[] {
    const char* name = std::getenv("GATECAST_SIMD");
    return name && *name ? index_of(name) : 0;
  }()};
  return index;
}

}  // namespace

template <>
const Engine<float>& engine<float>() {
  return *levels<float>()[chosen()];
}

template <>
const Engine<double>& engine<double>() {
  return *levels<double>()[chosen()];
}

void use_level(const std::string& name) { chosen() = index_of(name); }

}  // namespace gatecast
