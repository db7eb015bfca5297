// SPDX-License-Identifier: Apache-2.0
#include "tap/pop3_witness.h"

#include <utility>

namespace tap {

using li::Status;
using li::What;

li::Event Pop3Witness::fetch_event(const pop3::Fetch& what, Status status,
                                   std::int64_t time) const
{
    li::Event event =
        this->event(what.lines ? What::partially_fetched : What::fetched, status, time);
    event.features.emplace_back("message", std::to_string(what.message));
    if (what.lines)
        event.features.emplace_back("TOP", std::to_string(*what.lines));
    if (const auto id = unique_ids_.find(what.message); id != unique_ids_.end())
        event.features.emplace_back("UIDL", id->second);
    return event;
}

void Pop3Witness::fetch_began(const pop3::Fetch& what)
{
    wanted_ = !targets().empty();
    in_order([this, what, began = now(), content = wanted_ ? new_content() : nullptr] {
        fetch_ = what;
        began_ = began;
        content_ = content;
    });
}

void Pop3Witness::fetched(std::string_view bytes)
{
    if (wanted_)
        later([this, bytes] { content_->append(bytes); });
}

void Pop3Witness::fetch_ended(bool whole)
{
    later([this, whole, time = now()] { report(whole, time); });
}

void Pop3Witness::report(bool whole, std::int64_t time)
{
    const std::shared_ptr<Gathered> content = std::exchange(content_, nullptr);
    if (targets(time).empty())
        return;
    li::Event event = fetch_event(fetch_, whole ? Status::succeeded : Status::failed, time);
    const std::uint64_t size = content ? content->size() : 0;
    if (whole && content)
        content->append(".\r\n");
    if (!whole)
        event.cause = cut_off();
    event.direction = li::Direction::to_target;
    submit(std::move(event),
           {.content = content, .began = began_, .header = true, .size = size});
}

void Pop3Witness::fetch_refused(const pop3::Fetch& what, const pop3::Reply& why)
{
    later([this, what, time = now(), code = std::string(why.code),
           text = std::string(why.text)] {
        if (targets(time).empty())
            return;
        li::Event event = fetch_event(what, Status::failed, time);
        event.cause = {.layer = "protocol", .code = "-ERR", .enhanced = code, .text = text};
        submit(std::move(event));
    });
}

void Pop3Witness::identified(std::uint32_t message, std::string_view unique_id)
{
    later([this, message, id = std::string(unique_id)]() mutable {
        if (!targets().empty() && unique_ids_.size() < unique_ids_limit)
            unique_ids_[message] = std::move(id);
    });
}

} // namespace tap
