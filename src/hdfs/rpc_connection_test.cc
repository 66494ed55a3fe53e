#include "hdfs/rpc_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <future>
#include <mutex>
#include <span>
#include <thread>

#include "testing/hdfs/hex.h"
#include "testing/hdfs/loopback_listener.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using Kind = CallOutcome::Kind;

const std::string kClientId(16, 'c');

CallIdentity Identity(int32_t call_id) {
  return {.client_id = kClientId, .call_id = call_id, .retry_count = 0};
}

// RpcResponseHeaderProto with call id and status, and a body for a success.
std::string Reply(int call_id, int status, std::string_view rest = "") {
  std::string header;
  header += '\x08';
  header += static_cast<char>(call_id);
  header += '\x10';
  header += static_cast<char>(status);
  if (status == 0) {
    const std::string body(rest);
    return std::string("\x04") + header + static_cast<char>(body.size()) + body;
  }
  // exceptionClassName
  header += '\x22';
  header += static_cast<char>(rest.size());
  header += rest;
  return std::string(1, static_cast<char>(header.size())) + header;
}

// One server for one connection, whose behaviour the test gives.
class Server {
 public:
  explicit Server(std::function<void(Server&)> serve)
      : thread_([this, serve = std::move(serve)] {
          Replace(listener_.Accept());
          if (socket_.descriptor() < 0) return;
          serve(*this);
        }) {}
  ~Server() {
    listener_.Stop();
    {
      const std::lock_guard lock(mutex_);
      socket_.Shutdown();
    }
    thread_.join();
  }

  NamenodeAddress address() const { return {"", "127.0.0.1", listener_.port()}; }

  // --- for `serve`
  std::string Read(size_t size) {
    std::string bytes(size, '\0');
    if (!socket_.ReadExactly(std::as_writable_bytes(std::span(bytes))).ok()) return "";
    return bytes;
  }
  std::string ReadFrame() {
    const std::string length = Read(4);
    if (length.empty()) return "";
    return Read(static_cast<unsigned char>(length[2]) * 256u +
                static_cast<unsigned char>(length[3]));
  }
  // Preamble and context.
  void ReadGreeting() {
    Read(7);
    ReadFrame();
  }
  void Send(std::string_view bytes) {
    EXPECT_DONE(socket_.Write(std::as_bytes(std::span(bytes))));
  }
  void SendFrame(std::string_view frame) {
    std::string bytes(4, '\0');
    bytes[3] = static_cast<char>(frame.size());
    Send(bytes.append(frame));
  }
  void Close() { Replace(Socket()); }

 private:
  void Replace(Socket socket) {
    const std::lock_guard lock(mutex_);
    socket_ = std::move(socket);
  }

  LoopbackListener listener_;
  std::mutex mutex_;  // who replaces the socket, and who shuts it down
  Socket socket_;
  std::thread thread_;
};

ClientOptions Options() {
  ClientOptions options;
  options.user = "bob";
  return options;
}

std::shared_ptr<RpcConnection> Open(const Server& server,
                                    const ClientOptions& options = Options()) {
  return OpenRpcConnection(server.address(), options, kClientId).ValueOrDie();
}

TEST(RpcConnection, SaysWhoCallsThenCallsAndReadsTheAnswer) {
  std::string preamble, context, call;
  Server server([&](Server& s) {
    preamble = s.Read(7);
    context = s.ReadFrame();
    call = s.ReadFrame();
    s.SendFrame(Reply(7, 0, "body"));
  });
  const CallOutcome outcome = Open(server)->Call(Identity(7), "method", "request");
  ASSERT_EQ(outcome.kind, Kind::kReply);
  EXPECT_EQ(outcome.reply.body, "body");
  EXPECT_EQ(preamble, ConnectionPreamble());
  EXPECT_EQ(context, EncodeContext(kClientId, "bob"));
  EXPECT_EQ(call, EncodeCall(Identity(7), "method", "request"));
}

TEST(RpcConnection, ADatanodeIsSpokenToInItsOwnProtocol) {
  std::string context, call;
  Server server([&](Server& s) {
    s.Read(7);
    context = s.ReadFrame();
    call = s.ReadFrame();
    s.SendFrame(Reply(7, 0, "body"));
  });
  const auto connection =
      OpenDatanodeRpcConnection(server.address(), Options(), kClientId).ValueOrDie();
  ASSERT_EQ(connection->Call(Identity(7), "method", "request").kind, Kind::kReply);
  EXPECT_EQ(context, EncodeContext(kClientId, "bob", kClientDatanodeProtocol));
  EXPECT_EQ(call, EncodeCall(Identity(7), "method", "request", kClientDatanodeProtocol));
}

TEST(RpcConnection, AnswersMayComeInAnyOrder) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.ReadFrame();
    s.SendFrame(Reply(2, 0, "two"));
    s.SendFrame(Reply(9, 0, "nobody asked"));
    s.SendFrame(Reply(1, 0, "one"));
  });
  const auto connection = Open(server);
  auto one = std::async(std::launch::async, [&] {
    return connection->Call(Identity(1), "m", "r").reply.body;
  });
  const CallOutcome two = connection->Call(Identity(2), "m", "r");
  EXPECT_EQ(two.reply.body, "two");
  EXPECT_EQ(one.get(), "one");
}

