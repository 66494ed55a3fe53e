#include "cli/fs/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/fs/mode.h"

namespace howdah::cli {
namespace {

std::string Replication(const Entry& entry) {
  return entry.is_directory() ? "-" : std::to_string(entry.replication);
}

}  // namespace

void ListingLines::Widen(const Entry& entry) {
  replication_ = std::max(replication_, Replication(entry).size());
  owner_ = std::max(owner_, entry.owner.size());
  group_ = std::max(group_, entry.group.size());
  size_ = std::max(size_, SizeText(entry.size, style_.sizes).size());
}

std::string ListingLines::Line(const Found& found) const {
  const Entry& entry = found.entry;
  const std::string name =
      style_.printable ? Printable(found.place.shown) : found.place.shown;
  if (style_.paths_only) return name + "\n";
  return fmt::format(
      "{}{}{}{} {} {} {} {} {}\n", entry.is_directory() ? "d" : "-", ModeText(entry.mode),
      entry.has_acl ? "+" : " ", PadLeft(Replication(entry), replication_),
      PadRight(entry.owner, owner_), PadRight(entry.group, group_),
      PadLeft(SizeText(entry.size, style_.sizes), size_),
      LocalMinute(style_.access_time ? entry.atime_us : entry.mtime_us), name);
}

}  // namespace howdah::cli
