// Values that have others inside: nullable ones, lists, maps, records.

#include <arrow/array/data.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <array>
#include <utility>

#include "avro/varint.h"
#include "encode/avro_values.h"

namespace howdah {
namespace {

using ValuesPtr = std::unique_ptr<AvroValues>;

// The branches of ["null", T], as numbers.
constexpr auto kNullBranch = std::byte{0};
constexpr auto kValueBranch = std::byte{2};

/// Which elements of an array are null.
class Validity {
 public:
  void Bind(const arrow::ArrayData& data) {
    bits_ = data.GetNullCount() > 0 ? data.GetValues<uint8_t>(0, 0) : nullptr;
    offset_ = data.offset;
  }
  bool has_nulls() const { return bits_ != nullptr; }
  bool IsNull(int64_t i) const {
    return bits_ != nullptr && !arrow::bit_util::GetBit(bits_, offset_ + i);
  }

 private:
  const uint8_t* bits_ = nullptr;
  int64_t offset_ = 0;
};

class Nullable final : public AvroValues {
 public:
  explicit Nullable(ValuesPtr values) : values_(std::move(values)) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    validity_.Bind(*columns.front());
    values_->Bind(columns);
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    return count + values_->Bound(first, count);
  }
  int64_t EqualLength(int64_t first, int64_t count) override {
    if (validity_.has_nulls()) return -1;
    const int64_t bytes = values_->EqualLength(first, count);
    return bytes < 0 ? -1 : 1 + bytes;
  }
  void PutEqual(int64_t first, int64_t count, int64_t stride, int64_t room,
                std::byte* out) override {
    for (int64_t i = 0; i < count; ++i) out[i * stride] = kValueBranch;
    // Not over the next row's branch, which is there already.
    values_->PutEqual(first, count, stride, std::min(room, stride) - 1, out + 1);
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      if (validity_.IsNull(i)) {
        *out++ = kNullBranch;
      } else {
        *out++ = kValueBranch;
        out = values_->Put(i, 1, out);
      }
    }
    return out;
  }

 private:
  const ValuesPtr values_;
  Validity validity_;
};

/// Looks for nulls in fields that are not nullable, only where an array has any: elements
/// below a null may be null themselves, but never come to Put.
class RequiredCheck {
 public:
  RequiredCheck(std::vector<std::string> paths, NullPath* null)
      : paths_(std::move(paths)), validity_(paths_.size()), null_(null) {}
  void Bind(std::span<const ArrayDataPtr> columns) {
    needed_ = false;
    for (size_t c = 0; c < validity_.size(); ++c) {
      validity_[c].Bind(*columns[c]);
      needed_ = needed_ || validity_[c].has_nulls();
    }
  }
  bool needed() const { return needed_; }
  void Look(int64_t first, int64_t count) {
    for (size_t c = 0; c < validity_.size(); ++c) {
      for (int64_t i = first; i < first + count; ++i) {
        if (validity_[c].IsNull(i)) *null_ = paths_[c];
      }
    }
  }

 private:
  const std::vector<std::string> paths_;  // of each column; none of nullable ones
  std::vector<Validity> validity_;
  NullPath* const null_;
  bool needed_ = false;
};

RequiredCheck CheckOf(const arrow::Field& field, const std::string& path,
                      NullPath* null) {
  return {field.nullable() ? std::vector<std::string>() : std::vector{path}, null};
}

// -- lists and maps --------------------------------------------------------------------

/// Where the elements of each list lie, by offsets.
template <typename Offset>
class Offsets {
 public:
  void Bind(const arrow::ArrayData& data) { offsets_ = data.GetValues<Offset>(1); }
  int64_t Begin(int64_t i) const { return offsets_[i]; }

 private:
  const Offset* offsets_ = nullptr;
};

/// The same, of lists of one size.
class Equal {
 public:
  explicit Equal(int64_t size) : size_(size) {}
  void Bind(const arrow::ArrayData& data) { offset_ = data.offset; }
  int64_t Begin(int64_t i) const { return (offset_ + i) * size_; }

