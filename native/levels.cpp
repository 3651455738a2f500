#include "levels.h"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

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

template <class T>
std::vector<const Engine<T>*> find_levels(const Engine<T>* portable,
                                          [[maybe_unused]] const Engine<T>* avx2,
                                          [[maybe_unused]] const Engine<T>* avx512) {
  std::vector<const Engine<T>*> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    found.push_back(avx512);
  if (has_avx2) found.push_back(avx2);
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
