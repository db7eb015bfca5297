// SPDX-License-Identifier: Apache-2.0
// Fuzz target: SASL exchanges (lines are responses), stored verifiers, Dovecot's lines.
#include "check.h"
#include "sasl/dovecot.h"
#include "sasl/scram.h"
#include "sasl/server.h"
#include "text/lines.h"

#include <algorithm>
#include <string>

using fuzz::promise;
using Kind = sasl::Step::Kind;

namespace {

constexpr std::string_view verifier = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                                      "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                                      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

void converse(sasl::Exchange& exchange, std::string_view input)
{
    sasl::Step step = exchange.start(std::nullopt);
    for (int steps = 0; steps < 8 && step.kind == Kind::challenge; ++steps) {
        const std::string_view line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(line.size() + 1, input.size()));
        step = exchange.response(line);
        if (step.kind == Kind::need_verifier)
            step = exchange.supply_verifier(verifier);
    }
    if (step.kind == Kind::credentials) {
        promise(!exchange.user().empty() && !exchange.password().empty());
        promise(!exchange.password().contains('\0'));
    }
    promise(!text::has_control(exchange.user()));
    promise(!text::has_control(exchange.identity()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    for (const std::string_view mechanism : {"PLAIN", "LOGIN", "SCRAM-SHA-256"})
        converse(*sasl::begin(mechanism, "secret"), input);
    if (const auto stored = sasl::parse_verifier(input))
        promise(sasl::parse_verifier(sasl::format_verifier(*stored)).has_value());
    (void)sasl::dovecot::parse_line(input);
    const std::string escaped = sasl::dovecot::escape(input);
    promise(escaped.find_first_of("\t\n") == std::string::npos);
    promise(sasl::dovecot::unescape(escaped) == input);
    return 0;
}
