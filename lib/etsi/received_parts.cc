// SPDX-License-Identifier: Apache-2.0
// etsi/received_parts.cc - times and transport messages, read back.
#include "etsi/received_parts.h"

namespace etsi::parts {

namespace {

std::unexpected<Fault> fault(std::string_view field, std::string_view problem)
{
    return std::unexpected(Fault{field, problem});
}

std::optional<MicroTime> read_micro(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    std::optional<std::uint64_t> seconds;
    std::optional<std::uint32_t> micros;
    if (!optional_number(fields, 0, seconds) || !optional_number(fields, 1, micros) ||
        !fields.finish() || !seconds || !micros || *micros > 999'999)
        return std::nullopt;
    return MicroTime{*seconds, *micros};
}

std::optional<std::vector<std::uint32_t>> read_numbers(std::string_view content,
                                                       Rules rules)
{
    std::vector<std::uint32_t> numbers;
    Reader elements(content, rules);
    while (const auto element = elements.next()) {
        const auto value = number<std::uint32_t>(element->content, rules);
        if (element->id != universal_integer || !value)
            return std::nullopt;
        numbers.push_back(*value);
    }
    return elements.broken() ? std::nullopt : std::optional(numbers);
}

std::expected<ReceivedPayload, Fault> read_integrity(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    IntegrityCheck check;
    std::optional<CheckType> type;
    std::optional<DataType> data;
    const auto included = fields.find_group(0);
    auto numbers = included ? read_numbers(included->content, rules) : std::nullopt;
    if (!numbers)
        return fault("includedSequenceNumbers", "missing or malformed");
    check.sequence_numbers = std::move(*numbers);
    if (!enumerated(fields, 1, type) || !enumerated(fields, 2, data) || !type || !data)
        return fault("integrityCheck", "without checkType or dataType");
    check.type = *type;
    check.data = *data;
    const auto value = fields.find_field(3);
    if (!value || !enumerated(fields, 4, check.hash) ||
        !enumerated(fields, 5, check.signature) || !fields.finish())
        return fault("integrityCheck", "malformed");
    check.value = value->content;
    return Tri(std::move(check));
}

std::expected<ReceivedPayload, Fault> read_message(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    std::optional<MessagePriority> priority;
    if (!enumerated(fields, 0, priority) || !priority)
        return fault("messagePriority", "missing or malformed");
    const auto message = fields.find_field(1);
    if (!message || !fields.finish())
        return fault("operatorLeaMessage", "malformed");
    return Tri(OperatorLeaMessage{*priority, std::string(message->content)});
}

// Is acknowledgement among a SEQUENCE OF Option?  Options of later versions are skipped.
bool has_acknowledgement(Reader& fields, unsigned tag, bool& good)
{
    const auto options = fields.find_group(tag);
    if (!options) {
        good = false;
        return false;
    }
    Reader elements(options->content, fields.rules());
    bool found = false;
    while (const auto option = elements.next())
        found = found || option->is_field(0);
    good = good && !elements.broken();
    return found;
}

std::expected<ReceivedPayload, Fault> read_request(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    bool good = true;
    const OptionRequest request{has_acknowledgement(fields, 0, good)};
    if (!good || !fields.finish())
        return fault("optionRequest", "malformed");
    return Tri(request);
}

std::expected<ReceivedPayload, Fault> read_response(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    bool good = true;
    OptionResponse response;
    response.acknowledgement_accepted = has_acknowledgement(fields, 0, good);
    response.acknowledgement_declined = has_acknowledgement(fields, 1, good);
    if (!good || !fields.finish())
        return fault("optionResponse", "malformed");
    return Tri(response);
}

std::expected<ReceivedPayload, Fault> read_flag(const Element& alternative)
{
    constexpr unsigned last = static_cast<unsigned>(TriFlag::acknowledgement_response);
    if (alternative.tag > last)
        return UnknownPayload{true, alternative.tag};
    if (alternative.constructed() || !alternative.content.empty())
        return fault("tRIPayload", "a flag with content");
    return Tri(static_cast<TriFlag>(alternative.tag));
}

} // namespace

bool Time::early(Reader& fields, unsigned tag)
{
    const auto element = fields.find_field(tag);
    if (!element)
        return !fields.broken();
    time = from_generalized_time(element->content);
    // Peers write times in more ways than DER has; their time is of no use to us.
    return time.has_value() || fields.rules() == Rules::ber;
}

bool Time::late(Reader& fields, unsigned micro, unsigned qualifier_tag)
{
    if (const auto element = fields.find_group(micro)) {
        time = read_micro(element->content, fields.rules());
        if (!time)
            return false;
    }
    std::optional<TimeQualifier> value;
    if (!enumerated(fields, qualifier_tag, value))
        return false;
    qualifier = value.value_or(qualifier);
    return true;
}

std::expected<ReceivedPayload, Fault> read_tri(const Element& alternative, Rules rules)
{
    if (!alternative.context())
        return fault("tRIPayload", "malformed");
    switch (alternative.tag) {
    case 0:
        return read_integrity(alternative.content, rules);
    case 2:
        return Tri(PaddingPdu{std::string(alternative.content)});
    case 8:
        return read_message(alternative.content, rules);
    case 9:
        return read_request(alternative.content, rules);
    case 10:
        return read_response(alternative.content, rules);
    default:
        return read_flag(alternative);
    }
}

} // namespace etsi::parts
