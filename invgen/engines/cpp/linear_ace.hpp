// Linear ACE potentials: E_i = e_z + sum_v w_zv V_v, V the components A_znlm = sum_j delta_(z z_j) R_n Y_lm and products.
//
// Planes hold one quantity of all neighbours of an atom, species by species, each filled up to whole packs with pairs at
// the cutoff, where radial functions are zero. Products take a pack of atoms of one species at once.
#ifndef INVGEN_LINEAR_ACE
#define INVGEN_LINEAR_ACE

#include <algorithm>
#include <cmath>
#include <memory>

#include "crowding.hpp"
#include "lanes.hpp"
#include "model.hpp"
#include "zbl.hpp"

namespace invgen {

class LinearAce : public Model {
 public:
  explicit LinearAce(const std::string& path) {
    Data data(path);
    read_head(data, "linear-ace", {"zbl", "crowding"});
    species = elements.size();
    references = data.numbers("references", species);
    read_radial(data);
    read_components(data);
    read_products(data);
    for (const std::string& term : data.words("terms"))
      if (term == "zbl") repulsion.reset(new Zbl(data, species));
      else crowding.reset(new Crowding(data, species));
    data.finish();
  }

  void evaluate(const Neighbourhoods& near, double* energies, double* gradient) override {
    for (std::size_t first = 0; first < near.atoms();) {
      std::size_t count = 1;
      while (count < LANES && first + count < near.atoms() && near.species[first + count] == near.species[first]) ++count;
      evaluate_pack(near, first, count, energies, gradient);
      first += count;
    }
    if (repulsion) repulsion->add(near, energies, gradient);
    if (crowding) crowding->add(near, energies, gradient);
  }

 private:
  typedef Doubles Pack;
  struct Group {  // a species and a rank with all its channels
    std::size_t species, rank, begin, end;
  };
  struct Scale {  // of a pair of species
    double r0, at_cutoff, span;
  };
  struct Planes {  // one atom: packs of neighbours
    std::vector<std::size_t> bounds;  // first pack of every species, and the end
    std::vector<std::size_t> place;   // neighbour in every lane, or none
    std::vector<Pack> unit, length, inverse, values, slopes, legendre, trig;
    std::size_t packs = 0;
  };
  static constexpr std::size_t none = ~std::size_t(0);

  void read_radial(Data& data) {
    std::vector<double> c = data.numbers("radial");
    if (c.size() != 10) c = data.numbers("radial", 10 * species * species);
    cutoff = c[0], agnesi = c[2] != 0.0, p = int(c[3]), q = int(c[4]), steepness = c[5];
    envelope = int(c[8]), first_value = c[9];
    for (std::size_t pair = 0; pair < species * species; ++pair) {
      const double* own = c.data() + (c.size() == 10 ? 0 : 10 * pair);
      scales.push_back({own[1], own[6], own[7]});
    }
    recurrence = data.numbers("recurrence");
    functions = recurrence.size() / 3;
  }

  void read_components(Data& data) {
    function = data.indices("function");
    component = data.indices("component");
    components = data.whole("components");
    harmonics = data.numbers("harmonics");
    const std::vector<std::size_t> flat = data.indices("groups");
    for (std::size_t g = 0; g + 3 < flat.size(); g += 4) groups.push_back({flat[g], flat[g + 1], flat[g + 2], flat[g + 3]});
    for (ranks = 0; ranks * (ranks + 1) * 4 < harmonics.size();) ++ranks;
  }

  void read_products(Data& data) {
    left = data.indices("left");
    right = data.indices("right");
    leaf_start = data.indices("leaf_start");
    leaf = data.indices("leaf");
    weights = data.numbers("weights", species * (components + left.size()));
    leaf_weights = data.numbers("leaf_weights", species * leaf.size());
    values.resize(components + left.size());
    adjoint.resize(values.size());
  }

  double table(std::size_t l, std::size_t m, int column) const { return harmonics[(l * (ranks + 1) + m) * 4 + column]; }

