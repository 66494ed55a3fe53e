#include "source/gzip_source.h"

#include <arrow/util/compression.h>
#include <gmock/gmock.h>

#include "source/csv_source.h"
#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;

/// One gzip member, made by zlib.
std::string Gzip(const std::string& text) {
  const auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP).ValueOrDie();
  const auto* input = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  std::string out(static_cast<size_t>(codec->MaxCompressedLen(size, input)), '\0');
  const auto room = static_cast<int64_t>(out.size());
  out.resize(static_cast<size_t>(
      codec->Compress(size, input, room, reinterpret_cast<uint8_t*>(out.data()))
          .ValueOrDie()));
  return out;
}

Result<std::string> ReadAll(const std::string& bytes,
                            std::optional<int64_t> size = std::nullopt) {
  HOWDAH_ASSIGN_OR_RETURN(const auto file, Uncompressed(Source("a.gz", bytes), size));
  std::string text(static_cast<size_t>(file->size()) + 10, '\0');
  HOWDAH_ASSIGN_OR_RETURN(const int64_t read,
                          file->ReadAt(0, std::as_writable_bytes(std::span(text))));
  text.resize(static_cast<size_t>(read));
  return text;
}

std::string Lines(int count) {
  std::string text = "id,x\n";
  for (int i = 0; i < count; ++i) text += fmt::format("{},{}.5\n", i, i);
  return text;
}

TEST(GzipSource, GivesTheBytesOfAllMembers) {
  const std::string text = Lines(100'000);
  EXPECT_EQ(ReadAll(Gzip(text)).ValueOrDie(), text);
  EXPECT_EQ(ReadAll(Gzip("abc") + Gzip("") + Gzip("def")).ValueOrDie(), "abcdef");
  EXPECT_EQ(ReadAll(Gzip("")).ValueOrDie(), "");
  EXPECT_EQ(ReadAll("plain").ValueOrDie(), "plain");
}

TEST(GzipSource, CanBeReadFromAnyByteOn) {
  const std::string text = Lines(50'000);
  const auto file = Uncompressed(Source("a.gz", Gzip(text)), std::nullopt).ValueOrDie();
  EXPECT_EQ(file->size(), std::ssize(text));
  for (const int64_t offset : {300'000, 5, 5, 100, 299'999, 0}) {
    std::string piece(1000, '\0');
    EXPECT_EQ(file->ReadAt(offset, std::as_writable_bytes(std::span(piece))).ValueOrDie(),
              1000);
    EXPECT_EQ(piece, text.substr(static_cast<size_t>(offset), 1000));
  }
}

TEST(GzipSource, EveryCutAndEveryFlippedBitIsRefusedByPlaceOrHarmless) {
  const std::string text = Lines(20), whole = Gzip(text);
  for (size_t length = 4; length < whole.size(); ++length) {
    const auto read = ReadAll(whole.substr(0, length));
    ASSERT_TRUE(Is(read.status(), ErrorKind::kCorruption)) << length;
    EXPECT_THAT(read.status().message(), HasSubstr("a.gz: cut gzip file"));
  }
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto read = ReadAll(flipped);
    if (!read.ok()) {
      EXPECT_TRUE(Is(read.status(), ErrorKind::kCorruption)) << read.status();
    } else if (bit >= 8 * 10) {  // behind the header, which has no checksum
      EXPECT_EQ(*read, text) << bit;
    }
  }
}

TEST(GzipSource, RefusesWhatFollowsTheLastMember) {
  const auto read = ReadAll(Gzip("abc") + "tail of another kind");
  ASSERT_TRUE(Is(read.status(), ErrorKind::kCorruption));
  EXPECT_THAT(read.status().message(), HasSubstr("no gzip header"));
}

TEST(GzipSource, RefusesAFileThatHoldsMoreThanWhatIsKnown) {
  const auto read = ReadAll(Gzip("abcdef"), 4);
  ASSERT_TRUE(Is(read.status(), ErrorKind::kCorruption));
  EXPECT_THAT(read.status().message(), HasSubstr("holds more than the 4 bytes"));
}

TEST(GzipSource, ACompressedTableIsOneSplitAndHasTheRowsOfThePlainOne) {
  const std::string text = Lines(5000);
  const auto format = MakeCsvSource({.unit_bytes = 1000, .block_bytes = 700});
  const std::vector<std::shared_ptr<ByteSource>> files = {Source("a.csv.gz", Gzip(text))};
  const auto splits = PlanFiles(*format, files, {}, 1000).ValueOrDie();
  ASSERT_EQ(splits.size(), 1u);
  EXPECT_EQ(splits[0].rows(), 5000);
  const auto expected = ReadTable(*format, {Source("a.csv", text)}).ValueOrDie();
  EXPECT_TRUE(Flat(*ReadTable(*format, files).ValueOrDie())->Equals(*Flat(*expected)));
}

TEST(GzipSource, ALineFormatOfJsonIsReadToo) {
  const std::string text = "{\"a\": 1}\n{\"a\": 2}\n";
  const auto table =
      ReadTable(*FindSourceFormat("jsonl"), {Source("a.jsonl.gz", Gzip(text))})
          .ValueOrDie();
  EXPECT_TRUE(Flat(*table)->column(0)->Equals(FromJson(arrow::int64(), "[1, 2]")));
}

}  // namespace
}  // namespace howdah
