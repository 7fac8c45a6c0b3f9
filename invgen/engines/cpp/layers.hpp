// Layers of networks over rows of atoms: matrices, softplus, and the three ways of making features of tensors.
#ifndef INVGEN_LAYERS
#define INVGEN_LAYERS

#include <algorithm>
#include <cmath>
#include <vector>

#include "data.hpp"
#include "lanes.hpp"

namespace invgen {

template <class real> std::vector<real> rounded(const std::vector<double>& values) {
  return std::vector<real>(values.begin(), values.end());
}

// y (rows, m) += x (rows, n) w (n, m); a row of x or of y begins x_stride or y_stride numbers behind the one before.
template <class real>
void multiply(
    std::size_t rows, std::size_t n, std::size_t m, const real* x, std::size_t x_stride, const real* w, real* y,
    std::size_t y_stride) {
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4)
    for (std::size_t t = 0; t < rows; ++t) {
      const real* from = x + t * x_stride + k;
      const real x0 = from[0], x1 = from[1], x2 = from[2], x3 = from[3];
      const real* __restrict row = w + k * m;
      real* __restrict to = y + t * y_stride;
      for (std::size_t c = 0; c < m; ++c)
        to[c] += x0 * row[c] + x1 * row[m + c] + x2 * row[2 * m + c] + x3 * row[3 * m + c];
    }
  for (; k < n; ++k)
    for (std::size_t t = 0; t < rows; ++t) add(y + t * y_stride, w + k * m, x[t * x_stride + k], m);
}

// to (m, n) = from (n, m) transposed; a row of from begins stride numbers behind the one before.
template <class real> void turn(std::size_t n, std::size_t m, const real* from, std::size_t stride, real* to) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j) to[j * n + i] = from[i * stride + j];
}

// A matrix (n, m) with its transpose.
template <class real> class Matrix {
 public:
  Matrix() = default;
  Matrix(const real* values, std::size_t n, std::size_t m) : n(n), m(m), plain(values, values + n * m), turned(n * m) {
    turn(n, m, values, m, turned.data());
  }
  void apply(std::size_t rows, const real* x, real* y) const { multiply(rows, n, m, x, n, plain.data(), y, m); }
  void pull(std::size_t rows, const real* g, real* by_x) const { multiply(rows, m, n, g, m, turned.data(), by_x, n); }

 private:
  std::size_t n = 0, m = 0;
  std::vector<real> plain, turned;
};

template <class real> real softplus(real x) { return x > real(20) ? x : std::log1p(std::exp(x)); }

template <class real> real softplus_slope(real x) {
  if (x > real(20)) return real(1);
  const real e = std::exp(x);
  return e / (e + real(1));
}

// HIP-NN: the tensor of rank 0.
template <class real> class Scalars {
 public:
  Scalars(Data&, std::size_t components, std::size_t features) : components(components), features(features) {}

  // tensors (atoms, components, features) -> out (atoms, features), added
  void value(std::size_t atoms, const real* tensors, real* out) {
    for (std::size_t t = 0; t < atoms; ++t) add(out + t * features, tensors + t * components * features, real(1), features);
  }

  void vjp(std::size_t atoms, const real*, const real* g, real* by_tensors) {
    std::fill_n(by_tensors, atoms * components * features, real(0));
    for (std::size_t t = 0; t < atoms; ++t) add(by_tensors + t * components * features, g + t * features, real(1), features);
  }

 private:
  std::size_t components, features;
};

