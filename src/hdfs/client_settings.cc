#include "hdfs/client_settings.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "hdfs/client_keys.h"
#include "hdfs/hadoop_values.h"

namespace howdah::hdfs {
namespace {

constexpr uint16_t kDefaultPort = 8020;

// Keys beside those of ClientKeys(), with their defaults. A name that ends in '.' stands
// for all that begin so.
constexpr std::pair<std::string_view, std::string_view> kAddressKeys[] = {
    {"fs.defaultFS", "file:///"},
    {"dfs.nameservices", ""},
    {"dfs.ha.namenodes.", ""},
    {"dfs.namenode.rpc-address", ""},
    {"dfs.namenode.rpc-address.", ""},
    {"dfs.client.failover.proxy.provider.", ""},
    {"hadoop.security.authentication", "simple"},
    {"dfs.encrypt.data.transfer", "false"},
    {"dfs.data.transfer.protection", ""},
};

// Set to anything but `harmless`, these make Hadoop's client do what this one does not.
struct Danger {
  std::string_view name, harmless, warning;
  bool refused;
};
constexpr Danger kDangers[] = {
    {"hadoop.security.authentication", "simple",
     "this version of howdah has no Kerberos; the cluster cannot be used", true},
    {"dfs.encrypt.data.transfer", "false",
     "this version of howdah does not encrypt what it sends to DataNodes", true},
    {"dfs.data.transfer.protection", "",
     "this version of howdah does not protect what it sends to DataNodes", true},
    {"fs.hdfs.impl", "org.apache.hadoop.hdfs.DistributedFileSystem",
     "howdah knows plain HDFS only: paths are not looked up in mount tables", false},
    {"fs.trash.interval", "0",
     "only 'howdah fs rm' moves to the trash; all else is deleted at once", false},
    {"dfs.checksum.type", "CRC32C", "howdah writes CRC32C always", false},
    {"dfs.namenode.enable.retrycache", "true",
     "without the NameNode's retry cache a rename or create whose answer was lost may "
     "seem to have failed",
     false},
    {"hadoop.rpc.socket.factory.class.default",
     "org.apache.hadoop.net.StandardSocketFactory",
     "howdah connects directly, not through the proxy that this factory uses", false},
    {"hadoop.rpc.socket.factory.class.ClientProtocol", "",
     "howdah connects directly, not through the proxy that this factory uses", false},
};

Result<std::string> Value(const HadoopConfig& config, const std::string& name,
                          std::string_view otherwise = "") {
  HOWDAH_ASSIGN_OR_RETURN(const std::optional<std::string> value, config.Get(name));
  return value.has_value() ? *value : std::string(otherwise);
}

// "host", "host:8020", "[::1]:8020".
Result<NamenodeAddress> ParseAddress(std::string_view text, std::string_view origin) {
  NamenodeAddress address;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == text.npos) {
      return Error(ErrorKind::kInvalidInput, "{}: '{}' has no closing bracket", origin,
                   text);
    }
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  address.port = kDefaultPort;
  if (!port.empty()) {
    const auto number =
        port.starts_with(':') ? ParseHadoopInt(port.substr(1)) : Result<int64_t>(-1);
    if (!number.ok() || *number < 1 || *number > 65'535) {
      return Error(ErrorKind::kInvalidInput, "{}: '{}' is not host:port", origin, text);
    }
    address.port = static_cast<uint16_t>(*number);
  }
  if (address.host.empty() || address.host.find_first_of("@/ ") != std::string::npos) {
    return Error(ErrorKind::kInvalidInput, "{}: '{}' names no host", origin, text);
  }
  return address;
}

// The NameNodes of a nameservice that the configuration describes.
Result<std::vector<NamenodeAddress>> AddressesOf(const HadoopConfig& config,
                                                 const std::string& service) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string listed,
                          Value(config, "dfs.ha.namenodes." + service));
  std::vector<std::string> ids = SplitHadoopList(listed);
  const bool highly_available = !ids.empty();
  if (!highly_available) ids.emplace_back();
  std::vector<NamenodeAddress> addresses;
  for (const std::string& id : ids) {
    const std::string key =
        "dfs.namenode.rpc-address." + service + (id.empty() ? "" : "." + id);
    HOWDAH_ASSIGN_OR_RETURN(const std::string text, Value(config, key));
    if (text.empty()) {
      return Error(ErrorKind::kInvalidInput,
                   "nameservice '{}' of the Hadoop configuration in {}: {} is not set",
                   service, config.directory(), key);
    }
    HOWDAH_ASSIGN_OR_RETURN(NamenodeAddress address, ParseAddress(text, key));
    address.id = id;
    addresses.push_back(std::move(address));
  }
  return addresses;
}

