#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cli/fs/places.h"

namespace howdah::cli {

class FsCall;

/// A verb of `howdah fs`: what it takes, and what runs it.
struct FsVerb {
  std::string_view name;
  std::string_view arguments;  ///< "[-R] PATH...", for people
  std::string_view summary;
  /// "-R", "-skipTrash"; one that takes a value ends in '=': "-name=".
  std::vector<std::string_view> flags;
  size_t least = 1, most = ~size_t{0};  ///< how many words
  /// \return the process's exit code.
  std::function<int(FsCall& call)> run;
  /// Whether Ctrl-C asks it to stop instead of ending the process.
  bool stops_itself = false;
};

/// The flags and words of a command line after the verb.
struct FsArguments {
  std::vector<std::pair<std::string_view, std::string>> flags;  ///< name, value
  std::vector<std::string> words;
  bool wants_help = false;
};

/// As Hadoop's shell writes them: flags begin with one '-', two are taken too, and stand
/// anywhere before "--"; single letters may be joined ("-rf"); "-" is a word.
/// InvalidInput: an unknown flag, or too few or too many words.
Result<FsArguments> ParseFsArguments(const FsVerb& verb, std::span<char* const> words);

/// One run of a verb. Output, Failed and the places may be used by several threads.
class FsCall {
 public:
  FsCall(const FsVerb& verb, FsArguments arguments, Places& places,
         std::stop_token stop = {});

  bool has(std::string_view flag) const;
  /// The last value given, or "".
  std::string_view value(std::string_view flag) const;
  /// All values of a flag that may repeat.
  const std::vector<std::string>& words() const { return arguments_.words; }
  Places& places() { return places_; }
  const std::stop_token& stop() const { return stop_; }

  /// Print to stdout, in large pieces. When stdout takes no more, is_over is true.
  void Print(std::string_view text);
  void Flush();

  /// Print one line "error: …" and go on; the exit code will tell.
  void Failed(const Status& status);
  /// A word that the verb cannot work with. \return the exit code.
  int Usage(const Status& status);
  /// Nothing more need be done: asked to stop, or nobody reads.
  bool is_over() const;

  /// Call `act` for all that each of the words stands for; its errors are told and it
  /// goes on. \return code().
  int ForEach(std::span<const std::string> words,
              const std::function<Status(const Found&)>& act);
  int ForEach(const std::function<Status(const Found&)>& act) {
    return ForEach(words(), act);
  }

  /// The exit code for all that happened so far; prints what waits.
  int code();

 private:
  void FlushLocked(std::string_view more);  // and print `more`; mutex_ is held

  const FsVerb& verb_;
  const FsArguments arguments_;
  Places& places_;
  const std::stop_token stop_;
  mutable std::mutex mutex_;
  std::string waiting_;  // for stdout
  bool output_failed_ = false;
  bool failed_ = false;
};

/// Calls `act` for an entry and, before or after it, for all below it; links are not
/// followed. Errors of listing are told to `call`. Stops when the call is over.
enum class Order { kParentFirst, kParentLast };
void ForTree(FsCall& call, const Found& root, Order order,
             const std::function<Status(const Found&)>& act);

}  // namespace howdah::cli
