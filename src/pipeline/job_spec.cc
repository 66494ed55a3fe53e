#include "pipeline/job_spec.h"

#include <charconv>
#include <functional>
#include <limits>

#include "base/text.h"
#include "base/units.h"
#include "base/version.h"
#include "pipeline/storages.h"

namespace howdah {
namespace {

constexpr char kTensorsPrefix[] = "input.tensors.";
constexpr char kColumnsPrefix[] = "output.columns.";
constexpr char kChecksPrefix[] = "checks.columns.";
constexpr char kCsvPrefix[] = "output.csv.";

std::string ToText(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::holds_alternative<std::vector<std::string>>(value) ? "a list" : "a table";
}

Status WrongType(const Setting& setting, std::string_view expected) {
  return Error(ErrorKind::kInvalidInput, "{}: '{}' must be {}, got {}", setting.place,
               setting.key, expected, ToText(setting.value));
}

Result<std::string> AsString(const Setting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting.value)) return *text;
  const auto* number = std::get_if<int64_t>(&setting.value);
  // On the command line nobody writes quotes; and an id such as 7 is meant as a name.
  if (number != nullptr && (setting.place == "--set" || setting.key == "job.id")) {
    return std::to_string(*number);
  }
  return WrongType(setting, "a string");
}

Result<std::string> AsPath(const Setting& setting) {
  HOWDAH_ASSIGN_OR_RETURN(std::string text, AsString(setting));
  Result<std::string> expanded = ExpandEnvironment(text);
  if (!expanded.ok()) {
    return WithContext(expanded.status(),
                       fmt::format("{}: '{}'", setting.place, setting.key));
  }
  return expanded;
}

Result<std::vector<std::string>> AsList(const Setting& setting) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&setting.value))
    return *list;
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) return WrongType(setting, "a list of strings");
  std::vector<std::string> items;
  size_t start = 0;
  while (start <= text->size()) {
    const size_t comma = std::min(text->find(',', start), text->size());
    if (comma > start) items.push_back(text->substr(start, comma - start));
    start = comma + 1;
  }
  return items;
}

/// A list of columns in a job file; one column may be written as a plain string, which is
/// not cut at commas, since a column's name may hold one.
Result<std::vector<std::string>> AsColumns(const Setting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting.value);
      text != nullptr && setting.place != "--set") {
    return std::vector<std::string>{*text};
  }
  return AsList(setting);
}

Result<int64_t> AsInteger(const Setting& setting, int64_t least, int64_t most) {
  const auto* number = std::get_if<int64_t>(&setting.value);
  int64_t value = 0;
  if (number != nullptr) {
    value = *number;
  } else {
    const auto* text = std::get_if<std::string>(&setting.value);
    size_t used = 0;
    try {
      if (text != nullptr) value = std::stoll(*text, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (text == nullptr || used == 0 || used != text->size()) {
      return WrongType(setting, "a whole number");
    }
  }
  if (value < least || value > most) {
    return Error(ErrorKind::kInvalidInput, "{}: '{}' must be from {} to {}, got {}",
                 setting.place, setting.key, least, most, value);
  }
  return value;
}

Result<int64_t> AsByteSize(const Setting& setting) {
  if (std::holds_alternative<int64_t>(setting.value)) {
    return AsInteger(setting, 1, std::numeric_limits<int64_t>::max());
  }
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) return WrongType(setting, "a size such as \"64MiB\"");
  Result<int64_t> bytes = ParseByteSize(*text);
  if (!bytes.ok()) {
    return WithContext(bytes.status(),
                       fmt::format("{}: '{}'", setting.place, setting.key));
  }
  if (*bytes < 1) return WrongType(setting, "a size of at least 1 byte");
  return bytes;
}

/// One of `available`. Values that the design has and this version does not are told
/// apart from slips.
Result<std::string> AsChoice(const Setting& setting,
                             const std::vector<std::string>& available,
                             const std::vector<std::string>& later = {}) {
  HOWDAH_ASSIGN_OR_RETURN(std::string text, AsString(setting));
  const auto contains = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  if (contains(available)) return text;
  if (contains(later)) {
    return Error(ErrorKind::kUnsupported,
                 "{}: '{}' = '{}' is not available in howdah {}; there is {}",
                 setting.place, setting.key, text, kVersion, QuotedList(available));
  }
  return Error(ErrorKind::kInvalidInput, "{}: '{}' must be one of {}, got '{}'{}",
               setting.place, setting.key, QuotedList(available), text,
               DidYouMean(text, available));
}

Result<bool> AsFlag(const Setting& setting) {
  if (const auto* flag = std::get_if<bool>(&setting.value)) return *flag;
  return WrongType(setting, "true or false");
}

Result<std::chrono::milliseconds> AsDuration(const Setting& setting) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) return WrongType(setting, "a duration such as \"30s\"");
  Result<std::chrono::milliseconds> duration = ParseDuration(*text);
  if (!duration.ok()) {
    return WithContext(duration.status(),
                       fmt::format("{}: '{}'", setting.place, setting.key));
  }
  return duration;
}