// HIP-NN-TS: norms of vectors and quadrupoles (xx, xy, xz, yy, yz) besides.
template <class real> class Norms {
 public:
  Norms(Data& data, std::size_t components, std::size_t features)
      : components(components), features(features), cusp(real(data.number("cusp"))),
        scales(rounded<real>(data.numbers("scales"))), ranks(scales.size() / features) {}

  void value(std::size_t atoms, const real* tensors, real* out) {
    for (std::size_t t = 0; t < atoms; ++t)
      for (std::size_t a = 0; a < features; ++a) {
        const real* x = tensors + t * components * features + a;
        real total = x[0] + scales[a] * std::sqrt(vector_square(x) + cusp);
        if (ranks == 2) total += scales[features + a] * std::sqrt(quadrupole_square(x) + cusp);
        out[t * features + a] += total;
      }
  }

  void vjp(std::size_t atoms, const real* tensors, const real* g, real* by_tensors) {
    const std::size_t f = features;
    for (std::size_t t = 0; t < atoms; ++t)
      for (std::size_t a = 0; a < f; ++a) {
        const real* x = tensors + t * components * f + a;
        real* y = by_tensors + t * components * f + a;
        y[0] = g[t * f + a];
        const real by_vector = g[t * f + a] * scales[a] / std::sqrt(vector_square(x) + cusp);
        for (std::size_t c = 1; c < 4; ++c) y[c * f] = by_vector * x[c * f];
        if (ranks < 2) continue;
        const real by_norm = g[t * f + a] * scales[f + a] / std::sqrt(quadrupole_square(x) + cusp);
        for (std::size_t c = 4; c < 9; ++c) y[c * f] = real(2) * by_norm * x[c * f];
        y[4 * f] += by_norm * x[7 * f];
        y[7 * f] += by_norm * x[4 * f];
      }
  }

 private:
  real vector_square(const real* x) const {
    const real u = x[features], v = x[2 * features], w = x[3 * features];
    return u * u + v * v + w * w;
  }
  real quadrupole_square(const real* x) const {
    real sum = x[4 * features] * x[7 * features];
    for (std::size_t c = 4; c < 9; ++c) sum += x[c * features] * x[c * features];
    return real(2) * sum;
  }
  std::size_t components, features;
  real cusp;
  std::vector<real> scales;
  std::size_t ranks;
};

// HIP-HOP-NN: invariants, normalised over the features, weighted, and mixed by a matrix. Kernels has the emitted
// functions run_value and run_vjp over planes (atoms, components, features).
template <class real, class Kernels> class MixedInvariants {
 public:
  MixedInvariants(Data& data, std::size_t, std::size_t features) : features(features), epsilon(real(data.number("epsilon"))) {
    weight = rounded<real>(data.numbers("normal_weight", Kernels::size * features));
    const std::vector<real> bias = rounded<real>(data.numbers("normal_bias", Kernels::size * features));
    const std::vector<real> matrix = rounded<real>(data.numbers("mixing", Kernels::size * features * features));
    mixing = Matrix<real>(matrix.data(), Kernels::size * features, features);
    constant.assign(features, real(0));
    mixing.apply(1, bias.data(), constant.data());
  }

  void value(std::size_t atoms, const real* tensors, real* out) {
    const std::size_t width = Kernels::size * features;
    normal.resize(atoms * width);
    weighted.resize(atoms * width);
    scale.resize(atoms * Kernels::size);
    Kernels::run_value(tensors, normal.data(), atoms, features);
    for (std::size_t row = 0; row < atoms * Kernels::size; ++row) {
      real* y = normal.data() + row * features;
      real mean = 0, square = 0;
      for (std::size_t a = 0; a < features; ++a) mean += y[a];
      mean /= real(features);
      for (std::size_t a = 0; a < features; ++a) square += (y[a] - mean) * (y[a] - mean);
      scale[row] = real(1) / std::sqrt(square / real(features) + epsilon);
      const real* w = weight.data() + row % Kernels::size * features;
      for (std::size_t a = 0; a < features; ++a) {
        y[a] = (y[a] - mean) * scale[row];
        weighted[row * features + a] = y[a] * w[a];
      }
    }
    for (std::size_t t = 0; t < atoms; ++t) add(out + t * features, constant.data(), real(1), features);
    mixing.apply(atoms, weighted.data(), out);
  }

  void vjp(std::size_t atoms, const real* tensors, const real* g, real* by_tensors) {
    std::fill(weighted.begin(), weighted.end(), real(0));
    mixing.pull(atoms, g, weighted.data());
    for (std::size_t row = 0; row < atoms * Kernels::size; ++row) {
      real* by = weighted.data() + row * features;
      const real* y = normal.data() + row * features;
      const real* w = weight.data() + row % Kernels::size * features;
      real mean = 0, along = 0;
      for (std::size_t a = 0; a < features; ++a) {
        by[a] *= w[a];
        mean += by[a];
        along += by[a] * y[a];
      }
      mean /= real(features);
      along /= real(features);
      for (std::size_t a = 0; a < features; ++a) by[a] = (by[a] - mean - y[a] * along) * scale[row];
    }
    Kernels::run_vjp(tensors, weighted.data(), by_tensors, atoms, features);
  }

 private:
  std::size_t features;
  real epsilon;
  std::vector<real> weight, constant, normal, weighted, scale;
  Matrix<real> mixing;
};

}  // namespace invgen

#endif
