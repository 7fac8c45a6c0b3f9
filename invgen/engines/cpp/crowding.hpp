// The term "crowding": repulsion of atoms with more neighbours than any that was fitted,
//
//     rho = sum_j (1 - (r / range)^2)^3,   x = rho / most,   U = strength (x - 1)^3 x^power above x = 1,
//
// most by range and the species of the atom; U of all ranges are added.
#ifndef INVGEN_CROWDING
#define INVGEN_CROWDING

#include <algorithm>
#include <cmath>

#include "model.hpp"

namespace invgen {

class Crowding {
 public:
  Crowding(Data& data, std::size_t species) : species(species) {
    ranges = data.numbers("crowding_ranges");
    most = data.numbers("crowding_most", ranges.size() * species);
    strength = data.numbers("crowding_strength", ranges.size());
    power = int(data.whole("crowding_power"));
  }

  // Added to energies and gradient.
  void add(const Neighbourhoods& near, double* energies, double* gradient) const {
    for (std::size_t t = 0; t < ranges.size(); ++t)
      for (std::size_t i = 0; i < near.atoms(); ++i) add(near, t, i, energies, gradient);
  }

 private:
  void add(const Neighbourhoods& near, std::size_t t, std::size_t i, double* energies, double* gradient) const {
    const double inverse = 1.0 / (ranges[t] * ranges[t]), unit = most[t * species + near.species[i]];
    double rho = 0.0;
    for (std::size_t j = near.start[i]; j < near.start[i + 1]; ++j) rho += std::pow(inside(near, j, inverse), 3);
    const double x = rho / unit, over = x - 1.0;
    if (over <= 0.0) return;
    const double grown = strength[t] * over * over * std::pow(x, power);
    energies[i] += grown * over;
    const double slope = -6.0 * inverse / unit * grown * (3.0 + power * over / x);
    for (std::size_t j = near.start[i]; j < near.start[i + 1]; ++j) {
      const double w = slope * std::pow(inside(near, j, inverse), 2);
      for (int c = 0; c < 3; ++c) gradient[3 * j + c] += w * near.vectors[3 * j + c];
    }
  }

  static double inside(const Neighbourhoods& near, std::size_t j, double inverse) {
    const double* v = near.vectors.data() + 3 * j;
    return std::max(1.0 - (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) * inverse, 0.0);
  }

  std::size_t species;
  int power;
  std::vector<double> ranges, most, strength;
};

}  // namespace invgen

#endif
