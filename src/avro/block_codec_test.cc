#include "avro/block_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace howdah {
namespace {

using testing::HasSubstr;

constexpr int64_t kMuch = int64_t{1} << 30;

std::span<const std::byte> Bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string Compressed(BlockCompressor& compressor, const std::string& block) {
  const auto stored = compressor.Compress(Bytes(block));
  EXPECT_TRUE(stored.ok()) << stored.status();
  std::string out;
  for (const auto piece : stored->pieces) {
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  EXPECT_EQ(stored->bytes, static_cast<int64_t>(out.size()));
  return out;
}

std::string Compressed(AvroCodec codec, const std::string& block) {
  return Compressed(*MakeBlockCompressor(codec, nullptr).ValueOrDie(), block);
}

Result<std::string> Decompressed(AvroCodec codec, const std::string& stored,
                                 int64_t most = kMuch) {
  const auto decompressor = MakeBlockDecompressor(codec, nullptr).ValueOrDie();
  HOWDAH_ASSIGN_OR_RETURN(const auto block,
                          decompressor->Decompress(Bytes(stored), most));
  return std::string(reinterpret_cast<const char*>(block.data()), block.size());
}

std::string Noise(size_t bytes) {
  std::mt19937 random(7);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

std::string Text(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i % 1000) + " rows, ";
  text.resize(bytes);
  return text;
}

class EveryCodec : public testing::TestWithParam<AvroCodec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, EveryCodec,
                         testing::Values(AvroCodec::kNull, AvroCodec::kDeflate,
                                         AvroCodec::kSnappy, AvroCodec::kZstandard),
                         [](const auto& test) { return std::string(Name(test.param)); });

TEST_P(EveryCodec, BlocksOfEverySizeComeBack) {
  const auto compressor = MakeBlockCompressor(GetParam(), nullptr).ValueOrDie();
  for (const size_t bytes : {0UL, 1UL, 32768UL, 32769UL, 65536UL, 65537UL, 131072UL,
                             (1UL << 20) + 1, 5UL << 20}) {
    for (const std::string& block : {Text(bytes), Noise(bytes)}) {
      const std::string stored = Compressed(*compressor, block);
      const auto back = Decompressed(GetParam(), stored);
      ASSERT_TRUE(back.ok()) << bytes << ": " << back.status();
      EXPECT_EQ(*back, block) << bytes;
    }
  }
}

TEST_P(EveryCodec, ABlockThatBecomesTooLargeIsRefused) {
  const std::string stored = Compressed(GetParam(), std::string(1 << 20, 'x'));
  const auto back = Decompressed(GetParam(), stored, (1 << 20) - 1);
  EXPECT_TRUE(Is(back.status(), ErrorKind::kCorruption)) << back.status();
  EXPECT_THAT(back.status().message(), HasSubstr("more than 1048575 bytes"));
  EXPECT_TRUE(Decompressed(GetParam(), stored, 1 << 20).ok());
}

TEST_P(EveryCodec, WhatIsCutShortIsRefused) {
  if (GetParam() == AvroCodec::kNull) return;  // has nothing by which to know
  const std::string stored = Compressed(GetParam(), Text(100'000));
  for (const size_t bytes : {0UL, 1UL, 3UL, 4UL, 5UL, 100UL, stored.size() - 1}) {
    if (bytes == 0 && GetParam() == AvroCodec::kZstandard) continue;  // no frame
    const auto back = Decompressed(GetParam(), stored.substr(0, bytes));
    EXPECT_TRUE(Is(back.status(), ErrorKind::kCorruption)) << bytes << back.status();
  }
}

TEST_P(EveryCodec, NoiseIsRefusedOrWithinTheLimit) {
  const std::string noise = Noise(4096);
  for (size_t at = 0; at < 2048; ++at) {
    const auto back = Decompressed(GetParam(), noise.substr(at, 2048), 1 << 20);
    if (back.ok()) {
      EXPECT_LE(back->size(), 1U << 20);
    } else {
      EXPECT_TRUE(Is(back.status(), ErrorKind::kCorruption)) << back.status();
    }
  }
}

TEST(SnappyBlock, TheCrcOfTheUncompressedBytesStandsBehindItWithItsHighestByteFirst) {
  // CRC-32 of "123456789" is 0xcbf43926, the check value of its definition.
  const std::string stored = Compressed(AvroCodec::kSnappy, "123456789");
  EXPECT_EQ(stored, std::string("\x09\x20") + "123456789" + "\xcb\xf4\x39\x26");
}

TEST(SnappyBlock, AnotherCrcIsRefused) {
  std::string stored = Compressed(AvroCodec::kSnappy, "123456789");
  stored.back() ^= 1;
  const auto back = Decompressed(AvroCodec::kSnappy, stored);
  EXPECT_TRUE(Is(back.status(), ErrorKind::kCorruption));
  EXPECT_THAT(back.status().message(), HasSubstr("CRC-32"));
}

TEST(SnappyBlock, WhatDoesNotShrinkIsLiteralsOf64KiB) {
  const std::string noise = Noise(100'000);
  const std::string stored = Compressed(AvroCodec::kSnappy, noise);
  // 100,000 is 0x186a0: varint a0 8d 06. Tag 61 << 2: a length less one in two bytes.
  EXPECT_EQ(stored.substr(0, 6), "\xa0\x8d\x06\xf4\xff\xff");
  EXPECT_EQ(stored.substr(6, 65536), noise.substr(0, 65536));
  EXPECT_EQ(stored.size(), 3 + 2 * 3 + noise.size() + 4);
}

TEST(SnappyBlock, WhatShrinksIsCompressedWhereverItStands) {
  const std::string text = Text(100'000);
  EXPECT_LT(Compressed(AvroCodec::kSnappy, text).size(), text.size() / 4);
}

TEST(SnappyBlock, AClaimThatItsBytesCannotReachIsRefusedBeforeMemoryIsTaken) {
  const auto back = Decompressed(AvroCodec::kSnappy,
                                 "\xff\xff\xff\xff\x07"
                                 "abcd"
                                 "0000",
                                 kMostAvroBlock);
  EXPECT_TRUE(Is(back.status(), ErrorKind::kCorruption)) << back.status();
}

TEST(DeflateBlock, WhatPythonsWritersLeaveBehindTheEndIsLetBe) {
  // zlib.compress(b"abc")[2:-1]: three of the checksum's four bytes remain.
  const std::string stored("\x4b\x4c\x4a\x06\x00\x02\x4d\x01", 8);
  const auto back = Decompressed(AvroCodec::kDeflate, stored);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, "abc");
}

TEST(ZstandardBlock, SeveralFramesAreOneBlock) {
  const std::string one = Compressed(AvroCodec::kZstandard, "one");
  const std::string two = Compressed(AvroCodec::kZstandard, Text(300'000));
  const auto back = Decompressed(AvroCodec::kZstandard, one + two);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, "one" + Text(300'000));
}

TEST(AvroCodecNames, AnUnknownOneIsNamed) {
  EXPECT_EQ(AvroCodecNamed("").ValueOrDie(), AvroCodec::kNull);
  EXPECT_EQ(AvroCodecNamed("zstandard").ValueOrDie(), AvroCodec::kZstandard);
  const Status status = AvroCodecNamed("bzip2").status();
  EXPECT_TRUE(Is(status, ErrorKind::kUnsupported));
  EXPECT_THAT(status.message(), HasSubstr("'bzip2'"));
}

}  // namespace
}  // namespace howdah
