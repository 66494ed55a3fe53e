#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace howdah {

/// One line of an access control list, as POSIX.1e's draft and HDFS have them.
struct AclEntry {
  enum class Scope : uint8_t {
    kAccess,   ///< who may do what
    kDefault,  ///< what is made in the directory begins with this
  };
  enum class Kind : uint8_t { kUser, kGroup, kMask, kOther };

  Scope scope = Scope::kAccess;
  Kind kind = Kind::kUser;
  std::string name;          ///< empty: the owner, the owning group, the mask, others
  uint32_t permissions = 0;  ///< 4 read, 2 write, 1 execute

  auto operator<=>(const AclEntry&) const = default;
};

/// Sorted; of each scope either nothing or a whole list, with an owner, an owning group
/// and others, and with a mask where there are named entries.
using Acl = std::vector<AclEntry>;

bool HasScope(const Acl& acl, AclEntry::Scope scope);
/// The entry of that kind without a name; nullptr: there is none.
AclEntry* FindEntry(Acl& acl, AclEntry::Scope scope, AclEntry::Kind kind);
/// The nine bits of the mode that go with the access list, which must be there: the
/// mask's for the group's where it has one.
uint32_t ModeOf(const Acl& acl);
/// As ModeOf, but with what the owning group really may.
uint32_t ModeBelowMask(const Acl& acl);
/// The access list that says no more than `mode`.
Acl AclOfMode(uint32_t mode);
/// Let the access list say what `mode` says, as chmod does; nothing where there is none.
void ChangeMode(Acl& acl, uint32_t mode);
/// Sort it, and drop an access list that says no more than a mode can.
void Normalize(Acl& acl);

}  // namespace howdah
