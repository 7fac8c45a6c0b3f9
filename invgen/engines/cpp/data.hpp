// The data file of a potential: named lists of words and numbers, read only if its checksum is right.
//
//     invgen potential data 1
//     sha256 <64 hexadecimal digits of all that follows this line>
//     <name> <count> <count words or numbers, with any space between them>
//     ...
#ifndef INVGEN_DATA
#define INVGEN_DATA

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "checksum.hpp"

namespace invgen {

// What is wrong with a file or a system, in words for users.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Data {
 public:
  explicit Data(const std::string& path) : path(path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(path + " cannot be read: give the data file that invgen export lammps wrote");
    std::ostringstream all;
    all << file.rdbuf();
    const std::string text = all.str(), head = "invgen potential data 1\nsha256 ";
    if (text.compare(0, head.size(), head) != 0 || text.size() < head.size() + 65)
      throw Error(path + " is no data file of this version of invgen: export the potential again");
    const std::string wanted = text.substr(head.size(), 64), body = text.substr(head.size() + 65);
    const std::string found = sha256(body);
    if (found != wanted)
      throw Error(path + " has checksum " + found.substr(0, 16) + ", its head says " + wanted.substr(0, 16) +
                  ": it was edited or truncated and is not used; export the potential again");
    read(body);
  }

  const std::vector<std::string>& words(const std::string& name) {
    used.insert(name);
    const auto found = entries.find(name);
    if (found == entries.end()) throw Error(path + " has no entry " + name + ": export the potential again");
    return found->second;
  }

  std::vector<double> numbers(const std::string& name) {
    std::vector<double> values;
    for (const std::string& word : words(name)) {
      char* end = nullptr;
      values.push_back(std::strtod(word.c_str(), &end));
      if (end == word.c_str() || *end)
        throw Error(path + ": " + name + " holds " + word + ", which is not read as a number here: where numbers have "
                    "a comma, set LC_NUMERIC=C");
    }
    return values;
  }

  std::vector<double> numbers(const std::string& name, std::size_t count) {
    const std::vector<double> values = numbers(name);
    if (values.size() != count)
      throw Error(path + ": " + name + " has " + std::to_string(values.size()) + " numbers, not " +
                  std::to_string(count) + ": export the potential again");
    return values;
  }

  double number(const std::string& name) { return numbers(name, 1)[0]; }

  std::size_t whole(const std::string& name) { return static_cast<std::size_t>(number(name)); }

  std::vector<std::size_t> indices(const std::string& name) {
    std::vector<std::size_t> values;
    for (double value : numbers(name)) values.push_back(static_cast<std::size_t>(value));
    return values;
  }

  // Raises unless every entry was read: what is not known must not be left out silently.
  void finish() const {
    for (const auto& entry : entries)
      if (!used.count(entry.first))
        throw Error(path + " has the entry " + entry.first + ", which this plugin does not know: export and build again");
  }

  const std::string path;

 private:
  void read(const std::string& body) {
    std::istringstream stream(body);
    std::string name, word;
    std::size_t count = 0;
    while (stream >> name >> count) {
      std::vector<std::string>& values = entries[name];
      for (std::size_t k = 0; k < count && stream >> word; ++k) values.push_back(word);
    }
  }

  std::map<std::string, std::vector<std::string>> entries;
  std::set<std::string> used;
};

}  // namespace invgen

#endif
