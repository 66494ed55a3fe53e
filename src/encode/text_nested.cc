#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "encode/text_column.h"

namespace howdah {
namespace {

/// Where the elements of each list lie among the values of all.
struct ListOffsets {
  explicit ListOffsets(const arrow::Array& array) {
    using arrow::Type;
    if (array.type_id() == Type::FIXED_SIZE_LIST) {
      fixed = static_cast<const arrow::FixedSizeListType&>(*array.type()).list_size();
      first = array.offset();
    } else if (array.type_id() == Type::LARGE_LIST) {
      large = array.data()->GetValues<int64_t>(1);
    } else {
      small = array.data()->GetValues<int32_t>(1);
    }
  }
  ListOffsets() = default;

  int64_t operator()(int64_t i) const {
    if (small != nullptr) return small[i];
    return large != nullptr ? large[i] : (first + i) * fixed;
  }
  const int32_t* small = nullptr;
  const int64_t* large = nullptr;
  int64_t first = 0, fixed = 0;
};

/// The values of all lists of an array, or the entries of all maps.
const arrow::Array& Values(const arrow::Array& array) {
  using arrow::Type;
  switch (array.type_id()) {
    case Type::FIXED_SIZE_LIST:
      return *static_cast<const arrow::FixedSizeListArray&>(array).values();
    case Type::LARGE_LIST:
      return *static_cast<const arrow::LargeListArray&>(array).values();
    default:
      return *static_cast<const arrow::ListArray&>(array).values();
  }
}

class NestedColumn : public TextColumn {
 public:
  explicit NestedColumn(const TextStyle& style)
      : null_(style.null), is_json_(style.dialect == TextDialect::kJson) {}
  Status Bind(const arrow::Array& array) override {
    array_ = &array;
    nulls_ = array.null_count() > 0;
    return BindParts(array);
  }
  char* Write(int64_t i, char* out) const override {
    if (IsNull(i)) return Put(null_, out);
    return WriteParts(i, out);
  }

 protected:
  virtual Status BindParts(const arrow::Array& array) = 0;
  virtual char* WriteParts(int64_t i, char* out) const = 0;

  bool IsNull(int64_t i) const { return nulls_ && array_->IsNull(i); }
  /// The bytes of brackets, of nulls, and of one separator each, of so many cells.
  int64_t Frames(int64_t cells) const {
    return cells * (3 + static_cast<int64_t>(null_.size()));
  }
  /// Which of the lists [first, first + rows) has the element `element`.
  static int64_t ListOf(const ListOffsets& offsets, int64_t first, int64_t rows,
                        int64_t element) {
    int64_t i = first;
    while (i + 1 < first + rows && offsets(i + 1) <= element) ++i;
    return i;
  }

  const std::string null_;
  const bool is_json_;
  const arrow::Array* array_ = nullptr;
  bool nulls_ = false;
};

/// Whether the text of cell `i` in hive-text is that of null.
bool IsNullText(const arrow::Array& array, int64_t i) {
  if (array.IsNull(i)) return true;
  if (array.type_id() != arrow::Type::STRUCT || array.type()->num_fields() != 1)
    return false;
  return IsNullText(*static_cast<const arrow::StructArray&>(array).field(0), i);
}

/// The dimensions of "tensor.shape", -1 for one that rows have each their own; empty:
/// there is none.
Result<std::vector<int64_t>> ShapeOf(const arrow::Field& field) {
  std::vector<int64_t> shape;
  const auto& metadata = field.metadata();
  const int at = metadata == nullptr ? -1 : metadata->FindKey("tensor.shape");
  if (at < 0) return shape;
  const std::string& text = metadata->value(at);
  const char* next = text.data();
  const char* const end = next + text.size();
  while (next < end) {
    const auto read = std::from_chars(next, end, shape.emplace_back());
    if (read.ec != std::errc() || (read.ptr < end && *read.ptr != ',') ||
        shape.back() < -1 || shape.back() > INT32_MAX) {
      return Error(ErrorKind::kSchemaMismatch, "has the tensor.shape '{}'", text);
    }
    next = read.ptr + 1;
  }
  if (std::count(shape.begin(), shape.end(), -1) > 1) {
    return Error(ErrorKind::kSchemaMismatch, "has the tensor.shape '{}'", text);
  }
  return shape;
}

/// [1,2,3] or 1 ^B 2 ^B 3.
class ListColumnText final : public NestedColumn {
 public:
  ListColumnText(const TextStyle& style, int depth, std::vector<int64_t> shape,
                 std::unique_ptr<TextColumn> element)
      : NestedColumn(style),
        separator_(is_json_ ? ',' : HiveSeparator(depth + 1)),
        shape_(std::move(shape)),
        element_(std::move(element)) {}

  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) override {
    const int64_t begin = offsets_(first), end = offsets_(first + rows);
    int64_t bad_element = 0;
    const Result<int64_t> elements = element_->Bound(begin, end - begin, &bad_element);
    if (!elements.ok()) {
      *bad = ListOf(offsets_, first, rows, bad_element);
      return elements.status();
    }
    if (!is_json_) HOWDAH_RETURN_IF_ERROR(CheckOneEmpty(first, rows, bad));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t brackets, Brackets(first, rows, bad));
    return Frames(rows) + *elements + (end - begin) + brackets;
  }

