#include "pipeline/together.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "pipeline/encode_kept.h"
#include "pipeline/kept_canvas.h"
#include "pipeline/one_result.h"
#include "pipeline/shared_planes.h"
#include "pipeline/stream.h"

namespace whittle::pipeline {
namespace {

// What takes the rows of one result, up to its file.
class RowsToFile final {
 public:
  using Piece = pixel::RowSpan;

  static Expected<std::unique_ptr<RowsToFile>> For(const Job& job, const Transform& transform) {
    std::unique_ptr<RowsToFile> made(new RowsToFile(job, transform.params().max_bytes));
    if (job.plan.keeps_canvas) {
      made->kept_.emplace(job.workspace.kept, job.result);
      made->stream_.emplace(job, *made->kept_);
    } else {
      WHITTLE_TRY(made->sink_, job.output().create(job.result));
      made->stream_.emplace(job, *made->sink_);
    }
    return made;
  }
  RowStream& stream() { return *stream_; }
  // Of the decoder's rows those may be given that nobody else has.
  bool changes_rows() const { return !job_.plan.resizes(); }
  Expected<Bytes> Finish() {
    WHITTLE_CHECK(stream_->Finish());
    return kept_ ? EncodeKept(job_, kept_->rows(), max_bytes_) : sink_->Finish();
  }

 private:
  RowsToFile(const Job& job, std::uint64_t max_bytes) : job_(job), max_bytes_(max_bytes) {}

  const Job& job_;
  const std::uint64_t max_bytes_;
  std::unique_ptr<codec::RowSink> sink_;
  std::optional<KeptCanvas> kept_;
  std::optional<RowStream> stream_;
};

class PlanesToFile final {
 public:
  using Piece = const codec::PlaneBands&;

  static Expected<std::unique_ptr<PlanesToFile>> For(const Job& job, const Transform&) {
    WHITTLE_TRY(auto stream, PlaneStream::For(job));
    return std::unique_ptr<PlanesToFile>(new PlanesToFile(std::move(stream)));
  }
  PlaneStream& stream() { return *stream_; }
  bool changes_rows() const { return false; }
  Expected<Bytes> Finish() { return stream_->Finish(); }

 private:
  explicit PlanesToFile(std::unique_ptr<PlaneStream> stream) : stream_(std::move(stream)) {}
  const std::unique_ptr<PlaneStream> stream_;
};

// Stops what is done for all once each of them has ended or is to stop. Should two be told at the
// very same moment and neither see the other, the next piece ends the decode.
class WhenNobodyIsLeft {
 public:
  explicit WhenNobodyIsLeft(std::span<const Member> members) : gone_(members.size()) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      callbacks_.emplace_back(members[i].stop, [this, i] { Ended(i); });
    }
  }
  std::stop_token token() const { return stop_.get_token(); }
  void Ended(std::size_t member) {
    gone_[member].request_stop();
    const auto is_gone = [](const std::stop_source& each) { return each.stop_requested(); };
    if (std::ranges::all_of(gone_, is_gone)) stop_.request_stop();
  }

 private:
  std::stop_source stop_;
  std::vector<std::stop_source> gone_;  // as flags that any thread may set
  std::deque<std::stop_callback<std::function<void()>>> callbacks_;
};

class Silent final : public PhaseObserver {
 public:
  void Enter(Phase) override {}
};

// The results, and the decode as what all of them do.
template <class File>
class Results final : public Taker<typename File::Piece>, public PhaseObserver {
 public:
  using Piece = typename File::Piece;

  Results(std::span<const Member> members, const OnEnd& on_end)
      : members_(members), on_end_(on_end), left_(members), branches_(members.size()) {}

