// Vectors of one SIMD level, and the functions of the LSTM's gates on them.
// The compiler's vector types keep this one text for every level; GATECAST_BYTES is its width.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gatecast {
namespace {

template <class T>
struct Simd;

template <>
struct Simd<float> {
  static constexpr int width = GATECAST_BYTES / 4;
  typedef float Vec __attribute__((vector_size(GATECAST_BYTES)));
  typedef float Loose __attribute__((vector_size(GATECAST_BYTES), aligned(4), may_alias));
};

template <>
struct Simd<double> {
  static constexpr int width = GATECAST_BYTES / 8;
  typedef double Vec __attribute__((vector_size(GATECAST_BYTES)));
  typedef double Loose __attribute__((vector_size(GATECAST_BYTES), aligned(8), may_alias));
};

template <class T>
using Vec = typename Simd<T>::Vec;

template <class T>
inline Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename Simd<T>::Loose*>(p);
}

template <class T>
inline void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename Simd<T>::Loose*>(p) = v;
}

// Keep a loaded vector in a register: left alone, GCC loads it again for every product it is in.
template <class V>
inline void keep_in_register(V& v) {
#if defined(__AVX512F__)
  asm("" : "+v"(v));
#elif defined(__x86_64__)
  asm("" : "+x"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
}

template <class T>
inline T sum(Vec<T> v) {
  T lanes[Simd<T>::width];
  std::memcpy(lanes, &v, sizeof v);
  for (int half = Simd<T>::width / 2; half; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define GATECAST_SHUFFLE 1
#endif
#endif

#if GATECAST_SHUFFLE
// Lanes go in groups of `group`: x's even groups and y's (high: odd groups), in turn.
template <class T, int group, bool high, size_t... lane>
inline Vec<T> take_groups(Vec<T> x, Vec<T> y, std::index_sequence<lane...>) {
  return __builtin_shufflevector(
      x, y, (lane / group % 2 ? Simd<T>::width + lane - group : lane) + (high ? group : 0)...);
}

// Of the W x W matrix in v, swap the blocks beside the diagonal in every square of 2 groups.
template <class T, int group>
inline void swap_blocks(Vec<T> (&v)[Simd<T>::width]) {
  constexpr int W = Simd<T>::width;
  constexpr auto lanes = std::make_index_sequence<W>();
  if constexpr (group < W) {
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i)
      if (i / group % 2 == 0) {
        const Vec<T> x = v[i], y = v[i + group];
        v[i] = take_groups<T, group, false>(x, y, lanes);
        v[i + group] = take_groups<T, group, true>(x, y, lanes);
      }
    swap_blocks<T, 2 * group>(v);
  }
}
#endif

template <class T>
inline void transpose(Vec<T> (&v)[Simd<T>::width]) {
#if GATECAST_SHUFFLE
  swap_blocks<T, 1>(v);
#else
  constexpr int W = Simd<T>::width;
  for (int i = 0; i < W; ++i)
    for (int j = 0; j < i; ++j) std::swap(v[i][j], v[j][i]);
#endif
}

// to[k][r] = rows[r * stride + k]: `valid` rows, zeros behind them.
template <class T>
inline void load_transposed(const T* rows, ptrdiff_t stride, int valid, Vec<T> (&to)[Simd<T>::width]) {
  constexpr int W = Simd<T>::width;
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    if (valid >= W) {  // put together from quarters on the way in: half of the shuffles
#pragma GCC unroll 4
      for (int k = 0; k < W; k += 4) {
        __m512 quarters[4];
#pragma GCC unroll 4
        for (int r = 0; r < 4; ++r) {
          const auto quarter = [&](int q) { return _mm_loadu_ps(rows + (4 * q + r) * stride + k); };
          __m512 v = _mm512_castps128_ps512(quarter(0));
          v = _mm512_insertf32x4(v, quarter(1), 1);
          v = _mm512_insertf32x4(v, quarter(2), 2);
          quarters[r] = _mm512_insertf32x4(v, quarter(3), 3);
        }
        const __m512 low_01 = _mm512_unpacklo_ps(quarters[0], quarters[1]);
        const __m512 low_23 = _mm512_unpacklo_ps(quarters[2], quarters[3]);
        const __m512 high_01 = _mm512_unpackhi_ps(quarters[0], quarters[1]);
        const __m512 high_23 = _mm512_unpackhi_ps(quarters[2], quarters[3]);
        to[k] = _mm512_shuffle_ps(low_01, low_23, 0x44);
        to[k + 1] = _mm512_shuffle_ps(low_01, low_23, 0xee);
        to[k + 2] = _mm512_shuffle_ps(high_01, high_23, 0x44);
        to[k + 3] = _mm512_shuffle_ps(high_01, high_23, 0xee);
      }
      return;
    }
  }
#endif
#pragma GCC unroll 16
  for (int r = 0; r < W; ++r) to[r] = r < valid ? load(rows + r * stride) : Vec<T>{};
  transpose<T>(to);
}

inline Vec<float> quotient(Vec<float> x, Vec<float> y) {
#if defined(__AVX512F__)  // one Newton step on a 14-bit estimate
  const Vec<float> r = (Vec<float>)_mm512_rcp14_ps((__m512)y);
  return x * (r * (2.0f - y * r));
#else
  return x / y;
#endif
}

constexpr double inverse_factorial(int n) {
  double f = 1;
  for (int i = 2; i <= n; ++i) f *= i;
  return 1 / f;
}

// e^x - 1 without cancellation near 0: with x = n ln2 + r it is 2^n (e^r - 1) + (2^n - 1).
// |x| must not be above 708. A NaN stays a NaN.
inline Vec<double> expm1_and_scale(Vec<double> x, Vec<double>& two_n) {
  constexpr double round_magic = 6755399441055744.0;  // 1.5 * 2^52
  constexpr double log2e = 1.44269504088896340736;
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  constexpr int terms = 13;  // of exp's series on [-ln2/2, ln2/2]
  const Vec<double> shifted = x * log2e + round_magic;
  const Vec<double> n = shifted - round_magic;
  const Vec<double> r = (x - n * ln2_high) - n * ln2_low;
  Vec<double> p = inverse_factorial(terms) - Vec<double>{};
#pragma GCC unroll 16
  for (int i = terms - 1; i >= 2; --i) p = p * r + inverse_factorial(i);
  p = p * r * r + r;
  typedef int64_t Bits __attribute__((vector_size(GATECAST_BYTES)));
  Bits bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;  // the rounded n sits in the low bits of `shifted`
  std::memcpy(&two_n, &bits, sizeof bits);
  return p;
}

// The lesser of a limit and x, and the greater; a NaN stays a NaN. (Of a comparison and a choice GCC
// makes two instructions, where the processor has one that keeps its second operand beside a NaN.)
#if defined(__x86_64__)
#if defined(__AVX512F__)
#define GATECAST_OF(name) _mm512_##name
#elif defined(__AVX2__)
#define GATECAST_OF(name) _mm256_##name
#else
#define GATECAST_OF(name) _mm_##name
#endif
inline Vec<float> least(Vec<float> limit, Vec<float> x) { return GATECAST_OF(min_ps)(limit, x); }
inline Vec<float> most(Vec<float> limit, Vec<float> x) { return GATECAST_OF(max_ps)(limit, x); }
inline Vec<double> least(Vec<double> limit, Vec<double> x) { return GATECAST_OF(min_pd)(limit, x); }
inline Vec<double> most(Vec<double> limit, Vec<double> x) { return GATECAST_OF(max_pd)(limit, x); }
#undef GATECAST_OF
#else
template <class V>
inline V least(V limit, V x) { return limit < x ? limit : x; }
template <class V>
inline V most(V limit, V x) { return limit > x ? limit : x; }
#endif

template <class T>
inline Vec<T> clamp(Vec<T> x, T limit) {
  const Vec<T> high = limit - Vec<T>{};
  return most(-high, least(high, x));
}

template <class T>
Vec<T> sigmoid(Vec<T> x);
template <class T>
Vec<T> tanh(Vec<T> x);

template <>
inline Vec<double> sigmoid<double>(Vec<double> x) {
  Vec<double> two_n;
  const Vec<double> p = expm1_and_scale(clamp<double>(-x, 708.0), two_n);
  return 1.0 / (1.0 + (p * two_n + two_n));
}

template <>
inline Vec<double> tanh<double>(Vec<double> x) {
  Vec<double> two_n;
  const Vec<double> p = expm1_and_scale(clamp<double>(x, 20.0) * 2.0, two_n);
  const Vec<double> e = p * two_n + (two_n - 1.0);
  return e / (e + 2.0);
}

// In single precision a quotient of polynomials is enough, and takes fewer instructions: of degree 13
// over 6, fitted by least squares, reweighted towards the smallest relative error, up to where
// tanh is 1 but for rounding. The largest errors are 2.6e-7 of tanh and 1.5e-7 of sigmoid.
// Gives add + multiply * tanh(s x), where s is 1 or 1/2: s is part of the coefficients, exactly.
template <int halvings>
inline Vec<float> tanh_of(Vec<float> x, float multiply, float add) {
  constexpr float s = 1.0f / (1 << halvings), s2 = s * s, s4 = s2 * s2, s6 = s4 * s2;
  x = clamp<float>(x, 7.97f / s);
  const Vec<float> u = x * x;
  const float m = multiply * s;
  Vec<float> p = -1.81413397e-13f * s6 * s6 * m * u + 9.94885424e-11f * s6 * s4 * m;
  p = (p * u - 3.47837847e-08f * s4 * s4 * m) * u + 1.81188825e-05f * s6 * m;
  p = ((p * u + 4.89734905e-03f * s4 * m) * u + 0.204021588f * s2 * m) * u + 1.55439258f * m;
  Vec<float> q = (4.06455481e-04f * s6 * u + 3.83625254e-02f * s4) * u + 0.722152412f * s2;
  q = q * u + 1.55439258f;
  return quotient(p * x, q) + add;
}

template <>
inline Vec<float> tanh<float>(Vec<float> x) {
  return tanh_of<0>(x, 1.0f, 0.0f);
}

template <>
inline Vec<float> sigmoid<float>(Vec<float> x) {
  return tanh_of<1>(x, 0.5f, 0.5f);
}

}  // namespace
}  // namespace gatecast