 private:
  Status BindParts(const arrow::Array& array) override {
    offsets_ = ListOffsets(array);
    return element_->Bind(Values(array));
  }

  char* WriteParts(int64_t i, char* out) const override {
    int64_t begin = offsets_(i);
    const int64_t end = offsets_(i + 1);
    if (!is_json_) return WriteElements(begin, end, out);
    if (shape_.size() > 1)
      return WriteShaped(shape_.begin(), RowShape(end - begin), &begin, out);
    *out++ = '[';
    out = WriteElements(begin, end, out);
    *out++ = ']';
    return out;
  }

  char* WriteElements(int64_t begin, int64_t end, char* out) const {
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) *out++ = separator_;
      out = element_->Write(i, out);
    }
    return out;
  }

  /// What the dimension -1 is in a list of so many elements.
  int64_t RowShape(int64_t elements) const {
    int64_t others = 1;
    for (const int64_t dim : shape_) others *= dim < 0 ? 1 : dim;
    return others == 0 ? 0 : elements / others;
  }

  char* WriteShaped(std::vector<int64_t>::const_iterator dim, int64_t unknown,
                    int64_t* next, char* out) const {
    const int64_t count = *dim < 0 ? unknown : *dim;
    *out++ = '[';
    if (dim + 1 == shape_.end()) {
      out = WriteElements(*next, *next + count, out);
      *next += count;
    } else {
      for (int64_t i = 0; i < count; ++i) {
        if (i > 0) *out++ = separator_;
        out = WriteShaped(dim + 1, unknown, next, out);
      }
    }
    *out++ = ']';
    return out;
  }

  /// Brackets and commas of the inner dimensions. InvalidInput: a list that does not have
  /// the shape.
  Result<int64_t> Brackets(int64_t first, int64_t rows, int64_t* bad) const {
    if (shape_.size() < 2 || !is_json_) return 0;
    int64_t brackets = 0;
    for (int64_t i = first; i < first + rows; ++i) {
      if (IsNull(i)) continue;
      const int64_t elements = offsets_(i + 1) - offsets_(i);
      const int64_t unknown = RowShape(elements);
      int64_t lists = 1;
      for (const int64_t dim : shape_) {
        brackets += 3 * lists;
        // Dimensions of nothing must not make a text of their own size.
        constexpr int64_t kMost = int64_t{1} << 24;
        if (lists > std::max(elements, kMost)) break;
        lists *= dim < 0 ? unknown : dim;
      }
      if (lists == elements) continue;
      *bad = i;
      return Error(ErrorKind::kInvalidInput,
                   "holds a list of {} elements, which is not of its tensor.shape",
                   elements);
    }
    return brackets;
  }

  /// In Hive's text a list of one empty element is the empty list.
  Status CheckOneEmpty(int64_t first, int64_t rows, int64_t* bad) const {
    for (int64_t i = first; i < first + rows; ++i) {
      if (IsNull(i) || offsets_(i + 1) - offsets_(i) != 1) continue;
      const arrow::Array& values = Values(*array_);
      const bool is_null = IsNullText(values, offsets_(i));
      if (!is_null && !IsEmptyText(values, offsets_(i))) continue;
      *bad = i;
      return Error(ErrorKind::kInvalidInput,
                   "holds a list of one element that is {}, which Hive's text cannot "
                   "tell from {}: write Parquet, Avro or JSON",
                   is_null ? "null" : "empty", is_null ? "null" : "an empty list");
    }
    return Status::OK();
  }

  static bool IsEmptyText(const arrow::Array& values, int64_t element) {
    if (values.IsNull(element)) return false;
    switch (values.type_id()) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return static_cast<const arrow::BinaryArray&>(values).value_length(element) == 0;
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        return static_cast<const arrow::LargeBinaryArray&>(values).value_length(
                   element) == 0;
      case arrow::Type::FIXED_SIZE_BINARY:
        return values.type()->byte_width() == 0;
      case arrow::Type::LIST:
      case arrow::Type::MAP:
      case arrow::Type::LARGE_LIST:
      case arrow::Type::FIXED_SIZE_LIST: {
        const ListOffsets inner(values);
        return inner(element + 1) == inner(element);
      }
      case arrow::Type::STRUCT: {
        const auto& record = static_cast<const arrow::StructArray&>(values);
        return record.num_fields() == 1 && IsEmptyText(*record.field(0), element);
      }
      default:
        return false;
    }
  }

  const char separator_;
  const std::vector<int64_t> shape_;
  const std::unique_ptr<TextColumn> element_;
  ListOffsets offsets_;
};