  void evaluate_pack(
      const Neighbourhoods& near, std::size_t first, std::size_t count, double* energies, double* gradient) {
    std::fill(values.begin(), values.end(), Pack{});
    for (std::size_t lane = 0; lane < count; ++lane) {
      Planes& planes = atoms[lane];
      gather(near, first + lane, planes);
      radial(planes, near.species[first]);
      angular(planes);
      moments(planes, lane);
    }
    const std::size_t z = near.species[first];
    const Pack energy = products(z);
    for (std::size_t lane = 0; lane < count; ++lane) {
      energies[first + lane] = references[z] + energy[lane];
      derivatives(atoms[lane], lane, gradient);
    }
  }

  void gather(const Neighbourhoods& near, std::size_t atom, Planes& planes) const {
    planes.bounds.assign(1, 0);
    planes.place.clear();
    for (std::size_t z = 0; z < species; ++z) {
      for (std::size_t k = near.start[atom]; k < near.start[atom + 1]; ++k)
        if (near.neighbour[k] == z) planes.place.push_back(k);
      while (planes.place.size() % LANES) planes.place.push_back(none);
      planes.bounds.push_back(planes.place.size() / LANES);
    }
    const std::size_t packs = planes.packs = planes.bounds.back();
    planes.unit.resize(3 * packs);
    planes.length.resize(packs);
    planes.inverse.resize(packs);
    const double far[3] = {0.0, 0.0, cutoff};
    for (std::size_t at = 0; at < packs; ++at) {
      double lanes[4][LANES];
      for (std::size_t k = 0; k < LANES; ++k) {
        const std::size_t j = planes.place[at * LANES + k];
        const double* v = j == none ? far : near.vectors.data() + 3 * j;
        for (int c = 0; c < 3; ++c) lanes[c][k] = v[c];
      }
      for (std::size_t k = 0; k < LANES; ++k)
        lanes[3][k] = std::sqrt(lanes[0][k] * lanes[0][k] + lanes[1][k] * lanes[1][k] + lanes[2][k] * lanes[2][k]);
      Pack packed[4];
      std::memcpy(packed, lanes, sizeof(packed));
      planes.length[at] = packed[3];
      planes.inverse[at] = 1.0 / packed[3];
      for (int c = 0; c < 3; ++c) planes.unit[c * packs + at] = packed[c] * planes.inverse[at];
    }
  }

  static Pack power(Pack base, int exponent) {
    Pack result = Pack{} + 1.0;
    for (int k = 0; k < exponent; ++k) result *= base;
    return result;
  }

  // R_n and dR_n/dr of the neighbours of an atom of a species
  void radial(Planes& planes, std::size_t centre) const {
    const std::size_t packs = planes.packs;
    planes.values.resize(functions * packs);
    planes.slopes.resize(functions * packs);
    for (std::size_t at = 0, z = 0; at < packs; ++at) {
      while (at >= planes.bounds[z + 1]) ++z;
      const Scale& scale = scales[centre * species + z];
      const double r0 = scale.r0, at_cutoff = scale.at_cutoff, span = scale.span;
      const Pack s = planes.length[at] / r0;
      Pack u, du;
      if (agnesi) {
        const Pack higher = power(s, q - p), lower = power(s, q - 1), inner = 1.0 / (higher + 1.0);
        u = 1.0 / (steepness * lower * s * inner + 1.0);
        du = u * u * (-steepness / r0) * lower * inner * (double(q) - double(q - p) * higher * inner);
      } else {
        const Pack half = 2.0 / (1.0 + s);
        u = power(half, p);
        du = u * half * (-0.5 * p / r0);
      }
      u = (u - at_cutoff) / span;
      du = du / span;
      auto inside = planes.length[at] < cutoff;  // all bits of a lane, or none
      u = reinterpret_cast<Pack>(reinterpret_cast<decltype(inside)>(u) & inside);
      du = reinterpret_cast<Pack>(reinterpret_cast<decltype(inside)>(du) & inside);
      const Pack lower = power(u, envelope - 1);
      Pack value = lower * u * first_value, slope = lower * du * (first_value * envelope), before = {}, slope_before = {};
      for (std::size_t n = 0; n < functions; ++n) {
        planes.values[n * packs + at] = value;
        planes.slopes[n * packs + at] = slope;
        const double c0 = recurrence[3 * n], c1 = recurrence[3 * n + 1], c2 = recurrence[3 * n + 2];
        const Pack factor = c0 * u + c1, next = factor * value - c2 * before;
        const Pack next_slope = factor * slope + c0 * du * value - c2 * slope_before;
        before = value, slope_before = slope, value = next, slope = next_slope;
      }
    }
  }

