#pragma once

#include <cstdint>
#include <initializer_list>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace howdah::hdfs {

/// Why bytes are not the message they claim to be. Thrown by MessageReader, caught by
/// Decode; never leaves a .cc file that decodes.
struct BadMessage {
  std::string why;
};

/// Walks over the fields of one protobuf message that came from outside. Whatever the
/// bytes are, it ends, reads nothing beyond them, and allocates no more than they hold.
///
///   while (reader.Next()) {
///     switch (reader.field()) { case 1: block.id = reader.Uint64(); break; … }
///   }
///   reader.Require({1, 2});
///
/// A field that is not read is skipped by the next Next(). Reading a field with another
/// wire type than it has is BadMessage, as are malformed bytes (protozero's exceptions).
class MessageReader {
 public:
  /// \param name  of the message, for errors: a literal.
  MessageReader(const char* name, std::string_view bytes);

  bool Next();
  uint32_t field() const { return reader_.tag(); }

  uint64_t Uint64();
  uint32_t Uint32();  ///< BadMessage beyond 32 bits
  int32_t Int32();    ///< also enums
  int64_t Int64();
  int64_t SignedInt64();  ///< sint64, zigzag
  int32_t SignedInt32();  ///< sint32, zigzag
  int64_t Fixed64();      ///< sfixed64
  int32_t Fixed32();      ///< sfixed32
  bool Bool();
  std::string_view View();
  std::string Text() { return std::string(View()); }
  MessageReader Message(const char* name) { return {name, View()}; }
  /// One value of a repeated enum, or all of them, packed.
  void AppendEnums(std::vector<int32_t>* values);
  /// The same for repeated uint32.
  void AppendUint32s(std::vector<uint32_t>* values);

  /// BadMessage if one of these fields did not occur. Field numbers below 64.
  void Require(std::initializer_list<uint32_t> fields) const;

 private:
  void Expect(protozero::pbf_wire_type type);

  const char* name_;
  protozero::pbf_reader reader_;
  uint64_t seen_ = 0;
  bool at_field_ = false;
};

/// `read(MessageReader)` over `bytes`, whose errors become Corruption: "`what`: why".
template <typename Read>
auto Decode(std::string_view what, const char* name, std::string_view bytes, Read read)
    -> Result<decltype(read(std::declval<MessageReader>()))> {
  try {
    return read(MessageReader(name, bytes));
  } catch (const BadMessage& bad) {
    return Error(ErrorKind::kCorruption, "{}: {}", what, bad.why);
  } catch (const protozero::exception& bad) {
    return Error(ErrorKind::kCorruption, "{}: {} cannot be read: {}", what, name,
                 bad.what());
  }
}

}  // namespace howdah::hdfs
