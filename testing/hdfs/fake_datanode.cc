#include "testing/hdfs/fake_datanode.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/out_packet.h"

namespace howdah::hdfs {

FakeDatanode::FakeDatanode(std::string uuid) : uuid_(std::move(uuid)) {
  const std::lock_guard lock(mutex_);
  threads_.emplace_back([this] { AcceptAll(); });
}

FakeDatanode::~FakeDatanode() {
  Die();
  while (true) {
    std::list<std::jthread> ended;
    {
      const std::lock_guard lock(mutex_);
      ended.swap(threads_);
    }
    if (ended.empty()) break;
  }
}

BlockLocation FakeDatanode::location() const {
  std::string id, info;
  protozero::pbf_writer writer(id);
  writer.add_string(1, "127.0.0.1");
  writer.add_string(2, "localhost");
  writer.add_string(3, uuid_);
  writer.add_uint32(4, listener_.port());
  writer.add_uint32(5, 0);
  writer.add_uint32(6, 0);
  protozero::pbf_writer(info).add_message(1, id);
  return {.node = {.uuid = uuid_,
                   .ip_address = "127.0.0.1",
                   .host_name = "localhost",
                   .transfer_port = listener_.port(),
                   .message = info},
          .storage_id = "storage-of-" + uuid_};
}

void FakeDatanode::set_script(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = script;
}

std::optional<FakeDatanode::Replica> FakeDatanode::replica(uint64_t block_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = replicas_.find(block_id);
  if (found == replicas_.end()) return std::nullopt;
  return found->second;
}

void FakeDatanode::Put(uint64_t block_id, Replica replica) {
  const std::lock_guard lock(mutex_);
  replicas_[block_id] = std::move(replica);
}

void FakeDatanode::Die() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
  listener_.Stop();
  for (Socket& socket : sockets_) socket.Shutdown();
  changed_.notify_all();
}

void FakeDatanode::Freeze() {
  const std::lock_guard lock(mutex_);
  frozen_ = true;
  changed_.notify_all();
}

void FakeDatanode::AwaitFrozen() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return frozen_; });
}

void FakeDatanode::Thaw() {
  const std::lock_guard lock(mutex_);
  frozen_ = false;
  changed_.notify_all();
}

void FakeDatanode::Release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void FakeDatanode::AwaitRequests(int operation, int64_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_[operation] >= count; });
}

int64_t FakeDatanode::packets() const {
  const std::lock_guard lock(mutex_);
  return packets_;
}

int64_t FakeDatanode::requests(int operation) const {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(operation);
  return found == requests_.end() ? 0 : found->second;
}

std::vector<std::string> FakeDatanode::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

Status FakeDatanode::Complain(std::string what) {
  const std::lock_guard lock(mutex_);
  complaints_.push_back(what);
  return MakeError(ErrorKind::kInternal, std::move(what));
}

bool FakeDatanode::Breathe() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !frozen_ || dead_; });
  return !dead_;
}

void FakeDatanode::AcceptAll() {
  while (true) {
    Socket socket = listener_.Accept();
    if (!Breathe() || socket.descriptor() < 0) return;
    const std::lock_guard lock(mutex_);
    if (dead_) return;
    sockets_.push_back(std::move(socket));
    threads_.emplace_back([this, kept = &sockets_.back()] { Serve(kept); });
  }
}

void FakeDatanode::Serve(Socket* socket) {
  while (true) {
    const auto request = ReadRequest(*socket);
    if (!Breathe() || !request.ok() || !Handle(*socket, *request).ok()) break;
  }
  socket->Shutdown();
}

Status FakeDatanode::Handle(Socket& socket, const TransferRequest& request) {
  bool refuse = false;
  {
    const std::lock_guard lock(mutex_);
    ++requests_[request.operation];
    changed_.notify_all();
    refuse = script_.refuse_tokens > 0;
    if (refuse) --script_.refuse_tokens;
  }
  if (refuse) {
    HOWDAH_RETURN_IF_ERROR(
        SendAnswer(socket, {.status = TransferStatus::kErrorAccessToken}));
    return Error(ErrorKind::kInternal, "refused");
  }
  switch (request.operation) {
    case 80:
      return HandleWrite(socket, request);
    case 81:
      return HandleRead(socket, request);
    case 85:
      return HandleChecksum(socket, request);
    case 86:
      return HandleTransfer(socket, request);
    default:
      return Complain(fmt::format("operation {}", request.operation));
  }
}