constexpr int64_t kMostRows = 1 << 24;
constexpr int64_t kMostThreads = 4096;
// What a directory of HDFS holds (dfs.namenode.fs-limits.max-directory-items): an
// attempt's files lie in one.
constexpr int64_t kMostFiles = int64_t{1} << 20;

using Apply = std::function<Status(const Setting&, JobSpec*)>;

template <typename Reader, typename Field>
Apply Into(Reader read, Field field) {
  return [read, field](const Setting& setting, JobSpec* spec) -> Status {
    return read(setting).Value(&field(*spec));
  };
}

Apply Choice(std::string& (*field)(JobSpec&), std::vector<std::string> available,
             std::vector<std::string> later = {}) {
  return [=](const Setting& setting, JobSpec* spec) -> Status {
    return AsChoice(setting, available, later).Value(&field(*spec));
  };
}

Apply Integer(int64_t& (*field)(JobSpec&), int64_t least, int64_t most) {
  return [=](const Setting& setting, JobSpec* spec) -> Status {
    return AsInteger(setting, least, most).Value(&field(*spec));
  };
}

Status OutputMode(const Setting& setting, JobSpec* spec) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string text, AsString(setting));
  // What others call ways of changing a part of a dataset in place.
  constexpr std::string_view kNotAtomic[] = {"merge",
                                             "upsert",
                                             "update",
                                             "overwrite_partitions",
                                             "overwrite-partitions",
                                             "insert_overwrite",
                                             "dynamic"};
  if (std::find(std::begin(kNotAtomic), std::end(kNotAtomic), text) !=
      std::end(kNotAtomic)) {
    return Error(ErrorKind::kUnsupported,
                 "{}: '{}' = '{}' is not built, because readers would see a part of it: "
                 "land each part as a dataset of its own (output.path = "
                 "\"table/dt=2026-11-22\", output.mode = \"new\"), or all of it with "
                 "\"overwrite\"",
                 setting.place, setting.key, text);
  }
  return AsChoice(setting, {"new", "append", "overwrite"}).Value(&spec->output.mode);
}

Status Sha256Pin(const Setting& setting, JobSpec* spec) {
  HOWDAH_ASSIGN_OR_RETURN(std::string text, AsString(setting));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool hex = text.find_first_not_of("0123456789abcdef") == text.npos;
  if (!text.empty() && (text.size() != 64 || !hex)) {
    return WrongType(setting, "64 hex digits, as `howdah inspect --sha256` prints them");
  }
  spec->model.sha256 = text;
  return Status::OK();
}

