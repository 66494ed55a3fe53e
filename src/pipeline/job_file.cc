#include <toml++/toml.h>

#include <algorithm>

#include "pipeline/job_spec.h"

namespace howdah {
namespace {

Status WrongKind(const std::string& key, const std::string& place) {
  return Error(
      ErrorKind::kInvalidInput,
      "{}: '{}' must be a string, a number, true or false, a list of strings, or a "
      "table of these",
      place, key);
}

/// A string, number or truth value as text; nullopt for anything else.
std::optional<std::string> AsText(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (auto number = node.value_exact<int64_t>()) return std::to_string(*number);
  if (auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

Result<std::vector<std::string>> ToList(const toml::array& array, const std::string& key,
                                        const std::string& place) {
  std::vector<std::string> list;
  for (const toml::node& item : array) {
    auto text = item.value_exact<std::string>();
    if (!text) return WrongKind(key, place);
    list.push_back(*text);
  }
  return list;
}

Result<SettingValue> ToValue(const toml::node& node, const std::string& key,
                             const std::string& place) {
  if (auto text = node.value_exact<std::string>()) return SettingValue(*text);
  if (auto number = node.value_exact<int64_t>()) return SettingValue(*number);
  if (auto number = node.value_exact<double>()) return SettingValue(*number);
  if (auto flag = node.value_exact<bool>()) return SettingValue(*flag);
  if (const toml::array* array = node.as_array()) {
    HOWDAH_ASSIGN_OR_RETURN(auto list, ToList(*array, key, place));
    return SettingValue(std::move(list));
  }
  const toml::table* table = node.as_table();
  if (table == nullptr) return WrongKind(key, place);
  SettingTable items;
  for (const auto& [name, item] : *table) {
    std::vector<std::string>& values = items[std::string(name.str())];
    if (const toml::array* array = item.as_array()) {
      HOWDAH_ASSIGN_OR_RETURN(values, ToList(*array, key, place));
      continue;
    }
    const auto text = AsText(item);
    if (!text) return WrongKind(key, place);
    values = {*text};
  }
  return SettingValue(std::move(items));
}

/// A table is a section, whose keys are collected one by one, or a value such as
/// `{ from = "probs" }`. Every table at the top is a section, also one whose name is a
/// slip.
bool IsSection(const std::string& path) {
  return path.find('.') == path.npos || path == "input.tensors" ||
         path == "output.columns" || path == "checks.columns" || path == "output.csv";
}

struct PlacedSetting {
  toml::source_position at;
  Setting setting;
};

Status Collect(const toml::table& table, const std::string& prefix,
               const std::string& file, std::vector<PlacedSetting>* settings) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const toml::table* inner = node.as_table(); inner != nullptr && IsSection(key)) {
      HOWDAH_RETURN_IF_ERROR(Collect(*inner, key + ".", file, settings));
      continue;
    }
    const toml::source_position at = node.source().begin;
    const std::string place = fmt::format("{}, line {}", file, at.line);
    HOWDAH_ASSIGN_OR_RETURN(SettingValue value, ToValue(node, key, place));
    settings->push_back({at, {key, std::move(value), place}});
  }
  return Status::OK();
}

/// toml++ reports syntax errors by exception; none may leave this file.
Result<toml::table> ParseToml(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return Error(ErrorKind::kInvalidInput, "{}, line {}, column {}: {}", file, at.line,
                 at.column, error.description());
  }
}

}  // namespace

Result<std::vector<Setting>> ParseJobFile(const std::string& text,
                                          const std::string& file) {
  HOWDAH_ASSIGN_OR_RETURN(toml::table table, ParseToml(text, file));
  std::vector<PlacedSetting> placed;
  HOWDAH_RETURN_IF_ERROR(Collect(table, "", file, &placed));
  // toml++ sorts tables by key; output columns land in the order in which they were
  // written.
  std::sort(placed.begin(), placed.end(),
            [](const PlacedSetting& a, const PlacedSetting& b) { return a.at < b.at; });
  std::vector<Setting> settings;
  for (PlacedSetting& one : placed) settings.push_back(std::move(one.setting));
  return settings;
}

Result<Setting> ParseAssignment(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == assignment.npos || equals == 0) {
    return Error(
        ErrorKind::kInvalidInput,
        "--set '{}': expected section.key=value, for example output.file_size=64MiB",
        assignment);
  }
  const std::string key = assignment.substr(0, equals);
  const std::string text = assignment.substr(equals + 1);
  Result<toml::table> parsed = ParseToml("value = " + text, "--set");
  if (parsed.ok() && parsed->size() == 1 && !text.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(SettingValue value,
                            ToValue(*parsed->get("value"), key, "--set"));
    return Setting{key, std::move(value), "--set"};
  }
  return Setting{key, text, "--set"};
}

}  // namespace howdah