// What a DataNode does to its replica before a pipeline stands. Source:
// FsDatasetImpl.java, createRbw, recoverRbw, recoverClose.
Status FakeDatanode::Prepare(const TransferRequest& request) {
  const std::lock_guard lock(mutex_);
  if (script_.fail_set_ups > 0) {
    --script_.fail_set_ups;
    return Error(ErrorKind::kInternal, "scripted");
  }
  Replica& replica = replicas_[request.block.block_id];
  switch (request.stage) {
    case PipelineStage::kSetupCreate:
      replica = {.generation_stamp = request.block.generation_stamp};
      return Status::OK();
    case PipelineStage::kSetupStreamingRecovery:
      if (replica.bytes.size() < request.acked_bytes ||
          replica.bytes.size() > request.sent_bytes) {
        complaints_.push_back(fmt::format("{} has {} bytes, the client says {} to {}",
                                          uuid_, replica.bytes.size(),
                                          request.acked_bytes, request.sent_bytes));
        return Error(ErrorKind::kInternal, "lengths");
      }
      replica.bytes.resize(request.acked_bytes);
      break;
    case PipelineStage::kCloseRecovery:
      if (replica.bytes.size() != request.acked_bytes) {
        complaints_.push_back(fmt::format("{} closes with {} bytes, the client says {}",
                                          uuid_, replica.bytes.size(),
                                          request.acked_bytes));
        return Error(ErrorKind::kInternal, "lengths");
      }
      replica.finalized = true;
      break;
    default:
      complaints_.push_back(fmt::format("stage {}", static_cast<int>(request.stage)));
      return Error(ErrorKind::kInternal, "stage");
  }
  if (request.new_generation_stamp <= replica.generation_stamp) {
    complaints_.emplace_back("a recovery without a newer generation stamp");
  }
  replica.generation_stamp = request.new_generation_stamp;
  return Status::OK();
}

Status FakeDatanode::HandleWrite(Socket& socket, const TransferRequest& request) {
  if (!Prepare(request).ok()) {
    HOWDAH_RETURN_IF_ERROR(SendAnswer(socket, {.status = TransferStatus::kError}));
    return Error(ErrorKind::kInternal, "not prepared");
  }
  Socket* mirror = nullptr;
  if (!request.targets.empty()) {
    const DatanodeInfo& next = request.targets.front().node;
    const std::string bad_link = next.address();
    auto connected = ConnectDatanode({}, next);
    Answer answer{.status = TransferStatus::kError, .first_bad_link = bad_link};
    if (connected.ok()) {
      {
        const std::lock_guard lock(mutex_);
        if (dead_) return Error(ErrorKind::kInternal, "dead");
        sockets_.push_back(*std::move(connected));
        mirror = &sockets_.back();
      }
      const Status sent = SendRequest(
          *mirror, EncodeWriteBlock({.block = request.block,
                                     .token = &request.token,
                                     .client_name = request.client_name,
                                     .pipeline = request.targets,
                                     .stage = request.stage,
                                     .acked_bytes = request.acked_bytes,
                                     .sent_bytes = request.sent_bytes,
                                     .new_generation_stamp = request.new_generation_stamp,
                                     .checksum = {}}));
      const auto said = sent.ok() ? ReadResponse(*mirror) : sent;
      if (said.ok()) {
        answer.status = said->status;
        answer.first_bad_link = said->status == TransferStatus::kSuccess ? ""
                                : said->first_bad_link.empty()           ? bad_link
                                                               : said->first_bad_link;
      }
    }
    if (!Breathe()) return Error(ErrorKind::kInternal, "dead");
    HOWDAH_RETURN_IF_ERROR(SendAnswer(socket, answer));
    if (answer.status != TransferStatus::kSuccess) {
      return Error(ErrorKind::kInternal, "bad link");
    }
  } else {
    HOWDAH_RETURN_IF_ERROR(SendAnswer(socket, {}));
  }
  if (request.stage != PipelineStage::kCloseRecovery) {
    const Status status = StreamPackets(socket, mirror, request);
    if (mirror != nullptr) mirror->Shutdown();
    HOWDAH_RETURN_IF_ERROR(status);
  }
  return Error(ErrorKind::kInternal, "the connection ends with the pipeline");
}

