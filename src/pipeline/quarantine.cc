#include "pipeline/quarantine.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "base/units.h"
#include "pipeline/row_json.h"

namespace howdah {
namespace {

std::string_view Name(RowStage stage) {
  switch (stage) {
    case RowStage::kInput:
      return "input";
    case RowStage::kModel:
      return "model";
    case RowStage::kOutput:
      return "output";
    case RowStage::kPartition:
      return "partition";
  }
  return "";
}

struct Position {
  int64_t file = 0;
  int64_t row = 0;
};

/// The row that comes `rows` after `begin`, in the order of the split.
Position Advance(const Split& split, Position begin, int64_t rows) {
  bool found = false;
  for (const SplitPart& part : split.parts) {
    if (!found) {
      found = part.file == begin.file && begin.row >= part.first_row &&
              begin.row < part.first_row + part.rows;
      if (!found) continue;
      rows += begin.row - part.first_row;
    }
    if (rows < part.rows) return {part.file, part.first_row + rows};
    rows -= part.rows;
  }
  return begin;
}

/// "0.1%" of the rows, or a number.
int64_t MostBadRows(const std::string& text, int64_t input_rows) {
  const char* end = text.data() + text.size();
  if (!text.ends_with('%')) {
    int64_t rows = 0;
    std::from_chars(text.data(), end, rows);
    return rows;
  }
  double percent = 0;
  std::from_chars(text.data(), end - 1, percent);
  return static_cast<int64_t>(
      std::floor(static_cast<double>(input_rows) / 100 * percent));
}

}  // namespace

const std::shared_ptr<arrow::Schema>& QuarantineSchema() {
  const auto required = [](const char* name, const auto& type) {
    return arrow::field(name, type, /*nullable=*/false);
  };
  static const std::shared_ptr<arrow::Schema> schema = arrow::schema(
      {required("input", arrow::utf8()), required("position", arrow::int64()),
       required("split", arrow::int64()), required("stage", arrow::utf8()),
       required("code", arrow::utf8()), arrow::field("column", arrow::utf8()),
       required("message", arrow::utf8()), required("row", arrow::utf8())});
  return schema;
}

Result<std::shared_ptr<arrow::RecordBatch>> MakeQuarantineBatch(
    const std::vector<BadRow>& bad, const arrow::RecordBatch& rows, int64_t file,
    int64_t first_row, const Split& split, const std::vector<InputFile>& inputs) {
  arrow::StringBuilder input, stage, code, column, message, row_text;
  arrow::Int64Builder position, split_id;
  for (const auto& [where, fault] : bad) {
    const Position place = Advance(split, {file, first_row}, fault.row);
    HOWDAH_ASSIGN_OR_RETURN(const std::string text, RowAsJson(rows, fault.row));
    HOWDAH_RETURN_IF_ERROR(input.Append(inputs[static_cast<size_t>(place.file)].url));
    HOWDAH_RETURN_IF_ERROR(position.Append(place.row));
    HOWDAH_RETURN_IF_ERROR(split_id.Append(split.id));
    HOWDAH_RETURN_IF_ERROR(stage.Append(Name(where)));
    HOWDAH_RETURN_IF_ERROR(code.Append(Name(fault.code)));
    HOWDAH_RETURN_IF_ERROR(fault.column.empty() ? column.AppendNull()
                                                : column.Append(fault.column));
    HOWDAH_RETURN_IF_ERROR(message.Append(fault.message));
    HOWDAH_RETURN_IF_ERROR(row_text.Append(text));
  }
  arrow::ArrayVector columns;
  for (arrow::ArrayBuilder* builder : std::initializer_list<arrow::ArrayBuilder*>{
           &input, &position, &split_id, &stage, &code, &column, &message, &row_text}) {
    HOWDAH_ASSIGN_OR_RETURN(columns.emplace_back(), builder->Finish());
  }
  return arrow::RecordBatch::Make(QuarantineSchema(), std::ssize(bad),
                                  std::move(columns));
}

BadRowLimit::BadRowLimit(std::string text, int64_t input_rows)
    : text_(std::move(text)),
      input_rows_(input_rows),
      most_(MostBadRows(text_, input_rows)) {}

Status BadRowLimit::Refusal(const std::string& quarantine) const {
  return Error(ErrorKind::kTooManyBadRows,
               "{} of {} rows are bad so far, 'checks.max_bad_rows' = {} allows {}; "
               "nothing visible changed; the bad rows, with reasons, are in '{}' "
               "(Parquet): mend the input, or allow more and run the same command",
               FormatCount(bad_), FormatCount(input_rows_), text_, FormatCount(most_),
               quarantine);
}

}  // namespace howdah
