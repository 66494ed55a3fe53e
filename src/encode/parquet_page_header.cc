#include "encode/parquet_page_header.h"

#include "base/varint.h"

namespace howdah {
namespace {

/// A struct in Thrift's compact protocol whose fields come in the order of their ids,
/// each one above the last.
class CompactStruct {
 public:
  explicit CompactStruct(std::string* out) : out_(out) {}

  void NextInt(int32_t value) {
    out_->push_back('\x15');  // one id further; a 32-bit integer
    const auto zigzag =
        (static_cast<uint32_t>(value) << 1) ^ static_cast<uint32_t>(value >> 31);
    AppendVarint(zigzag, out_);
  }
  void NextStruct() { out_->push_back('\x1c'); }  // its fields follow
  void End() { out_->push_back('\0'); }

 private:
  std::string* const out_;
};

}  // namespace

std::string Serialize(const PageHeader& header) {
  constexpr int32_t kDataPage = 0, kPlain = 0, kRle = 3;
  std::string text;
  CompactStruct page(&text);
  page.NextInt(kDataPage);
  page.NextInt(header.uncompressed_bytes);
  page.NextInt(header.compressed_bytes);
  page.NextInt(static_cast<int32_t>(header.crc32));
  page.NextStruct();
  CompactStruct data_page(&text);
  data_page.NextInt(header.levels);
  data_page.NextInt(kPlain);
  data_page.NextInt(kRle);  // definition levels
  data_page.NextInt(kRle);  // repetition levels
  data_page.End();
  page.End();
  return text;
}

}  // namespace howdah
