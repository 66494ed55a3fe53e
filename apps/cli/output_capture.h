#pragma once

#include <thread>

namespace howdah::cli {

/// While it lives, what libraries and ops of the model write to file descriptors 1 and 2
/// becomes lines of our log: TensorFlow's own errors as warnings, the rest at -v. The log
/// itself goes on to where descriptor 2 went before. One at a time; make it before
/// threads. Descriptors 0 to 2 must be open (KeepStandardDescriptorsOpen).
class OutputCapture {
 public:
  OutputCapture();
  ~OutputCapture();
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

 private:
  void Read() const;

  int original_out_ = -1, original_err_ = -1;  // what descriptors 1 and 2 were
  int pipe_ = -1;                              // the end to read from
  std::jthread reader_;
};

/// Open /dev/null as those of the descriptors 0, 1 and 2 that the caller has closed, so
/// that no file of ours gets their numbers.
void KeepStandardDescriptorsOpen();

/// Wait until what was written has been taken up, a second at most. Async-signal-safe.
void DrainCapturedOutput();

}  // namespace howdah::cli
