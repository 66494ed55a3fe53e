#include "hdfs/client_keys.h"

#include <limits>
#include <string>

#include "hdfs/hadoop_values.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
using Options = ClientOptions;

constexpr milliseconds kMs{1}, kSeconds{1000};

constexpr ClientKey kKeys[] = {
    {"dfs.blocksize", "134217728", ClientKey::Size{&Options::block_size}, 1},
    {"dfs.bytes-per-checksum", "512", ClientKey::SmallSize{&Options::bytes_per_checksum},
     1},
    {"dfs.client-write-packet-size", "65536",
     ClientKey::SmallSize{&Options::packet_bytes}, 1},
    {"dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "400",
     ClientKey::Duration{&Options::locate_following_block_delay, kMs}},
    {"dfs.client.block.write.locateFollowingBlock.max.delay.ms", "60000",
     ClientKey::Duration{&Options::locate_following_block_delay_limit, kMs}},
    {"dfs.client.block.write.locateFollowingBlock.retries", "5",
     ClientKey::Count{&Options::locate_following_block_retries}},
    {"dfs.client.block.write.replace-datanode-on-failure.best-effort", "false",
     ClientKey::Flag{&Options::replace_datanode_best_effort}},
    {"dfs.client.block.write.replace-datanode-on-failure.enable", "true",
     ClientKey::Flag{&Options::replace_datanode}},
    {"dfs.client.block.write.replace-datanode-on-failure.min-replication", "0",
     ClientKey::Count{&Options::replace_datanode_min_replication}},
    {"dfs.client.block.write.replace-datanode-on-failure.policy", "DEFAULT",
     ClientKey::ReplacePolicy{}},
    {"dfs.client.block.write.retries", "3",
     ClientKey::Count{&Options::block_write_retries}},
    {"dfs.client.datanode-restart.timeout", "30",
     ClientKey::Duration{&Options::datanode_restart_timeout, kSeconds}},
    {"dfs.client.failover.max.attempts", "15",
     ClientKey::Count{&Options::failover_attempts}},
    {"dfs.client.failover.random.order", "true", ClientKey::Flag{&Options::random_order}},
    {"dfs.client.failover.sleep.base.millis", "500",
     ClientKey::Duration{&Options::failover_sleep_base, kMs}},
    {"dfs.client.failover.sleep.max.millis", "15000",
     ClientKey::Duration{&Options::failover_sleep_limit, kMs}},
    {"dfs.client.max.block.acquire.failures", "3",
     ClientKey::Count{&Options::block_acquire_failures}},
    {"dfs.client.pipeline.recovery.max-retries", "5",
     ClientKey::Count{&Options::pipeline_recovery_retries}},
    {"dfs.client.retry.max.attempts", "10", ClientKey::Count{&Options::retry_attempts}},
    {"dfs.client.retry.window.base", "3000",
     ClientKey::Duration{&Options::retry_window, kMs}},
    {"dfs.client.socket-timeout", "60000",
     ClientKey::Duration{&Options::socket_timeout, kMs}},
    {"dfs.client.use.datanode.hostname", "false",
     ClientKey::Flag{&Options::use_datanode_hostname}},
    {"dfs.client.write.exclude.nodes.cache.expiry.interval.millis", "600000",
     ClientKey::Duration{&Options::excluded_node_expiry, kMs}},
    {"dfs.client.write.max-packets-in-flight", "80",
     ClientKey::Count{&Options::packets_in_flight}, 1},
    {"dfs.datanode.socket.write.timeout", "480000",
     ClientKey::Duration{&Options::socket_write_timeout, kMs}},
    {"dfs.namenode.lease-hard-limit-sec", "1200",
     ClientKey::Duration{&Options::lease_hard_limit, kSeconds}, 1},
    {"dfs.replication", "3", ClientKey::SmallSize{&Options::replication}, 1},
    {"fs.permissions.umask-mode", "022", ClientKey::Umask{}},
    {"howdah.datanode.connect-timeout", "10s",
     ClientKey::Duration{&Options::datanode_connect_timeout, kMs}, 1},
    {"howdah.datanode.probe-timeout", "4s",
     ClientKey::Duration{&Options::probe_timeout, kMs}, 1},
    {"howdah.datanode.suspect-after", "4s",
     ClientKey::Duration{&Options::suspect_after, kMs}, 1},
    {"howdah.write.buffer-size", "6m", ClientKey::Size{&Options::write_buffer_bytes}, 1},
    {"howdah.write.verify", "checksum", ClientKey::Verify{}},
    {"ipc.client.connect.max.retries", "10", ClientKey::Count{&Options::connect_retries}},
    {"ipc.client.connect.max.retries.on.timeouts", "45",
     ClientKey::Count{&Options::connect_retries_on_timeout}},
    {"ipc.client.connect.retry.interval", "1000",
     ClientKey::Duration{&Options::connect_retry_interval, kMs}},
    {"ipc.client.connect.timeout", "20000",
     ClientKey::Duration{&Options::connect_timeout, kMs}, 1},
    {"ipc.client.rpc-timeout.ms", "120000",
     ClientKey::Duration{&Options::rpc_timeout, kMs}},
    {"ipc.maximum.response.length", "134217728",
     ClientKey::SmallSize{&Options::response_limit_bytes}, 1},
    {"ipc.ping.interval", "60000", ClientKey::Duration{&Options::ping_interval, kMs}, 1},
};

