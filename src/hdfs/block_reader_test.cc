#include "hdfs/block_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>
#include <protozero/pbf_writer.hpp>

#include "hdfs/checksum.h"
#include "testing/hdfs/test_bytes.h"

namespace howdah::hdfs {
namespace {

using protozero::pbf_writer;

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What a DataNode sends whose packets have these sizes, the last one empty.
std::string Stream(const ChecksumFormat& format, std::span<const std::byte> data,
                   const std::vector<size_t>& sizes) {
  std::string checksum, information, answer, stream;
  pbf_writer checksum_writer(checksum);
  checksum_writer.add_enum(1, static_cast<int32_t>(format.type));
  checksum_writer.add_uint32(2, format.chunk_bytes);
  pbf_writer information_writer(information);
  information_writer.add_message(1, checksum);
  information_writer.add_uint64(2, 0);
  pbf_writer answer_writer(answer);
  answer_writer.add_enum(1, 0);
  answer_writer.add_message(4, information);
  protozero::add_varint_to_buffer(&stream, answer.size());
  stream += answer;
  PacketHeader header;
  for (const size_t size : sizes) {
    const auto part = data.subspan(static_cast<size_t>(header.offset_in_block), size);
    header.data_bytes = static_cast<uint32_t>(size);
    header.last_in_block = size == 0;
    std::vector<std::byte> checksums(ChecksumBytes(format, size));
    if (!checksums.empty()) ChecksumChunks(format, part, checksums);
    std::array<std::byte, kMaxPacketHeaderBytes> room;
    const size_t begin =
        EncodePacketHeader(header, static_cast<uint32_t>(checksums.size()), room);
    stream += Text(std::span(room).subspan(begin)) + Text(checksums) + Text(part);
    header.offset_in_block += static_cast<int64_t>(size);
    ++header.sequence;
  }
  return stream;
}

/// Read packets of these sizes, whose sender ends when it has said them.
void ExpectReads(const ChecksumFormat& format, const std::vector<size_t>& sizes) {
  const auto data = TestBytes(std::accumulate(sizes.begin(), sizes.end(), size_t{0}));
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Socket node = Socket::Adopt(ends[1], "the node");
  const std::string stream = Stream(format, data, sizes);
  ASSERT_EQ(send(ends[1], stream.data(), stream.size(), 0),
            static_cast<ssize_t>(stream.size()));
  ASSERT_EQ(shutdown(ends[1], SHUT_WR), 0);
  auto reader = BlockReader::Open(Socket::Adopt(ends[0], "10.0.0.7:9866"), "client", {},
                                  0, data.size())
                    .ValueOrDie();
  std::vector<std::byte> out(data.size());
  const Status read = reader->Read(out);
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(out, data);
  EXPECT_TRUE(reader->Finish().has_value());
}

TEST(BlockReader, DoesNotWaitForHeadersThatLargerPacketsDoNotHave) {
  for (const uint32_t chunk : {1U, 64U, 404U}) {
    SCOPED_TRACE(chunk);
    ExpectReads({.chunk_bytes = chunk}, {chunk, size_t{39} * chunk, 0});
  }
}

TEST(BlockReader, PacketsWithoutChecksumsMayChangeTheirSize) {
  const ChecksumFormat format{.type = ChecksumType::kNull};
  ExpectReads(format, {2'048, 3'072, 1'024, 8'704, 0});
}

}  // namespace
}  // namespace howdah::hdfs