TEST(RpcConnection, AnErrorIsAnAnswer) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.SendFrame(Reply(1, 1, "java.io.IOException"));
    s.ReadFrame();
    s.SendFrame(Reply(2, 0, "b"));
  });
  const auto connection = Open(server);
  const CallOutcome outcome = connection->Call(Identity(1), "m", "r");
  ASSERT_EQ(outcome.kind, Kind::kReply);
  EXPECT_EQ(outcome.reply.exception_class, "java.io.IOException");
  EXPECT_TRUE(connection->usable());
  EXPECT_EQ(connection->Call(Identity(2), "m", "r").reply.body, "b");
}

TEST(RpcConnection, ARefusedConnectionAnswersEveryCallWithItsReason) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.SendFrame(FromHex("0b 08ffffffff0f 1002 220178"));  // FATAL, call id -1, class "x"
  });
  const auto connection = Open(server);
  const CallOutcome outcome = connection->Call(Identity(1), "m", "r");
  ASSERT_EQ(outcome.kind, Kind::kReply);
  EXPECT_EQ(outcome.reply.exception_class, "x");
  EXPECT_FALSE(connection->usable());
  EXPECT_EQ(connection->Call(Identity(2), "m", "r").reply.exception_class, "x");
}

TEST(RpcConnection, AConnectionThatEndsLosesTheCallsInFlight) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.SendFrame(Reply(1, 0, "b"));
    s.ReadFrame();
    s.Close();
  });
  const auto connection = Open(server);
  EXPECT_EQ(connection->Call(Identity(1), "m", "r").kind, Kind::kReply);
  const CallOutcome lost = connection->Call(Identity(2), "m", "r");
  EXPECT_EQ(lost.kind, Kind::kLost);
  EXPECT_KIND(lost.error, kTransient);
  EXPECT_FALSE(connection->usable());
}

TEST(RpcConnection, AnEndWithoutAnyAnswerAsksWhetherThePortIsRight) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.Close();
  });
  EXPECT_THAT(Open(server)->Call(Identity(1), "m", "r").error.message(),
              HasSubstr("is it a NameNode's RPC port?"));
}

TEST(RpcConnection, AServerThatAnswersNothingLosesTheCallInTime) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    while (!s.ReadFrame().empty()) {
    }
  });
  ClientOptions options = Options();
  options.rpc_timeout = 20ms;
  const auto connection = Open(server, options);
  const CallOutcome outcome = connection->Call(Identity(1), "m", "r");
  EXPECT_EQ(outcome.kind, Kind::kLost);
  EXPECT_EQ(outcome.error.message(), "no answer within 0.02 s");
  EXPECT_FALSE(connection->usable());
}

TEST(RpcConnection, PingsGoOutWhileACallWaits) {
  std::string ping;
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    ping = s.ReadFrame();
    s.SendFrame(Reply(1, 0, "late"));
  });
  ClientOptions options = Options();
  options.ping_interval = 1ms;
  EXPECT_EQ(Open(server, options)->Call(Identity(1), "m", "r").reply.body, "late");
  EXPECT_EQ(ping, EncodePing(kClientId));
}

TEST(RpcConnection, AnHttpServerIsNamed) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const CallOutcome outcome = Open(server)->Call(Identity(1), "m", "r");
  EXPECT_EQ(outcome.kind, Kind::kNotANamenode);
  EXPECT_KIND(outcome.error, kInvalidInput);
  EXPECT_THAT(outcome.error.message(), HasSubstr("is an HTTP server"));
}

TEST(RpcConnection, WhatSpeaksSomethingElseIsNoNamenode) {
  for (const char* greeting :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x00\x02\x02\x46"}) {
    Server server([&](Server& s) {
      s.ReadGreeting();
      s.Send({greeting, 7});
    });
    const CallOutcome outcome = Open(server)->Call(Identity(1), "m", "r");
    EXPECT_EQ(outcome.kind, Kind::kNotANamenode);
    EXPECT_THAT(outcome.error.message(), HasSubstr("is no NameNode"));
  }
  // A length that would do, and then nothing that could be a reply.
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.SendFrame("hello");
  });
  EXPECT_EQ(Open(server)->Call(Identity(1), "m", "r").kind, Kind::kNotANamenode);
}

TEST(RpcConnection, AReplyBeyondTheLimitIsNotReadAndItsCallIsLost) {
  Server server([&](Server& s) {
    s.ReadGreeting();
    s.ReadFrame();
    s.SendFrame(Reply(1, 0, "b"));
    s.ReadFrame();
    s.Send(FromHex("00000065"));  // 101
  });
  ClientOptions options = Options();
  options.response_limit_bytes = 100;
  const auto connection = Open(server, options);
  EXPECT_EQ(connection->Call(Identity(1), "m", "r").kind, Kind::kReply);
  const CallOutcome outcome = connection->Call(Identity(2), "m", "r");
  EXPECT_EQ(outcome.kind, Kind::kLost);
  EXPECT_THAT(outcome.error.message(), HasSubstr("ipc.maximum.response.length"));
}

TEST(RpcConnection, WhereNobodyListensNothingIsSent) {
  LoopbackListener listener;
  const NamenodeAddress address{"", "127.0.0.1", listener.port()};
  listener.Stop();
  EXPECT_KIND(OpenRpcConnection(address, Options(), kClientId), kTransient);
}

}  // namespace
}  // namespace howdah::hdfs
