#include "hdfs/message_reader.h"

#include <limits>

namespace howdah::hdfs {

using protozero::pbf_wire_type;

MessageReader::MessageReader(const char* name, std::string_view bytes)
    : name_(name), reader_(bytes.data(), bytes.size()) {}

bool MessageReader::Next() {
  if (at_field_) reader_.skip();
  at_field_ = reader_.next();
  if (at_field_ && field() < 64) seen_ |= uint64_t{1} << field();
  return at_field_;
}

void MessageReader::Expect(pbf_wire_type type) {
  if (reader_.wire_type() != type) {
    throw BadMessage{fmt::format("field {} of {} has wire type {}, expected {}", field(),
                                 name_, static_cast<int>(reader_.wire_type()),
                                 static_cast<int>(type))};
  }
  at_field_ = false;
}

uint64_t MessageReader::Uint64() {
  Expect(pbf_wire_type::varint);
  return reader_.get_uint64();
}

uint32_t MessageReader::Uint32() {
  const uint64_t value = Uint64();
  if (value > std::numeric_limits<uint32_t>::max()) {
    throw BadMessage{
        fmt::format("field {} of {} is {}, beyond 32 bits", field(), name_, value)};
  }
  return static_cast<uint32_t>(value);
}

int32_t MessageReader::Int32() {
  Expect(pbf_wire_type::varint);
  return reader_.get_int32();
}

int64_t MessageReader::Int64() {
  Expect(pbf_wire_type::varint);
  return reader_.get_int64();
}

int64_t MessageReader::SignedInt64() {
  Expect(pbf_wire_type::varint);
  return reader_.get_sint64();
}

int32_t MessageReader::SignedInt32() {
  Expect(pbf_wire_type::varint);
  return reader_.get_sint32();
}

int64_t MessageReader::Fixed64() {
  Expect(pbf_wire_type::fixed64);
  return reader_.get_sfixed64();
}

int32_t MessageReader::Fixed32() {
  Expect(pbf_wire_type::fixed32);
  return reader_.get_sfixed32();
}

bool MessageReader::Bool() { return Uint64() != 0; }

std::string_view MessageReader::View() {
  Expect(pbf_wire_type::length_delimited);
  const protozero::data_view view = reader_.get_view();
  return {view.data(), view.size()};
}

void MessageReader::AppendEnums(std::vector<int32_t>* values) {
  if (reader_.wire_type() != pbf_wire_type::length_delimited) {
    values->push_back(Int32());
    return;
  }
  Expect(pbf_wire_type::length_delimited);
  for (const int32_t value : reader_.get_packed_enum()) values->push_back(value);
}

void MessageReader::AppendUint32s(std::vector<uint32_t>* values) {
  if (reader_.wire_type() != pbf_wire_type::length_delimited) {
    values->push_back(Uint32());
    return;
  }
  Expect(pbf_wire_type::length_delimited);
  for (const uint32_t value : reader_.get_packed_uint32()) values->push_back(value);
}

void MessageReader::Require(std::initializer_list<uint32_t> fields) const {
  for (const uint32_t field : fields) {
    if ((seen_ >> field & 1) == 0) {
      throw BadMessage{fmt::format("{} lacks its field {}", name_, field)};
    }
  }
}

}  // namespace howdah::hdfs
