// SPDX-License-Identifier: Apache-2.0
#include "order_dialogue.h"

#include "li/check.h"
#include "text/lines.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace tkuev {

namespace {

bool is_of(const li::Fault& fault, const FormField& field)
{
    const li::Field* known = li::find_field(fault.field);
    return known != nullptr && field.is(known->name) &&
           field.content == (fault.section == "cc");
}

} // namespace

bool Dialogue::say(const li::Entry& entry)
{
    FormField* const field = form_.find(entry.key);
    if (field == nullptr)
        return false;
    field->values = {entry.value};
    field->asked = true;
    return true;
}

void Dialogue::tell(const li::Fault& fault, const std::string& whose)
{
    person_.out << fmt::format("  {}: {}{}\n",
                               fault.warning ? either("warning", "Hinweis")
                                             : either("error", "Fehler"),
                               whose, either(fault.english, fault.german));
}

std::string Dialogue::prompt(const FormField& field)
{
    const Fields fields = form_.applying();
    const auto place = std::ranges::find(fields, &field) - fields.begin() + 1;
    const std::string value = value_of(field, form_.draft().measure);
    const Question& question = *field.question;
    return fmt::format("{:>2} {}{}{}", place, field.label(person_.language),
                       question.words == nullptr ? ""
                                                 : fmt::format(" ({})", question.words()),
                       value.empty() ? "" : fmt::format(" [{}]", value));
}

// What was said with an option, or before another answer was changed; each once.
void Dialogue::tell_left_out()
{
    Fields left_out = form_.left_out();
    for (const FormField* field : left_out) {
        if (std::ranges::find(told_left_out_, field) != told_left_out_.end())
            continue;
        tell({.field = std::string(field->question->field),
              .english = "does not belong to this order: it is left out",
              .german = "gehört nicht zu dieser Anordnung und bleibt weg",
              .warning = true},
             field->label(person_.language) + ": ");
    }
    told_left_out_ = std::move(left_out);
}

void Dialogue::explain(const FormField& field)
{
    const Question& question = *field.question;
    person_.out << "  " << either(question.explain, question.explain_german) << '\n';
    if (question.choices != nullptr)
        person_.out << question.choices(person_.language);
    person_.out << either("  Enter: as in [ ]; -: empty; <: back; Ctrl-C: drop all of it\n",
                          "  Enter: wie in [ ]; -: leer; <: zurück; Strg-C: alles "
                          "verwerfen\n");
}

// Says what is wrong.
bool Dialogue::is_sound(const FormField& field)
{
    bool sound = true;
    for (const li::Fault& fault : judge_(form_.draft())) {
        if (!is_of(fault, field))
            continue;
        if (field.names_target() &&
            field.values.value_or(std::vector<std::string>{}).empty())
            continue; // want_a_name() looks after that
        tell(fault, "");
        sound = sound && fault.warning;
    }
    return sound;
}

// Of three that name the target one is enough: which, is known after the last of them.
void Dialogue::want_a_name()
{
    const FormField* last = form_.find("mailbox");
    if (last == nullptr || !last->asked || !form_.draft().measure.identities.empty())
        return;
    person_.out << either("  error: neither identity, login nor mailbox is given\n",
                          "  Fehler: weder Kennung, Anmeldename noch Postfach ist "
                          "angegeben\n");
    for (const char* name : {"identity", "login", "mailbox"})
        if (FormField* field = form_.find(name))
            field->asked = false;
}

FormField* Dialogue::next(const Fields& fields)
{
    const std::vector<li::Fault> faults = judge_(form_.draft());
    const auto open = [&](const FormField* field) {
        return !field->asked || (!field->names_target() &&
                                 std::ranges::any_of(faults, [&](const li::Fault& fault) {
                                     return !fault.warning && is_of(fault, *field);
                                 }));
    };
    const auto found = std::ranges::find_if(fields, open);
    return found == fields.end() ? nullptr : *found;
}

void Dialogue::go_back()
{
    if (history_.empty())
        return;
    history_.back()->asked = false;
    history_.pop_back();
}

// True if it may be looked at; Enter leaves what is there.
bool Dialogue::take(FormField& field, const std::string& answer)
{
    if (answer == "-")
        field.values = std::vector<std::string>{};
    else if (!answer.empty() && field.question->words == elsewhere_question().words &&
             (says_yes(answer) || says_no(answer)))
        field.values = {says_yes(answer) ? "yes" : "no"};
    else if (!answer.empty() && field.is(elsewhere_question().field))
        person_.out << either("  error: must be yes or no\n",
                              "  Fehler: muss ja oder nein sein\n");
    else if (!answer.empty())
        field.values = {answer};
    return answer.empty() || field.values;
}