  // q_lm(z) at l(l+1)/2 + m with a plane of zeros behind, c_m and s_m
  void angular(Planes& planes) const {
    const std::size_t packs = planes.packs, count = ranks * (ranks + 1) / 2 + 1;
    planes.legendre.resize(count * packs);
    planes.trig.resize(2 * ranks * packs);
    for (std::size_t at = 0; at < packs; ++at) {
      const Pack x = planes.unit[at], y = planes.unit[packs + at], z = planes.unit[2 * packs + at];
      Pack* c = planes.trig.data() + at;
      Pack* s = c + ranks * packs;
      Pack* legendre = planes.legendre.data() + at;
      c[0] = Pack{} + 1.0;
      s[0] = Pack{};
      for (std::size_t m = 1; m < ranks; ++m) {
        c[m * packs] = x * c[(m - 1) * packs] - y * s[(m - 1) * packs];
        s[m * packs] = x * s[(m - 1) * packs] + y * c[(m - 1) * packs];
      }
      for (std::size_t l = 0; l < ranks; ++l) {
        Pack* now = legendre + l * (l + 1) / 2 * packs;
        const Pack* one = l >= 1 ? legendre + (l - 1) * l / 2 * packs : nullptr;
        const Pack* two = l >= 2 ? legendre + (l - 2) * (l - 1) / 2 * packs : nullptr;
        now[l * packs] = Pack{} + table(l, l, 2);
        for (std::size_t m = 0; m < l; ++m) {
          now[m * packs] = table(l, m, 0) * z * one[m * packs];
          if (m + 2 <= l) now[m * packs] -= table(l, m, 1) * two[m * packs];
        }
      }
      legendre[(count - 1) * packs] = Pack{};
    }
  }

  const Pack* legendre_of(const Planes& planes, std::size_t l, std::size_t m) const {
    return planes.legendre.data() + (l * (l + 1) / 2 + m) * planes.packs;
  }

  // A of one atom into its lane of the values
  void moments(const Planes& planes, std::size_t lane) {
    const std::size_t packs = planes.packs;
    harmonic.resize(packs);
    for (const Group& group : groups) {
      const std::size_t from = planes.bounds[group.species], to = planes.bounds[group.species + 1];
      for (std::size_t m = 0; m <= group.rank; ++m) {
        const Pack* legendre = legendre_of(planes, group.rank, m);
        for (int sign = 0; sign < (m ? 2 : 1); ++sign) {
          const Pack* angle = planes.trig.data() + (m + sign * ranks) * packs;
          for (std::size_t at = from; at < to; ++at) harmonic[at] = legendre[at] * angle[at];
          for (std::size_t k = group.begin; k < group.end; ++k) {
            const Pack* value = planes.values.data() + function[k] * packs;
            Pack sum = {};
            for (std::size_t at = from; at < to; ++at) sum += harmonic[at] * value[at];
            const std::size_t c = component[k] + (sign ? group.rank - m : group.rank + m);
            values[c][lane] = sum_of<double>(sum);
          }
        }
      }
    }
  }

  // Energies of a pack of atoms, and their derivatives by A in the first rows of the adjoint
  Pack products(std::size_t z) {
    Pack* __restrict v = values.data();
    Pack* __restrict d = adjoint.data();
    const double* w = weights.data() + z * values.size();
    const double* leaf_w = leaf_weights.data() + z * leaf.size();
    for (std::size_t i = 0; i < left.size(); ++i) v[components + i] = v[left[i]] * v[right[i]];
    Pack energy = {};
    std::fill(adjoint.begin(), adjoint.end(), Pack{});
    for (std::size_t n = values.size(); n-- > 0;) {
      const Pack own = v[n];
      Pack direct = Pack{} + w[n];
      for (std::size_t t = leaf_start[n]; t < leaf_start[n + 1]; ++t) {
        direct += leaf_w[t] * v[leaf[t]];
        d[leaf[t]] += leaf_w[t] * own;
      }
      energy += direct * own;
      const Pack total = d[n] += direct;
      if (n >= components) {
        const std::size_t i = n - components;
        d[left[i]] += total * v[right[i]];
        d[right[i]] += total * v[left[i]];
      }
    }
    return energy;
  }

