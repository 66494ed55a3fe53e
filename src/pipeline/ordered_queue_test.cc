#include "pipeline/ordered_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace howdah {
namespace {

TEST(OrderedQueue, ItemsComeOutByTheirNumbers) {
  OrderedQueue<int> queue(1000);
  for (const int i : {2, 0, 3, 1}) EXPECT_TRUE(queue.Push(i, i * 10, 1));
  queue.Close(4);
  for (const int expected : {0, 10, 20, 30}) EXPECT_EQ(queue.Pop(), expected);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(OrderedQueue, TheItemNeededNextIsLetInWhenTheQueueIsFull) {
  OrderedQueue<int> queue(1);
  EXPECT_TRUE(queue.Push(1, 1, 1));    // fills the queue
  EXPECT_TRUE(queue.Push(0, 0, 100));  // would block for ever if it had to wait for room
  EXPECT_EQ(queue.Pop(), 0);
  EXPECT_EQ(queue.Pop(), 1);
}

TEST(OrderedQueue, ManyProducersKeepTheOrderWithinTheBudget) {
  constexpr int kProducers = 4, kItems = 2000;
  OrderedQueue<int> queue(8);
  std::vector<std::jthread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      for (int i = p; i < kItems; i += kProducers) queue.Push(i, i, 3);
    });
  }
  queue.Close(kItems);
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(queue.Pop(), i);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(OrderedQueue, CancelWakesBothSides) {
  OrderedQueue<int> queue(1);
  ASSERT_TRUE(queue.Push(1, 1, 1));
  std::jthread producer([&] { EXPECT_FALSE(queue.Push(2, 2, 1)); });
  std::jthread consumer([&] { EXPECT_EQ(queue.Pop(), std::nullopt); });
  queue.Cancel();
}

}  // namespace
}  // namespace howdah