Status TooSmall(int64_t value, int64_t least) {
  return Error(ErrorKind::kInvalidInput, "{} is below {}", value, least);
}

template <typename Target>
Status StoreWhole(int64_t value, int64_t least, Target* target) {
  if (value < least) return TooSmall(value, least);
  if (static_cast<uint64_t>(value) > std::numeric_limits<Target>::max()) {
    return Error(ErrorKind::kInvalidInput, "{} is too large", value);
  }
  *target = static_cast<Target>(value);
  return Status::OK();
}

struct Reader {
  std::string_view text;
  int64_t least;
  ClientOptions* options;

  Status operator()(const ClientKey::Size& target) const {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t value, ParseHadoopSize(text));
    return StoreWhole(value, least, &(options->*target.option));
  }
  Status operator()(const ClientKey::SmallSize& target) const {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t value, ParseHadoopSize(text));
    return StoreWhole(value, least, &(options->*target.option));
  }
  Status operator()(const ClientKey::Count& target) const {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t value, ParseHadoopInt(text));
    return StoreWhole(value, least, &(options->*target.option));
  }
  Status operator()(const ClientKey::Duration& target) const {
    HOWDAH_ASSIGN_OR_RETURN(const milliseconds value,
                            ParseHadoopDuration(text, target.unit));
    if (value.count() < least) return TooSmall(value.count(), least);
    options->*target.option = value;
    return Status::OK();
  }
  Status operator()(const ClientKey::Flag& target) const {
    HOWDAH_ASSIGN_OR_RETURN(options->*target.option, ParseHadoopBool(text));
    return Status::OK();
  }
  Status operator()(const ClientKey::Umask&) const {
    HOWDAH_ASSIGN_OR_RETURN(options->umask, ParseHadoopUmask(text));
    return Status::OK();
  }
  Status operator()(const ClientKey::ReplacePolicy&) const {
    if (text == "DEFAULT") {
      options->replace_datanode_policy = ReplaceDatanodePolicy::kDefault;
    } else if (text == "ALWAYS") {
      options->replace_datanode_policy = ReplaceDatanodePolicy::kAlways;
    } else if (text == "NEVER") {
      options->replace_datanode_policy = ReplaceDatanodePolicy::kNever;
    } else {
      return Error(ErrorKind::kInvalidInput, "'{}' is not DEFAULT, ALWAYS or NEVER",
                   text);
    }
    return Status::OK();
  }
  Status operator()(const ClientKey::Verify&) const {
    if (text == "checksum") {
      options->verify = VerifyFile::kChecksum;
    } else if (text == "length") {
      options->verify = VerifyFile::kLength;
    } else {
      return Error(ErrorKind::kInvalidInput, "'{}' is not checksum or length", text);
    }
    return Status::OK();
  }
};

}  // namespace

std::span<const ClientKey> ClientKeys() { return kKeys; }

Status ApplyKey(const ClientKey& key, std::string_view text, ClientOptions* options) {
  return WithContext(std::visit(Reader{text, key.least, options}, key.target), key.name);
}

}  // namespace howdah::hdfs
