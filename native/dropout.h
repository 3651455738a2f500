// Dropout (Srivastava et al. 2014) whose masks are a function of where a value stands, so that
// the way back and every number of threads see the same ones and nothing has to be kept.
#pragma once

#include <cstdint>

namespace gatecast {

// A good mixer of 32 bits (Wellons 2018), and of 64 (Steele, Lea and Flood 2014).
inline uint32_t mix(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}
inline uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The masks of one update. src/gatecast/kernel/reference.py draws the same.
struct Dropout {
  double rate = 0;   // share of values that is set to zero; the others are scaled up
  uint64_t key = 0;  // of the update

  // Key of one step's values on their way into `layer`.
  uint32_t step_key(int layer, int step) const {
    return uint32_t(mix(key ^ mix(uint64_t(layer) << 32 | uint32_t(step))));
  }
  static uint32_t unit_key(uint32_t step_key, int unit) {
    return mix(step_key + uint32_t(unit) * 0x9e3779b9u);
  }
  static uint32_t draw(uint32_t unit_key, int sample) {
    return mix(unit_key ^ (uint32_t(sample) * 0x85ebca6bu));
  }
  uint32_t limit() const { return uint32_t(rate * 4294967296.0); }  // draws below it are dropped
};

}  // namespace gatecast
