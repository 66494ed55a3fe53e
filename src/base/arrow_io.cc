#include "base/arrow_io.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <span>

namespace howdah {
namespace {

class SourceFile final : public arrow::io::RandomAccessFile {
 public:
  SourceFile(ByteSource& source, arrow::MemoryPool* pool)
      : source_(source), pool_(pool) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> GetSize() override { return source_.size(); }

  Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    bytes = Available(position, bytes);
    if (bytes == 0) return 0;
    return source_.ReadAt(
        position, std::span(static_cast<std::byte*>(out), static_cast<size_t>(bytes)));
  }
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position,
                                                int64_t bytes) override {
    HOWDAH_ASSIGN_OR_RETURN(
        std::unique_ptr<arrow::ResizableBuffer> buffer,
        arrow::AllocateResizableBuffer(Available(position, bytes), pool_));
    HOWDAH_ASSIGN_OR_RETURN(int64_t read,
                            ReadAt(position, buffer->size(), buffer->mutable_data()));
    HOWDAH_RETURN_IF_ERROR(buffer->Resize(read, /*shrink_to_fit=*/false));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

  Status Seek(int64_t position) override {
    position_ = position;
    return Status::OK();
  }
  Result<int64_t> Tell() const override { return position_; }
  Result<int64_t> Read(int64_t bytes, void* out) override {
    HOWDAH_ASSIGN_OR_RETURN(int64_t read, ReadAt(position_, bytes, out));
    position_ += read;
    return read;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    HOWDAH_ASSIGN_OR_RETURN(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

 private:
  int64_t Available(int64_t position, int64_t bytes) const {
    if (position < 0 || bytes < 0 || position >= source_.size()) return 0;
    return std::min(bytes, source_.size() - position);
  }

  ByteSource& source_;
  arrow::MemoryPool* const pool_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class SinkStream final : public arrow::io::OutputStream {
 public:
  explicit SinkStream(ByteSink& sink) : sink_(sink) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }

  using arrow::io::OutputStream::Write;
  Status Write(const void* data, int64_t bytes) override {
    if (closed_) return Error(ErrorKind::kInternal, "write to a stream that is closed");
    if (state_.ok()) {
      state_ = sink_.Append(
          std::span(static_cast<const std::byte*>(data), static_cast<size_t>(bytes)));
    }
    if (state_.ok()) position_ += bytes;
    return state_;
  }

 private:
  ByteSink& sink_;
  Status state_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> AsArrowFile(ByteSource& source,
                                                         arrow::MemoryPool* pool) {
  if (pool == nullptr) pool = arrow::default_memory_pool();
  return std::make_shared<SourceFile>(source, pool);
}

std::shared_ptr<arrow::io::OutputStream> AsArrowStream(ByteSink& sink) {
  return std::make_shared<SinkStream>(sink);
}

}  // namespace howdah