/// 1000, or "0.1%".
Status MaxBadRows(const Setting& setting, JobSpec* spec) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text == nullptr || !text->ends_with('%')) {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t rows,
                            AsInteger(setting, 0, std::numeric_limits<int64_t>::max()));
    spec->checks.max_bad_rows = std::to_string(rows);
    return Status::OK();
  }
  double percent = -1;
  const char* const end = text->data() + text->size() - 1;
  const auto parsed = std::from_chars(text->data(), end, percent);
  if (parsed.ec != std::errc() || parsed.ptr != end ||
      !(percent >= 0 && percent <= 100)) {
    return WrongType(setting, "a number of rows, or a share from \"0%\" to \"100%\"");
  }
  spec->checks.max_bad_rows = *text;
  return Status::OK();
}

/// One check from its text. \param name  as CheckNames().
Status SetColumnCheck(const Setting& setting, const std::string& name,
                      const std::string& text, ValueChecks* checks) {
  return WithContext(SetCheck(name, text, checks),
                     fmt::format("{}: '{}'", setting.place, setting.key));
}

struct KeyRow {
  std::string_view key;
  Apply apply;
};

/// The table of keys: one row a key, in the order of the job file.
const std::vector<KeyRow>& KeyTable() {
  using S = JobSpec;
  static const auto* table = new std::vector<KeyRow>{
      {"job.id", Into(AsString, [](S& s) -> auto& { return s.job_id; })},
      {"model.path", Into(AsPath, [](S& s) -> auto& { return s.model.path; })},
      {"model.signature",
       Into(AsString, [](S& s) -> auto& { return s.model.signature; })},
      {"model.tags", Into(AsList, [](S& s) -> auto& { return s.model.tags; })},
      {"model.sha256", Sha256Pin},
      {"model.batch_rows",
       Integer([](S& s) -> auto& { return s.model.batch_rows; }, 1, kMostRows)},
      {"model.runners",
       Integer([](S& s) -> auto& { return s.model.runners; }, 0, kMostThreads)},
      {"model.intra_op_threads",
       Integer([](S& s) -> auto& { return s.model.intra_op_threads; }, 1, kMostThreads)},
      {"model.onednn",
       [](const Setting& setting, S* spec) -> Status {
         HOWDAH_ASSIGN_OR_RETURN(spec->model.onednn, AsFlag(setting));
         return Status::OK();
       }},
      {"model.timeout", Into(AsDuration, [](S& s) -> auto& { return s.model.timeout; })},
      {"input.path",
       [](const Setting& setting, S* spec) -> Status {
         // A path may hold commas: only a real list has several.
         const auto* list = std::get_if<std::vector<std::string>>(&setting.value);
         const auto one = list == nullptr ? AsString(setting) : Result<std::string>("");
         HOWDAH_RETURN_IF_ERROR(one.status());
         spec->input.path.clear();
         for (const std::string& path : list != nullptr ? *list : std::vector{*one}) {
           HOWDAH_ASSIGN_OR_RETURN(std::string expanded,
                                   AsPath({setting.key, path, setting.place}));
           spec->input.path.push_back(std::move(expanded));
         }
         return Status::OK();
       }},
      {"input.format",
       Choice([](S& s) -> auto& { return s.input.format; },
              {"parquet", "csv", "jsonl", "arrow", "avro", "tfrecord"})},
      {"input.split_size", Into(AsByteSize,
                                [](S& s) -> auto& { return s.input.split_size.emplace(); })},
      {"output.path", Into(AsPath, [](S& s) -> auto& { return s.output.path; })},
      {"output.format",
       [](const Setting& setting, S* spec) -> Status {
         HOWDAH_ASSIGN_OR_RETURN(
             spec->output.format,
             AsChoice(setting, {"parquet", "avro", "csv", "json", "jsonl"}));
         // As inputs call it.
         if (spec->output.format == "jsonl") spec->output.format = "json";
         return Status::OK();
       }},
      {"output.mode", OutputMode},
      {"output.keep", Into(AsList, [](S& s) -> auto& { return s.output.keep; })},
      {"output.partition_by",
       Into(AsList, [](S& s) -> auto& { return s.output.partition_by; })},
      {"output.schema", Into(AsPath, [](S& s) -> auto& { return s.output.schema; })},
      {"output.profile", Choice([](S& s) -> auto& { return s.output.profile; },
                                {"lake", "compact"}, {"hive3"})},
      {"output.compression",
       Into(AsString, [](S& s) -> auto& { return s.output.compression; })},
      {"output.file_size",
       Into(AsByteSize, [](S& s) -> auto& { return s.output.file_size.emplace(); })},
      {"output.memory", Into(AsByteSize, [](S& s) -> auto& { return s.output.memory; })},
      {"output.max_open_partitions",
       Integer([](S& s) -> auto& { return s.output.max_open_partitions; }, 1, kMostRows)},
      {"output.merge_small_files",
       [](const Setting& setting, S* spec) -> Status {
         return AsFlag(setting).Value(&spec->output.merge_small_files);
       }},
      {"output.staging", Into(AsPath, [](S& s) -> auto& { return s.output.staging; })},
      {"output.csv.dialect", Choice([](S& s) -> auto& { return s.output.text.dialect; },
                                    {"rfc4180", "hive-text"})},
      {"output.csv.header",
       [](const Setting& setting, S* spec) -> Status {
         return AsFlag(setting).Value(&spec->output.text.header);
       }},
      {"output.csv.null",
       Into(AsString, [](S& s) -> auto& { return s.output.text.null; })},
      {"output.csv.decimals",
       [](const Setting& setting, S* spec) -> Status {
         constexpr int64_t kMostDecimals = 17;
         HOWDAH_ASSIGN_OR_RETURN(const int64_t decimals,
                                 AsInteger(setting, 0, kMostDecimals));
         spec->output.text.decimals = static_cast<int>(decimals);
         return Status::OK();
       }},
      {"checks.bad_rows", Choice([](S& s) -> auto& { return s.checks.bad_rows; },
                                 {"fail", "quarantine"}, {})},
      {"checks.max_bad_rows", MaxBadRows},
      {"checks.max_files",
       Integer([](S& s) -> auto& { return s.checks.max_files; }, 1, kMostFiles)},
      {"checks.nan",
       [](const Setting& setting, S* spec) -> Status {
         HOWDAH_ASSIGN_OR_RETURN(const std::string text, AsString(setting));
         ValueChecks checks;
         HOWDAH_RETURN_IF_ERROR(SetColumnCheck(setting, "nan", text, &checks));
         spec->checks.nan = *checks.nan;
         return Status::OK();
       }},
  };
  return *table;
}