// A recovery takes a replica away from the pipeline before, which has another generation.
Status FakeDatanode::Store(uint64_t block_id, uint64_t generation,
                           const ReceivedPacket& packet) {
  const auto offset = static_cast<uint64_t>(packet.header.offset_in_block);
  {
    const std::lock_guard lock(mutex_);
    Replica& replica = replicas_[block_id];
    if (replica.generation_stamp != generation) {
      return Error(ErrorKind::kInternal, "the writer was stopped");
    }
    if (offset <= replica.bytes.size()) {
      if (offset + packet.data.size() > replica.bytes.size()) {
        replica.bytes.resize(offset + packet.data.size());
      }
      std::copy(packet.data.begin(), packet.data.end(),
                replica.bytes.begin() + static_cast<ptrdiff_t>(offset));
      if (script_.corrupt_stored && !packet.data.empty()) {
        replica.bytes[offset] ^= std::byte{1};
      }
      if (packet.header.last_in_block) replica.finalized = true;
      return Status::OK();
    }
  }
  return Complain(fmt::format("a packet at {} leaves a gap", offset));
}

// One packet after the other, each acknowledged before the next is read: the window of
// the client is in the kernel's buffers.
Status FakeDatanode::StreamPackets(Socket& socket, Socket* mirror,
                                   const TransferRequest& request) {
  const uint64_t generation = request.stage == PipelineStage::kSetupCreate
                                  ? request.block.generation_stamp
                                  : request.new_generation_stamp;
  while (true) {
    auto packet = ReadPacket(socket);
    if (!packet.ok()) {
      return Is(packet.status(), ErrorKind::kCorruption)
                 ? Complain(packet.status().message())
                 : packet.status();
    }
    const bool heartbeat = packet->header.sequence == kHeartbeatSequence;
    Script script;
    int64_t number = -2;
    {
      const std::lock_guard lock(mutex_);
      script = script_;
      if (!heartbeat) number = packets_++;
    }
    if (number == script.hold_at_packet) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return released_ || dead_; });
    }
    if (number == script.die_at_packet ||
        (script.die_at_last_packet && packet->header.last_in_block)) {
      Die();
    }
    if (number == script.freeze_at_packet) Freeze();
    if (!Breathe()) return Error(ErrorKind::kInternal, "dead");
    if (number == script.close_at_packet) return Error(ErrorKind::kInternal, "scripted");
    if (!heartbeat) {
      HOWDAH_RETURN_IF_ERROR(Store(request.block.block_id, generation, *packet));
    }

    std::vector<TransferStatus> replies{TransferStatus::kSuccess};
    if (number == script.bad_ack_at_packet) replies[0] = script.bad_ack;
    if (mirror != nullptr) {
      Status passed = mirror->Write(std::span<const std::byte>(packet->wire));
      auto message = passed.ok() ? ReadDelimited(*mirror) : Result<std::string>(passed);
      auto ack = message.ok() ? DecodePipelineAck(mirror->peer(), *message)
                              : Result<PipelineAck>(message.status());
      if (ack.ok()) {
        for (const PipelineReply& reply : ack->replies) replies.push_back(reply.status);
      } else {
        replies.push_back(TransferStatus::kError);
      }
    }
    if (!Breathe()) return Error(ErrorKind::kInternal, "dead");
    HOWDAH_RETURN_IF_ERROR(SendAck(socket, packet->header.sequence, replies));
    if (packet->header.last_in_block) return Status::OK();
  }
}