/// {"a":1,"b":2} or 1 ^B 2.
class StructColumnText final : public NestedColumn {
 public:
  StructColumnText(const TextStyle& style, int depth, std::vector<std::string> leads,
                   std::vector<std::unique_ptr<TextColumn>> fields)
      : NestedColumn(style),
        separator_(HiveSeparator(depth + 1)),
        leads_(std::move(leads)),
        fields_(std::move(fields)) {}

  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) override {
    int64_t bytes = Frames(rows);
    for (int64_t i = first; !is_json_ && fields_.size() == 1 && i < first + rows; ++i) {
      if (IsNull(i) || !IsNullText(*array_, i)) continue;
      *bad = i;
      return Error(
          ErrorKind::kInvalidInput,
          "holds a record whose one field is null, which Hive's text cannot tell "
          "from null: write Parquet, Avro or JSON");
    }
    for (size_t f = 0; f < fields_.size(); ++f) {
      HOWDAH_ASSIGN_OR_RETURN(const int64_t cells, fields_[f]->Bound(first, rows, bad));
      bytes += cells + rows * (1 + static_cast<int64_t>(leads_[f].size()));
    }
    return bytes;
  }

 private:
  Status BindParts(const arrow::Array& array) override {
    const auto& structs = static_cast<const arrow::StructArray&>(array);
    for (size_t f = 0; f < fields_.size(); ++f) {
      HOWDAH_RETURN_IF_ERROR(fields_[f]->Bind(*structs.field(static_cast<int>(f))));
    }
    return Status::OK();
  }

  char* WriteParts(int64_t i, char* out) const override {
    if (is_json_) *out++ = '{';
    for (size_t f = 0; f < fields_.size(); ++f) {
      if (!is_json_ && f > 0) *out++ = separator_;
      out = Put(leads_[f], out);
      out = fields_[f]->Write(i, out);
    }
    if (is_json_) *out++ = '}';
    return out;
  }

  const char separator_;
  const std::vector<std::string> leads_;  // JSON: `"a":`, then `,"b":`
  const std::vector<std::unique_ptr<TextColumn>> fields_;
};

