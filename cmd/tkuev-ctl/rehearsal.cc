// SPDX-License-Identifier: Apache-2.0
#include "rehearsal.h"

#include "base/failure.h"
#include "base/random.h"
#include "handed_over.h"
#include "handover/desk.h"
#include "rehearsal_receiver.h"
#include "text/base64.h"

#include <algorithm>
#include <exception>
#include <set>

namespace tkuev {

namespace {

// Servers look once a second whether there is a new list.
constexpr base::seconds until_servers_know{2};
// Servers write records twenty times a second; what has not come by then does not come.
constexpr base::seconds linger{3};
constexpr base::milliseconds between_looks{500};
// All of a ledger is read and its chain verified each time.
constexpr base::milliseconds between_ledgers{2000};

std::string random_token()
{
    return text::hex(base::random_octets(8));
}

// Loopback, over plain TCP: then we can be who receives.
std::optional<net::Address> address_of(const li::Destination& where)
{
    auto address = net::Address::parse_ip(where.peer.host, where.peer.port);
    if (where.method != li::Method::tcp || !address || !address->is_loopback())
        return std::nullopt;
    return address;
}

// What was recorded, and whether all of it has arrived.
class LedgerSight {
public:
    Yield yield{.events = {}, .contents = {}, .contents_seen = false};

    void made(const std::string& parcel, std::string_view stream)
    {
        ++(stream == "iri" ? events_ : contents_);
        on_the_way_.insert(parcel);
    }
    void delivered(const std::string& parcel)
    {
        ++receipts_;
        on_the_way_.erase(parcel);
    }
    // The national form has documents instead of PDUs: then receipts are all there is.
    [[nodiscard]] bool all_delivered() const
    {
        const bool pdus = events_ + contents_ > 0;
        const auto with_content = static_cast<std::size_t>(std::ranges::count_if(
            yield.events, [](const CameOut& came) { return came.octets > 0; }));
        return receipts_ > 0 && on_the_way_.empty() &&
               (!pdus || (events_ >= yield.events.size() && contents_ >= with_content));
    }

private:
    std::size_t events_ = 0; // PDUs
    std::size_t contents_ = 0;
    std::size_t receipts_ = 0;
    std::set<std::string> on_the_way_; // parcels
};

class Rehearsal {
public:
    Rehearsal(Office& office, const li::Measure& measure, const RehearsalPlan& plan)
        : office_(office), measure_(measure), plan_(plan), token_(random_token()),
          begin_(base::wall_microseconds()), receiver_(loop_, measure.reference, begin_),
          players_(loop_, plan.cast, plan.gates, token_, plan.patience)
    {
    }

    RehearsalResult hold()
    {
        if (receives())
            signer_ = seal::Certificate::read(
                handover::places_of(office_.settings()).certificate);
        else
            witness_ = Witness::ledger;
        loop_.spawn("-", act_guarded());
        loop_.run();
        if (failure_)
            std::rethrow_exception(failure_);
        return {witness_, std::move(verdict_)};
    }

private:
    // Somebody else listens there already: then it is he who receives.
    bool receives()
    {
        const auto iri = address_of(measure_.iri);
        const auto cc = measure_.cc ? address_of(*measure_.cc) : iri;
        if (!plan_.may_receive || !iri || !cc)
            return false;
        try {
            receiver_.listen(*iri);
            if (!(*cc == *iri))
                receiver_.listen(*cc);
        } catch (const base::Failure&) {
            return false;
        }
        return true;
    }

    net::Task<void> act_guarded()
    {
        try {
            co_await act();
        } catch (...) {
            failure_ = std::current_exception();
        }
        loop_.stop();
    }

    net::Task<void> act()
    {
        co_await until_servers_look();
        const Stages stages{.smtp = plan_.gates.smtp.has_value(),
                            .submission = plan_.gates.submission.has_value(),
                            .pop3 = plan_.gates.pop3.has_value(),
                            .imap = plan_.gates.imap.has_value()};
        for (Round& round : plan_of(plan_.cast, stages, token_))
            co_await play(std::move(round));
        if (failure_)
            co_return;
        const base::SteadyTime end = base::Steady::now() + plan_.patience;
        bool complete = false;
        const auto pause = witness_ == Witness::ledger ? between_ledgers : between_looks;
        while (!complete && base::Steady::now() < end) {
            co_await net::sleep_for(loop_, pause);
            complete = is_complete();
        }
        co_await net::sleep_for(loop_, linger);
        verdict_ = witness_ == Witness::ledger ? by_ledger() : by_receiver();
    }

    // What a round fails to do is told in the end: the mailboxes are cleared before.
    net::Task<void> play(Round round)
    {
        keep_sent(round);
        try {
            co_await players_.play(std::move(round));
        } catch (const base::Failure&) {
            if (!failure_)
                failure_ = std::current_exception();
        }
    }