/// Refuse fields of a table that no key has.
Status CheckFields(const Setting& setting, const SettingTable& table,
                   const std::vector<std::string>& known) {
  for (const auto& [field, values] : table) {
    if (std::find(known.begin(), known.end(), field) != known.end()) continue;
    return Error(ErrorKind::kInvalidInput, "{}: unknown key '{}.{}'{} (there is {})",
                 setting.place, setting.key, field, DidYouMean(field, known),
                 QuotedList(known));
  }
  return Status::OK();
}

/// The one value of `field`, or nullopt where the table does not have it.
Result<std::optional<std::string>> OneValue(const Setting& setting,
                                            const SettingTable& table,
                                            const std::string& field) {
  const auto found = table.find(field);
  if (found == table.end()) return std::optional<std::string>();
  if (found->second.size() == 1) return std::optional(found->second.front());
  return Error(ErrorKind::kInvalidInput, "{}: '{}.{}' must be one value, got a list",
               setting.place, setting.key, field);
}

Status ApplyTensor(const std::string& name, const Setting& setting, JobSpec* spec) {
  TensorInput input;
  if (const auto* table = std::get_if<SettingTable>(&setting.value)) {
    HOWDAH_RETURN_IF_ERROR(CheckFields(setting, *table, {"as", "from", "pad", "round"}));
    const auto from = table->find("from");
    input.columns = from == table->end() ? std::vector{name} : from->second;
    HOWDAH_ASSIGN_OR_RETURN(input.pad, OneValue(setting, *table, "pad"));
    HOWDAH_ASSIGN_OR_RETURN(const auto round, OneValue(setting, *table, "round"));
    if (round && *round != "true" && *round != "false") {
      return Error(ErrorKind::kInvalidInput,
                   "{}: '{}.round' must be true or false, got '{}'", setting.place,
                   setting.key, *round);
    }
    input.round = round == "true";
    HOWDAH_ASSIGN_OR_RETURN(const auto as, OneValue(setting, *table, "as"));
    if (as && *as != "tf.Example") {
      return Error(ErrorKind::kInvalidInput, "{}: '{}.as' must be 'tf.Example', got '{}'",
                   setting.place, setting.key, *as);
    }
    input.as_example = as.has_value();
  } else {
    HOWDAH_ASSIGN_OR_RETURN(input.columns, AsColumns(setting));
  }
  if (input.columns.empty()) return WrongType(setting, "a column or a list of columns");
  spec->input.tensors[name] = std::move(input);
  return Status::OK();
}

