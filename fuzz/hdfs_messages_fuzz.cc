// What a NameNode answers, through the client that asks it: any frame, and any message in
// one, is read or refused. Blocks survive being told to a NameNode again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "fuzz_input.h"
#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/namenode_client.h"
#include "hdfs/remote_exception.h"
#include "hdfs/rpc_messages.h"
#include "quiet_log.h"
#include "testing/hdfs/fake_pacing.h"

namespace {

using namespace howdah;
using namespace howdah::hdfs;

/// Answers each call with the same reply.
class OneReply final : public RpcConnection {
 public:
  explicit OneReply(RpcReply reply) : reply_(std::move(reply)) {}
  CallOutcome Call(const CallIdentity& /*identity*/, std::string_view /*method*/,
                   std::string_view /*request*/) override {
    return CallOutcome::Replied(reply_);
  }
  bool usable() const override { return true; }

 private:
  const RpcReply reply_;
};

void Check(const LocatedBlock& block) {
  const auto again =
      Decode("again", "LocatedBlockProto", EncodeLocatedBlock(block), ReadLocatedBlock);
  if (!again.ok()) Broken(again.status().message());
  if (again->block.block_id != block.block.block_id ||
      again->block.num_bytes != block.block.num_bytes || again->offset != block.offset ||
      again->token.password != block.token.password ||
      again->locations.size() != block.locations.size()) {
    Broken("a block is another one after it was written and read");
  }
  for (const BlockLocation& location : block.locations) {
    static_cast<void>(DatanodeIdOf(location.node));
    static_cast<void>(location.node.address());
  }
}

void Check(const Result<LocatedBlock>& block) {
  if (block.ok()) Check(*block);
}

void Check(const Result<LocatedBlocks>& blocks) {
  if (!blocks.ok()) return;
  for (const LocatedBlock& block : blocks->blocks) Check(block);
  if (blocks->last_block.has_value()) Check(*blocks->last_block);
}

void Ask(NamenodeClient& client, size_t call) {
  FileStatus status;
  switch (call) {
    case 0:
      return Check(client.GetBlockLocations("/f", 0, 1));
    case 1:
      return static_cast<void>(client.GetFileInfo("/f"));
    case 2:
      return static_cast<void>(client.GetListing("/d", ""));
    case 3:
      return static_cast<void>(client.GetContentSummary("/d"));
    case 4:
      return static_cast<void>(client.GetServerDefaults());
    case 5:
      return static_cast<void>(client.GetStatus());
    case 6:
      return static_cast<void>(client.Delete("/f", Recursive::kNo));
    case 7:
      return static_cast<void>(client.Create({.path = "/f"}));
    case 8: {
      const auto block = client.Append("/f", &status);
      if (block.ok() && block->has_value()) Check(**block);
      return;
    }
    case 9:
      return Check(client.AddBlock("/f", 1, std::nullopt, {}));
    case 10:
      return Check(client.UpdateBlockForPipeline({}));
    case 11:
      return Check(client.GetAdditionalDatanode("/f", 1, {}, {}, {}, 1));
    case 12:
      return static_cast<void>(client.Complete("/f", 1, std::nullopt));
    default:
      return static_cast<void>(client.RecoverLease("/f"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const bool framed = input.Bool();
  const size_t call = input.Byte() % 14;
  const std::string_view bytes = input.Rest();
  RpcReply reply{.body = std::string(bytes)};
  if (framed) {
    auto decoded = DecodeReply(bytes);
    if (!decoded.ok()) return 0;
    reply = *std::move(decoded);
  }
  ClientOptions options;
  options.service = "fuzz";
  options.namenodes = {{.id = "nn1", .host = "a"}, {.id = "nn2", .host = "b"}};
  FakePacing pacing;
  NamenodeClient client(
      options, pacing,
      [&](const NamenodeAddress&, const ClientOptions&,
          const std::string&) -> Result<std::shared_ptr<RpcConnection>> {
        return std::make_shared<OneReply>(reply);
      });
  Ask(client, call);
  return 0;
}
