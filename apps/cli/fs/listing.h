#pragma once

#include <string>

#include "cli/fs/format.h"
#include "cli/fs/places.h"

namespace howdah::cli {

/// What the lines of a listing show.
struct ListingStyle {
  bool paths_only = false;
  bool printable = false;    ///< '?' for letters that would move a cursor
  bool access_time = false;  ///< instead of the time of modification
  SizeStyle sizes = SizeStyle::kBytes;
};

/// The lines of `hdfs dfs -ls`: mode, replication, owner, group, size, time and name, in
/// columns that become wider when an entry needs it. Source: Ls.java.
class ListingLines {
 public:
  explicit ListingLines(ListingStyle style) : style_(style) {}
  /// Make room for an entry; before its line.
  void Widen(const Entry& entry);
  std::string Line(const Found& found) const;

 private:
  const ListingStyle style_;
  size_t replication_ = 3, owner_ = 0, group_ = 0, size_ = 10;
};

}  // namespace howdah::cli
