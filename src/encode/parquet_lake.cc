#include "encode/parquet_lake.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/schema.h>
#include <parquet/parquet_version.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "base/version.h"

namespace howdah {
namespace {

constexpr int kMostDecimalDigits = 38;  // Hive, Spark, Trino, Impala
constexpr int kGzipLevel = 6;           // zlib's default; Arrow's is 9, and twice as slow

/// Why a column of `type` must not be written, its children apart; nullopt if it may.
std::optional<std::string> Objection(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::DATE32:
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::MAP:
      return std::nullopt;
    case arrow::Type::FIXED_SIZE_BINARY:
      if (static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width() > 0) {
        return std::nullopt;
      }
      return "Parquet has no values of width 0";
    case arrow::Type::FIXED_SIZE_LIST:
      if (static_cast<const arrow::FixedSizeListType&>(type).list_size() > 0) {
        return std::nullopt;
      }
      return "Parquet has no lists of size 0";
    case arrow::Type::STRUCT:
      if (type.num_fields() > 0) return std::nullopt;
      return "Parquet has no structs without fields";
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      if (decimal.precision() > kMostDecimalDigits) {
        return "Hive and Spark read 38 digits at most; cast it to a smaller decimal";
      }
      if (decimal.scale() >= 0 && decimal.scale() <= decimal.precision()) {
        return std::nullopt;
      }
      return "Parquet has no scale below 0 or above the precision; cast it to another "
             "decimal";
    }
    case arrow::Type::TIMESTAMP:
      switch (static_cast<const arrow::TimestampType&>(type).unit()) {
        case arrow::TimeUnit::MILLI:
        case arrow::TimeUnit::MICRO:
          return std::nullopt;
        case arrow::TimeUnit::SECOND:
          return "Parquet has no seconds; cast it to timestamp[us]";
        default:
          return "Spark does not read nanoseconds; cast it to timestamp[us]";
      }
    case arrow::Type::DICTIONARY: {
      // Others come back without their dictionary: Arrow keeps it for these two only.
      const auto& values = *static_cast<const arrow::DictionaryType&>(type).value_type();
      if (values.id() == arrow::Type::STRING || values.id() == arrow::Type::BINARY) {
        return std::nullopt;
      }
      return fmt::format("Parquet keeps dictionaries of string only; cast it to {}",
                         values.ToString());
    }
    case arrow::Type::UINT32:
    case arrow::Type::UINT64:
      return "Hive reads its large values as negative; cast it to int64";
    case arrow::Type::HALF_FLOAT:
      return "Spark and Hive cannot read it; cast it to float";
    case arrow::Type::DATE64:
      return "Parquet keeps whole days only; cast it to date32 or timestamp[us]";
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: {
      // Hive and Spark before 4.1 cannot read a time of day; who keeps one means other
      // readers.
      const arrow::TimeUnit::type unit = static_cast<const arrow::TimeType&>(type).unit();
      if (unit == arrow::TimeUnit::MILLI || unit == arrow::TimeUnit::MICRO)
        return std::nullopt;
      return "Parquet keeps times of day in milliseconds or microseconds; cast it to "
             "time64[us]";
    }
    case arrow::Type::DURATION:
      return "Parquet has no such type; cast it to int64";
    case arrow::Type::EXTENSION:
      return "readers would see its storage without its meaning; cast it to its storage "
             "type";
    default:
      return "Parquet readers have no such type; cast it to another";
  }
}

Status CheckField(const arrow::Field& field, const std::string& path) {
  const arrow::DataType& type = *field.type();
  if (const auto objection = Objection(type); objection.has_value()) {
    return Error(ErrorKind::kSchemaMismatch,
                 "column '{}': type {} cannot be written to Parquet: {}", path,
                 type.ToString(), *objection);
  }
  for (const auto& child : type.fields()) {
    HOWDAH_RETURN_IF_ERROR(CheckField(*child, path + "." + child->name()));
  }
  return Status::OK();
}

Result<arrow::Compression::type> CodecOf(Profile profile, const std::string& name) {
  static const std::vector<std::pair<std::string, arrow::Compression::type>> codecs = {
      {"none", arrow::Compression::UNCOMPRESSED},
      {"snappy", arrow::Compression::SNAPPY},
      {"gzip", arrow::Compression::GZIP},
      {"zstd", arrow::Compression::ZSTD},
      // Arrow writes this one as LZ4_RAW; the older LZ4 of Parquet is Hadoop's own
      // framing.
      {"lz4", arrow::Compression::LZ4},
  };
  const std::vector<std::string>& names = ParquetCompressions(profile);
  const bool has = std::find(names.begin(), names.end(), name) != names.end();
  for (const auto& [known, codec] : codecs) {
    if (has && name == known && arrow::util::Codec::IsAvailable(codec)) return codec;
  }
  return Error(ErrorKind::kInvalidInput,
               "no compression '{}' for parquet; there are {}{}", name, QuotedList(names),
               DidYouMean(name, names));
}

