#include "pipeline/operations.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "base/checked.h"
#include "pipeline/plan.h"

namespace whittle::pipeline {

#define WHITTLE_OPERATION(name) extern const Operation k##name;
#include "pipeline/operations.def"
#undef WHITTLE_OPERATION

namespace {

constexpr const Operation* kOperations[] = {
#define WHITTLE_OPERATION(name) &k##name,
#include "pipeline/operations.def"
#undef WHITTLE_OPERATION
};
static_assert(std::size(kOperations) <= 32, "OperationSet has a bit for each");

// Calls `each` with the plan's operations, in order.
void ForEach(const Plan& plan, const auto& each) {
  for (std::size_t i = 0; i < std::size(kOperations); ++i) {
    if ((plan.operations.rows >> i & 1U) != 0) each(*kOperations[i]);
  }
}

bool AddsChannels(const Operation& operation, const Plan& plan, pixel::PixelFormat taken) {
  if (operation.gives == nullptr) return false;
  const pixel::PixelFormat given = operation.gives(plan, taken);
  return (IsGrey(taken) && !IsGrey(given)) || (!HasAlpha(taken) && HasAlpha(given));
}

}  // namespace

std::span<const Operation* const> Operations() { return kOperations; }

OperationSet ActiveOperations(const Plan& plan) {
  OperationSet active;
  for (std::size_t i = 0; i < std::size(kOperations); ++i) {
    if (!kOperations[i]->active(plan)) continue;
    active.rows |= 1U << i;
    active.on_picture = active.on_picture || kOperations[i]->on_picture != nullptr;
  }
  return active;
}

std::uint64_t OperationBytes(const Plan& plan) {
  std::uint64_t on_picture = 0, on_rows = 0;
  ForEach(plan, [&](const Operation& operation) {
    const std::uint64_t bytes = operation.bytes != nullptr ? operation.bytes(plan) : 0;
    if (operation.on_picture != nullptr) {
      on_picture = std::max(on_picture, bytes);
    } else {
      on_rows = SaturatingAdd(on_rows, bytes);
    }
  });
  return SaturatingAdd(on_picture, on_rows);
}

double OperationNs(const Plan& plan) {
  double sum = 0;
  ForEach(plan, [&](const Operation& operation) { sum += operation.result_ns; });
  return sum;
}

pixel::PixelFormat FormatAfterOperations(const Plan& plan) {
  pixel::PixelFormat format = plan.working;
  ForEach(plan, [&](const Operation& operation) {
    if (operation.gives != nullptr) format = operation.gives(plan, format);
  });
  return format;
}

Expected<pixel::RowSpan> ApplyToPicture(pixel::RowSpan picture, const Plan& plan,
                                        const std::stop_token& stop) {
  Expected<pixel::RowSpan> left = picture;
  ForEach(plan, [&](const Operation& operation) {
    if (operation.on_picture != nullptr && left) left = operation.on_picture(*left, plan, stop);
  });
  return left;
}

RowChanges::RowChanges(const Plan& plan) {
  bool late = false;
  ForEach(plan, [&](const Operation& operation) {
    if (operation.on_rows == nullptr) return;
    late = late || AddsChannels(operation, plan, plan.working);
    (late ? written_ : working_)
        .push_back(operation.on_rows(plan, late ? plan.written : plan.working));
  });
}

void RowChanges::ApplyToWorking(pixel::RowSpan rows) {
  for (RowChange& change : working_) change(rows);
}

void RowChanges::ApplyToWritten(pixel::RowSpan rows) {
  for (RowChange& change : written_) change(rows);
}

}  // namespace whittle::pipeline
