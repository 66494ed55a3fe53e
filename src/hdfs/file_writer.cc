#include "hdfs/file_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "hdfs/checksum.h"

namespace howdah::hdfs {

using std::chrono::milliseconds;

namespace {

constexpr ChecksumType kType = ChecksumType::kCrc32c;

ChecksumFormat FormatOf(const ClientOptions& options) {
  return {.type = kType, .chunk_bytes = options.bytes_per_checksum};
}

size_t PacketLimit(const ClientOptions& options) {
  const ChecksumFormat format = FormatOf(options);
  const uint64_t packet_bytes =
      uint64_t{ChunksPerPacket(format, options.packet_bytes)} * (format.chunk_bytes + 4);
  const uint64_t by_bytes = options.write_buffer_bytes / packet_bytes;
  const auto by_count = static_cast<uint64_t>(std::max(options.packets_in_flight, 1));
  return static_cast<size_t>(std::max<uint64_t>(std::min(by_bytes, by_count), 4));
}

}  // namespace

FileWriter::FileWriter(Namenode& namenode, const ClientOptions& options, Pacing& pacing,
                       const CreateRequest& request, uint64_t file_id,
                       Durability durability)
    : context_{.namenode = namenode,
               .options = options,
               .pacing = pacing,
               .path = request.path,
               .file_id = file_id,
               .replication = request.replication,
               .block_size = request.block_size,
               .checksum = FormatOf(options),
               .given_up = given_up_},
      durability_(durability),
      queue_(context_.checksum, ChunksPerPacket(context_.checksum, options.packet_bytes),
             PacketLimit(options)),
      streamer_(context_, &queue_) {}

Result<std::unique_ptr<FileWriter>> FileWriter::Create(Namenode& namenode,
                                                       const ClientOptions& options,
                                                       const CreateRequest& request,
                                                       Durability durability,
                                                       Pacing& pacing) {
  const uint32_t chunk_bytes = options.bytes_per_checksum;
  if (chunk_bytes == 0 || request.block_size == 0 ||
      request.block_size % chunk_bytes != 0) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: the block size {} (dfs.blocksize) must be a multiple of {} "
                 "(dfs.bytes-per-checksum)",
                 request.path, request.block_size, chunk_bytes);
  }
  HOWDAH_ASSIGN_OR_RETURN(const FileStatus status, namenode.Create(request));
  return std::unique_ptr<FileWriter>(
      new FileWriter(namenode, options, pacing, request, status.file_id, durability));
}

FileWriter::~FileWriter() { Abort(); }

void FileWriter::Abort() noexcept {
  closed_ = true;
  Fail(Error(ErrorKind::kCancelled, "writing {} was given up", context_.path));
  (void)streamer_.Join();
}

void FileWriter::Fail(const Status& reason) {
  given_up_ = true;
  queue_.Fail(reason);
}

Status FileWriter::Append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(const std::span<std::byte> space, Space());
    const size_t taken = std::min(bytes.size(), space.size());
    std::memcpy(space.data(), bytes.data(), taken);
    HOWDAH_RETURN_IF_ERROR(Fill(taken));
    bytes = bytes.subspan(taken);
  }
  return Status::OK();
}

Result<std::span<std::byte>> FileWriter::Space() {
  if (packet_ == nullptr) {
    HOWDAH_ASSIGN_OR_RETURN(packet_, NewPacket());
    packet_->Begin(block_bytes_);
    resent_bytes_ = 0;
  }
  const std::span<std::byte> space = packet_->space();
  const uint64_t block_room = context_.block_size - block_bytes_;
  return space.first(static_cast<size_t>(std::min<uint64_t>(space.size(), block_room)));
}

Status FileWriter::Fill(size_t bytes) {
  packet_->Grow(bytes);
  block_bytes_ += bytes;
  length_ += bytes;
  if (block_bytes_ == context_.block_size) return EndBlock();
  if (packet_->room() == 0) return SendPacket(false, false);
  return Status::OK();
}

