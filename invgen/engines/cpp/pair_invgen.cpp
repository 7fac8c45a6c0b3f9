// LAMMPS pair style "invgen", as a plugin: any model of potential.hpp, MPI with any decomposition, newton on and off.
//
//     plugin load invgen.so
//     pair_style invgen
//     pair_coeff * * potential.invgen Cu Ni        (an element for every atom type)
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "lammps.h"
#include "library.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "pair.h"
#include "update.h"
#if !defined(INVGEN_LAMMPS) && __has_include("version.h")
#include "version.h"  // in the source folder of LAMMPS
#endif

#include "potential.hpp"

namespace {

using namespace LAMMPS_NS;

constexpr std::size_t BATCH = 64;           // atoms that are handed to the model at once
constexpr double COINCIDENT = 1e-6;         // Å
constexpr int VIRIAL[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};

class PairInvgen : public Pair {
 public:
  explicit PairInvgen(LAMMPS* lmp) : Pair(lmp) {
    single_enable = restartinfo = 0;
    one_coeff = manybody_flag = 1;
    no_virial_fdotr_compute = 1;  // forces on ghosts are not always where that would look for them
    centroidstressflag = CENTROID_NOTAVAIL;
  }

  ~PairInvgen() override {
    if (copymode || !allocated) return;
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }

  void settings(int count, char**) override {
    if (count) error->all(FLERR, "pair_style invgen takes no arguments, got {}", count);
    if (std::strcmp(update->unit_style, "metal") != 0)
      error->all(FLERR, "pair_style invgen computes in eV and Angstrom: put 'units metal' (here: units {}) before it",
                 update->unit_style);
  }

  void coeff(int count, char** words) override {
    const int types = atom->ntypes;
    if (count != types + 3 || std::strcmp(words[0], "*") != 0 || std::strcmp(words[1], "*") != 0)
      error->all(FLERR, "pair_coeff of invgen is '* * FILE' and an element for each of the {} atom types, got {} words",
                 types, count);
    try {
      model.reset(new invgen::Potential(words[2]));
    } catch (const std::exception& problem) {
      error->all(FLERR, "{}", problem.what());
    }
    species.assign(types + 1, 0);
    for (int type = 1; type <= types; ++type) {
      const auto& elements = model->elements;
      const auto found = std::find(elements.begin(), elements.end(), words[2 + type]);
      if (found == elements.end()) {
        std::string known;
        for (const std::string& element : elements) known += " " + element;
        error->all(FLERR, "atom type {} is {}, which {} does not know (it knows:{}): every type needs one of these",
                   type, words[2 + type], words[2], known);
      }
      species[type] = found - elements.begin();
    }
    if (!allocated) {
      memory->create(setflag, types + 1, types + 1, "pair:setflag");
      memory->create(cutsq, types + 1, types + 1, "pair:cutsq");
      allocated = 1;
    }
    for (int a = 1; a <= types; ++a)
      for (int b = 1; b <= types; ++b) setflag[a][b] = b >= a;
  }

  void init_style() override {
    for (int k = 1; k < 4; ++k)
      if (atom->molecular != Atom::ATOMIC && (force->special_lj[k] != 1.0 || force->special_coul[k] != 1.0))
        error->all(FLERR, "pair_style invgen needs all pairs, also of bonded atoms: put 'special_bonds lj/coul 1 1 1'");
    neighbor->add_request(this, NeighConst::REQ_FULL);
    comm_reverse_off = force->newton_pair ? 0 : 9;
  }

  double init_one(int, int) override { return model->cutoff; }

  void compute(int eflag, int vflag) override {
    ev_init(eflag, vflag);
    if (comm->get_comm_cutoff() < model->cutoff)
      error->all(FLERR, "ghost atoms reach {} Angstrom, but the potential needs {}: put 'comm_modify cutoff {}' or larger",
                 comm->get_comm_cutoff(), model->cutoff, model->cutoff);
    const int all = atom->nlocal + atom->nghost;
    width = force->newton_pair ? 0 : (vflag_atom ? 9 : 3);
    gathered.assign(static_cast<std::size_t>(all) * width, 0.0);
    sort_atoms();
    for (std::size_t first = 0; first < order.size(); first += BATCH)
      batch(first, std::min(first + BATCH, order.size()));
    if (width) return_to_owners();
  }

  int pack_reverse_comm(int count, int first, double* buffer) override {
    std::copy_n(gathered.data() + static_cast<std::size_t>(first) * width, count * width, buffer);
    return count * width;
  }

  void unpack_reverse_comm(int count, int* atoms, double* buffer) override {
    for (int k = 0; k < count; ++k)
      for (int c = 0; c < width; ++c) gathered[static_cast<std::size_t>(atoms[k]) * width + c] += *buffer++;
  }

  double memory_usage() override { return Pair::memory_usage() + 8.0 * gathered.capacity(); }

 private:
  // Atoms of one species together: models compute them so.
  void sort_atoms() {
    order.clear();
    for (std::size_t z = 0; z < model->elements.size(); ++z)
      for (int k = 0; k < list->inum; ++k)
        if (species[atom->type[list->ilist[k]]] == z) order.push_back(list->ilist[k]);
  }

