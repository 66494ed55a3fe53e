#include "source/split_planner.h"

#include <algorithm>
#include <utility>

namespace howdah {
namespace {

// Far above any real target; sums of a few of these do not overflow.
constexpr int64_t kMostTarget = int64_t{1} << 60;

class Planner {
 public:
  explicit Planner(int64_t target_bytes)
      : target_(std::clamp<int64_t>(target_bytes, 1, kMostTarget)) {}

  void Add(int64_t file, int64_t row_group, int64_t first_row, const SourceUnit& unit) {
    // A unit of twice the target never shares a split; how much larger it is does not
    // matter.
    const int64_t bytes = std::clamp<int64_t>(unit.bytes, 0, 2 * target_);
    const bool ends_nearer_without = bytes_ + (bytes + 1) / 2 > target_;
    if (!split_.parts.empty() && ends_nearer_without) Finish();
    bytes_ += bytes;
    if (!split_.parts.empty()) {
      SplitPart& last = split_.parts.back();
      if (last.file == file && last.end_row_group == row_group) {
        last.end_row_group = row_group + 1;
        last.end_byte = unit.end_byte;
        last.rows += unit.rows;
        return;
      }
    }
    split_.parts.push_back({.file = file,
                            .first_row_group = row_group,
                            .end_row_group = row_group + 1,
                            .first_byte = unit.first_byte,
                            .end_byte = unit.end_byte,
                            .first_row = first_row,
                            .rows = unit.rows});
  }

  std::vector<Split> Take() {
    if (!split_.parts.empty() || splits_.empty()) Finish();
    return std::move(splits_);
  }

 private:
  void Finish() {
    split_.id = static_cast<int64_t>(splits_.size());
    splits_.push_back(std::exchange(split_, {}));
    bytes_ = 0;
  }

  const int64_t target_;
  std::vector<Split> splits_;
  Split split_;
  int64_t bytes_ = 0;  // of split_
};

}  // namespace

std::vector<Split> PlanSplits(std::span<const SourceFileInfo> files,
                              int64_t target_bytes) {
  Planner planner(target_bytes);
  for (size_t f = 0; f < files.size(); ++f) {
    int64_t first_row = 0;
    for (size_t u = 0; u < files[f].units.size(); ++u) {
      const SourceUnit& unit = files[f].units[u];
      if (unit.rows > 0) {
        planner.Add(static_cast<int64_t>(f), static_cast<int64_t>(u), first_row, unit);
      }
      first_row += unit.rows;
    }
  }
  return planner.Take();
}

}  // namespace howdah
