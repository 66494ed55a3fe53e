#include "encode/csv_format.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "encode/text_encoder.h"
#include "encode/text_gzip.h"
#include "encode/text_records.h"
#include "encode/text_rows.h"
#include "encode/text_stored.h"

namespace howdah {
namespace {

constexpr std::string_view kHiveText = "hive-text";

bool IsHive(const EncoderOptions& options) { return options.text.dialect == kHiveText; }
bool HasHeader(const EncoderOptions& options) {
  return !IsHive(options) && options.text.header;
}

/// What stands for null must be no value, and need no quotes.
Status CheckNull(const TextOptions& text) {
  const std::string& null = text.null;
  const bool quoted = null.find_first_of(",\"\r\n") != null.npos ||
                      null.starts_with(' ') || null.ends_with(' ');
  const bool number = !null.empty() && null.find_first_of("+-.0123456789") == 0;
  const bool word =
      null == "NaN" || null == "Infinity" || null == "true" || null == "false";
  if (!quoted && !number && !word && (null.empty() || text.dialect != kHiveText)) {
    return Status::OK();
  }
  return Error(ErrorKind::kInvalidInput,
               "'output.csv.null' = '{}' cannot stand for null: {}", null,
               quoted           ? "it would need quotes, which make it text"
               : number || word ? "a column may have it as a value"
                                : "in hive-text that is \\N");
}

Status CheckOptions(const EncoderOptions& options) {
  static const std::vector<std::string> kDialects = {"rfc4180", "hive-text"};
  const TextOptions& text = options.text;
  if (std::find(kDialects.begin(), kDialects.end(), text.dialect) == kDialects.end()) {
    return Error(ErrorKind::kInvalidInput, "CSV has no dialect '{}'; there is {}",
                 text.dialect, QuotedList(kDialects));
  }
  constexpr int kMostDecimals = 17;
  if (text.decimals && (*text.decimals < 0 || *text.decimals > kMostDecimals)) {
    return Error(ErrorKind::kInvalidInput,
                 "'output.csv.decimals' must be from 0 to {}, got {}", kMostDecimals,
                 *text.decimals);
  }
  return CheckNull(text);
}

TextStyle StyleOf(const EncoderOptions& options) {
  if (IsHive(options)) {
    return {
        .dialect = TextDialect::kHive, .null = "\\N", .decimals = options.text.decimals};
  }
  return {.dialect = TextDialect::kCsv,
          .null = options.text.null,
          .decimals = options.text.decimals};
}

/// The only column of a file, whose null would be a line without a character.
class LoneColumn final : public TextColumn {
 public:
  explicit LoneColumn(std::unique_ptr<TextColumn> column) : column_(std::move(column)) {}
  Status Bind(const arrow::Array& array) override {
    array_ = &array;
    return column_->Bind(array);
  }
  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) override {
    for (int64_t i = first; array_->null_count() > 0 && i < first + rows; ++i) {
      if (array_->IsValid(i)) continue;
      *bad = i;
      return Error(
          ErrorKind::kInvalidInput,
          "is null, and alone in its record that is an empty line, which readers "
          "pass over: set output.csv.null, or keep another column");
    }
    return column_->Bound(first, rows, bad);
  }
  char* Write(int64_t i, char* out) const override { return column_->Write(i, out); }

