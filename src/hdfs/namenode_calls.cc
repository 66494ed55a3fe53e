#include "hdfs/namenode_calls.h"

#include <protozero/pbf_writer.hpp>

namespace howdah::hdfs {

std::string EncodePermission(uint32_t mode) {
  std::string bytes;
  protozero::pbf_writer(bytes).add_uint32(1, mode & 01777);
  return bytes;
}

Result<std::string> CallOn(RpcClient& rpc, std::string_view method,
                           std::string_view request, CallEffect effect,
                           std::string_view subject, std::string* java_class) {
  return rpc.Call(method, request, effect, fmt::format("{} {}", method, subject),
                  java_class);
}

Result<bool> CallForBool(RpcClient& rpc, std::string_view method,
                         std::string_view request, CallEffect effect,
                         std::string_view subject, std::string* java_class) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer,
                          CallOn(rpc, method, request, effect, subject, java_class));
  return DecodeAnswer(method, subject, answer, [](MessageReader reader) {
    bool result = false;
    while (reader.Next()) {
      if (reader.field() == 1) result = reader.Bool();
    }
    reader.Require({1});
    return result;
  });
}

}  // namespace howdah::hdfs
