// SPDX-License-Identifier: Apache-2.0
// tkuev-export probe - is somebody there who takes what a measure owes?  Each destination
// and each of its standbys is asked; nothing is delivered.
#include "audit/measure_entry.h"
#include "base/failure.h"
#include "handover/file_parcels.h"
#include "handover/lane.h"
#include "image_desk.h"
#include "li/words.h"
#include "text/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sysexits.h>
#include <utility>
#include <vector>

namespace tkuev_export {

namespace {

struct Answer {
    db::Stream stream;
    li::Method method;
    bool standby;
    handover::Outcome outcome;
};

std::vector<handover::Outcome> ask(const handover::Desk& desk, const li::Measure& measure,
                                   const li::Destination& where)
{
    try {
        return handover::make_courier(desk, measure, where)->probe({});
    } catch (const base::Failure& failure) { // of this destination alone
        handover::Outcome outcome;
        outcome.peer = li::to_text(where.peer);
        outcome.trouble = failure.what();
        return {outcome};
    }
}

// The destination, then its standbys.
void ask_all(const handover::Desk& desk, const li::Measure& measure, db::Stream stream,
             std::vector<Answer>& answers)
{
    const li::Destination& where = handover::destination_of(measure, stream);
    bool standby = false;
    for (handover::Outcome& outcome : ask(desk, measure, where)) {
        answers.push_back({stream, where.method, standby, std::move(outcome)});
        standby = true;
    }
}

void print(const Answer& answer)
{
    const std::string& peer = answer.outcome.peer; // a disc has none
    std::cout << fmt::format("{:<3}  {:<4}  {}{}{}{}\n", name_of(answer.stream),
                             li::name(answer.method), peer,
                             answer.standby ? " (standby)" : "", peer.empty() ? "" : ": ",
                             answer.outcome.is_done() ? answer.outcome.receipt
                                                      : "FAILS: " + answer.outcome.trouble);
}

void print_json(const std::vector<Answer>& answers)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_array();
    for (const Answer& answer : answers)
        json.begin_object()
            .member("stream", name_of(answer.stream))
            .member("method", li::name(answer.method))
            .member("peer", answer.outcome.peer)
            .member("standby", answer.standby)
            .member("answers", answer.outcome.is_done())
            .member("answer", answer.outcome.receipt)
            .member("trouble", answer.outcome.is_done() ? "" : answer.outcome.trouble)
            .end_object();
    json.end_array();
    std::cout << out << '\n';
}

// Whether every destination has somebody, itself or a standby.
bool all_reached(const std::vector<Answer>& answers)
{
    const auto reached = [&](const Answer& one) {
        return std::ranges::any_of(answers, [&](const Answer& other) {
            return other.stream == one.stream && other.outcome.is_done();
        });
    };
    return std::ranges::all_of(answers, reached);
}

} // namespace

int probe(const ImageCall& call)
{
    const ImageDesk office(call);
    const li::Measure measure = office.find(call.measure);
    if (measure.life.forgotten != 0)
        throw base::Failure(base::Remedy::fix_data,
                            "the order of the measure is destroyed");
    std::vector<Answer> answers;
    office.perform(audit::entry_of("handover-probe", measure), [&](const std::string&) {
        const handover::Desk desk(office.all_settings());
        ask_all(desk, measure, db::Stream::iri, answers);
        if (measure.cc)
            ask_all(desk, measure, db::Stream::cc, answers);
        return all_reached(answers) ? "" : " not-reached";
    });
    if (call.json)
        print_json(answers);
    else
        std::ranges::for_each(answers, print);
    return all_reached(answers) ? 0 : EX_TEMPFAIL;
}

} // namespace tkuev_export
