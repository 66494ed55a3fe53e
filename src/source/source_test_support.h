#pragma once

// What this room's tests share: files in memory, and reading them as the engine does.

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_io.h"
#include "source/source.h"
#include "source/split_planner.h"

namespace howdah {

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string bytes)
      : name_(std::move(name)), bytes_(std::move(bytes)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    if (offset < 0 || offset > size()) return Status::Invalid("offset out of range");
    const size_t from = static_cast<size_t>(offset);
    const size_t n = std::min(out.size(), bytes_.size() - from);
    if (n > 0) std::memcpy(out.data(), bytes_.data() + from, n);
    return static_cast<int64_t>(n);
  }

 private:
  const std::string name_, bytes_;
};

inline std::shared_ptr<arrow::Array> FromJson(
    const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// The schema as "name: type, …".
inline std::string TypesOf(const arrow::Schema& schema) {
  std::string types;
  for (const auto& field : schema.fields()) {
    types +=
        (types.empty() ? "" : ", ") + field->name() + ": " + field->type()->ToString();
  }
  return types;
}

/// [first, first + rows) as int64.
inline std::shared_ptr<arrow::Array> Range(int64_t first, int64_t rows) {
  arrow::Int64Builder builder;
  for (int64_t i = first; i < first + rows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  return builder.Finish().ValueOrDie();
}

/// Columns "id" = 0, 1, 2, … and "twice" = 0, 2, 4, ….
inline std::shared_ptr<arrow::Table> CountingTable(int64_t first, int64_t rows) {
  arrow::Int64Builder twice;
  for (int64_t i = first; i < first + rows; ++i) {
    EXPECT_TRUE(twice.Append(2 * i).ok());
  }
  return arrow::Table::Make(arrow::schema({arrow::field("id", arrow::int64()),
                                           arrow::field("twice", arrow::int64())}),
                            {Range(first, rows), twice.Finish().ValueOrDie()});
}

inline std::shared_ptr<ByteSource> Source(std::string name, std::string bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

/// `files` cut into splits of about `target_bytes`.
inline Result<std::vector<Split>> PlanFiles(
    const SourceFormat& format, const std::vector<std::shared_ptr<ByteSource>>& files,
    const InspectOptions& options = {}, int64_t target_bytes = int64_t{1} << 40) {
  std::vector<SourceFileInfo> infos;
  for (const auto& file : files) {
    HOWDAH_ASSIGN_OR_RETURN(SourceFileInfo info, format.Inspect(*file, options));
    infos.push_back(std::move(info));
  }
  return PlanSplits(infos, target_bytes);
}

/// All batches of `split`; `files` by index of the plan's files.
inline Result<std::vector<SourceBatch>> ReadBatches(
    const SourceFormat& format, const Split& split,
    const std::vector<std::shared_ptr<ByteSource>>& files,
    const SplitReadOptions& options) {
  std::vector<std::shared_ptr<ByteSource>> opened;
  for (const SplitPart& part : split.parts) {
    opened.push_back(files[static_cast<size_t>(part.file)]);
  }
  HOWDAH_ASSIGN_OR_RETURN(auto reader,
                          OpenSplit(format, split, std::move(opened), options));
  std::vector<SourceBatch> batches;
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(SourceBatch batch, reader->Next(1));
    if (batch.rows == nullptr) return batches;
    HOWDAH_RETURN_IF_ERROR(batch.rows->ValidateFull());  // safe to touch
    batches.push_back(std::move(batch));
  }
}

/// The columns `names` of `files` with their common types; SchemaMismatch without one.
inline Result<std::shared_ptr<arrow::Schema>> CommonSchema(
    const SourceFormat& format, const std::vector<std::shared_ptr<ByteSource>>& files,
    const InspectOptions& options = {}) {
  arrow::FieldVector fields;
  std::vector<std::string> names = options.columns;
  for (size_t f = 0; f < files.size(); ++f) {
    HOWDAH_ASSIGN_OR_RETURN(const SourceFileInfo info,
                            format.Inspect(*files[f], options));
    if (names.empty()) names = info.schema->field_names();
    for (size_t i = 0; i < names.size(); ++i) {
      const auto field = f == 0 ? info.schema->GetFieldByName(names[i])
                                : format.FindColumn(*info.schema, *fields[i]);
      if (f > 0 && field == nullptr && format.HasDefault(*fields[i])) continue;
      auto type = field != nullptr ? field->type() : nullptr;
      if (f == 0) {
        fields.push_back(field != nullptr ? field->WithNullable(true)
                                          : arrow::field(names[i], arrow::null()));
        continue;
      }
      type = format.CommonType(fields[i]->type(), type);
      if (type == nullptr) {
        return Error(ErrorKind::kSchemaMismatch, "no common type of '{}'", names[i]);
      }
      fields[i] = fields[i]->WithType(type);
    }
  }
  return arrow::schema(fields);
}

/// All rows of `files`, planned in splits of about `target_bytes`, in order; checks that
/// batches are where they say they are.
inline Result<std::shared_ptr<arrow::Table>> ReadTable(
    const SourceFormat& format, const std::vector<std::shared_ptr<ByteSource>>& files,
    const InspectOptions& options = {}, int64_t target_bytes = int64_t{1} << 40,
    int64_t batch_rows = 7) {
  HOWDAH_ASSIGN_OR_RETURN(const auto schema, CommonSchema(format, files, options));
  HOWDAH_ASSIGN_OR_RETURN(const auto splits,
                          PlanFiles(format, files, options, target_bytes));
  std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
  for (const Split& split : splits) {
    HOWDAH_ASSIGN_OR_RETURN(
        const auto batches,
        ReadBatches(format, split, files, {.schema = schema, .batch_rows = batch_rows}));
    int64_t read = 0;
    for (const SourceBatch& batch : batches) {
      read += batch.rows->num_rows();
      rows.push_back(batch.rows);
    }
    EXPECT_EQ(read, split.rows());
  }
  return arrow::Table::FromRecordBatches(schema, rows);
}

/// `table` in one chunk, without metadata: for comparing.
inline std::shared_ptr<arrow::RecordBatch> Flat(const arrow::Table& table) {
  return table.CombineChunksToBatch().ValueOrDie();
}

}  // namespace howdah
