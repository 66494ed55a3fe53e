#include "source/tf_shapes.h"

#include <arrow/type.h>

#include <algorithm>
#include <limits>

namespace howdah {
namespace {

std::shared_ptr<arrow::DataType> ValueType(TfKind kind) {
  if (kind == TfKind::kFloat) return arrow::float32();
  return kind == TfKind::kInt64 ? arrow::int64() : arrow::binary();
}

std::shared_ptr<arrow::DataType> ListOf(const std::shared_ptr<arrow::DataType>& value) {
  return arrow::list(arrow::field("element", value, /*nullable=*/false));
}

std::shared_ptr<arrow::DataType> ElementOf(const std::shared_ptr<arrow::DataType>& type) {
  const bool list =
      type->id() == arrow::Type::LIST || type->id() == arrow::Type::FIXED_SIZE_LIST;
  return list ? type->field(0)->type() : type;
}

}  // namespace

Status TfShapes::Add(std::string_view example) {
  ++records_;
  names_.BeginRecord();
  in_record_.clear();
  joined_.clear();
  Status found;
  const bool is_example = VisitFeatures(
      example, &joined_, [&](std::string_view name, std::string_view feature) {
        if (found.ok()) found = Find(name, feature);
      });
  HOWDAH_RETURN_IF_ERROR(found);
  if (!is_example) {
    return Error(ErrorKind::kInvalidInput,
                 "is a tf.SequenceExample, which has no columns; expected was a "
                 "tf.Example");
  }
  for (const size_t number : in_record_) HOWDAH_RETURN_IF_ERROR(Meet(number));
  return Status::OK();
}

Status TfShapes::Find(std::string_view name, std::string_view feature) {
  HOWDAH_ASSIGN_OR_RETURN(const size_t number, names_.Number(name));
  if (number == shapes_.size()) {
    if (name == kExampleColumn) {
      return Error(ErrorKind::kInvalidInput,
                   "has a feature '{}', which is the name of the column with whole "
                   "records: rename the feature",
                   kExampleColumn);
    }
    const bool wanted = columns_.empty() || std::find(columns_.begin(), columns_.end(),
                                                      name) != columns_.end();
    shapes_.push_back({.wanted = wanted});
  }
  Shape& shape = shapes_[number];
  if (!shape.wanted) return Status::OK();
  if (shape.found_in != records_) in_record_.push_back(number);
  shape.found_in = records_;
  shape.found = feature;
  return Status::OK();
}

Status TfShapes::Meet(size_t number) {
  Shape& shape = shapes_[number];
  const TfFeature feature = OpenFeature(shape.found, &joined_);
  if (feature.kind == TfKind::kNone) return Status::OK();  // as if it were not there
  const int64_t count = CountValues(feature);
  if (shape.records == 0) {
    shape.kind = feature.kind;
    shape.least = shape.most = count;
  } else if (feature.kind != shape.kind) {
    return Error(ErrorKind::kInvalidInput,
                 "has {} values in feature '{}', where records before have {} values",
                 Name(feature.kind), names_.name(number), Name(shape.kind));
  }
  shape.least = std::min(shape.least, count);
  shape.most = std::max(shape.most, count);
  ++shape.records;
  return Status::OK();
}

std::shared_ptr<arrow::Schema> TfShapes::schema() const {
  arrow::FieldVector fields;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    const Shape& shape = shapes_[i];
    if (shape.records == 0) continue;
    const bool fixed = shape.least == shape.most && shape.least > 0 &&
                       shape.most <= std::numeric_limits<int32_t>::max();
    auto type = ValueType(shape.kind);
    if (!fixed) {
      type = ListOf(type);
    } else if (shape.most > 1) {
      type = arrow::fixed_size_list(arrow::field("element", type, /*nullable=*/false),
                                    static_cast<int32_t>(shape.most));
    }
    fields.push_back(arrow::field(names_.name(i), type, shape.records < records_));
  }
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a->name() < b->name(); });
  fields.insert(fields.begin(),
                arrow::field(kExampleColumn, arrow::binary(), /*nullable=*/false));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::DataType> CommonTfType(const std::shared_ptr<arrow::DataType>& a,
                                              const std::shared_ptr<arrow::DataType>& b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  if (a->Equals(*b)) return a;
  const auto element = ElementOf(a);
  return element->Equals(*ElementOf(b)) ? ListOf(element) : nullptr;
}

}  // namespace howdah
