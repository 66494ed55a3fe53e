#include "hdfs/ack_reader.h"

#include <algorithm>
#include <span>

namespace howdah::hdfs {

Result<std::optional<PipelineAck>> AckReader::Parse(const std::string& peer) {
  size_t length = 0, at = begin_;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (shift > 14) {
      return Error(ErrorKind::kCorruption, "{} sent an acknowledgement of over 2 MiB",
                   peer);
    }
    if (at == end_) return std::nullopt;
    length |= static_cast<size_t>(bytes_[at] & std::byte{0x7F}) << shift;
    if ((bytes_[at] & std::byte{0x80}) == std::byte{0}) break;
  }
  ++at;
  if (length > bytes_.size() / 2) {
    return Error(ErrorKind::kCorruption, "{} sent an acknowledgement of {} bytes", peer,
                 length);
  }
  if (end_ - at < length) return std::nullopt;
  begin_ = at + length;
  HOWDAH_ASSIGN_OR_RETURN(
      PipelineAck ack,
      DecodePipelineAck(peer, {reinterpret_cast<const char*>(&bytes_[at]), length}));
  return ack;
}

Result<std::optional<PipelineAck>> AckReader::Next(Socket& socket) {
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(auto ack, Parse(socket.peer()));
    if (ack.has_value()) return ack;
    if (drained_) {
      drained_ = false;
      return std::nullopt;
    }
    std::copy(bytes_.begin() + static_cast<ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
    const std::span<std::byte> room = std::span(bytes_).subspan(end_);
    bool ended = false;
    HOWDAH_ASSIGN_OR_RETURN(const size_t got, socket.ReadNow(room, &ended));
    if (ended) {
      return Error(ErrorKind::kTransient, "{} closed the connection", socket.peer());
    }
    if (got == 0) return std::nullopt;
    end_ += got;
    drained_ = got < room.size();
  }
}

}  // namespace howdah::hdfs
