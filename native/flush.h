// Numbers too small for a whole exponent ("denormals") are taken as zero while one of these lives.
// A network that fits a series exactly has gradients and moments that fade to such numbers, with
// which arithmetic is up to a hundred times slower.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace gatecast {

class FlushToZero {
 public:
  FlushToZero() : before_(read()) { write(before_ | kBits); }
  ~FlushToZero() { write(before_); }

  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__x86_64__) || defined(_M_X64)
  using Word = unsigned;
  static constexpr Word kBits = 0x8040;  // results, and what is read
  static Word read() { return _mm_getcsr(); }
  static void write(Word word) { _mm_setcsr(word); }
#elif defined(__aarch64__)
  using Word = std::uint64_t;
  static constexpr Word kBits = Word(1) << 24;
  static Word read() {
    Word word;
    asm volatile("mrs %0, fpcr" : "=r"(word));
    return word;
  }
  static void write(Word word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
#else
  using Word = unsigned;
  static constexpr Word kBits = 0;
  static Word read() { return 0; }
  static void write(Word) {}
#endif

  Word before_;
};

}  // namespace gatecast