/// {"key":1} or key ^C 1 ^B key ^C 2.
class MapColumnText final : public NestedColumn {
 public:
  MapColumnText(const TextStyle& style, int depth, std::unique_ptr<TextColumn> key,
                std::unique_ptr<TextColumn> item, bool quotes_keys)
      : NestedColumn(style),
        separator_(is_json_ ? ',' : HiveSeparator(depth + 1)),
        colon_(is_json_ ? ':' : HiveSeparator(depth + 2)),
        quotes_keys_(quotes_keys),
        key_(std::move(key)),
        item_(std::move(item)) {}

  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) override {
    const int64_t begin = offsets_(first), entries = offsets_(first + rows) - begin;
    int64_t bad_entry = 0, bytes = Frames(rows);
    for (TextColumn* part : {key_.get(), item_.get()}) {
      const Result<int64_t> cells = part->Bound(begin, entries, &bad_entry);
      if (!cells.ok()) {
        *bad = ListOf(offsets_, first, rows, bad_entry);
        return cells.status();
      }
      bytes += *cells + 2 * entries;
    }
    HOWDAH_RETURN_IF_ERROR(CheckKeys(first, rows, bad));
    return bytes;
  }

 private:
  Status BindParts(const arrow::Array& array) override {
    const auto& maps = static_cast<const arrow::MapArray&>(array);
    offsets_ = ListOffsets(array);
    HOWDAH_RETURN_IF_ERROR(key_->Bind(*maps.keys()));
    return item_->Bind(*maps.items());
  }

  /// One key twice is one entry less for a reader.
  Status CheckKeys(int64_t first, int64_t rows, int64_t* bad) {
    for (int64_t i = first; i < first + rows; ++i) {
      const int64_t begin = offsets_(i), end = offsets_(i + 1);
      if (IsNull(i) || end - begin < 2) continue;
      keys_.clear();
      for (int64_t entry = begin; entry < end; ++entry) {
        int64_t unused = 0;
        HOWDAH_ASSIGN_OR_RETURN(const int64_t room, key_->Bound(entry, 1, &unused));
        std::string text(static_cast<size_t>(room + kTextSlack), '\0');
        text.resize(static_cast<size_t>(key_->Write(entry, text.data()) - text.data()));
        keys_.push_back(std::move(text));
      }
      std::sort(keys_.begin(), keys_.end());
      const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
      if (twice == keys_.end()) continue;
      *bad = i;
      return Error(ErrorKind::kInvalidInput, "holds a map with the key {} twice", *twice);
    }
    return Status::OK();
  }

  char* WriteParts(int64_t i, char* out) const override {
    const int64_t begin = offsets_(i), end = offsets_(i + 1);
    if (is_json_) *out++ = '{';
    for (int64_t entry = begin; entry < end; ++entry) {
      if (entry > begin) *out++ = separator_;
      if (quotes_keys_) *out++ = '"';
      out = key_->Write(entry, out);
      if (quotes_keys_) *out++ = '"';
      *out++ = colon_;
      out = item_->Write(entry, out);
    }
    if (is_json_) *out++ = '}';
    return out;
  }

  const char separator_, colon_;
  const bool quotes_keys_;
  const std::unique_ptr<TextColumn> key_, item_;
  ListOffsets offsets_;
  std::vector<std::string> keys_;
};

// -- how they are made ------------------------------------------------------------------

/// A message about a part of a column begins with the part's name.
Result<std::unique_ptr<TextColumn>> MakePart(const arrow::Field& part,
                                             const TextStyle& style, int depth) {
  Result<std::unique_ptr<TextColumn>> column = MakeTextColumn(part, style, depth);
  if (column.ok()) return column;
  return WithContext(column.status(), "in its '" + part.name() + "'");
}

