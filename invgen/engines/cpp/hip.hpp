// HIP-NN, HIP-NN-TS and HIP-HOP-NN with one interaction layer: tensors of a neighbourhood for every feature,
//
//     E_ica = sum_j T_c(r_ij/|r_ij|) sum_v s_v(|r_ij|) M_zva,   M of the species of the neighbour,
//
// features of an atom from them (Features, of layers.hpp), residual layers, and one energy. Harmonics has the emitted
// functions of T over planes (1, components, pairs).
#ifndef INVGEN_HIP
#define INVGEN_HIP

#include <memory>

#include "layers.hpp"
#include "model.hpp"

namespace invgen {

template <class real, class Harmonics, class Features> class Hip : public Model {
 public:
  explicit Hip(const std::string& path, const char* kernels) {
    Data data(path);
    read_head(data, "hip");
    const std::string found = data.words("kernels").at(0);
    if (found != kernels)
      throw Error(path + " is for the kernels " + found + ", this plugin has " + kernels +
                  ": load the plugin that was exported with this file");
    const std::size_t species = elements.size();
    references = data.numbers("references", species);
    features = data.whole("features");
    columns = data.indices("columns");
    components = columns.size();
    inverse_mu = rounded<real>(data.numbers("inverse_mu"));
    sensitivities = inverse_mu.size();
    sigma = rounded<real>(data.numbers("sigma", sensitivities));
    const std::vector<real> every = rounded<real>(data.numbers("messages", species * sensitivities * features));
    for (std::size_t z = 0; z < species; ++z)
      messages.emplace_back(every.data() + z * sensitivities * features, sensitivities, features);
    own = rounded<real>(data.numbers("own", species * features));
    kept = rounded<real>(data.numbers("kept", species * features));
    head = rounded<real>(data.numbers("head", features));
    head_bias = real(data.number("head_bias"));
    read_layers(data);
    made.reset(new Features(data, components, features));
    data.finish();
  }

  void evaluate(const Neighbourhoods& near, double* energies, double* gradient) override {
    for (std::size_t first = 0; first < near.atoms(); first += TILE)
      evaluate_tile(near, first, std::min(first + TILE, near.atoms()), energies, gradient);
  }

 private:
  static constexpr std::size_t TILE = 16;  // atoms

  void read_layers(Data& data) {
    const std::size_t square = features * features, count = data.whole("layers");
    const std::vector<real> weights = rounded<real>(data.numbers("weights", count * square));
    const std::vector<real> all = rounded<real>(data.numbers("biases", count * features));
    for (std::size_t k = 0; k < count; ++k) {
      matrices.emplace_back(weights.data() + k * square, features, features);
      biases.emplace_back(all.begin() + k * features, all.begin() + (k + 1) * features);
    }
    before.resize(count / 2 + 1);
  }

  void evaluate_tile(
      const Neighbourhoods& near, std::size_t first, std::size_t last, double* energies, double* gradient) {
    const std::size_t atoms = last - first, width = components * features;
    surroundings(near, first, last);
    tensors.assign(atoms * width, real(0));
    for (std::size_t t = 0; t < atoms; ++t) {
      const std::size_t p = near.start[first + t] - begin, count = near.start[first + t + 1] - begin - p;
      multiply(components, count, features, used.data() + p, pairs, received.data() + p * features,
               tensors.data() + t * width, features);
    }
    forward(near, first, atoms, energies);
    backward(atoms);
    pull_pairs(near, first, atoms, gradient);
  }

  // Distances, directions, sensitivities with their slopes, harmonics, and what is received of every neighbour
  void surroundings(const Neighbourhoods& near, std::size_t first, std::size_t last) {
    begin = near.start[first];
    pairs = near.start[last] - begin;
    direction.resize(3 * pairs);
    distance.resize(pairs);
    polynomials.assign(Harmonics::size * pairs, real(1));
    strength.resize(pairs * sensitivities);
    slope.resize(pairs * sensitivities);
    received.assign(pairs * features, real(0));
    const real r_max = real(cutoff), k = real(std::acos(-1.0)) / (real(2) * r_max);
    for (std::size_t p = 0; p < pairs; ++p) {
      const double* v = near.vectors.data() + 3 * (begin + p);
      const real x = real(v[0]), y = real(v[1]), z = real(v[2]), r = std::sqrt(x * x + y * y + z * z);
      distance[p] = r;
      direction[p] = x / r;
      direction[pairs + p] = y / r;
      direction[2 * pairs + p] = z / r;
      const real cosine = std::cos(k * r), sine = std::sin(k * r), inside = r < r_max ? real(1) : real(0);
      const real cut = cosine * cosine * inside, cut_slope = real(-2) * k * sine * cosine * inside;
      for (std::size_t n = 0; n < sensitivities; ++n) {
        const real d = sigma[n] * (real(1) / r - inverse_mu[n]), exponent = real(-0.5) * d * d;
        real& s = strength[p * sensitivities + n];
        real& ds = slope[p * sensitivities + n];
        s = ds = real(0);
        if (exponent < LEAST) continue;
        const real gaussian = std::exp(exponent);
        s = gaussian * cut;
        ds = gaussian * (cut_slope + d * sigma[n] / (r * r) * cut);
      }
    }
    runs(near, [&](std::size_t z, std::size_t p, std::size_t count) {
      messages[z].apply(count, strength.data() + p * sensitivities, received.data() + p * features);
    });
    if (pairs) Harmonics::run_value(direction.data(), polynomials.data(), 1, pairs);
    used.resize(components * pairs);
    for (std::size_t c = 0; c < components; ++c)
      std::copy_n(polynomials.data() + columns[c] * pairs, pairs, used.data() + c * pairs);
  }

  // Neighbours of one species that follow one another.
  template <class Work> void runs(const Neighbourhoods& near, Work work) const {
    for (std::size_t p = 0; p < pairs;) {
      const std::size_t z = near.neighbour[begin + p], first = p;
      while (p < pairs && near.neighbour[begin + p] == z) ++p;
      work(z, first, p - first);
    }
  }

  void forward(const Neighbourhoods& near, std::size_t first, std::size_t atoms, double* energies) {
    state.assign(atoms * features, real(0));
    std::vector<real>& inner = before[0];
    inner.assign(atoms * features, real(0));
    for (std::size_t t = 0; t < atoms; ++t) {
      const std::size_t z = near.species[first + t];
      add(inner.data() + t * features, own.data() + z * features, real(1), features);
      add(state.data() + t * features, kept.data() + z * features, real(1), features);
    }
    made->value(atoms, tensors.data(), inner.data());
    activate(inner, 0, atoms);
    for (std::size_t k = 1; k + 1 < matrices.size(); k += 2) {
      std::vector<real>& pre = before[(k + 1) / 2];
      pre.assign(atoms * features, real(0));
      spread(biases[k], pre, atoms);
      matrices[k].apply(atoms, state.data(), pre.data());
      activate(pre, k + 1, atoms);
    }
    for (std::size_t t = 0; t < atoms; ++t)
      energies[first + t] = references[near.species[first + t]] +
                            double(dot(state.data() + t * features, head.data(), features) + head_bias);
  }

  // state += layer k of softplus(pre)
  void activate(const std::vector<real>& pre, std::size_t k, std::size_t atoms) {
    active.resize(pre.size());
    for (std::size_t i = 0; i < pre.size(); ++i) active[i] = softplus(pre[i]);
    spread(biases[k], state, atoms);
    matrices[k].apply(atoms, active.data(), state.data());
  }

  void spread(const std::vector<real>& bias, std::vector<real>& rows, std::size_t atoms) const {
    for (std::size_t t = 0; t < atoms; ++t) add(rows.data() + t * features, bias.data(), real(1), features);
  }

  // dE/dE_ica into by_tensors
  void backward(std::size_t atoms) {
    by_state.assign(atoms * features, real(0));
    spread(head, by_state, atoms);
    for (std::size_t k = matrices.size() - 1; k > 0; k -= 2) {
      pull_active(before[k / 2], k, atoms);
      matrices[k - 1].pull(atoms, active.data(), by_state.data());
    }
    pull_active(before[0], 0, atoms);
    by_tensors.resize(tensors.size());
    made->vjp(atoms, tensors.data(), active.data(), by_tensors.data());
  }

  // active = (layer k transposed of by_state) softplus'(pre)
  void pull_active(const std::vector<real>& pre, std::size_t k, std::size_t atoms) {
    active.assign(pre.size(), real(0));
    matrices[k].pull(atoms, by_state.data(), active.data());
    for (std::size_t i = 0; i < pre.size(); ++i) active[i] *= softplus_slope(pre[i]);
  }

  void pull_pairs(const Neighbourhoods& near, std::size_t first, std::size_t atoms, double* gradient) {
    by_used.assign(components * pairs, real(0));
    by_received.assign(pairs * features, real(0));
    by_strength.assign(pairs * sensitivities, real(0));
    by_distance.resize(pairs);
    for (std::size_t t = 0; t < atoms; ++t) {
      const std::size_t p = near.start[first + t] - begin, count = near.start[first + t + 1] - begin - p;
      const real* g = by_tensors.data() + t * components * features;
      turned.resize(count * std::max(components, features));
      turn(count, features, received.data() + p * features, features, turned.data());
      multiply(components, features, count, g, features, turned.data(), by_used.data() + p, pairs);
      turn(components, count, used.data() + p, pairs, turned.data());
      multiply(count, components, features, turned.data(), components, g, by_received.data() + p * features, features);
    }
    runs(near, [&](std::size_t z, std::size_t p, std::size_t count) {
      messages[z].pull(count, by_received.data() + p * features, by_strength.data() + p * sensitivities);
    });
    for (std::size_t p = 0; p < pairs; ++p)
      by_distance[p] = dot(slope.data() + p * sensitivities, by_strength.data() + p * sensitivities, sensitivities);
    by_polynomials.assign(Harmonics::size * pairs, real(0));
    for (std::size_t c = 0; c < components; ++c)
      std::copy_n(by_used.data() + c * pairs, pairs, by_polynomials.data() + columns[c] * pairs);
    by_direction.assign(3 * pairs, real(0));
    if (pairs) Harmonics::run_vjp(direction.data(), by_polynomials.data(), by_direction.data(), 1, pairs);
    for (std::size_t p = 0; p < pairs; ++p) {
      const real x = direction[p], y = direction[pairs + p], z = direction[2 * pairs + p], r = distance[p];
      const real gx = by_direction[p] / r, gy = by_direction[pairs + p] / r, gz = by_direction[2 * pairs + p] / r;
      const real along = by_distance[p] - (gx * x + gy * y + gz * z);
      double* to = gradient + 3 * (begin + p);
      to[0] = gx + along * x;
      to[1] = gy + along * y;
      to[2] = gz + along * z;
    }
  }

  static constexpr real LEAST = real(-59.867211246);  // log(1e-26): smaller sensitivities are zero

  std::vector<double> references;
  std::size_t features = 0, components = 0, sensitivities = 0, begin = 0, pairs = 0;
  std::vector<std::size_t> columns;
  std::vector<real> inverse_mu, sigma, own, kept, head;
  real head_bias = 0;
  std::vector<Matrix<real>> messages, matrices;
  std::vector<std::vector<real>> biases, before;
  std::unique_ptr<Features> made;
  std::vector<real> direction, distance, polynomials, strength, slope, received, tensors, state, active, by_state;
  std::vector<real> by_tensors, by_polynomials, by_distance, by_received, by_direction, used, by_used, by_strength, turned;
};

// Of HIP-NN: the tensor of rank 0 alone.
struct NoHarmonics {
  static constexpr std::size_t size = 1;
  template <class real> static void run_value(const real*, real*, std::size_t, std::size_t) {}
  template <class real> static void run_vjp(const real*, const real*, real*, std::size_t, std::size_t) {}
};

}  // namespace invgen

#endif
