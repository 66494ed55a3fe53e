#include "encode/avro_block_writer.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <array>
#include <utility>

#include "avro/varint.h"

namespace howdah {

Result<std::unique_ptr<AvroBlockWriter>> AvroBlockWriter::Make(ByteSink* sink,
                                                               const SyncMarker& sync,
                                                               AvroCodec codec,
                                                               int64_t threads,
                                                               arrow::MemoryPool* pool) {
  std::unique_ptr<AvroBlockWriter> writer(new AvroBlockWriter(sink, sync));
  const int64_t lanes = codec == AvroCodec::kNull ? 1 : std::max<int64_t>(threads, 1);
  writer->lanes_.resize(static_cast<size_t>(lanes));
  for (Lane& lane : writer->lanes_) {
    HOWDAH_ASSIGN_OR_RETURN(lane.codec, MakeBlockCompressor(codec, pool));
  }
  return writer;
}

AvroBlockWriter::~AvroBlockWriter() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (Lane& lane : lanes_) {
    if (lane.thread.joinable()) lane.thread.join();
  }
}

Status AvroBlockWriter::Begin(ContainerHeader header) {
  header.sync = sync_;
  const std::string bytes = SerializeHeader(header);
  return Append(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

Status AvroBlockWriter::Put(AvroBlock* block) {
  Lane& lane = lanes_[next_];
  next_ = (next_ + 1) % lanes_.size();
  HOWDAH_RETURN_IF_ERROR(WriteOut(lane));
  waiting_ += block->bytes;
  std::swap(lane.block, *block);
  if (lanes_.size() == 1) {
    lane.stored = Compressed(lane);
    lane.state = State::kCompressed;
    return WriteOut(lane);
  }
  {
    std::lock_guard lock(mutex_);
    lane.state = State::kFull;
  }
  changed_.notify_all();
  if (!lane.thread.joinable()) lane.thread = std::thread([this, &lane] { Work(lane); });
  return Status::OK();
}

Status AvroBlockWriter::Finish() {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    HOWDAH_RETURN_IF_ERROR(WriteOut(lanes_[(next_ + i) % lanes_.size()]));
  }
  return Status::OK();
}

Result<StoredBlock> AvroBlockWriter::Compressed(Lane& lane) {
  const auto* bytes = reinterpret_cast<const std::byte*>(lane.block.buffer->data());
  return lane.codec->Compress(std::span(bytes, static_cast<size_t>(lane.block.bytes)));
}

/// What a lane's thread does.
void AvroBlockWriter::Work(Lane& lane) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || lane.state == State::kFull; });
    if (ending_) return;
    lock.unlock();
    lane.stored = Compressed(lane);
    lock.lock();
    lane.state = State::kCompressed;
    changed_.notify_all();
  }
}

/// Write the lane's block, when it is compressed, if it has one.
Status AvroBlockWriter::WriteOut(Lane& lane) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lane.state != State::kFull; });
    if (lane.state == State::kFree) return Status::OK();
    lane.state = State::kFree;
  }
  HOWDAH_ASSIGN_OR_RETURN(const StoredBlock stored, std::move(lane.stored));
  if (stored.bytes > kMostAvroBlock) {
    return Error(ErrorKind::kResourceExhausted,
                 "a row that compresses to {} bytes; an Avro block holds at most {}",
                 stored.bytes, kMostAvroBlock);
  }
  std::array<std::byte, 2 * kAvroLongRoom> head;
  const std::byte* const head_end =
      PutAvroLong(stored.bytes, PutAvroLong(lane.block.rows, head.data()));
  HOWDAH_RETURN_IF_ERROR(
      Append(std::span(head).first(static_cast<size_t>(head_end - head.data()))));
  for (const auto piece : stored.pieces) HOWDAH_RETURN_IF_ERROR(Append(piece));
  HOWDAH_RETURN_IF_ERROR(Append(sync_));
  uncompressed_ += lane.block.bytes;
  waiting_ -= lane.block.bytes;
  rows_ += lane.block.rows;
  ++blocks_;
  lane.block.bytes = lane.block.rows = 0;
  return Status::OK();
}

Status AvroBlockWriter::Append(std::span<const std::byte> bytes) {
  written_ += static_cast<int64_t>(bytes.size());
  return sink_->Append(bytes);
}

}  // namespace howdah
