#include "write/row_spill.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <span>

#include "base/digest.h"
#include "types/array_bytes.h"

namespace howdah {
namespace {

constexpr int64_t kBlockBytes = int64_t{1} << 20;
// Smaller blocks are not worth a compressor's tables.
constexpr int64_t kLeastCompressed = int64_t{16} << 10;

std::span<const std::byte> Bytes(const arrow::Buffer& buffer) {
  return std::as_bytes(std::span(buffer.data(), static_cast<size_t>(buffer.size())));
}

Result<std::shared_ptr<arrow::Buffer>> Serialize(const arrow::RecordBatch& rows,
                                                 int64_t bytes) {
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.use_threads = false;
  if (bytes >= kLeastCompressed) {
    HOWDAH_ASSIGN_OR_RETURN(options.codec,
                            arrow::util::Codec::Create(arrow::Compression::LZ4_FRAME));
  }
  return arrow::ipc::SerializeRecordBatch(rows, options);
}

}  // namespace

Status RowSpill::Append(uint32_t partition, const arrow::RecordBatch& rows) {
  if (file_ == nullptr) {
    HOWDAH_ASSIGN_OR_RETURN(file_, ScratchFile::Create(directory_));
  }
  const int64_t bytes = std::max<int64_t>(ApproximateBytes(rows), 1);
  const int64_t block_rows = std::max<int64_t>(1, rows.num_rows() * kBlockBytes / bytes);
  for (int64_t row = 0; row < rows.num_rows(); row += block_rows) {
    HOWDAH_RETURN_IF_ERROR(AppendBlock(partition, *rows.Slice(row, block_rows)));
  }
  return Status::OK();
}

Status RowSpill::AppendBlock(uint32_t partition, const arrow::RecordBatch& rows) {
  HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> block,
                          Serialize(rows, ApproximateBytes(rows)));
  most_transient_ = std::max(most_transient_, 2 * block->size());
  HOWDAH_ASSIGN_OR_RETURN(const int64_t offset, file_->Append(Bytes(*block)));
  constexpr int64_t kPartitionBytes = 128;  // of the map, and of a vector
  const auto [blocks, is_new] = blocks_.try_emplace(partition);
  blocks->second.push_back(
      {.offset = offset, .bytes = block->size(), .crc32c = Crc32c(0, Bytes(*block))});
  // A vector that grows doubles.
  index_bytes_ +=
      2 * static_cast<int64_t>(sizeof(Block)) + (is_new ? kPartitionBytes : 0);
  return Status::OK();
}

std::vector<uint32_t> RowSpill::partitions() const {
  std::vector<uint32_t> partitions;
  for (const auto& [partition, blocks] : blocks_) partitions.push_back(partition);
  return partitions;
}

Status RowSpill::Read(
    uint32_t partition,
    const std::function<Status(const arrow::RecordBatch&)>& take) const {
  const auto found = blocks_.find(partition);
  if (found == blocks_.end()) return Status::OK();
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  for (const Block& block : found->second) {
    HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer,
                            arrow::AllocateBuffer(block.bytes));
    HOWDAH_RETURN_IF_ERROR(file_->ReadAt(
        block.offset, std::as_writable_bytes(std::span(
                          buffer->mutable_data(), static_cast<size_t>(block.bytes)))));
    if (Crc32c(0, Bytes(*buffer)) != block.crc32c) {
      return Error(ErrorKind::kCorruption,
                   "a temporary file in '{}' does not read back as it was written, at "
                   "byte {}: the disk or the memory of this machine is damaged",
                   directory_, block.offset);
    }
    arrow::io::BufferReader reader(std::move(buffer));
    const arrow::ipc::DictionaryMemo no_dictionaries;
    HOWDAH_ASSIGN_OR_RETURN(
        const std::shared_ptr<arrow::RecordBatch> rows,
        arrow::ipc::ReadRecordBatch(schema_, &no_dictionaries, options, &reader));
    HOWDAH_RETURN_IF_ERROR(take(*rows));
  }
  return Status::OK();
}

}  // namespace howdah
