// SPDX-License-Identifier: Apache-2.0
// delivery/expansion.cc - see expansion.h.
#include "delivery/expansion.h"

#include "text/lines.h"

#include <algorithm>
#include <map>
#include <optional>

namespace delivery {

namespace {

constexpr int most_rewrites = 20; // in a row

using db::AddressKind;
using db::AddressRow;

const AddressRow* find_rewrite(const std::vector<AddressRow>& rows)
{
    const auto found = std::find_if(rows.begin(), rows.end(), [](const AddressRow& row) {
        return row.kind == AddressKind::rewrite && !row.target.empty();
    });
    return found == rows.end() ? nullptr : &*found;
}

bool forks(const std::vector<AddressRow>& rows)
{
    return std::any_of(rows.begin(), rows.end(), [](const AddressRow& row) {
        return row.kind == AddressKind::copy || row.kind == AddressKind::forward;
    });
}

// In a circle.
bool came_by(const Leaf& at, std::string_view key)
{
    return std::ranges::any_of(at.via, [key](const std::string& address) {
        return text::equal_ignoring_case(address, key);
    });
}

bool holds(const std::vector<std::uint32_t>& places, std::uint32_t place)
{
    return std::ranges::find(places, place) != places.end();
}

class Walk {
public:
    Walk(Facts& facts, const std::set<std::string>& passed) : facts_(facts), passed_(passed)
    {
    }

    // A recipient that needs no expansion takes its place, so that nobody leads to it
    // again.
    void stays(const std::string& address, bool lost)
    {
        const std::string key = text::to_lower(address);
        ends_.emplace(key, std::nullopt);
        if (!lost)
            having_.insert(key);
    }

    // Each recipient is followed with a fresh memory of where it came by: an address that
    // is only part of a circle must not look as if its mail were on its way.
    void start(const std::string& address, std::uint32_t recipient, Expansion& out)
    {
        const std::size_t before = out.leaves.size();
        duplicate_ = false;
        visited_.clear();
        work_.push_back({address, recipient, false, {}});
        while (!work_.empty()) {
            const Leaf next = work_.back();
            work_.pop_back();
            visit(next, out);
        }
        if (out.leaves.size() > before || duplicate_)
            out.replaced.push_back(recipient);
        else
            out.looping.push_back(recipient);
    }

private:
    void visit(const Leaf& at, Expansion& out)
    {
        const std::string key = text::to_lower(at.address);
        const std::vector<AddressRow> rows = facts_.address(at.address);
        const AddressRow* rewrite = find_rewrite(rows);
        if (rewrite == nullptr && !forks(rows))
            return add_leaf(at, key, out);
        if (came_by(at, key) || (!visited_.insert(key).second && !may_go_again(at)))
            return;
        if (forks(rows) && expanded_.insert(key).second)
            out.expanded.push_back(at.address);
        follow(at, rows, rewrite, key, out);
    }

    void follow(const Leaf& at, const std::vector<AddressRow>& rows,
                const AddressRow* rewrite, const std::string& key, Expansion& out)
    {
        const bool came_back = passed_.contains(key);
        std::vector<std::string> via = at.via;
        via.push_back(at.address);
        bool keeps = true;
        bool mailbox = rewrite != nullptr;
        for (const AddressRow& row : rows) {
            const bool to_itself = text::equal_ignoring_case(row.target, at.address);
            mailbox |= row.kind == AddressKind::mailbox || to_itself;
            if (row.kind == AddressKind::mailbox || row.kind == AddressKind::rewrite)
                continue;
            keeps &= row.kind == AddressKind::copy;
            if (!came_back && !to_itself && !row.target.empty())
                work_.push_back({row.target, at.recipient,
                                 at.private_copy || row.kind == AddressKind::copy, via});
        }
        if (!keeps && !mailbox)
            return;
        if (rewrite != nullptr)
            work_.push_back(
                {rewrite->target, at.recipient, at.private_copy, std::move(via)});
        else
            add_leaf(at, key, out);
    }

    void add_leaf(const Leaf& at, const std::string& key, Expansion& out)
    {
        const auto [end, first] = ends_.emplace(key, std::nullopt);
        if (!first) {
            duplicate_ = true;
            return add_way(at, key, end->second, out);
        }
        if (out.leaves.size() >= most_leaves) {
            out.too_many = true;
            return;
        }
        end->second = out.leaves.size();
        out.leaves.push_back(at);
    }