Result<PacketPointer> FileWriter::NewPacket() {
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(PacketPointer packet, queue_.NewPacket());
    if (packet != nullptr) return packet;
    if (!streamer_.HelpUntil(queue_.quarter(), [&] { return queue_.has_room(); })) {
      HOWDAH_RETURN_IF_ERROR(queue_.WaitForRoom());
    }
  }
}

// Some packets are sent together: each call of the kernel may wake the DataNode. What is
// left when the writer pauses, the streamer sends.
Status FileWriter::Push(PacketPointer packet) {
  constexpr size_t kTogether = size_t{256} << 10;
  pushed_bytes_ += packet->data().size();
  const bool is_last = packet->last_in_block();
  HOWDAH_RETURN_IF_ERROR(queue_.Push(std::move(packet)));
  if (pushed_bytes_ < kTogether && !is_last) return Status::OK();
  pushed_bytes_ = 0;
  streamer_.Help();
  return Status::OK();
}

// All packets so far are acknowledged.
Status FileWriter::WaitForAck() {
  const int64_t last = next_sequence_ - 1;
  if (streamer_.HelpUntil(SIZE_MAX, [&] { return queue_.acknowledged(last); }))
    return Status::OK();
  return queue_.WaitForAck(last);
}

// The CRC of the file grows by the chunks of the packet, a table look-up for each.
void FileWriter::AddToChecksum(const OutPacket& packet, bool keep_partial_chunk) {
  static const CrcJoiner whole_default(kType, 512);
  const uint32_t chunk_bytes = context_.checksum.chunk_bytes;
  const auto checksums = packet.checksums();
  size_t left = packet.data().size();
  for (size_t i = 0; left > 0; ++i) {
    const size_t size = std::min<size_t>(left, chunk_bytes);
    if (size < chunk_bytes && keep_partial_chunk) break;
    uint32_t crc = 0;
    for (const std::byte byte : checksums.subspan(4 * i, 4)) {
      crc = crc << 8 | static_cast<uint32_t>(byte);
    }
    crc32c_ = size == 512 ? whole_default.Join(crc32c_, crc)
                          : JoinCrcs(kType, crc32c_, crc, size);
    left -= size;
  }
}

// \param keep_partial_chunk  the last chunk, if it is not whole, begins the next packet
//   too: chunks are checksummed as a whole. Source: DFSOutputStream.java, flushOrSync.
Status FileWriter::SendPacket(bool sync, bool keep_partial_chunk) {
  packet_->Seal(next_sequence_++, OutPacket::Kind::kData, sync);
  AddToChecksum(*packet_, keep_partial_chunk);
  const std::span<const std::byte> data = packet_->data();
  const size_t partial = data.size() % context_.checksum.chunk_bytes;
  if (keep_partial_chunk && partial > 0) {
    HOWDAH_ASSIGN_OR_RETURN(PacketPointer next, NewPacket());
    next->Begin(block_bytes_ - partial);
    next->Append(data.last(partial));
    resent_bytes_ = partial;
    std::swap(packet_, next);
    return Push(std::move(next));
  }
  return Push(std::move(packet_));
}

Status FileWriter::EndBlock() {
  if (packet_ != nullptr) {
    if (packet_->data().size() > resent_bytes_) {
      HOWDAH_RETURN_IF_ERROR(SendPacket(false, false));
    } else {
      // Only the partial chunk that was flushed before: it is there, but not yet counted.
      packet_->Seal(0, OutPacket::Kind::kData, false);
      AddToChecksum(*packet_, false);
    }
  }
  if (packet_ == nullptr) {
    HOWDAH_ASSIGN_OR_RETURN(packet_, NewPacket());
  }
  packet_->Begin(block_bytes_);
  packet_->Seal(next_sequence_++, OutPacket::Kind::kLastInBlock,
                durability_ == Durability::kOnDisk);
  block_bytes_ = 0;
  return Push(std::move(packet_));
}

