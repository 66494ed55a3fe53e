#include "schema/example_feed.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/varint.h"
#include "schema/batch_column.h"
#include "schema/dictionary.h"
#include "schema/flatten.h"
#include "schema/pad.h"

namespace howdah {
namespace {

// Protobuf's tags: field number · 8 + 2, of what has a length in front.
constexpr char kField1 = (1 << 3) | 2, kField2 = (2 << 3) | 2, kField3 = (3 << 3) | 2;

int64_t VarintBytes(uint64_t value) {
  return (static_cast<int64_t>(std::bit_width(value | 1)) + 6) / 7;
}
/// Bytes of a field that has `bytes` bytes inside.
int64_t FieldBytes(int64_t bytes) {
  return 1 + VarintBytes(static_cast<uint64_t>(bytes)) + bytes;
}
void AppendHead(char tag, int64_t bytes, std::string* out) {
  out->push_back(tag);
  AppendVarint(static_cast<uint64_t>(bytes), out);
}

/// A column's rows without the nulls.
struct Present {
  std::shared_ptr<arrow::Array> values;
  std::vector<int64_t> rows;  ///< of `values`; empty: all are there
};

Result<Present> DropNulls(std::shared_ptr<arrow::Array> array) {
  Present present{.values = array, .rows = {}};
  if (array->null_count() == 0) return present;
  arrow::ArrayVector runs;
  for (int64_t row = 0; row < array->length();) {
    int64_t end = row;
    for (; end < array->length() && array->IsValid(end); ++end) {
      present.rows.push_back(end);
    }
    if (end > row) runs.push_back(array->Slice(row, end - row));
    row = end + 1;
  }
  if (runs.empty()) {
    present.values = array->Slice(0, 0);
    present.rows = {-1};  // not empty: none is there
    return present;
  }
  ARROW_ASSIGN_OR_RAISE(present.values, arrow::Concatenate(runs));
  return present;
}

/// One column as features.
class Feature {
 public:
  Status Read(const TensorPlan& plan, const ColumnPlan& column,
              const arrow::RecordBatch& batch, RowFault* fault) {
    HOWDAH_ASSIGN_OR_RETURN(auto array, FindColumn(batch, column.name, *column.type));
    const Status read = Read(plan, column, StorageOf(std::move(array)), fault);
    if (read.ok() || fault->row < 0) return read;
    fault->column = column.name;
    return ToStatus(*fault);
  }

  /// To be asked for rows in order; 0: the row does not have it.
  int64_t EntryBytes(int64_t row) {
    at_ = -1;
    if (all_ || (next_ < rows_.size() && rows_[next_] == row)) {
      at_ = static_cast<int64_t>(next_++);
    }
    if (at_ < 0) return 0;
    begin_ = offsets_.empty() ? at_ : offsets_[static_cast<size_t>(at_)];
    end_ = offsets_.empty() ? at_ + 1 : offsets_[static_cast<size_t>(at_) + 1];
    payload_ = PayloadBytes();
    const bool packed = dtype_ != DType::kString;
    list_ = packed && payload_ > 0 ? FieldBytes(payload_) : payload_;
    feature_ = FieldBytes(list_);
    entry_ = FieldBytes(std::ssize(key_)) + FieldBytes(feature_);
    return FieldBytes(entry_);
  }

  /// The map's entry for the row that EntryBytes was asked for last.
  void AppendEntry(std::string* out) const {
    if (at_ < 0) return;
    AppendHead(kField1, entry_, out);
    AppendHead(kField1, std::ssize(key_), out);
    out->append(key_);
    AppendHead(kField2, feature_, out);
    AppendHead(tag_, list_, out);
    if (dtype_ == DType::kString) {
      for (int64_t i = begin_; i < end_; ++i) {
        const std::string_view text = Text(i);
        AppendHead(kField1, std::ssize(text), out);
        out->append(text);
      }
      return;
    }
    if (payload_ == 0) return;
    AppendHead(kField1, payload_, out);
    if (dtype_ == DType::kFloat) {
      out->append(
          reinterpret_cast<const char*>(values_->data()->GetValues<float>(1) + begin_),
          static_cast<size_t>(payload_));
      return;
    }
    const auto* ints = values_->data()->GetValues<int64_t>(1);
    for (int64_t i = begin_; i < end_; ++i) {
      AppendVarint(static_cast<uint64_t>(ints[i]), out);
    }
  }

