#pragma once

#include <cstddef>
#include <string>

namespace howdah {

/// What a thread is at, for the one sentence that a process says when a library makes it
/// abort. Notes stand in fixed memory, so that a signal handler can read them.
class CrashNote {
 public:
  /// While this lives, `slot` says describe(). One writer a slot; slots above the last
  /// (kSlots - 1) are not noted.
  template <typename Describe>
  CrashNote(size_t slot, const Describe& describe) : slot_(slot) {
    if (slot_ < kSlots) Set(slot_, describe());
  }
  ~CrashNote() {
    if (slot_ < kSlots) Set(slot_, "");
  }
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;

  static constexpr size_t kSlots = 16;

 private:
  static void Set(size_t slot, const std::string& text);

  const size_t slot_;
};

/// The notes there are, joined by " and ", into `out`; at most `size` bytes, without a
/// NUL behind. \return bytes written. Async-signal-safe; a note that is being changed may
/// come out mixed.
size_t CopyCrashNotes(char* out, size_t size);

}  // namespace howdah
