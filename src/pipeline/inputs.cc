#include "pipeline/inputs.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fnmatch.h>

#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "types/hive_escape.h"

namespace howdah {
namespace {

bool HasWildcard(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

/// What must not be passed over: rows may be meant to be there.
Status NoFile(const std::string& path) {
  return Error(
      ErrorKind::kInvalidInput,
      "input '{}' is neither a file nor a directory (a symbolic link that leads "
      "nowhere, a pipe or a device): remove it, or hide it by a name that begins "
      "with '_' or '.'",
      path);
}

/// Every visible file below `directory`, in byte order of paths.
Status AddTree(FileSystem& fs, const std::string& directory,
               std::vector<FileInfo>* files) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<FileInfo> entries, fs.List(directory));
  for (FileInfo& entry : entries) {
    if (IsHiddenName(entry.name())) continue;
    if (entry.type == FileType::kDirectory) {
      HOWDAH_RETURN_IF_ERROR(AddTree(fs, entry.path, files));
    } else if (entry.type == FileType::kFile) {
      files->push_back(std::move(entry));
    } else {
      return NoFile(entry.path);
    }
  }
  return Status::OK();
}

Status AddMatches(FileSystem& fs, const std::string& base,
                  const std::vector<std::string>& components, size_t at,
                  std::vector<FileInfo>* files);

/// What the pattern behind `**`, components[at], matches in `base` and in every visible
/// directory below.
Status AddMatchesBelow(FileSystem& fs, const std::string& base,
                       const std::vector<std::string>& components, size_t at,
                       std::vector<FileInfo>* files) {
  HOWDAH_ASSIGN_OR_RETURN(FileInfo info, fs.Stat(base));
  if (info.type != FileType::kDirectory) return Status::OK();
  HOWDAH_RETURN_IF_ERROR(AddMatches(fs, base, components, at + 1, files));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<FileInfo> entries, fs.List(base));
  for (const FileInfo& entry : entries) {
    if (IsHiddenName(entry.name()) || entry.type != FileType::kDirectory) continue;
    HOWDAH_RETURN_IF_ERROR(AddMatchesBelow(fs, entry.path, components, at, files));
  }
  return Status::OK();
}

/// What the rest of a pattern (components from `at` on) matches below `base`, sorted.
Status AddMatches(FileSystem& fs, const std::string& base,
                  const std::vector<std::string>& components, size_t at,
                  std::vector<FileInfo>* files) {
  if (at == components.size()) {
    HOWDAH_ASSIGN_OR_RETURN(FileInfo info, fs.Stat(base));
    if (info.type == FileType::kDirectory) return AddTree(fs, base, files);
    if (info.type != FileType::kFile) return NoFile(base);
    files->push_back(std::move(info));
    return Status::OK();
  }
  const std::string& pattern = components[at];
  if (pattern == "**") return AddMatchesBelow(fs, base, components, at, files);
  if (!HasWildcard(pattern)) {
    const std::string path = JoinPath(base, pattern);
    HOWDAH_ASSIGN_OR_RETURN(const bool exists, Exists(fs, path));
    return exists ? AddMatches(fs, path, components, at + 1, files) : Status::OK();
  }
  HOWDAH_ASSIGN_OR_RETURN(FileInfo info, fs.Stat(base));
  if (info.type != FileType::kDirectory) return Status::OK();
  HOWDAH_ASSIGN_OR_RETURN(std::vector<FileInfo> entries, fs.List(base));
  for (const FileInfo& entry : entries) {
    const std::string name(entry.name());
    if (IsHiddenName(name) || fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
    HOWDAH_RETURN_IF_ERROR(AddMatches(fs, entry.path, components, at + 1, files));
  }
  return Status::OK();
}

Result<std::vector<FileInfo>> FilesOf(const Location& location) {
  FileSystem& fs = *location.fs;
  std::vector<FileInfo> files;
  // A name may hold '*' or '[': what exists under the very name is meant.
  HOWDAH_ASSIGN_OR_RETURN(const bool literal, Exists(fs, location.path));
  if (!literal && HasWildcard(location.path)) {
    std::vector<std::string> components;
    for (size_t start = 1; start < location.path.size();) {
      const size_t slash = std::min(location.path.find('/', start), location.path.size());
      components.push_back(location.path.substr(start, slash - start));
      start = slash + 1;
    }
    HOWDAH_RETURN_IF_ERROR(AddMatches(fs, "/", components, 0, &files));
    if (files.empty()) {
      return Error(ErrorKind::kNotFound, "input '{}': no file matches", location.url);
    }
    return files;
  }
  if (!literal) {
    return Error(ErrorKind::kNotFound, "input '{}': no such file or directory",
                 location.url);
  }
  HOWDAH_ASSIGN_OR_RETURN(FileInfo info, fs.Stat(location.path));
  if (info.type == FileType::kFile) return std::vector<FileInfo>{info};
  if (info.type != FileType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "input '{}': neither a file nor a directory",
                 location.url);
  }
  HOWDAH_RETURN_IF_ERROR(AddTree(fs, location.path, &files));
  if (files.empty()) {
    return Error(
        ErrorKind::kNotFound,
        "input '{}': no files in the directory (names beginning with '_' or '.' are "
        "skipped)",
        location.url);
  }
  return files;
}