bool Dialogue::ask_for_more(FormField& field)
{
    const std::string question =
        fmt::format("   {}", either("one more (Enter: no more)",
                                    "noch eine Angabe (Enter: keine mehr)"));
    for (;;) {
        const auto answer = person_.answer(question, false);
        if (!answer)
            return false;
        const std::string text(text::trim(*answer));
        if (text == "<")
            go_back();
        if (text.empty() || text == "-" || text == "<")
            return true;
        if (text == "?") {
            explain(field);
            continue;
        }
        field.values->push_back(text);
        if (!is_sound(field))
            field.values->pop_back();
    }
}

// An answer to the question; false: there is none and will be none.
bool Dialogue::ask(FormField& field)
{
    const bool secret = field.is("password");
    const auto answer = person_.answer(prompt(field), secret);
    if (!answer)
        return false;
    const std::string text(secret ? *answer : text::trim(*answer));
    if (text == "?") {
        explain(field);
        return true;
    }
    if (text == "<") {
        go_back();
        return true;
    }
    const FormField before = field;
    field.asked = true;
    if (!take(field, text) || !is_sound(field)) {
        field = before;
        field.asked = false;
        return true;
    }
    history_.push_back(&field);
    return !field.repeatable() || text.empty() || text == "-" || ask_for_more(field);
}

bool Dialogue::ask_all()
{
    for (;;) {
        FormField* const field = next(form_.applying());
        if (field == nullptr) {
            tell_left_out();
            return true;
        }
        if (!ask(*field))
            return false;
        if (field->is("mailbox"))
            want_a_name();
    }
}

// All of it, and what is wrong with it; true if that is more than warnings.
bool Dialogue::summarise(const Judge& whole)
{
    const li::Measure measure = form_.draft().measure;
    const Fields fields = form_.applying();
    person_.out << '\n';
    print_fields(person_.out, fields, measure, person_.language);
    person_.out << '\n';
    const std::vector<li::Fault> faults = whole(form_.draft());
    for (const li::Fault& fault : faults) {
        const auto whose = std::ranges::find_if(
            fields, [&](const FormField* field) { return is_of(fault, *field); });
        tell(fault,
             (whose == fields.end() ? fault.field : (*whose)->label(person_.language)) +
                 ": ");
    }
    return li::has_errors(faults);
}

FormField* Dialogue::chosen(const std::string& answer)
{
    const Fields fields = form_.applying();
    if (const auto number = text::number_in<std::size_t>(answer))
        return *number > 0 && *number <= fields.size() ? fields[*number - 1] : nullptr;
    const std::string name = text::to_lower(answer);
    const li::Field* known = li::find_field(answer);
    for (FormField* field : fields)
        if (text::to_lower(field->label(Language::english)) == name ||
            text::to_lower(field->label(Language::german)) == name ||
            (known != nullptr && !field->content && field->is(known->name)))
            return field;
    return nullptr;
}

std::optional<Dialogue::Wish> Dialogue::wish(const std::string& answer, bool errors)
{
    if (says_no(answer))
        return Wish::drop;
    if (says_yes(answer) && !errors)
        return Wish::enter;
    if (says_yes(answer))
        person_.out << either("  not with errors: change what is wrong\n",
                              "  nicht mit Fehlern: bitte ändern, was falsch ist\n");
    else
        person_.out << either("  there is no such field\n",
                              "  dieses Feld gibt es nicht\n");
    return std::nullopt;
}

Dialogue::Wish Dialogue::confirm(const Judge& whole)
{
    const std::string question(
        either("Enter this measure? yes, no, or the field to change (number or name)",
               "Diese Maßnahme eintragen? ja, nein oder das zu ändernde Feld (Nummer oder "
               "Name)"));
    bool errors = false;
    for (bool changed = true;;) {
        if (changed)
            errors = summarise(whole);
        const auto answer = person_.answer(question, false);
        if (!answer)
            return Wish::gone;
        const std::string said(text::trim(*answer));
        FormField* const field = chosen(said);
        changed = field != nullptr;
        if (field != nullptr) {
            field->asked = false;
            if (!ask_all())
                return Wish::gone;
        } else if (const auto decided = wish(said, errors)) {
            return *decided;
        }
    }
}

} // namespace tkuev
