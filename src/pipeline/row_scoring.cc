#include "pipeline/row_scoring.h"

#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "types/row_hash.h"
#include "write/partitioner.h"

namespace howdah {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;

/// Of `rows`, what the landing takes from them.
Result<Batch> KeptColumns(const PreparedJob& prepared, const arrow::RecordBatch& rows) {
  std::vector<int> columns;
  columns.reserve(prepared.spec.output.keep.size());
  for (const std::string& name : prepared.spec.output.keep) {
    columns.push_back(rows.schema()->GetFieldIndex(name));
  }
  return rows.SelectColumns(columns);
}

/// `batch` without the rows of `faults`.
Result<Batch> Without(const Batch& batch, const std::vector<RowFault>& faults) {
  std::vector<Batch> left;
  for (const RowRun& run : RowsWithout(faults, batch->num_rows())) {
    left.push_back(batch->Slice(run.begin, run.rows));
  }
  if (left.empty()) return batch->Slice(0, 0);
  return arrow::ConcatenateRecordBatches(left);
}

/// The rows whose values can name no directories; their rows count in `batch`.
Result<std::vector<RowFault>> PartitionFaults(
    const arrow::RecordBatch& batch, const std::vector<std::string>& partition_by) {
  HOWDAH_ASSIGN_OR_RETURN(auto rows, FindUnpartitionable(batch, partition_by));
  std::vector<RowFault> faults;
  for (UnpartitionableRow& row : rows) {
    faults.push_back({.row = row.row,
                      .column = std::move(row.column),
                      .code = FaultCode::kPartition,
                      .message = std::move(row.message)});
  }
  return faults;
}

/// Add `faults`, whose rows count among the rows from `begin` on that `earlier` left.
void AddFaults(RowStage stage, const std::vector<RowFault>& faults,
               const std::vector<RowFault>& earlier, int64_t begin,
               std::vector<BadRow>* bad) {
  size_t passed = 0;
  for (RowFault fault : faults) {
    fault.row += static_cast<int64_t>(passed);
    while (passed < earlier.size() && earlier[passed].row <= fault.row) {
      ++passed;
      ++fault.row;
    }
    fault.row += begin;
    bad->push_back({stage, std::move(fault)});
  }
}

}  // namespace

RowScorer::RowScorer(const PreparedJob& prepared, Predictor& predictor)
    : prepared_(prepared),
      predictor_(predictor),
      quarantine_(prepared.spec.checks.bad_rows == "quarantine"),
      kept_(prepared.landing->kept_fields()) {}

Result<ScoredRows> RowScorer::Score(const arrow::RecordBatch& rows,
                                    const Place& place) const {
  ScoredRows scored;
  scored.non_finite.resize(
      static_cast<size_t>(prepared_.landing->schema()->num_fields()));
  place(0, rows.num_rows());
  const Result<std::vector<Tensor>> inputs = prepared_.feed->Tensors(rows);
  const bool apart = quarantine_ && Is(inputs.status(), ErrorKind::kInvalidInput);
  if (!apart) HOWDAH_RETURN_IF_ERROR(inputs.status());

  const int64_t batch_rows = prepared_.spec.model.batch_rows;
  for (int64_t begin = 0; begin < rows.num_rows(); begin += batch_rows) {
    const Batch batch = rows.Slice(begin, batch_rows);
    place(begin, batch->num_rows());
    const Status status = apart ? ScoreApart(*batch, begin, &scored)
                                : ScoreBatch(*inputs, begin, *batch, begin, &scored);
    HOWDAH_RETURN_IF_ERROR(status);
  }
  std::sort(scored.bad.begin(), scored.bad.end(),
            [](const auto& a, const auto& b) { return a.fault.row < b.fault.row; });
  return scored;
}

