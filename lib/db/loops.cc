// SPDX-License-Identifier: Apache-2.0
#include "db/loops.h"

#include "db/names.h"

#include <algorithm>
#include <unordered_map>

namespace db {

namespace {

enum class Seen : std::uint8_t { not_yet, on_the_way, done };

struct Node {
    std::vector<std::string> targets;
    Seen seen = Seen::not_yet;
};

using Graph = std::unordered_map<std::string, Node>;

struct Step {
    const std::string* address;
    Node* node;
    std::size_t next = 0; // target to look at
};

Graph read_graph(const Sqlite& database)
{
    Graph graph;
    Statement rows = database.prepare("SELECT address, target FROM addresses"
                                      " WHERE kind IN ('rewrite', 'forward')");
    while (rows.step())
        graph[std::string(rows.text(0))].targets.push_back(lower(rows.text(1)));
    return graph;
}

std::vector<std::string> way_round(const std::vector<Step>& way, const std::string& again)
{
    std::vector<std::string> names;
    const auto first =
        std::ranges::find_if(way, [&](const Step& step) { return *step.address == again; });
    for (auto step = first; step != way.end(); ++step)
        names.push_back(*step->address);
    names.push_back(again);
    return names;
}

// Depth first, with a stack of our own: a chain may be as long as the table.
class Search {
public:
    explicit Search(Graph& graph) : graph_(&graph) {}

    void from(const std::string& address, Node& node)
    {
        enter(address, node);
        while (!way_.empty())
            advance();
    }
    std::vector<std::vector<std::string>> loops;

private:
    void enter(const std::string& address, Node& node)
    {
        node.seen = Seen::on_the_way;
        way_.push_back({.address = &address, .node = &node});
    }

    void advance()
    {
        Step& step = way_.back();
        if (step.next == step.node->targets.size()) {
            step.node->seen = Seen::done;
            way_.pop_back();
            return;
        }
        const auto found = graph_->find(step.node->targets[step.next++]);
        if (found == graph_->end() || found->second.seen == Seen::done)
            return;
        if (found->second.seen == Seen::on_the_way)
            loops.push_back(way_round(way_, found->first));
        else
            enter(found->first, found->second);
    }

    Graph* graph_;
    std::vector<Step> way_;
};

} // namespace

std::vector<std::vector<std::string>> find_loops(const Sqlite& database)
{
    Graph graph = read_graph(database);
    Search search(graph);
    for (auto& [address, node] : graph)
        if (node.seen == Seen::not_yet)
            search.from(address, node);
    return std::move(search.loops);
}

} // namespace db
