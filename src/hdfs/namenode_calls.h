#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hdfs/message_reader.h"
#include "hdfs/rpc_client.h"

namespace howdah::hdfs {

/// What the methods of NamenodeClient have in common: the call, the name it has in
/// messages ("getListing /a/b"), and the forms that answers come in.

std::string EncodePermission(uint32_t mode);

Result<std::string> CallOn(RpcClient& rpc, std::string_view method,
                           std::string_view request, CallEffect effect,
                           std::string_view subject, std::string* java_class = nullptr);

/// A call whose answer is {required bool result = 1}.
Result<bool> CallForBool(RpcClient& rpc, std::string_view method,
                         std::string_view request, CallEffect effect,
                         std::string_view subject, std::string* java_class = nullptr);

template <typename Read>
auto DecodeAnswer(std::string_view method, std::string_view subject,
                  std::string_view answer, Read read) {
  return Decode(fmt::format("the answer to {} {}", method, subject), "the answer", answer,
                std::move(read));
}

/// The one message that an answer carries in its field 1.
template <typename Read>
auto DecodePart(std::string_view method, std::string_view subject,
                std::string_view answer, const char* name, Read read) {
  return DecodeAnswer(method, subject, answer, [&](MessageReader reader) {
    std::optional<decltype(read(reader))> part;
    while (reader.Next()) {
      if (reader.field() == 1) part = read(reader.Message(name));
    }
    reader.Require({1});
    return *std::move(part);
  });
}

}  // namespace howdah::hdfs
