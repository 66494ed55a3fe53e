#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace howdah {

/// A function that runs on its own stack, on the caller's thread, and can stop in the
/// middle. Thread-confined. A fiber that was started must be run to its end before it is
/// destroyed, or what lies on its stack is never destroyed.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Go on with the body until it yields or ends. Not from inside a fiber.
  void Resume();
  /// From inside the body: back to the caller of Resume.
  void Yield();

  bool started() const { return started_; }
  bool ended() const { return ended_; }

 private:
  static void Enter(unsigned high, unsigned low);
  void SwitchTo(ucontext_t& from, ucontext_t& to, bool into_fiber);

  const std::function<void()> body_;
  std::unique_ptr<std::byte[]> stack_;
  ucontext_t caller_{}, own_{};
  bool started_ = false;
  bool ended_ = false;
  // For AddressSanitizer, which must be told of stacks.
  void* fake_stack_ = nullptr;
  const void* caller_stack_ = nullptr;
  size_t caller_stack_bytes_ = 0;
};

}  // namespace howdah
