// The SIMD levels in this build, and the one in use: the best that this processor can run, unless
// use_level() or the environment variable GATECAST_SIMD names another.
#pragma once

#include <string>
#include <vector>

#include "net.h"

namespace gatecast {

// Levels that this processor can run, the best first; "portable" is always the last.
template <class T>
const std::vector<const Engine<T>*>& levels();

template <class T>
const Engine<T>& engine();

// Throws std::invalid_argument if this processor or build does not have it.
void use_level(const std::string& name);

}  // namespace gatecast
