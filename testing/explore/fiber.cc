#include "testing/explore/fiber.h"

#include <cstdint>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace howdah {
namespace {

constexpr size_t kStackBytes = size_t{1} << 20;

/// Stacks that ended fibers left, to be used again.
std::vector<std::unique_ptr<std::byte[]>>& SpareStacks() {
  static thread_local std::vector<std::unique_ptr<std::byte[]>> stacks;
  return stacks;
}

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)) {}

Fiber::~Fiber() {
  if (stack_) SpareStacks().push_back(std::move(stack_));
}

void Fiber::Resume() {
  if (!started_) {
    started_ = true;
    auto& spare = SpareStacks();
    if (spare.empty()) {
      stack_ = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
    } else {
      stack_ = std::move(spare.back());
      spare.pop_back();
    }
    getcontext(&own_);
    own_.uc_stack.ss_sp = stack_.get();
    own_.uc_stack.ss_size = kStackBytes;
    own_.uc_link = nullptr;
    const auto self = reinterpret_cast<uintptr_t>(this);
    // makecontext takes ints only.
    makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  }
  SwitchTo(caller_, own_, true);
}

void Fiber::Yield() { SwitchTo(own_, caller_, false); }

void Fiber::SwitchTo(ucontext_t& from, ucontext_t& to, bool into_fiber) {
#if defined(__SANITIZE_ADDRESS__)
  void* ours = nullptr;
  if (into_fiber) {
    __sanitizer_start_switch_fiber(&ours, stack_.get(), kStackBytes);
  } else {
    __sanitizer_start_switch_fiber(ended_ ? nullptr : &fake_stack_, caller_stack_,
                                   caller_stack_bytes_);
  }
  swapcontext(&from, &to);
  if (into_fiber) {
    __sanitizer_finish_switch_fiber(ours, nullptr, nullptr);
  } else {
    __sanitizer_finish_switch_fiber(fake_stack_, &caller_stack_, &caller_stack_bytes_);
  }
#else
  static_cast<void>(into_fiber);
  swapcontext(&from, &to);
#endif
}

void Fiber::Enter(unsigned high, unsigned low) {
  const uintptr_t address = (uintptr_t{high} << 32) | low;
  auto* const self = reinterpret_cast<Fiber*>(address);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &self->caller_stack_,
                                  &self->caller_stack_bytes_);
#endif
  self->body_();
  self->ended_ = true;
  self->Yield();
}

}  // namespace howdah