/// Letters of both cases are taken for the same; `end` is in lower case.
bool EndsWith(std::string_view text, std::string_view end) {
  if (text.size() < end.size()) return false;
  return std::equal(end.begin(), end.end(), text.end() - static_cast<int64_t>(end.size()),
                    [](char lower, char c) {
                      return lower == std::tolower(static_cast<unsigned char>(c));
                    });
}

Result<const SourceFormat*> FormatOf(const std::vector<InputFile>& files) {
  const SourceFormat* common = nullptr;
  for (const InputFile& file : files) {
    const SourceFormat* format = SourceFormatByExtension(file.url);
    if (format == nullptr) {
      std::vector<std::string> known;
      for (const SourceFormat* one : BuiltinSourceFormats()) {
        known.insert(known.end(), one->extensions().begin(), one->extensions().end());
      }
      return Error(ErrorKind::kInvalidInput,
                   "input '{}': its format does not show in its name (known: {}); set "
                   "'input.format'",
                   file.url, QuotedList(known));
    }
    if (common != nullptr && format != common) {
      return Error(
          ErrorKind::kInvalidInput,
          "input '{}' is {} by its name, but others are {}; one job reads one format",
          file.url, format->name(), common->name());
    }
    common = format;
  }
  return common;
}

/// The value of each directory `name=value` in `path`; nullopt: null.
std::map<std::string, std::optional<std::string>> PartitionsOf(const std::string& path) {
  std::map<std::string, std::optional<std::string>> values;
  const std::string directory = ParentPath(path);
  for (size_t start = 1; start < directory.size();) {
    const size_t slash = std::min(directory.find('/', start), directory.size());
    const std::string name = directory.substr(start, slash - start);
    start = slash + 1;
    const size_t equals = name.find('=');
    if (equals == name.npos || equals == 0) continue;
    std::optional<std::string> value = HiveUnescape(name.substr(equals + 1));
    if (*value == kHiveNull) value.reset();
    values[HiveUnescape(name.substr(0, equals))] = std::move(value);
  }
  return values;
}

/// Whole numbers exactly as they print, so that nothing of "007" or "+1" is lost.
std::optional<int64_t> AsInt64(const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (std::to_string(number) != text) return std::nullopt;
  return number;
}

ConstantColumn MakeConstant(const std::string& name,
                            const std::vector<std::optional<std::string>>& values) {
  const bool integers = std::all_of(values.begin(), values.end(), [](const auto& value) {
    return !value || AsInt64(*value);
  });
  const bool all_null = std::none_of(values.begin(), values.end(),
                                     [](const auto& v) { return v.has_value(); });
  const auto type = integers && !all_null ? arrow::int64() : arrow::utf8();
  ConstantColumn column{.field = arrow::field(name, type), .by_file = {}};
  for (const auto& value : values) {
    if (!value) {
      column.by_file.push_back(arrow::MakeNullScalar(type));
    } else if (type->id() == arrow::Type::INT64) {
      column.by_file.push_back(std::make_shared<arrow::Int64Scalar>(*AsInt64(*value)));
    } else {
      column.by_file.push_back(std::make_shared<arrow::StringScalar>(*value));
    }
  }
  return column;
}

}  // namespace

const SourceFormat* SourceFormatByExtension(std::string_view path) {
  for (const SourceFormat* format : BuiltinSourceFormats()) {
    for (const std::string& extension : format->extensions()) {
      if (EndsWith(path, extension)) return format;
    }
  }
  return nullptr;
}

std::vector<ConstantColumn> PartitionColumns(const std::vector<std::string>& paths) {
  std::map<std::string, std::vector<std::optional<std::string>>> columns;
  for (const std::string& path : paths) {
    for (auto& [name, value] : PartitionsOf(path)) {
      columns[name].push_back(std::move(value));
    }
  }
  std::vector<ConstantColumn> constants;
  for (const auto& [name, values] : columns) {
    if (values.size() == paths.size()) constants.push_back(MakeConstant(name, values));
  }
  return constants;
}

int64_t InputSet::bytes() const {
  int64_t sum = 0;
  for (const InputFile& file : files) sum += file.length;
  return sum;
}

Result<InputSet> FindInputs(const Storages& storages,
                            const std::vector<std::string>& paths,
                            const std::string& format) {
  InputSet inputs;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(path));
    if (inputs.fs != nullptr && inputs.fs != location.fs) {
      return Error(
          ErrorKind::kInvalidInput,
          "input '{}' is on another storage than '{}'; one job reads one storage", path,
          paths.front());
    }
    inputs.fs = location.fs;
    HOWDAH_ASSIGN_OR_RETURN(std::vector<FileInfo> files, FilesOf(location));
    const std::string before_paths =
        location.url.substr(0, location.url.size() - location.path.size());
    for (const FileInfo& file : files) {
      if (!seen.insert(file.path).second) continue;
      inputs.files.push_back({before_paths + file.path, file.size, file.mtime_us});
      inputs.paths.push_back(file.path);
    }
  }
  if (format.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(inputs.format, FormatOf(inputs.files));
  } else {
    inputs.format = FindSourceFormat(format);
  }
  inputs.constants = PartitionColumns(inputs.paths);
  return inputs;
}

}  // namespace howdah
