#include "base/digest.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace howdah {
namespace {

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Crc32c, OfTheCheckStringIsTheCatalogueValue) {
  EXPECT_EQ(Crc32c(0, Bytes("123456789")), 0xE3069283u);
}

// RFC 3720, appendix B.4.
TEST(Crc32c, Of32ZeroBytesAndOf32OnesIsAsInTheStandardOfIscsi) {
  EXPECT_EQ(Crc32c(0, Bytes(std::string(32, '\0'))), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(0, Bytes(std::string(32, '\xff'))), 0x62A8AB43u);
}

TEST(Crc32c, OfNothingIsZero) {
  EXPECT_EQ(Crc32c(0, {}), 0u);
  EXPECT_EQ(Crc32c(0xE3069283u, {}), 0xE3069283u);
}

TEST(Crc32c, ChainsAtEveryPlace) {
  const std::string text = "123456789";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const uint32_t head = Crc32c(0, Bytes(text.substr(0, cut)));
    EXPECT_EQ(Crc32c(head, Bytes(text.substr(cut))), 0xE3069283u) << cut;
  }
}

TEST(Crc32, OfTheCheckStringIsTheCatalogueValueHoweverItIsCut) {
  const std::string text = "123456789";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const uint32_t head = Crc32(0, Bytes(text.substr(0, cut)));
    EXPECT_EQ(Crc32(head, Bytes(text.substr(cut))), 0xCBF43926u) << cut;
  }
}

// FIPS 180-4, example values of NIST.
TEST(Sha256, OfTheStandardsExamples) {
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 sha;
  sha.Update("a");
  sha.Update(std::string_view());
  sha.Update(Bytes("bc"));
  EXPECT_EQ(sha.FinishHex(), Sha256Hex("abc"));
}

}  // namespace
}  // namespace howdah
