// SPDX-License-Identifier: Apache-2.0
#include "order_form.h"

#include "li/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace tkuev {

namespace {

const Question* find_question(std::string_view field)
{
    for (const auto& table : {order_questions(), destination_questions()})
        for (const Question& question : table)
            if (question.field == field)
                return &question;
    return field == elsewhere_question().field ? &elsewhere_question() : nullptr;
}

const li::Destination& where_of(const FormField& field, const li::Measure& measure)
{
    return field.content && measure.cc ? *measure.cc : measure.iri;
}

bool belongs(const FormField& field, const li::Measure& measure)
{
    const auto applies = field.question->applies;
    return applies == nullptr || applies(measure, where_of(field, measure));
}

std::vector<FormField> fields_of(const li::Measure& measure)
{
    std::vector<FormField> all;
    const auto take = [&](std::span<const Question> questions, bool content) {
        for (const Question& question : questions) {
            const FormField field{.question = &question, .content = content};
            if (belongs(field, measure))
                all.push_back(field);
        }
    };
    take(order_questions(), false);
    take(destination_questions(), false);
    if (measure.cc)
        take(destination_questions(), true);
    return all;
}

// Content's destination begins as that of event data: what does not belong to its way must
// be emptied, and it has another port.
bool is_inherited(std::string_view name)
{
    return name != "method" && name != "mode";
}

void put(const FormField& field, const li::Measure& measure, std::vector<li::Entry>& out)
{
    const std::string name(field.question->field);
    const std::string section = field.content ? "cc" : "";
    for (const std::string& value : field.values.value_or(std::vector<std::string>{}))
        out.push_back({section, name, value, 0});
    if (field.content && field.values && field.values->empty() && is_inherited(name))
        out.push_back({section, name, "", 0});
    if (!field.content || field.values)
        return;
    if (name == "method") // so that there is a destination of content
        out.push_back({section, name, std::string(li::name(measure.iri.method)), 0});
    if (name == "port" && measure.cc && measure.cc->method != measure.iri.method)
        out.push_back({section, name, "", 0});
}

// Columns on a terminal, as far as our own labels need it.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

} // namespace

bool FormField::repeatable() const
{
    const li::Field* field = li::find_field(question->field);
    return field != nullptr && field->repeatable;
}

bool FormField::names_target() const
{
    return is("identity") || is("login") || is("mailbox");
}

std::string FormField::label(Language language) const
{
    const std::string name(either(language, question->field, question->german));
    return content ? std::string(either(language, "content: ", "Inhalt: ")) + name : name;
}

std::string value_of(const FormField& field, const li::Measure& measure)
{
    return field.question->value(measure, where_of(field, measure));
}

void print_fields(std::ostream& out, std::span<const FormField* const> fields,
                  const li::Measure& measure, Language language)
{
    std::size_t width = 0;
    for (const FormField* field : fields)
        width = std::max(width, width_of(field->label(language)));
    std::size_t number = 0;
    for (const FormField* field : fields) {
        const std::string label = field->label(language);
        out << fmt::format("{:>2} {}{}  {}\n", ++number, label,
                           std::string(width - width_of(label), ' '),
                           value_of(*field, measure));
    }
}

void print_fields(std::ostream& out, const li::Measure& measure, Language language)
{
    const std::vector<FormField> fields = fields_of(measure);
    std::vector<const FormField*> lines;
    for (const FormField& field : fields)
        lines.push_back(&field);
    print_fields(out, lines, measure, language);
}

OrderForm::OrderForm(const li::Rules& rules, li::Time now,
                     const std::vector<std::string>& fields, std::vector<li::Entry> known)
    : rules_(rules), now_(now), known_(std::move(known))
{
    for (const std::string& name : fields)
        if (const Question* question = find_question(name))
            fields_.push_back({.question = question});
    if (fields.empty()) {
        for (const auto& table : {order_questions(), destination_questions()})
            for (const Question& question : table)
                fields_.push_back({.question = &question});
        fields_.push_back({.question = &elsewhere_question()});
    }
    if (find(elsewhere_question().field) != nullptr)
        for (const Question& question : destination_questions())
            fields_.push_back({.question = &question, .content = true});
}

li::Draft OrderForm::read(std::vector<li::Entry> answers) const
{
    const auto answered = [&](const li::Entry& known) {
        return std::ranges::any_of(answers, [&](const li::Entry& answer) {
            return answer.section == known.section && answer.key == known.key;
        });
    };
    std::vector<li::Entry> open;
    std::ranges::remove_copy_if(known_, std::back_inserter(open), answered);
    answers.insert(answers.end(), open.begin(), open.end());
    return li::read_order(answers, rules_, now_);
}

FormField* OrderForm::find(std::string_view name)
{
    const auto found = std::ranges::find_if(
        fields_, [&](const FormField& field) { return !field.content && field.is(name); });
    return found == fields_.end() ? nullptr : &*found;
}

bool OrderForm::elsewhere() const
{
    return std::ranges::any_of(fields_, [](const FormField& field) {
        return field.is(elsewhere_question().field) && field.values &&
               !field.values->empty() && says_yes(field.values->front());
    });
}

bool OrderForm::applies(const FormField& field, const li::Measure& measure) const
{
    const Question& two = elsewhere_question();
    if (field.content && !(elsewhere() && two.applies(measure, measure.iri)))
        return false;
    return belongs(field, measure);
}

std::vector<FormField*> OrderForm::those_that(bool apply)
{
    const li::Measure measure = draft().measure;
    std::vector<FormField*> all;
    for (FormField& field : fields_)
        if (applies(field, measure) == apply)
            all.push_back(&field);
    return all;
}

std::vector<FormField*> OrderForm::applying()
{
    return those_that(true);
}

std::vector<FormField*> OrderForm::left_out()
{
    std::vector<FormField*> all = those_that(false);
    std::erase_if(all, [](const FormField* field) {
        return !field->values || field->values->empty();
    });
    return all;
}

// Answers decide whether later ones belong to it; so one after the other.
std::vector<li::Entry> OrderForm::entries() const
{
    std::vector<li::Entry> all;
    li::Measure measure = read(all).measure;
    for (const FormField& field : fields_) {
        if (field.is(elsewhere_question().field))
            continue;
        if (applies(field, measure))
            put(field, measure, all);
        else if (field.content && measure.cc && is_inherited(field.question->field))
            all.push_back({"cc", std::string(field.question->field), "", 0});
        else
            continue;
        measure = read(all).measure;
    }
    return all;
}

} // namespace tkuev
