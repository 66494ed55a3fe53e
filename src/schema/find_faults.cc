#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "schema/field_checks.h"
#include "schema/row_path.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

/// Adds the faults of one column; of those that follow each other, one a row.
class Reporter {
 public:
  Reporter(const FieldChecks& checks, std::vector<RowFault>* faults)
      : checks_(checks), faults_(*faults), first_(faults->size()) {}

  /// \param message  makes the clause, which most faults of a row do not need.
  template <typename Message>
  Status Report(int64_t row, FaultCode code, bool quarantine, Message message) {
    const bool known = faults_.size() > first_ && faults_.back().row == row;
    if (quarantine && known) return Status::OK();
    RowFault fault{row, checks_.name, code, message()};
    if (!quarantine) return ToStatus(fault);
    faults_.push_back(std::move(fault));
    return Status::OK();
  }

 private:
  const FieldChecks& checks_;
  std::vector<RowFault>& faults_;
  const size_t first_;
};

/// The bounds of `checks` as values of T: those of floats are rounded to it, as the
/// column's own values are.
template <typename T>
struct Bounds {
  explicit Bounds(const FieldChecks& checks) {
    if constexpr (std::is_floating_point_v<T>) {
      least = -std::numeric_limits<T>::infinity();
      most = std::numeric_limits<T>::infinity();
      if (checks.min) least = static_cast<T>(*checks.min);
      if (checks.max) most = static_cast<T>(*checks.max);
    } else {
      // As doubles, the type's own ends may lie outside of it.
      constexpr auto kLeast = static_cast<double>(std::numeric_limits<T>::min());
      constexpr auto kMost = static_cast<double>(std::numeric_limits<T>::max());
      if (checks.min && *checks.min > kLeast)
        least = static_cast<T>(std::ceil(*checks.min));
      if (checks.max && *checks.max < kMost)
        most = static_cast<T>(std::floor(*checks.max));
    }
  }

  T least = std::numeric_limits<T>::min();
  T most = std::numeric_limits<T>::max();
};

template <typename T>
class LeafScan {
 public:
  LeafScan(const FieldChecks& checks, Reporter* reporter, NonFinite* non_finite)
      : checks_(checks),
        bounds_(checks),
        reporter_(*reporter),
        non_finite_(*non_finite) {}

  /// Blocks in which nothing is found cost one pass without branches.
  Status Scan(const Array& array, const RowPath& path) {
    constexpr int64_t kBlock = 64;
    const T* values = array.data()->GetValues<T>(1);
    const int64_t count = array.length();
    int64_t begin = 0;
    for (; begin + kBlock <= count; begin += kBlock) {
      unsigned found = 0;
      for (int64_t i = 0; i < kBlock; ++i) found |= IsSuspect(values[begin + i]);
      if (found != 0) HOWDAH_RETURN_IF_ERROR(Look(array, path, begin, begin + kBlock));
    }
    return Look(array, path, begin, count);
  }

 private:
  unsigned IsSuspect(T value) const {
    // True for what lies within; a comparison with NaN is false.
    const unsigned within = static_cast<unsigned>(value >= bounds_.least) &
                            static_cast<unsigned>(value <= bounds_.most);
    if constexpr (std::is_floating_point_v<T>) {
      constexpr T kMost = std::numeric_limits<T>::max();
      return (within & static_cast<unsigned>(std::abs(value) <= kMost)) ^ 1U;
    }
    return within ^ 1U;
  }

  Status Look(const Array& array, const RowPath& path, int64_t begin, int64_t end) {
    const T* values = array.data()->GetValues<T>(1);
    for (int64_t i = begin; i < end; ++i) {
      if (IsSuspect(values[i]) == 0 || array.IsNull(i)) continue;
      const int64_t row = path.RowOf(i);
      if (row >= 0) HOWDAH_RETURN_IF_ERROR(Judge(values[i], row));
    }
    return Status::OK();
  }

  Status Judge(T value, int64_t row) {
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) {
        ++(std::isnan(value) ? non_finite_.nan : non_finite_.inf);
        if (checks_.nan == NanPolicy::kNull) return Status::OK();
        if (checks_.nan == NanPolicy::kForbid || checks_.nan == NanPolicy::kQuarantine) {
          return reporter_.Report(row, FaultCode::kNan,
                                  checks_.nan == NanPolicy::kQuarantine,
                                  [&] { return NotFinite(value); });
        }
        if (std::isnan(value)) return Status::OK();
      }
    }
    if (value >= bounds_.least && value <= bounds_.most) return Status::OK();
    return reporter_.Report(row, FaultCode::kRange, checks_.quarantine, [&] {
      return value < bounds_.least
                 ? fmt::format("{} is below min = {}", value, *checks_.min)
                 : fmt::format("{} is above max = {}", value, *checks_.max);
    });
  }

  std::string NotFinite(T value) const {
    const char* text = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    if (!checks_.unheld.empty()) {
      return fmt::format(
          "{}, which {} cannot hold; say checks.nan = \"null\", "
          "\"string\" or \"quarantine\"",
          text, checks_.unheld);
    }
    return checks_.nan == NanPolicy::kForbid
               ? fmt::format("{}, which checks.nan = \"forbid\" refuses", text)
               : fmt::format("{}, which checks.nan = \"quarantine\" keeps out", text);
  }

  const FieldChecks& checks_;
  const Bounds<T> bounds_;
  Reporter& reporter_;
  NonFinite& non_finite_;
};

