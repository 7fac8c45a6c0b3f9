// A model behind C functions, without any simulation program: what tests compare with Python.
#include <cstring>

#include "potential.hpp"

namespace {
thread_local std::string problem;
}

extern "C" {

const char* invgen_problem() { return problem.c_str(); }

const char* invgen_sha256(const char* text, std::size_t size) {
  return (problem = invgen::sha256(std::string(text, size))).c_str();
}

void* invgen_open(const char* path) {
  try {
    return new invgen::Potential(path);
  } catch (const std::exception& error) {
    problem = error.what();
    return nullptr;
  }
}

void invgen_close(void* model) { delete static_cast<invgen::Potential*>(model); }

// Arrays as in Neighbourhoods.
void invgen_evaluate(
    void* model, std::size_t atoms, const std::size_t* species, const std::size_t* start, const double* vectors,
    const std::size_t* neighbour, double* energies, double* gradient) {
  invgen::Neighbourhoods near;
  near.species.assign(species, species + atoms);
  near.start.assign(start, start + atoms + 1);
  near.vectors.assign(vectors, vectors + 3 * near.start[atoms]);
  near.neighbour.assign(neighbour, neighbour + near.start[atoms]);
  static_cast<invgen::Potential*>(model)->evaluate(near, energies, gradient);
}
}
