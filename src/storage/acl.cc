#include "storage/acl.h"

#include <algorithm>

namespace howdah {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;

/// The entry without a name; nullptr: there is none.
template <typename List>
auto* Find(List& acl, Scope scope, Kind kind) {
  const auto entry = std::ranges::find_if(acl, [&](const AclEntry& line) {
    return line.scope == scope && line.kind == kind && line.name.empty();
  });
  return entry == acl.end() ? nullptr : &*entry;
}

uint32_t PermissionsOf(const Acl& acl, Kind kind, uint32_t otherwise) {
  const AclEntry* const entry = Find(acl, Scope::kAccess, kind);
  return entry == nullptr ? otherwise : entry->permissions;
}

uint32_t ToMode(uint32_t user, uint32_t group, uint32_t other) {
  return user << 6 | group << 3 | other;
}

}  // namespace

bool HasScope(const Acl& acl, Scope scope) {
  return std::ranges::any_of(
      acl, [scope](const AclEntry& entry) { return entry.scope == scope; });
}

AclEntry* FindEntry(Acl& acl, Scope scope, Kind kind) { return Find(acl, scope, kind); }

uint32_t ModeOf(const Acl& acl) {
  const uint32_t group = PermissionsOf(acl, Kind::kGroup, 0);
  return ToMode(PermissionsOf(acl, Kind::kUser, 0),
                PermissionsOf(acl, Kind::kMask, group),
                PermissionsOf(acl, Kind::kOther, 0));
}

uint32_t ModeBelowMask(const Acl& acl) {
  const uint32_t group = PermissionsOf(acl, Kind::kGroup, 0);
  return ToMode(PermissionsOf(acl, Kind::kUser, 0),
                group & PermissionsOf(acl, Kind::kMask, 7),
                PermissionsOf(acl, Kind::kOther, 0));
}

Acl AclOfMode(uint32_t mode) {
  return {{Scope::kAccess, Kind::kUser, "", mode >> 6 & 7},
          {Scope::kAccess, Kind::kGroup, "", mode >> 3 & 7},
          {Scope::kAccess, Kind::kOther, "", mode & 7}};
}

void ChangeMode(Acl& acl, uint32_t mode) {
  AclEntry* const user = FindEntry(acl, Scope::kAccess, Kind::kUser);
  AclEntry* const other = FindEntry(acl, Scope::kAccess, Kind::kOther);
  AclEntry* group = FindEntry(acl, Scope::kAccess, Kind::kMask);
  if (group == nullptr) group = FindEntry(acl, Scope::kAccess, Kind::kGroup);
  if (user != nullptr) user->permissions = mode >> 6 & 7;
  if (group != nullptr) group->permissions = mode >> 3 & 7;
  if (other != nullptr) other->permissions = mode & 7;
}

void Normalize(Acl& acl) {
  const auto is_access = [](const AclEntry& entry) {
    return entry.scope == Scope::kAccess;
  };
  const bool says_more = std::ranges::any_of(acl, [&](const AclEntry& entry) {
    return is_access(entry) && (entry.kind == Kind::kMask || !entry.name.empty());
  });
  if (!says_more) std::erase_if(acl, is_access);
  std::ranges::sort(acl);
}

}  // namespace howdah
