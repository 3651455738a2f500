// Vectors of one SIMD level, and the functions of the LSTM's gates on them.
// The compiler's vector types keep this one text for every level; GATECAST_BYTES is its width.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#if defined(__AVX512F__) || defined(__AVX2__)
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
  typedef int32_t Bits __attribute__((vector_size(GATECAST_BYTES)));
  static constexpr float round_magic = 12582912.0f;  // 1.5 * 2^23
  static constexpr float log2e = 1.44269504088896341f;
  static constexpr float ln2_high = 0.693359375f;
  static constexpr float ln2_low = -2.12194440e-4f;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float exp_limit = 87.0f, tanh_limit = 9.5f;
  static constexpr int terms = 7;  // of exp's series on [-ln2/2, ln2/2]
};

template <>
struct Simd<double> {
  static constexpr int width = GATECAST_BYTES / 8;
  typedef double Vec __attribute__((vector_size(GATECAST_BYTES)));
  typedef double Loose __attribute__((vector_size(GATECAST_BYTES), aligned(8), may_alias));
  typedef int64_t Bits __attribute__((vector_size(GATECAST_BYTES)));
  static constexpr double round_magic = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double log2e = 1.44269504088896340736;
  static constexpr double ln2_high = 6.93147180369123816490e-01;
  static constexpr double ln2_low = 1.90821492927058770002e-10;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double exp_limit = 708.0, tanh_limit = 20.0;
  static constexpr int terms = 13;
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

// Fold N vectors into one whose groups of N lanes hold a part of each vector's sum.
template <class T, int N>
inline Vec<T> fold(const Vec<T>* v) {
  if constexpr (N == 1) {
    return v[0];
  } else {
    constexpr auto lanes = std::make_index_sequence<Simd<T>::width>();
    const Vec<T> x = fold<T, N / 2>(v), y = fold<T, N / 2>(v + N / 2);
    return take_groups<T, N / 2, false>(x, y, lanes) + take_groups<T, N / 2, true>(x, y, lanes);
  }
}
#endif

// out[i] = sum of the lanes of v[i]
template <class T, int N>
inline void sums(const Vec<T>* v, T* out) {
  constexpr int W = Simd<T>::width;
#if GATECAST_SHUFFLE
  if constexpr (N <= W) {
    T lanes[W];
    store<T>(lanes, fold<T, N>(v));
    for (int i = 0; i < N; ++i) {
      T total = lanes[i];
      for (int j = i + N; j < W; j += N) total += lanes[j];
      out[i] = total;
    }
    return;
  }
#endif
  for (int i = 0; i < N; ++i) out[i] = sum<T>(v[i]);
}

template <class T>
inline Vec<T> reciprocal(Vec<T> x) {
  return T(1) / x;
}

#if defined(__AVX512F__)
template <>
inline Vec<float> reciprocal<float>(Vec<float> x) {  // one Newton step on a 14-bit estimate
  const Vec<float> r = (Vec<float>)_mm512_rcp14_ps((__m512)x);
  return r * (2.0f - x * r);
}
#endif

template <class T>
constexpr T inverse_factorial(int n) {
  T f = 1;
  for (int i = 2; i <= n; ++i) f *= i;
  return T(1) / f;
}

// e^x - 1 without cancellation near 0: with x = n ln2 + r it is 2^n (e^r - 1) + (2^n - 1).
// |x| must not be above exp_limit. A NaN stays a NaN.
template <class T>
inline Vec<T> expm1_and_scale(Vec<T> x, Vec<T>& two_n) {
  using S = Simd<T>;
  const Vec<T> shifted = x * S::log2e + S::round_magic;
  const Vec<T> n = shifted - S::round_magic;
  const Vec<T> r = (x - n * S::ln2_high) - n * S::ln2_low;
  Vec<T> p = inverse_factorial<T>(S::terms) - Vec<T>{};
#pragma GCC unroll 16
  for (int i = S::terms - 1; i >= 2; --i) p = p * r + inverse_factorial<T>(i);
  p = p * r * r + r;
  typename S::Bits bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + S::bias) << S::mantissa;  // the rounded n sits in the low bits of `shifted`
  std::memcpy(&two_n, &bits, sizeof bits);
  return p;
}

template <class T>
inline Vec<T> clamp(Vec<T> x, T limit) {
  const Vec<T> high = limit - Vec<T>{};
  x = x > high ? high : x;
  return x < -high ? -high : x;
}

template <class T>
inline Vec<T> sigmoid(Vec<T> x) {
  Vec<T> two_n;
  const Vec<T> p = expm1_and_scale<T>(clamp<T>(-x, Simd<T>::exp_limit), two_n);
  return reciprocal<T>(T(1) + (p * two_n + two_n));
}

template <class T>
inline Vec<T> tanh(Vec<T> x) {
  Vec<T> two_n;
  const Vec<T> p = expm1_and_scale<T>(clamp<T>(x, Simd<T>::tanh_limit) * T(2), two_n);
  const Vec<T> e = p * two_n + (two_n - T(1));
  return e * reciprocal<T>(e + T(2));
}

#if defined(__AVX512F__)
// The same with AVX-512's own rounding and scaling, which need no care at the lower end: n is
// rounded, and 2^n applied, in one instruction each. Only the upper end is cut off, where the
// reciprocal of an infinity would not come out right; min keeps a NaN that is its second operand.
inline Vec<float> expm1_at(Vec<float> x, Vec<float>& n) {
  using S = Simd<float>;
  n = (Vec<float>)_mm512_roundscale_ps((__m512)(x * S::log2e), _MM_FROUND_TO_NEAREST_INT);
  const Vec<float> r = (x - n * S::ln2_high) - n * S::ln2_low;
  Vec<float> p = inverse_factorial<float>(S::terms) - Vec<float>{};
#pragma GCC unroll 16
  for (int i = S::terms - 1; i >= 2; --i) p = p * r + inverse_factorial<float>(i);
  return p * r * r + r;
}

inline Vec<float> scale(Vec<float> x, Vec<float> n) {
  return (Vec<float>)_mm512_scalef_ps((__m512)x, (__m512)n);
}

inline Vec<float> at_most(float limit, Vec<float> x) {
  return (Vec<float>)_mm512_min_ps(_mm512_set1_ps(limit), (__m512)x);
}

template <>
inline Vec<float> sigmoid<float>(Vec<float> x) {
  Vec<float> n;
  const Vec<float> p = expm1_at(at_most(Simd<float>::exp_limit, -x), n);
  return reciprocal<float>(1.0f + scale(1.0f + p, n));
}

template <>
inline Vec<float> tanh<float>(Vec<float> x) {
  Vec<float> n;
  const Vec<float> p = expm1_at(at_most(2 * Simd<float>::tanh_limit, x + x), n);
  const Vec<float> e = scale(p, n) + (scale(1.0f - Vec<float>{}, n) - 1.0f);
  return e * reciprocal<float>(e + 2.0f);
}
#endif

}  // namespace
}  // namespace gatecast
