#include "hdfs/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "testing/hdfs/loopback_listener.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Two ends of one connection.
struct Pair {
  LoopbackListener listener;
  Socket client = Socket::Connect("127.0.0.1", listener.port(), 10s).ValueOrDie();
  Socket server = listener.Accept();
};

TEST(Socket, NamesItsPeer) {
  Pair pair;
  EXPECT_EQ(pair.client.peer(), fmt::format("127.0.0.1:{}", pair.listener.port()));
}

TEST(Socket, FindsAHostByItsName) {
  LoopbackListener listener;
  EXPECT_TRUE(Socket::Connect("localhost", listener.port(), 10s).ok());
}

TEST(Socket, BytesArriveInOrderAlsoWhenTheyFillEveryBuffer) {
  Pair pair;
  std::vector<std::byte> sent(8 << 20);
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::byte>(i * 31 >> 3);
  std::vector<std::byte> got(sent.size());
  std::jthread reader([&] { EXPECT_TRUE(pair.server.ReadExactly(got).ok()); });
  const std::span<std::byte> all(sent);
  std::array<iovec, 4> parts{iovec{sent.data(), 1}, iovec{sent.data() + 1, 0},
                             iovec{sent.data() + 1, 70000},
                             iovec{sent.data() + 70001, all.size() - 70001}};
  EXPECT_TRUE(pair.client.Write(parts).ok());
  reader.join();
  EXPECT_EQ(got, sent);
}

TEST(Socket, AReadThatGetsNothingEndsAtItsTimeLimit) {
  Pair pair;
  pair.client.set_timeouts(20ms, 20ms);
  std::array<std::byte, 4> out;
  const Status status = pair.client.ReadExactly(out);
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("sent nothing within 0.02 s"));
}

TEST(Socket, AWriteThatNobodyTakesEndsAtItsTimeLimit) {
  Pair pair;
  pair.client.set_timeouts(20ms, 20ms);
  const std::vector<std::byte> bytes(64 << 20);
  const Status status = pair.client.Write(std::span(bytes));
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("took nothing within 0.02 s"));
}

TEST(Socket, TheEndOfTheStreamIsAnErrorForWhoNeedsMoreAndAZeroForOthers) {
  Pair pair;
  ASSERT_TRUE(pair.server.Write(Bytes("ab")).ok());
  pair.server.Shutdown();
  std::array<std::byte, 4> out;
  EXPECT_EQ(pair.client.ReadSome(out).ValueOrDie(), 2U);
  EXPECT_EQ(pair.client.ReadSome(out).ValueOrDie(), 0U);
  const Status status = pair.client.ReadExactly(out);
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("closed the connection"));
}

TEST(Socket, ReadNowDoesNotWaitAndTellsNothingFromTheEnd) {
  Pair pair;
  std::array<std::byte, 4> out;
  bool ended = true;
  EXPECT_EQ(pair.client.ReadNow(out, &ended).ValueOrDie(), 0U);
  EXPECT_FALSE(ended);
  pair.server.Shutdown();
  EXPECT_EQ(pair.client.ReadSome(out).ValueOrDie(), 0U);
  EXPECT_EQ(pair.client.ReadNow(out, &ended).ValueOrDie(), 0U);
  EXPECT_TRUE(ended);
}

TEST(Socket, ShutdownWakesAReaderThatWaits) {
  Pair pair;
  std::jthread reader([&] {
    std::array<std::byte, 4> out;
    EXPECT_FALSE(pair.client.ReadExactly(out).ok());
  });
  pair.client.Shutdown();
}

TEST(Socket, ARefusedConnectionNamesThePeer) {
  uint16_t port = 0;
  {
    LoopbackListener listener;
    port = listener.port();
  }
  const Status status = Socket::Connect("127.0.0.1", port, 10s).status();
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(),
              HasSubstr(fmt::format("cannot connect to 127.0.0.1:{}: ", port)));
}

TEST(Socket, AHostThatNobodyKnowsIsTransientAndNamed) {
  const Status status = Socket::Connect("no such host", 1, 10s).status();
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("address of no such host:1"));
}

}  // namespace
}  // namespace howdah::hdfs
