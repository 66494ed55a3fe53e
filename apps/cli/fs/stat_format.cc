#include "cli/fs/stat_format.h"

#include "cli/fs/format.h"
#include "cli/fs/mode.h"

namespace howdah::cli {
namespace {

constexpr std::string_view kLetters = "aAbFgnoruxXyY%";

std::string TypeText(const Entry& entry) {
  switch (entry.type) {
    case FileType::kDirectory:
      return "directory";
    case FileType::kFile:
      return "regular file";
    case FileType::kOther:
      break;
  }
  return entry.is_symlink ? "symlink" : "other";
}

std::string Value(char letter, const Entry& entry) {
  switch (letter) {
    case 'a':
      return fmt::format("{:o}", entry.mode);
    case 'A':
      return ModeText(entry.mode);
    case 'b':
      return std::to_string(entry.size);
    case 'F':
      return TypeText(entry);
    case 'g':
      return entry.group;
    case 'n':
      return std::string(entry.name());
    case 'o':
      return std::to_string(entry.block_size);
    case 'r':
      return std::to_string(entry.replication);
    case 'u':
      return entry.owner;
    case 'x':
      return UtcSecond(entry.atime_us);
    case 'X':
      return std::to_string(entry.atime_us / 1000);
    case 'y':
      return UtcSecond(entry.mtime_us);
    case 'Y':
      return std::to_string(entry.mtime_us / 1000);
    default:
      return "%";
  }
}

}  // namespace

Status CheckStatFormat(std::string_view format) {
  for (size_t at = 0; (at = format.find('%', at)) != format.npos; at += 2) {
    if (at + 1 == format.size() || kLetters.find(format[at + 1]) == kLetters.npos) {
      return Error(
          ErrorKind::kInvalidInput,
          "the format '{}' has '{}', which is none of %a %A %b %F %g %n %o %r %u "
          "%x %X %y %Y %%",
          format, format.substr(at, 2));
    }
  }
  return Status::OK();
}

std::string StatText(std::string_view format, const Entry& entry) {
  std::string text;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] == '%') {
      text += Value(format[++at], entry);
    } else {
      text += format[at];
    }
  }
  return text;
}

}  // namespace howdah::cli