Result<std::string> DefaultAuthority(const HadoopConfig& config) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string url,
                          Value(config, "fs.defaultFS", "file:///"));
  constexpr std::string_view kScheme = "hdfs://";
  if (!url.starts_with(kScheme)) {
    return Error(ErrorKind::kInvalidInput,
                 "hdfs:/// names no NameNode, and fs.defaultFS is '{}' ({}); write "
                 "hdfs://host:port/path, or set HADOOP_CONF_DIR",
                 url,
                 config.directory().empty() ? "no Hadoop configuration was found"
                                            : "in " + config.directory());
  }
  std::string_view rest = std::string_view(url).substr(kScheme.size());
  rest = rest.substr(0, rest.find('/'));
  if (rest.empty()) {
    return Error(ErrorKind::kInvalidInput, "fs.defaultFS: '{}' names no host", url);
  }
  return std::string(rest);
}

Status RefuseDangers(const HadoopConfig& config) {
  for (const Danger& danger : kDangers) {
    if (!danger.refused) continue;
    HOWDAH_ASSIGN_OR_RETURN(const std::string value,
                            Value(config, std::string(danger.name), danger.harmless));
    if (value == danger.harmless) continue;
    return Error(ErrorKind::kUnsupported, "{} is '{}' in {}: {}", danger.name, value,
                 config.directory(), danger.warning);
  }
  return Status::OK();
}

bool IsAddressKey(std::string_view name) {
  return std::ranges::any_of(kAddressKeys, [&](const auto& key) {
    return key.first.ends_with('.') ? name.starts_with(key.first) : name == key.first;
  });
}

}  // namespace

Result<ClientOptions> OptionsFor(const HadoopConfig& config, std::string_view authority,
                                 const EnvironmentVariables& environment) {
  HOWDAH_RETURN_IF_ERROR(RefuseDangers(config));
  ClientOptions options;
  for (const ClientKey& key : ClientKeys()) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string text,
                            Value(config, std::string(key.name), key.default_text));
    HOWDAH_RETURN_IF_ERROR(ApplyKey(key, text, &options));
  }
  options.user = HadoopUser(environment);
  options.service = authority;
  if (authority.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(options.service, DefaultAuthority(config));
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::string listed, Value(config, "dfs.nameservices"));
  const std::vector<std::string> services = SplitHadoopList(listed);
  if (std::ranges::find(services, options.service) != services.end()) {
    HOWDAH_ASSIGN_OR_RETURN(options.namenodes, AddressesOf(config, options.service));
    return options;
  }
  HOWDAH_ASSIGN_OR_RETURN(NamenodeAddress address,
                          ParseAddress(options.service, "hdfs://" + options.service));
  options.service = address.text();
  options.namenodes.push_back(std::move(address));
  return options;
}

Result<std::vector<Setting>> DescribeSettings(const HadoopConfig& config) {
  std::vector<Setting> settings;
  std::set<std::string, std::less<>> told;
  const auto add = [&](const std::string& name, std::string_view otherwise,
                       bool honoured) -> Status {
    if (!told.insert(name).second) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(std::string value, Value(config, name, otherwise));
    const auto entry = config.entries().find(name);
    Setting setting{.name = name,
                    .value = std::move(value),
                    .file = "",
                    .honoured = honoured,
                    .warning = ""};
    if (entry != config.entries().end()) setting.file = entry->second.file;
    for (const Danger& danger : kDangers) {
      if (danger.name == name && danger.harmless != setting.value) {
        setting.warning = danger.warning;
      }
    }
    settings.push_back(std::move(setting));
    return Status::OK();
  };
  for (const ClientKey& key : ClientKeys()) {
    HOWDAH_RETURN_IF_ERROR(add(std::string(key.name), key.default_text, true));
  }
  for (const auto& [name, otherwise] : kAddressKeys) {
    if (!name.ends_with('.')) {
      HOWDAH_RETURN_IF_ERROR(add(std::string(name), otherwise, true));
    }
  }
  for (const auto& [name, entry] : config.entries()) {
    HOWDAH_RETURN_IF_ERROR(add(name, "", IsAddressKey(name)));
  }
  std::ranges::sort(settings, [](const Setting& a, const Setting& b) {
    return a.honoured != b.honoured ? a.honoured : a.name < b.name;
  });
  return settings;
}

}  // namespace howdah::hdfs
