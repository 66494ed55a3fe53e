#include "base/in_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace howdah {
namespace {

using testing::ElementsAre;

/// A consumer that keeps what it is given.
struct Keeper {
  std::vector<int> kept;
  Status operator()(int item) {
    kept.push_back(item);
    return Status::OK();
  }
};

TEST(InOrder, ItemsAreConsumedByTheirNumbers) {
  InOrder<int> line(1000);
  Keeper keeper;
  for (const int i : {2, 0, 3, 1}) {
    ASSERT_TRUE(line.Put(i, i * 10, 1, std::ref(keeper)).ok());
  }
  EXPECT_THAT(keeper.kept, ElementsAre(0, 10, 20, 30));
  EXPECT_EQ(line.waiting_bytes(), 0);
}

TEST(InOrder, TheItemThatIsNextIsLetInWhenThereIsNoRoom) {
  InOrder<int> line(1);
  Keeper keeper;
  ASSERT_TRUE(line.Put(1, 1, 1, std::ref(keeper)).ok());  // fills it
  EXPECT_EQ(line.waiting_bytes(), 1);
  ASSERT_TRUE(line.Put(0, 0, 100, std::ref(keeper)).ok());  // would wait for ever
  EXPECT_THAT(keeper.kept, ElementsAre(0, 1));
}

TEST(InOrder, ManyThreadsKeepTheOrderAndConsumeOneAtATime) {
  constexpr int kThreads = 4, kItems = 2000;
  InOrder<int> line(8);
  Keeper keeper;  // without a lock: ThreadSanitizer sees two that consume at once
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = t; i < kItems; i += kThreads) {
          EXPECT_TRUE(line.Put(i, i, 3, std::ref(keeper)).ok());
        }
      });
    }
  }
  ASSERT_EQ(keeper.kept.size(), kItems);
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(keeper.kept[static_cast<size_t>(i)], i);
}

TEST(InOrder, AThreadThatConsumesTakesOverWhatOthersBringMeanwhile) {
  InOrder<int> line(100);
  Keeper keeper;
  std::latch consuming(1), brought(1);
  const auto consume = [&](int item) {
    if (item == 0) {
      consuming.count_down();
      brought.wait();
    }
    return keeper(item);
  };
  std::jthread first([&] { EXPECT_TRUE(line.Put(0, 0, 1, consume).ok()); });
  consuming.wait();
  ASSERT_TRUE(line.Put(1, 1, 1, consume).ok());  // returns: the other one has the turn
  brought.count_down();
  first.join();
  EXPECT_THAT(keeper.kept, ElementsAre(0, 1));
}

TEST(InOrder, AfterAnErrorNothingIsConsumed) {
  InOrder<int> line(100);
  int consumed = 0;
  const auto fail = [&](int) {
    ++consumed;
    return Error(ErrorKind::kInternal, "no");
  };
  ASSERT_TRUE(line.Put(1, 1, 1, fail).ok());
  EXPECT_TRUE(Is(line.Put(0, 0, 1, fail), ErrorKind::kInternal));
  EXPECT_TRUE(line.Put(2, 2, 1, fail).ok());
  EXPECT_EQ(consumed, 1);
}

TEST(InOrder, CancelWakesThoseThatWaitForRoom) {
  InOrder<int> line(1);
  Keeper keeper;
  ASSERT_TRUE(line.Put(1, 1, 1, std::ref(keeper)).ok());
  std::jthread waiting([&] { EXPECT_TRUE(line.Put(2, 2, 1, std::ref(keeper)).ok()); });
  line.Cancel();
  waiting.join();
  EXPECT_THAT(keeper.kept, ElementsAre());
}

}  // namespace
}  // namespace howdah
