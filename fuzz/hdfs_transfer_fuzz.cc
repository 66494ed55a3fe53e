// What a DataNode sends: any answer, packets and acknowledgements are read or refused. A
// block is read as it is, however it is cut into packets; one damaged byte is never
// given out; a block counts as written only if each packet is acknowledged.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string>
#include <vector>

#include "fuzz_input.h"
#include "hdfs/ack_reader.h"
#include "hdfs/block_reader.h"
#include "hdfs/block_stream.h"
#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/out_packet.h"
#include "hdfs/packet.h"
#include "hdfs/transfer_messages.h"
#include "quiet_log.h"
#include "socket_fuzz.h"
#include "testing/hdfs/fake_pacing.h"
#include "testing/hdfs/null_namenode.h"

namespace {

using namespace howdah;
using namespace howdah::hdfs;

constexpr size_t kMostBytes = 20'000;

std::string_view Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Read all of `reader`'s range into `*out`, in pieces of `piece` bytes.
Status ReadAll(BlockReader& reader, size_t piece, std::vector<std::byte>* out) {
  std::span<std::byte> rest = *out;
  while (!rest.empty()) {
    const auto part = rest.first(std::min(rest.size(), piece));
    HOWDAH_RETURN_IF_ERROR(reader.Read(part));
    rest = rest.subspan(part.size());
  }
  return Status::OK();
}

/// Any bytes as the answer to a read.
void ReadAnything(FuzzInput& input) {
  const size_t offset = input.UpTo(kMostBytes), length = input.UpTo(kMostBytes);
  const size_t piece = 1 + input.UpTo(kMostBytes);
  FuzzConnection connection;
  connection.Say(input.Rest());
  connection.End();
  auto reader = BlockReader::Open(connection.TakeSocket(), "fuzz", {}, offset, length);
  if (!reader.ok()) return;
  std::vector<std::byte> out(length);
  if (ReadAll(**reader, piece, &out).ok()) (*reader)->Finish();
  if ((*reader)->position() > offset + length) Broken("it has read too far");
}

/// A packet as a DataNode sends it: OutPacket is the writer's, which always has
/// checksums.
std::string Packet(const ChecksumFormat& format, const PacketHeader& header,
                   std::span<const std::byte> data) {
  std::vector<std::byte> checksums(ChecksumBytes(format, data.size()));
  if (format.type != ChecksumType::kNull) ChecksumChunks(format, data, checksums);
  std::array<std::byte, kMaxPacketHeaderBytes> room;
  const size_t begin =
      EncodePacketHeader(header, static_cast<uint32_t>(checksums.size()), room);
  std::string packet(Text(std::span(room).subspan(begin)));
  return packet.append(Text(checksums)).append(Text(data));
}

std::string AnswerToRead(const ChecksumFormat& format, uint64_t chunk_offset) {
  std::string checksum, information, response, framed;
  protozero::pbf_writer checksum_writer(checksum);
  checksum_writer.add_enum(1, static_cast<int32_t>(format.type));
  checksum_writer.add_uint32(2, format.chunk_bytes);
  protozero::pbf_writer information_writer(information);
  information_writer.add_message(1, checksum);
  information_writer.add_uint64(2, chunk_offset);
  protozero::pbf_writer response_writer(response);
  response_writer.add_enum(1, 0);
  response_writer.add_message(4, information);
  protozero::add_varint_to_buffer(&framed, response.size());
  return framed + response;
}

/// The range of a block as packets of any number of chunks, perhaps with one damage.
void ReadPackets(FuzzInput& input) {
  constexpr uint32_t kChunks[] = {1, 3, 16, 512};
  const ChecksumFormat format{.type = static_cast<ChecksumType>(input.UpTo(2)),
                              .chunk_bytes = kChunks[input.UpTo(3)]};
  const size_t size =
      1 + input.UpTo(std::min<size_t>(kMostBytes, format.chunk_bytes * 300));
  const size_t offset = input.UpTo(size - 1), length = input.UpTo(size - offset);
  const size_t piece = 1 + input.UpTo(size);
  const bool damaged = input.Bool(), cut = input.Bool();
  const size_t damage_at = input.UpTo(65'535);
  const auto damage = static_cast<char>(std::max<uint8_t>(input.Byte(), 1));
  std::vector<std::byte> block(size);
  for (size_t i = 0; i < size; ++i) block[i] = static_cast<std::byte>(i * 131 + (i >> 8));

  const size_t first = offset / format.chunk_bytes * format.chunk_bytes;
  const size_t past = offset + length + format.chunk_bytes - 1;
  const size_t end = std::min(size, past / format.chunk_bytes * format.chunk_bytes);
  std::string wire = AnswerToRead(format, first);
  const size_t answer_bytes = wire.size();
  int64_t sequence = 0;
  for (size_t at = first; at < end;) {
    const size_t most = size_t{format.chunk_bytes} * (1 + input.Byte() % 40);
    const auto data = std::span(block).subspan(at, std::min(most, end - at));
    wire += Packet(format,
                   {.offset_in_block = static_cast<int64_t>(at),
                    .sequence = sequence++,
                    .data_bytes = static_cast<uint32_t>(data.size())},
                   data);
    at += data.size();
  }
  wire += Packet(format,
                 {.offset_in_block = static_cast<int64_t>(end),
                  .sequence = sequence,
                  .last_in_block = true},
                 {});
  if (damaged) {
    const size_t at = answer_bytes + damage_at % (wire.size() - answer_bytes);
    if (cut) {
      wire.resize(at);
    } else {
      wire[at] = static_cast<char>(wire[at] ^ damage);
    }
  }

  FuzzConnection connection;
  connection.Say(wire);
  connection.End();
  auto reader = BlockReader::Open(connection.TakeSocket(), "fuzz", {}, offset, length);
  if (!reader.ok()) Broken(reader.status().message());
  std::vector<std::byte> out(length);
  const Status read = ReadAll(**reader, piece, &out);
  if (!damaged && !read.ok()) Broken(read.message());
  const size_t right = (*reader)->position() - offset;
  if (right > length || (read.ok() && right != length)) Broken("a wrong position");
  const bool checked = !damaged || format.type != ChecksumType::kNull;
  if (checked && !std::equal(out.begin(), out.begin() + static_cast<ptrdiff_t>(right),
                             block.begin() + static_cast<ptrdiff_t>(offset))) {
    Broken("other bytes than were sent");
  }
  const bool reusable = read.ok() && (*reader)->Finish().has_value();
  if (!damaged && length > 0 && !reusable) Broken("the connection is not free");
}

/// Any bytes as acknowledgements, and as each message that a DataNode sends.
void ReadMessages(FuzzInput& input) {
  const std::string_view bytes = input.Rest();
  static_cast<void>(DecodeBlockOpResponse("fuzz", bytes));
  static_cast<void>(DecodePacketHeader("fuzz", bytes));
  static_cast<void>(DecodePipelineAck("fuzz", bytes));
  FuzzConnection connection;
  connection.Say(bytes);
  connection.End();
  Socket socket = connection.TakeSocket();
  AckReader acks;
  while (true) {
    const auto ack = acks.Next(socket);
    if (!ack.ok()) break;
  }
  FuzzConnection other;
  other.Say(bytes);
  other.End();
  Socket answers = other.TakeSocket();
  while (ReadSuccess(answers, "fuzzing").ok()) {
  }
}

/// A pipeline that answers some packets with any bytes.
void WritePackets(FuzzInput& input) {
  const ChecksumFormat format{.chunk_bytes = 4};
  NullNamenode namenode;
  ClientOptions options;
  FakePacing pacing;
  const std::atomic<bool> given_up{false};
  const WriteContext context{.namenode = namenode,
                             .options = options,
                             .pacing = pacing,
                             .path = "/f",
                             .checksum = format,
                             .given_up = given_up};
  Pipeline pipeline;
  pipeline.nodes.resize(1 + input.UpTo(2));
  const size_t packets = input.UpTo(5);
  PacketQueue queue(format, 1, 8);
  for (size_t i = 0; i <= packets; ++i) {
    PacketPointer packet = queue.NewPacket().ValueOrDie();
    packet->Begin(4 * i);
    if (i < packets) packet->Append(std::as_bytes(std::span("data", 4)));
    packet->Seal(static_cast<int64_t>(i),
                 i < packets ? OutPacket::Kind::kData : OutPacket::Kind::kLastInBlock,
                 /*sync=*/false);
    if (!queue.Push(std::move(packet)).ok()) Broken("the queue takes no packet");
  }
  PacketWindow window;
  FuzzConnection connection;
  BlockStream stream(context, connection.TakeSocket(), &queue, &window, &pipeline);
  std::optional<BlockStream::End> end;
  std::string_view acks = input.Rest();
  while (!acks.empty() && !end.has_value()) {
    end = stream.Advance(BlockStream::Silence::kIgnore);
    static_cast<void>(stream.NextWait(1));
    const auto piece = acks.substr(0, 16);
    connection.Say(piece);
    acks.remove_prefix(piece.size());
  }
  connection.End();
  // Congestion holds packets back in real time; the end of the stream does not wait.
  for (int i = 0; i < 16 && !end.has_value(); ++i) {
    end = stream.Advance(BlockStream::Silence::kIgnore);
  }
  if (!end.has_value()) Broken("the stream goes on behind its end");
  const bool all = queue.acknowledged(static_cast<int64_t>(packets));
  if ((*end == BlockStream::End::kBlockDone) != all) Broken("done without being so");
  if (all && pipeline.block.num_bytes != 4 * packets) Broken("a wrong length");
  if (*end == BlockStream::End::kBroken &&
      (stream.fault().status.ok() || stream.fault().node >= pipeline.nodes.size())) {
    Broken("a fault of nobody");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  switch (input.Byte() % 4) {
    case 0:
      ReadAnything(input);
      break;
    case 1:
      ReadPackets(input);
      break;
    case 2:
      ReadMessages(input);
      break;
    default:
      WritePackets(input);
  }
  return 0;
}