/// `as = "topk:3"` and its like.
Status ApplyAs(const Setting& setting, const std::string& as, OutputColumn* column) {
  using As = OutputColumn::As;
  constexpr std::string_view kTopK = "topk:";
  static const std::map<std::string, As, std::less<>> kinds = {
      {"binary", As::kBinary}, {"argmax", As::kArgmax}, {"expand", As::kExpand}};
  static const std::vector<std::string> kNames = {"argmax", "topk:1", "expand", "binary"};
  if (as.starts_with(kTopK)) {
    constexpr int64_t kMostK = 1 << 20;
    column->as = As::kTopK;
    return AsInteger(
               {setting.key + ".as (topk:K)", as.substr(kTopK.size()), setting.place}, 1,
               kMostK)
        .Value(&column->top_k);
  }
  if (const auto found = kinds.find(as); found != kinds.end()) {
    column->as = found->second;
    return Status::OK();
  }
  return Error(ErrorKind::kInvalidInput,
               "{}: '{}.as' must be one of 'argmax', 'topk:K', 'expand', 'binary', got "
               "'{}'{}",
               setting.place, setting.key, as, DidYouMean(as, kNames));
}

Status ApplyColumn(const std::string& name, const Setting& setting, JobSpec* spec) {
  OutputColumn column{.name = name, .from = name};
  if (const auto* table = std::get_if<SettingTable>(&setting.value)) {
    HOWDAH_RETURN_IF_ERROR(CheckFields(setting, *table, {"from", "as", "row_splits"}));
    HOWDAH_ASSIGN_OR_RETURN(const auto from, OneValue(setting, *table, "from"));
    HOWDAH_ASSIGN_OR_RETURN(const auto as, OneValue(setting, *table, "as"));
    HOWDAH_ASSIGN_OR_RETURN(const auto splits, OneValue(setting, *table, "row_splits"));
    if (from) column.from = *from;
    if (as) HOWDAH_RETURN_IF_ERROR(ApplyAs(setting, *as, &column));
    if (splits) spec->output.row_splits[column.from] = *splits;
  } else {
    HOWDAH_ASSIGN_OR_RETURN(column.from, AsString(setting));
  }
  auto& columns = spec->output.columns;
  std::erase_if(columns, [&](const OutputColumn& other) { return other.name == name; });
  columns.push_back(std::move(column));
  return Status::OK();
}

