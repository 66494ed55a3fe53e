#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "hdfs/protocol.h"
#include "testing/hdfs/loopback_listener.h"
#include "testing/hdfs/transfer_request.h"

namespace howdah::hdfs {

/// A DataNode in this process: speaks the data-transfer protocol on loopback, keeps its
/// replicas in memory, passes packets on to the next node of the pipeline as a real one
/// does, and fails where the test says. What a client may not do (a checksum that is
/// wrong, a gap between packets, a recovery that would lose acknowledged bytes) it
/// answers with an error and remembers in `complaints`. Thread-safe.
class FakeDatanode {
 public:
  struct Replica {
    uint64_t generation_stamp = 0;
    std::vector<std::byte> bytes;
    bool finalized = false;
  };

  /// Packets are counted from 0 over the life of the node, last ones included, heartbeats
  /// not. -1: never.
  struct Script {
    int fail_set_ups = 0;           ///< answer ERROR to so many WRITEs
    int refuse_tokens = 0;          ///< answer ERROR_ACCESS_TOKEN to so many operations
    int fail_transfers = 0;         ///< answer ERROR to so many TRANSFERs
    int64_t die_at_packet = -1;     ///< as kill -9 does, before the packet is stored
    int64_t freeze_at_packet = -1;  ///< as SIGSTOP does
    int64_t close_at_packet = -1;   ///< end this connection, but live
    int64_t hold_at_packet = -1;    ///< be slow: until Release, but answer others
    int64_t bad_ack_at_packet = -1;
    TransferStatus bad_ack = TransferStatus::kErrorChecksum;
    bool die_at_last_packet = false;  ///< of a block
    bool corrupt_reads = false;       ///< a bit of what is read flips; the checksum stays
    bool corrupt_stored = false;  ///< a bit of what is written flips; its checksum too
    int64_t cut_reads_at = -1;    ///< close after so many bytes of a read
    /// Chunks in the packets of a read, in turn; DataNodes have one size.
    std::vector<uint32_t> read_chunks = {16};
  };

  explicit FakeDatanode(std::string uuid);
  ~FakeDatanode();

  BlockLocation location() const;
  void set_script(Script script);
  std::optional<Replica> replica(uint64_t block_id) const;
  void Put(uint64_t block_id, Replica replica);

  void Die();     ///< all connections end, new ones are refused
  void Freeze();  ///< connections open, also new ones, and silent
  void Thaw();
  void Release();

  void AwaitFrozen();
  /// Wait until so many operations of this kind were asked for.
  void AwaitRequests(int operation, int64_t count);

  int64_t packets() const;  ///< received so far
  int64_t requests(int operation) const;
  std::vector<std::string> complaints() const;

 private:
  void AcceptAll();
  void Serve(Socket* socket);
  Status Handle(Socket& socket, const TransferRequest& request);
  Status HandleWrite(Socket& socket, const TransferRequest& request);
  Status HandleRead(Socket& socket, const TransferRequest& request);
  Status HandleChecksum(Socket& socket, const TransferRequest& request);
  Status HandleTransfer(Socket& socket, const TransferRequest& request);
  Status Prepare(const TransferRequest& request);
  Status StreamPackets(Socket& socket, Socket* mirror, const TransferRequest& request);
  Status Store(uint64_t block_id, uint64_t generation, const ReceivedPacket& packet);
  Status Complain(std::string what);
  bool Breathe();  ///< waits while frozen; false: dead

  const std::string uuid_;
  LoopbackListener listener_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Script script_;
  bool dead_ = false;
  bool frozen_ = false;
  bool released_ = false;
  int64_t packets_ = 0;
  std::map<int, int64_t> requests_;
  std::map<uint64_t, Replica> replicas_;
  std::vector<std::string> complaints_;
  std::list<Socket> sockets_;
  std::list<std::jthread> threads_;
};

}  // namespace howdah::hdfs
