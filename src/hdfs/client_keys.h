#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/status.h"
#include "hdfs/client_options.h"

namespace howdah::hdfs {

/// A key of Hadoop's configuration that fills one option. The table of them is the only
/// place that knows how keys, defaults and options belong together.
struct ClientKey {
  /// Where the value goes, and with it how it is read.
  struct Size {
    uint64_t ClientOptions::* option;
  };
  struct SmallSize {
    uint32_t ClientOptions::* option;
  };
  struct Count {
    int ClientOptions::* option;
  };
  struct Duration {
    std::chrono::milliseconds ClientOptions::* option;
    std::chrono::milliseconds unit;  ///< of a bare number
  };
  struct Flag {
    bool ClientOptions::* option;
  };
  struct Umask {};
  struct ReplacePolicy {};
  struct Verify {};

  std::string_view name;
  /// As core-default.xml and hdfs-default.xml write it; keys that begin with "howdah."
  /// are ours.
  std::string_view default_text;
  std::variant<Size, SmallSize, Count, Duration, Flag, Umask, ReplacePolicy, Verify>
      target;
  int64_t least = 0;
};

std::span<const ClientKey> ClientKeys();

/// Read `text` as the value of `key` into `*options`. InvalidInput names the key.
Status ApplyKey(const ClientKey& key, std::string_view text, ClientOptions* options);

}  // namespace howdah::hdfs