/// Whether most of the first values of a column of whole numbers are different.
bool HardlyRepeats(const arrow::Array& column) {
  constexpr int64_t kMostRows = 4096;
  const int64_t rows = std::min(column.length(), kMostRows);
  const int width = column.type()->byte_width();
  const uint8_t* values =
      column.data()->buffers[1]->data() + column.offset() * int64_t{width};
  std::unordered_set<std::string_view> distinct;
  for (int64_t i = 0; i < rows; ++i) {
    if (column.IsNull(i)) continue;
    distinct.emplace(reinterpret_cast<const char*>(values) + i * width,
                     static_cast<size_t>(width));
  }
  return static_cast<int64_t>(distinct.size()) > rows / 2;
}

/// Columns of `sample` that need no dictionary.
std::set<std::string> UniqueColumns(const arrow::RecordBatch* sample) {
  std::set<std::string> names;
  if (sample == nullptr) return names;
  for (int i = 0; i < sample->num_columns(); ++i) {
    const arrow::Type::type id = sample->schema()->field(i)->type()->id();
    const bool whole = arrow::is_integer(id) || arrow::is_temporal(id);
    if (whole && HardlyRepeats(*sample->column(i))) {
      names.insert(sample->schema()->field(i)->name());
    }
  }
  return names;
}

void SetLeaf(const parquet::ColumnDescriptor& leaf, Profile profile, bool is_key,
             bool is_unique, parquet::WriterProperties::Builder& builder) {
  const std::string path = leaf.path()->ToDotString();
  const bool in_list = leaf.max_repetition_level() > 0;
  const bool floating = leaf.physical_type() == parquet::Type::FLOAT ||
                        leaf.physical_type() == parquet::Type::DOUBLE;
  // Hive's vectorised reader mixes the ids of a dictionary inside a list with its values
  // (HIVE-24947).
  if (in_list || floating || is_unique) builder.disable_dictionary(path);
  if (floating && profile == Profile::kCompact) {
    builder.encoding(path, parquet::Encoding::BYTE_STREAM_SPLIT);
  }
  if (in_list) builder.disable_statistics(path);
  if (is_key && !in_list) builder.enable_write_page_index(path);
}

}  // namespace

const std::vector<std::string>& ParquetCompressions(Profile profile) {
  static const std::vector<std::string> lake = {"snappy", "none", "gzip", "zstd", "lz4"};
  static const std::vector<std::string> compact = {"zstd"};
  return profile == Profile::kLake ? lake : compact;
}

Status CheckParquetCompression(Profile profile, const std::string& name) {
  return CodecOf(profile, name).status();
}

Status CheckLakeSchema(const arrow::Schema& schema) {
  if (schema.num_fields() == 0) {
    return Error(ErrorKind::kSchemaMismatch, "a Parquet file needs at least one column");
  }
  std::set<std::string_view> seen;
  for (const auto& field : schema.fields()) {
    if (!seen.insert(field->name()).second) {
      return Error(ErrorKind::kSchemaMismatch, "two columns are named '{}'",
                   field->name());
    }
    HOWDAH_RETURN_IF_ERROR(CheckField(*field, field->name()));
  }
  return Status::OK();
}

Result<std::shared_ptr<parquet::WriterProperties>> LakeProperties(
    const arrow::Schema& schema, const EncoderOptions& options,
    const arrow::RecordBatch* sample, arrow::MemoryPool* pool) {
  HOWDAH_ASSIGN_OR_RETURN(const auto codec,
                          CodecOf(options.profile, options.compression));
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)
      ->version(parquet::ParquetVersion::PARQUET_2_6)
      ->data_page_version(parquet::ParquetDataPageVersion::V1)
      ->compression(codec)
      ->enable_page_checksum()
      ->disable_write_page_index()
      ->set_size_statistics_level(parquet::SizeStatisticsLevel::ColumnChunk)
      // Row groups are cut by bytes, by the encoder.
      ->max_row_group_length(std::numeric_limits<int64_t>::max());
  if (codec == arrow::Compression::GZIP) builder.compression_level(kGzipLevel);
  // parquet-java trusts the min/max of strings only if it can parse this: "<name> version
  // <version>" and nothing more than "(build <text>)" (VersionParser, CorruptStatistics).
  builder.created_by(
      fmt::format("howdah version {} (build {})", kVersion, CREATED_BY_VERSION));

  std::shared_ptr<parquet::SchemaDescriptor> leaves;
  HOWDAH_RETURN_IF_ERROR(parquet::arrow::ToParquetSchema(
      &schema, *builder.build(), *LakeArrowProperties(), &leaves));
  const std::set<std::string> unique = UniqueColumns(sample);
  for (int i = 0; i < leaves->num_columns(); ++i) {
    const std::string& column = leaves->GetColumnRoot(i)->name();
    const bool is_key = std::find(options.key_columns.begin(), options.key_columns.end(),
                                  column) != options.key_columns.end();
    SetLeaf(*leaves->Column(i), options.profile, is_key, unique.contains(column),
            builder);
  }
  return builder.build();
}

std::shared_ptr<parquet::ArrowWriterProperties> LakeArrowProperties() {
  return parquet::ArrowWriterProperties::Builder()
      .enable_compliant_nested_types()
      ->set_use_threads(false)
      ->build();
}

}  // namespace howdah