  void Run() {
    // Without memory for what all have in common, each makes its own.
    if (!Guarded([this] { return Share(); })) shared_.reset();
    for (std::size_t i = 0; i < branches_.size(); ++i) Begin(i);
    const auto decoded = Guarded([this] { return Decode(); });
    shared_.reset();
    Leave();
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      if (!branches_[i].file) continue;
      End(i, decoded ? Guarded([&] { return Finish(branches_[i]); })
                     : Expected<Encoded>(std::unexpected(decoded.error())));
    }
  }

  Expected<void> Judge(bool truncated) override {
    ForEach([truncated](Branch& branch) { return branch.file->stream().Judge(truncated); });
    return AnyIsLeft();
  }
  Expected<void> Take(Piece piece) override {
    if constexpr (kOfPlanes) {
      const codec::PlaneShapes& shapes = *members_.front().prepared->plan.planes;
      const int most = SharedPlanes::RowsAtOnce(shapes);
      for (int y = 0; y < piece[0].rows; y += most) {
        const codec::PlaneBands rows = RowsOf(shapes, piece, y, most);
        if (y > 0) Enter(Phase::kDecode);
        if (shared_) shared_->Take(rows);  // everybody's time, as the decoder's is
        WHITTLE_CHECK(GiveToEach(rows));
      }
      return {};
    } else {
      return GiveToEach(piece);
    }
  }
  void Enter(Phase phase) override {
    for (const Branch& branch : branches_) {
      if (branch.file) branch.phases().Enter(phase);
    }
  }
  void Leave() override {
    for (const Branch& branch : branches_) {
      if (branch.file) branch.phases().Leave();
    }
  }

 private:
  static constexpr bool kOfPlanes = std::is_same_v<File, PlanesToFile>;

  struct Branch {
    std::unique_ptr<OneResult> one;
    std::unique_ptr<File> file;  // null before it has begun and once it has ended
    PhaseObserver& phases() const { return one->job().phases; }
    bool is_to_stop() const { return one->job().stop.stop_requested(); }
  };

  Expected<void> GiveToEach(Piece piece) {
    Leave();
    ForEach([this, &piece](Branch& branch) -> Expected<void> {
      if (branch.is_to_stop()) return Fail(ErrorKind::kCancelled);
      auto taken = branch.file->stream().Take(OwnOf(branch, piece));
      branch.phases().Leave();
      return taken;
    });
    return AnyIsLeft();
  }

  Expected<void> Share() {
    if constexpr (kOfPlanes) {
      std::vector<const Plan*> plans;
      for (const Member& member : members_) plans.push_back(&member.prepared->plan);
      shared_.emplace(plans);
    }
    return {};
  }

  PhaseObserver& PhasesOf(const Member& member) {
    return member.observer != nullptr ? *member.observer : silent_;
  }

  void Begin(std::size_t i) {
    const Member& member = members_[i];
    Branch& branch = branches_[i];
    PhaseObserver& phases = PhasesOf(member);
    phases.Enter(Phase::kDecode);
    const auto begun = Guarded([&]() -> Expected<void> {
      branch.one =
          std::make_unique<OneResult>(*member.workspace, *member.prepared, member.stop, phases);
      WHITTLE_CHECK(branch.one->Begin(shared_ ? &*shared_ : nullptr));
      WHITTLE_TRY(branch.file, File::For(branch.one->job(), *member.prepared->transform));
      return {};
    });
    phases.Leave();
    if (!begun) End(i, std::unexpected(begun.error()));
  }

  // By the first's plan: all say the same of the decoder.
  Expected<void> Decode() {
    const Prepared& first = *members_.front().prepared;
    bool truncated = false;  // NOLINT(misc-const-correctness): Job may; each result has its own
    const Job job = {.input = *first.input,
                     .source = first.source,
                     .header = first.header,
                     .plan = first.plan,
                     .limits = *first.limits,
                     .result = {},
                     .stop = left_.token(),
                     .phases = *this,
                     .workspace = *members_.front().workspace,
                     .truncated = truncated};
    WHITTLE_CHECK(AnyIsLeft());
    job.workspace.PrepareToDecode(first.plan);  // the first may have ended before it came to that
    if constexpr (kOfPlanes) {
      return DecodePlanes(job, *this);
    } else {
      return DecodeRows(job, *this);
    }
  }

  Expected<Encoded> Finish(Branch& branch) {
    if (branch.is_to_stop()) return Fail(ErrorKind::kCancelled);
    WHITTLE_TRY(Bytes bytes, branch.file->Finish());
    return branch.one->End(std::move(bytes));
  }
  // Its buffers are not looked at again, but for the first's.
  void End(std::size_t i, Expected<Encoded> result) {
    branches_[i].file.reset();
    branches_[i].one.reset();
    PhasesOf(members_[i]).Leave();
    left_.Ended(i);
    on_end_(i, std::move(result));
  }

  // One that fails ends, and it alone.
  template <class F>
  void ForEach(const F& f) {
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      Branch& branch = branches_[i];
      if (!branch.file) continue;
      const auto done = Guarded([&] { return f(branch); });
      if (!done) End(i, std::unexpected(done.error()));
    }
  }
  Expected<void> AnyIsLeft() const {
    if (std::ranges::any_of(branches_,
                            [](const Branch& branch) { return branch.file != nullptr; })) {
      return {};
    }
    return Fail(ErrorKind::kCancelled);
  }

  // What a result that hands the decoder's rows on, and may change them, gets of a piece.
  Piece OwnOf(const Branch& branch, Piece piece) {
    if constexpr (!kOfPlanes) {
      if (branch.file->changes_rows()) {
        copy_.Shape(piece.width, piece.rows, piece.format);
        const pixel::RowSpan rows = copy_.rows();
        for (int y = 0; y < rows.rows; ++y) {
          std::memcpy(rows.row(y), piece.row(y), rows.row_bytes());
        }
        return rows;
      }
    }
    // NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter): the decoder keeps it for the call
    return piece;
  }

  const std::span<const Member> members_;
  const OnEnd& on_end_;
  Silent silent_;
  WhenNobodyIsLeft left_;
  std::vector<Branch> branches_;
  RowBuffer copy_;
  std::optional<SharedPlanes> shared_;  // while planes are decoded
};

}  // namespace

std::uint32_t DecodeOf(const Prepared& prepared) {
  const Plan& plan = prepared.plan;
  const codec::Header& header = prepared.header;
  if (!prepared.is_settled || plan.output.animated || plan.drawing) return 0;
  // A picture that is open already is one for each.
  if (header.opened != nullptr || header.vector != nullptr) return 0;
  if (!plan.planes) return 1;
  return DecodesToShrink(*prepared.input, plan) ? 2 : 3;
}

void RunTogether(std::span<const Member> members, const OnEnd& on_end) {
  if (members.empty()) return;
  if (members.front().prepared->plan.planes) {
    Results<PlanesToFile>(members, on_end).Run();
  } else {
    Results<RowsToFile>(members, on_end).Run();
  }
}

}  // namespace whittle::pipeline
