// SPDX-License-Identifier: Apache-2.0
// conf/table_ums.cc - the keys of [ums].
#include "conf/table.h"
#include "spool/mailbox_lists.h"
#include "text/domain.h"

namespace conf {

namespace {

// Domains, or "*"; in lower case, as A-labels.
struct Domains {
    static Parsed<std::vector<std::string>> parse(std::string_view text)
    {
        std::vector<std::string> domains;
        for (const std::string_view word : split_words(text)) {
            const std::optional<std::string> domain = text::normal_domain(word);
            if (word != "*" && !domain)
                return std::unexpected("has \"" + std::string(word) +
                                       "\", which is no domain");
            domains.push_back(word == "*" ? "*" : *domain);
        }
        return domains;
    }
    static std::string show(const std::vector<std::string>& value) { return joined(value); }
};

} // namespace

std::span<const Key<Ums>> ums_keys()
{
    using Row = Rows<Ums>;
    static constexpr Key<Ums> keys[] = {
        Row::of<YesNo, &Ums::enabled>(
            "enabled", "Whether users may read their queued mail: yes or no."),
        Row::of<Path, &Ums::database>(
            "database", "The SQLite file with what logins have taught about passwords."),
        Row::of<Domains, &Ums::learn>(
            "learn", "Domains whose users' logins teach; *: all.  Empty: nobody's."),
        Row::of<Seconds<3600>, &Ums::verifier_age>(
            "verifier-age", "How long a password is known after its last login."),
        Row::of<Number<1>, &Ums::verifiers>("verifiers",
                                            "Most users whose password is known."),
        Row::of<Number<1, 1000>, &Ums::guesses>(
            "guesses", "Wrong passwords of a user after which there is a pause."),
        Row::of<Seconds<1, 3600>, &Ums::guess_pause>(
            "guess-pause", "The first such pause; doubles up to an hour."),
        Row::of<Choice<ums::OnDelete>, &Ums::on_delete>(
            "on-delete", "What a deletion does: keep, hide or withdraw."),
        Row::of<Number<1, 1'000'000>, &Ums::messages>(
            "messages", "Most messages that a user is shown, the oldest."),
        Row::of<YesNo, &Ums::stand_in>(
            "stand-in", "Whether pop-proxy shows the queue for a backend that is down."),
        Row::of<Seconds<0, 86400>, &Ums::after>(
            "after", "How long a backend is down before users are shown the queue."),
        Row::of<Seconds<0, 86400>, &Ums::steady>(
            "steady", "How long a backend lives before users are shown it again."),
        Row::of<Number<0, spool::MailboxLists::most_messages>, &Ums::remember>(
            "remember",
            "Most messages of a mailbox whose unique ids are remembered; 0: none."),
        Row::of<Seconds<3600>, &Ums::remember_for>(
            "remember-for", "How long they are, of a user who is not seen."),
    };
    return keys;
}

} // namespace conf
