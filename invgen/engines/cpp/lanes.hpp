// Packs of numbers for g++ and clang, and the few loops over rows that models are made of.
#ifndef INVGEN_LANES
#define INVGEN_LANES

#include <cstddef>
#include <cstring>

namespace invgen {

typedef double Doubles __attribute__((vector_size(64)));
typedef float Floats __attribute__((vector_size(64)));
template <class real> struct PackOf;
template <> struct PackOf<double> { typedef Doubles type; };
template <> struct PackOf<float> { typedef Floats type; };

constexpr std::size_t LANES = sizeof(Doubles) / sizeof(double);

template <class real> real sum_of(typename PackOf<real>::type pack) {
  constexpr std::size_t lanes = sizeof(pack) / sizeof(real);
  real parts[lanes];
  std::memcpy(parts, &pack, sizeof(pack));
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) parts[k] += parts[k + half];
  return parts[0];
}

// sum_k a_k b_k
template <class real> real dot(const real* __restrict a, const real* __restrict b, std::size_t n) {
  typedef typename PackOf<real>::type Pack;
  constexpr std::size_t lanes = sizeof(Pack) / sizeof(real);
  Pack sum = {};
  std::size_t k = 0;
  for (; k + lanes <= n; k += lanes) {
    Pack x, y;
    std::memcpy(&x, a + k, sizeof(x));
    std::memcpy(&y, b + k, sizeof(y));
    sum += x * y;
  }
  real total = sum_of<real>(sum);
  for (; k < n; ++k) total += a[k] * b[k];
  return total;
}

// y_k += factor x_k
template <class real> void add(real* __restrict y, const real* __restrict x, real factor, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) y[k] += factor * x[k];
}

}  // namespace invgen

#endif
