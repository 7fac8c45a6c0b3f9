// The pair term "zbl": repulsion of nuclei (Ziegler, Biersack, Littmark 1985), switched to zero between two distances,
//
//     V(r) = strength / r phi(r / length) S((r - inner) / (outer - inner)),   S(t) = 1 - t^3 (10 - 15 t + 6 t^2),
//     phi(x) = sum_k SCREENING_k0 exp(-SCREENING_k1 x),
//
// tables by the species of both ends. Half of it belongs to either end.
#ifndef INVGEN_ZBL
#define INVGEN_ZBL

#include <cmath>

#include "model.hpp"

namespace invgen {

class Zbl {
 public:
  Zbl(Data& data, std::size_t species) : species(species) {
    strength = data.numbers("zbl_strength", species * species);
    length = data.numbers("zbl_length", species * species);
    inner = data.numbers("zbl_inner", species * species);
    outer = data.numbers("zbl_outer", species * species);
  }

  // Added to energies and gradient.
  void add(const Neighbourhoods& near, double* energies, double* gradient) const {
    for (std::size_t i = 0; i < near.atoms(); ++i)
      for (std::size_t j = near.start[i]; j < near.start[i + 1]; ++j) {
        const std::size_t pair = near.species[i] * species + near.neighbour[j];
        const double* v = near.vectors.data() + 3 * j;
        const double r = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        if (r >= outer[pair]) continue;
        double slope;
        energies[i] += 0.5 * value(r, pair, slope);
        for (int c = 0; c < 3; ++c) gradient[3 * j + c] += 0.5 * slope * v[c] / r;
      }
  }

 private:
  static constexpr double SCREENING[4][2] = {
      {0.18175, 3.19980}, {0.50986, 0.94229}, {0.28022, 0.40290}, {0.02817, 0.20162}};

  double value(double r, std::size_t pair, double& slope) const {
    double phi = 0.0, dphi = 0.0;
    for (int k = 0; k < 4; ++k) {
      const double rate = SCREENING[k][1] / length[pair], part = SCREENING[k][0] * std::exp(-rate * r);
      phi += part;
      dphi -= rate * part;
    }
    const double v = strength[pair] / r * phi, dv = strength[pair] / r * dphi - v / r;
    slope = dv;
    if (r <= inner[pair]) return v;
    const double t = (r - inner[pair]) / (outer[pair] - inner[pair]);
    const double s = 1.0 - t * t * t * (10.0 + t * (6.0 * t - 15.0));
    slope = dv * s - v * 30.0 * t * t * (1.0 - t) * (1.0 - t) / (outer[pair] - inner[pair]);
    return v * s;
  }

  std::size_t species;
  std::vector<double> strength, length, inner, outer;
};

}  // namespace invgen

#endif
