#pragma once

#include <thread>

namespace howdah::cli {

/// While it lives, what libraries and ops of the model write to file descriptor 2 becomes
/// lines of our log: TensorFlow's own errors as warnings, the rest at -v. The log itself
/// goes on to where descriptor 2 went before. One at a time; make it before threads.
class StderrCapture {
 public:
  StderrCapture();
  ~StderrCapture();
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

 private:
  void Read() const;

  int original_ = -1;  // what descriptor 2 was
  int pipe_ = -1;      // the end to read from
  std::jthread reader_;
};

/// Wait until what was written has been taken up, a second at most. Async-signal-safe.
void DrainCapturedStderr();

}  // namespace howdah::cli
