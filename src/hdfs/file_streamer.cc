#include "hdfs/file_streamer.h"

#include <poll.h>

#include <array>
#include <utility>

#include "hdfs/new_block.h"
#include "hdfs/pipeline_recovery.h"

namespace howdah::hdfs {

using std::chrono::milliseconds;

// For how long after its last help the writer is expected to help again.
constexpr milliseconds kHelpLasts{10};

FileStreamer::FileStreamer(const WriteContext& context, PacketQueue* queue)
    : context_(context),
      queue_(queue),
      excluded_(context.pacing, context.options.excluded_node_expiry),
      thread_([this] { Run(); }) {}

FileStreamer::~FileStreamer() {
  if (thread_.joinable()) thread_.join();
}

Status FileStreamer::Join() {
  if (thread_.joinable()) thread_.join();
  return status_;
}

void FileStreamer::Run() {
  status_ = StreamBlocks();
  if (!status_.ok()) queue_->Fail(status_);
}

Status FileStreamer::StreamBlocks() {
  while (WaitForPacket()) HOWDAH_RETURN_IF_ERROR(StreamBlock());
  return queue_->failure();
}

std::set<std::string> FileStreamer::doubtful_nodes() {
  std::set<std::string> uuids;
  for (const DatanodeInfo& node : excluded_.Current()) uuids.insert(node.uuid);
  for (const DatanodeInfo& node : pipeline_.failed) uuids.insert(node.uuid);
  return uuids;
}

// False: there will be none.
bool FileStreamer::WaitForPacket() {
  while (queue_->failure().ok()) {
    queue_->Collect(&window_.waiting);
    if (!window_.waiting.empty()) return true;
    if (queue_->finished()) return false;
    if (!queue_->BeginSleep()) continue;
    pollfd event{.fd = queue_->wake_descriptor(), .events = POLLIN, .revents = 0};
    poll(&event, 1, -1);
    queue_->EndSleep();
  }
  return false;
}

void FileStreamer::Help() {
  std::unique_lock lock(driving_, std::try_to_lock);
  if (!lock.owns_lock() || stream_ == nullptr) return;
  helped_at_ = Clock::now().time_since_epoch().count();
  const bool ended = stream_->Advance(BlockStream::Silence::kIgnore).has_value();
  lock.unlock();
  if (ended) queue_->Nudge();
}

bool FileStreamer::HelpUntil(size_t acks, const std::function<bool()>& done) {
  std::unique_lock lock(driving_);
  while (!done()) {
    if (stream_ == nullptr) return false;
    if (stream_->Advance(BlockStream::Silence::kLookInto).has_value()) {
      lock.unlock();
      queue_->Nudge();
      return done();
    }
    helped_at_ = Clock::now().time_since_epoch().count();
    const auto wait = stream_->NextWait(acks);
    if (!wait.has_value() || done()) continue;
    std::array<pollfd, 2> events{
        wait->connection,
        pollfd{.fd = queue_->wake_descriptor(), .events = POLLIN, .revents = 0}};
    poll(events.data(), events.size(), wait->timeout_ms);
  }
  return true;
}

// Move the stream to its end, unless the writer does.
BlockStream::End FileStreamer::Drive(BlockStream* stream) {
  {
    const std::lock_guard lock(driving_);
    stream_ = stream;
  }
  while (true) {
    std::optional<BlockStream::Wait> wait;
    if (const std::unique_lock lock(driving_, std::try_to_lock); lock.owns_lock()) {
      if (const auto end = stream->Advance(BlockStream::Silence::kLookInto)) {
        stream_ = nullptr;
        return *end;
      }
      wait = stream->NextWait();
      if (!wait.has_value()) continue;
    }
    Sleep(wait);
  }
}

// \param wait  nullopt: the writer moves the stream.
void FileStreamer::Sleep(const std::optional<BlockStream::Wait>& wait) {
  const Clock::time_point helped_at{Clock::duration(helped_at_.load())};
  std::array<pollfd, 2> events{
      pollfd{.fd = queue_->wake_descriptor(), .events = POLLIN, .revents = 0}};
  if (!wait.has_value() || Clock::now() < helped_at + kHelpLasts) {
    poll(events.data(), 1, static_cast<int>(kHelpLasts.count()));
  } else if (wait->for_room || queue_->BeginSleep() || queue_->finished()) {
    // Once the writer has finished, what is left are acknowledgements.
    events[1] = wait->connection;
    poll(events.data(), events.size(), wait->timeout_ms);
  }
  queue_->EndSleep();
}

Status FileStreamer::StreamBlock() {
  HOWDAH_ASSIGN_OR_RETURN(Socket socket,
                          OpenNewBlock(context_, last_block_, &excluded_, &pipeline_));
  while (true) {
    BlockStream stream(context_, std::move(socket), queue_, &window_, &pipeline_);
    const BlockStream::End end = Drive(&stream);
    if (stream.progressed()) recoveries_ = 0;
    if (end == BlockStream::End::kStopped) return queue_->failure();
    if (end == BlockStream::End::kBlockDone) break;

    window_.Requeue();
    const bool closing = stream.closing();
    HOWDAH_ASSIGN_OR_RETURN(socket,
                            Recover(closing ? PipelineStage::kCloseRecovery
                                            : PipelineStage::kSetupStreamingRecovery,
                                    stream.fault()));
    if (!closing) continue;
    // The nodes finished the block when the pipeline was set up: the last packet is done.
    std::vector<PacketPointer> last;
    last.push_back(std::move(window_.waiting.front()));
    window_.waiting.pop_front();
    const int64_t sequence = last.front()->sequence();
    queue_->Acknowledge(&last, sequence);
    recoveries_ = 0;
    break;
  }
  last_block_ = pipeline_.block;
  return Status::OK();
}

Result<Socket> FileStreamer::Recover(PipelineStage stage, PipelineFault fault) {
  if (!fault.restarting && ++recoveries_ > context_.options.pipeline_recovery_retries) {
    return Error(ErrorKind::kTransient,
                 "the pipeline of block {} broke {} times at the same packet, lastly: {}",
                 pipeline_.block.block_id, recoveries_, fault.status.message());
  }
  pipeline_.flushed = flushed_;
  return RecoverPipeline(context_, stage, std::move(fault), &excluded_, &pipeline_);
}

}  // namespace howdah::hdfs