// \param inputs  tensors in which those of `rows` begin at `tensor_begin`.
Status RowScorer::ScoreBatch(const std::vector<Tensor>& inputs, int64_t tensor_begin,
                             const arrow::RecordBatch& rows, int64_t begin,
                             ScoredRows* scored) const {
  const Result<std::vector<Tensor>> outputs =
      predictor_.RunRows(inputs, tensor_begin, rows.num_rows());
  if (quarantine_ && Is(outputs.status(), ErrorKind::kInvalidInput)) {
    return ScoreApart(rows, begin, scored);
  }
  HOWDAH_RETURN_IF_ERROR(outputs.status());
  return Land(rows, *outputs, begin, scored);
}

// Some of `rows` fail in the feed or in the model, all others shall land.
Status RowScorer::ScoreApart(const arrow::RecordBatch& rows, int64_t begin,
                             ScoredRows* scored) const {
  std::vector<RowRun> waiting{{0, rows.num_rows()}};  // the next one last
  while (!waiting.empty()) {
    const RowRun run = waiting.back();
    waiting.pop_back();
    if (run.rows == 0) continue;
    const Batch part = rows.Slice(run.begin, run.rows);
    std::optional<RowFault> fault;
    RowStage stage = RowStage::kInput;
    const Result<std::vector<Tensor>> inputs = prepared_.feed->Tensors(*part, &fault);
    Status status = inputs.status();
    std::vector<Tensor> outputs;
    if (status.ok()) {
      stage = RowStage::kModel;
      status = predictor_.Run(*inputs).Value(&outputs);
    }
    if (status.ok()) {
      HOWDAH_RETURN_IF_ERROR(Land(*part, outputs, begin + run.begin, scored));
      continue;
    }
    if (!Is(status, ErrorKind::kInvalidInput)) return status;
    if (!fault && run.rows > 1) {
      const int64_t half = run.rows / 2;
      waiting.push_back({run.begin + half, run.rows - half});
      waiting.push_back({run.begin, half});
      continue;
    }
    if (!fault) {
      const FaultCode code =
          stage == RowStage::kModel ? FaultCode::kModel : FaultCode::kLength;
      fault = {.row = 0, .column = "", .code = code, .message = status.message()};
    }
    waiting.push_back({run.begin + fault->row + 1, run.rows - fault->row - 1});
    waiting.push_back({run.begin, fault->row});
    fault->row += begin + run.begin;
    scored->bad.push_back({stage, *std::move(fault)});
  }
  return Status::OK();
}

Status RowScorer::Land(const arrow::RecordBatch& rows, const std::vector<Tensor>& outputs,
                       int64_t begin, ScoredRows* scored) const {
  HOWDAH_ASSIGN_OR_RETURN(const Batch kept, KeptColumns(prepared_, rows));
  HOWDAH_ASSIGN_OR_RETURN(Landed landed, prepared_.landing->Land(*kept, outputs));
  AddFaults(RowStage::kOutput, landed.faults, {}, begin, &scored->bad);
  if (quarantine_) {
    HOWDAH_ASSIGN_OR_RETURN(const auto faults,
                            PartitionFaults(*landed.rows, prepared_.partition_by));
    AddFaults(RowStage::kPartition, faults, landed.faults, begin, &scored->bad);
    if (!faults.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(landed.rows, Without(landed.rows, faults));
    }
  }
  for (size_t i = 0; i < scored->non_finite.size(); ++i) {
    scored->non_finite[i].nan += landed.non_finite[i].nan;
    scored->non_finite[i].inf += landed.non_finite[i].inf;
  }
  if (landed.rows->num_rows() == 0) return Status::OK();
  HOWDAH_ASSIGN_OR_RETURN(
      landed.rows, prepared_.format->AsStored(std::move(landed.rows), prepared_.encoder));
  HOWDAH_ASSIGN_OR_RETURN(scored->key_hashes.emplace_back(),
                          HashRows(*landed.rows, kept_));
  scored->batches.push_back(std::move(landed.rows));
  return Status::OK();
}

}  // namespace howdah
