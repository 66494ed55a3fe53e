#include "encode/parquet_profile.h"

#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>
#include <parquet/types.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/arrow_io.h"
#include "encode/profile_rules.h"

namespace howdah {
namespace {

using parquet::Encoding;
using parquet::schema::GroupNode;
using parquet::schema::Node;

/// What a page's header says, as far as it is asked for.
struct PageFacts {
  bool has_crc = false;
  bool is_v2 = false;
};

/// The first integers of a page header, in Thrift's compact protocol: 1 is the type, 4
/// the CRC; structs come behind them. Source: parquet.thrift, PageHeader.
PageFacts ParsePageHeader(std::span<const std::byte> bytes) {
  constexpr unsigned kInt32 = 5;
  constexpr int64_t kDataPageV2 = 3;
  constexpr int kTypeField = 1, kCrcField = 4;
  PageFacts facts;
  int field = 0;
  for (size_t i = 0; i < bytes.size();) {
    const auto head = static_cast<unsigned>(bytes[i++]);
    if ((head & 0x0f) != kInt32 || head >> 4 == 0) break;
    field += static_cast<int>(head >> 4);
    uint64_t value = 0;
    for (int shift = 0; i < bytes.size() && shift < 35; shift += 7) {
      const auto byte = static_cast<uint64_t>(bytes[i++]);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (field == kTypeField) facts.is_v2 = value == 2 * kDataPageV2;  // zig-zag
    if (field == kCrcField) facts.has_crc = true;
  }
  return facts;
}

class Linter {
 public:
  Linter(ByteSource& file, Profile profile) : file_(file), profile_(profile) {}

  /// May throw.
  Result<std::vector<ProfileFinding>> Run() {
    const auto footer = parquet::ParquetFileReader::Open(AsArrowFile(file_))->metadata();
    const GroupNode& root = *footer->schema()->group_node();
    std::vector<std::string> names;
    for (int i = 0; i < root.field_count(); ++i) names.push_back(root.field(i)->name());
    CheckColumnNames(names, &findings_);
    for (int i = 0; i < root.field_count(); ++i) {
      CheckNode(*root.field(i), root.field(i)->name());
    }
    bool has_index = footer->num_row_groups() == 0;
    for (int g = 0; g < footer->num_row_groups(); ++g) {
      const auto group = footer->RowGroup(g);
      for (int c = 0; c < group->num_columns(); ++c) {
        const auto chunk = group->ColumnChunk(c);
        HOWDAH_RETURN_IF_ERROR(CheckChunk(*footer->schema()->Column(c), *chunk));
        has_index = has_index || chunk->GetOffsetIndexLocation().has_value();
      }
    }
    if (!has_index) {
      Note("the file", "page index",
           "no column has one; rows are found by a key faster with it");
    }
    const auto& pairs = footer->key_value_metadata();
    if (pairs == nullptr || !pairs->Contains("ARROW:schema")) {
      Note("the file", "Arrow schema", "Arrow's readers guess types that Parquet lacks");
    }
    return std::move(findings_);
  }

 private:
  void Add(bool outside, const std::string& place, const char* rule, std::string detail) {
    // Each row group says the same.
    if (!seen_.insert(place + '\n' + rule).second) return;
    findings_.push_back({outside, place, rule, std::move(detail)});
  }
  void Outside(const std::string& place, const char* rule, std::string detail) {
    Add(true, place, rule, std::move(detail));
  }
  void Note(const std::string& place, const char* rule, std::string detail) {
    Add(false, place, rule, std::move(detail));
  }

  // -- the schema ----------------------------------------------------------------------

  void CheckNode(const Node& node, const std::string& path) {
    const auto& logical = node.logical_type();
    if (node.is_primitive()) {
      if (node.is_repeated()) {
        Outside(path, "list structure", "a repeated field without LIST around it");
      }
      CheckLeaf(static_cast<const parquet::schema::PrimitiveNode&>(node), path);
      return;
    }
    const auto& group = static_cast<const GroupNode&>(node);
    if (logical != nullptr && logical->is_list()) return CheckList(group, path);
    if (node.is_repeated()) {
      Outside(path, "list structure", "a repeated group without LIST around it");
    }
    const bool map = logical != nullptr && logical->is_map();
    for (int i = 0; i < group.field_count(); ++i) {
      const Node& field = *group.field(i);
      if (map && field.is_group() && field.is_repeated()) {  // its key_value
        const auto& entry = static_cast<const GroupNode&>(field);
        for (int k = 0; k < entry.field_count(); ++k) {
          CheckNode(*entry.field(k), path + "." + entry.field(k)->name());
        }
        continue;
      }
      CheckNode(field, path + "." + field.name());
    }
  }

  void CheckList(const GroupNode& list, const std::string& path) {
    const bool one = list.field_count() == 1 && list.field(0)->is_repeated();
    const auto* middle = one && list.field(0)->is_group()
                             ? static_cast<const GroupNode*>(list.field(0).get())
                             : nullptr;
    if (middle == nullptr || middle->field_count() != 1) {
      Outside(path, "list structure",
              "two levels; readers expect a group 'list' with one field 'element'");
      return;
    }
    const Node& element = *middle->field(0);
    if (middle->name() != "list" || element.name() != "element") {
      Outside(path, "list structure",
              fmt::format("it is named '{}.{}'; readers expect 'list.element'",
                          middle->name(), element.name()));
    }
    if (element.is_optional() && element.is_primitive()) {
      Note(
          path, "optional elements",
          "Hive before 4.2 reads null elements as values; those of tensors are required");
    }
    CheckNode(element, path + "." + middle->name() + "." + element.name());
  }

  void CheckLeaf(const parquet::schema::PrimitiveNode& leaf, const std::string& path) {
    if (leaf.physical_type() == parquet::Type::INT96) {
      Outside(path, "INT96",
              "a timestamp of 12 bytes; INT64 microseconds are read by all");
    }
    const auto& logical = leaf.logical_type();
    if (logical == nullptr) return;
    using parquet::LogicalType;
    LogicalType::TimeUnit::unit unit = LogicalType::TimeUnit::MICROS;
    if (logical->is_timestamp()) {
      unit = static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit();
    } else if (logical->is_time()) {
      unit = static_cast<const parquet::TimeLogicalType&>(*logical).time_unit();
    } else if (logical->is_float16()) {
      Outside(path, "float16", "Spark and Hive cannot read it");
    } else if (logical->is_int()) {
      const auto& whole = static_cast<const parquet::IntLogicalType&>(*logical);
      if (!whole.is_signed() && whole.bit_width() >= 32) {
        Outside(path, "unsigned", "Hive reads large values as negative");
      }
    }
    if (unit == LogicalType::TimeUnit::NANOS) {
      Outside(path, "nanoseconds", "Spark does not read them");
    }
  }

  // -- column chunks -------------------------------------------------------------------

  Status CheckChunk(const parquet::ColumnDescriptor& leaf,
                    const parquet::ColumnChunkMetaData& chunk) {
    const std::string path = leaf.path()->ToDotString();
    const bool in_list = leaf.max_repetition_level() > 0;
    const bool floating = leaf.physical_type() == parquet::Type::FLOAT ||
                          leaf.physical_type() == parquet::Type::DOUBLE;
    CheckCodec(path, chunk.compression());
    CheckEncodings(path, chunk, in_list, floating);
    if (in_list && chunk.is_stats_set()) {
      const auto statistics = chunk.encoded_statistics();
      if (statistics != nullptr && (statistics->has_min || statistics->has_max)) {
        Outside(path, "statistics", "of elements of lists: they cost and help nobody");
      }
    }
    return CheckPage(path, chunk);
  }

  void CheckCodec(const std::string& path, arrow::Compression::type codec) {
    using arrow::Compression;
    const bool lake = codec == Compression::UNCOMPRESSED ||
                      codec == Compression::SNAPPY || codec == Compression::GZIP ||
                      codec == Compression::ZSTD || codec == Compression::LZ4;
    if (profile_ == Profile::kLake ? lake : codec == Compression::ZSTD) return;
    Outside(
        path, "codec",
        fmt::format(
            "{}; the profile has {}", arrow::util::Codec::GetCodecAsString(codec),
            profile_ == Profile::kLake ? "snappy, none, gzip, zstd, lz4 (raw)" : "zstd"));
  }

  void CheckEncodings(const std::string& path, const parquet::ColumnChunkMetaData& chunk,
                      bool in_list, bool floating) {
    bool dictionary = chunk.has_dictionary_page();
    for (const Encoding::type encoding : chunk.encodings()) {
      switch (encoding) {
        case Encoding::PLAIN:
        case Encoding::RLE:
        case Encoding::BIT_PACKED:
          break;
        case Encoding::PLAIN_DICTIONARY:
        case Encoding::RLE_DICTIONARY:
          dictionary = true;
          break;
        case Encoding::BYTE_STREAM_SPLIT:
          if (profile_ == Profile::kCompact && floating) break;
          [[fallthrough]];
        default:
          Outside(path, "encoding",
                  fmt::format("{}; Impala reads PLAIN, dictionaries and RLE only",
                              parquet::EncodingToString(encoding)));
      }
    }
    if (dictionary && in_list) {
      Outside(path, "dictionary",
              "in a list: Hive's vectorised reader mixes its ids with values "
              "(HIVE-24947)");
    } else if (dictionary && floating) {
      Outside(path, "dictionary", "of floating point: it costs and makes files larger");
    }
    for (const parquet::PageEncodingStats& pages : chunk.encoding_stats()) {
      if (pages.page_type == parquet::PageType::DATA_PAGE_V2) V2(path);
    }
  }

  void V2(const std::string& path) {
    Outside(path, "data page V2", "older readers know version 1 only");
  }

  /// The header of its first data page.
  Status CheckPage(const std::string& path, const parquet::ColumnChunkMetaData& chunk) {
    std::array<std::byte, 32> bytes;
    const int64_t offset = chunk.data_page_offset();
    if (offset < 0 || offset >= file_.size()) {
      return Status::Invalid("a page at offset ", offset);
    }
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read, file_.ReadAt(offset, bytes));
    const PageFacts page =
        ParsePageHeader(std::span(bytes).first(static_cast<size_t>(read)));
    if (page.is_v2) V2(path);
    if (!page.has_crc) {
      Note(path, "page CRC", "pages have none; damage is read as values");
    }
    return Status::OK();
  }

  ByteSource& file_;
  const Profile profile_;
  std::vector<ProfileFinding> findings_;
  std::set<std::string> seen_;
};

}  // namespace

Result<std::vector<ProfileFinding>> LintParquet(ByteSource& file, Profile profile) {
  const auto run = [&]() -> Result<std::vector<ProfileFinding>> {
    try {
      return Linter(file, profile).Run();
    } catch (const parquet::ParquetStatusException& e) {
      return e.status();
    } catch (const std::exception& e) {
      return Status::IOError(e.what());
    }
  };
  const Result<std::vector<ProfileFinding>> findings = run();
  // A status with a detail comes from the storage, not from Arrow.
  if (findings.ok() || findings.status().detail() != nullptr) return findings;
  return Error(ErrorKind::kCorruption, "{}: not a whole Parquet file: {}", file.name(),
               findings.status().message());
}

}  // namespace howdah
