#include "hdfs/hadoop_config.h"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.h"
#include "hdfs/hadoop_xml.h"

namespace howdah::hdfs {
namespace {

// Configuration.java, MAX_SUBST.
constexpr int kMostExpansions = 20;

// Names of old that people's files still hold. Source: DeprecatedProperties.md.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"fs.default.name", "fs.defaultFS"},
    {"dfs.block.size", "dfs.blocksize"},
    {"dfs.write.packet.size", "dfs.client-write-packet-size"},
    {"dfs.socket.timeout", "dfs.client.socket-timeout"},
    {"dfs.umask", "fs.permissions.umask-mode"},
    {"dfs.umaskmode", "fs.permissions.umask-mode"},
    {"io.bytes.per.checksum", "dfs.bytes-per-checksum"},
    {"dfs.federation.nameservices", "dfs.nameservices"},
    {"dfs.federation.nameservice.id", "dfs.nameservice.id"},
};

std::string_view NameOfToday(std::string_view name) {
  for (const auto& [old, today] : kAliases) {
    if (name == old) return today;
  }
  return name;
}

std::string Login(const char* (*part)(const passwd&)) {
  std::vector<char> buffer(size_t{16} << 10);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return "";
  }
  return part(entry);
}

std::string LoginName() {
  const std::string name =
      Login([](const passwd& entry) -> const char* { return entry.pw_name; });
  return name.empty() ? std::to_string(geteuid()) : name;
}

// The first "${name}" of `text` whose name holds no '$', ' ' or '}': where its name is.
std::optional<std::pair<size_t, size_t>> FindVariable(std::string_view text) {
  for (size_t start = text.find("${"); start != std::string_view::npos;
       start = text.find("${", start + 1)) {
    const size_t end = text.find_first_of("}$ ", start + 2);
    if (end != std::string_view::npos && text[end] == '}' && end > start + 2) {
      return std::pair(start + 2, end - start - 2);
    }
  }
  return std::nullopt;
}

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

}  // namespace

std::string HadoopUser(const EnvironmentVariables& environment) {
  const char* name = environment("HADOOP_USER_NAME");
  return name != nullptr && *name != '\0' ? name : LoginName();
}

Result<HadoopConfig> HadoopConfig::Load(const EnvironmentVariables& environment) {
  HadoopConfig config;
  config.environment_ = environment;
  const auto set = [&](const char* name) {
    const char* value = environment(name);
    return std::string(value == nullptr ? "" : value);
  };
  config.directory_ = set("HADOOP_CONF_DIR");
  std::error_code error;
  if (!config.directory_.empty()) {
    if (!std::filesystem::is_directory(config.directory_, error)) {
      return Error(ErrorKind::kInvalidInput, "HADOOP_CONF_DIR: '{}' is no directory",
                   config.directory_);
    }
  } else if (const std::string home = set("HADOOP_HOME"); !home.empty()) {
    config.directory_ = home + "/etc/hadoop";
    if (!std::filesystem::is_directory(config.directory_, error)) {
      config.directory_.clear();
    }
  }
  if (config.directory_.empty()) return config;
  for (const char* name : {"core-site.xml", "hdfs-site.xml"}) {
    const std::string path = (std::filesystem::path(config.directory_) / name).string();
    if (!std::filesystem::exists(path, error) && !error) continue;
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<XmlProperty> properties,
                            ReadHadoopXml(path));
    for (const XmlProperty& property : properties) {
      config.Set(property.name, {.value = property.value,
                                 .is_final = property.is_final,
                                 .file = property.file});
    }
  }
  return config;
}

void HadoopConfig::Set(std::string_view name, Entry entry) {
  const std::string today(NameOfToday(name));
  const auto found = entries_.find(today);
  if (found == entries_.end()) {
    entries_.emplace(today, std::move(entry));
  } else if (!found->second.is_final) {
    found->second = std::move(entry);
  } else if (found->second.value != entry.value) {
    Log(LogLevel::kWarning, "{}: {} is final in {}; it stays '{}'", entry.file, name,
        found->second.file, found->second.value);
  }
}

std::optional<std::string> HadoopConfig::Variable(std::string_view name) const {
  const auto from_environment =
      [&](const std::string& variable) -> std::optional<std::string> {
    const char* value = environment_ ? environment_(variable.c_str()) : nullptr;
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  if (name.starts_with("env.")) {
    // ${env.NAME}, ${env.NAME-if unset}, ${env.NAME:-if unset or empty}.
    const std::string_view rest = name.substr(4);
    const size_t dash = rest.find('-');
    const bool colon =
        dash != std::string_view::npos && dash > 0 && rest[dash - 1] == ':';
    const std::string variable(rest.substr(0, colon ? dash - 1 : dash));
    const std::optional<std::string> value = from_environment(variable);
    if (dash == std::string_view::npos) return value;
    const bool use = value.has_value() && !(colon && value->empty());
    return use ? value : std::string(rest.substr(dash + 1));
  }
  // What Java knows by itself.
  if (name == "user.name") return LoginName();
  if (name == "user.home") {
    return Login([](const passwd& entry) -> const char* { return entry.pw_dir; });
  }
  if (name == "java.io.tmpdir") return "/tmp";
  const auto found = entries_.find(NameOfToday(name));
  if (found != entries_.end()) return found->second.value;
  if (name == "hadoop.tmp.dir") return "/tmp/hadoop-${user.name}";
  return std::nullopt;
}

Result<std::optional<std::string>> HadoopConfig::Get(std::string_view name) const {
  const auto found = entries_.find(NameOfToday(name));
  if (found == entries_.end()) return std::nullopt;
  std::string value = found->second.value;
  std::set<std::string> seen;
  for (int expansions = 0;; ++expansions) {
    const auto variable = FindVariable(value);
    if (!variable.has_value()) break;
    const auto& [start, length] = *variable;
    // A variable that leads back to itself stays as it is written, as one that is not
    // set does.
    if (!seen.insert(value).second) break;
    const std::optional<std::string> text =
        Variable(std::string_view(value).substr(start, length));
    if (!text.has_value()) break;
    // Every step may double the text.
    constexpr size_t kLongest = size_t{1} << 20;
    if (expansions >= kMostExpansions || value.size() + text->size() > kLongest) {
      return Error(ErrorKind::kInvalidInput,
                   "{}: {}: more than {} variables are to be expanded in '{}'",
                   found->second.file, name, kMostExpansions, found->second.value);
    }
    value.replace(start - 2, length + 3, *text);
  }
  return Trimmed(value);
}

}  // namespace howdah::hdfs