 private:
  const int64_t size_;
  int64_t offset_ = 0;
};

/// An array or a map: one block of elements with a positive count, and the end.
template <typename Places>
class Lists final : public AvroValues {
 public:
  Lists(Places places, ValuesPtr elements, RequiredCheck check)
      : places_(std::move(places)),
        elements_(std::move(elements)),
        check_(std::move(check)) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    const arrow::ArrayData& data = *columns.front();
    places_.Bind(data);
    elements_->Bind(data.child_data);
    check_.Bind(data.child_data);
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    if (count == 0) return 0;
    const int64_t begin = places_.Begin(first), end = places_.Begin(first + count);
    return count * (kAvroLongRoom + 1) + elements_->Bound(begin, end - begin);
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t begin = places_.Begin(i), length = places_.Begin(i + 1) - begin;
      if (length > 0) {
        if (check_.needed()) check_.Look(begin, length);
        out = PutAvroLong(length, out);
        out = elements_->Put(begin, length, out);
      }
      *out++ = std::byte{0};
    }
    return out;
  }

 private:
  Places places_;
  const ValuesPtr elements_;
  RequiredCheck check_;
};

/// Required floats, as tensors have them: one copy for each list.
template <typename Places>
class FloatLists final : public AvroValues {
 public:
  FloatLists(Places places, int width, RequiredCheck check)
      : places_(std::move(places)), width_(width), check_(std::move(check)) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    const arrow::ArrayData& data = *columns.front();
    const arrow::ArrayData& elements = *data.child_data.front();
    places_.Bind(data);
    values_ = elements.GetValues<std::byte>(1, elements.offset * width_);
    check_.Bind(data.child_data);
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    if (count == 0) return 0;
    return count * (kAvroLongRoom + 1) +
           (places_.Begin(first + count) - places_.Begin(first)) * width_;
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t begin = places_.Begin(i), length = places_.Begin(i + 1) - begin;
      if (length > 0) {
        if (check_.needed()) check_.Look(begin, length);
        out = PutAvroLong(length, out);
        CopyShort(values_ + begin * width_, length * width_, out);
        out += length * width_;
      }
      *out++ = std::byte{0};
    }
    return out;
  }
  int64_t EqualLength(int64_t first, int64_t count) override {
    const int64_t length = places_.Begin(first + 1) - places_.Begin(first);
    bool equal = true;
    for (int64_t i = first + 1; i < first + count; ++i) {
      equal &= places_.Begin(i + 1) - places_.Begin(i) == length;
    }
    if (!equal) return -1;
    return 1 + (length > 0 ? AvroLongBytes(length) + length * width_ : 0);
  }
  void PutEqual(int64_t first, int64_t count, int64_t stride, int64_t,
                std::byte* out) override {
    const int64_t begin = places_.Begin(first);
    const int64_t length = places_.Begin(first + 1) - begin, bytes = length * width_;
    if (check_.needed()) check_.Look(begin, count * length);
    std::array<std::byte, kAvroLongRoom> head;
    const int64_t head_bytes =
        length > 0 ? PutAvroLong(length, head.data()) - head.data() : 0;
    const std::byte* values = values_ + begin * width_;
    for (int64_t i = 0; i < count; ++i, out += stride, values += bytes) {
      for (int64_t h = 0; h < head_bytes; ++h) out[h] = head[static_cast<size_t>(h)];
      CopyShort(values, bytes, out + head_bytes);
      out[head_bytes + bytes] = std::byte{0};
    }
  }
  void AddLengths(int64_t first, std::span<int64_t> lengths) override {
    for (int64_t& length : lengths) {
      const int64_t count = places_.Begin(first + 1) - places_.Begin(first);
      length += 1 + (count > 0 ? AvroLongBytes(count) + count * width_ : 0);
      ++first;
    }
  }
  void Scatter(int64_t first, std::span<std::byte*> ends) override {
    if (check_.needed()) {
      const int64_t begin = places_.Begin(first);
      check_.Look(begin,
                  places_.Begin(first + static_cast<int64_t>(ends.size())) - begin);
    }
    for (std::byte*& end : ends) {
      const int64_t begin = places_.Begin(first);
      const int64_t count = places_.Begin(++first) - begin;
      std::byte* out = end;
      if (count > 0) {
        out = PutAvroLongExactly(count, out);
        CopyShort(values_ + begin * width_, count * width_, out);
        out += count * width_;
      }
      *out = std::byte{0};
      end = out + 1;
    }
  }

 private:
  Places places_;
  const int64_t width_;
  const std::byte* values_ = nullptr;
  RequiredCheck check_;
};