Result<std::unique_ptr<TextColumn>> MakeMap(const arrow::MapType& map,
                                            const TextStyle& style, int depth) {
  using arrow::Type;
  const Type::type key_type = map.key_type()->id();
  const bool is_text = arrow::is_base_binary_like(key_type) || key_type == Type::DATE32;
  if (!is_text && !arrow::is_integer(key_type)) {
    return Error(ErrorKind::kSchemaMismatch,
                 "is a map whose keys are {}: text has keys of strings, binary, integers "
                 "and dates",
                 map.key_type()->ToString());
  }
  HOWDAH_ASSIGN_OR_RETURN(auto key, MakePart(*map.key_field(), style, depth + 2));
  HOWDAH_ASSIGN_OR_RETURN(auto item, MakePart(*map.item_field(), style, depth + 2));
  return std::make_unique<MapColumnText>(style, depth, std::move(key), std::move(item),
                                         style.dialect == TextDialect::kJson && !is_text);
}

Result<std::unique_ptr<TextColumn>> MakeStruct(const arrow::DataType& type,
                                               const TextStyle& style, int depth) {
  if (type.num_fields() == 0) {
    return Error(ErrorKind::kSchemaMismatch, "is a record without fields");
  }
  std::vector<std::string> leads;
  std::vector<std::unique_ptr<TextColumn>> fields;
  for (const auto& field : type.fields()) {
    const bool is_json = style.dialect == TextDialect::kJson;
    leads.push_back(is_json ? (leads.empty() ? "" : ",") + JsonKey(field->name()) : "");
    HOWDAH_ASSIGN_OR_RETURN(fields.emplace_back(), MakePart(*field, style, depth + 1));
  }
  for (size_t i = 0; i < leads.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (type.field(static_cast<int>(i))->name() !=
          type.field(static_cast<int>(j))->name())
        continue;
      return Error(ErrorKind::kSchemaMismatch, "is a record with two fields named '{}'",
                   type.field(static_cast<int>(i))->name());
    }
  }
  return std::make_unique<StructColumnText>(style, depth, std::move(leads),
                                            std::move(fields));
}

}  // namespace

std::string JsonKey(const std::string& name) {
  return nlohmann::json(name).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace) +
         ":";
}

Result<std::unique_ptr<TextColumn>> MakeNestedColumn(const arrow::Field& field,
                                                     const TextStyle& style, int depth) {
  using arrow::Type;
  const arrow::DataType& type = *field.type();
  switch (type.id()) {
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST: {
      HOWDAH_ASSIGN_OR_RETURN(auto shape, ShapeOf(field));
      HOWDAH_ASSIGN_OR_RETURN(auto element, MakePart(*type.field(0), style, depth + 1));
      return std::make_unique<ListColumnText>(style, depth, std::move(shape),
                                              std::move(element));
    }
    case Type::STRUCT:
      return MakeStruct(type, style, depth);
    case Type::MAP:
      return MakeMap(static_cast<const arrow::MapType&>(type), style, depth);
    default:
      return nullptr;
  }
}

Result<std::unique_ptr<TextColumn>> MakeTextColumn(const arrow::Field& field,
                                                   const TextStyle& style, int depth) {
  const arrow::DataType& type = *field.type();
  if (auto column = MakeScalarColumn(type, style)) return column;
  if (auto column = MakeStringColumn(type, style)) return column;
  if (style.dialect == TextDialect::kCsv && arrow::is_nested(type.id())) {
    return Error(
        ErrorKind::kSchemaMismatch,
        "is of {}, which a cell of CSV cannot hold: spread a short tensor over "
        "columns by as = \"expand\", set output.csv.dialect to \"hive-text\", or "
        "write JSON, Avro or Parquet",
        type.ToString());
  }
  if (style.dialect == TextDialect::kHive && arrow::is_nested(type.id()) &&
      depth + (type.id() == arrow::Type::MAP ? 2 : 1) >= kMostHiveDepth) {
    return Error(ErrorKind::kSchemaMismatch,
                 "is nested deeper than the {} separators of Hive's text: write Parquet, "
                 "Avro or JSON",
                 kMostHiveDepth);
  }
  HOWDAH_ASSIGN_OR_RETURN(auto column, MakeNestedColumn(field, style, depth));
  if (column != nullptr) return column;
  return Error(ErrorKind::kSchemaMismatch,
               "is of {}, which text does not have: cast it, to int64 or to a string",
               type.ToString());
}

}  // namespace howdah
