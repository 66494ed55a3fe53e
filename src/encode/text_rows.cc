#include "encode/text_rows.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>
#include <vector>

#include "encode/json_rows.h"
#include "encode/text_parse.h"
#include "encode/text_records.h"

namespace howdah {
namespace {

constexpr int64_t kBatchRows = 4096;

using Builders = std::vector<std::unique_ptr<arrow::ArrayBuilder>>;

Status WrongCells(size_t columns) {
  return Error(ErrorKind::kCorruption, "it does not have {} cells", columns);
}

Status InColumn(const Status& status, const arrow::Schema& schema, size_t column) {
  if (status.ok()) return status;
  return WithContext(status,
                     "column '" + schema.field(static_cast<int>(column))->name() + "'");
}

/// Cut the first cell of a CSV record from `rest`, and whether there is another. False: a
/// quote that is not closed, or text behind it.
bool TakeCsvCell(std::string_view* rest, std::string* unquoted, std::string_view* cell,
                 bool* quoted, bool* more) {
  *quoted = rest->starts_with('"');
  if (!*quoted) {
    const size_t comma = rest->find(',');
    *cell = rest->substr(0, comma);
    *more = comma != rest->npos;
    rest->remove_prefix(*more ? comma + 1 : rest->size());
    return true;
  }
  unquoted->clear();
  size_t i = 1;
  for (; i < rest->size(); ++i) {
    if ((*rest)[i] == '"' && (++i == rest->size() || (*rest)[i] != '"')) break;
    unquoted->push_back((*rest)[i]);
  }
  if (i > rest->size() || (i < rest->size() && (*rest)[i] != ',')) return false;
  *more = i < rest->size();
  rest->remove_prefix(*more ? i + 1 : i);
  *cell = *unquoted;
  return true;
}

Status ParseCsv(std::string_view record, const arrow::Schema& schema,
                const std::string& null, Builders* builders) {
  std::string unquoted;
  std::string_view cell;
  bool quoted = false, more = true;
  for (size_t c = 0; c < builders->size(); ++c) {
    if (!more || !TakeCsvCell(&record, &unquoted, &cell, &quoted, &more)) {
      return WrongCells(builders->size());
    }
    arrow::ArrayBuilder* const builder = (*builders)[c].get();
    HOWDAH_RETURN_IF_ERROR(InColumn(
        !quoted && cell == null ? builder->AppendNull() : AppendText(cell, builder),
        schema, c));
  }
  return more ? WrongCells(builders->size()) : Status::OK();
}

/// Cut what stands before the first `separator` that is not escaped from `rest`, and
/// whether there is one.
std::string_view TakeHivePart(std::string_view* rest, char separator, bool* more) {
  for (size_t i = 0; i < rest->size(); ++i) {
    if ((*rest)[i] == '\\') {
      ++i;
    } else if ((*rest)[i] == separator) {
      const std::string_view part = rest->substr(0, i);
      rest->remove_prefix(i + 1);
      *more = true;
      return part;
    }
  }
  *more = false;
  return std::exchange(*rest, std::string_view());
}

Status ParseHive(std::string_view record, const arrow::Schema& schema,
                 Builders* builders) {
  bool more = true;
  for (size_t c = 0; c < builders->size(); ++c) {
    if (!more) return WrongCells(builders->size());
    const std::string_view cell = TakeHivePart(&record, HiveSeparator(0), &more);
    HOWDAH_RETURN_IF_ERROR(
        InColumn(AppendHive(cell, 0, (*builders)[c].get()), schema, c));
  }
  return more ? WrongCells(builders->size()) : Status::OK();
}

std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    plain.push_back(c);
  }
  return plain;
}

template <typename Append>
Status AppendParts(std::string_view text, char separator, const Append& append) {
  for (bool more = !text.empty(); more;) {
    HOWDAH_RETURN_IF_ERROR(append(TakeHivePart(&text, separator, &more)));
  }
  return Status::OK();
}

Status AppendHiveStruct(std::string_view text, int depth, arrow::StructBuilder* builder) {
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  bool more = true;
  for (int i = 0; i < builder->num_fields(); ++i) {
    if (!more) return Error(ErrorKind::kCorruption, "a record has too few fields");
    const std::string_view part = TakeHivePart(&text, HiveSeparator(depth + 1), &more);
    HOWDAH_RETURN_IF_ERROR(AppendHive(part, depth + 1, builder->field_builder(i)));
  }
  return more ? Error(ErrorKind::kCorruption, "a record has too many fields")
              : Status::OK();
}

