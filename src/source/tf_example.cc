#include "source/tf_example.h"

namespace howdah {
namespace {

TfKind KindOfField(const tf_wire::Message& feature) {
  if (tf_wire::Is(feature, 1, tf_wire::kBytes)) return TfKind::kBytes;
  if (tf_wire::Is(feature, 2, tf_wire::kBytes)) return TfKind::kFloat;
  if (tf_wire::Is(feature, 3, tf_wire::kBytes)) return TfKind::kInt64;
  return TfKind::kNone;
}

}  // namespace

std::string_view Name(TfKind kind) {
  constexpr std::string_view kNames[] = {"no", "bytes", "float", "int64"};
  return kNames[static_cast<size_t>(kind)];
}

TfFeature OpenFeature(std::string_view feature, TfJoined* joined) {
  TfFeature opened;
  for (tf_wire::Message message = tf_wire::Open(feature); message.next();) {
    const TfKind kind = KindOfField(message);
    if (kind == TfKind::kNone) {
      message.skip();
      continue;
    }
    const std::string_view list = tf_wire::View(message);
    if (kind != opened.kind) {  // a oneof: another kind takes the place of the first
      opened = {kind, list};
      continue;
    }
    opened.list = joined->emplace_front(std::string(opened.list).append(list));
  }
  return opened;
}

int64_t CountValues(const TfFeature& feature) {
  int64_t count = 0;
  if (feature.kind == TfKind::kBytes) {
    VisitBytes(feature.list, [&](std::string_view) { ++count; });
  } else if (feature.kind == TfKind::kFloat) {
    VisitFloatBytes(feature.list, [&](std::string_view bytes) {
      count += static_cast<int64_t>(bytes.size() / sizeof(float));
    });
  } else if (feature.kind == TfKind::kInt64) {
    VisitInt64s(feature.list, [&](int64_t) { ++count; });
  }
  return count;
}

}  // namespace howdah