    // Nobody gets the message twice; whose mail came this way is known all the same.
    void add_way(const Leaf& at, const std::string& key, std::optional<std::size_t> place,
                 Expansion& out)
    {
        if (!may_go_again(at))
            return;
        if (!place) {
            if (!at.via.empty() && having_.contains(key))
                out.joined.push_back(at);
            return;
        }
        Leaf& leaf = out.leaves[*place];
        leaf.via.push_back(leaf.address);
        leaf.via.insert(leaf.via.end(), at.via.begin(), at.via.end());
    }

    [[nodiscard]] bool may_go_again(const Leaf& at)
    {
        constexpr std::size_t at_least = 64; // it takes time as well as room
        further_ += at_least + at.address.size();
        for (const std::string& address : at.via)
            further_ += address.size();
        return further_ <= most_further;
    }

    Facts& facts_;
    const std::set<std::string>& passed_;
    std::set<std::string> visited_;
    std::set<std::string> expanded_;
    // Final addresses, and where among the leaves they are; nothing: they stay.
    std::map<std::string, std::optional<std::size_t>> ends_;
    std::set<std::string> having_; // of those that stay: they have it, or may get it
    std::size_t further_ = 0;
    std::vector<Leaf> work_;
    bool duplicate_ = false;
};

std::string_view field_body(std::string_view line, std::string_view name)
{
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !text::equal_ignoring_case(line.substr(0, name.size()), name))
        return {};
    return text::trim(line.substr(name.size() + 1));
}

} // namespace

std::string domain_of(std::string_view address)
{
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string()
                                        : text::to_lower(address.substr(at + 1));
}

Expansion expand(const std::vector<std::string>& recipients,
                 const std::vector<std::uint32_t>& waiting,
                 const std::vector<std::uint32_t>& lost,
                 const std::set<std::string>& passed, Facts& facts)
{
    Expansion out;
    Walk walk(facts, passed);
    std::vector<std::uint32_t> to_follow;
    for (std::uint32_t i = 0; i < recipients.size(); ++i) {
        const bool waits = holds(waiting, i);
        if (waits && expands(recipients[i], facts))
            to_follow.push_back(i);
        else
            walk.stays(rewritten(recipients[i], facts), holds(lost, i));
    }
    for (const std::uint32_t i : to_follow)
        walk.start(recipients[i], i, out);
    return out;
}

bool expands(std::string_view address, Facts& facts)
{
    std::string at(address);
    for (int i = 0; i < most_rewrites; ++i) {
        const std::vector<AddressRow> rows = facts.address(at);
        if (rows.empty())
            return false;
        if (forks(rows))
            return true;
        const AddressRow* rewrite = find_rewrite(rows);
        if (rewrite == nullptr)
            return false;
        at = rewrite->target;
    }
    return false;
}

std::optional<std::string> own_mailbox(const std::string& address, Facts& facts)
{
    std::string end = rewritten(address, facts);
    if (end.empty())
        return std::nullopt;
    const auto is_end = [&end](const Leaf& leaf) {
        return text::equal_ignoring_case(leaf.address, end);
    };
    if (expands(address, facts) &&
        std::ranges::none_of(expand({address}, {0}, {}, {}, facts).leaves, is_end))
        return std::nullopt;
    return end;
}

std::string rewritten(std::string_view address, Facts& facts)
{
    std::string at(address);
    for (int i = 0; i < most_rewrites; ++i) {
        const std::vector<AddressRow> rows = facts.address(at);
        const AddressRow* rewrite = rows.empty() ? nullptr : find_rewrite(rows);
        if (rewrite == nullptr)
            return at;
        at = rewrite->target;
    }
    return {};
}

std::set<std::string> delivered_to(std::string_view header)
{
    std::set<std::string> out;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find('\n'), header.size());
        std::string_view line = header.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        const std::string_view body = field_body(line, "Delivered-To");
        if (!body.empty())
            out.insert(text::to_lower(body));
        header.remove_prefix(std::min(end + 1, header.size()));
    }
    return out;
}

} // namespace delivery
