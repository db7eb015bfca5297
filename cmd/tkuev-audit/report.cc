// SPDX-License-Identifier: Apache-2.0
// tkuev-audit report - the written result of a quarter's check (TKÜV § 17), and its copy
// for the regulator.
//
// In German, as it goes to German authorities.  Neither names a Kennung or a person.
#include "base/clock.h"
#include "base/failure.h"
#include "base/file.h"
#include "desk.h"
#include "li/official_time.h"
#include "print.h"
#include "quarter.h"
#include "report_text.h"
#include "seal/secret_file.h"
#include "text/json.h"

#include <iostream>

namespace tkuev_audit {

namespace {

std::string json_of(const Report& report)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("quarter", report.sample.quarter)
        .member("written", report.written)
        .member("over", report.over)
        .member("last", report.log.log.head().number)
        .member("seed", report.sample.seed)
        .member("entries", report.sample.entries)
        .member("measures", report.sample.measures)
        .member("drawn", report.sample.chosen.size())
        .member("tests", report.sample.tests)
        .member("suspicious", report.sample.suspicious)
        .member("sound", report.log.damage.empty())
        .member("damage", report.log.damage.size())
        .member("incidents", report.log.incidents.size())
        .member("head", audit::to_text(report.log.log.head()))
        .member("findings", report.findings)
        .end_object();
    return out + '\n';
}

void write_files(const Report& report, const std::string& directory)
{
    const std::string name = directory + "/pruefergebnis-" + report.sample.quarter;
    base::make_file(name + ".txt", text_of(report, Recipient::provider), 0600);
    base::make_file(name + "-bundesnetzagentur.txt", text_of(report, Recipient::regulator),
                    0600);
    std::cout << name << ".txt\n" << name << "-bundesnetzagentur.txt\n";
}

// What could not be written was not reported.
void write(const Report& report, const Call& call)
{
    if (call.json)
        std::cout << json_of(report);
    else if (call.output.empty())
        std::cout << text_of(report, Recipient::provider);
    else
        write_files(report, call.output);
    std::cout.flush();
    if (!std::cout)
        base::fail_errno("write", "standard output");
}

void warn_of_rest(const Report& report)
{
    if (!report.over)
        std::cerr << "tkuev-audit: warning: " << report.sample.quarter
                  << " is not over: this is a report about the entries up to "
                  << report.log.log.head().number << ", and the rest needs another one\n";
}

} // namespace

int report(const Call& call)
{
    std::string findings;
    if (!call.findings.empty())
        findings = base::read_file(call.findings);
    Desk desk(call, "log-report", {audit::Role::review});
    const std::int64_t now = base::wall_seconds();
    Report report{.written = li::official(now * li::second),
                  .operator_id = desk.settings().tkuev.operator_id,
                  .findings = std::move(findings),
                  .sample = {},
                  .log = desk.store().read()};
    report.sample = draw(report.log.log, call);
    report.over = report.sample.quarter < audit::quarter_of(now);
    warn_of_rest(report);
    const std::string detail =
        audit::report_detail(report.log.log.head().number, report.sample.seed);
    if (!report.log.damage.empty()) { // nothing can be noted any more
        write(report, call);
        return exit_damaged;
    }
    desk.perform(report.sample.quarter, detail, [&] { write(report, call); });
    return exit_done;
}

} // namespace tkuev_audit
