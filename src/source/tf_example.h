#pragma once

#include <cstdint>
#include <forward_list>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah {

/// What the values of a feature are.
enum class TfKind : uint8_t { kNone, kBytes, kFloat, kInt64 };

/// "bytes", "float", "int64": as tf.train.Feature names them.
std::string_view Name(TfKind kind);

/// A feature's values, not yet decoded.
struct TfFeature {
  TfKind kind = TfKind::kNone;
  std::string_view list;  ///< a message BytesList, FloatList or Int64List
};

/// Owns the bytes that had to be joined of parts.
using TfJoined = std::forward_list<std::string>;

// These scan the wire format of tf.train.Example without making objects. They throw what
// protozero throws (std::exception) where bytes are no protobuf. Source: TensorFlow,
// core/example/example.proto and feature.proto; Protocol Buffers, "Encoding": of a field
// that is there twice the parts are joined, of a map's key the last counts.

/// Call `visit(name, feature)` for each feature of `example` in its order, with the bytes
/// of a message Feature, which stay as long as `example` and `joined`.
/// \return false: it is a SequenceExample.
template <typename Visit>
bool VisitFeatures(std::string_view example, TfJoined* joined, Visit&& visit);

/// What the bytes of a message Feature hold; it stays as long as they and `joined`.
TfFeature OpenFeature(std::string_view feature, TfJoined* joined);

int64_t CountValues(const TfFeature& feature);

/// Call `append` with each value of a list of that kind: std::string_view, int64_t; for
/// floats with runs of bytes, 4 for each value, which need not be aligned.
template <typename Append>
void VisitBytes(std::string_view list, Append&& append);
template <typename Append>
void VisitInt64s(std::string_view list, Append&& append);
template <typename Append>
void VisitFloatBytes(std::string_view list, Append&& append);

// Implementation of the templates.

namespace tf_wire {

using protozero::pbf_wire_type;
using Message = protozero::pbf_reader;

inline Message Open(std::string_view bytes) {
  return Message(protozero::data_view(bytes.data(), bytes.size()));
}
inline std::string_view View(Message& message) {
  const protozero::data_view view = message.get_view();
  return {view.data(), view.size()};
}
inline bool Is(const Message& message, uint32_t tag, pbf_wire_type type) {
  return message.tag_and_type() == protozero::tag_and_type(tag, type);
}
constexpr auto kBytes = pbf_wire_type::length_delimited;

}  // namespace tf_wire

template <typename Visit>
bool VisitFeatures(std::string_view example, TfJoined* joined, Visit&& visit) {
  using namespace tf_wire;
  Message outer = Open(example);
  while (outer.next()) {
    if (Is(outer, 2, kBytes)) return false;  // SequenceExample.feature_lists
    if (!Is(outer, 1, kBytes)) {
      outer.skip();
      continue;
    }
    Message features = Open(View(outer));
    while (features.next()) {
      if (!Is(features, 1, kBytes)) {
        features.skip();
        continue;
      }
      std::string_view name, feature;
      Message entry = Open(View(features));
      while (entry.next()) {
        if (Is(entry, 1, kBytes)) {
          name = View(entry);
        } else if (!Is(entry, 2, kBytes)) {
          entry.skip();
        } else if (feature.data() == nullptr) {
          feature = View(entry);
        } else {  // parts of one message are joined by joining their bytes
          feature = joined->emplace_front(std::string(feature).append(View(entry)));
        }
      }
      visit(name, feature);
    }
  }
  return true;
}

template <typename Append>
void VisitBytes(std::string_view list, Append&& append) {
  using namespace tf_wire;
  for (Message message = Open(list); message.next();) {
    if (Is(message, 1, kBytes)) {
      append(View(message));
    } else {
      message.skip();
    }
  }
}

template <typename Append>
void VisitInt64s(std::string_view list, Append&& append) {
  using namespace tf_wire;
  for (Message message = Open(list); message.next();) {
    if (Is(message, 1, kBytes)) {
      const std::string_view packed = View(message);
      const char* at = packed.data();
      const char* const end = at + packed.size();
      while (at != end) {
        append(static_cast<int64_t>(protozero::decode_varint(&at, end)));
      }
    } else if (Is(message, 1, pbf_wire_type::varint)) {
      append(message.get_int64());
    } else {
      message.skip();
    }
  }
}

template <typename Append>
void VisitFloatBytes(std::string_view list, Append&& append) {
  using namespace tf_wire;
  for (Message message = Open(list); message.next();) {
    if (Is(message, 1, kBytes)) {
      const std::string_view packed = View(message);
      if (packed.size() % sizeof(float) != 0) throw protozero::invalid_length_exception();
      append(packed);
    } else if (Is(message, 1, pbf_wire_type::fixed32)) {
      const uint32_t bits = message.get_fixed32();
      append(std::string_view(reinterpret_cast<const char*>(&bits), sizeof bits));
    } else {
      message.skip();
    }
  }
}

}  // namespace howdah