template <typename T>
double SumOf(const Array& elements, int64_t begin, int64_t end, bool skip_non_finite) {
  const T* values = elements.data()->GetValues<T>(1);
  if (elements.null_count() == 0 && !skip_non_finite) {
    constexpr int64_t kLanes = 4;  // additions that do not wait for each other
    double sums[kLanes] = {};
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        sums[lane] += static_cast<double>(values[i + lane]);
      }
    }
    for (; i < end; ++i) sums[0] += static_cast<double>(values[i]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  double sum = 0;
  for (int64_t i = begin; i < end; ++i) {
    const auto value = static_cast<double>(values[i]);
    if (elements.IsNull(i) || (skip_non_finite && !std::isfinite(value))) continue;
    sum += value;
  }
  return sum;
}

using Sum = double (*)(const Array&, int64_t, int64_t, bool);

Sum FindSum(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::FLOAT:
      return SumOf<float>;
    case arrow::Type::DOUBLE:
      return SumOf<double>;
    case arrow::Type::INT8:
      return SumOf<int8_t>;
    case arrow::Type::INT16:
      return SumOf<int16_t>;
    case arrow::Type::INT32:
      return SumOf<int32_t>;
    default:
      return SumOf<int64_t>;
  }
}

/// Lengths and sums of the lists.
Status ScanLists(const FieldChecks& checks, const Array& array, Reporter* reporter) {
  const ListParts parts = TakeListApart(array);
  const Sum sum_of = checks.sum ? FindSum(*parts.elements->type()) : nullptr;
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) continue;
    const int64_t begin = parts.starts[static_cast<size_t>(row)];
    const int64_t end = parts.starts[static_cast<size_t>(row) + 1];
    if (checks.list_length && end - begin != *checks.list_length) {
      HOWDAH_RETURN_IF_ERROR(
          reporter->Report(row, FaultCode::kShape, checks.quarantine, [&] {
            return fmt::format("a list of {} elements, but tensor.shape declares {}",
                               end - begin, *checks.list_length);
          }));
    }
    if (sum_of == nullptr) continue;
    const double sum =
        sum_of(*parts.elements, begin, end, checks.nan == NanPolicy::kNull);
    if (std::abs(sum - *checks.sum) <= checks.sum_tolerance) continue;
    HOWDAH_RETURN_IF_ERROR(reporter->Report(row, FaultCode::kSum, checks.quarantine, [&] {
      return fmt::format("the sum is {}, but declared as {} within {}", sum, *checks.sum,
                         checks.sum_tolerance);
    }));
  }
  return Status::OK();
}

template <typename T>
Result<ArrayPtr> ValuesToNull(const ArrayPtr& shared) {
  const Array& array = *shared;
  const T* values = array.data()->GetValues<T>(1);
  if (std::all_of(values, values + array.length(),
                  [](T v) { return std::isfinite(v); })) {
    return shared;
  }
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bits,
                        arrow::AllocateEmptyBitmap(array.offset() + array.length()));
  uint8_t* out = bits->mutable_data();
  for (int64_t i = 0; i < array.length(); ++i) {
    const bool valid = std::isfinite(values[i]) && !array.IsNull(i);
    arrow::bit_util::SetBitTo(out, array.offset() + i, valid);
  }
  std::shared_ptr<arrow::ArrayData> data = array.data()->Copy();
  data->buffers[0] = std::move(bits);
  data->null_count = arrow::kUnknownNullCount;
  return arrow::MakeArray(std::move(data));
}

}  // namespace

Status FindFaults(const FieldChecks& checks, const Array& array,
                  std::vector<RowFault>* faults, NonFinite* non_finite) {
  if (checks.has_floats || checks.min || checks.max) {
    Reporter reporter(checks, faults);
    HOWDAH_RETURN_IF_ERROR(ForEachLeaf(array, [&](const Array& leaf,
                                                  const RowPath& path) {
      const auto scan = [&](auto zero) {
        return LeafScan<decltype(zero)>(checks, &reporter, non_finite).Scan(leaf, path);
      };
      switch (leaf.type_id()) {
        case arrow::Type::FLOAT:
          return scan(float{});
        case arrow::Type::DOUBLE:
          return scan(double{});
        case arrow::Type::INT8:
          return scan(int8_t{});
        case arrow::Type::INT16:
          return scan(int16_t{});
        case arrow::Type::INT32:
          return scan(int32_t{});
        case arrow::Type::INT64:
          return scan(int64_t{});
        default:
          return Status::OK();
      }
    }));
  }
  if (!checks.sum && !checks.list_length) return Status::OK();
  Reporter reporter(checks, faults);
  return ScanLists(checks, array, &reporter);
}

Result<ArrayPtr> NonFiniteToNull(const ArrayPtr& array, const TypePtr& type) {
  if (!arrow::is_nested(type->id())) {
    return type->id() == arrow::Type::FLOAT ? ValuesToNull<float>(array)
                                            : ValuesToNull<double>(array);
  }
  HOWDAH_ASSIGN_OR_RETURN(const ArrayPtr elements,
                          NonFiniteToNull(arrow::MakeArray(array->data()->child_data[0]),
                                          type->field(0)->type()));
  std::shared_ptr<arrow::ArrayData> data = array->data()->Copy();
  data->type = type;
  data->child_data[0] = elements->data();
  return arrow::MakeArray(std::move(data));
}

}  // namespace howdah
