#include "cli/fs/call.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/log.h"
#include "base/text.h"
#include "cli/exit_code.h"

namespace howdah::cli {
namespace {

constexpr size_t kPrintBytes = size_t{64} << 10;

std::string_view FlagName(std::string_view flag) {
  return flag.ends_with('=') ? flag.substr(0, flag.size() - 1) : flag;
}

/// Write all of it. \return 0 or the errno.
int WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

/// Take the flags of one word that begins with '-'; `next` is the word after it, or null.
/// \return how many words were taken.
Result<size_t> ParseFlag(const FsVerb& verb, std::string_view word, const char* next,
                         FsArguments* arguments) {
  std::string_view flag = word;
  if (flag.starts_with("--")) flag.remove_prefix(1);
  if (flag == "-help") {
    arguments->wants_help = true;
    return 1;
  }
  for (const std::string_view known : verb.flags) {
    if (FlagName(known) != flag) continue;
    if (!known.ends_with('=')) {
      arguments->flags.emplace_back(known, "");
      return 1;
    }
    if (next == nullptr) {
      return Error(ErrorKind::kInvalidInput, "fs {}: {} needs a value", verb.name, flag);
    }
    arguments->flags.emplace_back(FlagName(known), next);
    return 2;
  }
  // Letters joined: "-rf".
  FsArguments joined;
  for (const char letter : flag.substr(1)) {
    const auto known = std::ranges::find_if(verb.flags, [&](std::string_view one) {
      return one.size() == 2 && one[1] == letter;
    });
    if (known == verb.flags.end()) {
      std::vector<std::string> names;
      names.reserve(verb.flags.size());
      for (const std::string_view one : verb.flags) names.emplace_back(FlagName(one));
      return Error(ErrorKind::kInvalidInput, "fs {}: unknown flag '{}'{}", verb.name,
                   word, DidYouMean(flag, names));
    }
    joined.flags.emplace_back(*known, "");
  }
  arguments->flags.insert(arguments->flags.end(), joined.flags.begin(),
                          joined.flags.end());
  return 1;
}

}  // namespace

Result<FsArguments> ParseFsArguments(const FsVerb& verb, std::span<char* const> words) {
  FsArguments arguments;
  bool only_words = false;
  for (size_t i = 0; i < words.size();) {
    const std::string_view word = words[i];
    if (only_words || word.size() < 2 || word[0] != '-') {
      arguments.words.emplace_back(word);
      ++i;
    } else if (word == "--") {
      only_words = true;
      ++i;
    } else {
      const char* const next = i + 1 < words.size() ? words[i + 1] : nullptr;
      HOWDAH_ASSIGN_OR_RETURN(const size_t taken,
                              ParseFlag(verb, word, next, &arguments));
      i += taken;
    }
  }
  if (arguments.wants_help) return arguments;
  if (arguments.words.size() < verb.least) {
    return Error(ErrorKind::kInvalidInput,
                 "fs {}: an argument is missing; it is: fs {} {}", verb.name, verb.name,
                 verb.arguments);
  }
  if (arguments.words.size() > verb.most) {
    return Error(ErrorKind::kInvalidInput, "fs {}: one argument too many: '{}'",
                 verb.name, arguments.words[verb.most]);
  }
  return arguments;
}

FsCall::FsCall(const FsVerb& verb, FsArguments arguments, Places& places,
               std::stop_token stop)
    : verb_(verb),
      arguments_(std::move(arguments)),
      places_(places),
      stop_(std::move(stop)) {}

bool FsCall::has(std::string_view flag) const {
  return std::ranges::any_of(arguments_.flags,
                             [&](const auto& given) { return given.first == flag; });
}

std::string_view FsCall::value(std::string_view flag) const {
  std::string_view value;
  for (const auto& [name, text] : arguments_.flags) {
    if (name == flag) value = text;
  }
  return value;
}

void FsCall::Print(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  if (text.size() < kPrintBytes) {
    waiting_ += text;
    if (waiting_.size() >= kPrintBytes) FlushLocked({});
  } else {
    FlushLocked(text);
  }
}

void FsCall::Flush() {
  const std::scoped_lock lock(mutex_);
  FlushLocked({});
}

void FsCall::FlushLocked(std::string_view more) {
  if (output_failed_) return;
  int error = WriteAll(waiting_);
  waiting_.clear();
  if (error == 0) error = WriteAll(more);
  if (error == 0) return;
  output_failed_ = failed_ = true;
  WriteStderr(fmt::format("error: fs {}: stdout cannot be written to: {}\n", verb_.name,
                          std::generic_category().message(error)));
}

void FsCall::Failed(const Status& status) {
  if (status.ok()) return;
  Flush();  // so that lines come in their order on a terminal
  const std::scoped_lock lock(mutex_);
  failed_ = true;
  // Of what stops because of Ctrl-C nothing is told but that.
  if (Is(status, ErrorKind::kCancelled)) return;
  WriteStderr(fmt::format("error: {}\n", status.message()));
}

int FsCall::Usage(const Status& status) {
  WriteStderr(fmt::format("error: fs {}: {}\n", verb_.name, status.message()));
  return kWrongJob;
}

bool FsCall::is_over() const {
  const std::scoped_lock lock(mutex_);
  return output_failed_ || stop_.stop_requested();
}

int FsCall::ForEach(std::span<const std::string> words,
                    const std::function<Status(const Found&)>& act) {
  for (const std::string& word : words) {
    const Result<std::vector<Found>> all = places_.Expand(word, WordBase::kDefault);
    if (!all.ok()) {
      Failed(all.status());
      continue;
    }
    for (const Found& found : *all) {
      if (is_over()) return code();
      Failed(act(found));
    }
  }
  return code();
}

int FsCall::code() {
  Flush();
  if (stop_.stop_requested()) return kInterrupted;
  return failed_ ? kFailedRunning : kDone;
}

void ForTree(FsCall& call, const Found& root, Order order,
             const std::function<Status(const Found&)>& act) {
  if (call.is_over()) return;
  if (order == Order::kParentFirst) call.Failed(act(root));
  if (root.entry.is_directory() && !root.entry.is_symlink) {
    Volume& volume = *root.place.volume;
    call.Failed(volume.ListPages(root.entry.path, [&](std::vector<Entry> page, int64_t) {
      for (Entry& entry : page) {
        Place place = root.place.Child(entry.name());
        ForTree(call, {.place = std::move(place), .entry = std::move(entry)}, order, act);
      }
      return Status::OK();
    }));
  }
  if (order == Order::kParentLast) call.Failed(act(root));
}

}  // namespace howdah::cli
