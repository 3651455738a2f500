// The equations of one step of one unit, forward and back, on vectors. A unit of every cell has four
// arguments z, each a row of the products with its input and its hidden state; see Net's blocks.
#pragma once

#include "net.h"
#include "simd.h"

namespace gatecast {
namespace {

// What a step makes of its arguments: what the trace shows and the way back needs.
template <class T>
struct Stepped {
  Vec<T> gate[4], kept, cell, hidden;
};

// Gradients that leave a step: of the arguments, and of the state before it.
template <class T>
struct SteppedBack {
  Vec<T> z[4], cell, hidden;
};

// Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000.
// Arguments and gates: i, f, g, o. Keeps tanh(c).
template <class T>
struct Lstm {
  static Stepped<T> forward(const Vec<T> (&z)[4], Vec<T>, Vec<T> c_old) {
    const Vec<T> i = sigmoid<T>(z[0]), f = sigmoid<T>(z[1]);
    const Vec<T> g = tanh<T>(z[2]), o = sigmoid<T>(z[3]);
    const Vec<T> c = f * c_old + i * g;
    const Vec<T> tanh_c = tanh<T>(c);
    return {{i, f, g, o}, tanh_c, c, o * tanh_c};
  }

  static SteppedBack<T> backward(const Vec<T> (&gate)[4], Vec<T> tanh_c, Vec<T>, Vec<T> c_old,
                                 Vec<T> d_h, Vec<T> from_c) {
    const Vec<T> i = gate[0], f = gate[1], g = gate[2], o = gate[3];
    const Vec<T> d_c = from_c + d_h * o * (T(1) - tanh_c * tanh_c);
    return {{d_c * g * i * (T(1) - i), d_c * c_old * f * (T(1) - f), d_c * i * (T(1) - g * g),
             d_h * tanh_c * o * (T(1) - o)},
            d_c * f,
            Vec<T>{}};
  }
};

// Cho et al. 2014, with the reset gate after the recurrent product, as in cuDNN, Keras and PyTorch.
// Arguments: z (update), r (reset), and the candidate's two parts, from the input and from the
// hidden state. Gates: z, r, n, and the second of those parts. There is no cell state.
template <class T>
struct Gru {
  static Stepped<T> forward(const Vec<T> (&a)[4], Vec<T> h_old, Vec<T>) {
    const Vec<T> z = sigmoid<T>(a[0]), r = sigmoid<T>(a[1]);
    const Vec<T> n = tanh<T>(a[2] + r * a[3]);
    return {{z, r, n, a[3]}, Vec<T>{}, Vec<T>{}, n + z * (h_old - n)};
  }

  static SteppedBack<T> backward(const Vec<T> (&gate)[4], Vec<T>, Vec<T> h_old, Vec<T>, Vec<T> d_h,
                                 Vec<T>) {
    const Vec<T> z = gate[0], r = gate[1], n = gate[2];
    const Vec<T> d_n = d_h * (T(1) - z) * (T(1) - n * n);
    return {{d_h * (h_old - n) * z * (T(1) - z), d_n * gate[3] * r * (T(1) - r), d_n, d_n * r},
            Vec<T>{},
            d_h * z};
  }
};

}  // namespace
}  // namespace gatecast
