// What every potential answers: energies of atoms and their derivatives by the vectors to neighbours.
#ifndef INVGEN_MODEL
#define INVGEN_MODEL

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "data.hpp"

namespace invgen {

// Some atoms with their neighbours: those of atom i are start[i] to start[i+1], all nearer than the cutoff.
struct Neighbourhoods {
  std::vector<std::size_t> species;    // of every atom
  std::vector<std::size_t> start;      // atoms + 1
  std::vector<double> vectors;         // Å, three numbers for each neighbour, from the atom to it
  std::vector<std::size_t> neighbour;  // species of every neighbour

  std::size_t atoms() const { return species.size(); }
  void clear() {
    species.clear();
    start.assign(1, 0);
    vectors.clear();
    neighbour.clear();
  }
};

class Model {
 public:
  virtual ~Model() = default;

  // energies: eV of every atom. gradient: eV/Å, three numbers for each neighbour, the derivative of the energy of the
  // atom whose neighbour it is. Atoms of one species that follow one another are computed together.
  virtual void evaluate(const Neighbourhoods& near, double* energies, double* gradient) = 0;

  std::vector<std::string> elements;
  double cutoff = 0.0;  // Å

 protected:
  // The common head of data files: elements, cutoff, and the names of terms beside the model, of which
  // ``known`` may be there.
  void read_head(Data& data, const std::string& kind, const std::vector<std::string>& known = {}) {
    const std::string& found = data.words("kind").at(0);
    if (found != kind)
      throw Error(data.path + " is of the kind " + found + ", this plugin was built for " + kind +
                  ": load the plugin that was exported with this file");
    elements = data.words("elements");
    cutoff = data.number("cutoff");
    for (const std::string& term : data.words("terms"))
      if (std::find(known.begin(), known.end(), term) == known.end())
        throw Error(data.path + " has the term " + term + ", which this plugin does not know");
  }
};

}  // namespace invgen

#endif