Status FakeDatanode::HandleRead(Socket& socket, const TransferRequest& request) {
  const auto found = replica(request.block.block_id);
  const uint64_t end = request.offset + request.length;
  if (!found.has_value() || end > found->bytes.size()) {
    HOWDAH_RETURN_IF_ERROR(SendAnswer(
        socket, {.status = TransferStatus::kError, .message = "Replica not found"}));
    return Error(ErrorKind::kInternal, "not found");
  }
  Script script;
  {
    const std::lock_guard lock(mutex_);
    script = script_;
  }
  constexpr uint64_t kChunk = 512;
  uint64_t at = request.offset / kChunk * kChunk;
  // Like a DataNode: whole chunks, as far as there are.
  const uint64_t stop =
      std::min<uint64_t>((end + kChunk - 1) / kChunk * kChunk, found->bytes.size());
  HOWDAH_RETURN_IF_ERROR(SendAnswer(socket, {.to_read = true, .chunk_offset = at}));
  OutPacket packet(
      {}, *std::max_element(script.read_chunks.begin(), script.read_chunks.end()));
  for (int64_t sequence = 0; at < stop; ++sequence) {
    if (!Breathe()) return Error(ErrorKind::kInternal, "dead");
    packet.Begin(at);
    const auto turn = static_cast<size_t>(sequence) % script.read_chunks.size();
    const uint64_t most = kChunk * script.read_chunks[turn];
    at += packet.Append(std::span(found->bytes).subspan(at, std::min(most, stop - at)));
    packet.Seal(sequence, OutPacket::Kind::kData, false);
    if (script.corrupt_reads) packet.wire().back() ^= std::byte{1};
    if (script.cut_reads_at >= 0 && at > static_cast<uint64_t>(script.cut_reads_at)) {
      return Error(ErrorKind::kInternal, "scripted");
    }
    HOWDAH_RETURN_IF_ERROR(socket.Write(std::span<const std::byte>(packet.wire())));
    if (at >= stop) {
      packet.Begin(at);
      packet.Seal(sequence + 1, OutPacket::Kind::kLastInBlock, false);
      HOWDAH_RETURN_IF_ERROR(socket.Write(std::span<const std::byte>(packet.wire())));
    }
  }
  return ReadDelimited(socket).status();
}

Status FakeDatanode::HandleChecksum(Socket& socket, const TransferRequest& request) {
  const auto found = replica(request.block.block_id);
  if (!found.has_value() || found->generation_stamp != request.block.generation_stamp) {
    return Error(ErrorKind::kInternal, "as a DataNode: no answer");
  }
  const uint32_t crc = Checksum(ChecksumType::kCrc32c, found->bytes);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(crc >> shift);
  return SendAnswer(socket, {.block_checksum = bytes});
}

Status FakeDatanode::HandleTransfer(Socket& socket, const TransferRequest& request) {
  const auto found = replica(request.block.block_id);
  bool fail = !found.has_value() || request.targets.size() != 1;
  {
    const std::lock_guard lock(mutex_);
    if (script_.fail_transfers > 0) {
      --script_.fail_transfers;
      fail = true;
    }
  }
  // As the pipeline that a real one would open: a new replica of the same generation.
  if (!fail) {
    auto target = ConnectDatanode({}, request.targets.front().node);
    OutPacket packet({}, 1 << 13);
    packet.Begin(0);
    packet.Append(found->bytes);
    packet.Seal(0, OutPacket::Kind::kData, false);
    fail = packet.data().size() != found->bytes.size() || !target.ok() ||
           !SendRequest(*target, EncodeWriteBlock({.block = request.block,
                                                   .token = &request.token,
                                                   .client_name = request.client_name,
                                                   .pipeline = request.targets,
                                                   .checksum = {}}))
                .ok() ||
           !ReadSuccess(*target, "transfer").ok() ||
           !target->Write(std::span<const std::byte>(packet.wire())).ok() ||
           !ReadDelimited(*target).ok();
  }
  return SendAnswer(socket,
                    {.status = fail ? TransferStatus::kError : TransferStatus::kSuccess});
}

}  // namespace howdah::hdfs
