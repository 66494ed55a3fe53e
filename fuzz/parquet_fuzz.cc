// Parquet inputs: any bytes are inspected and read, or refused.

#include <arrow/type.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "source/source.h"
#include "source/split_planner.h"

namespace {

class Bytes final : public howdah::ByteSource {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data, data + size) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(data_.size()); }
  howdah::Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    const size_t from = std::min(static_cast<size_t>(offset), data_.size());
    const size_t count = std::min(out.size(), data_.size() - from);
    if (count > 0) std::memcpy(out.data(), data_.data() + from, count);
    return static_cast<int64_t>(count);
  }

 private:
  const std::string name_ = "fuzz.parquet";
  const std::vector<uint8_t> data_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = std::make_shared<Bytes>(data, size);
  const howdah::SourceFormat& parquet = *howdah::FindSourceFormat("parquet");
  const auto info = parquet.Inspect(*file, {});
  if (!info.ok()) return 0;
  howdah::SplitReadOptions options;
  for (const std::string& name : info->schema->field_names())
    options.columns.push_back(name);
  for (const howdah::Split& split : howdah::PlanSplits({&*info, 1}, int64_t{1} << 20)) {
    const auto reader = parquet.Open(split, {split.parts.size(), file}, options);
    if (!reader.ok()) continue;
    for (auto batch = (*reader)->Next(); batch.ok() && batch->rows != nullptr;) {
      batch = (*reader)->Next();
    }
  }
  return 0;
}
