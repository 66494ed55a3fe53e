#include "write/task_writer.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "storage/scratch_file.h"
#include "write/file_set.h"
#include "write/partitioner.h"
#include "write/row_chunk.h"
#include "write/row_spill.h"

namespace howdah {
namespace {

/// What is left of the memory of `files` for their encoders, beside what the storage
/// holds of each; half of it at least, or row groups would be too small to be read.
int64_t WithoutPending(const FileSystem& fs, int64_t memory_bytes, int64_t files) {
  return std::max(memory_bytes - files * fs.PendingFileBytes(), memory_bytes / 2);
}

/// Files that hold rows of any kind, one after the other.
class RollingWriter final : public TaskWriter {
 public:
  RollingWriter(FileSystem& fs, TaskWriterOptions options, FileSchemas schemas)
      : options_(std::move(options)),
        files_(fs, options_, std::move(schemas),
               WithoutPending(fs, options_.memory_bytes, 1)) {}

  Status Write(const arrow::RecordBatch& batch) override {
    return files_.Write(0, {}, batch);
  }
  int64_t BufferedBytes() const override { return files_.BufferedBytes(); }
  int64_t TakePeakBytes() override { return files_.TakePeakBytes(); }

  Result<std::vector<FileRecord>> Finish() override {
    if (files_.begun() == 0) HOWDAH_RETURN_IF_ERROR(files_.Open(0, {}));
    HOWDAH_RETURN_IF_ERROR(files_.CloseAll());
    return files_.TakeRecords();
  }

 private:
  const TaskWriterOptions options_;
  FileSet files_;
};

/// What a writer of many partitions does with its memory.
struct Shares {
  int64_t chunk_bytes = 0;  ///< of rows that wait to be put in order
  int64_t files_bytes = 0;  ///< of the encoders of all open files
  int64_t most_open = 1;    ///< files

  static Shares Of(const FileSystem& fs, const TaskWriterOptions& options,
                   const arrow::Schema& schema) {
    // When rows are put in order there are two copies of them, and while they are handed
    // on up to two of one partition's.
    constexpr int64_t kChunks = 8, kOfFiles = 4;
    // Below these a file gives its row groups away before they are worth reading.
    constexpr int64_t kFileBytes = int64_t{1} << 20, kColumnBytes = int64_t{16} << 10;
    Shares shares;
    shares.chunk_bytes = options.memory_bytes / kChunks;
    shares.files_bytes = kOfFiles * shares.chunk_bytes;
    shares.most_open = std::clamp<int64_t>(
        shares.files_bytes /
            (kFileBytes + schema.num_fields() * kColumnBytes + fs.PendingFileBytes()),
        1, options.max_open_files);
    shares.files_bytes = WithoutPending(fs, shares.files_bytes, shares.most_open);
    return shares;
  }
};

TaskWriterOptions WithShareOfMemory(TaskWriterOptions options, const Shares& shares) {
  options.encoder.memory_bytes = shares.files_bytes / shares.most_open;
  return options;
}

/// The first partitions have their files open from their first row to the end; the rows
/// of all others wait on disk, and become files one partition after the other.
class PartitionedWriter final : public TaskWriter {
 public:
  PartitionedWriter(FileSystem& fs, const TaskWriterOptions& options,
                    const Shares& shares, FileSchemas schemas)
      : options_(WithShareOfMemory(options, shares)),
        shares_(shares),
        spill_(schemas.written, options_.spill_directory.empty()
                                    ? ScratchFile::DefaultDirectory()
                                    : options_.spill_directory),
        files_(fs, options_, std::move(schemas), shares.files_bytes) {}

  Status Write(const arrow::RecordBatch& batch) override {
    HOWDAH_ASSIGN_OR_RETURN(PartitionedBatch rows,
                            PartitionBatch(batch, options_.partition_by));
    std::vector<uint32_t> ids;  // of the batch's partitions
    for (Partition& partition : rows.partitions) {
      HOWDAH_ASSIGN_OR_RETURN(ids.emplace_back(), Number(std::move(partition)));
    }
    for (uint32_t& partition : rows.partition_of) partition = ids[partition];
    if (chunk_.BufferedBytes() + RowChunk::BytesOf(*rows.rows) > shares_.chunk_bytes) {
      HOWDAH_RETURN_IF_ERROR(DrainChunk());
    }
    chunk_.Add(std::move(rows.rows), std::move(rows.partition_of));
    LookAtPeak(0);
    return Status::OK();
  }

  int64_t BufferedBytes() const override {
    return chunk_.BufferedBytes() + spill_.BufferedBytes() + files_.BufferedBytes() +
           names_bytes_;
  }
  int64_t TakePeakBytes() override { return std::exchange(peak_, BufferedBytes()); }

