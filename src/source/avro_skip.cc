#include "source/avro_skip.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace howdah {
namespace {

constexpr int kMostLevels = 1000;

// Schemas can name exponentially many types: after so many one byte is assumed.
constexpr int kMostLooks = 10'000;

int64_t Least(const AvroNode& node, int levels, int* looks) {
  if (++*looks > kMostLooks || levels == kMostLevels) return 1;
  switch (node.kind) {
    case AvroKind::kNull:
      return 0;
    case AvroKind::kFloat:
      return sizeof(float);
    case AvroKind::kDouble:
      return sizeof(double);
    case AvroKind::kFixed:
      return node.size;
    case AvroKind::kRecord: {
      int64_t sum = 0;
      for (const AvroField& field : node.fields) {
        if (*looks > kMostLooks) break;
        sum += Least(*field.type, levels + 1, looks);
      }
      return sum;
    }
    default:
      return 1;
  }
}

bool Skip(const AvroNode& node, AvroCursor* cursor, int levels);

bool SkipText(AvroCursor* cursor) {
  int64_t length = 0;
  const std::byte* bytes = nullptr;
  return cursor->Long(&length) && cursor->Take(length, &bytes);
}

bool SkipItems(const AvroNode& node, AvroCursor* cursor, int levels) {
  const AvroNode& item = *node.parts.front();
  const bool map = node.kind == AvroKind::kMap;
  const int64_t least = LeastAvroBytes(item) + (map ? 1 : 0);
  for (;;) {
    int64_t count = 0, size = -1;
    if (!cursor->Items(least, &count, &size)) return false;
    if (count == 0) return true;
    const std::byte* bytes = nullptr;
    if (size >= 0) {
      if (!cursor->Take(size, &bytes)) return false;
      continue;
    }
    for (int64_t i = 0; i < count && least > 0; ++i) {
      if (map && !SkipText(cursor)) return false;
      if (!Skip(item, cursor, levels)) return false;
    }
  }
}

bool Skip(const AvroNode& node, AvroCursor* cursor, int levels) {
  if (!cursor->Step()) return false;
  if (levels == kMostLevels) return cursor->Fail("a value nested too deep");
  const std::byte* bytes = nullptr;
  int64_t number = 0;
  switch (node.kind) {
    case AvroKind::kNull:
      return true;
    case AvroKind::kBoolean:
      return cursor->Take(1, &bytes);
    case AvroKind::kInt:
    case AvroKind::kLong:
    case AvroKind::kEnum:
      return cursor->Long(&number);
    case AvroKind::kFloat:
      return cursor->Take(sizeof(float), &bytes);
    case AvroKind::kDouble:
      return cursor->Take(sizeof(double), &bytes);
    case AvroKind::kFixed:
      return cursor->Take(node.size, &bytes);
    case AvroKind::kBytes:
    case AvroKind::kString:
      return SkipText(cursor);
    case AvroKind::kArray:
    case AvroKind::kMap:
      return SkipItems(node, cursor, levels + 1);
    case AvroKind::kRecord:
      return std::all_of(
          node.fields.begin(), node.fields.end(),
          [&](const AvroField& field) { return Skip(*field.type, cursor, levels + 1); });
    case AvroKind::kUnion:
      if (!cursor->Long(&number)) return false;
      if (number < 0 || number >= std::ssize(node.parts)) {
        return cursor->Fail("a union's branch that does not exist");
      }
      return Skip(*node.parts[static_cast<size_t>(number)], cursor, levels + 1);
  }
  return false;
}

}  // namespace

bool SkipAvro(const AvroNode& node, AvroCursor* cursor) { return Skip(node, cursor, 0); }

int64_t LeastAvroBytes(const AvroNode& node) {
  int looks = 0;
  return Least(node, 0, &looks);
}

}  // namespace howdah
