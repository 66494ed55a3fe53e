#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace howdah {

/// A table inside a FlatBuffers message, as far as Arrow's metadata need it
/// (https://flatbuffers.dev/internals: a table begins with the distance back to its
/// vtable, which holds the fields' distances from the table). Whatever the bytes, nothing
/// outside of them is read: what does not lie inside is not there. Little endian.
class FlatTable {
 public:
  /// The root table of `bytes`, which must outlive it.
  static std::optional<FlatTable> Root(std::string_view bytes) {
    return FlatTable(bytes, 0).Follow(0);
  }

  /// A number of the field with this index; `otherwise` if it is absent.
  template <typename T>
  T Get(int field, T otherwise) const {
    const auto place = Place(field);
    return place.has_value() ? Read<T>(*place).value_or(otherwise) : otherwise;
  }
  /// A table that the field with this index refers to.
  std::optional<FlatTable> Table(int field) const {
    const auto place = Place(field);
    return place.has_value() ? Follow(*place) : std::nullopt;
  }
  /// The elements, of `element_bytes` each, of a vector of structs; "" if it is absent.
  std::string_view Structs(int field, size_t element_bytes) const {
    const auto vector = Table(field);
    if (!vector.has_value()) return "";
    const auto count = Read<uint32_t>(vector->position_);
    const size_t start = vector->position_ + sizeof(uint32_t);
    if (!count.has_value() || *count > (bytes_.size() - start) / element_bytes) return "";
    return bytes_.substr(start, *count * element_bytes);
  }

 private:
  FlatTable(std::string_view bytes, size_t position)
      : bytes_(bytes), position_(position) {}

  template <typename T>
  std::optional<T> Read(size_t place) const {
    if (place > bytes_.size() || bytes_.size() - place < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + place, sizeof(T));
    return value;
  }
  std::optional<FlatTable> Follow(size_t place) const {
    const auto distance = Read<uint32_t>(place);
    if (!distance.has_value()) return std::nullopt;
    return FlatTable(bytes_, place + *distance);
  }
  std::optional<size_t> Place(int field) const {
    const auto back = Read<int32_t>(position_);
    if (!back.has_value()) return std::nullopt;
    const int64_t vtable = static_cast<int64_t>(position_) - *back;
    if (vtable < 0) return std::nullopt;
    const size_t slot = 4 + 2 * static_cast<size_t>(field);
    const auto bytes = Read<uint16_t>(static_cast<size_t>(vtable));
    if (!bytes.has_value() || slot + sizeof(uint16_t) > *bytes) return std::nullopt;
    const auto distance = Read<uint16_t>(static_cast<size_t>(vtable) + slot);
    if (!distance.has_value() || *distance == 0) return std::nullopt;
    return position_ + *distance;
  }

  std::string_view bytes_;
  size_t position_;
};

}  // namespace howdah
