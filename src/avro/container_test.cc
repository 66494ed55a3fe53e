#include "avro/container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class MemoryFile final : public ByteSource {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    const size_t from = static_cast<size_t>(offset);
    const size_t n = std::min(out.size(), bytes_.size() - from);
    if (n > 0) std::memcpy(out.data(), bytes_.data() + from, n);
    return static_cast<int64_t>(n);
  }

 private:
  const std::string name_ = "x.avro", bytes_;
};

const std::string kSync = "0123456789abcdef";

ContainerHeader Header() {
  ContainerHeader header{.schema = "\"int\"", .codec = "null", .metadata = {{"k", "v"}}};
  std::memcpy(header.sync.data(), kSync.data(), kSync.size());
  return header;
}

/// Magic, a map of 3 entries, each text after its length in zig-zag, 0, the marker.
const std::string kHeader = std::string("Obj\x01\x06") +
                            "\x16"
                            "avro.schema"
                            "\x0a"
                            "\"int\"" +
                            "\x14"
                            "avro.codec"
                            "\x08"
                            "null"
                            "\x02k\x02v" +
                            std::string(1, '\0') + kSync;

Status WalkAll(const std::string& bytes, std::vector<BlockPlace>* blocks = nullptr) {
  MemoryFile file(bytes);
  HOWDAH_ASSIGN_OR_RETURN(const ContainerHeader header, ReadContainerHeader(file));
  BlockWalk walk(file, header);
  for (BlockPlace block;;) {
    HOWDAH_ASSIGN_OR_RETURN(const bool more, walk.Next(&block));
    if (!more) return Status::OK();
    if (blocks != nullptr) blocks->push_back(block);
  }
}

TEST(ContainerHeader, ItsBytesAreAsInTheSpecification) {
  EXPECT_EQ(SerializeHeader(Header()), kHeader);
}

TEST(ContainerHeader, ItComesBack) {
  MemoryFile file(kHeader);
  const ContainerHeader header = ReadContainerHeader(file).ValueOrDie();
  EXPECT_EQ(header.schema, "\"int\"");
  EXPECT_EQ(header.codec, "null");
  EXPECT_THAT(header.metadata, ElementsAre(Pair("k", "v")));
  EXPECT_EQ(header.sync, Header().sync);
  EXPECT_EQ(header.bytes, static_cast<int64_t>(kHeader.size()));
}

TEST(ContainerHeader, AMapInBlocksWithSizesIsReadToo) {
  const std::string bytes = std::string("Obj\x01") +
                            "\x01\x24"
                            "\x16"
                            "avro.schema"
                            "\x0a"
                            "\"int\"" +
                            "\x02\x02k\x02v" + std::string(1, '\0') + kSync;
  MemoryFile file(bytes);
  const ContainerHeader header = ReadContainerHeader(file).ValueOrDie();
  EXPECT_EQ(header.schema, "\"int\"");
  EXPECT_EQ(header.codec, "");
  EXPECT_THAT(header.metadata, ElementsAre(Pair("k", "v")));
}

TEST(ContainerHeader, OneOfManyKiBIsReadWhole) {
  ContainerHeader large = Header();
  large.metadata = {{"k", std::string(1 << 20, 'v')}};
  MemoryFile file(SerializeHeader(large));
  const ContainerHeader header = ReadContainerHeader(file).ValueOrDie();
  EXPECT_EQ(header.metadata, large.metadata);
}

TEST(ContainerHeader, EveryShorterFileIsCorrupt) {
  for (size_t bytes = 0; bytes < kHeader.size(); ++bytes) {
    MemoryFile file(kHeader.substr(0, bytes));
    const Status status = ReadContainerHeader(file).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << bytes;
    EXPECT_THAT(status.message(), HasSubstr("x.avro"));
  }
}

TEST(ContainerHeader, AMapThatClaimsEndlesslyManyEntriesIsCorrupt) {
  for (const char* count : {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}) {
    MemoryFile file(std::string("Obj\x01") + count + "\x02k\x02v" + kSync);
    EXPECT_TRUE(Is(ReadContainerHeader(file).status(), ErrorKind::kCorruption));
  }
}

TEST(BlockWalk, CountsAndSizesAreTakenFromTheHeads) {
  std::vector<BlockPlace> blocks;
  const Status status = WalkAll(kHeader +
                                    "\x06\x08"
                                    "abcd" +
                                    kSync +
                                    "\x02\x02"
                                    "e" +
                                    kSync,
                                &blocks);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(blocks.size(), 2U);
  const auto begin = static_cast<int64_t>(kHeader.size());
  EXPECT_EQ(blocks[0].rows, 3);
  EXPECT_EQ(blocks[0].bytes, 4);
  EXPECT_EQ(blocks[0].offset, begin + 2);
  EXPECT_EQ(blocks[1].rows, 1);
  EXPECT_EQ(blocks[1].bytes, 1);
  EXPECT_EQ(blocks[1].offset, begin + 2 + 4 + 16 + 2);
}

TEST(BlockWalk, AFileWithoutBlocksIsWhole) {
  std::vector<BlockPlace> blocks;
  EXPECT_TRUE(WalkAll(kHeader, &blocks).ok());
  EXPECT_TRUE(blocks.empty());
}

TEST(BlockWalk, EveryCutInsideABlockIsFound) {
  const std::string whole = kHeader +
                            "\x06\x08"
                            "abcd" +
                            kSync;
  for (size_t bytes = kHeader.size() + 1; bytes < whole.size(); ++bytes) {
    const Status status = WalkAll(whole.substr(0, bytes));
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << bytes;
    EXPECT_THAT(status.message(), HasSubstr("x.avro: block 0 at offset"));
  }
}

TEST(BlockWalk, AnotherMarkerIsFound) {
  std::string bytes = kHeader +
                      "\x06\x08"
                      "abcd" +
                      kSync;
  bytes.back() = 'x';
  EXPECT_THAT(WalkAll(bytes).message(), HasSubstr("no marker"));
}

TEST(BlockWalk, HeadsThatCannotBeAreCorrupt) {
  for (const std::string head : {"\x05\x08", "\x06\x07", "\x06\x0a",
                                 "\x06\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                                 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}) {
    const Status status = WalkAll(kHeader + head + "abcd" + kSync);
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  }
}

}  // namespace
}  // namespace howdah