 private:
  Status Read(const TensorPlan& plan, const ColumnPlan& column,
              std::shared_ptr<arrow::Array> array, RowFault* fault) {
    const NestedType nested = TakeApart(column.type);
    if (array->type_id() == arrow::Type::DICTIONARY) {
      int64_t bad = 0;
      auto decoded = Decode(static_cast<const arrow::DictionaryArray&>(*array), &bad);
      if (!decoded.ok()) {
        return Blame(bad, FaultCode::kCast, decoded.status().message(), fault);
      }
      array = *decoded;
    }
    HOWDAH_ASSIGN_OR_RETURN(Present present, DropNulls(std::move(array)));
    rows_ = std::move(present.rows);
    all_ = rows_.empty();
    const auto blamed = [&](const Status& status) {
      if (!all_ && fault->row >= 0) fault->row = rows_[static_cast<size_t>(fault->row)];
      return status;
    };
    auto ragged = TakeRaggedApart(present.values, nested.lengths.size(), fault);
    if (!ragged.ok()) return blamed(ragged.status());
    key_ = column.name;
    dtype_ =
        nested.element->id() == arrow::Type::DICTIONARY
            ? FeatureDType(*static_cast<const arrow::DictionaryType&>(*nested.element)
                                .value_type())
            : FeatureDType(*nested.element);
    tag_ = dtype_ == DType::kString  ? kField1
           : dtype_ == DType::kFloat ? kField2
                                     : kField3;
    Misfit misfit;
    HOWDAH_ASSIGN_OR_RETURN(values_, column.cast(ragged->values, dtype_, &misfit));
    if (misfit.index >= 0) {
      return blamed(
          Blame(ragged->RowOf(misfit.index), FaultCode::kCast,
                fmt::format("{} {} a feature of {}, for tensor '{}'", misfit.value,
                            misfit.verb, Name(dtype_), plan.input),
                fault));
    }
    if (!ragged->offsets.empty()) offsets_ = std::move(ragged->offsets.front());
    return Status::OK();
  }

  std::string_view Text(int64_t i) const {
    return static_cast<const arrow::BinaryArray&>(*values_).GetView(i);
  }

  int64_t PayloadBytes() const {
    if (dtype_ == DType::kFloat) {
      return (end_ - begin_) * static_cast<int64_t>(sizeof(float));
    }
    int64_t bytes = 0;
    for (int64_t i = begin_; i < end_; ++i) {
      bytes += dtype_ == DType::kString ? FieldBytes(std::ssize(Text(i)))
                                        : VarintBytes(static_cast<uint64_t>(
                                              values_->data()->GetValues<int64_t>(1)[i]));
    }
    return bytes;
  }

  std::string key_;
  DType dtype_ = DType::kInvalid;
  char tag_ = 0;
  std::shared_ptr<arrow::Array> values_;
  std::vector<int64_t> offsets_;  // of lists in values_; empty: scalars
  std::vector<int64_t> rows_;     // that have it, if not all do
  bool all_ = true;
  size_t next_ = 0;
  // Of the row being written:
  int64_t at_ = -1, begin_ = 0, end_ = 0;
  int64_t payload_ = 0, list_ = 0, feature_ = 0, entry_ = 0;
};

}  // namespace

DType FeatureDType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::BOOL || arrow::is_integer(type.id())) {
    return DType::kInt64;
  }
  return arrow::is_floating(type.id()) ? DType::kFloat : DType::kString;
}

Result<std::shared_ptr<arrow::Array>> MakeExamples(const TensorPlan& plan,
                                                   const arrow::RecordBatch& batch,
                                                   RowFault* fault) {
  std::vector<Feature> features(plan.columns.size());
  for (size_t i = 0; i < features.size(); ++i) {
    HOWDAH_RETURN_IF_ERROR(features[i].Read(plan, plan.columns[i], batch, fault));
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets,
                        arrow::AllocateBuffer((batch.num_rows() + 1) *
                                              static_cast<int64_t>(sizeof(int32_t))));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  *offset++ = 0;
  std::string examples;
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    int64_t bytes = 0;
    for (Feature& feature : features) bytes += feature.EntryBytes(row);
    if (std::ssize(examples) + FieldBytes(bytes) > std::numeric_limits<int32_t>::max()) {
      return Error(ErrorKind::kInvalidInput,
                   "tensor '{}': a batch holds more than 2 GiB of examples; lower "
                   "model.batch_rows",
                   plan.input);
    }
    AppendHead(kField1, bytes, &examples);
    for (const Feature& feature : features) feature.AppendEntry(&examples);
    *offset++ = static_cast<int32_t>(examples.size());
  }
  return std::make_shared<arrow::BinaryArray>(
      batch.num_rows(), std::move(offsets),
      arrow::Buffer::FromString(std::move(examples)));
}

}  // namespace howdah