// -- records ---------------------------------------------------------------------------

class Record final : public AvroValues {
 public:
  Record(const arrow::FieldVector& fields, const std::string& path, NullPath* null) {
    for (size_t i = 0; i < fields.size();) {
      const size_t count = FloatsFrom(fields, i);
      std::vector<std::string> required;
      for (size_t c = i; c < i + count; ++c) {
        if (!fields[c]->nullable()) required.push_back(Path(path, *fields[c]));
      }
      ValuesPtr values = count > 1
                             ? MakeAvroFloats(*fields[i]->type(), count)
                             : MakeAvroValues(*fields[i], Path(path, *fields[i]), null);
      parts_.push_back({.values = std::move(values),
                        .check = {std::move(required), null},
                        .first = i,
                        .count = count});
      i += count;
    }
  }
  void Bind(std::span<const ArrayDataPtr> columns) override {
    check_ = false;
    for (Part& part : parts_) {
      const auto arrays = columns.subspan(part.first, part.count);
      part.values->Bind(arrays);
      part.check.Bind(arrays);
      check_ = check_ || part.check.needed();
    }
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    int64_t bytes = 0;
    for (const Part& part : parts_) bytes += part.values->Bound(first, count);
    return bytes;
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    if (check_) {
      for (Part& part : parts_) part.check.Look(first, count);
    }
    constexpr int64_t kFew = 8;
    if (count >= kFew) return PutColumns(first, count, out);
    for (int64_t i = first; i < first + count; ++i) {
      for (Part& part : parts_) out = part.values->Put(i, 1, out);
    }
    return out;
  }

 private:
  /// Column by column: where each row's next value goes is known by the lengths of all.
  std::byte* PutColumns(int64_t first, int64_t count, std::byte* out) {
    constexpr int64_t kAtOnce = 256;
    std::array<int64_t, kAtOnce> lengths;
    std::array<std::byte*, kAtOnce> ends;
    for (int64_t i = 0; i < count; i += kAtOnce) {
      const auto rows = static_cast<size_t>(std::min(kAtOnce, count - i));
      if (PutEqualRows(first + i, static_cast<int64_t>(rows), &out)) continue;
      std::fill_n(lengths.begin(), rows, 0);
      for (Part& part : parts_) {
        part.values->AddLengths(first + i, std::span(lengths).first(rows));
      }
      for (size_t row = 0; row < rows; ++row) {
        ends[row] = out;
        out += lengths[row];
      }
      for (Part& part : parts_) {
        part.values->Scatter(first + i, std::span(ends).first(rows));
      }
    }
    return out;
  }

  /// The same of rows that all have one length, if they have: where a value goes is then
  /// only counted.
  bool PutEqualRows(int64_t first, int64_t count, std::byte** out) {
    // First the column that stood against it the last time, which spares the others.
    if (unequal_ > 0 && parts_[unequal_].values->EqualLength(first, count) < 0) {
      return false;
    }
    int64_t stride = 0;
    for (unequal_ = 0; unequal_ < parts_.size(); ++unequal_) {
      Part& part = parts_[unequal_];
      part.length = part.values->EqualLength(first, count);
      if (part.length < 0) return false;
      stride += part.length;
    }
    unequal_ = 0;
    int64_t offset = 0;
    for (const Part& part : parts_) {
      // A column may write over those that are still to come: of its own row, and before
      // the first one of all that follows.
      const int64_t room = offset == 0 ? kAvroLongRoom : stride - offset;
      part.values->PutEqual(first, count, stride, room, *out + offset);
      offset += part.length;
    }
    *out += count * stride;
    return true;
  }