  Result<std::vector<FileRecord>> Finish() override {
    HOWDAH_RETURN_IF_ERROR(DrainChunk());
    HOWDAH_RETURN_IF_ERROR(files_.CloseAll());
    for (const uint32_t id : spill_.partitions()) {
      HOWDAH_RETURN_IF_ERROR(spill_.Read(id, [&](const arrow::RecordBatch& rows) {
        HOWDAH_RETURN_IF_ERROR(files_.Write(id, partitions_[id], rows));
        LookAtPeak(0);
        return Status::OK();
      }));
      HOWDAH_RETURN_IF_ERROR(files_.CloseAll());
    }
    return files_.TakeRecords();
  }

 private:
  /// Partitions are numbered as they come.
  Result<uint32_t> Number(Partition partition) {
    const auto next = static_cast<uint32_t>(partitions_.size());
    const auto [found, is_new] = numbers_.try_emplace(partition.directory, next);
    if (!is_new) return found->second;
    if (next >= options_.max_partitions) {
      return Error(ErrorKind::kResourceExhausted,
                   "the rows have more than {} different values of {}, and each makes a "
                   "file at least; partition by columns of fewer values, or raise "
                   "'checks.max_files'",
                   options_.max_partitions, QuotedList(options_.partition_by));
    }
    constexpr int64_t kObjects = 256;
    names_bytes_ += kObjects + 3 * static_cast<int64_t>(partition.directory.size());
    partitions_.push_back(std::move(partition));
    return next;
  }

  Status DrainChunk() {
    LookAtPeak(chunk_.DrainBytes() - chunk_.BufferedBytes());
    return chunk_.Drain([&](uint32_t id, std::shared_ptr<arrow::RecordBatch> rows) {
      if (id < shares_.most_open) {
        HOWDAH_RETURN_IF_ERROR(files_.Write(id, partitions_[id], *rows));
      } else {
        HOWDAH_RETURN_IF_ERROR(WithContext(
            spill_.Append(id, *rows),
            fmt::format("rows of more than {} partitions wait on disk until all are read",
                        shares_.most_open)));
      }
      LookAtPeak(0);
      return Status::OK();
    });
  }

  /// \param more  bytes that are held for a moment.
  void LookAtPeak(int64_t more) {
    // The files were at their peak while all else was held as well.
    const int64_t files = files_.TakePeakBytes() - files_.BufferedBytes();
    peak_ = std::max(peak_, BufferedBytes() + files + more);
  }

  const TaskWriterOptions options_;
  const Shares shares_;
  std::vector<Partition> partitions_;
  std::unordered_map<std::string, uint32_t> numbers_;  // by directory
  int64_t names_bytes_ = 0;                            // of both, about
  int64_t peak_ = 0;
  RowChunk chunk_;
  RowSpill spill_;
  FileSet files_;
};

}  // namespace

Result<std::shared_ptr<arrow::Schema>> FileSchema(
    const arrow::Schema& schema, const std::vector<std::string>& partition_by) {
  arrow::FieldVector fields = schema.fields();
  for (const std::string& name : partition_by) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
      return field->name() == name;
    });
    if (found == fields.end()) {
      return Error(
          ErrorKind::kSchemaMismatch,
          "output.partition_by names '{}', which is {}; the output's columns are "
          "{}{}",
          name, schema.GetFieldIndex(name) >= 0 ? "named twice" : "no column",
          QuotedList(schema.field_names()), DidYouMean(name, schema.field_names()));
    }
    if (!CanPartitionBy(*(*found)->type())) {
      return Error(ErrorKind::kSchemaMismatch,
                   "output.partition_by names '{}', which is of {}; directories can be "
                   "named by integers, bool, date and string",
                   name, (*found)->type()->ToString());
    }
    if (IsHiddenName(name)) {
      return Error(
          ErrorKind::kSchemaMismatch,
          "output.partition_by names '{}', but Hive hides directories whose name "
          "begins with '_'; give the column another name",
          name);
    }
    fields.erase(found);
  }
  if (fields.empty()) {
    return Error(ErrorKind::kSchemaMismatch,
                 "output.partition_by names all columns of the output; at least one must "
                 "be left for the files");
  }
  return arrow::schema(std::move(fields), schema.metadata());
}

Result<std::unique_ptr<TaskWriter>> TaskWriter::Make(FileSystem& fs,
                                                     TaskWriterOptions options) {
  HOWDAH_ASSIGN_OR_RETURN(auto file_schema,
                          FileSchema(*options.schema, options.partition_by));
  HOWDAH_ASSIGN_OR_RETURN(auto stored,
                          options.format->StoredSchema(file_schema, options.encoder));
  FileSchemas schemas{std::move(file_schema), std::move(stored)};
  if (options.partition_by.empty()) {
    return std::make_unique<RollingWriter>(fs, std::move(options), std::move(schemas));
  }
  const Shares shares = Shares::Of(fs, options, *schemas.written);
  return std::make_unique<PartitionedWriter>(fs, options, shares, std::move(schemas));
}

}  // namespace howdah
