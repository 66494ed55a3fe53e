#include "source/tf_columns.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "source/tf_shapes.h"

namespace howdah {

struct TfColumns::Column {
  std::string name;
  bool nullable = false;
  bool whole_records = false;
  TfKind kind = TfKind::kNone;
  int64_t count = 0;  // of values in a row; -1: a list
  std::unique_ptr<arrow::ArrayBuilder> builder;
  arrow::ListBuilder* list = nullptr;            // of a list
  arrow::FixedSizeListBuilder* fixed = nullptr;  // of a fixed-size list
  arrow::ArrayBuilder* values = nullptr;         // of the kind
  std::string_view found;                        // in the last record that has it
  int64_t found_in = 0;                          // that record, counted from 1
};

namespace {

constexpr int64_t kAnyCount = -1;

TfKind KindOfType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::FLOAT) return TfKind::kFloat;
  if (type.id() == arrow::Type::INT64) return TfKind::kInt64;
  return type.id() == arrow::Type::BINARY ? TfKind::kBytes : TfKind::kNone;
}

/// Append the values of `feature`. \return their number.
Result<int64_t> AppendValues(const TfFeature& feature, arrow::ArrayBuilder* values) {
  const int64_t before = values->length();
  Status status;
  if (feature.kind == TfKind::kBytes) {
    auto& builder = static_cast<arrow::BinaryBuilder&>(*values);
    VisitBytes(feature.list, [&](std::string_view bytes) {
      if (status.ok()) status = builder.Append(bytes);
    });
  } else if (feature.kind == TfKind::kFloat) {
    auto& builder = static_cast<arrow::FloatBuilder&>(*values);
    VisitFloatBytes(feature.list, [&](std::string_view bytes) {
      const auto count = static_cast<int64_t>(bytes.size() / sizeof(float));
      const int64_t length = builder.length();
      if (status.ok()) status = builder.AppendEmptyValues(count);
      if (!status.ok() || count == 0) return;
      std::memcpy(&builder[length], bytes.data(), bytes.size());
    });
  } else {
    auto& builder = static_cast<arrow::Int64Builder&>(*values);
    // Each value has one byte at least.
    HOWDAH_RETURN_IF_ERROR(builder.Reserve(static_cast<int64_t>(feature.list.size())));
    VisitInt64s(feature.list, [&](int64_t value) { builder.UnsafeAppend(value); });
  }
  HOWDAH_RETURN_IF_ERROR(status);
  return values->length() - before;
}

}  // namespace

TfColumns::~TfColumns() = default;

TfColumns::TfColumns(std::shared_ptr<arrow::Schema> schema, std::vector<Column> columns)
    : schema_(std::move(schema)), columns_(std::move(columns)) {
  only_records_ = std::all_of(columns_.begin(), columns_.end(),
                              [](const Column& column) { return column.whole_records; });
}

Result<std::unique_ptr<TfColumns>> TfColumns::Make(std::shared_ptr<arrow::Schema> schema,
                                                   arrow::MemoryPool* pool) {
  std::vector<Column> columns;
  for (const auto& field : schema->fields()) {
    Column column{.name = field->name(), .nullable = field->nullable()};
    column.whole_records = column.name == kExampleColumn;
    ARROW_ASSIGN_OR_RAISE(column.builder, arrow::MakeBuilder(field->type(), pool));
    column.values = column.builder.get();
    column.count = 1;
    if (field->type()->id() == arrow::Type::LIST) {
      column.list = static_cast<arrow::ListBuilder*>(column.values);
      column.values = column.list->value_builder();
      column.count = kAnyCount;
    } else if (field->type()->id() == arrow::Type::FIXED_SIZE_LIST) {
      column.fixed = static_cast<arrow::FixedSizeListBuilder*>(column.values);
      column.values = column.fixed->value_builder();
      column.count =
          static_cast<const arrow::FixedSizeListType&>(*field->type()).list_size();
    }
    column.kind = KindOfType(*column.values->type());
    if (column.kind == TfKind::kNone) {
      return Error(ErrorKind::kSchemaMismatch, "column '{}' cannot be {} in a tf.Example",
                   column.name, field->type()->ToString());
    }
    columns.push_back(std::move(column));
  }
  return std::unique_ptr<TfColumns>(new TfColumns(std::move(schema), std::move(columns)));
}

Status TfColumns::Add(std::string_view record) {
  ++records_;
  if (!only_records_) {
    names_.BeginRecord();
    joined_.clear();
    Status found;
    VisitFeatures(record, &joined_, [&](std::string_view name, std::string_view feature) {
      const Result<size_t> number = names_.Number(name);
      if (!number.ok()) {
        found = number.status();
        return;
      }
      if (*number == by_number_.size()) {
        const auto column = std::find_if(
            columns_.begin(), columns_.end(),
            [&](const Column& one) { return one.name == name && !one.whole_records; });
        by_number_.push_back(column == columns_.end() ? nullptr : &*column);
      }
      Column* const column = by_number_[*number];
      if (column == nullptr) return;
      column->found = feature;
      column->found_in = records_;
    });
    HOWDAH_RETURN_IF_ERROR(found);
  }
  for (Column& column : columns_) {
    if (column.whole_records) {
      auto& builder = static_cast<arrow::BinaryBuilder&>(*column.values);
      HOWDAH_RETURN_IF_ERROR(builder.Append(record));
    } else {
      HOWDAH_RETURN_IF_ERROR(Append(column));
    }
  }
  ++rows_;
  return Status::OK();
}

Status TfColumns::Append(Column& column) {
  TfFeature feature;
  if (column.found_in == records_) feature = OpenFeature(column.found, &joined_);
  if (feature.kind == TfKind::kNone) {
    if (column.nullable) return column.builder->AppendNull();
    return Error(ErrorKind::kCorruption,
                 "has no feature '{}', which all records had: the file has changed since "
                 "the job was planned",
                 column.name);
  }
  if (feature.kind != column.kind) {
    return Error(ErrorKind::kSchemaMismatch,
                 "has {} values in feature '{}', expected were {} values",
                 Name(feature.kind), column.name, Name(column.kind));
  }
  if (column.list != nullptr) HOWDAH_RETURN_IF_ERROR(column.list->Append());
  if (column.fixed != nullptr) HOWDAH_RETURN_IF_ERROR(column.fixed->Append());
  HOWDAH_ASSIGN_OR_RETURN(const int64_t count, AppendValues(feature, column.values));
  if (column.count == kAnyCount || count == column.count) return Status::OK();
  return Error(ErrorKind::kCorruption,
               "has {} values in feature '{}', where all records had {}: the file has "
               "changed since the job was planned",
               count, column.name, column.count);
}

Result<std::shared_ptr<arrow::RecordBatch>> TfColumns::Finish() {
  arrow::ArrayVector columns;
  for (Column& column : columns_) {
    ARROW_ASSIGN_OR_RAISE(auto array, column.builder->Finish());
    columns.push_back(std::move(array));
  }
  return arrow::RecordBatch::Make(schema_, std::exchange(rows_, 0), std::move(columns));
}

}  // namespace howdah