  // dE/dr of the neighbours of one atom: with g = sum_n dE/dA R_n and h = sum_n dE/dA R'_n of every l and m,
  // P_m = sum_l g q_lm (N_m for -m) and their derivatives by z make the gradient.
  void derivatives(const Planes& planes, std::size_t lane, double* gradient) {
    const std::size_t packs = planes.packs;
    folded.assign((4 * ranks + 1) * packs, Pack{});
    Pack* along = folded.data() + 4 * ranks * packs;
    for (const Group& group : groups)
      for (std::size_t m = 0; m <= group.rank; ++m)
        for (int sign = 0; sign < (m ? 2 : 1); ++sign) fold(planes, group, m, sign, lane, along);
    for (std::size_t at = 0; at < packs; ++at) {
      const Pack x = planes.unit[at], y = planes.unit[packs + at], z = planes.unit[2 * packs + at];
      const Pack* c = planes.trig.data() + at;
      const Pack* s = c + ranks * packs;
      const Pack* row = folded.data() + at;
      Pack fx = {}, fy = {}, fz = row[2 * ranks * packs];
      for (std::size_t m = 1; m < ranks; ++m) {
        const Pack plus = row[m * packs], minus = row[(ranks + m) * packs];
        const Pack c0 = c[(m - 1) * packs], s0 = s[(m - 1) * packs];
        fx += (c0 * plus + s0 * minus) * double(m);
        fy += (c0 * minus - s0 * plus) * double(m);
        fz += c[m * packs] * row[(2 * ranks + m) * packs] + s[m * packs] * row[(3 * ranks + m) * packs];
      }
      const Pack inverse = planes.inverse[at], part = along[at] - (fx * x + fy * y + fz * z) * inverse;
      fx = fx * inverse + part * x;
      fy = fy * inverse + part * y;
      fz = fz * inverse + part * z;
      for (std::size_t k = 0; k < LANES; ++k) {
        const std::size_t j = planes.place[at * LANES + k];
        if (j == none) continue;
        gradient[3 * j] = fx[k];
        gradient[3 * j + 1] = fy[k];
        gradient[3 * j + 2] = fz[k];
      }
    }
  }

  void fold(const Planes& planes, const Group& group, std::size_t m, int sign, std::size_t lane, Pack* along) {
    const std::size_t packs = planes.packs, offset = sign ? group.rank - m : group.rank + m;
    const std::size_t from = planes.bounds[group.species], to = planes.bounds[group.species + 1];
    const Pack* legendre = legendre_of(planes, group.rank, m);
    const Pack* above = legendre + packs;
    const Pack* angle = planes.trig.data() + (m + sign * ranks) * packs;
    Pack* value = folded.data() + (m + sign * ranks) * packs;
    Pack* derivative = value + 2 * ranks * packs;
    const double ratio = table(group.rank, m, 3);
    for (std::size_t at = from; at < to; ++at) {
      Pack g = {}, h = {};
      for (std::size_t k = group.begin; k < group.end; ++k) {
        const double weight = adjoint[component[k] + offset][lane];
        g += weight * planes.values[function[k] * packs + at];
        h += weight * planes.slopes[function[k] * packs + at];
      }
      value[at] += g * legendre[at];
      derivative[at] += g * (above[at] * ratio);
      along[at] += h * (legendre[at] * angle[at]);
    }
  }

  std::size_t species = 0, functions = 0, ranks = 0, components = 0;
  std::vector<double> references, recurrence, harmonics, weights, leaf_weights;
  std::vector<std::size_t> function, component, left, right, leaf_start, leaf;
  std::vector<Group> groups;
  std::vector<Scale> scales;  // by the species of an atom and of its neighbour
  double steepness = 0.0, first_value = 0.0;
  bool agnesi = false;
  int p = 0, q = 0, envelope = 0;
  Planes atoms[LANES];
  std::unique_ptr<Zbl> repulsion;
  std::unique_ptr<Crowding> crowding;
  std::vector<Pack> values, adjoint, harmonic, folded;
};

}  // namespace invgen

#endif
