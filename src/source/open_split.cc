#include <arrow/array/util.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <utility>

#include "source/rebatcher.h"
#include "source/source.h"

namespace howdah {
namespace {

arrow::MemoryPool* PoolOf(const SplitReadOptions& options) {
  return options.pool != nullptr ? options.pool : arrow::default_memory_pool();
}

/// Chunks with the constants of their file behind their own columns.
class WithConstants final : public ChunkReader {
 public:
  WithConstants(std::unique_ptr<ChunkReader> chunks, const SplitReadOptions& options)
      : chunks_(std::move(chunks)),
        constants_(options.constants),
        pool_(PoolOf(options)) {
    arrow::FieldVector fields = options.schema->fields();
    for (const ConstantColumn& constant : constants_) fields.push_back(constant.field);
    schema_ = arrow::schema(std::move(fields));
  }

  Result<SourceBatch> NextChunk() override {
    HOWDAH_ASSIGN_OR_RETURN(SourceBatch chunk, chunks_->NextChunk());
    if (chunk.rows == nullptr) return chunk;
    arrow::ArrayVector columns = chunk.rows->columns();
    for (const ConstantColumn& constant : constants_) {
      const auto& value = *constant.by_file[static_cast<size_t>(chunk.file)];
      HOWDAH_ASSIGN_OR_RETURN(
          auto column, arrow::MakeArrayFromScalar(value, chunk.rows->num_rows(), pool_));
      columns.push_back(std::move(column));
    }
    chunk.rows =
        arrow::RecordBatch::Make(schema_, chunk.rows->num_rows(), std::move(columns));
    return chunk;
  }

 private:
  const std::unique_ptr<ChunkReader> chunks_;
  const std::vector<ConstantColumn> constants_;
  arrow::MemoryPool* const pool_;
  std::shared_ptr<arrow::Schema> schema_;
};

Status CheckConstants(const Split& split, const SplitReadOptions& options) {
  for (const ConstantColumn& constant : options.constants) {
    const std::string& name = constant.field->name();
    if (options.schema->GetFieldIndex(name) >= 0) {
      return Error(ErrorKind::kSchemaMismatch,
                   "'{}' is a column of the files and a partition directory too: rename "
                   "one of them",
                   name);
    }
    for (const SplitPart& part : split.parts) {
      const bool known =
          part.file >= 0 && part.file < static_cast<int64_t>(constant.by_file.size());
      const auto value =
          known ? constant.by_file[static_cast<size_t>(part.file)] : nullptr;
      if (value == nullptr || !value->type->Equals(*constant.field->type())) {
        return Error(ErrorKind::kInternal,
                     "column '{}' has no value of type {} for file {}", name,
                     constant.field->type()->ToString(), part.file);
      }
    }
  }
  return Status::OK();
}

}  // namespace

std::shared_ptr<arrow::Field> SourceFormat::FindColumn(const arrow::Schema& schema,
                                                       const arrow::Field& column) const {
  return schema.GetFieldByName(column.name());
}

std::shared_ptr<arrow::DataType> SourceFormat::CommonType(
    const std::shared_ptr<arrow::DataType>& a,
    const std::shared_ptr<arrow::DataType>& b) const {
  return a != nullptr && b != nullptr && a->Equals(*b) ? a : nullptr;
}

Result<std::unique_ptr<SplitReader>> OpenSplit(
    const SourceFormat& format, const Split& split,
    std::vector<std::shared_ptr<ByteSource>> files, const SplitReadOptions& options) {
  if (options.batch_rows < 1) {
    return Error(ErrorKind::kInvalidInput,
                 "a batch must have at least 1 row, asked for were {}",
                 options.batch_rows);
  }
  if (options.schema == nullptr || options.schema->num_fields() == 0) {
    return Error(ErrorKind::kInvalidInput, "no column of the input is used");
  }
  if (files.size() != split.parts.size()) {
    return Error(ErrorKind::kInternal, "split {} has {} parts, opened were {} files",
                 split.id, split.parts.size(), files.size());
  }
  HOWDAH_RETURN_IF_ERROR(CheckConstants(split, options));
  HOWDAH_ASSIGN_OR_RETURN(auto chunks,
                          format.OpenChunks(split, std::move(files), options));
  if (!options.constants.empty()) {
    chunks = std::make_unique<WithConstants>(std::move(chunks), options);
  }
  return MakeRebatcher(std::move(chunks), options.batch_rows, PoolOf(options));
}

}  // namespace howdah
