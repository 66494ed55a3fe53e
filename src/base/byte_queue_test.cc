#include "base/byte_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace howdah {
namespace {

TEST(ByteQueue, HandsOutItemsInTheOrderTheyCame) {
  ByteQueue<int> queue(100);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push(i, 1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.Pop(), i);
}

TEST(ByteQueue, TakesItemsThatCanOnlyBeMoved) {
  ByteQueue<std::unique_ptr<int>> queue(10);
  EXPECT_TRUE(queue.Push(std::make_unique<int>(7), 1));
  EXPECT_EQ(**queue.Pop(), 7);
}

TEST(ByteQueue, AfterCloseHandsOutTheRestAndThenNothing) {
  ByteQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1));
  queue.Close();
  EXPECT_FALSE(queue.Push(2, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(ByteQueue, AfterCancelHandsOutNothing) {
  ByteQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1));
  queue.Cancel();
  EXPECT_FALSE(queue.Push(2, 1));
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(ByteQueue, AnItemLargerThanTheBudgetPassesAlone) {
  ByteQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1000));
  std::jthread producer([&] { EXPECT_TRUE(queue.Push(2, 1)); });
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 2);
}

TEST(ByteQueue, AnOversizeItemWaitsUntilTheQueueIsEmpty) {
  ByteQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1));
  std::jthread producer([&] { EXPECT_TRUE(queue.Push(2, 1000)); });
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 2);
}

TEST(ByteQueue, CancelFreesAProducerThatWaitsForRoom) {
  ByteQueue<int> queue(1);
  EXPECT_TRUE(queue.Push(1, 1));
  std::latch about_to_push(1);
  std::jthread producer([&] {
    about_to_push.count_down();
    EXPECT_FALSE(queue.Push(2, 1));
  });
  about_to_push.wait();
  queue.Cancel();
}

TEST(ByteQueue, CloseFreesAProducerThatWaitsForRoomAndKeepsWhatIsInside) {
  ByteQueue<int> queue(1);
  EXPECT_TRUE(queue.Push(1, 1));
  std::latch about_to_push(1);
  std::jthread producer([&] {
    about_to_push.count_down();
    EXPECT_FALSE(queue.Push(2, 1));
  });
  about_to_push.wait();
  queue.Close();
  producer.join();
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(ByteQueue, CloseAndCancelFreeConsumersThatWaitForItems) {
  for (const bool cancel : {false, true}) {
    ByteQueue<int> queue(1);
    std::latch about_to_pop(2);
    auto consume = [&] {
      about_to_pop.count_down();
      EXPECT_EQ(queue.Pop(), std::nullopt);
    };
    std::jthread first(consume), second(consume);
    about_to_pop.wait();
    cancel ? queue.Cancel() : queue.Close();
  }
}

TEST(ByteQueue, HoldsNoMoreThanItsBudgetAndLosesNothingAmongManyThreads) {
  constexpr int kThreads = 3, kItemsEach = 5000, kItemBytes = 4, kFit = 16;
  ByteQueue<int> queue(kFit * kItemBytes);
  // Counted so that the difference never exceeds what the queue really holds: pushes
  // after they returned, pops before they began.
  std::atomic<int> pushed{0}, pops_begun{0}, most_inside{0};
  std::vector<std::atomic<int>> seen(kThreads * kItemsEach);
  std::latch full(kFit), producers_done(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = t * kItemsEach; i < (t + 1) * kItemsEach; ++i) {
          EXPECT_TRUE(queue.Push(i, kItemBytes));
          const int count = ++pushed;
          if (count <= kFit) full.count_down();
          const int inside = count - pops_begun;
          int most = most_inside;
          while (inside > most && !most_inside.compare_exchange_weak(most, inside)) {
          }
        }
        producers_done.count_down();
      });
      threads.emplace_back([&] {
        full.wait();
        while (true) {
          ++pops_begun;
          const std::optional<int> item = queue.Pop();
          if (!item.has_value()) break;
          ++seen[static_cast<size_t>(*item)];
        }
      });
    }
    producers_done.wait();
    queue.Close();
  }
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](auto& n) { return n == 1; }));
  EXPECT_EQ(most_inside, kFit);
}

TEST(ByteQueue, CountsTimeSpentWaitingAndNoneWhenNobodyWaits) {
  ByteQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.push_wait().count(), 0);
  EXPECT_EQ(queue.pop_wait().count(), 0);
}

}  // namespace
}  // namespace howdah
