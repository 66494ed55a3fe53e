// The expected bytes were made by Google's protobuf for Python from the descriptors in
// Hadoop 3.5.0's own jars.
#include "hdfs/rpc_messages.h"

#include <gtest/gtest.h>

#include "testing/hdfs/hex.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

const std::string kClientId = FromHex("000102030405060708090a0b0c0d0e0f");

TEST(RpcMessages, AConnectionBeginsWithItsPreambleAndContext) {
  EXPECT_EQ(ToHex(ConnectionPreamble()), "68727063090000");
  EXPECT_EQ(ToHex(EncodeContext(kClientId, "bob")),
            "1a0802100018052210000102030405060708090a0b0c0d0e0f28013712050a03626f621a"
            "2e6f72672e6170616368652e6861646f6f702e686466732e70726f746f636f6c2e436c69"
            "656e7450726f746f636f6c");
}

TEST(RpcMessages, ACallCarriesItsIdentityMethodAndRequest) {
  EXPECT_EQ(ToHex(EncodeCall({kClientId, 7, 2}, "getFileInfo", FromHex("0a022f61"))),
            "1a08021000180e2210000102030405060708090a0b0c0d0e0f28043f0a0b67657446696c"
            "65496e666f122e6f72672e6170616368652e6861646f6f702e686466732e70726f746f63"
            "6f6c2e436c69656e7450726f746f636f6c1801040a022f61");
}

TEST(RpcMessages, APingIsAHeaderAlone) {
  EXPECT_EQ(ToHex(EncodePing(kClientId)),
            "1a0802100018072210000102030405060708090a0b0c0d0e0f2801");
}

TEST(RpcMessages, ASuccessIsReadWithItsBody) {
  const RpcReply reply =
      DecodeReply(FromHex("1a0807100018093a10000102030405060708090a0b0c0d0e0f4000020801"))
          .ValueOrDie();
  EXPECT_EQ(reply.call_id, 7);
  EXPECT_EQ(reply.status, RpcReply::Status::kSuccess);
  EXPECT_EQ(ToHex(reply.body), "0801");
}

TEST(RpcMessages, AnErrorIsReadWithItsExceptionAndHasNoBody) {
  const RpcReply reply =
      DecodeReply(
          FromHex(
              "4408081001221d6a6176612e696f2e46696c654e6f74466f756e64457863657074696f6e"
              "2a1d46696c6520646f6573206e6f742065786973743a202f780a09617420583001"))
          .ValueOrDie();
  EXPECT_EQ(reply.call_id, 8);
  EXPECT_EQ(reply.status, RpcReply::Status::kError);
  EXPECT_EQ(reply.exception_class, "java.io.FileNotFoundException");
  EXPECT_EQ(reply.exception_text, "File does not exist: /x\n\tat X");
}

TEST(RpcMessages, AFatalErrorMayBelongToNoCall) {
  const RpcReply reply =
      DecodeReply(
          FromHex(
              "7f08ffffffff0f100222316f72672e6170616368652e6861646f6f702e73656375726974"
              "792e416363657373436f6e74726f6c457863657074696f6e2a4253494d504c4520617574"
              "68656e7469636174696f6e206973206e6f7420656e61626c65642e2020417661696c6162"
              "6c653a5b544f4b454e2c204b45524245524f535d"))
          .ValueOrDie();
  EXPECT_EQ(reply.call_id, -1);
  EXPECT_EQ(reply.status, RpcReply::Status::kFatal);
}

TEST(RpcMessages, WhatIsNoReplyIsCorruption) {
  EXPECT_KIND(DecodeReply(""), kCorruption);
  EXPECT_KIND(DecodeReply(FromHex("05 0807")), kCorruption);  // claims more than there is
  EXPECT_KIND(DecodeReply(FromHex("02 0807")), kCorruption);  // no status
  EXPECT_KIND(DecodeReply(FromHex("04 0807 1009")), kCorruption);  // status 9
  EXPECT_KIND(DecodeReply(FromHex("04 0807 1000")), kCorruption);  // success without body
  EXPECT_KIND(DecodeReply(FromHex("04 0807 1000 05 0801")), kCorruption);
  EXPECT_KIND(DecodeReply(FromHex("ffffffffffffffffff01")), kCorruption);
}

}  // namespace
}  // namespace howdah::hdfs