Status AppendHiveMap(std::string_view text, int depth, arrow::MapBuilder* builder) {
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  return AppendParts(text, HiveSeparator(depth + 1), [&](std::string_view entry) {
    bool has_item = false;
    const std::string_view key =
        TakeHivePart(&entry, HiveSeparator(depth + 2), &has_item);
    HOWDAH_RETURN_IF_ERROR(AppendHive(key, depth + 2, builder->key_builder()));
    // Arrow ends the program where a key is null.
    if (builder->key_builder()->null_count() > 0) {
      return Error(ErrorKind::kCorruption, "a map has a null key");
    }
    if (!has_item) return Error(ErrorKind::kCorruption, "a key has no value");
    return AppendHive(entry, depth + 2, builder->item_builder());
  });
}

template <typename Builder>
Status AppendHiveList(std::string_view text, int depth, arrow::ArrayBuilder* any) {
  auto* const builder = static_cast<Builder*>(any);
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  HOWDAH_RETURN_IF_ERROR(
      AppendParts(text, HiveSeparator(depth + 1), [&](std::string_view part) {
        return AppendHive(part, depth + 1, builder->value_builder());
      }));
  return CheckListSize(*builder);
}

class TextRowReader final : public RowReader {
 public:
  TextRowReader(std::shared_ptr<ByteSource> file, std::shared_ptr<arrow::Schema> schema,
                TextFileStyle style, TextRecords records)
      : file_(std::move(file)),
        schema_(std::move(schema)),
        style_(std::move(style)),
        records_(std::move(records)) {}

  /// To be called before anything else.
  Status Begin() {
    for (const auto& field : schema_->fields()) {
      HOWDAH_ASSIGN_OR_RETURN(builders_.emplace_back(),
                              arrow::MakeBuilder(field->type()));
    }
    std::string_view names;
    if (style_.header) return records_.Next(&names).status();
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    int64_t rows = 0;
    std::string_view record;
    for (; rows < kBatchRows; ++rows) {
      HOWDAH_ASSIGN_OR_RETURN(const bool found, records_.Next(&record));
      if (!found) break;
      const Status parsed = Parse(record);
      if (!parsed.ok()) {
        return Error(KindOf(parsed), "{}: record {}: {}", records_.name(),
                     records_.count() - 1, parsed.message());
      }
    }
    if (rows == 0) return std::shared_ptr<arrow::RecordBatch>();
    arrow::ArrayVector arrays;
    for (const auto& builder : builders_) {
      HOWDAH_RETURN_IF_ERROR(builder->Finish(&arrays.emplace_back()));
    }
    return arrow::RecordBatch::Make(schema_, rows, std::move(arrays));
  }

 private:
  Status Parse(std::string_view record) {
    switch (style_.text.dialect) {
      case TextDialect::kCsv:
        return ParseCsv(record, *schema_, style_.text.null, &builders_);
      case TextDialect::kHive:
        return ParseHive(record, *schema_, &builders_);
      case TextDialect::kJson:
        return ParseJson(record, *schema_, builders_);
    }
    return Status::OK();
  }

  const std::shared_ptr<ByteSource> file_;
  const std::shared_ptr<arrow::Schema> schema_;
  const TextFileStyle style_;
  TextRecords records_;
  Builders builders_;
};

}  // namespace

Status AppendHive(std::string_view text, int depth, arrow::ArrayBuilder* builder) {
  using arrow::Type;
  if (text == "\\N") return builder->AppendNull();
  switch (builder->type()->id()) {
    case Type::LIST:
      return AppendHiveList<arrow::ListBuilder>(text, depth, builder);
    case Type::LARGE_LIST:
      return AppendHiveList<arrow::LargeListBuilder>(text, depth, builder);
    case Type::FIXED_SIZE_LIST:
      return AppendHiveList<arrow::FixedSizeListBuilder>(text, depth, builder);
    case Type::STRUCT:
      return AppendHiveStruct(text, depth, static_cast<arrow::StructBuilder*>(builder));
    case Type::MAP:
      return AppendHiveMap(text, depth, static_cast<arrow::MapBuilder*>(builder));
    default:
      if (text.find('\\') == text.npos) return AppendText(text, builder);
      return AppendText(Unescaped(text), builder);
  }
}

Result<std::unique_ptr<RowReader>> ReadTextRows(std::shared_ptr<ByteSource> file,
                                                std::shared_ptr<arrow::Schema> schema,
                                                TextFileStyle style) {
  const RecordEnd end = style.text.dialect == TextDialect::kCsv ? RecordEnd::kLineOrQuote
                                                                : RecordEnd::kLine;
  HOWDAH_ASSIGN_OR_RETURN(TextRecords records,
                          TextRecords::Open(*file, style.compression, end));
  auto reader = std::make_unique<TextRowReader>(std::move(file), std::move(schema),
                                                std::move(style), std::move(records));
  HOWDAH_RETURN_IF_ERROR(reader->Begin());
  return reader;
}

}  // namespace howdah