Status FileWriter::Flush(Durability durability) {
  streamer_.set_flushed();
  const bool sync = durability == Durability::kOnDisk;
  if (packet_ != nullptr && packet_->data().size() > resent_bytes_) {
    HOWDAH_RETURN_IF_ERROR(SendPacket(sync, true));
  } else if (sync && block_bytes_ > 0) {
    HOWDAH_ASSIGN_OR_RETURN(PacketPointer empty, NewPacket());
    empty->Begin(block_bytes_);
    empty->Seal(next_sequence_++, OutPacket::Kind::kData, true);
    HOWDAH_RETURN_IF_ERROR(Push(std::move(empty)));
  }
  HOWDAH_RETURN_IF_ERROR(WaitForAck());
  return context_.namenode.Fsync(context_.path, context_.file_id, length_);
}

Result<FileChecksum> FileWriter::Close() {
  HOWDAH_RETURN_IF_ERROR(queue_.failure());
  if (closed_) {
    return Error(ErrorKind::kInternal, "{} was closed already", context_.path);
  }
  const Status status = Finish();
  closed_ = true;
  if (!status.ok()) {
    Fail(status);
    (void)streamer_.Join();
    return status;
  }
  return FileChecksum{.length = length_, .crc32c = crc32c_};
}

Status FileWriter::Finish() {
  if (block_bytes_ > 0) HOWDAH_RETURN_IF_ERROR(EndBlock());
  queue_.Finish();
  (void)WaitForAck();  // the streamer knows more of what went wrong
  HOWDAH_RETURN_IF_ERROR(streamer_.Join());
  HOWDAH_RETURN_IF_ERROR(Complete());
  return Verify();
}

// Source: DFSOutputStream.java, completeFile. We ask sooner the first times: a last block
// is there a moment later as a rule.
Status FileWriter::Complete() {
  const ClientOptions& options = context_.options;
  const milliseconds limit =
      options.locate_following_block_delay *
      (1 << std::clamp(options.locate_following_block_retries, 0, 20));
  milliseconds waited{0}, pause{5};
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(const bool completed,
                            context_.namenode.Complete(context_.path, context_.file_id,
                                                       streamer_.last_block()));
    if (completed) return Status::OK();
    if (waited >= limit) {
      return Error(ErrorKind::kTransient,
                   "{} cannot be completed: after {} s its last block still has too few "
                   "replicas",
                   context_.path, waited.count() / 1000);
    }
    context_.pacing.Sleep(pause);
    waited += pause;
    pause = std::min(2 * pause, options.locate_following_block_delay_limit);
  }
}

Status FileWriter::Verify() {
  if (context_.options.verify == VerifyFile::kLength) {
    HOWDAH_ASSIGN_OR_RETURN(const auto status,
                            context_.namenode.GetFileInfo(context_.path));
    if (!status.has_value() || status->file_id != context_.file_id) {
      return Error(ErrorKind::kNotFound,
                   "{} was removed or replaced just when it was closed", context_.path);
    }
    if (status->length == length_) return Status::OK();
    return Error(ErrorKind::kCorruption,
                 "{} has {} bytes at the NameNode, {} were written", context_.path,
                 status->length, length_);
  }
  HOWDAH_ASSIGN_OR_RETURN(const FileChecksum found,
                          ChecksumOfFile(context_.namenode, context_.options,
                                         context_.path, streamer_.doubtful_nodes()));
  if (found.length == length_ && found.crc32c == crc32c_) return Status::OK();
  return Error(ErrorKind::kCorruption,
               "{} has {} bytes with CRC32C {:08x} at the DataNodes, {} with {:08x} were "
               "written",
               context_.path, found.length, found.crc32c, length_, crc32c_);
}

}  // namespace howdah::hdfs
