#include "app/doctor/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "async/blocking_pool.h"
#include "async/event.h"

namespace whittle::app::doctor {
namespace {

namespace asio = boost::asio;

std::string NameOf(std::string_view check, const std::string& source) {
  return source.empty() ? std::string(check) : fmt::format("{} {}", check, source);
}

// One check of the server, or one source and all checks of that.
struct Task {
  std::string check;
  std::string source;
  std::function<std::vector<Line>()> work;
  std::optional<std::vector<Line>> lines;  // once it has ended
};

std::vector<Task> TasksOf(const std::shared_ptr<const Bench>& bench,
                          std::span<const Check* const> checks, const RunOptions& options) {
  std::vector<Task> tasks;
  std::vector<const Check*> of_sources;
  std::ranges::copy_if(checks, std::back_inserter(of_sources),
                       [](const Check* check) { return check->of_source != nullptr; });
  std::vector<SourceTable> tables = {{}};  // the unnamed one
  tables.insert(tables.end(), bench->settings.sources.begin(), bench->settings.sources.end());
  if (of_sources.empty()) tables.clear();
  for (const SourceTable& table : tables) {
    auto work = [bench, table, of_sources, timeout = options.timeout,
                 key = KeyFor(bench->settings, options.keys, table.name)] {
      SourceTable plain = table;  // what it has of its own is made shorter, too
      plain.own.clear();
      const Probe probe = ProbeSource(Within(WithOwn(table.own, bench->settings), timeout), plain,
                                      key, bench->workers());
      std::vector<Line> lines;
      for (const Check* check : of_sources) {
        for (Finding& finding : check->of_source(*bench, probe)) {
          lines.push_back({std::string(check->name), table.name, std::move(finding)});
        }
      }
      return lines;
    };
    tasks.push_back({std::string(of_sources.front()->name), table.name, std::move(work), {}});
  }
  for (const Check* check : checks) {
    if (check->of_server == nullptr) continue;
    auto work = [bench, check] {
      std::vector<Line> lines;
      for (Finding& finding : check->of_server(*bench)) {
        lines.push_back({std::string(check->name), {}, std::move(finding)});
      }
      return lines;
    };
    tasks.push_back({std::string(check->name), {}, std::move(work), {}});
  }
  return tasks;
}

Finding Unfinished(const Error& error, std::chrono::milliseconds timeout) {
  if (error.kind == ErrorKind::kUpstreamTimeout) {
    return Failure(fmt::format("has not ended within {} ms", timeout.count()),
                   "what it looks at hangs; give it longer: --timeout");
  }
  return Failure("cannot be looked at: " + (error.detail.empty() ? error.text : error.detail),
                 "try again");
}

async::Awaitable<void> Do(async::BlockingPool& pool, Task& task,
                          std::chrono::milliseconds timeout) {
  auto work = [work = task.work]() -> Expected<std::vector<Line>> { return work(); };
  auto lines = co_await pool.Run(std::move(work), async::kNever, {});
  task.lines =
      lines ? *std::move(lines)
            : std::vector<Line>{{task.check, task.source, Unfinished(lines.error(), timeout)}};
}

// Ends when all tasks have.
async::Awaitable<void> TellWhatIsWaitedFor(const std::vector<Task>& tasks,
                                           const RunOptions& options) {
  while (true) {
    async::Timer timer(co_await asio::this_coro::executor, options.tell_after);
    co_await timer.async_wait(async::kAwaitTuple);
    std::string names;
    for (const Task& task : tasks) {
      if (task.lines) continue;
      names += (names.empty() ? "" : ", ") + NameOf(task.check, task.source);
    }
    if (names.empty()) co_return;
    options.on_wait(names);
  }
}

}  // namespace

std::string KeyFor(const Settings& settings, const std::vector<std::string>& keys,
                   const std::string& source) {
  const auto is_source = [&](const std::string& name) {
    return std::ranges::find(settings.sources, name, &SourceTable::name) != settings.sources.end();
  };
  std::string for_all;
  std::string own;
  for (const std::string& text : keys) {
    const std::size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    const bool is_named = colon != std::string::npos && (name.empty() || is_source(name));
    if (!is_named) {
      for_all = text;
    } else if (name == source) {
      own = text.substr(colon + 1);
    }
  }
  return own.empty() ? for_all : own;
}

Examination Examine(const std::shared_ptr<const Bench>& bench, std::span<const Check* const> checks,
                    const RunOptions& options) {
  std::vector<Task> tasks = TasksOf(bench, checks, options);
  async::BlockingPool pool({.name = "doctor",
                            .threads = std::clamp(static_cast<int>(tasks.size()), 1, kMostThreads),
                            .most_lost = kMostThreads,
                            .patience = options.timeout + options.grace,
                            .limit = options.timeout + options.grace});
  constexpr int kOneThread = 1;
  asio::io_context context(kOneThread);
  std::size_t left = tasks.size();
  for (Task& task : tasks) {
    asio::co_spawn(context.get_executor(), Do(pool, task, options.timeout),
                   [&](std::exception_ptr thrown) {
                     if (thrown) std::rethrow_exception(thrown);
                     if (--left == 0) context.stop();
                   });
  }
  if (options.on_wait) {
    asio::co_spawn(context.get_executor(), TellWhatIsWaitedFor(tasks, options), asio::detached);
  }
  context.run();
  pool.Join();
  Examination examination{.has_lost = pool.stats().lost > 0};
  for (Task& task : tasks) {
    std::ranges::move(*task.lines, std::back_inserter(examination.lines));
  }
  return examination;
}

}  // namespace whittle::app::doctor
