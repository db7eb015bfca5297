// SPDX-License-Identifier: Apache-2.0
// audit/record.cc - see the header.
#include "audit/record.h"

#include "audit/escape.h"
#include "base/random.h"
#include "text/base64.h"

#include <algorithm>
#include <array>

namespace audit {

namespace {

constexpr std::size_t salt_bytes = 16;

std::string_view view_of(const seal::Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

seal::Digest digest_of(const Field& field)
{
    std::string text = field.salt + field.name;
    text += '\0';
    text += field.text;
    return seal::sha256(text);
}

seal::Digest chain_of(const Head& before, const Record& record)
{
    std::string text(view_of(before.chain));
    text += std::to_string(record.number);
    text += '\0';
    for (const Field& field : record.fields) {
        text += field.name;
        text += '\0';
        text += view_of(field.digest);
    }
    return seal::sha256(text);
}

std::string new_salt()
{
    return base::random_octets(salt_bytes);
}

std::optional<seal::Digest> parse_digest(std::string_view hex)
{
    const auto bytes = text::from_hex(hex);
    seal::Digest out{};
    if (!bytes || bytes->size() != out.size())
        return {};
    std::ranges::copy(*bytes, reinterpret_cast<char*>(out.data()));
    return out;
}

bool is_name(std::string_view name)
{
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

// name=-DIGEST or name=SALT:TEXT
std::optional<Field> parse_field(std::string_view word)
{
    Field field;
    field.name = take_until(word, '=');
    if (!is_name(field.name) || word.empty())
        return {};
    if (word[0] == '-') {
        const auto digest = parse_digest(word.substr(1));
        if (!digest)
            return {};
        field.digest = *digest;
        return field;
    }
    const auto salt = text::from_hex(take_until(word, ':'));
    auto text = unescape(word);
    if (!salt || salt->size() != salt_bytes || !text)
        return {};
    field.salt = *salt;
    field.text = std::move(*text);
    field.digest = digest_of(field);
    return field;
}

} // namespace

const std::string& Record::get(std::string_view name) const
{
    static const std::string nothing;
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? nothing : found->text;
}

bool Record::deleted() const
{
    return std::ranges::all_of(fields, &Field::deleted);
}

bool Record::partly_deleted() const
{
    return !deleted() && std::ranges::any_of(fields, &Field::deleted);
}

void Record::erase()
{
    for (Field& field : fields) {
        field.salt.clear();
        field.text.clear();
    }
}

Record make_record(const Head& before, const Texts& texts)
{
    Record record{.number = before.number + 1, .chain = {}, .fields = {}};
    for (const auto& [name, text] : texts) {
        Field& field = record.fields.emplace_back(Field{name, new_salt(), text, {}});
        field.digest = digest_of(field);
    }
    record.chain = chain_of(before, record);
    return record;
}

std::string encode(const Record& record)
{
    std::string line = std::to_string(record.number) + ' ' + seal::hex(record.chain);
    for (const Field& field : record.fields) {
        line += ' ' + field.name + '=';
        line += field.deleted() ? '-' + seal::hex(field.digest)
                                : text::hex(field.salt) + ':' + escape(field.text);
    }
    return line + '\n';
}

std::optional<Record> parse_record(std::string_view line, const Head& before)
{
    std::string_view rest = line;
    const auto number = number_of(take_until(rest, ' '));
    const auto chain = parse_digest(take_until(rest, ' '));
    if (number != before.number + 1 || !chain)
        return {};
    Record record{.number = *number, .chain = *chain, .fields = {}};
    while (!rest.empty()) {
        auto field = parse_field(take_until(rest, ' '));
        if (!field)
            return {};
        record.fields.push_back(std::move(*field));
    }
    const std::string again = encode(record);
    if (record.fields.empty() || chain_of(before, record) != record.chain ||
        again.size() != line.size() + 1 || !again.starts_with(line))
        return {};
    return record;
}

} // namespace audit