  void batch(std::size_t first, std::size_t last) {
    near.clear();
    partners.clear();
    double** x = atom->x;
    const double square = model->cutoff * model->cutoff;
    for (std::size_t k = first; k < last; ++k) {
      const int i = order[k];
      near.species.push_back(species[atom->type[i]]);
      inside.clear();
      for (int n = 0; n < list->numneigh[i]; ++n) {
        const int j = list->firstneigh[i][n] & NEIGHMASK;
        const double dx = x[j][0] - x[i][0], dy = x[j][1] - x[i][1], dz = x[j][2] - x[i][2];
        const double r2 = dx * dx + dy * dy + dz * dz;
        if (r2 >= square) continue;
        if (r2 < COINCIDENT * COINCIDENT)
          error->one(FLERR, "atoms {} and {} are at one place, ({}, {}, {}) Angstrom: remove one of them", atom->tag[i],
                     atom->tag[j], x[i][0], x[i][1], x[i][2]);
        inside.push_back(j);
      }
      for (std::size_t z = 0; z < model->elements.size(); ++z)  // neighbours of one species together, too
        for (int j : inside) {
          if (species[atom->type[j]] != z) continue;
          near.vectors.insert(near.vectors.end(), {x[j][0] - x[i][0], x[j][1] - x[i][1], x[j][2] - x[i][2]});
          near.neighbour.push_back(z);
          partners.push_back(j);
        }
      near.start.push_back(partners.size());
    }
    energies.assign(last - first, 0.0);
    gradient.assign(3 * partners.size(), 0.0);
    model->evaluate(near, energies.data(), gradient.data());
    for (std::size_t k = first; k < last; ++k) tally(order[k], k - first);
  }

  void tally(int i, std::size_t k) {
    if (eflag_global) eng_vdwl += energies[k];
    if (eflag_atom) eatom[i] += energies[k];
    double** f = atom->f;
    for (std::size_t n = near.start[k]; n < near.start[k + 1]; ++n) {
      const int j = partners[n];
      const double* g = gradient.data() + 3 * n;
      double* other = width ? gathered.data() + static_cast<std::size_t>(j) * width : f[j];
      for (int c = 0; c < 3; ++c) {
        f[i][c] += g[c];
        other[c] -= g[c];
      }
      if (vflag_either) tally_virial(i, j, near.vectors.data() + 3 * n, g);
    }
  }

  // The virial of a pair is half the one's and half the other's, as with other styles of many bodies.
  void tally_virial(int i, int j, const double* r, const double* g) {
    for (int c = 0; c < 6; ++c) {
      const int a = VIRIAL[c][0], b = VIRIAL[c][1];
      const double part = -0.5 * (r[a] * g[b] + r[b] * g[a]);
      if (vflag_global) virial[c] += part;
      if (vflag_atom) {
        vatom[i][c] += 0.5 * part;
        (width ? gathered.data() + static_cast<std::size_t>(j) * width + 3 : vatom[j])[c] += 0.5 * part;
      }
    }
  }

  // Without Newton's third law between processes LAMMPS does not collect forces on ghosts.
  void return_to_owners() {
    comm->reverse_comm(this, width);
    for (int i = 0; i < atom->nlocal; ++i) {
      const double* from = gathered.data() + static_cast<std::size_t>(i) * width;
      for (int c = 0; c < 3; ++c) atom->f[i][c] += from[c];
      for (int c = 3; c < width; ++c) vatom[i][c - 3] += from[c];
    }
  }

  std::unique_ptr<invgen::Potential> model;
  std::vector<std::size_t> species;  // of every atom type
  std::vector<int> order, inside, partners;
  invgen::Neighbourhoods near;
  std::vector<double> energies, gradient;
  std::vector<double> gathered;  // forces, and virials if they are wanted, of owned atoms and ghosts without newton
  int width = 0;
};

Pair* create(LAMMPS* lmp) { return new PairInvgen(lmp); }

// The part of LAMMPS's plugin interface that is used (documented under "Developing plugins").
struct Plugin {
  const char *version, *style, *name, *info, *author;
  void* creator;
  void* handle;
};
typedef void (*Register)(Plugin*, void*);

}  // namespace

extern "C" void lammpsplugin_init(void* lmp, void* handle, void* register_plugin) {
#ifdef INVGEN_LAMMPS
  const int built = INVGEN_LAMMPS;
#else
  const int built = utils::date2num(LAMMPS_VERSION);
#endif
  const int running = lammps_version(lmp);
  if (running != built) {  // no object of LAMMPS was touched; without a style, 'pair_style invgen' ends the run
    std::fprintf(stderr,
                 "ERROR: this invgen plugin was built for LAMMPS %d, but this is LAMMPS %d: build it again with the "
                 "headers of this version; nothing was loaded\n",
                 built, running);
    return;
  }
  Plugin plugin = {};
  plugin.version = static_cast<LAMMPS*>(lmp)->version;
  plugin.style = "pair";
  plugin.name = "invgen";
  plugin.info = "potentials of invgen";
  plugin.author = "invgen";
  plugin.creator = reinterpret_cast<void*>(&create);
  plugin.handle = handle;
  reinterpret_cast<Register>(register_plugin)(&plugin, lmp);
}