 private:
  const std::unique_ptr<TextColumn> column_;
  const arrow::Array* array_ = nullptr;
};

Result<std::vector<std::unique_ptr<TextColumn>>> MakeColumns(
    const arrow::Schema& schema, const EncoderOptions& options) {
  HOWDAH_RETURN_IF_ERROR(CheckOptions(options));
  const TextStyle style = StyleOf(options);
  TextStyle key_style = style;
  key_style.decimals.reset();
  HOWDAH_ASSIGN_OR_RETURN(auto columns,
                          MakeTextColumns(schema, options, style, key_style));
  if (columns.size() == 1 && !IsHive(options) && options.text.null.empty()) {
    columns[0] = std::make_unique<LoneColumn>(std::move(columns[0]));
  }
  return columns;
}

/// As a cell of text; the name rule leaves nothing to quote, but others may write too.
std::string HeaderCell(const std::string& name) {
  if (!name.empty() && name.find_first_of(",\"\r\n ") == name.npos) return name;
  std::string cell = "\"";
  for (const char c : name) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

std::shared_ptr<arrow::Schema> TextSchema(const std::vector<std::string>& names) {
  arrow::FieldVector fields;
  for (const std::string& name : names) {
    fields.push_back(arrow::field(name, arrow::utf8()));
  }
  return arrow::schema(std::move(fields));
}

class Csv final : public Format {
 public:
  const std::string& name() const override {
    static const std::string name = "csv";
    return name;
  }
  std::string extension(const std::string& compression) const override {
    return ".csv" + TextCompressionExtension(compression);
  }
  const std::vector<std::string>& compressions(Profile) const override {
    return TextCompressions();
  }
  bool says_types() const override { return false; }

  /// The names, if there is a header: the columns are text.
  Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema,
      const EncoderOptions& options) const override {
    HOWDAH_RETURN_IF_ERROR(MakeColumns(*schema, options).status());
    return TextSchema(HasHeader(options) ? schema->field_names()
                                         : std::vector<std::string>());
  }

  Result<std::shared_ptr<arrow::RecordBatch>> AsStored(
      std::shared_ptr<arrow::RecordBatch> batch,
      const EncoderOptions& options) const override {
    return AsTextStores(std::move(batch), options.text.decimals, options.key_columns);
  }

  Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(auto columns, MakeColumns(*schema, options));
    const std::string separator(1, IsHive(options) ? HiveSeparator(0) : ',');
    TextLayout layout{.header = "", .leads = {}, .row_end = "\n"};
    for (const std::string& column : schema->field_names()) {
      layout.leads.push_back(layout.leads.empty() ? "" : separator);
      if (!HasHeader(options)) continue;
      layout.header += layout.leads.back() + HeaderCell(column);
    }
    if (HasHeader(options)) layout.header += layout.row_end;
    return MakeTextEncoder(std::move(schema), sink, std::move(columns), std::move(layout),
                           options);
  }

  Result<ReadBackFile> ReadBack(ByteSource& file,
                                const EncoderOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(
        TextRecords records,
        TextRecords::Open(file, options.compression,
                          IsHive(options) ? RecordEnd::kLine : RecordEnd::kLineOrQuote));
    ReadBackFile found;
    std::string_view record;
    std::vector<std::string> names;
    if (HasHeader(options)) {
      HOWDAH_ASSIGN_OR_RETURN(const bool there, records.Next(&record));
      if (!there) {
        return Error(ErrorKind::kCorruption, "{}: it has no header", file.name());
      }
      names = NamesOf(record);
    }
    for (;;) {
      HOWDAH_ASSIGN_OR_RETURN(const bool more, records.Next(&record));
      if (!more) break;
      ++found.rows;
    }
    found.schema = TextSchema(names);
    return found;
  }

  Result<std::unique_ptr<RowReader>> ReadRows(
      std::shared_ptr<ByteSource> file, std::shared_ptr<arrow::Schema> schema,
      const EncoderOptions& options) const override {
    return ReadTextRows(std::move(file), std::move(schema),
                        {.text = StyleOf(options),
                         .header = HasHeader(options),
                         .compression = options.compression});
  }

 private:
  static std::vector<std::string> NamesOf(std::string_view header) {
    std::vector<std::string> names(1);
    bool in_quotes = false;
    for (size_t i = 0; i < header.size(); ++i) {
      const bool is_double = header.substr(i, 2) == "\"\"" && in_quotes;
      if (header[i] == '"' && !is_double) {
        in_quotes = !in_quotes;
      } else if (header[i] == ',' && !in_quotes) {
        names.emplace_back();
      } else {
        i += is_double ? 1 : 0;
        names.back().push_back(header[i]);
      }
    }
    return names;
  }
};

}  // namespace

const Format& CsvFormat() {
  static const Csv format;
  return format;
}

}  // namespace howdah