  struct Part {
    ValuesPtr values;
    RequiredCheck check;
    size_t first, count;  // of the fields
    int64_t length = 0;   // of each value, by PutEqualRows
  };

  static std::string Path(const std::string& path, const arrow::Field& field) {
    return path.empty() ? field.name() : path + "." + field.name();
  }

  /// How many fields from `first` on are required and of the same kind of float; else 1.
  static size_t FloatsFrom(const arrow::FieldVector& fields, size_t first) {
    const arrow::Type::type id = fields[first]->type()->id();
    if (id != arrow::Type::FLOAT && id != arrow::Type::DOUBLE) return 1;
    size_t count = 0;
    while (first + count < fields.size() && !fields[first + count]->nullable() &&
           fields[first + count]->type()->id() == id) {
      ++count;
    }
    return std::max<size_t>(count, 1);
  }

  std::vector<Part> parts_;
  size_t unequal_ = 0;  // of parts_: one without an EqualLength, the last time
  bool check_ = false;
};

/// A struct: its fields' arrays, cut as the struct's own is.
class Struct final : public AvroValues {
 public:
  explicit Struct(ValuesPtr record) : record_(std::move(record)) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    const arrow::ArrayData& data = *columns.front();
    fields_.clear();
    for (const ArrayDataPtr& field : data.child_data) {
      fields_.push_back(field->Slice(data.offset, data.length));
    }
    record_->Bind(fields_);
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    return record_->Bound(first, count);
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    return record_->Put(first, count, out);
  }

 private:
  const ValuesPtr record_;
  std::vector<ArrayDataPtr> fields_;
};

template <typename Places>
ValuesPtr MakeLists(Places places, const arrow::Field& element, const std::string& path,
                    NullPath* null) {
  const arrow::Type::type id = element.type()->id();
  RequiredCheck check = CheckOf(element, path, null);
  if (!element.nullable() && (id == arrow::Type::FLOAT || id == arrow::Type::DOUBLE)) {
    return std::make_unique<FloatLists<Places>>(
        std::move(places), element.type()->byte_width(), std::move(check));
  }
  return std::make_unique<Lists<Places>>(
      std::move(places), MakeAvroValues(element, path, null), std::move(check));
}

ValuesPtr MakeNested(const arrow::DataType& type, const std::string& path,
                     NullPath* null) {
  switch (type.id()) {
    case arrow::Type::LIST:
      return MakeLists(Offsets<int32_t>(), *type.field(0), path + ".element", null);
    case arrow::Type::LARGE_LIST:
      return MakeLists(Offsets<int64_t>(), *type.field(0), path + ".element", null);
    case arrow::Type::FIXED_SIZE_LIST:
      return MakeLists(
          Equal(static_cast<const arrow::FixedSizeListType&>(type).list_size()),
          *type.field(0), path + ".element", null);
    case arrow::Type::MAP:  // its entries are structs of key and value
      return MakeLists(Offsets<int32_t>(), *type.field(0), path, null);
    default:
      return std::make_unique<Struct>(MakeAvroRecord(type.fields(), path, null));
  }
}

}  // namespace

ValuesPtr MakeAvroValues(const arrow::Field& field, const std::string& path,
                         NullPath* null) {
  ValuesPtr values = MakeAvroFlatValues(*field.type());
  if (values == nullptr) values = MakeNested(*field.type(), path, null);
  if (!field.nullable()) return values;
  return std::make_unique<Nullable>(std::move(values));
}

ValuesPtr MakeAvroRecord(const arrow::FieldVector& fields, const std::string& path,
                         NullPath* null) {
  return std::make_unique<Record>(fields, path, null);
}

}  // namespace howdah