/// `score = { nan = "null", min = 0, max = 1 }`
Status ApplyChecks(const std::string& name, const Setting& setting, JobSpec* spec) {
  const auto* table = std::get_if<SettingTable>(&setting.value);
  if (table == nullptr) return WrongType(setting, "a table such as { min = 0, max = 1 }");
  HOWDAH_RETURN_IF_ERROR(CheckFields(setting, *table, CheckNames()));
  ValueChecks checks;
  for (const auto& [check, values] : *table) {
    HOWDAH_ASSIGN_OR_RETURN(const auto text, OneValue(setting, *table, check));
    const Setting whole{setting.key + "." + check, {}, setting.place};
    HOWDAH_RETURN_IF_ERROR(SetColumnCheck(whole, check, *text, &checks));
  }
  spec->checks.columns[name] = checks;
  return Status::OK();
}

Status ApplySetting(const Setting& setting, JobSpec* spec) {
  for (const KeyRow& row : KeyTable()) {
    if (row.key == setting.key) return row.apply(setting, spec);
  }
  if (setting.key.rfind(kTensorsPrefix, 0) == 0) {
    return ApplyTensor(setting.key.substr(sizeof kTensorsPrefix - 1), setting, spec);
  }
  if (setting.key.rfind(kColumnsPrefix, 0) == 0) {
    return ApplyColumn(setting.key.substr(sizeof kColumnsPrefix - 1), setting, spec);
  }
  if (setting.key.rfind(kChecksPrefix, 0) == 0) {
    return ApplyChecks(setting.key.substr(sizeof kChecksPrefix - 1), setting, spec);
  }
  const std::vector<std::string> keys = JobKeys();
  return Error(ErrorKind::kInvalidInput, "{}: unknown key '{}'{}", setting.place,
               setting.key, DidYouMean(setting.key, keys));
}

/// Refuse keys that say how another format than the job's writes, or that the dialect
/// does not have: what has no effect is a slip.
Status CheckFormatKeys(const std::vector<Setting>& settings,
                       const JobSpec::Output& output) {
  for (const Setting& setting : settings) {
    if (!setting.key.starts_with(kCsvPrefix)) continue;
    if (output.format != "csv") {
      return Error(ErrorKind::kInvalidInput,
                   "{}: '{}' is for output.format = 'csv', which here is '{}': leave it "
                   "out, or land csv",
                   setting.place, setting.key, output.format);
    }
    if (setting.key == "output.csv.header" && output.text.header &&
        output.text.dialect == "hive-text") {
      return Error(ErrorKind::kInvalidInput,
                   "{}: 'output.csv.header' = true, but the dialect 'hive-text' has no "
                   "header: leave it out, or set output.csv.dialect to 'rfc4180'",
                   setting.place);
    }
  }
  return Status::OK();
}

Status Require(bool there, const char* what, const char* key, const char* flag) {
  if (there) return Status::OK();
  return Error(ErrorKind::kInvalidInput, "no {}: give {} or set '{}' in the job file",
               what, flag, key);
}

}  // namespace

std::vector<std::string> JobKeys() {
  std::vector<std::string> keys;
  for (const KeyRow& row : KeyTable()) keys.emplace_back(row.key);
  keys.push_back(fmt::format("{}<name>", kTensorsPrefix));
  keys.push_back(fmt::format("{}<name>", kColumnsPrefix));
  keys.push_back(fmt::format("{}<name>", kChecksPrefix));
  return keys;
}

Result<JobSpec> MakeJobSpec(const std::vector<Setting>& settings) {
  JobSpec spec;
  for (const Setting& setting : settings) {
    HOWDAH_RETURN_IF_ERROR(ApplySetting(setting, &spec));
  }
  HOWDAH_RETURN_IF_ERROR(CheckFormatKeys(settings, spec.output));
  HOWDAH_RETURN_IF_ERROR(
      Require(!spec.model.path.empty(), "model", "model.path", "--model"));
  HOWDAH_RETURN_IF_ERROR(
      Require(!spec.input.path.empty(), "input", "input.path", "--input"));
  HOWDAH_RETURN_IF_ERROR(
      Require(!spec.output.path.empty(), "output", "output.path", "--output"));
  return spec;
}

}  // namespace howdah
