#include "hdfs/block_stream.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/datanode_probe.h"

namespace howdah::hdfs {

using std::chrono::milliseconds;

namespace {

// Packets that go to the kernel in one call.
constexpr size_t kBatch = 8;
// PipelineAckProto with its length: a number and a reply.
constexpr size_t kLeastAckBytes = 5;
constexpr milliseconds kLongestBundle{20};

// Source: DataStreamer.java, backOffIfNecessary.
int NextHold(Pacing& pacing, int last_ms) {
  constexpr int kMeanMs = 5'000;
  const int range = std::abs(last_ms * 3 - kMeanMs);
  const int base = std::min(last_ms * 3, kMeanMs);
  return std::min(10 * kMeanMs, base + static_cast<int>(pacing.Random() * range));
}

}  // namespace

void PacketWindow::Requeue() {
  waiting.insert(waiting.begin(), std::make_move_iterator(sent.begin()),
                 std::make_move_iterator(sent.end()));
  sent.clear();
}

BlockStream::BlockStream(const WriteContext& context, Socket socket, PacketQueue* queue,
                         PacketWindow* window, Pipeline* pipeline)
    : context_(context),
      socket_(std::move(socket)),
      queue_(queue),
      window_(window),
      pipeline_(pipeline),
      clock_(context.options.suspect_after),
      // Half of what a DataNode waits for a packet.
      heartbeat_interval_(context.options.socket_timeout / 2),
      last_sent_(Clock::now()),
      now_(last_sent_) {}

std::optional<BlockStream::End> BlockStream::Advance(Silence silence) {
  if (end_.has_value()) return end_;
  now_ = Clock::now();
  queue_->Collect(&window_->waiting);
  Send();
  if (!end_.has_value()) TakeAcks();
  if (silence == Silence::kLookInto && !end_.has_value() && owed() &&
      now_ >= clock_.suspect_at()) {
    LookForStopped();
  }
  if (!queue_->failure().ok()) end_ = End::kStopped;
  return end_;
}

void BlockStream::Break(Status status, size_t node) {
  if (end_.has_value()) return;
  end_ = End::kBroken;
  fault_ = {.status = std::move(status),
            .node = std::min(node, pipeline_->nodes.size() - 1)};
}

// May the first waiting packet go now?
bool BlockStream::MaySend() const {
  if (window_->waiting.empty() || closing_ || now_ < hold_until_) return false;
  // The last one promises that all before it is safe.
  return !window_->waiting.front()->last_in_block() || window_->sent.empty();
}

// Move packets that may go now from `waiting` to `sent`.
void BlockStream::Gather() {
  parts_.clear();
  auto& waiting = window_->waiting;
  while (parts_.size() < kBatch && MaySend()) {
    OutPacket& packet = *waiting.front();
    closing_ = packet.last_in_block();
    if (!owed()) clock_.Start(now_);
    packet.sent_at = now_;
    const std::span<std::byte> wire = packet.wire();
    parts_.push_back({.iov_base = wire.data(), .iov_len = wire.size()});
    pipeline_->sent_bytes = std::max(pipeline_->sent_bytes, packet.end());
    window_->sent.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  unsent_ = parts_;
}

void BlockStream::Send() {
  while (!end_.has_value()) {
    if (unsent_.empty()) Gather();
    if (unsent_.empty()) break;
    last_sent_ = now_;
    const Status status = socket_.WriteNow(&unsent_);
    if (!status.ok()) {
      // The acknowledgements may know better whose fault it is.
      TakeAcks();
      Break(status, 0);
    }
    if (!unsent_.empty()) return;
  }
  if (!end_.has_value() && now_ - last_sent_ >= heartbeat_interval_) SendHeartbeat();
}

void BlockStream::SendHeartbeat() {
  const size_t begin =
      EncodePacketHeader({.sequence = kHeartbeatSequence}, 0, heartbeat_);
  const auto bytes = std::span(heartbeat_).subspan(begin);
  if (!owed()) clock_.Start(now_);
  heartbeat_owed_ = true;
  last_sent_ = now_;
  // The connection was idle: there is room for these few bytes.
  if (const Status status = socket_.Write(bytes); !status.ok()) Break(status, 0);
}

void BlockStream::TakeAcks() {
  while (!end_.has_value()) {
    const auto ack = acks_.Next(socket_);
    if (!ack.ok()) {
      Break(ack.status(), 0);
    } else if (ack->has_value()) {
      TakeAck(**ack);
    } else {
      break;
    }
  }
  if (!acknowledged_.empty()) queue_->Acknowledge(&acknowledged_, acknowledged_sequence_);
}

// Source: DataStreamer.java, ResponseProcessor: from the tail, the first that is bad.
void BlockStream::CheckReplies(const PipelineAck& ack) {
  bool congested = false;
  for (size_t i = ack.replies.size(); i-- > 0;) {
    const PipelineReply& reply = ack.replies[i];
    congested = congested || reply.congested;
    if (reply.status == TransferStatus::kSuccess) continue;
    const size_t node = std::min(i, pipeline_->nodes.size() - 1);
    const std::string doing =
        fmt::format("writing block {} to {}", pipeline_->block.block_id,
                    pipeline_->nodes[node].node.address());
    Break(TransferError(reply.status, doing, ""), node);
    fault_.restarting = reply.status == TransferStatus::kRestarting;
    return;
  }
  last_hold_ms_ = congested ? NextHold(context_.pacing, last_hold_ms_) : 0;
  if (congested) hold_until_ = now_ + milliseconds(last_hold_ms_);
}

void BlockStream::TakeAck(const PipelineAck& ack) {
  CheckReplies(ack);
  if (end_.has_value()) return;
  // Each node has to say that it has the packet.
  if (ack.replies.size() != pipeline_->nodes.size()) {
    Break(
        Error(ErrorKind::kTransient, "{} acknowledged packet {} for {} nodes of {}",
              socket_.peer(), ack.sequence, ack.replies.size(), pipeline_->nodes.size()),
        ack.replies.size());
    return;
  }
  if (ack.sequence == kHeartbeatSequence) {
    heartbeat_owed_ = false;
    clock_.Start(now_);
    return;
  }
  auto& sent = window_->sent;
  if (sent.size() <= unsent_.size() || sent.front()->sequence() != ack.sequence) {
    Break(Error(ErrorKind::kTransient, "{} acknowledged packet {} out of order",
                socket_.peer(), ack.sequence),
          0);
    return;
  }
  PacketPointer packet = std::move(sent.front());
  sent.pop_front();
  clock_.Acknowledged(packet->sent_at, now_);
  progressed_ = true;
  pipeline_->block.num_bytes = std::max(pipeline_->block.num_bytes, packet->end());
  acknowledged_sequence_ = packet->sequence();
  if (packet->last_in_block()) end_ = End::kBlockDone;
  acknowledged_.push_back(std::move(packet));
}

void BlockStream::LookForStopped() {
  const size_t nodes = pipeline_->nodes.size();
  const auto silence =
      std::chrono::duration_cast<milliseconds>(now_ - clock_.silent_since());
  const double seconds = static_cast<double>(silence.count()) / 1000;
  const DatanodeProbe probe(context_.options, pipeline_->block.pool_id);
  const auto stopped = probe.FindStopped(pipeline_->nodes, context_.namenode);
  // While the nodes were asked the stream may have gone on.
  const auto silent_since = clock_.silent_since();
  now_ = Clock::now();
  TakeAcks();
  if (end_.has_value() || clock_.silent_since() != silent_since || !owed()) return;
  if (stopped.has_value()) {
    Break(
        Error(ErrorKind::kTransient,
              "no acknowledgement for {:.1f} s, and DataNode {} does not answer any more",
              seconds, pipeline_->nodes[*stopped].node.address()),
        *stopped);
    fault_.stopped = true;
  } else if (silence >= ReadLimit(context_.options, nodes)) {
    Break(Error(ErrorKind::kTransient, "{} sent no acknowledgement for {:.1f} s",
                socket_.peer(), seconds),
          0);
  } else {
    Log(LogLevel::kInfo, "{}: block {} is slow: no acknowledgement for {:.1f} s",
        context_.path, pipeline_->block.block_id, seconds);
    clock_.Excuse(now_);
  }
}

BlockStream::Clock::time_point BlockStream::NextDeadline() const {
  Clock::time_point deadline = last_sent_ + heartbeat_interval_;
  if (owed()) deadline = std::min(deadline, clock_.suspect_at());
  if (hold_until_ > now_) deadline = std::min(deadline, hold_until_);
  return deadline;
}

std::optional<BlockStream::Wait> BlockStream::NextWait(size_t acks) {
  const bool blocked = !unsent_.empty();
  if (!blocked && MaySend()) return std::nullopt;  // acknowledgements have made that so
  auto left = std::chrono::ceil<milliseconds>(NextDeadline() - Clock::now());
  acks = std::clamp<size_t>(acks, 1, std::max<size_t>(window_->sent.size(), 1));
  // One that tells of a failure may be the last for a while.
  if (acks > 1) left = std::min(left, kLongestBundle);
  socket_.WakeAfter(acks * kLeastAckBytes);
  return Wait{
      .connection = {.fd = socket_.descriptor(),
                     .events = static_cast<short>(POLLIN | (blocked ? POLLOUT : 0)),
                     .revents = 0},
      .timeout_ms =
          static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 60'000)),
      .for_room = blocked};
}

}  // namespace howdah::hdfs
