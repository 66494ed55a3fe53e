#include "encode/profile_rules.h"

#include <algorithm>
#include <map>

namespace howdah {
namespace {

constexpr size_t kMostNameBytes = 128;
constexpr char kLower[] = "abcdefghijklmnopqrstuvwxyz_";
constexpr char kLegal[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

bool IsLegal(const std::string& name) {
  return !name.empty() && name.size() <= kMostNameBytes &&
         std::string_view(kLower).find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kLegal) == std::string::npos;
}

std::string Lower(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

}  // namespace

void CheckColumnNames(const std::vector<std::string>& names,
                      std::vector<ProfileFinding>* findings) {
  std::map<std::string, std::string> seen;  // by lower case
  for (const std::string& name : names) {
    if (!IsLegal(name)) {
      findings->push_back({true, name, "name",
                           "names are of a-z, 0-9 and '_', begin with no digit and have "
                           "at most 128 bytes"});
    }
    const auto [other, is_new] = seen.emplace(Lower(name), name);
    if (!is_new) {
      findings->push_back(
          {true, name, "name",
           fmt::format("'{}' is the same name to Hive and Spark", other->second)});
    }
  }
}

}  // namespace howdah
