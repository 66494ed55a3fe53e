#pragma once

// What the programs for input formats share.

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "source/source.h"
#include "source/split_planner.h"

namespace howdah {

class FuzzBytes final : public ByteSource {
 public:
  FuzzBytes(const uint8_t* data, size_t size) : data_(data, data + size) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(data_.size()); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    const size_t from = std::min(static_cast<size_t>(offset), data_.size());
    const size_t count = std::min(out.size(), data_.size() - from);
    if (count > 0) std::memcpy(out.data(), data_.data() + from, count);
    return static_cast<int64_t>(count);
  }

 private:
  const std::string name_ = "fuzz";
  const std::vector<uint8_t> data_;
};

/// Inspect the bytes and read all their rows, in splits as small as there can be.
/// \return false: they were inspected, but not all rows that were counted could be read.
inline bool InspectAndRead(const SourceFormat& format, const uint8_t* data, size_t size) {
  const auto file = std::make_shared<FuzzBytes>(data, size);
  const auto info = format.Inspect(*file, {});
  if (!info.ok() || info->schema->num_fields() == 0) return true;
  for (const Split& split : PlanSplits({&*info, 1}, 1)) {
    const auto reader =
        OpenSplit(format, split, {split.parts.size(), file}, {.schema = info->schema});
    if (!reader.ok()) return false;
    int64_t rows = 0;
    for (;;) {
      const auto batch = (*reader)->Next(1);
      if (!batch.ok()) return false;
      if (batch->rows == nullptr) break;
      if (!batch->rows->ValidateFull().ok()) __builtin_trap();
      rows += batch->rows->num_rows();
    }
    if (rows != split.rows()) __builtin_trap();
  }
  return true;
}

}  // namespace howdah
