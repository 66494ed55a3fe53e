#include "cli/exit_code.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

constexpr int kNo = kFailedRunning;
constexpr uint32_t kRead = 4, kWrite = 2;

/// OK: yes; NotFound or PermissionDenied: no.
Status Check(std::string_view flag, const Found& found) {
  const Entry& entry = found.entry;
  bool holds = true;  // -e
  if (flag == "-d") holds = entry.is_directory();
  if (flag == "-f") holds = entry.type == FileType::kFile;
  if (flag == "-s") holds = entry.size > 0;
  if (flag == "-z") holds = entry.size == 0;
  if (flag == "-r" || flag == "-w") {
    return found.place.volume->CheckAccess(entry.path, flag == "-r" ? kRead : kWrite);
  }
  return holds ? Status::OK() : Error(ErrorKind::kNotFound, "no");
}

int Test(FsCall& call) {
  std::string_view flag;
  for (const std::string_view one : {"-e", "-d", "-f", "-s", "-z", "-r", "-w"}) {
    if (!call.has(one)) continue;
    if (!flag.empty()) {
      return call.Usage(Error(ErrorKind::kInvalidInput,
                              "one question at a time, got {} and {}", flag, one));
    }
    flag = one;
  }
  if (flag.empty()) {
    return call.Usage(Error(ErrorKind::kInvalidInput,
                            "what is asked is missing: -e, -d, -f, -s, -z, -r or -w"));
  }
  const auto check = [&]() -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<Found> all,
                            call.places().Expand(call.words()[0], WordBase::kDefault));
    for (const Found& found : all) HOWDAH_RETURN_IF_ERROR(Check(flag, found));
    return Status::OK();
  };
  const Status status = check();
  if (status.ok()) return kDone;
  const bool is_answer =
      Is(status, ErrorKind::kNotFound) ||
      (Is(status, ErrorKind::kPermissionDenied) && (flag == "-r" || flag == "-w"));
  if (!is_answer) call.Failed(status);
  return kNo;
}

}  // namespace

FsVerb TestVerb() {
  return {.name = "test",
          .arguments = "-e|-d|-f|-s|-z|-r|-w PATH",
          .summary =
              "exit 0 if it exists (-e), is a directory (-d), a file (-f), not "
              "empty (-s), empty (-z), may be read (-r) or written (-w); else 1",
          .flags = {"-e", "-d", "-f", "-s", "-z", "-r", "-w"},
          .most = 1,
          .run = Test};
}

}  // namespace howdah::cli
