// What encoders allocate once they are warm: by block, page or batch, never by row.

#include <arrow/memory_pool.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "encode/encode_test_files.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

// Sanitizers have operators of their own, which see more. There only the pool is counted.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {
void* Allocate(size_t bytes, size_t alignment = alignof(std::max_align_t)) {
  ++allocations;
  void* const memory = alignment <= alignof(std::max_align_t)
                           ? std::malloc(bytes)
                           : std::aligned_alloc(alignment, (bytes + alignment - 1) /
                                                               alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return Allocate(bytes, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
#endif

namespace howdah {
namespace {

/// Takes bytes and forgets them.
class Nowhere final : public ByteSink {
 public:
  Status Append(std::span<const std::byte>) override { return Status::OK(); }
};

/// Counts what the pool is asked for too.
class CountingPool final : public arrow::ProxyMemoryPool {
 public:
  CountingPool() : ProxyMemoryPool(arrow::default_memory_pool()) {}
  Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    ++allocations;
    return ProxyMemoryPool::Allocate(size, alignment, out);
  }
  Status Reallocate(int64_t old_size, int64_t size, int64_t alignment,
                    uint8_t** memory) override {
    ++allocations;
    return ProxyMemoryPool::Reallocate(old_size, size, alignment, memory);
  }
};

/// A key, a label that may be null, a text, three floats, and for formats with lists a
/// tensor of four.
std::shared_ptr<arrow::RecordBatch> Rows(int64_t rows, bool with_list) {
  using arrow::field;
  arrow::FieldVector fields = {
      field("key", arrow::int64(), false), field("label", arrow::int32()),
      field("text", arrow::utf8(), false), field("a", arrow::float32(), false),
      field("b", arrow::float32(), false), field("c", arrow::float64(), false)};
  if (with_list) {
    fields.push_back(
        field("v", arrow::list(field("element", arrow::float32(), false)), false));
  }
  std::string json;
  for (int64_t i = 0; i < rows; ++i) {
    json += fmt::format(
        R"({}{{"key": {}, "label": {}, "text": "t{}", "a": 0.{}, "b": {}.5, "c": 0.1)",
        i == 0 ? "" : ",", i, i % 10 == 0 ? "null" : std::to_string(i % 300), i, i + 1,
        i);
    json += with_list ? fmt::format(R"(, "v": [1.5, 0.{}, 3, 4]}})", i + 1) : "}";
  }
  return arrow::RecordBatch::FromStructArray(
             FromJson(arrow::struct_(fields), "[" + json + "]"))
      .ValueOrDie();
}

int64_t AllocationsOf(Encoder& encoder, const arrow::RecordBatch& batch) {
  const int64_t before = allocations;
  const Status written = encoder.Write(batch);
  EXPECT_TRUE(written.ok()) << written;
  return allocations - before;
}

TEST(SteadyState, NoEncoderAllocatesByRow) {
  constexpr int64_t kFew = 2000, kMany = 10 * kFew;
  for (const Format* const format : BuiltinFormats()) {
    const bool with_list = format->name() != "csv";
    const auto few = Rows(kFew, with_list), many = Rows(kMany, with_list);
    for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
      for (const std::string& compression : format->compressions(profile)) {
        Nowhere sink;
        CountingPool pool;
        const EncoderOptions options{
            .profile = profile, .compression = compression, .pool = &pool};
        const auto encoder =
            format->MakeEncoder(many->schema(), &sink, options).ValueOrDie();
        for (int i = 0; i < 3; ++i) AllocationsOf(*encoder, *many);
        const int64_t of_few = AllocationsOf(*encoder, *few);
        const int64_t of_many = AllocationsOf(*encoder, *many);
        // Blocks and pages have theirs, of hundreds of rows and more.
        EXPECT_LE(of_many - of_few, (kMany - kFew) / 50)
            << format->name() << " " << compression << ": " << of_few << " and "
            << of_many;
        EXPECT_TRUE(encoder->Close().ok());
      }
    }
  }
}

}  // namespace
}  // namespace howdah