    // Nobody waits for a mail that was never taken.
    void keep_sent(Round& round) const
    {
        const auto was_sent = [this](const RehearsalMail& mail) {
            return std::ranges::any_of(players_.deeds(), [&](const Deed& deed) {
                return deed.what == Deed::What::mail_accepted && deed.mail.id == mail.id;
            });
        };
        for (PlannedSession& session : round)
            if (session.kind == SessionKind::read)
                std::erase_if(session.mails,
                              [&](const auto& mail) { return !was_sent(mail); });
    }

    [[nodiscard]] std::vector<handover::LedgerEntry> sound_lines(Acts acts) const
    {
        write_ledgers(office_);
        auto lines = ledger_lines(office_, measure_, acts);
        if (!lines)
            throw base::Failure(base::Remedy::fix_data, lines.error());
        return *std::move(lines);
    }

    // The list has the measure since a time when each server must have read it.
    net::Task<void> until_servers_look()
    {
        static constexpr std::string_view acts[] = {"published"};
        const base::SteadyTime end = base::Steady::now() + plan_.patience;
        for (;;) {
            li::Time since = 0;
            for (const auto& line : sound_lines(acts))
                since = std::max(since, line.time);
            for (const li::Pause& pause : measure_.life.pauses)
                since = std::max(since, pause.to);
            const li::Time delay =
                (office_.settings().renewal + until_servers_know.count()) * li::second;
            if (since != 0 && base::wall_microseconds() > since + delay)
                co_return;
            if (base::Steady::now() > end)
                throw base::Failure(base::Remedy::fix_data,
                                    "the servers were not told of the measure: is "
                                    "tkuev-exportd running?");
            co_await net::sleep_for(loop_, between_ledgers);
        }
    }

    [[nodiscard]] std::vector<Expected> expected() const
    {
        std::vector<Expected> all;
        for (const Deed& deed : players_.deeds())
            for (Expected& one : expected_of(deed, plan_.cast))
                all.push_back(std::move(one));
        return all;
    }

    // Signatures are not verified before there is everything that they could be of.
    [[nodiscard]] bool is_complete() const
    {
        if (witness_ == Witness::ledger)
            return by_ledger().complete;
        return received().complete && receiver_.faults(*signer_).empty();
    }

    [[nodiscard]] Verdict received() const
    {
        return judge(expected(), receiver_.yield(), players_.bystander_ports());
    }

    [[nodiscard]] Verdict by_receiver() const
    {
        Verdict verdict = received();
        const std::vector<std::string> faults = receiver_.faults(*signer_);
        add(verdict, "integrity", faults.empty() ? std::string() : faults.front());
        return verdict;
    }

    [[nodiscard]] Verdict by_ledger() const
    {
        const LedgerSight sight = look_at_ledger();
        Verdict verdict = judge(expected(), sight.yield, {});
        add(verdict, "receipts", sight.all_delivered() ? "" : "not all was delivered");
        return verdict;
    }

    // What it says of the time since we began.
    [[nodiscard]] LedgerSight look_at_ledger() const
    {
        static constexpr std::string_view acts[] = {"record", "pdu", "receipt"};
        LedgerSight sight;
        for (const auto& line : sound_lines(acts)) {
            if (line.time < begin_)
                continue;
            if (line.act == "pdu")
                sight.made(line.get("parcel"), line.get("stream"));
            else if (line.act == "receipt")
                sight.delivered(line.get("parcel"));
            else if (line.number_in("time") >= static_cast<std::uint64_t>(begin_))
                sight.yield.events.push_back({.event = line.get("event"),
                                              .facts = false,
                                              .octets = line.number_in("content")});
        }
        return sight;
    }

    static void add(Verdict& verdict, std::string what, std::string why)
    {
        const bool right = why.empty();
        verdict.complete = verdict.complete && right;
        verdict.checks.push_back(
            {.session = "hand-over",
             .event = std::move(what),
             .result = right ? Check::Result::right : Check::Result::differs,
             .why = std::move(why)});
    }

    Office& office_;
    const li::Measure& measure_;
    const RehearsalPlan& plan_;
    std::string token_;
    li::Time begin_;
    net::Loop loop_;
    Receiver receiver_;
    std::optional<seal::Certificate> signer_; // if we receive: whose PDUs are expected
    Players players_;
    Witness witness_ = Witness::receiver;
    Verdict verdict_;
    std::exception_ptr failure_;
};

} // namespace

std::string_view name_of(Witness witness)
{
    return witness == Witness::receiver ? "receiver" : "ledger";
}

RehearsalResult rehearse_measure(Office& office, const li::Measure& measure,
                                 const RehearsalPlan& plan)
{
    Rehearsal rehearsal(office, measure, plan);
    return rehearsal.hold();
}

} // namespace tkuev
