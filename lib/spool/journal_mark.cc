// SPDX-License-Identifier: Apache-2.0
#include "spool/journal_mark.h"

#include "base/failure.h"
#include "base/file.h"
#include "spool/layout.h"
#include "spool/queue_files.h"
#include "text/words.h"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>
#include <unistd.h>

namespace spool {

namespace {

constexpr mode_t file_mode = 0640;
constexpr std::string_view finished_word = "finished";

bool read_line(std::string_view line, Follower::Position& position)
{
    const std::size_t space = line.find(' ');
    const auto segment = parse_segment_name(line.substr(0, space), "");
    if (space == line.npos || !segment)
        return false;
    const std::string_view rest = line.substr(space + 1);
    const auto offset = text::number_in<std::uint64_t>(rest);
    position = {*segment, offset.value_or(0), rest == finished_word};
    return offset || position.finished;
}

} // namespace

void write_journal_mark(const std::string& spool,
                        const std::vector<Follower::Position>& positions)
{
    make_folder(spool, run_directory(spool));
    std::string text;
    for (const Follower::Position& one : positions)
        text += one.finished ? fmt::format("{:010x} {}\n", one.segment, finished_word)
                             : fmt::format("{:010x} {}\n", one.segment, one.offset);
    const std::string path = journal_mark_path(spool);
    const std::string fresh = path + ".new";
    (void)::unlink(fresh.c_str()); // of one who died
    base::make_scratch_file(fresh, text, file_mode);
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        base::fail_errno("rename", fresh);
}

std::vector<Follower::Position> read_journal_mark(const std::string& spool)
{
    std::vector<Follower::Position> positions;
    const std::string text = base::read_file_if_there(journal_mark_path(spool));
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        Follower::Position position;
        if (read_line(rest.substr(0, end), position))
            positions.push_back(position);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return positions;
}

} // namespace spool
