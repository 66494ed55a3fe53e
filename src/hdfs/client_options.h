#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace howdah::hdfs {

/// One NameNode of a service.
struct NamenodeAddress {
  std::string id;  ///< "nn1"; empty where there is only one
  std::string host;
  uint16_t port = 8020;

  /// "nn1 (10.0.0.1:8020)" or "10.0.0.1:8020", for people.
  std::string text() const;
};

/// dfs.client.block.write.replace-datanode-on-failure.policy.
enum class ReplaceDatanodePolicy { kDefault, kAlways, kNever };

/// What a writer checks after a file was closed.
enum class VerifyFile {
  kChecksum,  ///< the NameNode's length, and the checksum that DataNodes have of the
              ///< bytes
  kLength,
};

/// All that a client of one HDFS service is told from outside: plain values, each with
/// the default of the Hadoop key beside it. Source: core-default.xml and hdfs-default.xml
/// of Hadoop 3.5.0. hadoop_config.h fills it.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order people read it
struct ClientOptions {
  using Milliseconds = std::chrono::milliseconds;

  // --- who serves
  std::string service;  ///< "nameservice1" or "host:8020"
  std::vector<NamenodeAddress> namenodes;
  bool random_order = true;  ///< dfs.client.failover.random.order: which NameNode first
  /// Acts as this user: HADOOP_USER_NAME, then the login.
  std::string user;

  // --- NameNode connections: ipc.client.*
  Milliseconds connect_timeout{20'000};        ///< connect.timeout
  int connect_retries = 10;                    ///< connect.max.retries; one NameNode only
  int connect_retries_on_timeout = 45;         ///< …max.retries.on.timeouts; likewise
  Milliseconds connect_retry_interval{1'000};  ///< connect.retry.interval
  Milliseconds ping_interval{60'000};          ///< ipc.ping.interval
  Milliseconds rpc_timeout{120'000};           ///< rpc-timeout.ms; 0: no limit
  uint32_t response_limit_bytes = 128u << 20;  ///< ipc.maximum.response.length

  // --- failover: dfs.client.failover.*
  int failover_attempts = 15;                 ///< max.attempts
  Milliseconds failover_sleep_base{500};      ///< sleep.base.millis
  Milliseconds failover_sleep_limit{15'000};  ///< sleep.max.millis
  int retry_attempts = 10;                    ///< dfs.client.retry.max.attempts

  // --- new files
  uint64_t block_size = uint64_t{128} << 20;  ///< dfs.blocksize
  uint32_t replication = 3;                   ///< dfs.replication
  uint32_t umask = 022;                       ///< fs.permissions.umask-mode
  uint32_t packet_bytes = 65'536;             ///< dfs.client-write-packet-size
  uint32_t bytes_per_checksum = 512;          ///< dfs.bytes-per-checksum

  // --- DataNode connections
  bool use_datanode_hostname = false;             ///< dfs.client.use.datanode.hostname
  Milliseconds socket_timeout{60'000};            ///< dfs.client.socket-timeout
  Milliseconds socket_write_timeout{480'000};     ///< dfs.datanode.socket.write.timeout
  Milliseconds datanode_restart_timeout{30'000};  ///< dfs.client.datanode-restart.timeout

  // --- DataNodes that are late: ours, Java waits for socket_timeout alone
  Milliseconds datanode_connect_timeout{10'000};
  Milliseconds suspect_after{
      4'000};  ///< silence after which nodes are asked if they live
  Milliseconds probe_timeout{4'000};  ///< and how long they have for the answer

  // --- the writer: dfs.client.block.write.*, dfs.client.write.*
  int block_write_retries = 3;                     ///< retries
  int locate_following_block_retries = 5;          ///< locateFollowingBlock.retries
  Milliseconds locate_following_block_delay{400};  ///< ….initial.delay.ms
  Milliseconds locate_following_block_delay_limit{60'000};  ///< ….max.delay.ms
  int pipeline_recovery_retries = 5;  ///< dfs.client.pipeline.recovery.max-retries
  int packets_in_flight = 80;         ///< max-packets-in-flight
  uint64_t write_buffer_bytes = uint64_t{6} << 20;  ///< of one file's packets; ours
  VerifyFile verify = VerifyFile::kChecksum;        ///< ours
  Milliseconds excluded_node_expiry{
      600'000};                  ///< exclude.nodes.cache.expiry.interval.millis
  bool replace_datanode = true;  ///< replace-datanode-on-failure.enable
  ReplaceDatanodePolicy replace_datanode_policy = ReplaceDatanodePolicy::kDefault;
  bool replace_datanode_best_effort = false;  ///< ….best-effort
  int replace_datanode_min_replication = 0;   ///< ….min-replication
  /// dfs.namenode.lease-hard-limit-sec: after this the NameNode gives a file away.
  Milliseconds lease_hard_limit{1'200'000};

  // --- the reader
  int block_acquire_failures = 3;    ///< dfs.client.max.block.acquire.failures
  Milliseconds retry_window{3'000};  ///< dfs.client.retry.window.base
};

}  // namespace howdah::hdfs
